#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For "run_tests.sh mutate --against": the kernel's own private-memory selftests,
# in a VM with the kernel that the environment names. Prints "ok"/"not ok" for
# each until the first that fails; a kernel warning counts as a failure, too.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=vm/cache.sh
. "$root/vm/cache.sh"
# shellcheck source=tools/peer.sh
. "$root/tools/peer.sh"

# Those of the newest source here, whatever kernel is judged: that is how one would
# look for a regression.
source=$("$root/vm/kernel.sh" newest-source)
[[ $source ]] || source=$("$root/vm/kernel.sh" source) || exit 127
peer=$(peer_dir "$root/build" "$source")
if [[ ! -e $peer/complete ]]; then	# what is there may still be being written
	for test in "${PEER_TESTS[@]}"; do
		(build_peer "$source" "$peer" "$test") || exit 127
	done
	touch "$peer/complete"
fi

files=(--file "$root/bench/peer/judge.sh:/t/judge")
for test in "${PEER_TESTS[@]}"; do
	files+=(--file "$peer/$test:/t/${test##*/}")
done
code=0
end_on_signals
attend "$root/tools/vm_exec" --kernel "${KVM_GMEM_IMAGE:?}" --modules "${KVM_GMEM_MODULES:?}" \
	--agent "${KVM_GMEM_AGENT:?}" "${files[@]}" --timeout 270 --append no_timer_check \
	-- /t/judge "${PEER_TESTS[@]##*/}" || code=$?
((code != 125)) || echo "not ok 1 the VM # it crashed or hung"
exit "$code"
