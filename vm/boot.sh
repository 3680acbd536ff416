#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Becomes QEMU, booting one VM.  The console is stdin/stdout; the agent's
# channel is the socket inherited as --channel-fd, or discarded without one;
# --monitor-fd is a socket for QMP.
#
# With --parent PID it ends at once unless PID is still its parent.  Started
# under "setpriv --pdeathsig KILL", QEMU then cannot outlive that process.
set -eu

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
arch=$(uname -m)
kernel='' initrd='' append='' accel=tcg smp=2 memory=2G icount='' share='' channel='' monitor='' variation=default
extra=()

usage()
{
	echo "usage: boot.sh --kernel IMAGE --initrd FILE [--append PARAMETERS] [--smp N]" \
		"[--memory SIZE] [--icount] [--single] [--share DIR] [--variation NAME]" \
		"[--channel-fd N] [--monitor-fd N] [--arch ARCH] [--parent PID] [-- QEMU ARGUMENTS]" >&2
	exit 2
}

while (($#)); do
	case $1 in
	--kernel) kernel=${2:?} ;;
	--initrd) initrd=${2:?} ;;
	--append) append=${2-} ;;
	--smp) smp=${2:?} ;;
	--memory) memory=${2:?} ;;
	--share) share=${2:?} ;;
	--variation) variation=${2:?} ;;
	--channel-fd) channel=${2:?} ;;
	--arch) arch=${2:?} ;;
	--monitor-fd) monitor=${2:?} ;;
	--parent) [[ $PPID == "${2:?}" ]] || exit 1 ;;
	--icount) icount=1; shift; continue ;;
	# CPUs in turn: a kernel that patches its own code on one CPU has been seen
	# to die of a breakpoint long gone on the other, where TCG runs both at once.
	--single) accel=tcg,thread=single; shift; continue ;;
	--) shift; extra=("$@"); break ;;
	*) usage ;;
	esac
	shift 2
done
[[ $kernel && $initrd ]] || usage
# shellcheck source=vm/x86_64.conf
. "$here/$arch.conf"
[[ -v "VM_APPEND[$variation]" ]] || { echo "boot.sh: no VM variation '$variation'" >&2; exit 2; }

memory=${VM_MEMORY[$variation]:-$memory}

# Two equal NUMA nodes, for placement tests, if there is a CPU for each; and a CPU 0
# on which nothing runs that runs a vCPU (init keeps to KVM_GMEM_CPUS).  In QEMU 7.2
# (10.0 shows the same) a CPU that loads its FPU state (cpu_set_fpus) also writes CPU 0's
# hflags2 without a lock, and so takes back what CPU 0 changes just then: nested
# paging is off while the guest runs, or on in the host, or GIF stays clear.  Seen
# about once in 500 runs of memslot_race: guests that shut down, a host that hangs,
# resets or writes to memory of others.
node_args()
{
	local half=$((${memory%[MG]} * 512))

	[[ $memory == *M ]] && half=$((${memory%M} / 2))
	echo "-smp $((smp + 1)),sockets=$((smp + 1))"
	echo "-object memory-backend-ram,id=node0,size=${half}M"
	echo "-object memory-backend-ram,id=node1,size=${half}M"
	echo "-numa node,nodeid=0,memdev=node0,cpus=0-$((smp / 2))"
	echo "-numa node,nodeid=1,memdev=node1,cpus=$((smp / 2 + 1))-$smp"
}

args=("${QEMU_MACHINE[@]}" -accel "$accel" -m "$memory" -kernel "$kernel" -initrd "$initrd"
	-nodefaults -display none -no-reboot -serial stdio)
if [[ $icount ]]; then
	args+=(-smp 1 -icount "shift=0,sleep=off")
elif ((smp % 2 == 0)); then
	# shellcheck disable=SC2207
	args+=($(node_args))
	append+=" KVM_GMEM_CPUS=1-$smp"
else
	args+=(-smp "$smp")
fi
# Each of the devices of QEMU_CHANNEL writes to it.
if [[ $channel ]]; then
	args+=(-chardev "socket,id=channel,fd=$channel,mux=on")
else
	args+=(-chardev "null,id=channel,mux=on")
fi
args+=("${QEMU_CHANNEL[@]}")
if [[ $monitor ]]; then
	args+=(-chardev "socket,id=monitor,fd=$monitor" -mon "chardev=monitor,mode=control")
fi
[[ $share ]] && args+=(-virtfs "local,path=$share,mount_tag=share,security_model=none")
# An oops leaves locks held and would take the next cases with it: panic, and
# the runner boots again.  Warnings must reach the console, hence the level.
# A timer that rings by itself, on each CPU. Where each event has to arm the next one, a CPU
# that lost one has no timers any more: with 7.3 and many DMA interrupts, once in some forty
# rounds, and with it sleeps, RCU and at last the whole VM stood still.
# How long to spin for a delay need not be measured on each CPU, for 0.3 s in all.
args+=(-append "console=$VM_CONSOLE panic=-1 oops=panic loglevel=5 no_timer_check highres=off nohz=off lpj=10400000 \
${VM_APPEND[$variation]} $append")

declare -n variation_args=VM_ARGS_$variation

exec "$QEMU" "${args[@]}" "${variation_args[@]}" "${extra[@]}"
