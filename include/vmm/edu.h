/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU's educational device: it copies between RAM and a buffer of its own, and sends
 * an interrupt when it is done, 100 ms of the machine's time after it was told.
 * QEMU, docs/specs/edu.txt. Addresses are I/O virtual, sizes in bytes.
 *
 * A transfer that the IOMMU stops ends like any other: the device does not tell.
 */
#ifndef KVM_GMEM_VMM_EDU_H
#define KVM_GMEM_VMM_EDU_H

#include "disposable.h"
#include "vmm/vfio_pci.h"

#define EDU_VENDOR	0x1234
#define EDU_DEVICE	0x11e8

/* The device's buffer has 4096 bytes, but QEMU 7.2 dies of a transfer that fills it. */
#define EDU_MAX_TRANSFER	2048

#define EDU_MAX_DEVICES		64

struct edu {
	struct vfio_pci pci;
};

/* For REQUIRE(): the number of devices that can be used. */
int edu_count(void);

/* vfio_pci_open() takes it from its driver, which is not ours to do on a user's machine. */
#define REQUIRE_NR_EDUS(enough)						\
	do {								\
		REQUIRE(enough, "no edu device with vfio-pci "		\
			"(runs in the VM's variation edu)");		\
		REQUIRE_DISPOSABLE_MACHINE();				\
	} while (0)

#define REQUIRE_EDU()	REQUIRE_NR_EDUS(edu_count() > 0)

/* Device @index of those that there are. */
void edu_open(struct edu *edu, int index, const struct ioas *ioas);
void edu_close(struct edu *edu);

/* Begin to copy between RAM and the start of the device's buffer. */
void edu_start_read(struct edu *edu, u64 iova, u64 size);	/* from RAM */
void edu_start_write(struct edu *edu, u64 iova, u64 size);	/* to RAM */

/* Wait until it is done. */
void edu_wait(struct edu *edu);

/* Both in one. */
void edu_read(struct edu *edu, u64 iova, u64 size);
void edu_write(struct edu *edu, u64 iova, u64 size);

/*
 * How many fault interrupts the IOMMUs of the machine have sent since it was booted.
 * One that comes while another is being handled may not be counted.
 */
u64 iommu_fault_count(void);

/* Wait until there are @count, which the kernel may be late to count; no more than that. */
void iommu_fault_expect(u64 count);

#endif
