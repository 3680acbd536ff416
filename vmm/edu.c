// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "case_limit.h"
#include "fail.h"
#include "vcpu_thread.h"
#include "vmm/edu.h"
#include "vmm/vmm_trace.h"

#define REG_ID		0x00
#define REG_IRQ_STATUS	0x24
#define REG_IRQ_ACK	0x64
#define REG_DMA_FROM	0x80
#define REG_DMA_TO	0x88
#define REG_DMA_SIZE	0x90
#define REG_DMA_COMMAND	0x98

#define ID_MASK		0xffff
#define ID		0x00ed
#define BUFFER		0x40000
#define DMA_RUN		BIT_ULL(0)
#define DMA_TO_RAM	BIT_ULL(1)
#define DMA_IRQ		BIT_ULL(2)

static volatile u32 *reg32(struct edu *edu, u64 reg)
{
	return (volatile u32 *)((volatile char *)edu->pci.bar0 + reg);
}

static void write_reg64(struct edu *edu, u64 reg, u64 value)
{
	*(volatile u64 *)((volatile char *)edu->pci.bar0 + reg) = value;
}

int edu_count(void)
{
	char names[EDU_MAX_DEVICES][PCI_NAME_SIZE];

	return ioas_available() ? vfio_pci_find(EDU_VENDOR, EDU_DEVICE, names, EDU_MAX_DEVICES) : 0;
}

void edu_open(struct edu *edu, int index, const struct ioas *ioas)
{
	char names[EDU_MAX_DEVICES][PCI_NAME_SIZE];
	int nr = vfio_pci_find(EDU_VENDOR, EDU_DEVICE, names, EDU_MAX_DEVICES);

	FAIL_UNLESS(index < nr, "edu %d of %d", index, nr);
	vfio_pci_open(&edu->pci, names[index], ioas);
	FAIL_UNLESS((*reg32(edu, REG_ID) & ID_MASK) == ID, "%s is no edu: %#x", edu->pci.name,
		    *reg32(edu, REG_ID));
}

void edu_close(struct edu *edu)
{
	vfio_pci_close(&edu->pci);
}

static void start(struct edu *edu, u64 from, u64 to, u64 size, u64 direction)
{
	FAIL_UNLESS(size <= EDU_MAX_TRANSFER, "a transfer of %#llx bytes", size);
	write_reg64(edu, REG_DMA_FROM, from);
	write_reg64(edu, REG_DMA_TO, to);
	write_reg64(edu, REG_DMA_SIZE, size);
	write_reg64(edu, REG_DMA_COMMAND, DMA_RUN | DMA_IRQ | direction);
}

void edu_start_read(struct edu *edu, u64 iova, u64 size)
{
	vmm_trace("device reads        [%#llx, +%#llx)", iova, size);
	start(edu, iova, BUFFER, size, 0);
}

void edu_start_write(struct edu *edu, u64 iova, u64 size)
{
	vmm_trace("device writes       [%#llx, +%#llx)", iova, size);
	start(edu, BUFFER, iova, size, DMA_TO_RAM);
}

void edu_wait(struct edu *edu)
{
	vfio_pci_wait_irq(&edu->pci);
	*reg32(edu, REG_IRQ_ACK) = *reg32(edu, REG_IRQ_STATUS);
}

void edu_read(struct edu *edu, u64 iova, u64 size)
{
	edu_start_read(edu, iova, size);
	edu_wait(edu);
}

void edu_write(struct edu *edu, u64 iova, u64 size)
{
	edu_start_write(edu, iova, size);
	edu_wait(edu);
}

/* The numbers between "24:" and the interrupt's kind, one for each CPU. */
static u64 sum_of_line(const char *line)
{
	const char *p = strchr(line, ':') + 1;
	u64 sum = 0;
	char *end;

	for (;;) {
		sum += strtoull(p, &end, 10);
		if (end == p || *end != ' ')
			return sum;
		p = end;
	}
}

u64 iommu_fault_count(void)
{
	FILE *f = fopen("/proc/interrupts", "re");
	char line[1024];
	u64 sum = 0;

	FAIL_UNLESS(f, "open /proc/interrupts: %s", errno_name(errno));
	while (fgets(line, sizeof(line), f))
		if (strstr(line, "dmar") && strchr(line, ':'))
			sum += sum_of_line(line);
	fclose(f);
	return sum;
}

void iommu_fault_expect(u64 count)
{
	time_t end = time(NULL) + wait_limit_seconds();
	u64 now;

	for (;;) {
		now = iommu_fault_count();
		if (now == count)
			return;
		FAIL_UNLESS(now < count && time(NULL) < end,
			    "expected %llu IOMMU faults since boot, got %llu", count, now);
		sched_yield();
	}
}
