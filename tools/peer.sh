# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced, after cache.sh: builds the kernel's own KVM selftests, which this
# suite is measured against.

# Those about private memory, for each kernel that has them. The last takes longer than
# all others together, and who looks for the first failure may not get there.
# shellcheck disable=SC2034	# used by who sources this
PEER_TESTS=(guest_memfd_test pre_fault_memory_test vm_types_test
	x86/private_mem_conversions_test x86/private_mem_kvm_exits_test
	set_memory_region_test)

# Of each source its own, or make would take what is there for up to date.
peer_dir()	# BUILD SOURCE
{
	echo "$1/peer/$(basename "$2")"
}

# The kernel's selftests are not ours to make warn-free: only errors are shown.
build_peer()	# SOURCE OUTPUT TARGET [VARIABLE=VALUE...]
{
	local source=$1 out=$2 target=$3 log

	shift 3
	mkdir -p "$out"
	log=$(mktemp) || die "cannot write to ${TMPDIR:-/tmp}"
	attend flock -F "$out/.lock" \
		make -C "$source/tools/testing/selftests/kvm" OUTPUT="$out" ARCH=x86 \
		KHDR_INCLUDES="-isystem $source/usr/include" EXTRA_CFLAGS=-static \
		LDFLAGS=-static "$@" "$out/$target" >"$log" 2>&1 || {
		tail -n 5 "$log" >&2
		rm "$log"
		die "the kernel's $target does not build (it wants uuid-dev)"
	}
	rm "$log"
}
