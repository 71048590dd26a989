#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks Documentation/signing-rules.rst against the tree.

Each function that it names is declared in include/linux/smbsign.h.  Each row
names a test, or says with "--" that there is none, which only a rule that is
the consumer's may; each suite, case and row of a case's table exists.

Usage: signing-rules.py [TREE]
"""
import collections
import pathlib
import re
import sys

COLUMNS = 4


def load_suites(tree):
    """The sources in which a suite is defined, by its name."""
    suites = collections.defaultdict(str)
    for path in sorted((tree / "kunit").glob("*.c")):
        text = path.read_text()
        for name in re.findall(r'\.name = "smbsign_(\w+)"', text):
            suites[name] += text
    return suites


def rows(text):
    """Each row of each list-table but its head: cells, and where it begins."""
    for match in re.finditer(r"^   \* - (.*(?:\n    .*)*)", text, re.M):
        cells = re.split(r"\n     - ", match.group(1))
        if cells[0] != "section":
            line = text.count("\n", 0, match.start()) + 1
            yield line, [" ".join(cell.split()) for cell in cells]


def check_tests(cell, suites):
    """What is wrong with the tests that a cell names."""
    source = None
    num_cases = 0
    for name, row in re.findall(r'``(\w+)``|"([^"]*)"', cell):
        if name.startswith("test_"):
            num_cases += 1
            if source is None or not re.search(
                    rf"KUNIT_CASE\w*\({name}\b", source):
                yield f"no such case: {name}"
        elif name:
            source = suites.get(name)
            if source is None:
                yield f"no such suite: {name}"
        elif f'"{row}"' not in (source or ""):
            yield f'no row of a table: "{row}"'
    if not num_cases:
        yield "names no test"


def check_row(cells, suites, header):
    """What is wrong with a row."""
    if len(cells) != COLUMNS:
        yield f"{len(cells)} cells"
        return
    held_by, shown_by = cells[2:]
    for name in re.findall(r":c:func:`(\w+)`", held_by):
        if not re.search(rf"\b{name}\(", header):
            yield f"no such function: {name}"
    if shown_by != "--":
        yield from check_tests(shown_by, suites)
    elif "*consumer*" not in held_by:
        yield "has no test, and is not the consumer's"


def main():
    """Status 1 if something is wrong or there is nothing to check."""
    tree = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    page = tree / "Documentation" / "signing-rules.rst"
    header = (tree / "include" / "linux" / "smbsign.h").read_text()
    suites = load_suites(tree)
    num_rows = num_wrong = 0
    for line, cells in rows(page.read_text()):
        num_rows += 1
        for wrong in check_row(cells, suites, header):
            print(f"{page.relative_to(tree)}:{line}: {wrong}")
            num_wrong += 1
    print(f"{num_rows} rules, {num_wrong} mistakes")
    return 1 if num_wrong or not num_rows else 0


sys.exit(main())
