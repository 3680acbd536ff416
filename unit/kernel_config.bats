# SPDX-License-Identifier: GPL-2.0
# The parts of vm/kernel.sh that decide what is built.

setup()
{
	root=$BATS_TEST_DIRNAME/..
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	set --
	. "$root/vm/kernel.sh"
	set +u +o pipefail
	f=$BATS_TEST_TMPDIR/fragment
	printf '%s\n' '# text' CONFIG_A=y '# since 6.17' CONFIG_NEW=y CONFIG_B=n \
		'# before 7.0' CONFIG_OLD=y 'CONFIG_S="x=y"' >"$f"
}

@test "options come and go with the kernel version" {
	run fragment 6.12 "$f"
	[ "$output" = $'CONFIG_A=y\nCONFIG_B=n\nCONFIG_OLD=y\nCONFIG_S="x=y"' ]
	run fragment 6.17 "$f"
	[ "$output" = $'CONFIG_A=y\nCONFIG_NEW=y\nCONFIG_B=n\nCONFIG_OLD=y\nCONFIG_S="x=y"' ]
	run fragment 7.0 "$f"
	[ "$output" = $'CONFIG_A=y\nCONFIG_NEW=y\nCONFIG_B=n\nCONFIG_S="x=y"' ]
}

@test "each option that the kernel did not take is named" {
	printf '%s\n' CONFIG_A=m CONFIG_B=y 'CONFIG_S="x=y"' '# CONFIG_NEW is not set' \
		>"$BATS_TEST_TMPDIR/config"
	run dropped <(fragment 6.17 "$f") "$BATS_TEST_TMPDIR/config"
	[ "$output" = $'CONFIG_A=y\nCONFIG_B=n\nCONFIG_NEW=y\nCONFIG_OLD=y' ]
}

@test "a later fragment overrides an earlier one" {
	printf '%s\n' CONFIG_A=y CONFIG_A=n >"$f"
	: >"$BATS_TEST_TMPDIR/config"
	run dropped "$f" "$BATS_TEST_TMPDIR/config"
	[ -z "$output" ]
}

@test "the newest cached source is the highest version, not the last by name" {
	mkdir -p "$cache/sources/"{6.9_6.9.1-1,6.12_6.12.9-1,6.12_6.12.117-1}
	run main newest-source
	[ "$output" = "$cache/sources/6.12_6.12.117-1" ]
	run cached_sources 6.9
	[ "$output" = "$cache/sources/6.9_6.9.1-1" ]
	run cached_sources 6.1
	[ -z "$output" ]
}

@test "the leftovers of a killed build are removed, and two builds exclude each other" {
	mkdir -p "$cache/tmp.x.killed" "$cache/tmp.y.running"
	(
		cache_lock x
		[ ! -e "$cache/tmp.x.killed" ]
		[ -d "$tmp" ]
		if flock -n "$cache/lock.x" true; then false; fi
		flock -n "$cache/lock.y" true
	)
	flock -n "$cache/lock.x" true
	[ "$(cd "$cache" && echo tmp.*)" = tmp.y.running ]
}

@test "a cached answer and a cached source need no network" {
	mkdir -p "$cache/sources/6.12_6.12.9-1"
	echo 6.12 >"$cache/newest"
	update_lists() { echo "network!"; exit 9; }
	run main source
	[ "$output" = "$cache/sources/6.12_6.12.9-1" ]
	run main source 6.12
	[ "$output" = "$cache/sources/6.12_6.12.9-1" ]
}

@test "without network an old answer is better than none" {
	mkdir -p "$cache/sources/6.12_6.12.9-1"
	echo 6.12 >"$cache/newest"
	touch -d '2 days ago' "$cache/newest"
	update_lists() { return 1; }
	run main source
	[[ "$output" == *"package lists cannot be fetched"* ]]
	[ "${lines[-1]}" = "$cache/sources/6.12_6.12.9-1" ]
}

@test "what the output of programs is read from is not translated" {
	for script in "$root/vm/kernel.sh" "$root/run_tests.sh"; do
		run env LC_ALL=C.UTF-8 LANGUAGE=de bash -c '. "$1"; echo "$LC_ALL${LANGUAGE-}"' \
			- "$script"
		[ "$output" = C ]
	done
}

