# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Part of smbsignctl: what the kernel says of its transforms, cifs.ko and ksmbd.ko.

# crypto_table: "name driver priority users selftest" of each algorithm.
crypto_table()
{
	[ -r "$PROC/crypto" ] || return 0
	awk -F ' *: ' '
		function flush() {
			if (name != "")
				print name, driver, priority, refcnt - 1, selftest
			name = ""
		}
		/^$/ { flush() }
		$1 == "name" { name = $2 }
		$1 == "driver" { driver = $2 }
		$1 == "priority" { priority = $2 }
		$1 == "refcnt" { refcnt = $2 }
		$1 == "selftest" { selftest = $2 }
		END { flush() }' "$PROC/crypto"
}

# crypto_best NAME: the one that a new user of NAME gets.
crypto_best()
{
	crypto_table | awk -v name="$1" '
		$1 == name && $5 == "passed" && (line == "" || $3 > best) { best = $3; line = $0 }
		END { if (line != "") print line }'
}

cifs_is_loaded()
{
	[ -d "$MODULES/cifs" ] || [ -r "$PROC/fs/cifs/DebugData" ]
}

# The bits of CIFSSEC_*: 0x1001 "must sign" includes 0x1 "may sign".
cifs_flags_signing()
{
	if [ $(($1 & 0x1001)) -eq $((0x1001)) ]; then
		echo required
	elif [ $(($1 & 1)) -ne 0 ]; then
		echo when-required
	else
		echo never
	fi
}

cifs_flags_text()
{
	case $(cifs_flags_signing "$1") in
	required) echo 'every mount signs' ;;
	when-required) echo 'a mount signs if it or the server asks for it' ;;
	never) echo 'mounts do not sign, and servers that require it are refused' ;;
	esac
}

cifs_flags()
{
	local flags

	flags=$(read_file "$PROC/fs/cifs/SecurityFlags")
	case $flags in
	0x[0-9a-fA-F]*) printf '%s' "$flags" ;;
	esac
}

# cifs_connections: of each, "server dialect signed encrypted shares" and how many
# of the shares are encrypted by themselves.
cifs_connections()
{
	[ -r "$PROC/fs/cifs/DebugData" ] || return 0
	awk '
		function flush() {
			if (dialect != "")
				print (host != "" ? host : address != "" ? address : "?"), dialect,
					signed, encrypted, shares, encrypted_shares
			host = address = dialect = ""
			signed = encrypted = shares = encrypted_shares = in_share = 0
		}
		function after(word,   i) {
			for (i = 1; i < NF; i++)
				if ($i == word)
					return $(i + 1)
			return ""
		}
		/^[0-9]+\) ConnectionId:/ { flush(); host = after("Hostname:") }
		/^Number of credits:/ { dialect = after("Dialect"); if (/ signed/) signed = 1 }
		/^\t[0-9]+\) (Address|Name):/ { address = $3 }
		/SessionId: .* encrypted/ { encrypted = 1 }
		/^\t[0-9]+\) / { in_share = 0 }
		/^\t[0-9]+\) \\\\/ { in_share = 1; shares++ }
		in_share && /Serial Number: .* [Ee]ncrypted/ { encrypted_shares++ }
		BEGIN { flush() }
		END { flush() }' "$PROC/fs/cifs/DebugData" |
		sed -e 's/ 0x311 / 3.1.1 /' -e 's/ 0x302 / 3.0.2 /' -e 's/ 0x300 / 3.0 /' \
			-e 's/ 0x210 / 2.1 /' -e 's/ 0x202 / 2.0.2 /' -e 's/ 0x0 / 1 /'
}

# What ksmbd.ko was told about signing is in its configuration only.
ksmbd_signing()
{
	[ -r "$ETC/ksmbd/ksmbd.conf" ] || return 0
	sed -n 's/^[[:space:]]*server signing[[:space:]]*=[[:space:]]*\([a-z]*\).*/\1/p' \
		"$ETC/ksmbd/ksmbd.conf" | tail -n 1
}
