// SPDX-License-Identifier: GPL-2.0
/*
 * The table has one word per page of the oracle's range: the first word of the
 * page's pattern, or 0 for a page of zeros (a pattern's first word never is 0,
 * it begins with the magic). The words behind it follow from the first.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fail.h"
#include "guest_image.h"
#include "guest_mem.h"
#include "oracle_guest.h"
#include "vcpu.h"

#define MISMATCH	0x6d69736dULL	/* first argument of the guest's sync */

enum { ARG_MISMATCH, ARG_PAGE, ARG_OFFSET, ARG_EXPECTED, ARG_FOUND };

/* Guest side. */
static void guest_compare(u64 gpa, const u64 *table, u64 page, u64 nr_pages)
{
	struct page_mismatch why;
	u64 first;

	for (; nr_pages; nr_pages--, page++) {
		const void *p = (const void *)(unsigned long)(gpa + page * PAGE_SIZE);

		first = READ_ONCE(table[page]);
		if (!__page_words_check(p, first, first ? 1 : 0, &why))
			GUEST_SYNC(MISMATCH, page, why.offset, why.expected, why.found);
	}
}

struct oracle_guest *oracle_guest_create(struct vm *vm, struct oracle *o)
{
	struct oracle_guest *og = calloc(1, sizeof(*og));
	u64 size = o->nr_pages * sizeof(u64);

	FAIL_UNLESS(og, "out of memory");
	og->oracle = o;
	og->vm = vm;
	og->table = guest_image_alloc(vm, ALIGN_UP_TO(size, PAGE_SIZE) / PAGE_SIZE);
	return og;
}

void oracle_guest_free(struct oracle_guest *og)
{
	free(og);
}

/* What a guest access to @page finds: the side is the one of the attribute. */
static struct page_content content_of(const struct oracle *o, u64 page)
{
	return oracle_expect(o, oracle_attr(o, page), page);
}

static u64 first_word(const struct page_content *c)
{
	return c->kind == PAGE_PATTERN ? page_pattern_word(c->side, c->gfn, c->gen, 0) : 0;
}

void oracle_guest_call(struct oracle_guest *og, struct vcpu *vcpu, u64 page, u64 nr_pages)
{
	const struct oracle *o = og->oracle;
	u64 *table = guest_image_hva(og->vm, og->table);
	struct page_content c;
	u64 i;

	for (i = page; i < page + nr_pages; i++) {
		c = content_of(o, i);
		table[i] = first_word(&c);
	}
	vcpu_call(vcpu, guest_compare, o->gpa, og->table, page, nr_pages);
}

const char *oracle_guest_verdict(const struct oracle_guest *og, struct vm_exit exit)
{
	static __thread char text[1024];
	const u64 *args = exit.uc.args;
	struct page_mismatch why;
	struct page_content want;
	char what[256];

	if (vm_exit_is_done(&exit))
		return NULL;
	if (exit.ucall != UCALL_SYNC || args[ARG_MISMATCH] != MISMATCH) {
		snprintf(text, sizeof(text), "vCPU %d while it compares memory: %s", exit.vcpu,
			 vm_exit_str(&exit));
		return text;
	}
	want = content_of(og->oracle, args[ARG_PAGE]);
	why = (struct page_mismatch){ args[ARG_OFFSET], args[ARG_EXPECTED], args[ARG_FOUND] };
	oracle_describe(what, sizeof(what), &want, &why);
	snprintf(text, sizeof(text), "vCPU %d, gpa %#llx (%s): %s", exit.vcpu,
		 oracle_gpa(og->oracle, args[ARG_PAGE]),
		 page_side_name(oracle_attr(og->oracle, args[ARG_PAGE])), what);
	return text;
}

const char *oracle_guest_compare(struct oracle_guest *og, struct vcpu *vcpu, u64 page,
				 u64 nr_pages)
{
	struct oracle *o = og->oracle;
	struct vm_exit exit;
	u64 i;

	oracle_guest_call(og, vcpu, page, nr_pages);
	exit = vcpu_run(vcpu);
	if (vm_exit_is_done(&exit))
		for (i = page; i < page + nr_pages; i++)
			oracle_allocate(o, oracle_attr(o, i), i, 1);
	return oracle_guest_verdict(og, exit);
}

void oracle_guest_fill(struct oracle_guest *og, struct vcpu *vcpu, u64 page, u64 nr_pages)
{
	struct oracle *o = og->oracle;
	const u64 gen = oracle_next_gen(o), end = page + nr_pages;
	enum page_side side;
	u64 nr, i;

	while (page < end) {
		side = oracle_attr(o, page);
		nr = oracle_run(o, page);
		if (nr > end - page)
			nr = end - page;
		vcpu_call_done(vcpu, guest_fill_pages, oracle_gpa(o, page), nr, side, gen);
		for (i = page; i < page + nr; i++)
			oracle_write(o, side, i, gen);
		page += nr;
	}
}

const char *oracle_complaint(const struct oracle *o, enum page_side side, const void *hva,
			     u64 page, u64 nr_pages)
{
	static __thread char text[512];
	struct oracle_diff diff;

	if (!oracle_compare(o, side, hva, page, nr_pages, &diff))
		return NULL;
	snprintf(text, sizeof(text), "%llu of %llu pages differ, first: %s", diff.nr_bad,
		 nr_pages, diff.text);
	return text;
}
