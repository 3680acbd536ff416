// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "fail.h"
#include "vmm/bitmap.h"
#include "vmm/ioas_listener.h"

static struct ioas_listener *to_ioas_listener(struct ram_discard_listener *l)
{
	return (struct ioas_listener *)l;
}

static u64 iova_of(const struct ioas_listener *l, u64 page)
{
	return l->block->gpa + page * PAGE_SIZE;
}

static int map(struct ioas_listener *l, u64 page, u64 nr_pages)
{
	const char *hva = l->block->hva + page * PAGE_SIZE;

	if (l->style == IOAS_COMPAT)
		return __ioas_compat_map(l->ioas, iova_of(l, page), hva, nr_pages * PAGE_SIZE);
	return __ioas_map(l->ioas, iova_of(l, page), hva, nr_pages * PAGE_SIZE);
}

static int unmap(struct ioas_listener *l, u64 page, u64 nr_pages)
{
	u64 size = nr_pages * PAGE_SIZE;
	s64 ret;

	if (l->style == IOAS_COMPAT)
		ret = __ioas_compat_unmap(l->ioas, iova_of(l, page), size);
	else
		ret = __ioas_unmap(l->ioas, iova_of(l, page), size);
	if (ret < 0)
		return ret;
	FAIL_UNLESS((u64)ret == size, "unmapping [%#llx, +%#llx) freed %#llx bytes",
		    iova_of(l, page), size, ret);
	return 0;
}

/* What was there and could be unmapped can be mapped again, or this model is at an end. */
static void must_map(struct ioas_listener *l, u64 page, u64 nr_pages)
{
	MUST(map(l, page, nr_pages));
}

static int pagewise_populate(struct ram_discard_listener *base, u64 page, u64 nr_pages)
{
	struct ioas_listener *l = to_ioas_listener(base);
	u64 i;
	int ret;

	for (i = 0; i < nr_pages; i++) {
		ret = map(l, page + i, 1);
		if (!ret)
			continue;
		if (i)
			MUST(unmap(l, page, i));
		return ret;
	}
	return 0;
}

/* All mappings of the range at once: it is none of their ends that is cut. */
static int whole_discard(struct ram_discard_listener *base, u64 page, u64 nr_pages)
{
	return unmap(to_ioas_listener(base), page, nr_pages);
}

static int whole_populate(struct ram_discard_listener *base, u64 page, u64 nr_pages)
{
	return map(to_ioas_listener(base), page, nr_pages);
}

static int coalesced_populate(struct ram_discard_listener *base, u64 page, u64 nr_pages)
{
	struct ioas_listener *l = to_ioas_listener(base);
	int ret = map(l, page, nr_pages);

	if (ret)
		return ret;
	bitmap_assign(l->mapped, page, nr_pages, true);
	bitmap_assign(l->starts, page, 1, true);
	return 0;
}

/* Where the mapping ends that contains @page. */
static u64 mapping_end(const struct ioas_listener *l, u64 page)
{
	u64 end = bitmap_find(l->mapped, page, l->block->size / PAGE_SIZE, false);

	return bitmap_find(l->starts, page + 1, end, true);
}

/* The mappings as the bitmaps have them, after they were unmapped. */
static void restore_mappings(struct ioas_listener *l, u64 page, u64 end)
{
	u64 next;

	for (; page < end; page = next) {
		next = mapping_end(l, page);
		must_map(l, page, next - page);
	}
}

static int map_rest(struct ioas_listener *l, u64 first, u64 page, u64 end, u64 last)
{
	int ret = first < page ? map(l, first, page - first) : 0;

	if (ret || end == last)
		return ret;
	ret = map(l, end, last - end);
	if (ret && first < page)
		MUST(unmap(l, first, page - first));
	return ret;
}

static int coalesced_discard(struct ram_discard_listener *base, u64 page, u64 nr_pages)
{
	struct ioas_listener *l = to_ioas_listener(base);
	u64 end = page + nr_pages;
	u64 first = bitmap_find_back(l->starts, page), last = mapping_end(l, end - 1);
	int ret = unmap(l, first, last - first);

	if (ret)
		return ret;
	ret = map_rest(l, first, page, end, last);
	if (ret) {
		restore_mappings(l, first, last);
		return ret;
	}
	bitmap_assign(l->mapped, page, nr_pages, false);
	bitmap_assign(l->starts, page, nr_pages, false);
	if (end < last)
		bitmap_assign(l->starts, end, 1, true);
	return 0;
}

int __ioas_listener_add(struct ioas_listener *l, struct ram_block *block, u64 offset, u64 size,
			struct ioas *ioas, enum ioas_style style)
{
	int ret;

	*l = (struct ioas_listener){
		.listener = {
			.page = offset / PAGE_SIZE,
			.nr_pages = size / PAGE_SIZE,
			.populate = style == IOAS_PAGEWISE ? pagewise_populate : whole_populate,
			.discard = whole_discard,
		},
		.block = block,
		.ioas = ioas,
		.style = style,
	};
	if (style == IOAS_COALESCED) {
		l->listener.populate = coalesced_populate;
		l->listener.discard = coalesced_discard;
		l->mapped = bitmap_alloc(block->size / PAGE_SIZE);
		l->starts = bitmap_alloc(block->size / PAGE_SIZE);
	}
	ret = __ram_discard_register(block->discard, &l->listener);
	if (ret) {
		free(l->mapped);
		free(l->starts);
		l->block = NULL;
	}
	return ret;
}

void ioas_listener_add(struct ioas_listener *l, struct ram_block *block, u64 offset, u64 size,
		       struct ioas *ioas, enum ioas_style style)
{
	MUST(__ioas_listener_add(l, block, offset, size, ioas, style));
}

void ioas_listener_remove(struct ioas_listener *l)
{
	if (!l->block)
		return;
	ram_discard_unregister(l->block->discard, &l->listener);
	free(l->mapped);
	free(l->starts);
	l->block = NULL;
}
