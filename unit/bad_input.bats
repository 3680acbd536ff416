# SPDX-License-Identifier: GPL-2.0
# What the user got wrong is told in one line, with exit code 2.

setup()
{
	root=$BATS_TEST_DIRNAME/..
}

run_tests()
{
	run "$root/run_tests.sh" --quiet --programs "$root/unit/fake" \
		--out "$BATS_TEST_TMPDIR/out" "$@"
}

one_line()	# TEXT
{
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == "run_tests.sh: $1"* ]]
}

@test "an unknown option" {
	run_tests --bogus
	one_line "unknown option '--bogus'"
	run_tests --bogus=3
	one_line "unknown option '--bogus'"
}

@test "an option without its value, or with a bad one" {
	run_tests --seed
	one_line "--seed wants a value"
	for option in kernel config seed out; do
		run_tests "--$option" ""
		one_line "--$option wants a value"
		run_tests "--$option="
		one_line "--$option wants a value"
	done
	run "$root/run_tests.sh" coverage --kernel ""
	one_line "--kernel wants a value"
	run_tests --seed x
	one_line "--seed wants a number, not 'x'"
	run_tests --jobs 0
	one_line "--jobs wants a number above 0"
	run_tests --jobs 65
	one_line "--jobs wants a number of at most 64"
	run_tests --native --shard 3/2
	one_line "--shard wants I/N"
	run_tests --config /nosuch
	one_line "--config: cannot read '/nosuch'"
}

@test "options that contradict each other" {
	run_tests --native --kernel 6.12
	one_line "--kernel, --config, --debug and --append need the VM"
	run_tests --debug --kernel "$root/run_tests.sh"
	one_line "--config and --debug need a kernel that is built here"
}

@test "a pattern that matches nothing" {
	run_tests --native nosuch_test
	one_line "no test case matches 'nosuch_test'"
	run_tests --native verdicts_test:passes NOSUCH-1
	one_line "no test case matches 'NOSUCH-1'"
}

@test "a directory without test programs" {
	run_tests --native --programs "$BATS_TEST_TMPDIR"
	one_line "there are no test programs"
	run_tests --native --programs /nosuch
	one_line "there are no test programs in '/nosuch'"
}

@test "results that cannot be written" {
	run_tests --native --out /proc/nosuch verdicts_test:passes
	one_line "[Errno 2] No such file or directory: '/proc/nosuch'"
}

@test "a list of known failures that cannot be read" {
	echo "nonsense" >"$BATS_TEST_TMPDIR/known"
	run_tests --native --known-failures "$BATS_TEST_TMPDIR/known" verdicts_test:passes
	one_line "known:1: want 'file:case | kernel range | fixing commit'"
}

@test "a kernel image that is none" {
	run_tests --kernel /nosuch/bzImage
	one_line "cannot read the kernel image '/nosuch/bzImage'"
	run_tests --kernel "$root/run_tests.sh"
	one_line "not a bootable kernel image"
	run_tests --kernel "$root/vm"
	one_line "cannot read the kernel image"
	run_tests --kernel /bin/busybox verdicts_test:passes
	[ "$status" -eq 2 ]
	[[ "$output" == *"QEMU cannot be started"* ]]
}

@test "no bad input: the image of a kernel that was built here, by its name" {
	image=$("$root/vm/kernel.sh" image)
	run_tests --quiet --kernel "$image" verdicts_test:passes
	[ "$status" -eq 0 ]
}

@test "no bad input: setup goes on to its end" {
	run "$root/run_tests.sh" setup --vm --programs "$root/unit/fake"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "# everything is in place" ]
}

@test "a version that nobody offers" {
	run_tests --kernel 1.99
	one_line "no kernel source 1.99; offered: "
	run_tests --kernel stock:1.99
	one_line "Debian offers no kernel 1.99 for "
}

@test "a kernel that does not boot: one line, then the end of its console" {
	run_tests --append "rdinit=/nosuch init=/nosuch" verdicts_test:passes
	[ "$status" -eq 2 ]
	[ "${lines[0]}" = "run_tests.sh: the kernel did not boot" ]
	[[ "$output" == *"    Kernel panic - not syncing"* ]]
}

@test "a configuration option that the kernel drops" {
	echo CONFIG_NO_SUCH_OPTION=y >"$BATS_TEST_TMPDIR/fragment"
	run_tests --config "$BATS_TEST_TMPDIR/fragment"
	one_line "the kernel dropped options of the configuration: CONFIG_NO_SUCH_OPTION=y"
}

@test "a cache without space" {
	((EUID == 0)) || skip "only root can mount a small file system"
	mkdir "$BATS_TEST_TMPDIR/cache"
	mount -t tmpfs -o size=64m tmpfs "$BATS_TEST_TMPDIR/cache" ||
		skip "cannot mount a small file system"
	XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache run_tests --vm
	umount -l "$BATS_TEST_TMPDIR/cache"
	one_line "disk full: "
}

@test "a required capability that is missing" {
	run_tests --native --require private_memory verdicts_test:passes
	one_line "a required capability is missing: there is no probe to ask"
}

@test "a kernel build that is interrupted ends as one, other failures never as failed tests" {
	. "$root/vm/cache.sh"
	for pair in 130:130 143:143 2:2 1:2; do
		run exit_like "${pair%:*}"
		[ "$status" -eq "${pair#*:}" ]
	done
}

@test "no HOME, and no place for temporary files" {
	run env -u HOME -u XDG_CACHE_HOME bash -u -c '. "$1"; echo "$cache"' - "$root/vm/cache.sh"
	[ "$status" -eq 0 ]
	[[ "$output" == /?*/.cache/kvm-gmem ]]
	. "$root/vm/cache.sh"
	. "$root/vm/packages.sh"
	id() { echo 0; }
	TMPDIR=/nosuch run install_packages nosuch
	[ "$status" -eq 2 ]
	[ "${lines[-1]}" = "run_tests.sh: cannot write to /nosuch" ]
}

@test "a root file system without /proc or /dev" {
	unshare --mount true || skip "namespaces may need root, and more than a chroot"
	run unshare --mount sh -c 'mount -t tmpfs none /dev && mknod /dev/null c 1 3 && exec "$@"' \
		sh "$root/run_tests.sh" --quiet
	one_line "/dev/fd is missing"
}

@test "missing tools: root installs them, others get the command" {
	. "$root/vm/cache.sh"
	. "$root/vm/packages.sh"
	id() { echo 1000; }
	run missing_packages sh:dash nosuch-qemu:qemu-system-x86 /nosuch.h:libelf-dev
	[ "$output" = $'qemu-system-x86\nlibelf-dev' ]
	run install_packages qemu-system-x86 libelf-dev
	one_line "missing tools; as root, run: apt-get install -y --no-install-recommends qemu-system-x86 libelf-dev"
}
