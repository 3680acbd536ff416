/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A PCI device that vfio-pci drives for this process, attached to an I/O address
 * space. Documentation/driver-api/vfio.rst, "VFIO device cdev";
 * include/uapi/linux/vfio.h.
 */
#ifndef KVM_GMEM_VMM_VFIO_PCI_H
#define KVM_GMEM_VMM_VFIO_PCI_H

#include "types.h"
#include "vmm/ioas.h"

#define PCI_NAME_SIZE	16	/* "0000:00:10.0" */

struct vfio_pci {
	int fd;
	int irq_fd;		/* an eventfd, for the only MSI vector */
	char name[PCI_NAME_SIZE];
	volatile void *bar0;
	u64 bar0_size;
};

/*
 * The names of up to @max devices with these ids, in order: their number, 0 where there
 * is no vfio-pci either.
 */
int vfio_pci_find(u16 vendor, u16 device, char (*names)[PCI_NAME_SIZE], int max);

/*
 * Take the device from its driver, attach it to the address space, map BAR 0, enable
 * bus mastering and MSI. Ends the case on failure: see REQUIRE_EDU() for the reasons.
 */
void vfio_pci_open(struct vfio_pci *d, const char *name, const struct ioas *ioas);
void vfio_pci_close(struct vfio_pci *d);

/* Wait for the interrupt; bounded like all waits here. */
void vfio_pci_wait_irq(struct vfio_pci *d);

#endif
