#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs a demonstration in the VM: demo/run.sh [--trace] NAME. Exit code: the program's.
# Run "./run_tests.sh setup" first.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=vm/cache.sh
. "$root/vm/cache.sh"

trace=()
if [[ ${1-} == --trace ]]; then
	trace=(--trace)
	shift
fi
name=${1-}
build=${KVM_GMEM_BUILD:-$root/build}
if (($# != 1)) || [[ ! -f $root/demo/$(uname -m)/$name.c ]]; then
	echo "usage: demo/run.sh [--trace] NAME, where NAME is one of:" >&2
	(cd "$root/demo/$(uname -m)" && ls -- *.c) | sed 's/^/  /; s/\.c$//' >&2
	exit 2
fi
source=$("$root/vm/kernel.sh" source)
image=$("$root/vm/kernel.sh" image)
make_program "$source" "$build" "$build/progs/demo/$name"
[[ -x $build/agent ]] || die "there is no agent: run ./run_tests.sh setup"
variation=default
[[ $name != *_dma ]] || variation=edu
exec "$root/tools/vm_exec" --kernel "$image" --agent "$build/agent" --variation "$variation" \
	--file "$build/progs/demo/$name:/$name" -- "/$name" "${trace[@]}"
