# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced, after cache.sh: the tools that may be missing, and installing them.

# Prints the package of each tool that is missing.
missing_packages()	# TOOL:PACKAGE...
{
	local pair

	for pair; do
		command -v "${pair%%:*}" >/dev/null || [[ -e ${pair%%:*} ]] || echo "${pair#*:}"
	done
}

missing_for_build()
{
	missing_packages python3:python3 gcc:gcc make:make xz:xz-utils \
		/usr/include/stdlib.h:libc6-dev
}

missing_for_vm()
{
	missing_packages "${QEMU:?}:${QEMU_PACKAGE:?}" flex:flex bison:bison bc:bc \
		/usr/include/libelf.h:libelf-dev
	[[ $(ldd /bin/busybox 2>&1) == *"not a dynamic"* ]] || echo busybox-static
}

# Only for "run_tests.sh mutate".
missing_for_mutate()
{
	missing_packages spatch:coccinelle patch:patch
}

install_packages()
{
	local apt=(apt-get install -y --no-install-recommends "$@") log

	(($(id -u) == 0)) || die "missing tools; as root, run: ${apt[*]}"
	# A fresh machine may still be at its unattended upgrades.
	apt+=(-o DPkg::Lock::Timeout=300)
	say "installing $*"
	log=$(mktemp) || die "cannot write to ${TMPDIR:-/tmp}"
	export DEBIAN_FRONTEND=noninteractive
	if ! "${apt[@]}" >"$log" 2>&1; then
		{ apt-get update && "${apt[@]}"; } >"$log" 2>&1 || {
			log_tail "$log"
			rm "$log"
			die "cannot install $*"
		}
	fi
	rm "$log"
}

provide_tools()	# FUNCTION...
{
	local packages

	[[ -d /dev/fd ]] || die "/dev/fd is missing: are /proc and /dev mounted here?"
	mapfile -t packages < <(for f in "$@"; do "$f"; done)
	((${#packages[@]} == 0)) || timed install install_packages "${packages[@]}"
}
