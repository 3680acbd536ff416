# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# Sourced by kernel.sh, after fetch.sh: Debian's own kernels as they are shipped, without
# installing them: the image, and the modules that KVM consists of.

# Prints the package with the newest image of a version, unsigned as signing
# only repacks it.  6.x has image and modules in one package, 7.x apart.
stock_package()	# VERSION
{
	local flavour=${STOCK_FLAVOUR:?} v=${1//./\\.}

	apt-cache "${private_apt[@]}" search --names-only \
		"^linux-(image|binary-unsigned)-${v}[-.+].*$flavour(-unsigned)?\$" |
		awk '$1 ~ /^linux-binary-|-unsigned$/ { print $1 }' | sort -V | tail -n 1
}

# The packages to unpack, given that of the image.
stock_parts()	# PACKAGE
{
	echo "$1"
	if [[ $1 == linux-binary-unsigned-* ]]; then
		echo "linux-modules-${1#linux-binary-unsigned-}"
	fi
}

fetch_stock()	# PACKAGE
{
	local log=${tmp:?}/fetch.log part

	mkdir -p "$tmp/deb"
	: >"$log"
	for part in $(stock_parts "$1"); do
		say "fetching $part"
		step "$log" timeout 900 env -C "$tmp/deb" \
			apt-get "${private_apt[@]}" -q download "$part" || {
			log_tail "$log"
			die "cannot fetch $part"
		}
	done
	for part in "$tmp/deb/"*.deb; do
		step "$log" dpkg-deb -x "$part" "$tmp/deb" || {
			log_tail "$log"
			die "cannot unpack ${part##*/}"
		}
	done
}

# Names of the modules that one needs, from what the compiler put into it.
module_depends()	# FILE
{
	tr '\0' '\n' <"$1" | sed -n 's/^depends=//p' | tr ',-' '\n_'
}

# take_module NAME: NAME.ko and before it all that it needs, decompressed, goes
# to $tmp/image/modules.  False if the kernel has it built in, or not at all.
take_module()
{
	local name=$1 file need into=$tmp/image/modules

	[[ ! -e $into/$name.ko ]] || return 0
	file=$(find "$tmp/deb" -name "${name//_/[-_]}.ko*" | head -n 1)
	[[ $file ]] || return 1
	case $file in
	*.xz) xz -dc "$file" ;;
	*) cat "$file" ;;
	esac >"$into/$name.ko" || die "cannot decompress ${file##*/}"
	for need in $(module_depends "$into/$name.ko"); do
		take_module "$need" || die "module $name needs $need, which is missing"
	done
	echo "$name.ko" >>"$into/MODULES"
}

# Where they are depends on the version: /boot or the modules' directory.
take_file()	# NAME-PATTERN NAME
{
	local file

	file=$(find "$tmp/deb" -type f \( -path "*/boot/$1" -o -path "*/lib/modules/*/$1" \) |
		head -n 1)
	[[ $file ]] && cp "$file" "$tmp/image/$2"
}

provide_stock()	# VERSION
{
	local package candidate dir name

	cache_lock "stock-$1"
	update_lists || say "package lists cannot be fetched"
	package=$(stock_package "$1")
	[[ $package ]] || die "Debian offers no kernel $1 for ${STOCK_FLAVOUR:?}"
	candidate=$(candidate "$package") || die "Debian offers no $package"
	dir=${cache:?}/stock/${package}_${candidate//[^0-9A-Za-z.]/-}
	if [[ ! -e $dir/image ]]; then
		cache_need 400
		timed fetch fetch_stock "$package"
		mkdir -p "$tmp/image/modules" "$cache/stock"
		take_file 'vmlinuz*' image || die "$package has no vmlinuz"
		# 7.x may have it in another package; there are modules of such names.
		take_file 'config-[0-9]*' config || take_file config config || true
		for name in "${STOCK_MODULES[@]}"; do
			take_module "$name" || say "this kernel has no module $name"
		done
		mv "$tmp/image" "$dir"
	fi
	echo "$dir/image"
}
