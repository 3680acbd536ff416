/* SPDX-License-Identifier: GPL-2.0 */
/* What neutral code needs to know of x86-64 at compile time. */
#ifndef KVM_GMEM_ARCH_DEFS_H
#define KVM_GMEM_ARCH_DEFS_H

#define PAGE_SHIFT		12

/* The size of a leaf one level above a base page, in the guest and in KVM. */
#define ARCH_LARGE_PAGE_SIZE	0x200000ULL

/*
 * Where tests put guest memory: above the guest image, below the LAPIC and the
 * IOAPIC, 1G aligned so that every large page size of the shared side fits.
 */
#define TEST_GPA		0x40000000ULL

/*
 * A counter for bench/: the TSC, which counts executed instructions in a
 * machine that is emulated with -icount shift=0.
 */
static inline unsigned long long arch_read_counter(void)
{
	unsigned int low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (unsigned long long)high << 32 | low;
}

#endif
