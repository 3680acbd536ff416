#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: provide.sh DIRECTORY [PROGRAMS]
# Builds the suite and puts a copy of its programs into DIRECTORY: what is
# bisected with must not change on the way, whatever happens to either tree.
# PROGRAMS is a directory to take them from instead (for unit tests).
set -euo pipefail

# shellcheck source=run_tests.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../run_tests.sh"

into=$1 from=${2-}
provide_tools missing_for_build missing_for_vm
mkdir -p "$build" "$into" || die "cannot write to $into"
if [[ $from ]]; then
	programs=$from
else
	build_agent >&2
	build_suite >&2
	timed "build of the cost programs" locked_make bench
	cp "$build/agent" "$build/cases.tsv" "$into/"
	mkdir -p "$into/bench"
	find "$build/progs/bench" -type f -perm -u+x -exec cp -t "$into/bench" {} +
fi
mapfile -t files < <(list_programs)
((${#files[@]})) || die "there are no test programs in '${programs:-$build}'"
cp "${files[@]}" "$into/"
