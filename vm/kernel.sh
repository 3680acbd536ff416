#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Kernel sources and images, kept in a cache.  Paths go to stdout, progress
# and errors to stderr.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
arch=$(uname -m)
refresh='' debug='' coverage='' user_config='' version='' variation=''
SOURCE_MB=2700	# what fetching and unpacking a source takes
variables=()	# more of them for make
# shellcheck source=vm/cache.sh
. "$root/vm/cache.sh"

usage()
{
	cat >&2 <<-END
	usage: kernel.sh newest-source            the newest source in the cache, or nothing
	       kernel.sh source [VERSION]         a source tree, fetched if need be
	       kernel.sh image [VERSION]          a bootable image, built if need be
	       kernel.sh stock VERSION            a kernel as Debian ships it
	options: --arch ARCH  --config FRAGMENT  --debug  --coverage  --variation NAME  --refresh
	VERSION is like 6.12; the default is the newest that Debian offers.
	END
	exit 2
}

# Cached trees are sources/VERSION_PACKAGEVERSION; newest last.
cached_sources()
{
	local dir version=${1:-*}

	# shellcheck disable=SC2231
	for dir in "$cache"/sources/${version}_*; do
		if [[ -d $dir ]]; then
			echo "$dir"
		fi
	done | sort -V
}

# The package version is part of the name: a source is fetched once.
source_dir()	# VERSION PACKAGEVERSION
{
	echo "$cache/sources/$1_${2//[^0-9A-Za-z.]/-}"
}

have_recent_answer()
{
	[[ -z $refresh && $(find "$cache/newest" -mmin -1440 2>/dev/null) ]]
}

resolve_newest()
{
	local newest

	if update_lists && newest=$(offered_versions | tail -n 1) && [[ $newest ]]; then
		echo "$newest" >"$cache/newest"
	else
		newest=$(basename "$(cached_sources | tail -n 1)")
		[[ $newest ]] || die "no kernel source: the package lists cannot be fetched"
		say "package lists cannot be fetched, using the cached source $newest"
		version=${newest%%_*}
		return
	fi
	version=$newest
}

# Sets $tree for $version (or the newest); without network if it is cached.
# Marks it as in use.
provide_source()
{
	find_source
	touch -c "$tree" 2>/dev/null || true
}

find_source()
{
	local package_version

	if [[ -z $version ]] && have_recent_answer; then
		version=$(<"$cache/newest")
	fi
	tree=$(cached_sources "${version:-none}" | tail -n 1)
	[[ $tree && -z $refresh ]] && return
	cache_lock source
	[[ $(cached_sources "$version") ]] || cache_need "$SOURCE_MB"
	timed lists resolve
	tree=$(cached_sources "$version" | tail -n 1)
	[[ $tree && -z $refresh ]] && return
	package_version=$(candidate "linux-source-$version") || package_version=''
	[[ $package_version || $tree ]] ||
		die "no kernel source $version; offered: $(offered_versions | paste -sd ' ')"
	[[ $package_version ]] || return 0
	tree=$(source_dir "$version" "$package_version")
	[[ -d $tree ]] && return
	cache_need "$SOURCE_MB"
	timed fetch fetch_source "$version"
	timed unpack unpack_source "$version" "$tmp/tree"
	mkdir -p "$cache/sources"
	mv "$tmp/tree" "$tree"
	prune_older
}

# What belongs to older packages of the version that was just fetched. A run holds
# no lock for as long as it boots a kernel: what was used in the last two days stays.
prune_older()
{
	local dir

	for dir in $(cached_sources "$version"); do
		[[ $dir != "$tree" ]] || break
		if [[ $(find "$dir" -maxdepth 0 -mmin +2880) ]]; then
			prune "$dir" || say "${dir##*/} is in use, and kept"
		fi
	done
}

