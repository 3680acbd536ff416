# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by kernel.sh: kernel sources from the Debian mirror that this machine
# uses.  Its own apt configuration is read (its mirror) but never changed.

# Releases that may carry other kernels than the machine's own.
EXTRA_SUITES=(sid forky trixie-backports trixie)

private_apt=(-o "Dir::Etc::sourcelist=${cache:?}/apt/sources.list" -o "Dir::Etc::sourceparts=-"
	-o "Dir::State::Lists=$cache/apt/lists" -o "Dir::Cache=$cache/apt"
	-o "Acquire::Languages=none")

# Prints "URI SUITE" for each configured source; deb822 or one-line, apt knows.
configured_suites()
{
	apt-get --print-uris update 2>/dev/null |
		sed -nE "s#^'(.*)/dists/(.*)/(In)?Release'.*#\1 \2#p"
}

# Fetches to $tmp/release what a suite says of itself. 1: it is not there; 2: no answer.
fetch_release()	# URI SUITE
{
	local name log=${tmp:?}/release.log

	: >"$log"
	for name in InRelease Release; do
		rm -f "$tmp/release"
		step "$log" timeout 60 /usr/lib/apt/apt-helper -o Acquire::Retries=0 \
			download-file "$1/dists/$2/$name" "$tmp/release" && return
		grep -qE ' (403|404|410) |Not Found|No such file' "$log" || return 2
	done
	return 1
}

# Sets $name to the codename, like trixie or trixie-updates, of what Debian itself publishes
# there, whatever the suite is called (stable, testing); false if that is none. Others
# name their suites like Debian's, and proposed-updates and the like are not for everybody.
# Without an answer (then $reached is empty) the name of the suite must do; who is in
# $silent is not asked again, for each time may take a minute.
identify()	# URI SUITE CODENAME
{
	local rc=0 wanted='^[a-z]+(-(updates|security|backports))?$'

	[[ $2 =~ $wanted ]] || return 1
	if [[ $silent == *" $1 "* ]]; then
		rc=2
	else
		fetch_release "$1" "$2" || rc=$?
	fi
	case $rc in
	0)
		name=$(sed -n 's/^Codename: //p' "$tmp/release" | head -n 1)
		grep -qE '^Origin: Debian( Backports)?$' "$tmp/release" && [[ $name =~ $wanted ]] ;;
	1)
		reached=''
		return 1 ;;
	*)
		reached='' name=$2 silent+=" $1 "
		[[ $2 == "$3" || $2 == "$3"-* ]] ;;
	esac
}

# False if no mirror answers.
write_sources()
{
	local codename mirror='' mirror_reached='' uri suite name reached trust='' rc
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg silent='' have=' ' failed=''

	codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	if [[ -r $keyring ]]; then
		trust="[signed-by=$keyring] "
	fi
	mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial"
	: >"$tmp/sources.list"
	while read -r uri suite; do
		reached=1
		identify "$uri" "$suite" "$codename" || { failed+=${reached:-x}; continue; }
		echo "deb $trust$uri $suite main" >>"$tmp/sources.list"
		have+="$name "
		# A machine with testing or sid has no suite of its own codename.
		if [[ $name != *-* ]] && [[ -z $mirror || $reached && \
				( -z $mirror_reached || $name == "$codename" ) ]]; then
			mirror=$uri mirror_reached=$reached
		fi
	done < <(configured_suites)
	[[ $mirror || $failed != *x* ]] || return 1
	[[ $mirror ]] || die "apt has no source for Debian '$codename': no mirror to fetch from"
	for suite in "${EXTRA_SUITES[@]}"; do
		[[ $have != *" $suite "* ]] || continue
		rc=0
		[[ -z $mirror_reached ]] || fetch_release "$mirror" "$suite" || rc=$?
		((rc == 1)) || echo "deb $trust$mirror $suite main" >>"$tmp/sources.list"
	done
	mv "$tmp/sources.list" "$cache/apt/sources.list"
}

