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
tests=(guest_memfd_test x86/private_mem_kvm_exits_test x86/vm_types_test
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

files=() script='' number=0
for test in "${tests[@]}"; do
	name=${test##*/}
	files+=(--file "$peer/$test:/t/$name")
	script+="judge $((++number)) $name || exit 1; "
done
# shellcheck disable=SC2016
judge='judge()
{
	dmesg -c >/dev/null
	timeout 90 /t/$2 >/tmp/log 2>&1
	code=$?
	if dmesg | grep -E "WARNING: |BUG: |Oops|general protection"; then
		echo "not ok $1 $2 # kernel warning"
	elif [ $code = 0 ] || [ $code = 4 ]; then
		echo "ok $1 $2"
		return 0
	elif [ $code = 143 ]; then
		echo "not ok $1 $2 timeout"
	else
		tail -n 3 /tmp/log
		echo "not ok $1 $2 # exit=$code"
	fi
	return 1
}
'
code=0
"$root/tools/vm_exec" --kernel "${KVM_GMEM_IMAGE:?}" --modules "${KVM_GMEM_MODULES:?}" \
	--agent "${KVM_GMEM_AGENT:?}" "${files[@]}" --timeout 270 \
	-- /bin/sh -c "$judge$script" || code=$?
((code != 125)) || echo "not ok 1 the VM # it crashed or hung"
exit "$code"