# Sources of 6.12 as if an older and this package were fetched one after the other.
fetched()
{
	arch=x86_64
	mkdir -p "$cache/sources/"{6.12_6.12.9-1,6.12_6.12.9-1-bpo13,6.9_6.9.1-1} \
		"$cache/"{objects,kernels,mutation,tmp.source.x}
	touch -d '3 days ago' "$cache/sources/"*
	for name in 6.12_6.12.9-1 6.12_6.12.9-1-bpo13 6.9_6.9.1-1; do
		mkdir "$cache/objects/$name-x86_64"{,-debug} "$cache/kernels/$name-x86_64-12ab"
		touch "$cache/lock.$name-x86_64"
	done
	update_lists() { :; }
	offered_versions() { echo 6.12; }
	candidate() { echo 6.12.10-1; }
	fetch_source() { :; }
	unpack_source() { mkdir "$2"; }
}

@test "a newer package takes the place of unused older ones of its version" {
	fetched
	touch "$cache/sources/6.12_6.12.9-1-bpo13"
	run main source --refresh 6.12
	[ "${lines[-1]}" = "$cache/sources/6.12_6.12.10-1" ]
	run ls "$cache/sources" "$cache/objects" "$cache/kernels"
	[[ "$output" != *6.12_6.12.9-1[$'\n'-]x86_64* && "$output" != *$'6.12_6.12.9-1\n'* ]]
	for name in 6.12_6.12.9-1-bpo13 6.9_6.9.1-1; do
		[ -d "$cache/sources/$name" ]
		[ -d "$cache/objects/$name-x86_64-debug" ]
		[ -d "$cache/kernels/$name-x86_64-12ab" ]
	done
}

@test "an older package of which a kernel is being built stays" {
	fetched
	exec 5>"$cache/lock.6.12_6.12.9-1-x86_64"
	flock 5
	run main source --refresh 6.12
	exec 5>&-
	[[ "$output" == *"6.12_6.12.9-1 is in use, and kept"* ]]
	[ -d "$cache/sources/6.12_6.12.9-1" ]
	[ -d "$cache/kernels/6.12_6.12.9-1-x86_64-12ab" ]
	[ ! -e "$cache/sources/6.12_6.12.9-1-bpo13" ]
}

@test "a full disk matters only to what has to be fetched" {
	fetched
	df() { printf 'Avail\n1M\n'; }
	mkdir "$cache/sources/6.12_6.12.10-1"
	run main source --refresh 6.12
	[ "${lines[-1]}" = "$cache/sources/6.12_6.12.10-1" ]
	rmdir "$cache/sources/6.12_6.12.10-1"
	run main source --refresh 6.12
	[ "$status" -eq 2 ]
	[[ "${lines[-1]}" == "run_tests.sh: disk full: "* ]]
}

@test "package lists are fetched by one at a time, and not again by who waited" {
	mkdir -p "$cache/apt"
	fetch_lists()
	{
		if flock -n "$cache/lock.lists" true; then return 9; fi
		echo "$(cat "$cache/count" 2>/dev/null)x" >"$cache/count"
		origin_of_lists >"$cache/apt/updated"
	}
	configured_suites() { echo "http://m one"; }
	exec 5>"$cache/lock.lists"
	flock 5
	refresh='' update_lists 5>&- &
	first=$!
	refresh='' update_lists 5>&- &
	second=$!
	exec 5>&-
	wait "$first"
	wait "$second"
	[ "$(cat "$cache/count")" = x ]
	refresh=1
	update_lists
	[ "$(cat "$cache/count")" = xx ]
}

@test "package lists are fetched again when apt has other sources than they came from" {
	mkdir -p "$cache/apt"
	fetch_lists() { echo fetched; origin_of_lists >"$cache/apt/updated"; }
	suites=one
	configured_suites() { printf 'http://m %s\n' $suites; }
	refresh=''
	[ "$(update_lists)" = fetched ]
	[ -z "$(update_lists)" ]
	suites='one one-security'
	[ "$(update_lists)" = fetched ]
	EXTRA_SUITES+=(sid)
	[ "$(update_lists)" = fetched ]
	[ -z "$(update_lists)" ]
}