# False if any of its builds is locked. In a subshell, whose end unlocks.
prune()	# TREE
(
	name=${1##*/}-$arch
	for lock in "$cache/lock.$name"{,-debug,-coverage,-debug-coverage} \
			"$cache/lock.mutation-$name"; do
		[[ -e $lock ]] || continue
		exec {fd}>"$lock"
		flock -n "$fd" || exit 1
	done
	say "removing ${1##*/} from the cache"
	rm -rf "$cache/objects/$name"{,-debug,-coverage,-debug-coverage} \
		"$cache/kernels/$name"-* "$cache/mutation/$name"-* "$1"
)

resolve()
{
	if [[ $version ]]; then
		update_lists || say "package lists cannot be fetched"
	else
		resolve_newest
	fi
}

# All that the kernel must have, and what it must not.
whole_fragment()
{
	fragment "${version:?}" "${files[@]}"
	[[ -z $variation ]] || tr ' ' '\n' <<<"${VM_CONFIG[$variation]}"
}

# Prints the fragments without what the kernel of that version does not have:
# an option after "# since X.Y" is left out of older ones, "# before X.Y" of others.
fragment()	# VERSION FILE...
{
	local have=$1

	shift
	awk -v have="$have" '
		function number(v, p) { split(v, p, "."); return p[1] * 1000 + p[2] }
		/^# since / { skip = number($3) > number(have); next }
		/^# before / { skip = number($3) <= number(have); next }
		/^CONFIG_/ { if (!skip) print; skip = 0 }' "$@"
}

fragment_files()
{
	local file

	for file in config "config.$arch" vm/kernel.config "vm/kernel.$arch.config"; do
		if [[ -e $root/$file ]]; then
			echo "$root/$file"
		fi
	done
	[[ -z $debug ]] || echo "$root/vm/debug.config"
	[[ -z $coverage ]] || echo "$root/vm/coverage.config"
	[[ -z $user_config ]] || echo "$user_config"
}

# Lists the options of the fragment that the final configuration lacks.  Where
# an option comes twice the last one counts.
dropped()	# FRAGMENT CONFIG
{
	awk -F= '
		NR == FNR { want[$1] = substr($0, length($1) + 2); next }
		/^CONFIG_/ { have[$1] = substr($0, length($1) + 2) }
		END {
			for (o in want)
				if (want[o] == "n" ? o in have : have[o] != want[o])
					print o "=" want[o]
		}' "$1" "$2" | sort
}

configure()	# TREE OUTPUT FRAGMENT
{
	local missing

	step "$2/build.log" make -C "$1" O="$2" ARCH="$KERNEL_ARCH" KCONFIG_ALLCONFIG="$3" \
		allnoconfig || { log_tail "$2/build.log"; die "cannot configure the kernel"; }
	missing=$(dropped "$3" "$2/.config" | paste -sd ' ')
	[[ -z $missing ]] || die "the kernel dropped options of the configuration: $missing"
}

# Shows how far a kernel build is; the number of files is not known before.
progress()
{
	local line n=0

	while read -r line; do
		if [[ $line =~ ^\ *(CC|AS|AR|LD)\  ]] && ((++n % 500 == 0)); then
			say "  $n files built"
		fi
	done
}

compile()	# TREE OUTPUT
{
	local log=$2/build.log

	say "building the kernel in $(nproc) jobs"
	exec 8> >(tee -a "$log" | progress)
	sink=/dev/fd/8 step "$log" make -C "$1" O="$2" ARCH="$KERNEL_ARCH" -j "$(nproc)" \
		KBUILD_BUILD_USER=kvm-gmem KBUILD_BUILD_HOST=kvm-gmem "${variables[@]}" \
		"$KERNEL_TARGET" || {
		# make has removed what it could not finish.
		rm "$2/unfinished"
		log_tail "$log"
		die "the kernel does not build"
	}
	exec 8>&-
}

# What the compiler noted of each counted object; it belongs to this very build.
keep_notes()	# OUTPUT DIRECTORY
{
	mkdir "$2"
	(cd "$1" && find . -name '*.gcno' -exec cp --parents -t "$2" {} +)
}

# Objects are kept, so that another configuration only builds what differs;
# not those of a build that was cut off, which may be damaged.
build_image()	# TREE DIRECTORY FRAGMENT OBJECTS
{
	local out=$4

	[[ ! -e $out/unfinished ]] || rm -rf "$out"
	[[ -d $out ]] || cache_need 1500
	mkdir -p "$out" "$tmp/image" "$cache/kernels"
	: >"$out/build.log"
	configure "$1" "$out" "$3"
	: >"$out/unfinished"
	timed "kernel build" compile "$1" "$out"
	rm "$out/unfinished"
	cp "$out/$KERNEL_VM_IMAGE" "$tmp/image/image"
	cp "$out/.config" "$tmp/image/config"
	cp "$out/System.map" "$out/build.log" "$tmp/image/"
	[[ -z $coverage ]] || keep_notes "$out" "$tmp/image/notes"
	mv "$tmp/image" "$2"
}

provide_image()
{
	local key dir name

	provide_source
	mapfile -t files < <(fragment_files)
	[[ -z $coverage ]] || variables=("${KERNEL_COVERAGE[@]}")
	key=$({ whole_fragment; printf '%s' "${variables[@]}" "$KERNEL_VM_IMAGE"; gcc --version; } |
		sha256sum | cut -c 1-12)
	name=$(basename "$tree")-$arch
	dir=$cache/kernels/$name-$key
	if [[ ! -e $dir/image ]]; then
		name+=${debug:+-debug}${coverage:+-coverage}
		cache_lock "$name"
		whole_fragment >"$tmp/fragment"
		[[ -e $dir/image ]] ||
			build_image "$tree" "$dir" "$tmp/fragment" "$cache/objects/$name"
	fi
	echo "$dir/image"
}

main()
{
	local verb=${1-}

	shift || usage
	while (($#)); do
		case $1 in
		--arch) arch=${2:?}; shift ;;
		--config) user_config=${2:?}; shift ;;
		--variation) variation=${2:?}; shift ;;
		--debug) debug=1 ;;
		--coverage) coverage=1 ;;
		--refresh) refresh=1 ;;
		-*) usage ;;
		*) version=$1 ;;
		esac
		shift
	done
	# shellcheck source=vm/x86_64.conf
	. "$root/vm/$arch.conf"
	[[ -z $variation || -v "VM_CONFIG[$variation]" ]] || usage
	case $verb in
	newest-source) cached_sources | tail -n 1 ;;
	source) provide_source; echo "$tree" ;;
	image) provide_image ;;
	stock) provide_stock "${version:?}" ;;
	*) usage ;;
	esac
}

# shellcheck source=vm/fetch.sh
. "$root/vm/fetch.sh"
# shellcheck source=vm/stock.sh
. "$root/vm/stock.sh"
[[ ${BASH_SOURCE[0]} != "$0" ]] || { main "$@"; exit; }
