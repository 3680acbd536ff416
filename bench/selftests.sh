#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For "run_tests.sh mutate --against": the kernel's own private-memory selftests,
# in a VM with the kernel that the environment names. Prints "ok"/"not ok" for
# each until the first that fails; a kernel warning counts as a failure, too.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=vm/cache.sh
. "$root/vm/cache.sh"

peer=$root/build/peer
tests=(guest_memfd_test x86/private_mem_kvm_exits_test vm_types_test
	pre_fault_memory_test x86/private_mem_conversions_test set_memory_region_test)

# Those of the newest source, whatever kernel is judged: that is how one would
# look for a regression. The lock is for several judges at a time.
build_tests()
{
	local source log

	source=$("$root/vm/kernel.sh" source)
	mkdir -p "$peer"
	log=$peer/build.log
	flock "$peer/.lock" make -C "$source/tools/testing/selftests/kvm" OUTPUT="$peer" ARCH=x86 \
		KHDR_INCLUDES="-isystem $source/usr/include" EXTRA_CFLAGS=-static \
		LDFLAGS=-static "${tests[@]/#/$peer/}" >"$log" 2>&1 || {
		log_tail "$log"
		exit 127
	}
}

for test in "${tests[@]}"; do
	[[ -x $peer/$test ]] || { build_tests; break; }
done

files=(--file "$root/bench/peer/judge.sh:/t/judge")
for test in "${tests[@]}"; do
	files+=(--file "$peer/$test:/t/${test##*/}")
done
code=0
"$root/tools/vm_exec" --kernel "${KVM_GMEM_IMAGE:?}" --modules "${KVM_GMEM_MODULES:?}" \
	--agent "${KVM_GMEM_AGENT:?}" "${files[@]}" --timeout 270 --append no_timer_check \
	-- /t/judge "${tests[@]##*/}" || code=$?
((code != 125)) || echo "not ok 1 the VM # it crashed or hung"
exit "$code"
