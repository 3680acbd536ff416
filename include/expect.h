/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The checks behind EXPECT_*: each returns NULL when things are as expected,
 * else one line that says what was expected and what was there. The line is in
 * a buffer per thread that the next check overwrites.
 */
#ifndef KVM_GMEM_EXPECT_H
#define KVM_GMEM_EXPECT_H

#include "types.h"
#include "vm_exit.h"

/* @ret is 0/a positive value or -errno; @err 0 means success. */
const char *expect_errno(const char *call, int err, long ret);

const char *expect_exit(int ret, u32 reason, struct vm_exit exit);
const char *expect_memory_fault(struct vm_exit exit, int err, u64 gpa, u64 size, u64 flags);
const char *expect_guest_done(struct vm_exit exit);
const char *expect_guest_returned(u64 value, struct vm_exit exit);
const char *expect_guest_sync(u64 value, struct vm_exit exit);
const char *expect_filled(u8 byte, const void *hva, u64 size);

#endif
