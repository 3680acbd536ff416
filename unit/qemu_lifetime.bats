# SPDX-License-Identifier: GPL-2.0
# QEMU and the tests never outlive the process that the user started.

setup()
{
	root=$BATS_TEST_DIRNAME/..
}

# Starts a run of a case that hangs; sets $runner, and $tree to all processes
# below it once a process of that name is among them.
start_hanging()	# NAME OPTION...
{
	local name=$1 until=$((SECONDS + 60))

	shift
	# Who runs us in the background may have had these ignored.
	env --default-signal=INT,HUP "$root/run_tests.sh" --quiet --programs "$root/unit/fake" \
		--out "$BATS_TEST_TMPDIR/out" "$@" verdicts_test:hangs >/dev/null 2>&1 3>&- &
	runner=$!
	while tree=$(descendants "$runner"); do
		for pid in $tree; do
			[[ $(cat "/proc/$pid/cmdline" 2>/dev/null | tr '\0' ' ') == *"$name"* ]] &&
				[[ $(readlink "/proc/$runner/exe") == *python* ]] && return
		done
		((SECONDS < until)) || return 1
	done
}

descendants()	# PID
{
	local child

	for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		echo "$child"
		descendants "$child"
	done
}

all_gone()	# PID...
{
	local pid until=$((SECONDS + 20))

	for pid; do
		while [[ -e /proc/$pid && $(awk '/^State/ {print $2}' "/proc/$pid/status") != Z ]]; do
			((SECONDS < until)) || { echo "left behind: $pid"; return 1; }
		done
	done 2>/dev/null
}

@test "a kill -9 of the runner takes QEMU along" {
	start_hanging qemu-system --vm
	kill -KILL "$runner"
	all_gone $tree
}

@test "so do SIGTERM and SIGHUP, with an exit code that says so" {
	for signal in TERM HUP; do
		start_hanging qemu-system --vm
		kill -"$signal" "$runner"
		run wait "$runner"
		all_gone $tree
	done
}

@test "SIGINT as from a terminal" {
	set -m
	start_hanging qemu-system --vm
	kill -INT -- "-$runner"
	all_gone "$runner" $tree
}

@test "natively the running case goes too" {
	start_hanging verdicts_test --native
	kill -KILL "$runner"
	all_gone $tree
	start_hanging verdicts_test --native
	kill -TERM "$runner"
	all_gone $tree
}

@test "a script that attends a command takes it along, and says how it ended" {
	cat >"$BATS_TEST_TMPDIR/script" <<-'END'
	set -eu
	. "$1/vm/cache.sh"
	end_on_signals
	attend sleep 61235 || true
	echo "goes on"
	END
	for pair in KILL:137 TERM:143 INT:130 HUP:129; do
		# Who runs us in the background may have had these ignored.
		env --default-signal=INT,HUP bash "$BATS_TEST_TMPDIR/script" "$root" \
			>"$BATS_TEST_TMPDIR/said" 3>&- &
		runner=$!
		until tree=$(descendants "$runner") && [[ $tree ]] &&
				[[ $(cat "/proc/$tree/comm") == sleep ]]; do
			[[ -e /proc/$runner ]]
		done
		kill -"${pair%:*}" "$runner"
		all_gone "$runner"
		status=0
		wait "$runner" || status=$?
		[ "$status" -eq "${pair#*:}" ]
		[ ! -s "$BATS_TEST_TMPDIR/said" ]
		all_gone $tree
	done
}

@test "an attended command keeps its input and its exit code" {
	. "$root/vm/cache.sh"
	run attend sh -c 'read -r word; echo "$word"; exit 7' <<<input
	[ "$status" -eq 7 ]
	[ "$output" = input ]
}
