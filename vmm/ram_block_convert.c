// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/mman.h>

#include "fail.h"
#include "gmem.h"
#include "gmem_pages.h"
#include "mem_attrs.h"
#include "vmm/ram_block.h"
#include "vmm/vmm_trace.h"

static u64 page_of(const struct ram_block *b, u64 gpa)
{
	return (gpa - b->gpa) / PAGE_SIZE;
}

u64 ram_block_count_private(const struct ram_block *b, u64 gpa, u64 size)
{
	return b->gmem_fd < 0 ? 0 : gmem_count_pages(b->gmem_fd, gpa - b->gpa, size);
}

static int set_attrs(struct ram_block *b, u64 gpa, u64 size, bool private)
{
	int ret = __mem_attrs_set(b->vm, gpa, size, private ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0);

	vmm_trace("%-6s attributes   [%#llx, +%#llx) %s%s%s", b->name, gpa, size,
		  private ? "private" : "shared", ret ? ": " : "", ret ? errno_name(-ret) : "");
	return ret;
}

static int set_run_private(void *arg, u64 page, u64 nr_pages)
{
	struct ram_block *b = arg;

	return set_attrs(b, b->gpa + page * PAGE_SIZE, nr_pages * PAGE_SIZE, true);
}

static bool large_page_is_private(const struct ram_block *b, u64 offset)
{
	return !ram_discard_count_populated(b->discard, offset / PAGE_SIZE,
					    ARCH_LARGE_PAGE_SIZE / PAGE_SIZE);
}

/*
 * hugetlb memory comes and goes in large pages: those that have no shared page left,
 * which only the first and the last of a range may have.
 */
static void round_to_large_pages(const struct ram_block *b, u64 *start, u64 *end)
{
	*start = ALIGN_DOWN_TO(*start, ARCH_LARGE_PAGE_SIZE);
	*end = ALIGN_UP_TO(*end, ARCH_LARGE_PAGE_SIZE);
	if (*end > b->size)
		*end -= ARCH_LARGE_PAGE_SIZE;
	if (*start < *end && !large_page_is_private(b, *start))
		*start += ARCH_LARGE_PAGE_SIZE;
	if (*start < *end && !large_page_is_private(b, *end - ARCH_LARGE_PAGE_SIZE))
		*end -= ARCH_LARGE_PAGE_SIZE;
}

/* What has become private needs no shared memory. */
static void free_shared(struct ram_block *b, u64 gpa, u64 size)
{
	u64 start = gpa - b->gpa, end = start + size;
	int advice = b->kind == BACKING_MEMFD ? MADV_REMOVE : MADV_DONTNEED;

	if (b->kind == BACKING_HUGETLB)
		round_to_large_pages(b, &start, &end);
	if (start >= end)
		return;
	vmm_trace("%-6s free shared  [%#llx, +%#llx)", b->name, b->gpa + start, end - start);
	FAIL_UNLESS(!madvise(b->hva + start, end - start, advice), "free shared memory: %s",
		    errno_name(errno));
	b->stats.freed_shared += end - start;
}

static void free_private(struct ram_block *b, u64 gpa, u64 size)
{
	vmm_trace("%-6s free private [%#llx, +%#llx)", b->name, gpa, size);
	gmem_punch_hole(b->gmem_fd, gpa - b->gpa, size);
	b->stats.freed_private += size;
}

static int convert_to_private(struct ram_block *b, u64 gpa, u64 size)
{
	u64 page = page_of(b, gpa), nr_pages = size / PAGE_SIZE;
	u64 changed = ram_discard_count_populated(b->discard, page, nr_pages);
	int ret;

	if (b->gmem_fd < 0)
		return -EOPNOTSUPP;
	ret = __ram_discard_notify(b->discard, page, nr_pages, false);
	if (ret)
		return ret;
	ret = set_attrs(b, gpa, size, true);
	if (ret) {
		ram_discard_undo(b->discard, page, nr_pages, false);
		return ret;
	}
	ram_discard_commit(b->discard, page, nr_pages, false);
	b->stats.to_private++;
	b->stats.pages_to_private += changed;
	if (!(b->flags & RAM_BLOCK_IN_PLACE))
		free_shared(b, gpa, size);
	return 0;
}

static int convert_to_shared(struct ram_block *b, u64 gpa, u64 size)
{
	u64 page = page_of(b, gpa), nr_pages = size / PAGE_SIZE;
	u64 changed = nr_pages - ram_discard_count_populated(b->discard, page, nr_pages);
	int ret = set_attrs(b, gpa, size, false);

	if (ret)
		return ret;
	ret = __ram_discard_notify(b->discard, page, nr_pages, true);
	if (ret) {
		/* The range may have been mixed: only what was private becomes so again. */
		MUST(ram_discard_replay(b->discard, page, nr_pages, false, set_run_private, b));
		return ret;
	}
	ram_discard_commit(b->discard, page, nr_pages, true);
	b->stats.to_shared++;
	b->stats.pages_to_shared += changed;
	if (b->gmem_fd >= 0 && !(b->flags & RAM_BLOCK_IN_PLACE))
		free_private(b, gpa, size);
	return 0;
}

static bool range_is_valid(const struct ram_block *b, u64 gpa, u64 size)
{
	return IS_ALIGNED_TO(gpa, PAGE_SIZE) && IS_ALIGNED_TO(size, PAGE_SIZE) && size &&
	       ram_block_contains(b, gpa) && size <= b->size - (gpa - b->gpa);
}

int __ram_block_convert(struct ram_block *b, u64 gpa, u64 size, bool private)
{
	int ret = -EINVAL;

	vmm_trace("%-6s convert      [%#llx, +%#llx) to %s", b->name, gpa, size,
		  private ? "private" : "shared");
	if (range_is_valid(b, gpa, size))
		ret = private ? convert_to_private(b, gpa, size) : convert_to_shared(b, gpa, size);
	if (ret) {
		vmm_trace("%-6s refused: %s", b->name, errno_name(-ret));
		b->stats.refused++;
	}
	return ret;
}

void ram_block_convert(struct ram_block *b, u64 gpa, u64 size, bool private)
{
	int ret = __ram_block_convert(b, gpa, size, private);

	FAIL_UNLESS(!ret, "convert [%#llx, +%#llx) to %s: %s", gpa, size,
		    private ? "private" : "shared", errno_name(-ret));
}
