#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ./run_tests.sh coverage: what the suite reaches of the kernel's own code, next
# to what the kernel's selftests for private memory reach.
set -euo pipefail

# shellcheck source=run_tests.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../run_tests.sh"
# shellcheck source=tools/peer.sh
. "$root/tools/peer.sh"

here=$root/tools/coverage
version='' peer=1 patterns=() verdict=0

coverage_usage()
{
	cat <<-END
	usage: ./run_tests.sh coverage [OPTION...] [PATTERN...]
	Builds a kernel that counts (gcov), runs the suite on it and then the kernel's own
	private-memory selftests, and reports lines and branches of the kernel's code for
	private memory (tools/coverage/functions.ARCH), for both side by side.

	  --kernel VERSION    like 6.12; the default is the newest that Debian offers
	  --no-peer           without the kernel's selftests
	  --out DIR           where the reports go (default results/coverage-DATE):
	                      coverage.txt, coverage.json, html/index.html
	  --help

	Exit code: 0 done, 1 a case failed (the report is there), 2 could not run.
	END
}

parse()
{
	while (($#)); do
		case $1 in
		--help | -h) coverage_usage; exit 0 ;;
		--no-peer) peer='' ;;
		--kernel | --out)
			[[ ${2-} ]] || die "$1 wants a value"
			[[ $1 == --out ]] && out=$2 || version=$2
			shift ;;
		-*) die "unknown option '$1' (coverage --help shows all)" ;;
		*) patterns+=("$1") ;;
		esac
		shift
	done
	[[ $version =~ ^([0-9]+\.[0-9]+)?$ ]] || die "--kernel wants a version like 6.12: '$version'"
}

missing_for_coverage()
{
	missing_packages gcov:gcc gcovr:gcovr /usr/include/uuid/uuid.h:uuid-dev
}

run_suite()
{
	say "running the suite"
	attend "$root/run_tests.sh" --kernel "$image" --share "$work/ours" --after "$here/collect" \
		--out "$out/suite" --timeout 180 --quiet "${patterns[@]}" || verdict=$?
	((verdict <= 1)) || exit "$verdict"
}

# They run to the end each, whatever they say; what they say is kept.
run_peer()
{
	local name steps='' files=() dir

	say "building and running the kernel's own selftests"
	dir=$(peer_dir "$build" "$source")
	for name in "${PEER_TESTS[@]}"; do
		[[ -e $source/tools/testing/selftests/kvm/$name.c ]] || continue
		build_peer "$source" "$dir" "$name"
		files+=(--file "$dir/$name:/p/${name##*/}")
		steps+="echo '# ${name##*/}'; timeout 300 /p/${name##*/} 2>&1; echo \"# exit \$?\"; "
	done
	attend "$root/tools/vm_exec" --kernel "$image" --agent "$build/agent" --share "$work/peer" \
		--file "$here/collect:/etc/after" --timeout 1800 "${files[@]}" \
		-- /bin/sh -c "$steps sh /etc/after" >"$out/peer.log" ||
		die "the kernel's selftests did not run in the VM; see $out/peer.log"
}

# Copies the counts beside the notes, the way gcovr wants to find them.
write_html()
{
	local boot gcda stem n=0

	for boot in "$work"/ours/*; do
		n=$((n + 1))
		cp -r "$notes" "$work/html$n"
		while read -r gcda; do
			stem=${gcda#"$boot"/}
			while [[ $stem == */* && ! -e $work/html$n/${stem%.gcda}.gcno ]]; do
				stem=${stem#*/}
			done
			cp "$gcda" "$work/html$n/$stem"
		done < <(find "$boot" -name '*.gcda')
	done
	mkdir -p "$out/html"
	gcovr --root "$source" --html-details "$out/html/index.html" --delete \
		--gcov-ignore-parse-errors --filter '.*/virt/kvm/' --filter '.*/arch/x86/kvm/' \
		"$work"/html* >"$work/gcovr.log" 2>&1 || {
		log_tail "$work/gcovr.log"
		die "gcovr failed"
	}
}

coverage_main()
{
	parse "$@"
	: "${out:=$root/results/coverage-$(date +%Y%m%d-%H%M%S)-$$}"
	mkdir -p "$build" "$out" || die "cannot write to $out"
	provide_tools missing_for_build missing_for_vm missing_for_coverage
	source=$(kernel_sh source ${version:+"$version"}) || exit_like $?
	image=$(kernel_sh image ${version:+"$version"} --coverage) || exit_like $?
	notes=$(dirname "$image")/notes
	work=$(mktemp -d) || die "cannot write to ${TMPDIR:-/tmp}"
	trap 'rm -rf "$work"' EXIT
	end_on_signals
	mkdir "$work/ours" "$work/peer"
	build_agent
	run_suite
	[[ -z $peer ]] || run_peer
	say "reading the counts"
	write_html
	python3 "$here/compare.py" --source "$source" --notes "$notes" \
		--functions "$here/functions.$(uname -m)" \
		--unreachable "$here/unreachable.$(uname -m)" \
		--ours "$work/ours" ${peer:+--peer "$work/peer"} --out "$out"
	echo "# the report: $out/coverage.txt, $out/html/index.html"
	exit "$verdict"
}

coverage_main "$@"
