#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Draws the timeline that a demonstration prints: timeline.sh FILE.svg <TRACE.
# One lane for each kind of step in order of appearance, one column for each step,
# since hundreds of microseconds with nothing lie between bursts of a few; the time
# is written below.  Needs gnuplot.
set -euo pipefail

(($# == 1)) || { echo "usage: demo/timeline.sh FILE.svg <TRACE" >&2; exit 2; }
command -v gnuplot >/dev/null || {
	echo "timeline.sh: gnuplot is missing; as root, run: apt-get install gnuplot-nox" >&2
	exit 2
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "#   123 us  actor verb ... [0xGPA, +SIZE) to private": step, lane, kind, time.
awk -v lanes="$work/lanes" '
	/^# +[0-9]+ us / {
		text = substr($0, index($0, " us ") + 4)
		sub(/^ +/, "", text)
		name = text
		sub(/ *(\[|for |vCPU|:).*/, "", name)
		if (!(name in lane)) {
			lane[name] = ++n
			label = name
			gsub(/ +/, " ", label)
			print n "\t" label >lanes
		}
		kind = text ~ /private/ ? 1 : text ~ /shared/ ? 2 : 0
		print ++step, lane[name], kind, $2
	}' >"$work/steps"
[[ -s $work/steps ]] || { echo "timeline.sh: no timeline in the input (--trace?)" >&2; exit 2; }
last=$(wc -l <"$work/steps")
nr_lanes=$(wc -l <"$work/lanes")
ytics=$(awk -F '\t' '{ printf "%s\"%s\" %d", (NR > 1 ? ", " : ""), $2, $1 }' "$work/lanes")
xtics=$(awk 'NR % 3 == 1 { printf "%s\"%s\" %d", (NR > 1 ? ", " : ""), $4, $1 }' "$work/steps")

gnuplot <<-END
	set terminal svg size $((last * 22 + 260)),$((nr_lanes * 28 + 140)) font "sans,11"
	set output "$1"
	set title "conversions, discards and IOMMU updates"
	set xlabel "time of each step, us"
	set xrange [0:$((last + 1))]
	set yrange [$((nr_lanes + 1)):0]
	set ytics ($ytics)
	set xtics rotate by 60 right ($xtics)
	set grid
	set key outside top center horizontal
	plot "$work/steps" using (\$3 == 1 ? \$1 : NaN):2 with points pt 5 lc rgb "#b03030" \
		title "private", \
	     "" using (\$3 == 2 ? \$1 : NaN):2 with points pt 7 lc rgb "#3060b0" \
		title "shared", \
	     "" using (\$3 == 0 ? \$1 : NaN):2 with points pt 9 lc rgb "#606060" title "other"
END
