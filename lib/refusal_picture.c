// SPDX-License-Identifier: GPL-2.0
/* A refusal_watch and its pictures of the VM; see refusal.h for what looking does. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backing.h"
#include "fail.h"
#include "gmem.h"
#include "gmem_pages.h"
#include "guest_image.h"
#include "guest_mem.h"
#include "guest_mmu.h"
#include "host_fault.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "refusal_picture.h"
#include "vcpu.h"
#include "vm.h"

/* PID_NS_INIT_INO of newer <linux/nsfs.h>. */
#define INIT_PID_NS_INO	0xeffffffcU

static void list_ids(struct refusal_watch *w)
{
	u32 nr_slots = vm_cap(w->vm, KVM_CAP_NR_MEMSLOTS), id;

	FAIL_UNLESS(nr_slots > NR_LOW_IDS, "a VM has %u slots here", nr_slots);
	w->probe_id = nr_slots - 1;
	for (id = 0; id < NR_LOW_IDS; id++)
		w->ids[w->nr_ids++] = id;
	for (id = 2 * NR_LOW_IDS; id < w->probe_id && w->nr_ids < NR_IDS - 1; id *= 2)
		w->ids[w->nr_ids++] = id - 1;
	w->ids[w->nr_ids++] = w->probe_id - 1;
}

static void alloc_pages(struct picture *p, const struct refusal_scope *scope)
{
	p->file = calloc(scope->file_pages + 1, sizeof(*p->file));
	p->guest = calloc(scope->guest_pages + 1, sizeof(*p->guest));
	FAIL_UNLESS(p->file && p->guest, "out of memory");
}

static void free_pages(struct picture *p)
{
	free(p->file);
	free(p->guest);
}

/* In a pid namespace of its own, a process does not know the pid that KVM knows it by. */
static bool pid_is_the_kernels(void)
{
	struct stat st;

	/* A kernel without pid namespaces has no such file. */
	return stat("/proc/self/ns/pid", &st) || st.st_ino == INIT_PID_NS_INO;
}

/* The VM's directory is there as long as the VM is. */
static void find_debugfs_dir(struct refusal_watch *w)
{
	if (!pid_is_the_kernels()) {
		printf("# in a pid namespace: nothing tells whether a closed VM is held\n");
		return;
	}
	snprintf(w->debugfs_dir, sizeof(w->debugfs_dir), "/sys/kernel/debug/kvm/%d-%d", getpid(),
		 w->vm->fd);
	if (access(w->debugfs_dir, F_OK))
		w->debugfs_dir[0] = '\0';
}

struct refusal_watch *refusal_watch_create(struct vm *vm, struct refusal_scope scope)
{
	struct refusal_watch *w = calloc(1, sizeof(*w));

	FAIL_UNLESS(w, "out of memory");
	w->vm = vm;
	w->vm_has_gmem = vm_cap(vm, KVM_CAP_GUEST_MEMFD);
	w->scope = scope;
	w->hva_size = (scope.file_pages + 1) * PAGE_SIZE;
	w->hva = backing_reserve(w->hva_size);
	if (scope.vcpu) {
		w->nr_reads = mem_attrs_supported(vm) ? 2 : 1;
		guest_mmu_map_identity(vm, scope.gpa, scope.guest_pages * PAGE_SIZE);
	}
	alloc_pages(&w->old, &scope);
	alloc_pages(&w->now, &scope);
	list_ids(w);
	find_debugfs_dir(w);
	refusal_watch_renew(w);
	return w;
}

void refusal_watch_free(struct refusal_watch *w)
{
	if (!w)
		return;
	munmap(w->hva, w->hva_size);
	free_pages(&w->old);
	free_pages(&w->now);
	free(w);
}

/*
 * Pages of the file that are bound, of the guest that have a slot: both are "taken", and
 * KVM tells of [first, first + nr) only whether any is. A run of pages that were free
 * is asked for as a whole first, and in halves to find what is not.
 */
typedef bool (*free_fn)(struct refusal_watch *w, u64 first, u64 nr);
typedef bool *(*taken_fn)(struct picture *p, u64 page);

static bool *file_bound(struct picture *p, u64 page)
{
	return &p->file[page].bound;
}

