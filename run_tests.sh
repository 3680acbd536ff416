#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs the suite: provides what is missing, builds, chooses between this
# machine's KVM and a VM, then becomes the runner (tools/runner).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=vm/cache.sh
. "$root/vm/cache.sh"
# shellcheck source=vm/packages.sh
. "$root/vm/packages.sh"

usage()
{
	cat <<-END
	usage: ./run_tests.sh [setup] [OPTION...] [PATTERN...]
	       ./run_tests.sh bisect --help | coverage --help | mutate --help
	Builds what is missing, runs the tests natively or in a VM, prints KTAP.
	PATTERN is a file, file:case or behaviour id (ATTR-3, ATTR); wildcards work.
	setup only fetches, installs and builds.

	  --list              print the cases that would run
	  --native | --vm     where to run; by default native if KVM here is capable
	  --dangerous         native: also what poisons memory, makes allocations fail,
	                      or races where kernels have crashed
	  --kernel K          VM: version to build (6.12), Debian's own as it is shipped
	                      (stock:6.12), image, or build tree; the default is to
	                      build the newest version that Debian offers
	  --config FRAGMENT   VM: further options for the kernel that is built
	  --debug             VM: a kernel with KASAN, lockdep and more
	  --append PARAMS     VM: further kernel parameters
	  --jobs N            cases at a time (default: 6 in the VM, which has two
	                      CPUs for them, if there are two here; otherwise 1)
	  --repeat N          run everything N times, each with another seed
	  --seed N            seed of all random choices (default: random, printed)
	  --long              many more rounds of what cases do at random
	  --shuffle           run in an order that the seed decides
	  --shard I/N         run only the I-th of N equal parts
	  --timeout S         seconds that one case may take (default 90)
	  --out DIR           where results go (default results/DATE)
	  --known-failures F  list of failures that are bugs of some kernels
	  --require LIST      stop unless these capabilities (of gmem_probe) exist
	  --fail-on-skip      exit 1 if a case was skipped
	  --refresh           look for newer packages now
	  --verbose | --quiet
	  --help

	Exit code: 0 passed, 1 failed, 2 could not run, 4 everything was skipped.
	END
}

# --- Options -----------------------------------------------------------------

# Only --dangerous may set it.
unset KVM_GMEM_DISPOSABLE
mode=auto kernel='' config='' debug='' refresh='' setup='' list='' out='' timeout=''
programs='' append='' known=$root/known-failures
pass=() patterns=() repeat_with=()
value_options='kernel|config|append|jobs|repeat|timeout|seed|shard|require|known-failures'
value_options+='|out|programs|share|after'

want_number()	# OPTION VALUE
{
	[[ $2 =~ ^[0-9]{1,18}$ ]] || die "$1 wants a number, not '$2'"
}

want_positive()
{
	want_number "$@"
	((10#$2 > 0)) || die "$1 wants a number above 0"
}

want_file()
{
	[[ -f $2 && -r $2 ]] || die "$1: cannot read '$2'"
}

parse_value_option()	# OPTION VALUE
{
	[[ $1 =~ ^--($value_options)$ ]] || die "unknown option '$1' (--help shows all)"
	[[ $2 || $1 == --append ]] || die "$1 wants a value"
	case $1 in
	--kernel) kernel=$2 ;;
	--config) want_file "$@"; config=$(realpath "$2") || exit 2 ;;
	--append) append=$2 ;;
	--jobs)
		want_positive "$@"
		((10#$2 <= 64)) || die "--jobs wants a number of at most 64"
		pass+=("$1" "$2") ;;
	--repeat) want_positive "$@"; pass+=("$1" "$2") ;;
	--timeout) want_positive "$@"; timeout=$2 ;;
	--seed) want_number "$@"; pass+=("$1" "$2") ;;
	--shard | --require) pass+=("$1" "$2") ;;
	--known-failures) want_file "$@"; known=$2 ;;
	--out) out=$2 ;;
	--share | --after) pass+=("$1" "$2") ;;	# for tools/
	--programs)	# for the runner's own tests
		[[ -d $2 ]] || die "there are no test programs in '$2'"
		programs=$2 ;;
	esac
	case $1 in
	--kernel | --config | --append | --timeout | --known-failures)
		repeat_with+=("$1" "$2") ;;
	esac
}

