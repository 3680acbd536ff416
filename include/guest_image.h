/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slot 0: what the guest runs. The program is static and not position
 * independent, so its own file, mapped MAP_PRIVATE segment by segment at the
 * addresses it was linked for, is the guest's image: nothing is copied, code
 * and constants have the same address in host and guest, and the guest has the
 * program's variables as they were before main(), in pages of its own.
 *
 * Behind the image lies zeroed memory that is handed out page-wise to the
 * architecture's tables (guest_image_alloc()) and to the vCPUs' areas.
 *
 * Guest code may call anything that is marked as guest code in this library
 * and what the compiler needs of string functions; it must not call into libc.
 */
#ifndef KVM_GMEM_GUEST_IMAGE_H
#define KVM_GMEM_GUEST_IMAGE_H

#include "types.h"

struct vm;

struct guest_image {
	char *hva;		/* of gpa */
	u64 gpa;		/* first byte of slot 0 */
	u64 size;		/* of slot 0, bytes */
	u64 next_free;		/* gpa of the first page not yet handed out */
	u64 tables_end;		/* gpa where the pages for tables end */
};

/* Map the image and add it to @vm as slot 0. */
struct guest_image *guest_image_add(struct vm *vm);

/* Unmap it; the slot must be gone, or its VM. Safe with NULL. */
void guest_image_free(struct guest_image *image);

/* The gpa of @nr_pages zeroed, contiguous pages for tables. */
u64 guest_image_alloc(struct vm *vm, u64 nr_pages);

/* The host's address of a gpa in slot 0. */
void *guest_image_hva(struct vm *vm, u64 gpa);

/*
 * The host's address of the guest's copy of a variable: the guest does not see
 * what the host does to its own. Use as *guest_var(vm, &flag) = 1.
 */
#define guest_var(vm, ptr)	((__typeof__(ptr))guest_image_hva(vm, (u64)(unsigned long)(ptr)))

/* The gpa of vCPU @index's area (see ucall.h). */
u64 guest_image_vcpu_area(struct vm *vm, int index);

#endif
