#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# "make check": the project's own tests, then the suite in the VM. Each step is
# one line with its verdict and time; the output of a failed one is shown.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root" || exit 2
# shellcheck source=vm/cache.sh
. "$root/vm/cache.sh"
# shellcheck source=vm/packages.sh
. "$root/vm/packages.sh"

(($# == 0)) || die "tools/check.sh takes no arguments; it is \"make check\""
build=$root/build
# Its files are found by git, which would not look at a checkout of another user.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$root
log=$(mktemp) || die "cannot write to ${TMPDIR:-/tmp}"
trap 'rm -f "$log"' EXIT
failed=0
end_on_signals

# shellcheck disable=SC2317	# called by name
missing_for_check()
{
	missing_packages clang:clang shellcheck:shellcheck bats:bats pyflakes3:pyflakes3 \
		git:git pgrep:procps patch:patch
}

check()	# NAME COMMAND...
{
	local name=$1 start=$SECONDS

	shift
	if "$@" >"$log" 2>&1; then
		printf 'ok    %-44s %3d s\n' "$name" $((SECONDS - start))
	else
		printf 'FAIL  %-44s %3d s\n' "$name" $((SECONDS - start))
		# What went well is the most of it, and would hide the rest where output is cut.
		sed '/^[ #]*ok [0-9]/d; s/^/    /' "$log"
		failed=1
	fi
}

shell_scripts()
{
	git ls-files | while read -r file; do
		[[ -f $file && $(head -c 100 "$file" | head -n 1) == '#!'*sh ]] && echo "$file"
	done
}

check_shell()
{
	local scripts

	mapfile -t scripts < <(shell_scripts)
	((${#scripts[@]})) || { echo "no scripts found"; return 1; }
	attend shellcheck -x -S warning "${scripts[@]}"
}

check_python()
{
	local scripts

	mapfile -t scripts < <(git ls-files '*.py'; git grep -lE '^#!.*python3' -- tools)
	pyflakes3 "${scripts[@]}"
}

# All programs with one compiler, against one source's headers and harness.
check_build()	# COMPILER SOURCE DIRECTORY
{
	mkdir -p "$build/$3"
	attend flock -F "$build/$3/.lock" make -s -j "$(nproc)" CC="$1" KSRC="$2" OUTPUT="$build/$3" \
		WERROR=1 all unit meta bench demo
}

# Every case names the behaviour that it pins and says how it was seen failing.
check_cases()
{
	awk -F '\t' '
		$4 == "" { print $1 ":" $2 "." $3 " names no behaviour"; bad = 1 }
		$6 == "" { print $1 ":" $2 "." $3 " says not how it was seen failing"; bad = 1 }
		END { exit bad }' "$build/check-gcc/cases.tsv"
}

# doc/behaviours.md and the cases know the same ids.
check_ids()
{
	awk -F '\t' '
		FNR == NR { if (match($0, /^- [A-Z]+-[0-9]+:/)) doc[substr($0, 3, RLENGTH - 3)]; next }
		{ n = split($4, ids, ","); for (i = 1; i <= n; i++) used[ids[i]] = $1 "." $3 }
		END {
			for (id in doc) if (!(id in used)) { print id " has no case"; bad = 1 }
			for (id in used) if (!(id in doc)) {
				print used[id] ": " id " is not in doc/behaviours.md"; bad = 1
			}
			exit bad
		}' doc/behaviours.md "$build/check-gcc/cases.tsv"
}

check_unit()
{
	local program

	for program in "$build"/check-*/progs/unit/*_test; do
		attend "$program" || { echo "$program failed"; return 1; }
	done
}

# Those that change the machine skip above.
check_unit_in_vm()
{
	local image

	image=$(vm/kernel.sh image) || return
	# shellcheck disable=SC2016	# for the VM's shell
	attend tools/vm_exec --kernel "$image" --agent "$build/agent" \
		--file "$build/check-gcc/progs/unit:/unit" -- \
		sh -c 'for p in /unit/*_test; do echo "# $p"; "$p" || exit; done'
}

check_meta()
{
	attend tools/check_meta --vm --programs "$build/check-gcc/progs/meta" --jobs 2 --timeout 10
}

# Quick once the diffs are in the cache; what is not there takes minutes.
check_mutants()
{
	attend ./run_tests.sh mutate --check
}

provide_tools missing_for_check
attend ./run_tests.sh setup --vm || exit

source=$(vm/kernel.sh source) || exit 2
check "shell scripts are clean" check_shell
check "python is clean" check_python
check "builds with gcc" check_build gcc "$source" check-gcc
check "builds with clang" check_build clang "$source" check-clang
check "every case pins a behaviour" check_cases
check "every behaviour has a case" check_ids
check "every mutant named exists" tools/check_red
if command -v spatch >/dev/null; then
	check "mutants apply" check_mutants
else
	echo "skip  mutants apply (no spatch; run_tests.sh mutate installs it)"
fi
check "library's unit tests" check_unit
check "library's unit tests in the VM" check_unit_in_vm
check "runner's unit tests" attend env --default-signal=INT,HUP unit/run.sh
check "runner's verdicts in the VM" check_meta

attend ./run_tests.sh --vm "$@"
suite=$?
((failed == 0)) || exit 1
exit "$suite"
