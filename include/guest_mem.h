/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest-side accesses to test memory, to be called with vcpu_call(). Addresses
 * are guest-virtual and, by the suite's identity mapping, gpas. Each function
 * does exactly the accesses that its comment says, so that exits and faults can
 * be counted.
 */
#ifndef KVM_GMEM_GUEST_MEM_H
#define KVM_GMEM_GUEST_MEM_H

#include "types.h"

/* One access of 8 bytes. */
u64 guest_read_u64(u64 gpa);
void guest_write_u64(u64 gpa, u64 value);

/* One 8-byte read of each page's first word. */
void guest_touch_pages(u64 gpa, u64 nr_pages);

/* Patterns of page_pattern.h, the gfn being gpa >> PAGE_SHIFT of each page. */
void guest_fill_pages(u64 gpa, u64 nr_pages, u64 side, u64 gen);
/* GUEST_ASSERTs that every word is as guest_fill_pages() left it. */
void guest_check_pages(u64 gpa, u64 nr_pages, u64 side, u64 gen);
/* GUEST_ASSERTs that every word is zero. */
void guest_check_zero(u64 gpa, u64 nr_pages);

/* A hash of the page's words, each read once, in order. The host may call it too. */
u64 guest_hash_page(u64 gpa);

#endif
