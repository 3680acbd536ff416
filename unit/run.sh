#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The unit tests of the runner and the VM backend.  Arguments go to bats.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
status=0
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$root/tools/runner:$root/tools/mutate:$root/tools/bisect \
	setpriv --pdeathsig TERM python3 -m unittest discover -s "$root/unit" || status=1
setpriv --pdeathsig TERM bats "$@" "$root"/unit/*.bats || status=1
exit $status
