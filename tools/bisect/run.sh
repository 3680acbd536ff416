#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# run_tests.sh bisect: see --help, or tools/bisect/__main__.py.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=vm/cache.sh
. "$root/vm/cache.sh"
# shellcheck source=vm/packages.sh
. "$root/vm/packages.sh"

missing_for_python()
{
	missing_packages python3:python3 git:git
}

judging()	# ARGUMENT...
{
	local argument

	for argument; do
		case $argument in
		--judge) return 0 ;;
		--) return 1 ;;
		esac
	done
	return 1
}

# To git each exit code below 128 is a verdict; what ends here has none.
if judging "$@"; then
	trap 'exit 128' EXIT
fi
provide_tools missing_for_python
export KVM_GMEM_CACHE=$cache
exec python3 "$root/tools/bisect" "$@"
