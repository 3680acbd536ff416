#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Counts the instructions of the same work done by this suite and by the
# kernel's own KVM selftests, in one boot of a VM whose clock counts
# instructions. Run "./run_tests.sh setup" first.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=vm/cache.sh
. "$root/vm/cache.sh"
# shellcheck source=tools/peer.sh
. "$root/tools/peer.sh"

rounds=3
build=$root/build

# One line per name: the count in the middle.  The first round pays for first uses, and
# in some round a timer of the kernel may come due that has nothing to do with it.
middle_round()
{
	sort -k1,1 -k2,2n | awk '
	function put() { if (n) print name, count[int((n + 1) / 2)] }
	NF != 2 || $2 !~ /^[0-9]+$/ { next }
	$1 != name { put(); name = $1; n = 0 }
	{ count[++n] = $2 }
	END { put() }'
}

table()
{
	awk '
	function row(title, ours, theirs) {
		printf "%-28s %14d %14d %9.1f %%\n", title, n[ours], n[theirs], \
			100 * n[ours] / n[theirs]
	}
	{ n[$1] = $2 }
	END {
		printf "%-28s %14s %14s %11s\n", "instructions", "this suite", "the kernel'"'"'s", "ratio"
		row("VM with one vCPU, a ucall", "vm_lifetime", "vm_lifetime_peer")
		row("conversions", "conversions", "conversions_peer")
	}'
}

source=$("$root/vm/kernel.sh" source)
image=$("$root/vm/kernel.sh" image)
peer=$(peer_dir "$build" "$source")
make_program "$source" "$build" bench
build_peer "$source" "$peer" x86/private_mem_conversions_test
build_peer "$source" "$peer" vm_lifetime_peer VPATH="$root/bench/peer" \
	TEST_GEN_PROGS_EXTENDED_x86=vm_lifetime_peer

steps="./vm_lifetime; ./vm_lifetime_peer 2>/dev/null;"
steps+=" ./count conversions $rounds ./conversions;"
steps+=" ./count conversions_peer $rounds ./private_mem_conversions_test"
counts=$(exec setpriv --pdeathsig TERM "$root/tools/vm_exec" --kernel "$image" --agent "$build/agent" --icount --smp 1 \
	--file "$build/progs/bench/count:/b/count" --file "$build/progs/bench/vm_lifetime:/b/vm_lifetime" \
	--file "$build/progs/bench/conversions:/b/conversions" \
	--file "$peer/vm_lifetime_peer:/b/vm_lifetime_peer" \
	--file "$peer/x86/private_mem_conversions_test:/b/private_mem_conversions_test" \
	-- /bin/sh -c "cd /b && { $steps; }") || die "the programs did not run in the VM"
middle_round <<<"$counts" | table
