# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx reads this; tools/docs.sh calls Sphinx and gives the version."""

project = "smbsign"
author = "the smbsign authors"
copyright = "the smbsign authors, GPL-2.0-only"  # pylint: disable=redefined-builtin

extensions = []
# Read as text by abi.rst
exclude_patterns = ["ABI"]
primary_domain = "c"
highlight_language = "none"

html_theme = "alabaster"
html_theme_options = {
    "description": "signing of SMB messages inside the Linux kernel",
    "page_width": "70em",
    "body_max_width": "none",
}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False

# A name that does not exist fails the build (-n -W); these exist in the kernel.
nitpick_ignore = [
    ("c:identifier", name)
    for name in (
        "bool", "iov_iter", "kvec", "list_head", "s32", "scatterlist",
        "size_t", "sk_buff", "u16", "u32", "u64", "u8",
    )
]
