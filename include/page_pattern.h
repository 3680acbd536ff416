/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pages of a test contain. Each 8-byte word of a patterned page says to
 * which page and side it belongs, which write put it there, and where in the
 * page it is, so that a wrong word tells where it came from: another page, the
 * other side of the same page, an older write, another offset.
 *
 * For guest and host: inline, no libc. Memory may change while it is read (that
 * is the point of some tests): each word is read once, and a mismatch carries
 * the value that was compared.
 */
#ifndef KVM_GMEM_PAGE_PATTERN_H
#define KVM_GMEM_PAGE_PATTERN_H

#include "types.h"

/* The two backings of a guest page, and the attribute that selects one. */
enum page_side {
	PAGE_SHARED,
	PAGE_PRIVATE,
};

/*
 * A pattern word, from the top: 8 bits magic, 1 side, 26 page number (gfn),
 * 16 generation, 13 index of the word in its page. Larger values wrap, which
 * makes gfns 2^26 pages apart (256G at 4K) look alike, and nothing nearer.
 */
#define PATTERN_MAGIC		0xa5ULL
#define PATTERN_MAGIC_SHIFT	56
#define PATTERN_SIDE_SHIFT	55
#define PATTERN_GFN_SHIFT	29
#define PATTERN_GEN_SHIFT	13
#define PATTERN_GFN_MASK	(BIT_ULL(26) - 1)
#define PATTERN_GEN_MASK	(BIT_ULL(16) - 1)
#define PATTERN_INDEX_MASK	(BIT_ULL(13) - 1)

_Static_assert(PAGE_SIZE / sizeof(u64) <= PATTERN_INDEX_MASK + 1,
	       "the index of a word does not fit its field");

struct page_mismatch {
	u64 offset;		/* of the first wrong word, in bytes from the page's start */
	u64 expected;
	u64 found;
};

static inline u64 page_pattern_word(enum page_side side, u64 gfn, u64 gen, u64 index)
{
	return PATTERN_MAGIC << PATTERN_MAGIC_SHIFT |
	       (u64)(side == PAGE_PRIVATE) << PATTERN_SIDE_SHIFT |
	       (gfn & PATTERN_GFN_MASK) << PATTERN_GFN_SHIFT |
	       (gen & PATTERN_GEN_MASK) << PATTERN_GEN_SHIFT |
	       (index & PATTERN_INDEX_MASK);
}

/*
 * Is @found, for each of its halves, zero or @word of any generation? So looks what a
 * device has written while it came by its page, as DMA goes in parts of 4 bytes.
 */
static inline bool page_word_is_partial(u64 found, u64 word)
{
	const u64 gen = PATTERN_GEN_MASK << PATTERN_GEN_SHIFT;
	u64 expected = (word & ~gen) | (found & gen);
	u32 low = found, high = found >> 32;

	return (!low || low == (u32)expected) && (!high || high == expected >> 32);
}

/* @page: 8-byte aligned. */
static inline void page_pattern_fill(void *page, enum page_side side, u64 gfn, u64 gen)
{
	u64 *words = page;
	u64 i;

	for (i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		WRITE_ONCE(words[i], page_pattern_word(side, gfn, gen, i));
}

/* Is word @i of @page @expected + @i * @step? Reports the first that is not. */
static inline bool __page_words_check(const void *page, u64 expected, u64 step,
				      struct page_mismatch *why)
{
	const u64 *words = page;
	u64 i, found;

	for (i = 0; i < PAGE_SIZE / sizeof(*words); i++, expected += step) {
		found = READ_ONCE(words[i]);
		if (found != expected) {
			*why = (struct page_mismatch){ i * sizeof(*words), expected, found };
			return false;
		}
	}
	return true;
}

/* False, and the first wrong word in @why, unless the page is as it was filled. */
static inline bool page_pattern_check(const void *page, enum page_side side, u64 gfn,
				      u64 gen, struct page_mismatch *why)
{
	/* The index is the lowest field, so words of a page are consecutive. */
	return __page_words_check(page, page_pattern_word(side, gfn, gen, 0), 1, why);
}

static inline bool page_zero_check(const void *page, struct page_mismatch *why)
{
	return __page_words_check(page, 0, 0, why);
}

#endif
