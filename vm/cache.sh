# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by the scripts that fill the cache: where it is, its lock, and
# failing with one line.  Everything is built under $tmp and renamed into place.

# The output of apt, ldd, df and others is read here.
export LC_ALL=C
unset LANGUAGE

: "${HOME:=$(getent passwd "$(id -u)" | cut -d : -f 6)}"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kvm-gmem
tmp=''

say()
{
	[[ ${KVM_GMEM_QUIET-} ]] || echo "# $*" >&2
}

die()
{
	echo "run_tests.sh: $*" >&2
	exit 2
}

# exit_like STATUS: ends as what was called did, for a reader who takes 1 for a
# test that failed.
exit_like()
{
	exit $(($1 > 2 ? $1 : 2))
}

# cache_lock NAME: one writer at a time for what NAME stands for; a lock held
# before is given up.  What a killed writer left behind goes.
cache_lock()
{
	mkdir -p "$cache" 2>/dev/null || die "cannot create the cache $cache"
	[[ -z $tmp ]] || rm -rf "$tmp"
	exec 9>"$cache/lock.$1" || die "cannot write to the cache $cache"
	flock -n 9 || { say "waiting for another run that fills the cache"; flock 9; }
	rm -rf "$cache/tmp.$1".*
	tmp=$(mktemp -d "$cache/tmp.$1.XXXXXX") || die "cannot write to the cache $cache"
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 143' TERM
	trap 'exit 130' INT
}

# In megabytes.
cache_free()
{
	df --output=avail -BM "$cache" | tail -n 1 | tr -dc 0-9
}

cache_need()	# MEGABYTES
{
	local free

	free=$(cache_free)
	((free >= $1)) || die "disk full: $cache has $free MB free, $1 MB are needed"
}

# step LOG COMMAND...: output to the log, or where $sink says.  In the background,
# so that a signal is acted upon; the command ends when this shell does.
step()
{
	local log=$1 rc=0

	shift
	setpriv --pdeathsig TERM "$@" >>"${sink:-$log}" 2>&1 9>&- 7>&- &
	wait $! || rc=$?
	((rc)) || return 0
	grep -q 'No space left on device' "$log" && die "disk full: no space left in $cache"
	return "$rc"
}

# attend COMMAND...: like the command alone, for what runs long in a script that has
# called end_on_signals.  The command is in the background, where bash acts upon a signal
# at once, and ends with this shell even if that is killed.  There it ignores SIGINT, so that
# of Ctrl-C, too, it gets one signal, by end_attended.
attend()
{
	local rc=0

	setpriv --pdeathsig TERM "$@" <&0 &
	attended=$!
	wait "$attended" || rc=$?
	attended=''
	return "$rc"
}

# A script that only waits would go on when what it waits for ends of Ctrl-C with an exit
# code, as run_tests.sh does.
end_on_signals()
{
	attended=''
	trap 'end_attended 129' HUP
	trap 'end_attended 130' INT
	trap 'end_attended 143' TERM
}

end_attended()	# STATUS
{
	if [[ $attended ]]; then
		kill "$attended" 2>/dev/null || true
		wait "$attended" || true
	fi
	exit "$1"
}

# make_program SOURCE BUILD TARGET: one of those of $root, which others may be building, too.
make_program()
{
	mkdir -p "$2"
	setpriv --pdeathsig TERM flock -F "$2/.lock" \
		make -s -C "${root:?}" KSRC="$1" OUTPUT="$2" "$3" >/dev/null
}

# log_tail LOG: the end of a log, for the reader of an error message.
log_tail()
{
	tail -n 8 "$1" | sed 's/^/    /' >&2
}

# timed NAME COMMAND...: run it, and note for the summary how long it took.
timed()
{
	local name=$1 start=$EPOCHREALTIME us

	shift
	"$@"
	us=$((${EPOCHREALTIME/[.,]/} - ${start/[.,]/}))
	printf -v us '%d.%d' $((us / 1000000)) $((us / 100000 % 10))
	say "$name took $us s"
	[[ -z ${KVM_GMEM_PHASES-} ]] || echo "$name=$us" >>"$KVM_GMEM_PHASES"
}
