# SPDX-License-Identifier: GPL-2.0-only
#
# Reads the KUnit results out of a kernel log, of 6.1 (no header, "ok 1 - name")
# as well as of later kernels, and prints:
#
#   pass|fail|skip SUITE.CASE[: WHY]   one line a test case; a parameterised test
#                                      is one case
#   count PASSED FAILED SKIPPED PARAMETERS SUITES
#
# and one "fail" line for whatever did not come to its end: a suite begun and not
# ended, fewer results than planned.  Results are told from each other by their
# indentation: suites 0, cases 4, parameters 8.

function add(kind, name, why)
{
	print kind " " name (why == "" ? "" : ": " why)
	n[kind]++
}

function end_case(verdict, name, rest)
{
	done++
	if (rest ~ /# SKIP/) {
		sub(/.*# SKIP */, "", rest)
		add("skip", suite "." name, rest)
	} else if (verdict == "ok") {
		add("pass", suite "." name, "")
	} else {
		failed_here++
		add("fail", suite "." name, why == "" ? "not ok" : why)
	}
	why = ""
}

function end_suite(verdict, name)
{
	if (suite != name)
		add("fail", name, "a result without a beginning")
	else if (planned >= 0 && done != planned)
		add("fail", name, done " results of " planned " planned")
	else if (verdict != "ok" && !failed_here)
		add("fail", name, why == "" ? "the suite's own set-up failed" : why)
	suites++
	suite = why = ""
}

BEGIN { planned = -1 }

{
	sub(/\r$/, "")
	sub(/^\[ *[0-9]+\.[0-9]+\](\[[^]]*\])? /, "")
	match($0, /^ */)
	indent = RLENGTH
	line = substr($0, indent + 1)
}

indent == 4 && line ~ /^# Subtest: / {
	name = substr(line, 12)
	# On 6.1 the heading of a parameterised test may stand at this depth too.
	if (suite != "")
		next
	suite = name
	planned = -1
	done = failed_here = 0
	why = ""
	next
}

indent == 4 && suite != "" && line ~ /^1\.\.[0-9]+$/ {
	planned = substr(line, 4) + 0
	next
}

# What an expectation says when it fails: the place, then the values.
suite != "" && line ~ /^# .*: EXPECTATION FAILED at |^# .*: ASSERTION FAILED at / && why == "" {
	why = line
	sub(/^# [^:]*: /, "", why)
	sub(/ FAILED at ([^ ]*\/)?/, " failed at ", why)
	says = 1
	next
}

# The lines after it have the values.
says && line !~ /^(not ok|ok|#) / {
	sub(/, but$/, "", line)
	why = why (says == 1 ? ": " : "; ") line
	says = says < 4 ? says + 1 : 0
	next
}

{ says = 0 }

line ~ /^(not )?ok [0-9]+ / {
	verdict = line ~ /^not/ ? "not ok" : "ok"
	rest = line
	sub(/^(not )?ok [0-9]+ (- )?/, "", rest)
	name = rest
	sub(/ *#.*/, "", name)
	if (indent == 4 && suite != "")
		end_case(verdict, name, rest)
	else if (indent == 0)
		end_suite(verdict, name)
	else if (indent >= 8 && suite != "") {
		parameters++
		if (verdict != "ok" && why !~ /^parameter/)
			why = "parameter " name (why == "" ? "" : ", " why)
	}
}

END {
	if (suite != "")
		add("fail", suite, "began and did not end" (planned >= 0 ? \
			": " done " results of " planned " planned" : ""))
	print "count " n["pass"] + 0 " " n["fail"] + 0 " " n["skip"] + 0 " " parameters + 0 " " suites + 0
}