static bool *guest_has_slot(struct picture *p, u64 page)
{
	return &p->guest[page].has_slot;
}

static void look_at_run(struct refusal_watch *w, free_fn all_free, taken_fn taken, u64 first,
			u64 nr)
{
	bool free = all_free(w, first, nr);
	u64 i;

	if (free || nr == 1) {
		for (i = first; i < first + nr; i++)
			*taken(&w->now, i) = !free;
		return;
	}
	look_at_run(w, all_free, taken, first, nr / 2);
	look_at_run(w, all_free, taken, first + nr / 2, nr - nr / 2);
}

static void look_at_all(struct refusal_watch *w, free_fn all_free, taken_fn taken, u64 nr)
{
	u64 first, end;

	for (first = 0; first < nr; first = end) {
		end = first + 1;
		while (!*taken(&w->old, first) && end < nr && !*taken(&w->old, end))
			end++;
		look_at_run(w, all_free, taken, first, end - first);
	}
}

/* A slot that KVM refuses at the latest for its file: the errno. */
static int try_slot(struct refusal_watch *w, u32 id, u64 gpa, u64 size)
{
	int ret = __memslot_set2(w->vm, id, KVM_MEM_GUEST_MEMFD, gpa, size, w->hva, -1, 0);

	FAIL_UNLESS(ret == -EINVAL || ret == -EEXIST || ret == -EBADF,
		    "slot %u, gpa %#llx, size %#llx without a file: %s", id, gpa, size,
		    errno_name(-ret));
	return -ret;
}

/* The same without files: a second slot over the guest's image. */
static int try_plain_slot(struct refusal_watch *w, u32 id)
{
	int ret = __memslot_set1(w->vm, id, 0, w->vm->image->gpa, PAGE_SIZE, w->hva);

	FAIL_UNLESS(ret == -EINVAL || ret == -EEXIST, "slot %u over slot 0: %s", id,
		    errno_name(-ret));
	return -ret;
}

static void look_at_ids(struct refusal_watch *w)
{
	int i;

	for (i = 0; i < w->nr_ids; i++) {
		if (w->vm_has_gmem)
			w->now.id_used[i] = try_slot(w, w->ids[i], REFUSAL_PROBE_GPA, PAGE_SIZE) ==
					    EINVAL;
		else if (w->vm->image)
			w->now.id_used[i] = try_plain_slot(w, w->ids[i]) == EINVAL;
	}
}

static void look_at_fds(struct refusal_watch *w)
{
	struct pollfd fds[NR_FDS];
	int i;

	for (i = 0; i < NR_FDS; i++)
		fds[i] = (struct pollfd){ .fd = i };
	FAIL_UNLESS(poll(fds, NR_FDS, 0) >= 0, "poll: %s", errno_name(errno));
	for (i = 0; i < NR_FDS; i++)
		w->now.fd_open[i] = !(fds[i].revents & POLLNVAL);
}

static bool file_is_unbound(struct refusal_watch *w, u64 first, u64 nr)
{
	int ret = __memslot_set2(w->vm, w->probe_id, KVM_MEM_GUEST_MEMFD, REFUSAL_PROBE_GPA,
				 nr * PAGE_SIZE, w->hva, w->scope.fd, first * PAGE_SIZE);

	if (!ret) {
		MUST(__memslot_set1(w->vm, w->probe_id, 0, 0, 0, NULL));
		return true;
	}
	FAIL_UNLESS(ret == -memslot_gmem_overlap_errno(), "bind file pages %llu+%llu: %s", first,
		    nr, errno_name(-ret));
	return false;
}

static void look_at_residency(struct refusal_watch *w)
{
	const u64 size = w->scope.file_pages * PAGE_SIZE;
	u64 i, held = gmem_count_pages(w->scope.fd, 0, size);

	w->now.nr_behind = gmem_count_pages(w->scope.fd, size, size);
	for (i = 0; i < w->scope.file_pages; i++)
		w->now.file[i].resident = held == w->scope.file_pages ||
					  (held && gmem_has_page(w->scope.fd, i * PAGE_SIZE));
}

