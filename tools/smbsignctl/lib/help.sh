# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Part of smbsignctl: what --help says.

help_all()
{
	cat << END
usage: $ME VERB [ARGUMENTS]

  status [--json]                  policy, engine, statistics; cifs.ko, ksmbd.ko
  get [client|server] [NAME...]    settings, as Get-SmbClientConfiguration has them
  set client|server NAME VALUE     changes one, at once
  profile [NAME]                   shows or applies defaults of Windows
  engine [NAME]                    shows or chooses what computes
  lock                             fixes the policy until the module is unloaded
  selftest                         known answers of each transform
  bench                            speed of each transform, from user space
  save [FILE]                      keeps policy and engine, for the next boot
  load [--if-saved] [FILE]         applies what was saved
  watch [SECONDS [LINES]]          rates of the statistics
  help [VERB], VERB --help         more

Exit status: 0 done, 1 could not be done, 2 wrong command line.
Manual: smbsignctl(8), smbsign(4).
END
}

help_verb()
{
	case $1 in
	status) cat << END ;;
usage: $ME status [--json]
One screen: the module's policy, engine, transforms and statistics; what cifs.ko
and ksmbd.ko of this kernel are doing about signing, and which driver computes
cmac(aes) for them.  --json gives the same for programs.
Exit status: 1 if the module is not loaded.
END
	get) cat << END ;;
usage: $ME get [client|server] [NAME...]
Shows settings, e.g.  $ME get client RequireSecuritySignature
Both spellings will do: RequireSecuritySignature, require_security_signature.
  client: $(names_of client | tr '\n' ' ')
  server: $(names_of server | tr '\n' ' ')
END
	set) cat << END ;;
usage: $ME set client|server NAME VALUE
Changes a setting at once, e.g.  $ME set client RequireSecuritySignature \$true
  NAME of client: $(names_of client | tr '\n' ' ')
  NAME of server: $(names_of server | tr '\n' ' ')
  VALUE: $(right_values x)
  VALUE of SigningAlgorithms: $(right_values x/signing_algorithms)
EnableInsecureGuestLogons is AllowInsecureGuestAuth in group policies.
Needs CAP_SYS_ADMIN.  Gone at the next boot unless saved: $ME save
END
	profile) cat << END ;;
usage: $ME profile [NAME]
Without NAME, lists the profiles and marks the one in force; with it, sets all of
client and server at once to what that Windows has by default.
END
	engine) cat << END ;;
usage: $ME engine [NAME]
Without NAME, lists the engines that run on this machine, marks the one asked for
and names the one that runs; with it, switches, for keys in use as well.
END
	lock) cat << END ;;
usage: $ME lock
Refuses every further change of policy, root's too, until the module is unloaded.
The engine can still be changed.
END
	selftest) cat << END ;;
usage: $ME selftest
Signs captured messages with each transform through AF_ALG and compares, with the
engine in force.  The module itself does so with every engine when it is loaded,
and does not load if one fails.
Exit status: 1 if anything is wrong.
END
	bench) cat << END ;;
usage: $ME bench
Measures, for about a second each, how fast the engine in force signs messages of
1 MiB that user space gives it.  "make bench" in the source tree compares all
engines inside the kernel.
END
	save) cat << END ;;
usage: $ME save [FILE]
Writes policy, engine and lock to $CONF or FILE; - is the output.
smbsign.service applies $CONF at boot.
END
	load) cat << END ;;
usage: $ME load [--if-saved] [FILE]
Applies what "save" wrote, or lines NAME=VALUE with the names of the module's
parameters.  All of the file is checked before anything is changed.
  --if-saved  no FILE is no error
END
	watch) cat << END ;;
usage: $ME watch [SECONDS [LINES]]
Prints rates of the statistics every SECONDS (default 1), LINES times or until
interrupted.  other/s: refused for a nonce used before, or by a full queue.
END
	*) return 1 ;;
	esac
}
