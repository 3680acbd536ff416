# SPDX-License-Identifier: GPL-2.0
# The runner and its agent against programs that break their contract, end to
# end: natively, and in the VM what only a VM survives.

setup()
{
	root=$BATS_TEST_DIRNAME/..
	out=$BATS_TEST_TMPDIR/out
}

fake()
{
	"$root/run_tests.sh" --quiet --programs "$root/unit/fake" --out "$out" --timeout 4 "$@"
}

expect()	# CASE...: exactly these, as the table says
{
	local case

	for case; do
		grep "^verdicts_test:${case#verdicts_test:} |" "$root/unit/fake/expected"
	done >"$out/expected"
	python3 "$root/tools/runner/expected.py" "$out/results.json" "$out/expected"
}

@test "every broken contract gets its own verdict, natively" {
	mapfile -t cases < <(sed -n 's/^\(verdicts_test:[^ ]*\) .*/\1/p' "$root/unit/fake/expected" |
		grep -v -e crashes_the_kernel -e splats)
	run fake --native --jobs 4 "${cases[@]}"
	[ "$status" -eq 1 ]
	expect "${cases[@]}"
}

@test "a splat and a crash of the kernel are blamed on their cases; the others run" {
	run fake --vm --timeout 30 --jobs 1 verdicts_test:splats verdicts_test:crashes_the_kernel \
		verdicts_test:passes verdicts_test:floods
	[ "$status" -eq 1 ]
	expect fake.splats fake.crashes_the_kernel fake.passes fake.floods
	[ "${lines[-1]}" = "2 passed, 2 failed, 0 skipped" ]
}

@test "of two cases that ran when the kernel died, the guilty one is found" {
	run fake --vm --timeout 30 --jobs 2 verdicts_test:floods verdicts_test:crashes_the_kernel
	[ "$status" -eq 1 ]
	expect fake.crashes_the_kernel fake.floods
}

@test "exit codes: passed 0, all skipped 4, skipped with --fail-on-skip 1" {
	run fake --native verdicts_test:passes
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "1 passed, 0 failed, 0 skipped" ]
	run fake --native verdicts_test:skips
	[ "$status" -eq 4 ]
	run fake --native verdicts_test:skips verdicts_test:passes
	[ "$status" -eq 0 ]
	run fake --native --fail-on-skip verdicts_test:skips verdicts_test:passes
	[ "$status" -eq 1 ]
}

@test "a failure is shown with program, case, log, seed and the command that repeats it" {
	run fake --native --seed 77 verdicts_test:fails verdicts_test:passes
	[[ "$output" == *"FAILED verdicts_test fake.fails: fake_test.c:7: 1 != 2"* ]]
	[[ "$output" == *"    # fake_test.c:7: 1 != 2"* ]]
	[[ "$output" == *"./run_tests.sh --timeout 4 --native --seed 77 verdicts_test:fake.fails"* ]]
}

@test "a known failure is expected inside its kernel range only" {
	local list=$BATS_TEST_TMPDIR/known

	echo "verdicts_test:fake.fails | >=2.6 | KVM: fix it" >"$list"
	run fake --native --known-failures "$list" verdicts_test:fails
	[ "$status" -eq 0 ]
	[[ "$output" == *"verdicts_test:fake.fails: known: KVM: fix it"* ]]
	echo "verdicts_test:fake.fails | <2.6 | KVM: fix it" >"$list"
	run fake --native --known-failures "$list" verdicts_test:fails
	[ "$status" -eq 1 ]
	echo "verdicts_test:fake.passes | >=2.6 | KVM: fix it" >"$list"
	run fake --native --known-failures "$list" verdicts_test:passes
	[ "$status" -eq 1 ]
	[[ "$output" == *"xpass: listed as a known failure: KVM: fix it"* ]]
}

@test "results come as KTAP, JSON and JUnit" {
	run fake --native --repeat 2 --shuffle verdicts_test:fails verdicts_test:skips
	[ "$(grep -c '^    ok 1 fake.skips # SKIP no such hardware$\|^    ok 2 fake.skips' \
		"$out/results.tap")" -eq 2 ]
	python3 -c "import json, xml.etree.ElementTree as e
assert json.load(open('$out/results.json'))['summary'] == {
		'pass': 0, 'fail': 2, 'skip': 2, 'xfail': 0}
suites = e.parse('$out/junit.xml').getroot()
assert [s.get('failures') for s in suites] == ['1', '1']"
}

@test "shards run every case once" {
	for i in 1 2 3; do
		fake --native --list --shard $i/3 'verdicts_test:*'
	done | sort >"$BATS_TEST_TMPDIR/shards"
	fake --native --list | sort | diff - "$BATS_TEST_TMPDIR/shards"
}

# Red: the list as it was, "Broken pipe" and exit code 2.
@test "a reader of the list may leave early" {
	fake --native --list 'verdicts_test:*' 2>"$BATS_TEST_TMPDIR/said" | true
	[ "${PIPESTATUS[0]}" = 0 ]
	[ ! -s "$BATS_TEST_TMPDIR/said" ]
}