# What is published where: "SUITE ORIGIN CODENAME", or "SUITE none" or "SUITE silent".
published()	# TABLE
{
	local table=$1

	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	published=$(sed "s/MINE/$codename/g" <<<"$table")
	tmp=$BATS_TEST_TMPDIR
	EXTRA_SUITES=(sid forky)
	configured_suites() { awk '/configured/ { print $1, $2 }' <<<"$published"; }
	fetch_release()
	{
		local uri suite origin name

		while read -r uri suite origin name _; do
			[[ $uri == "$1" && $suite == "$2" ]] || continue
			[[ $origin != silent ]] || return 2
			printf 'Origin: %s\nCodename: %s\n' "${origin/_/ }" "$name" >"$tmp/release"
			return 0
		done <<<"$published"
		return 1
	}
	run write_sources
	sources=$(sed -E 's/^deb (\[.*\] )?//' "$cache/apt/sources.list" 2>/dev/null || true)
}

@test "package sources are Debian's own, and what the mirror has of newer releases" {
	published "http://m MINE Debian MINE configured
		http://m MINE-backports Debian_Backports MINE-backports configured
		http://m MINE-proposed-updates Debian MINE-proposed-updates configured
		http://s MINE-security Debian MINE-security configured
		http://other MINE Docker MINE configured
		http://m sid Debian sid"
	[ "$status" -eq 0 ]
	[ "$sources" = "http://m $codename main
http://m $codename-backports main
http://s $codename-security main
http://m sid main" ]
}

@test "suites with a name that moves are known by their codename" {
	published "http://m stable Debian MINE configured
		http://m unstable Debian sid configured
		http://m experimental Debian rc-buggy configured
		http://m sid Debian sid
		http://m forky Debian forky"
	[ "$sources" = $'http://m stable main\nhttp://m unstable main\nhttp://m forky main' ]
}

@test "without an answer suites are what they are called; with none of Debian's there is no mirror" {
	published "http://m MINE silent x configured
		http://other nodistro silent x configured"
	[ "$sources" = "http://m $codename main
http://m sid main
http://m forky main" ]
	rm "$cache/apt/sources.list"
	published "http://m stable silent x configured"
	[ "$status" -eq 1 ]
	[ ! -e "$cache/apt/sources.list" ]
	published "http://other MINE Docker MINE configured"
	[ "$status" -eq 2 ]
	[[ "$output" == *"no mirror to fetch from" ]]
}

# apt's complaint about some suites: the sources that are left, and what is said.
refused()	# ERRORS
{
	complaint=$1
	mkdir -p "$cache/apt"
	write_sources() { printf 'deb [signed-by=/k] http://m %s main\n' one sid >"$cache/apt/sources.list"; }
	apt_update()
	{
		grep -q ' sid ' "$cache/apt/sources.list" || return 0
		echo "$complaint" >"$cache/apt/log"
		return 100
	}
	run fetch_lists
}

@test "a release whose lists apt refuses is left out, and the others are used" {
	refused 'E: Release file for http://m/dists/sid/InRelease is expired (invalid since 22d).'
	[ "$status" -eq 0 ]
	[[ "$output" == *"is expired"*"going on without the package lists of sid" ]]
	[ "$(cat "$cache/apt/sources.list")" = 'deb [signed-by=/k] http://m one main' ]
	[ -e "$cache/apt/updated" ]
	refused "E: The repository 'http://m sid InRelease' is not signed."
	[ "$status" -eq 0 ]
}

@test "what apt fails of otherwise leaves no release out" {
	refused 'E: Could not get lock /x. It is held by process 1'
	[ "$status" -eq 1 ]
	[ "$(wc -l <"$cache/apt/sources.list")" -eq 2 ]
	[ ! -e "$cache/apt/updated" ]
	refused $'E: Failed to fetch http://m/dists/one/InRelease\nE: Failed to fetch http://m/dists/sid/InRelease'
	[ "$status" -eq 1 ]
	[ "$(wc -l <"$cache/apt/sources.list")" -eq 2 ]
}
