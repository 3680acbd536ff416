// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "fail.h"
#include "vmm/bitmap.h"
#include "vmm/ram_discard.h"

struct ram_discard *ram_discard_create(u64 nr_pages, bool populated)
{
	struct ram_discard *rd = calloc(1, sizeof(*rd));

	FAIL_UNLESS(rd, "out of memory");
	rd->nr_pages = nr_pages;
	rd->populated = bitmap_alloc(nr_pages);
	bitmap_assign(rd->populated, 0, nr_pages, populated);
	return rd;
}

void ram_discard_free(struct ram_discard *rd)
{
	if (!rd)
		return;
	FAIL_UNLESS(!rd->listeners, "a discard manager goes before its listeners");
	free(rd->populated);
	free(rd);
}

bool ram_discard_is_populated(const struct ram_discard *rd, u64 page)
{
	return bitmap_test(rd->populated, page);
}

u64 ram_discard_count_populated(const struct ram_discard *rd, u64 page, u64 nr_pages)
{
	return bitmap_count(rd->populated, page, nr_pages);
}

int ram_discard_replay(const struct ram_discard *rd, u64 page, u64 nr_pages, bool populated,
		       ram_discard_fn fn, void *arg)
{
	u64 end = page + nr_pages, run_end;
	int ret = 0;

	FAIL_UNLESS(end <= rd->nr_pages && page <= end, "pages [%llu, +%llu) of %llu", page,
		    nr_pages, rd->nr_pages);
	for (;;) {
		page = bitmap_find(rd->populated, page, end, populated);
		if (page == end)
			return 0;
		run_end = bitmap_find(rd->populated, page, end, !populated);
		ret = fn(arg, page, run_end - page);
		if (ret)
			return ret;
		page = run_end;
	}
}

/* Tell one listener of the part of the run that it sees. */
static int tell(struct ram_discard_listener *l, u64 page, u64 nr_pages, bool populated)
{
	u64 end = page + nr_pages;

	if (page < l->page)
		page = l->page;
	if (end > l->page + l->nr_pages)
		end = l->page + l->nr_pages;
	if (page >= end)
		return 0;
	return populated ? l->populate(l, page, end - page) : l->discard(l, page, end - page);
}

static void tell_back(struct ram_discard_listener *l, u64 page, u64 nr_pages, bool populated)
{
	int ret = tell(l, page, nr_pages, !populated);

	FAIL_UNLESS(!ret, "a listener does not take back pages [%llu, +%llu): %s", page, nr_pages,
		    errno_name(-ret));
}

/* This listener and those behind it: all, or none. */
static int tell_from(struct ram_discard_listener *l, u64 page, u64 nr_pages, bool populated)
{
	int ret;

	if (!l)
		return 0;
	ret = tell(l, page, nr_pages, populated);
	if (ret)
		return ret;
	ret = tell_from(l->next, page, nr_pages, populated);
	if (ret)
		tell_back(l, page, nr_pages, populated);
	return ret;
}

struct change {
	struct ram_discard *rd;
	struct ram_discard_listener *only;	/* NULL: all listeners */
	bool populated;
	u64 done_until;		/* runs before this page have been told */
};

static int change_run(void *arg, u64 page, u64 nr_pages)
{
	struct change *c = arg;
	int ret;

	if (c->only)
		ret = tell(c->only, page, nr_pages, c->populated);
	else
		ret = tell_from(c->rd->listeners, page, nr_pages, c->populated);
	if (!ret)
		c->done_until = page + nr_pages;
	return ret;
}

static int take_back_run(void *arg, u64 page, u64 nr_pages)
{
	struct change *c = arg;
	struct ram_discard_listener *l;

	if (c->only)
		tell_back(c->only, page, nr_pages, c->populated);
	for (l = c->only ? NULL : c->rd->listeners; l; l = l->next)
		tell_back(l, page, nr_pages, c->populated);
	return 0;
}

/* Tell of those runs that are in state @from now. */
static int change(struct change *c, u64 page, u64 nr_pages, bool from)
{
	int ret;

	c->done_until = page;
	ret = ram_discard_replay(c->rd, page, nr_pages, from, change_run, c);
	if (ret)
		ram_discard_replay(c->rd, page, c->done_until - page, from, take_back_run, c);
	return ret;
}

int __ram_discard_register(struct ram_discard *rd, struct ram_discard_listener *l)
{
	struct change c = { .rd = rd, .only = l, .populated = true };
	struct ram_discard_listener **link = &rd->listeners;
	int ret = change(&c, l->page, l->nr_pages, true);

	if (ret)
		return ret;
	while (*link)
		link = &(*link)->next;
	*link = l;
	l->next = NULL;
	return 0;
}

void ram_discard_register(struct ram_discard *rd, struct ram_discard_listener *l)
{
	MUST(__ram_discard_register(rd, l));
}

void ram_discard_unregister(struct ram_discard *rd, struct ram_discard_listener *l)
{
	struct change c = { .rd = rd, .only = l, .populated = false };
	struct ram_discard_listener **link = &rd->listeners;

	while (*link != l)
		link = &(*link)->next;
	*link = l->next;
	MUST(change(&c, l->page, l->nr_pages, true));
}

int __ram_discard_notify(struct ram_discard *rd, u64 page, u64 nr_pages, bool populated)
{
	struct change c = { .rd = rd, .populated = populated };

	return change(&c, page, nr_pages, !populated);
}

void ram_discard_undo(struct ram_discard *rd, u64 page, u64 nr_pages, bool populated)
{
	struct change c = { .rd = rd, .populated = populated };

	ram_discard_replay(rd, page, nr_pages, !populated, take_back_run, &c);
}

void ram_discard_commit(struct ram_discard *rd, u64 page, u64 nr_pages, bool populated)
{
	bitmap_assign(rd->populated, page, nr_pages, populated);
}