# What the lists are made from: others are of no use, however new.
origin_of_lists()
{
	configured_suites
	echo "and ${EXTRA_SUITES[*]}"
}

have_recent_lists()
{
	[[ -z $refresh && $(find "$cache/apt/updated" -mmin -1440 2>/dev/null) &&
		$(<"$cache/apt/updated") == "$(origin_of_lists)" ]]
}

# Lists of less than a day are good enough, unless --refresh. Who fetches sources and who
# fetches shipped kernels hold different locks, so the lists have one of their own.
update_lists()
{
	local rc=0

	have_recent_lists && return
	exec 7>"$cache/lock.lists" || return
	flock 7
	have_recent_lists || fetch_lists || rc=$?
	exec 7>&-
	return "$rc"
}

fetch_lists()
{
	# On a full disk apt has been seen to wait for ever.
	(($(cache_free) >= 300)) || { say "disk full: no room for package lists"; return 1; }
	say "fetching package lists"
	write_sources || return
	apt_update || { leave_out_refused && apt_update; } || {
		log_tail "$cache/apt/log"
		return 1
	}
	origin_of_lists >"$cache/apt/updated"
}

apt_update()
{
	: >"$cache/apt/log"
	step "$cache/apt/log" timeout 900 apt-get "${private_apt[@]}" -q update
}

# A mirror may carry one release whose lists have expired or are damaged, while the others
# are good.  Takes what apt complained of out of the sources; false if it was none of them.
leave_out_refused()
{
	local line uri suite errors kept='' refused=''

	errors=$(grep '^E: ' "$cache/apt/log") || return
	while read -r line; do
		read -r uri suite _ <<<"$(sed -E 's/^deb (\[.*\] )?//' <<<"$line")"
		if [[ $errors == *"$uri/dists/$suite/"* || $errors == *"'$uri $suite "* ]]; then
			refused+=" $suite"
		else
			kept+=$line$'\n'
		fi
	done <"$cache/apt/sources.list"
	[[ $kept && $refused ]] || return
	sed 's/^/    /' <<<"$errors" >&2
	say "going on without the package lists of$refused"
	printf %s "$kept" >"$cache/apt/sources.list"
}

offered_versions()
{
	apt-cache "${private_apt[@]}" search --names-only '^linux-source-[0-9]+\.[0-9]+$' |
		sed -nE 's/^linux-source-([0-9.]+) .*/\1/p' | sort -V
}

candidate()	# PACKAGE
{
	apt-cache "${private_apt[@]}" policy "$1" | sed -nE 's/^ *Candidate: (.*)/\1/p' | grep -v '(none)'
}

fetch_source()	# VERSION
{
	local package=linux-source-$1 log=${tmp:?}/fetch.log

	mkdir -p "$tmp/deb"
	say "fetching $package"
	step "$log" timeout 900 env -C "$tmp/deb" apt-get "${private_apt[@]}" -q download "$package" || {
		log_tail "$log"
		die "cannot fetch $package"
	}
}

unpack_source()	# VERSION DIRECTORY
{
	local package=linux-source-$1 log=$tmp/fetch.log

	mkdir "$2"
	say "unpacking $package"
	if ! step "$log" dpkg-deb -x "$tmp/deb/"*.deb "$tmp/deb" ||
	   ! step "$log" tar -xf "$tmp/deb/usr/src/$package.tar.xz" --strip-components=1 -C "$2"; then
		log_tail "$log"
		die "cannot unpack $package"
	fi
	rm -rf "$tmp/deb"
	# A source tree must stay pristine for builds elsewhere, so the headers
	# for user space are made outside and only the result is put in.
	step "$log" make -C "$2" O="$tmp/headers" ARCH="$KERNEL_ARCH" -j "$(nproc)" headers || {
		log_tail "$log"
		die "cannot make the headers of $package"
	}
	cp -r "$tmp/headers/usr/include" "$2/usr/"
	rm -rf "$tmp/headers"
}
