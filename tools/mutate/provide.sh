#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: provide.sh source|all [VERSION]
# Installs, fetches and builds what "run_tests.sh mutate" needs, and prints it as
# NAME=VALUE lines: source, version, and for "all": tree, agent, channel, program...
set -euo pipefail

# shellcheck source=run_tests.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../run_tests.sh"

what=$1 version=${2-}
provide_tools missing_for_mutate
if [[ $what == source ]]; then
	source=$(kernel_sh source ${version:+"$version"}) || exit 2
else
	mkdir -p "$build" || die "cannot write to $build"
	provide_tools missing_for_build missing_for_vm
	build_agent >&2
	build_suite >&2
	tree=$(setpriv --pdeathsig TERM "$root/vm/mutation_tree.sh" ${version:+"$version"}) || exit 2
	source=$(readlink "$tree/source")
	echo "tree=$tree"
	echo "agent=$build/agent"
	echo "channel=$VM_CHANNEL"
	list_programs | sed 's/^/program=/'
	printf 'own_kernel=%s\n' "${!VM_CONFIG[@]}"
fi
name=$(basename "$source")
echo "source=$source"
echo "version=${name%%_*}"
echo "cache=$cache"
