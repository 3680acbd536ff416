// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "fail.h"
#include "oracle.h"

static void check_range(const struct oracle *o, u64 page, u64 nr_pages)
{
	FAIL_UNLESS(nr_pages <= o->nr_pages && page <= o->nr_pages - nr_pages,
		    "oracle: pages %llu+%llu lie outside of %llu", page, nr_pages, o->nr_pages);
}

static struct page_content *content(const struct oracle *o, enum page_side side, u64 page)
{
	check_range(o, page, 1);
	return &o->content[side == PAGE_PRIVATE][page];
}

static void *zalloc(u64 n, size_t size)
{
	void *p = calloc(n, size);

	FAIL_UNLESS(p, "oracle: no memory for %llu pages", n);
	return p;
}

struct oracle *oracle_create(u64 gpa, u64 nr_pages, bool one_backing)
{
	struct oracle *o = zalloc(1, sizeof(*o));

	FAIL_UNLESS(nr_pages && gpa % PAGE_SIZE == 0 && nr_pages <= PATTERN_GFN_MASK + 1,
		    "oracle: no range of pages: gpa %#llx, %llu pages", gpa, nr_pages);
	o->gpa = gpa;
	o->nr_pages = nr_pages;
	o->attr = zalloc(nr_pages, sizeof(*o->attr));
	o->content[PAGE_SHARED] = zalloc(nr_pages, sizeof(struct page_content));
	o->content[PAGE_PRIVATE] = one_backing ? o->content[PAGE_SHARED] :
				   zalloc(nr_pages, sizeof(struct page_content));
	return o;
}

void oracle_free(struct oracle *o)
{
	if (!o)
		return;
	if (o->content[PAGE_PRIVATE] != o->content[PAGE_SHARED])
		free(o->content[PAGE_PRIVATE]);
	free(o->content[PAGE_SHARED]);
	free(o->attr);
	free(o);
}

void oracle_set_attr(struct oracle *o, u64 page, u64 nr_pages, enum page_side attr)
{
	check_range(o, page, nr_pages);
	while (nr_pages--)
		o->attr[page++] = attr;
}

enum page_side oracle_attr(const struct oracle *o, u64 page)
{
	check_range(o, page, 1);
	return o->attr[page];
}

u64 oracle_run(const struct oracle *o, u64 page)
{
	u64 end = page + 1;

	check_range(o, page, 1);
	while (end < o->nr_pages && o->attr[end] == o->attr[page])
		end++;
	return end - page;
}

u64 oracle_next_gen(struct oracle *o)
{
	/* A wrapped generation would let an old page pass for a new one. */
	FAIL_UNLESS(o->last_gen < PATTERN_GEN_MASK, "oracle: more than %llu generations",
		    PATTERN_GEN_MASK);
	return ++o->last_gen;
}

void oracle_write(struct oracle *o, enum page_side side, u64 page, u64 gen)
{
	FAIL_UNLESS(gen <= PATTERN_GEN_MASK, "oracle: generation %llu is too large", gen);
	*content(o, side, page) = (struct page_content){
		.kind = PAGE_PATTERN,
		.side = side,
		.gfn = oracle_gfn(o, page),
		.gen = gen,
	};
	if (gen > o->last_gen)
		o->last_gen = gen;
}

void oracle_allocate(struct oracle *o, enum page_side side, u64 page, u64 nr_pages)
{
	struct page_content *c;

	check_range(o, page, nr_pages);
	for (; nr_pages; nr_pages--, page++) {
		c = content(o, side, page);
		if (c->kind == PAGE_ABSENT)
			c->kind = PAGE_ZERO;
	}
}

void oracle_discard(struct oracle *o, enum page_side side, u64 page, u64 nr_pages)
{
	check_range(o, page, nr_pages);
	while (nr_pages--)
		*content(o, side, page++) = (struct page_content){ .kind = PAGE_ABSENT };
}

struct page_content oracle_expect(const struct oracle *o, enum page_side side, u64 page)
{
	return *content(o, side, page);
}

u64 oracle_nr_allocated(const struct oracle *o, enum page_side side)
{
	u64 page, n = 0;

	oracle_for_each_page(o, page)
		n += content(o, side, page)->kind != PAGE_ABSENT;
	return n;
}

void oracle_fill(struct oracle *o, enum page_side side, void *hva, u64 page, u64 nr_pages)
{
	const u64 gen = oracle_next_gen(o);

	check_range(o, page, nr_pages);
	for (; nr_pages; nr_pages--, page++) {
		page_pattern_fill((u8 *)hva + page * PAGE_SIZE, side, oracle_gfn(o, page), gen);
		oracle_write(o, side, page, gen);
	}
}

static bool page_check(const void *page, const struct page_content *c,
		       struct page_mismatch *why)
{
	if (c->kind == PAGE_PATTERN)
		return page_pattern_check(page, c->side, c->gfn, c->gen, why);
	return page_zero_check(page, why);
}

u64 oracle_compare(const struct oracle *o, enum page_side side, const void *hva,
		   u64 page, u64 nr_pages, struct oracle_diff *diff)
{
	struct oracle_diff d = { .nr_bad = 0 };
	struct page_mismatch why;
	struct page_content *c;

	check_range(o, page, nr_pages);
	for (; nr_pages; nr_pages--, page++) {
		c = content(o, side, page);
		if (page_check((const u8 *)hva + page * PAGE_SIZE, c, &why) || d.nr_bad++)
			continue;
		d.page = page;
		d.at = why;
	}
	if (d.nr_bad) {
		char what[sizeof(d.text) - 64];

		c = content(o, side, d.page);
		oracle_describe(what, sizeof(what), c, &d.at);
		snprintf(d.text, sizeof(d.text), "gpa %#llx, %s side: %s", oracle_gpa(o, d.page),
			 page_side_name(side), what);
	}
	if (diff)
		*diff = d;
	return d.nr_bad;
}

const char *page_side_name(enum page_side side)
{
	return side == PAGE_PRIVATE ? "private" : "shared";
}

/* One word of a page. The offset is told only where it is not @offset. */
static void describe_word(char *buf, size_t size, u64 word, u64 offset)
{
	const u64 index = word & PATTERN_INDEX_MASK;
	int n;

	if (!word) {
		snprintf(buf, size, "zero");
		return;
	}
	if (word >> PATTERN_MAGIC_SHIFT != PATTERN_MAGIC) {
		snprintf(buf, size, "%#llx", word);
		return;
	}
	n = snprintf(buf, size, "gfn %#llx %s gen %llu",
		     word >> PATTERN_GFN_SHIFT & PATTERN_GFN_MASK,
		     page_side_name(word >> PATTERN_SIDE_SHIFT & 1 ? PAGE_PRIVATE : PAGE_SHARED),
		     word >> PATTERN_GEN_SHIFT & PATTERN_GEN_MASK);
	if (index * sizeof(u64) != offset)
		snprintf(buf + n, size - n, " offset %#llx", index * (u64)sizeof(u64));
}

int oracle_describe(char *buf, size_t size, const struct page_content *want,
		    const struct page_mismatch *why)
{
	char found[80], expected[80];

	describe_word(found, sizeof(found), why->found, why->offset);
	describe_word(expected, sizeof(expected), why->expected, why->offset);
	return snprintf(buf, size, "found %s at offset %#llx where %s%s was expected", found,
			why->offset, expected, want->kind == PAGE_ABSENT ? " (no page)" : "");
}