parse_options()
{
	while (($#)); do
		case $1 in
		--help | -h) usage; exit 0 ;;
		--native | --vm) mode=${1#--}; repeat_with+=("$1") ;;
		--debug) debug=1; repeat_with+=("$1") ;;
		--long) pass+=("$1"); repeat_with+=("$1") ;;
		--dangerous) export KVM_GMEM_DISPOSABLE=1; repeat_with+=("$1") ;;
		--refresh) refresh=--refresh ;;
		--list) list=1; pass+=("$1") ;;
		--quiet) export KVM_GMEM_QUIET=1; pass+=("$1") ;;
		--shuffle | --fail-on-skip | --verbose) pass+=("$1") ;;
		--*=*) parse_value_option "${1%%=*}" "${1#*=}" ;;
		--) shift; patterns+=("$@"); break ;;
		-*)
			[[ $1 =~ ^--($value_options)$ ]] ||
				die "unknown option '$1' (--help shows all)"
			(($# > 1)) || die "$1 wants a value"
			parse_value_option "$1" "$2"
			shift ;;
		*) patterns+=("$1") ;;
		esac
		shift
	done
	[[ $mode != native || -z $kernel$config$debug$append ]] ||
		die "--kernel, --config, --debug and --append need the VM, not --native"
	[[ -z $kernel$config$debug$append ]] || mode=vm
	[[ $kernel != stock:* || $kernel =~ ^stock:[0-9]+\.[0-9]+$ ]] ||
		die "--kernel wants stock:VERSION like stock:6.12, not '$kernel'"
	[[ $kernel =~ ^([0-9]+\.[0-9]+)?$ || -z $config$debug ]] ||
		die "--config and --debug need a kernel that is built here, not '$kernel'"
}

# --- Suite and kernel --------------------------------------------------------

# In a subshell's place, so that it ends when this script is killed.
kernel_sh()
{
	exec setpriv --pdeathsig TERM "$root/vm/kernel.sh" "$@"
}

in_kernel_tree()
{
	[[ -e $root/../lib.mk && -e $root/../kselftest_harness.h ]]
}

locked_make()
{
	local log

	log=$(mktemp -p "$build") || die "cannot write to $build"
	setpriv --pdeathsig TERM flock -F "$build/.lock" make -C "$root" "${make_args[@]}" "$@" \
		>"$log" 2>&1 || {
		grep -E 'error|Error|No such' "$log" | head -n 8 | sed 's/^/    /' >&2
		rm "$log"
		die "the suite does not build"
	}
	rm "$log"
}

build_agent()
{
	local stale

	stale=$(find "$root/vm/agent" -newer "$build/agent" 2>/dev/null) || stale=1
	[[ -x $build/agent && -z $stale ]] && return
	gcc -static -O2 -Wall -Wextra -std=gnu11 -D_GNU_SOURCE -o "$build/agent.$$" \
		"$root"/vm/agent/*.c || die "the agent does not build"
	mv "$build/agent.$$" "$build/agent"
}

build_suite()
{
	make_args=(OUTPUT="$build" -j "$(nproc)")
	mkdir -p "$build"
	if ! in_kernel_tree; then
		ksrc=$(kernel_sh source ${refresh:+$refresh}) || exit_like $?
		make_args+=("KSRC=$ksrc")
	fi
	timed "suite build" locked_make all
}

list_programs()
{
	local name

	if [[ $programs ]]; then
		find "$(realpath "$programs")" -maxdepth 1 -name '*_test' -perm -u+x | sort
		return
	fi
	for name in $(make -s -C "$root" "${make_args[@]}" emit_list); do
		echo "$build/$name"
	done
}

choose_mode()
{
	local facts reason

	if facts=$("$build/gmem_probe" 2>/dev/null); then
		mode=native
		say "running natively: KVM of this machine can do private memory"
		return
	fi
	mode=vm
	reason=$(sed -n 's/^reason=//p' <<<"$facts" | head -n 1)
	say "running in a VM: ${reason:-KVM of this machine cannot do private memory}"
}

provide_kernel()
{
	case $kernel in
	stock:*)
		image=$(kernel_sh stock "${kernel#stock:}" ${refresh:+$refresh}) || exit_like $? ;;
	*/* | *[!0-9.]*)
		image=$kernel
		[[ ! -d $kernel ]] || image=$kernel/$KERNEL_IMAGE kernel_config=$kernel/.config
		[[ -f $image && -r $image ]] || die "cannot read the kernel image '$image'"
		kernel_is_image "$image" || die "not a bootable kernel image: '$image'"
		image=$(realpath "$image") || exit 2 ;;
	*)
		image_arguments=(image ${kernel:+"$kernel"} ${config:+--config "$config"}
			${debug:+--debug})
		image=$(kernel_sh "${image_arguments[@]}" ${refresh:+$refresh}) || exit_like $? ;;
	esac
	: "${kernel_config:=${image%/*}/config}"
}

