#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Prints the directory of a built kernel tree with KVM as modules, and builds it
# if need be: obj/ (the build tree, which nobody may write to afterwards), image,
# config, source (a link). It is not kept with the objects of the test kernel,
# since each switch between the two would build everything again.
set -euo pipefail

# shellcheck source=vm/kernel.sh
. "$(dirname "${BASH_SOURCE[0]}")/kernel.sh"

# Built where it stays: tools of the build know their own path, and moving them
# would build everything again. It is complete once there is an image.
build_tree()	# TREE DIRECTORY FRAGMENT
{
	local out=$2

	rm -rf "$out"
	cache_need 1500
	mkdir -p "$out/obj"
	: >"$out/obj/build.log"
	configure "$1" "$out/obj" "$3"
	: >"$out/obj/unfinished"
	timed "kernel build" compile "$1" "$out/obj"
	KERNEL_TARGET=modules timed "module build" compile "$1" "$out/obj"
	rm "$out/obj/unfinished"
	cp "$out/obj/.config" "$out/config"
	ln -s "$1" "$out/source"
	cp "$out/obj/$KERNEL_VM_IMAGE" "$tmp/image"
	mv "$tmp/image" "$out/image"
}

main_tree()
{
	local key dir name

	version=${1-}
	# shellcheck source=vm/x86_64.conf
	. "$root/vm/$arch.conf"
	user_config=$root/vm/mutation.config
	provide_source
	mapfile -t files < <(fragment_files)
	version=$(basename "$tree")
	version=${version%%_*}
	key=$({ fragment "$version" "${files[@]}"; echo "$KERNEL_VM_IMAGE"; gcc --version; } |
		sha256sum | cut -c 1-12)
	name=$(basename "$tree")-$arch
	dir=$cache/mutation/$name-$key
	if [[ ! -e $dir/image ]]; then
		cache_lock "mutation-$name"
		fragment "$version" "${files[@]}" >"$tmp/fragment"
		[[ -e $dir/image ]] || build_tree "$tree" "$dir" "$tmp/fragment"
	fi
	echo "$dir"
}

main_tree "$@"
