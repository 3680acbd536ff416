# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by kernel.sh: kernel sources from the Debian mirror that this machine
# uses.  Its own apt configuration is read (its mirror) but never changed.

# Releases that may carry a newer kernel than the machine's own.
EXTRA_SUITES=(sid forky trixie-backports)

private_apt=(-o "Dir::Etc::sourcelist=${cache:?}/apt/sources.list" -o "Dir::Etc::sourceparts=-"
	-o "Dir::State::Lists=$cache/apt/lists" -o "Dir::Cache=$cache/apt"
	-o "Acquire::Languages=none")

# Prints "URI SUITE" for each configured source; deb822 or one-line, apt knows.
configured_suites()
{
	apt-get --print-uris update 2>/dev/null |
		sed -nE "s#^'(.*)/dists/(.*)/(In)?Release'.*#\1 \2#p"
}

write_sources()
{
	local codename mirror='' uri suite trust=''
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg

	codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	if [[ -r $keyring ]]; then
		trust="[signed-by=$keyring] "
	fi
	mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial"
	while read -r uri suite; do
		if [[ $suite == "$codename"* ]]; then
			echo "deb $trust$uri $suite main"
		fi
		if [[ $suite == "$codename" ]]; then
			mirror=$uri
		fi
	done < <(configured_suites) >"$cache/apt/sources.list"
	[[ $mirror ]] || die "apt has no source for Debian '$codename': no mirror to fetch from"
	for suite in "${EXTRA_SUITES[@]}"; do
		echo "deb $trust$mirror $suite main"
	done >>"$cache/apt/sources.list"
}

have_recent_lists()
{
	[[ -z $refresh && $(find "$cache/apt/updated" -mmin -1440 2>/dev/null) ]]
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
	write_sources
	: >"$cache/apt/log"
	step "$cache/apt/log" timeout 900 apt-get "${private_apt[@]}" -q update || {
		log_tail "$cache/apt/log"
		return 1
	}
	touch "$cache/apt/updated"
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
