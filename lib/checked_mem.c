// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "checked_mem.h"
#include "fail.h"
#include "gmem.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vm.h"

static void add_slots(struct checked_mem *m)
{
	const u64 size = m->slot_pages * PAGE_SIZE;
	int i;

	/* Highest first: nothing may depend on slots being made in order of gpa. */
	for (i = m->nr_slots - 1; i >= 0; i--)
		m->slots[i] = memslot_add_hva(m->vm, m->oracle->gpa + i * size,
					      size, m->hva + i * size, m->gmem_fd,
					      (m->nr_slots - 1 - i) * size);
}

void checked_mem_unmap(struct checked_mem *m)
{
	int i;

	for (i = 0; i < m->nr_slots; i++)
		memslot_delete(m->slots[i]);
	add_slots(m);
}

struct checked_mem *checked_mem_create(struct vm *vm, u64 gpa, u64 nr_pages, int nr_slots,
				       enum backing_kind kind)
{
	struct checked_mem *m = calloc(1, sizeof(*m));

	FAIL_UNLESS(m, "out of memory");
	FAIL_UNLESS(nr_slots > 0 && nr_slots <= CHECKED_MEM_MAX_SLOTS && !(nr_pages % nr_slots),
		    "%llu pages in %d slots", nr_pages, nr_slots);
	m->vm = vm;
	m->nr_pages = nr_pages;
	m->nr_slots = nr_slots;
	m->slot_pages = nr_pages / nr_slots;
	m->kind = kind;
	m->hva = backing_map(kind, nr_pages * PAGE_SIZE);
	m->gmem_fd = gmem_create(vm, nr_pages * PAGE_SIZE, 0);
	m->oracle = oracle_create(gpa, nr_pages, false);
	m->guest = oracle_guest_create(vm, m->oracle);
	add_slots(m);
	return m;
}

void checked_mem_free(struct checked_mem *m)
{
	if (!m)
		return;
	oracle_guest_free(m->guest);
	oracle_free(m->oracle);
	close(m->gmem_fd);
	backing_unmap(m->kind, m->hva, m->nr_pages * PAGE_SIZE);
	free(m);
}

int __checked_mem_set_attr(struct checked_mem *m, u64 page, u64 nr_pages, enum page_side attr)
{
	const u64 bits = attr == PAGE_PRIVATE ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0;
	int ret;

	ret = __mem_attrs_set(m->vm, checked_mem_gpa(m, page), nr_pages * PAGE_SIZE, bits);
	if (!ret)
		oracle_set_attr(m->oracle, page, nr_pages, attr);
	return ret;
}

static void set_or_fail(struct checked_mem *m, u64 page, u64 nr_pages, enum page_side attr)
{
	int ret = __checked_mem_set_attr(m, page, nr_pages, attr);

	FAIL_UNLESS(!ret, "set pages %llu+%llu %s: %s", page, nr_pages, page_side_name(attr),
		    errno_name(-ret));
}

void checked_mem_set_private(struct checked_mem *m, u64 page, u64 nr_pages)
{
	set_or_fail(m, page, nr_pages, PAGE_PRIVATE);
}

void checked_mem_set_shared(struct checked_mem *m, u64 page, u64 nr_pages)
{
	set_or_fail(m, page, nr_pages, PAGE_SHARED);
}

void checked_mem_host_fill(struct checked_mem *m, u64 page, u64 nr_pages)
{
	oracle_fill(m->oracle, PAGE_SHARED, m->hva, page, nr_pages);
}

void checked_mem_guest_fill(struct checked_mem *m, struct vcpu *vcpu, u64 page, u64 nr_pages)
{
	oracle_guest_fill(m->guest, vcpu, page, nr_pages);
}

static u64 gmem_offset_of(const struct checked_mem *m, u64 page)
{
	return m->slots[page / m->slot_pages]->gmem_offset + page % m->slot_pages * PAGE_SIZE;
}

static void discard_shared(struct checked_mem *m, u64 page, u64 nr_pages)
{
	const int advice = m->kind == BACKING_MEMFD ? MADV_REMOVE : MADV_DONTNEED;

	FAIL_UNLESS(!madvise(m->hva + page * PAGE_SIZE, nr_pages * PAGE_SIZE, advice),
		    "discard %llu pages of %s memory: %s", nr_pages, backing_name(m->kind),
		    errno_name(errno));
}

void checked_mem_discard(struct checked_mem *m, enum page_side side, u64 page, u64 nr_pages)
{
	u64 i;

	/* Page-wise, as a range may lie in several slots and so in pieces in the file. */
	if (side == PAGE_PRIVATE)
		for (i = page; i < page + nr_pages; i++)
			gmem_punch_hole(m->gmem_fd, gmem_offset_of(m, i), PAGE_SIZE);
	else
		discard_shared(m, page, nr_pages);
	oracle_discard(m->oracle, side, page, nr_pages);
}

const char *checked_mem_complaint(struct checked_mem *m)
{
	const char *why = NULL;
	int i, nr_vcpus = 0;

	for (i = 0; i < VM_MAX_VCPUS && !why; i++)
		if (m->vm->vcpus[i]) {
			nr_vcpus++;
			why = oracle_guest_compare(m->guest, m->vm->vcpus[i], 0, m->nr_pages);
		}
	FAIL_UNLESS(nr_vcpus, "no vCPU that could compare the private side");
	if (!why)
		why = oracle_complaint(m->oracle, PAGE_SHARED, m->hva, 0, m->nr_pages);
	return why;
}

static void exchange_sides(struct checked_mem *m)
{
	u64 page = 0, nr;

	while (page < m->nr_pages) {
		nr = oracle_run(m->oracle, page);
		set_or_fail(m, page, nr, oracle_attr(m->oracle, page) == PAGE_PRIVATE ?
			    PAGE_SHARED : PAGE_PRIVATE);
		page += nr;
	}
}

const char *checked_mem_complaint_both(struct checked_mem *m)
{
	const char *why = checked_mem_complaint(m);

	if (why)
		return why;
	exchange_sides(m);
	why = checked_mem_complaint(m);
	exchange_sides(m);
	return why;
}
