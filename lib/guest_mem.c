// SPDX-License-Identifier: GPL-2.0
#include "guest_mem.h"
#include "page_pattern.h"
#include "ucall.h"

static void *ptr(u64 gpa)
{
	return (void *)(unsigned long)gpa;
}

u64 guest_read_u64(u64 gpa)
{
	return READ_ONCE(*(u64 *)ptr(gpa));
}

void guest_write_u64(u64 gpa, u64 value)
{
	WRITE_ONCE(*(u64 *)ptr(gpa), value);
}

void guest_touch_pages(u64 gpa, u64 nr_pages)
{
	for (; nr_pages; nr_pages--, gpa += PAGE_SIZE)
		guest_read_u64(gpa);
}

void guest_fill_pages(u64 gpa, u64 nr_pages, u64 side, u64 gen)
{
	for (; nr_pages; nr_pages--, gpa += PAGE_SIZE)
		page_pattern_fill(ptr(gpa), side, gpa >> PAGE_SHIFT, gen);
}

void guest_check_pages(u64 gpa, u64 nr_pages, u64 side, u64 gen)
{
	struct page_mismatch why;

	for (; nr_pages; nr_pages--, gpa += PAGE_SIZE) {
		if (page_pattern_check(ptr(gpa), side, gpa >> PAGE_SHIFT, gen, &why))
			continue;
		guest_assert_failed(__FILE__, __LINE__,
				    "gpa %#llx: expected %#llx (%s side, gen %llu), got %#llx",
				    gpa + why.offset, why.expected,
				    side == PAGE_PRIVATE ? "private" : "shared", gen, why.found);
	}
}

void guest_check_zero(u64 gpa, u64 nr_pages)
{
	struct page_mismatch why;

	for (; nr_pages; nr_pages--, gpa += PAGE_SIZE)
		if (!page_zero_check(ptr(gpa), &why))
			guest_assert_failed(__FILE__, __LINE__, "gpa %#llx: expected 0, got %#llx",
					    gpa + why.offset, why.found);
}

/* FNV-1a, by words. */
u64 guest_hash_page(u64 gpa)
{
	const u64 *words = ptr(gpa);
	u64 i, hash = 0xcbf29ce484222325ULL;

	for (i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		hash = (hash ^ READ_ONCE(words[i])) * 0x100000001b3ULL;
	return hash;
}
