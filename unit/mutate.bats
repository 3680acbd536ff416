# SPDX-License-Identifier: GPL-2.0
# "run_tests.sh mutate" as a command: what the user got wrong, and its lists.

setup()
{
	root=$BATS_TEST_DIRNAME/..
}

mutate()
{
	run "$root/run_tests.sh" mutate "$@"
}

one_line()	# TEXT
{
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == "run_tests.sh: $1"* ]]
}

@test "mutate: bad names and options are told in one line" {
	mutate nosuch-mutant
	one_line "no mutant matches 'nosuch-mutant'"
	mutate --bogus
	one_line "mutate: unrecognized arguments: --bogus"
	mutate --jobs 0
	one_line "mutate: argument --jobs: wants a number above 0, not '0'"
	mutate --against
	one_line "mutate: argument --against: expected one argument"
}

@test "mutate: where namespaces cannot be made, it says so before anything is built" {
	printf '#!/bin/sh\necho "unshare: not here" >&2\nexit 1\n' >"$BATS_TEST_TMPDIR/unshare"
	chmod +x "$BATS_TEST_TMPDIR/unshare"
	PATH=$BATS_TEST_TMPDIR:$PATH mutate bind-index-gfn
	one_line "mutants are built in mount and pid namespaces, which cannot be made here: unshare: n"
}

@test "mutate: the list has name, file, behaviours and what breaks" {
	mutate --list bind-index-gfn
	[ "$status" -eq 0 ]
	[[ $output == bind-index-gfn$'\t'virt/kvm/guest_memfd.c$'\t'BIND-5*$'\t'* ]]
	mutate --list 'bind-*'
	(("${#lines[@]}" > 20))
}

@test "mutate: --help ends well" {
	mutate --help
	[ "$status" -eq 0 ]
	[[ $output == *"--against CMD"* ]]
}

@test "mutate: the build script covers source and objects, and leaves them alone" {
	unshare --mount --pid --fork --kill-child --mount-proc true ||
		skip "namespaces may need root, and more than a chroot"
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree/src/virt/kvm" "$tree/obj/arch/x86/kvm" "$tree/out"
	ln -s "$tree/src" "$tree/source"
	echo old >"$tree/src/virt/kvm/a.c"
	# What is built is the mutated source itself.
	printf '%s:\n\tcp virt/kvm/a.c $(O)/$@\n' arch/x86/kvm/kvm.ko arch/x86/kvm/kvm-amd.ko \
		>"$tree/src/Makefile"
	printf -- '--- virt/kvm/a.c\n+++ virt/kvm/a.c\n@@ -1 +1 @@\n-old\n+new\n' >"$tree/diff"
	unshare --mount --pid --fork --kill-child --mount-proc \
		"$root/tools/mutate/build.sh" "$tree" "$tree/diff" "$tree/out" modules
	[ "$(cat "$tree/out/modules/kvm.ko")" = new ]
	[ "$(tr '\n' ' ' <"$tree/out/modules/MODULES")" = "kvm.ko kvm-amd.ko " ]
	[ "$(cat "$tree/src/virt/kvm/a.c")" = old ]
	[ -z "$(ls "$tree/obj/arch/x86/kvm")" ]
	! grep -q "$tree" /proc/mounts
}