# Says no only of a kernel that is known not to: see --single of vm/boot.sh.
kernel_patches_itself()
{
	! grep -qsx '# CONFIG_JUMP_LABEL is not set' "$kernel_config"
}

# --- Main --------------------------------------------------------------------

start_phases()
{
	KVM_GMEM_PHASES=$(mktemp -p "$build" phases.XXXXXX) ||
		die "cannot write to $build"
	export KVM_GMEM_PHASES
	trap 'rm -f "$KVM_GMEM_PHASES"' EXIT
}

provide_vm()
{
	provide_tools missing_for_vm
	provide_kernel
	# More than CPUs: cases often wait for a grace period.
	(($(nproc) < 2)) || pass=(--jobs 6 "${pass[@]}")
	[[ ! -e ${image%/*}/modules/MODULES ]] || pass+=(--modules "${image%/*}/modules")
	! kernel_patches_itself || pass+=(--single)
	pass+=(--kernel "$image" --channel "$VM_CHANNEL" --append "$append")
	[[ -z $debug ]] || pass+=(--memory 4G --boot-timeout 300)
	provide_other_kernels
}

# Variations of the VM with a kernel of their own: the runner asks for one when a case wants
# it. Those of a kernel that was not built here do not exist.
provide_other_kernels()
{
	local variation

	for variation in "${!VM_CONFIG[@]}"; do
		pass+=(--own-kernel "$variation")
		[[ -z $setup || ! -v image_arguments ]] ||
			(kernel_sh "${image_arguments[@]}" --variation "$variation" >/dev/null) ||
			exit_like $?
	done
	[[ ! -v image_arguments ]] ||
		printf -v image_command '%q ' "$root/vm/kernel.sh" "${image_arguments[@]}"
}

become_runner()
{
	local program phase

	while read -r program; do
		pass+=(--program "$program")
	done < <(list_programs)
	while read -r phase; do
		pass+=(--phase "$phase")
	done <"$KVM_GMEM_PHASES"
	rm "$KVM_GMEM_PHASES"
	unset KVM_GMEM_PHASES
	[[ ! -e $known ]] || pass+=(--known-failures "$known")
	[[ $programs || ! -x $build/gmem_probe ]] || pass+=(--probe "$build/gmem_probe")
	: "${timeout:=$([[ $debug ]] && echo 300 || echo 90)}"
	: "${out:=$root/results/$(date +%Y%m%d-%H%M%S)-$$}"
	printf -v command '%q ' ./run_tests.sh "${repeat_with[@]}"
	exec python3 "$root/tools/runner" --agent "$build/agent" --arch "$(uname -m)" \
		--timeout "$timeout" --out "$out" --command "${command% }" \
		--image-command "${image_command-}" "${pass[@]}" \
		-- "${patterns[@]}"
}

main()
{
	if [[ ${1-} =~ ^[a-z]+$ && -x $root/tools/$1/run.sh ]]; then
		exec "$root/tools/$1/run.sh" "${@:2}"
	elif [[ ${1-} == setup ]]; then
		setup=1
		shift
	fi
	parse_options "$@"
	mkdir -p "$build" || die "cannot write to $build"
	start_phases
	if [[ $mode == vm || ! -e /dev/kvm ]]; then
		provide_tools missing_for_build missing_for_vm
	else
		provide_tools missing_for_build
	fi
	build_agent
	[[ $programs ]] || build_suite
	[[ $list || $mode != auto ]] || choose_mode
	[[ $list || $mode != vm ]] || provide_vm
	if [[ $setup ]]; then
		say "everything is in place"
		exit 0
	fi
	become_runner
}

build=$root/build
# shellcheck source=vm/x86_64.conf
. "$root/vm/$(uname -m).conf" 2>/dev/null || die "no VM support for $(uname -m) yet"
[[ ${BASH_SOURCE[0]} != "$0" ]] || { main "$@"; exit; }
