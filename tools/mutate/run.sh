#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# run_tests.sh mutate: see --help, or tools/mutate/__main__.py.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=vm/cache.sh
. "$root/vm/cache.sh"
# shellcheck source=vm/packages.sh
. "$root/vm/packages.sh"

missing_for_python()
{
	missing_packages python3:python3
}

provide_tools missing_for_python
exec python3 "$root/tools/mutate" "$@"
