# SPDX-License-Identifier: GPL-2.0
# "run_tests.sh bisect" as a command, on a kernel tree that make builds in no time:
# its image is a text, and unit/fake/bisect_runner does what that says.

setup()
{
	root=$BATS_TEST_DIRNAME/..
	src=$BATS_TEST_TMPDIR/src
	out=$BATS_TEST_TMPDIR/out
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	export KVM_GMEM_BISECT_RUN=$root/unit/fake/bisect_runner
	export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.invalid
	export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.invalid
}

# A tree whose configuration takes all that is asked for but what "lacks" names;
# as in a real one, the last of several lines for one option counts.
tree()	# BEHAVIOUR...: one commit each
{
	local what n=0

	git init -q "$src"
	cd "$src" || return
	: >Kconfig
	: >Kconfig.lacks
	cat >Makefile <<-'END'
	.RECIPEPREFIX = >
	VERSION = 7
	PATCHLEVEL = 3
	allnoconfig:
	>@tac $(KCONFIG_ALLCONFIG) | sort -s -u -t = -k 1,1 | grep -v -x -f Kconfig.lacks | \
	>	grep -v =n >$(O)/.config
	bzImage:
	>@mkdir -p $(O)/arch/x86/boot/compressed
	>@echo "  CC      x.o"; ! grep -q broken behaviour || { echo "x.c:1: error: no"; exit 1; }
	>@! grep -q slow-build behaviour || sleep 61234
	>@sed "s, .*,," behaviour >$(O)/arch/x86/boot/compressed/vmlinux.bin
	END
	for what; do
		n=$((n + 1))
		echo "$what $n" >behaviour
		case $what in
		lacking) echo CONFIG_KVM=y >Kconfig.lacks ;;
		lacking-smm) echo CONFIG_KVM_SMM=y >Kconfig.lacks; echo "good $n" >behaviour ;;
		*) : >Kconfig.lacks ;;
		esac
		git add -A
		git commit -q -m "number $n: $what"
		git tag "t$n"
	done
	cd - >/dev/null || return
}

bisect()
{
	run "$root/run_tests.sh" bisect "$@"
}

passes()	# OPTION...: bisects by a case of unit/fake
{
	bisect --src "$src" --out "$out" --programs "$root/unit/fake" --test verdicts_test:passes "$@"
}

one_line()	# TEXT
{
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == "run_tests.sh: $1"* ]]
}

@test "bisect: bad options, trees and commits are told in one line" {
	bisect --bogus
	one_line "bisect: unrecognized arguments: --bogus"
	bisect --good A
	one_line "bisect: --bad COMMIT is missing"
	bisect --good A --bad B --src /nosuch
	one_line "--src: there is no directory '/nosuch'"
	bisect --good A --bad B --src /proc
	one_line "--src: '/proc': not a git repository"
	tree good bad
	bisect --src "$src" --good t1 --bad nosuch
	one_line "no commit 'nosuch' in $src"
	bisect --src "$src" --good t2 --bad t1
	one_line "bisect: --bad is older than --good: --fixed looks for a fix"
	bisect --src "$src" --good t1 --bad HEAD~1
	one_line "bisect: --good and --bad are the same commit"
	git -C "$src" rm -q Kconfig
	git -C "$src" commit -q -m "no kernel"
	bisect --src "$src" --good t1 --bad HEAD
	one_line "$src is not a kernel tree: "
	bisect --resume --out "$out"
	one_line "--resume: there is no $out/state.json"
	[ ! -e "$out" ]
}

@test "bisect: a case that does not exist" {
	tree good bad
	bisect --src "$src" --out "$out" --programs "$root/unit/fake" --test nosuch_test \
		--good t1 --bad t2
	[ "$status" -eq 2 ]
	[ "${lines[-1]}" = "run_tests.sh: no test case matches 'nosuch_test' (--list shows all)" ]
}

@test "bisect: past commits that do not build, boot or have KVM; hangs and skips" {
	tree lacking-smm good noboot broken good lacking skip good good crash bad broken hang bad
	passes --good t1 --bad t14
	[ "$status" -eq 0 ]
	[[ $output == *"culprit: $(git -C "$src" rev-parse t10)"* ]]
	[[ $output == *"Fixes: $(git -C "$src" rev-parse t10 | cut -c 1-12) (\"number 10: crash\")"* ]]
	[[ $output == *"confirmed: parent $(git -C "$src" rev-parse t9 | cut -c 1-12): good"* ]]
	[[ $output == *"configuration lacks CONFIG_KVM_SMM=y"* ]]
	cmp <(git -C "$src" bisect log 2>/dev/null) /dev/null
	grep -q "^# first bad commit: .* number 10" "$out/bisect.log"
	# The log is one for the user's own tree.
	cd "$src"
	git bisect replay "$out/bisect.log" | grep "is the first bad commit"
	git bisect reset
	for file in build.log config image verdict run.out run/results.json; do
		[ -e "$out/01-"*"/$file" ]
	done
}

@test "bisect: only skipped commits left" {
	tree good good broken broken bad bad
	passes --good t1 --bad t6
	[ "$status" -eq 1 ]
	[[ $output == *"only skipped commits are left; it is one of:"*"number 5"* ]]
}

@test "bisect: ends that are not what was said" {
	tree good good good
	passes --good t1 --bad t3
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == "run_tests.sh: bisect: the bad end "*" is not bad: good" ]]
	rm -rf "$out"
	passes --good t1 --bad t3 --need NO_SUCH_OPTION
	[ "$status" -eq 1 ]
}

