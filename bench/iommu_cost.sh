#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Counts the instructions that IOMMU updates cost, in a VM whose clock counts them:
# a block of so many pages, per page ("sizes"); one page out of a run of so many, in all
# ("runs"). Without an argument both. Run "./run_tests.sh setup" first.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=vm/cache.sh
. "$root/vm/cache.sh"

build=$root/build
source=$("$root/vm/kernel.sh" source)
image=$("$root/vm/kernel.sh" image)
make_program "$source" "$build" "$build/progs/bench/iommu_cost"
[[ -x $build/agent ]] || die "there is no agent: run ./run_tests.sh setup"
exec "$root/tools/vm_exec" --kernel "$image" --agent "$build/agent" --icount --smp 1 --memory 3G \
	--timeout 3600 --file "$build/progs/bench/iommu_cost:/iommu_cost" -- /iommu_cost "$@"
