#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: build.sh TREE OBJECTS STEP [FRAGMENT]
# Builds the kernel of TREE into OBJECTS, which is kept from step to step, and
# puts image, config, build.log, and missing (the options that this kernel does
# not have) into STEP. FRAGMENT adds to the suite's configuration.
# Exit code: 0 built, 1 it does not build, 2 it cannot be tried.
set -euo pipefail

# shellcheck source=vm/kernel.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../vm/kernel.sh"
# shellcheck source=vm/x86_64.conf
. "$root/vm/$arch.conf"

tree=$1 objects=$2 into=$3 user_config=${4-}
log=$into/build.log
make_args=(-C "$tree" "O=$objects" "ARCH=$KERNEL_ARCH" LOCALVERSION=
	KBUILD_BUILD_USER=kvm-gmem KBUILD_BUILD_HOST=kvm-gmem)
# Commits of a range differ in few files, but include the same headers.
! command -v ccache >/dev/null || make_args+=("CC=ccache gcc")

# Make removes what it was about to write when it is ended; so let it do that,
# else the objects could not be trusted afterwards.
run_make()	# ARGUMENT...
{
	local pid rc=0

	setpriv --pdeathsig TERM make "${make_args[@]}" "$@" >&8 2>&1 &
	pid=$!
	# Make may be gone by then: the signal goes to the whole group.
	trap 'kill "$pid" 2>/dev/null || true; wait "$pid" || true; finish_log
		rm -f "$objects/unfinished"; exit 143' TERM INT HUP
	wait "$pid" || rc=$?
	trap - TERM INT HUP
	return "$rc"
}

# What make prints goes to the log; of a long build the reader sees some signs.
start_log()
{
	: >"$log"
	exec 8> >(tee -a "$log" | progress)
	logger=$!
}

finish_log()
{
	exec 8>&-
	wait "$logger" || true
}

kernel_version()
{
	awk '$1 == "VERSION" { v = $3 } $1 == "PATCHLEVEL" { print v "." $3; exit }' "$tree/Makefile"
}

# All that decides about the configuration, as one word.
config_key()
{
	{
		git -C "$tree" ls-tree -r HEAD |
			grep -E '(Kconfig|	scripts/[^/]*\.sh$|	Makefile$)' || true
		cat "$1"
		gcc --version
	} | sha256sum
}

# Every option is asked for, whatever its "# since": between two releases only
# the source knows what it has. What its version should have is what is missed.
configure_step()
{
	local key

	mapfile -t files < <(fragment_files)
	grep -h '^CONFIG_' "${files[@]}" >"$into/fragment"
	key=$(config_key "$into/fragment")
	if [[ ! -e $objects/.config || $(cat "$objects/config-key" 2>/dev/null) != "$key" ]]; then
		rm -f "$objects/config-key"
		run_make "KCONFIG_ALLCONFIG=$(realpath "$into/fragment")" allnoconfig || return
		echo "$key" >"$objects/config-key"
	fi
	cp "$objects/.config" "$into/config"
	fragment "$(kernel_version)" "${files[@]}" >"$into/fragment"
	dropped "$into/fragment" "$into/config" >"$into/missing"
	rm "$into/fragment"
}

main_build()
{
	local rc=0

	[[ ! -e $objects/unfinished ]] || rm -rf "$objects"
	mkdir -p "$objects"
	: >"$objects/unfinished"
	start_log
	configure_step && run_make -j "$(nproc)" "$KERNEL_TARGET" || rc=$?
	finish_log
	rm -f "$objects/unfinished"
	if ((rc)); then
		! grep -q 'No space left on device' "$log" || die "disk full: no space left in $objects"
		exit 1
	fi
	cp "$objects/$KERNEL_VM_IMAGE" "$into/image"
}

main_build