@test "bisect: --repeat finds what fails one time in four, --match what fails that way" {
	tree good other other good flaky flaky flaky bad
	passes --good t1 --bad t8 --repeat 8 --match '1 != 2'
	[ "$status" -eq 0 ]
	[[ $output == *"(\"number 5: flaky\")"* ]]
	[[ $output == *"2 of 8 failed"* ]]
}

@test "bisect: --fixed and --find-good" {
	tree bad bad bad good good good
	passes --fixed --bad t1 --good t6
	[ "$status" -eq 0 ]
	[[ $output == *"Fixed by: "*"(\"number 4: good\")"* ]]
	rm -rf "$out" "$src"
	tree good good good bad bad bad bad
	passes --find-good --bad t7
	[ "$status" -eq 0 ]
	[[ $output == *"(\"number 4: bad\")"* ]]
}

# Waits until the step that does not end is at it.
started()	# WHAT
{
	local until=$((SECONDS + 60))

	until pgrep -f "$1" >/dev/null; do
		((SECONDS < until)) || return 1
		sleep 0.2
	done
}

interrupted()	# WHAT
{
	local pid

	env --default-signal=INT,HUP "$root/run_tests.sh" bisect --src "$src" --out "$out" \
		--programs "$root/unit/fake" --test verdicts_test:passes --good t1 --bad t7 \
		>"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
	pid=$!
	started "$1"
	kill -INT "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	grep -q -- "--resume goes on" "$BATS_TEST_TMPDIR/log"
	! pgrep -f "$1"
	[ "$(git -C "$src" worktree list | wc -l)" -eq 1 ]
	[ ! -e "$(echo "$XDG_CACHE_HOME"/kvm-gmem/bisect/*/objects/unfinished)" ]
}

@test "bisect: Ctrl-C in a build leaves nothing behind, and --resume goes on" {
	tree good good good slow-build bad bad bad
	interrupted "sleep 61234"
	# What it waits for comes from outside: this time it is there.
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\n' >"$BATS_TEST_TMPDIR/bin/sleep"
	chmod +x "$BATS_TEST_TMPDIR/bin/sleep"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH bisect --resume --out "$out"
	[ "$status" -eq 0 ]
	[[ $output == *"the bad end: "*"as known: bad"* ]]
	[[ $output == *"(\"number 4: slow-build\")"* ]]
}

@test "bisect: Ctrl-C in a run leaves nothing behind, and --resume goes on" {
	tree good good good slow bad bad bad
	interrupted "bisect_runner --vm.* --kernel $out/03-"
	KVM_GMEM_BISECT_SLOW=bad bisect --resume --out "$out"
	[ "$status" -eq 0 ]
	[[ $output == *"the bad end: "*"as known: bad"* ]]
	[[ $output == *"(\"number 4: slow\")"* ]]
}

@test "bisect: two of one repository exclude each other" {
	tree good bad
	dir=$XDG_CACHE_HOME/kvm-gmem/bisect/$(printf '%s' "$(realpath "$src/.git")" | sha256sum |
		cut -c 1-12)
	mkdir -p "$dir"
	exec 7>"$dir/lock"
	flock 7
	passes --good t1 --bad t2
	[ "$status" -eq 2 ]
	[ "${lines[-1]}" = "run_tests.sh: another bisection of this repository is running" ]
	exec 7>&-
}

@test "bisect: --judge speaks the language of git bisect run" {
	tree good good noboot broken skip good bad bad bad
	cd "$src"
	for n in 1:0 7:1 3:125 4:125 5:125; do
		git checkout -q "t${n%:*}"
		passes --judge
		[ "$status" -eq "${n#*:}" ]
	done
	bisect --src "$src" --judge --test nosuch_test --programs "$root/unit/fake"
	[ "$status" -eq 128 ]
	git bisect start t9 t1
	run git bisect run "$root/run_tests.sh" bisect --judge --src "$src" --out "$out" \
		--programs "$root/unit/fake" --test verdicts_test:passes
	[[ $output == *"$(git rev-parse t7) is the first bad commit"* ]]
}

@test "bisect: --judge has no verdict where the suite or a tool is missing" {
	tree good
	mkdir "$BATS_TEST_TMPDIR/empty" "$BATS_TEST_TMPDIR/bin"
	bisect --judge --src "$src" --out "$out" --programs "$BATS_TEST_TMPDIR/empty" \
		--test verdicts_test:passes
	[ "$status" -eq 128 ]
	[[ $output == *"there are no test programs in"* ]]
	# Neither python nor git, and nobody who could install them.
	ln -s "$(command -v dirname)" "$BATS_TEST_TMPDIR/bin/dirname"
	printf '#!/bin/sh\necho 1000\n' >"$BATS_TEST_TMPDIR/bin/id"
	chmod +x "$BATS_TEST_TMPDIR/bin/id"
	PATH=$BATS_TEST_TMPDIR/bin run "$root/tools/bisect/run.sh" --judge --test x
	[ "$status" -eq 128 ]
	[[ $output == "run_tests.sh: missing tools; as root, run: "* ]]
	PATH=$BATS_TEST_TMPDIR/bin run "$root/tools/bisect/run.sh" --test x -- --judge
	[ "$status" -eq 2 ]
}
