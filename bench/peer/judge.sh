#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# In the VM: runs the programs of /t that are named, until one fails, and prints
# "ok"/"not ok". What the kernel complains of is a failure of the one that ran.
number=0
for name; do
	number=$((number + 1))
	dmesg -c >/dev/null
	timeout 90 "/t/$name" >/tmp/log 2>&1
	code=$?
	splat=$(dmesg | grep -E 'WARNING: |BUG: |Oops|general protection' | head -n 1)
	if [ "$splat" ]; then
		echo "not ok $number $name # $splat"
	elif [ $code = 0 ] || [ $code = 4 ]; then
		echo "ok $number $name"
		continue
	elif [ $code = 143 ]; then
		echo "not ok $number $name timeout"
	else
		tail -n 3 /tmp/log
		echo "not ok $number $name # exit=$code"
	fi
	exit 1
done
