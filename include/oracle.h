/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page-state oracle: what a range of guest memory must look like.
 *
 * For each page it knows the attribute (private or shared) and, for each of the
 * two backings, the content. The kernel has no call that reads attributes back,
 * so a test mirrors each step in the oracle and compares memory with it.
 *
 * Pages are numbered from 0 in the range; patterns carry the gfn. Arguments out
 * of range end the case. Nothing here touches memory except oracle_fill() and
 * oracle_compare(). Host only; one thread at a time.
 */
#ifndef KVM_GMEM_ORACLE_H
#define KVM_GMEM_ORACLE_H

#include "page_pattern.h"
#include "types.h"

enum page_kind {
	PAGE_ABSENT,	/* never allocated, or discarded: a read gives zeros and allocates */
	PAGE_ZERO,	/* allocated, all zeros */
	PAGE_PATTERN,	/* page_pattern_fill(side, gfn, gen) of the fields below */
};

struct page_content {
	enum page_kind kind;
	enum page_side side;	/* of the write, which an access by another name may differ from */
	u64 gfn;
	u64 gen;
};

/* Opaque but for what the inline functions below need. */
struct oracle {
	u64 gpa;
	u64 nr_pages;
	u64 last_gen;
	u8 *attr;			/* enum page_side of each page */
	struct page_content *content[2];	/* by side; may be the same array twice */
};

struct oracle_diff {
	u64 nr_bad;		/* pages that differ */
	u64 page;		/* the first of them, */
	struct page_mismatch at;	/* its first wrong word, */
	char text[256];		/* and both in words; "" if nothing differs */
};

/*
 * All pages shared and absent. With @one_backing both sides are the same memory,
 * as in a guest_memfd that is mmap()ed and serves shared faults too.
 */
struct oracle *oracle_create(u64 gpa, u64 nr_pages, bool one_backing);
void oracle_free(struct oracle *o);

static inline u64 oracle_gpa(const struct oracle *o, u64 page)
{
	return o->gpa + page * PAGE_SIZE;
}

static inline u64 oracle_gfn(const struct oracle *o, u64 page)
{
	return oracle_gpa(o, page) / PAGE_SIZE;
}

/* Conversion: changes the attribute, never the content of a side. */
void oracle_set_attr(struct oracle *o, u64 page, u64 nr_pages, enum page_side attr);
/* The attribute, which is the side that a guest access to @page goes to. */
enum page_side oracle_attr(const struct oracle *o, u64 page);
/* The number of pages from @page on that have the attribute of @page. */
u64 oracle_run(const struct oracle *o, u64 page);

/* A generation that no page of this oracle has had yet. */
u64 oracle_next_gen(struct oracle *o);
/* Somebody wrote page_pattern_fill(side, gfn, gen) to @page. */
void oracle_write(struct oracle *o, enum page_side side, u64 page, u64 gen);
/* Fallocate, or a read or fault of any kind: absent pages become zero pages. */
void oracle_allocate(struct oracle *o, enum page_side side, u64 page, u64 nr_pages);
/* Punched, or MADV_DONTNEED of anonymous memory: zeros from now on. */
void oracle_discard(struct oracle *o, enum page_side side, u64 page, u64 nr_pages);

struct page_content oracle_expect(const struct oracle *o, enum page_side side, u64 page);
/* How many pages of @side are allocated. */
u64 oracle_nr_allocated(const struct oracle *o, enum page_side side);

/* Write fresh patterns to one side through @hva, the address of page 0. */
void oracle_fill(struct oracle *o, enum page_side side, void *hva, u64 page, u64 nr_pages);
/*
 * Compare every page of the range with what @side must hold. @hva is the address
 * of page 0; the mapping has to be one of that side's backing. Returns the number
 * of pages that differ and, if @diff is not NULL, describes the first.
 */
u64 oracle_compare(const struct oracle *o, enum page_side side, const void *hva,
		   u64 page, u64 nr_pages, struct oracle_diff *diff);
/*
 * A mismatch that page_*_check() found, in words: for those that a guest reports.
 * @want is what the page had to hold. Returns what snprintf() returns.
 */
int oracle_describe(char *buf, size_t size, const struct page_content *want,
		    const struct page_mismatch *why);

const char *page_side_name(enum page_side side);

#define oracle_for_each_page(o, page)	for ((page) = 0; (page) < (o)->nr_pages; (page)++)

/* Maximal ranges of equal attribute: @page is the first page, @nr their number. */
#define oracle_for_each_run(o, page, nr)					\
	for ((page) = 0;							\
	     (page) < (o)->nr_pages && ((nr) = oracle_run(o, page), true);	\
	     (page) += (nr))

#endif