static void look_at_bytes(struct refusal_watch *w)
{
	long map = __gmem_mmap(w->scope.fd, 0, w->scope.file_pages * PAGE_SIZE);
	u64 i;

	for (i = 0; map >= 0 && i < w->scope.file_pages; i++) {
		char *page = (char *)map + i * PAGE_SIZE;

		w->now.file[i].hash = 0;
		if (!w->now.file[i].resident)
			continue;
		if (host_try_read(page).signal)	/* private memory: all of the file is */
			break;
		w->now.file[i].hash = guest_hash_page((unsigned long)page);
	}
	if (map >= 0)
		munmap((void *)map, w->scope.file_pages * PAGE_SIZE);
}

static void look_at_file(struct refusal_watch *w)
{
	FAIL_UNLESS(!fstat(w->scope.fd, &w->now.st), "fstat: %s", errno_name(errno));
	if (gmem_can_count_pages(w->scope.fd)) {
		look_at_residency(w);
		look_at_bytes(w);
	}
	look_at_all(w, file_is_unbound, file_bound, w->scope.file_pages);
}

static bool guest_is_free(struct refusal_watch *w, u64 first, u64 nr)
{
	return try_slot(w, w->probe_id, w->scope.gpa + first * PAGE_SIZE, nr * PAGE_SIZE) == EBADF;
}

/* Delete the slots that begin in the range and add them again: no mapping is left. */
static void drop_mappings(struct refusal_watch *w)
{
	struct memslot *s;

	for (s = w->vm->slots; s; s = s->next) {
		if (s->gpa - w->scope.gpa >= w->scope.guest_pages * PAGE_SIZE)
			continue;
		if (__memslot_set1(w->vm, s->id, 0, 0, 0, NULL))
			continue;	/* gone: that is to be said of its id */
		MUST(__memslot_set2(w->vm, s->id, s->flags, s->gpa, s->size, s->hva, s->gmem_fd,
				    s->gmem_offset));
	}
}

static struct guest_read read_page(struct refusal_watch *w, u64 gpa)
{
	struct vm_exit exit;

	vcpu_call(w->scope.vcpu, guest_hash_page, gpa);
	exit = vcpu_run(w->scope.vcpu);
	if (vm_exit_is_done(&exit))
		return (struct guest_read){ .value = exit.uc.ret };
	if (exit.reason == KVM_EXIT_MEMORY_FAULT && exit.ret == -EFAULT)
		return (struct guest_read){ exit.reason, exit.memory_fault.flags };
	FAIL_UNLESS(exit.reason == KVM_EXIT_MMIO && !exit.ret, "guest read of gpa %#llx: %s", gpa,
		    vm_exit_str(&exit));
	return (struct guest_read){ .reason = exit.reason };
}

static void read_as_guest(struct refusal_watch *w, int nth)
{
	u64 i;

	for (i = 0; i < w->scope.guest_pages; i++)
		w->now.guest[i].read[nth] = read_page(w, w->scope.gpa + i * PAGE_SIZE);
}

/* In this order: what the guest reads is allocated then, and unbound for a moment. */
void refusal_look(struct refusal_watch *w)
{
	int i;

	look_at_fds(w);
	look_at_ids(w);
	if (w->scope.guest_pages && w->vm_has_gmem)
		look_at_all(w, guest_is_free, guest_has_slot, w->scope.guest_pages);
	if (w->scope.file_pages)
		look_at_file(w);
	for (i = 0; i < w->nr_reads; i++) {
		if (i)
			drop_mappings(w);
		read_as_guest(w, i);
	}
}

void refusal_keep(struct refusal_watch *w)
{
	struct picture seen = w->now;

	w->now = w->old;
	w->old = seen;
}

void refusal_watch_renew(struct refusal_watch *w)
{
	int i;

	FAIL_UNLESS(!w->vm_has_gmem ||
		    try_slot(w, w->probe_id, REFUSAL_PROBE_GPA, PAGE_SIZE) == EBADF,
		    "slot %u or gpa %#llx is in use", w->probe_id, REFUSAL_PROBE_GPA);
	/* Reads allocate: the second look sees what they left. */
	for (i = 0; i < (w->scope.vcpu ? 2 : 1); i++) {
		refusal_look(w);
		refusal_keep(w);
	}
}
