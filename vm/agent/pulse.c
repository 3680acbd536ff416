// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts for CPUs that may have lost theirs.
 *
 * Each #VMEXIT that QEMU emulates takes one bit out of the CPU's interrupt_request
 * without a lock (do_vmexit()). Of an interrupt that another thread raises at that
 * moment the CPU never hears, until the next one comes. If it was the timer's and
 * nothing else is under way there is no next one. VMs have fallen silent, all CPUs
 * halted, in some of the rounds with DMA devices, which wait most of the time; one in
 * spite of this, which is why timers are periodic, too (vm/boot.sh).
 *
 * So a process lives on a CPU that runs no vCPUs (vm/boot.sh has one for that) and
 * visits the others in turn, which takes an interrupt to each.
 */
#include <sched.h>
#include <sys/prctl.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

#define PERIOD_NS	250000000L

static void go_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static int cpu_without_vcpus(const cpu_set_t *ours)
{
	int nr = get_nprocs(), cpu;

	for (cpu = 0; cpu < nr && cpu < CPU_SETSIZE; cpu++)
		if (!CPU_ISSET(cpu, ours))
			return cpu;
	return -1;
}

static void __attribute__((noreturn)) beat(int home, const cpu_set_t *others)
{
	const struct timespec period = { .tv_nsec = PERIOD_NS };
	int cpu;

	prctl(PR_SET_NAME, "pulse");
	for (;;) {
		go_to(home);
		nanosleep(&period, NULL);
		for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (CPU_ISSET(cpu, others))
				go_to(cpu);
	}
}

void pulse_start(void)
{
	cpu_set_t ours;
	int home;

	if (getpid() != 1 || sched_getaffinity(0, sizeof(ours), &ours))
		return;
	home = cpu_without_vcpus(&ours);
	if (home >= 0 && !fork())
		beat(home, &ours);
}
