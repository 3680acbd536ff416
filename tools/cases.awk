# SPDX-License-Identifier: GPL-2.0
# Print one line per case of the test sources given: program, fixture, case,
# the behaviour ids in the comment directly above it (before the first colon),
# what it needs of the VM ("Needs: a, b." in the same comment), and "red" if the
# comment says how the case was seen failing.

function flush_comment() { comment = ""; in_comment = 0 }

function ids(text,    head, list) {
	head = text
	sub(/:.*/, "", head)
	list = ""
	while (match(head, /(CREATE|FALLOC|BIND|ATTR|EXIT|PREFAULT|DMA|BUG)-[0-9]+/)) {
		list = list (list == "" ? "" : ",") substr(head, RSTART, RLENGTH)
		head = substr(head, RSTART + RLENGTH)
	}
	return list
}

function needs(text,    list) {
	if (!match(text, /Needs: [^.]*\./))
		return ""
	list = substr(text, RSTART + 7, RLENGTH - 8)
	gsub(/[ \t]*,[ \t]*/, ",", list)
	gsub(/ +$/, "", list)
	return list
}

FNR == 1 {
	program = FILENAME
	sub(/.*\//, "", program)
	sub(/\.c$/, "", program)
	flush_comment()
}

/^\/\*/ { comment = ""; in_comment = 1 }

in_comment {
	line = $0
	gsub(/^[ \t]*\/?\*+\/?[ \t]?|\*\/[ \t]*$/, "", line)
	comment = comment line " "
	if ($0 ~ /\*\//)
		in_comment = 0
	next
}

/^TEST(_F|_SIGNAL|_F_TIMEOUT|_F_SIGNAL)?\(/ {
	args = $0
	sub(/^[A-Z_]+\(/, "", args)
	sub(/\).*/, "", args)
	nr = split(args, arg, /[ \t]*,[ \t]*/)
	columns = ids(comment) "\t" needs(comment) "\t" (comment ~ /Red[: (]/ ? "red" : "")
	if ($0 ~ /^TEST_F/)
		print program "\t" arg[1] "\t" arg[2] "\t" columns
	else
		print program "\tglobal\t" arg[1] "\t" columns
}

/^[^ \t]/ { flush_comment() }
