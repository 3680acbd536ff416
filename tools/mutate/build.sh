#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: build.sh TREE DIFF OUT TARGET [HEADER SOURCE...]
# Builds TARGET (modules or image) of a mutation tree with DIFF applied, and puts
# the modules, and the image, into OUT. Runs in mount and pid namespaces of its
# own: overlays hide source and objects under their own paths, and go with it.
set -euo pipefail

tree=$1 diff=$2 out=$3 target=$4 header=${5-}
shift $(($# < 5 ? $# : 5))
source=$(readlink "$tree/source")
# shellcheck source=vm/x86_64.conf
. "$(dirname "${BASH_SOURCE[0]}")/../../vm/$(uname -m).conf"
modules=(arch/x86/kvm/kvm.ko arch/x86/kvm/kvm-amd.ko)

cover()	# DIRECTORY UPPER
{
	mkdir -p "$scratch/$2" "$scratch/$2.work"
	mount -t overlay overlay \
		-o "lowerdir=$1,upperdir=$scratch/$2,workdir=$scratch/$2.work" "$1"
}

scratch=$out/scratch
mkdir -p "$scratch"
# Nothing of it is left when the namespace ends: it is a mount, too.
mount -t tmpfs scratch "$scratch"
cover "$source" source
cover "$tree/obj" obj
patch -s -d "$source" -p0 <"$diff"
# Everything includes these headers: compile what uses the changed lines only.
if [[ $header ]]; then
	touch -d @1 "$source/$header"
	(cd "$source" && touch "$@")
fi
# The modules go with any image of the same configuration.
targets=("${modules[@]}")
[[ $target == modules ]] || targets=("$KERNEL_TARGET")
make -s -C "$source" O="$tree/obj" ARCH=x86 -j "$(nproc)" KBUILD_BUILD_USER=kvm-gmem \
	KBUILD_BUILD_HOST=kvm-gmem "${targets[@]}"
mkdir -p "$out/modules"
for module in "${modules[@]}"; do
	cp "$tree/obj/$module" "$out/modules/"
	basename "$module"
done >"$out/modules/MODULES"
[[ $target == modules ]] || cp "$tree/obj/$KERNEL_VM_IMAGE" "$out/image"
