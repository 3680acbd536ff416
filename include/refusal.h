/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a refused call left everything as it was: a picture of what userspace can
 * observe of a VM and of one of its guest_memfds, compared after each refusal.
 * Offsets and sizes are in pages where they say so, gpas in bytes.
 *
 * It looks by calls that are refused themselves (a slot whose file is descriptor -1
 * gives EINVAL for an id in use, EEXIST for a guest range in use, EBADF otherwise),
 * and where none tells, by calls that are taken back at once: a free run of a file's
 * pages is bound far from any test's memory and unbound again. Looking leaves no
 * trace but mappings that guests have to fault in again.
 *
 * What it sees:
 *  - slots: ids 0 to 15 and single ones up to the last but one;
 *  - descriptors of the process below 128: which are open;
 *  - the file: what fstat() says, which pages it holds (where the kernel tells), which
 *    of them are bound to a slot, and their bytes where the host may read them;
 *  - the guest's range: which pages have a slot and, given a vCPU, what a read of each
 *    gives: a hash of its bytes, or the exit. In a VM with memory attributes the vCPU
 *    reads twice, the second time after the mappings are gone (the slots of struct vm
 *    that begin in the range are deleted and added again): an attribute that changed
 *    without a zap shows only then. Which side is read shows in its bytes: a test
 *    gives the sides different ones;
 *  - references: after the VM and its files are closed nothing may hold the VM.
 *
 * It does not see: the other address spaces, guest pages outside of the range, what
 * the host has in the slots' hva (but by the guest's reads), memory policies.
 * A VM that cannot have guest_memfds is asked for slot ids only, and only if it has a
 * guest image. Reads allocate: without a vCPU the picture is of unallocated pages too.
 * A read of a page without a slot makes KVM remember it as MMIO.
 */
#ifndef KVM_GMEM_REFUSAL_H
#define KVM_GMEM_REFUSAL_H

#include "types.h"

struct refusal_watch;
struct vcpu;
struct vm;

/* What to look at, besides slot ids and descriptors; with 0 pages, not at that. */
struct refusal_scope {
	int fd;			/* a file of the VM; stays the caller's */
	u64 file_pages;		/* its first ones */
	u64 gpa;
	u64 guest_pages;
	struct vcpu *vcpu;	/* to read the guest's range, or NULL; then it is mapped 1:1 */
};

/*
 * Take a picture of @vm. Nothing of it may be at REFUSAL_PROBE_GPA nor have the last
 * slot id, and the vCPU is between two calls whenever the watch looks.
 */
#define REFUSAL_PROBE_GPA	0x800000000ULL		/* 32G: any CPU can address it */
struct refusal_watch *refusal_watch_create(struct vm *vm, struct refusal_scope scope);

/* Safe with NULL, and after vm_free(). */
void refusal_watch_free(struct refusal_watch *w);

/* Take a new picture: when the test itself changed something. */
void refusal_watch_renew(struct refusal_watch *w);

/*
 * @ret is what @call returned, or -errno: NULL if it is -@err and all is as in the
 * picture, else one line that says what is not. The picture is then renewed, so that
 * one trace is reported once. The line is overwritten by the next check of the thread.
 */
const char *refusal_complaint(struct refusal_watch *w, const char *call, int err, long ret);

/* The same without a call. */
const char *refusal_watch_complaint(struct refusal_watch *w);

/*
 * After vm_free() and after the last of the VM's descriptors and mappings is gone, and
 * before the next VM is made: NULL unless the VM is still there, as it is when a
 * refused call kept a reference to a file of it. NULL too where debugfs does not tell
 * (it needs root), and with a NULL watch.
 */
const char *refusal_held_complaint(const struct refusal_watch *w);

/* For files that include harness.h. */

/* @call returns -@err, and nothing has changed. */
#define EXPECT_REFUSED(w, err, call) \
	__EXPECT_NO_COMPLAINT(refusal_complaint(w, #call, err, (call)), 0)
/* The same for a libc call: -1 and errno. */
#define EXPECT_REFUSED_SYSCALL(w, err, call) \
	__EXPECT_NO_COMPLAINT(refusal_complaint(w, #call, err, (call) < 0 ? -errno : 0), 0)
/* Nothing has changed since the picture was taken. */
#define EXPECT_UNCHANGED(w)	__EXPECT_NO_COMPLAINT(refusal_watch_complaint(w), 0)
/* In a teardown, when all is closed. */
#define EXPECT_NOT_HELD(w)	__EXPECT_NO_COMPLAINT(refusal_held_complaint(w), 0)

#endif
