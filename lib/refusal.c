// SPDX-License-Identifier: GPL-2.0
/* Two pictures of a VM compared, and the line that says what differs. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"
#include "fail.h"
#include "refusal_picture.h"
#include "vm_exit.h"

static __thread char complaint[1024];

static bool __printf_like(1, 2) differs(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(complaint, sizeof(complaint), fmt, ap);
	va_end(ap);
	return true;
}

static bool tables_differ(struct refusal_watch *w)
{
	int i;

	for (i = 0; i < w->nr_ids; i++)
		if (w->now.id_used[i] != w->old.id_used[i])
			return differs("slot id %u is %s", w->ids[i],
				       w->now.id_used[i] ? "in use now" : "free now");
	for (i = 0; i < NR_FDS; i++)
		if (w->now.fd_open[i] != w->old.fd_open[i])
			return differs("descriptor %d is %s", i,
				       w->now.fd_open[i] ? "open now" : "closed now");
	return false;
}

static bool stat_differs(const struct stat *now, const struct stat *old)
{
	if (!memcmp(now, old, sizeof(*now)))
		return false;
	return differs("the file's status changed: size %lld, was %lld; mode %#o, was %#o; "
		       "mtime %lld.%09ld, was %lld.%09ld", (long long)now->st_size,
		       (long long)old->st_size, now->st_mode, old->st_mode,
		       (long long)now->st_mtim.tv_sec, now->st_mtim.tv_nsec,
		       (long long)old->st_mtim.tv_sec, old->st_mtim.tv_nsec);
}

static bool file_differs(struct refusal_watch *w)
{
	const struct file_page *now, *old;
	u64 i;

	for (i = 0; i < w->scope.file_pages; i++) {
		now = &w->now.file[i];
		old = &w->old.file[i];
		if (now->bound != old->bound)
			return differs("file page %llu is %s", i, now->bound ?
				       "bound to a slot now" : "bound to no slot any more");
		if (now->resident != old->resident)
			return differs("file page %llu is %s", i, now->resident ?
				       "allocated now" : "not allocated any more");
		if (now->hash != old->hash)
			return differs("file page %llu has other bytes: hash %#llx, was %#llx", i,
				       now->hash, old->hash);
	}
	if (w->now.nr_behind != w->old.nr_behind)
		return differs("behind file page %llu %llu pages are allocated, were %llu", i,
			       w->now.nr_behind, w->old.nr_behind);
	return stat_differs(&w->now.st, &w->old.st);
}

static bool read_differs(u64 gpa, int nth, const struct guest_read *now,
			 const struct guest_read *old)
{
	const char *was = old->reason ? vm_exit_reason_name(old->reason) : "bytes";
	const char *is = now->reason ? vm_exit_reason_name(now->reason) : "bytes";

	if (now->reason == old->reason && now->value == old->value)
		return false;
	return differs("the guest reads gpa %#llx, %s: %s (%#llx) now, %s (%#llx) before", gpa,
		       nth ? "its mapping dropped" : "as it is mapped", is, now->value, was,
		       old->value);
}

static bool guest_differs(struct refusal_watch *w)
{
	const struct guest_page *now, *old;
	u64 i, gpa = w->scope.gpa;
	int nth;

	for (i = 0; i < w->scope.guest_pages; i++, gpa += PAGE_SIZE) {
		now = &w->now.guest[i];
		old = &w->old.guest[i];
		if (now->has_slot != old->has_slot)
			return differs("gpa %#llx has %s", gpa,
				       now->has_slot ? "a slot now" : "no slot any more");
		for (nth = 0; nth < w->nr_reads; nth++)
			if (read_differs(gpa, nth, &now->read[nth], &old->read[nth]))
				return true;
	}
	return false;
}

const char *refusal_watch_complaint(struct refusal_watch *w)
{
	bool changed;

	refusal_look(w);
	changed = tables_differ(w) || file_differs(w) || guest_differs(w);
	refusal_keep(w);
	return changed ? complaint : NULL;
}

const char *refusal_complaint(struct refusal_watch *w, const char *call, int err, long ret)
{
	static __thread char line[3 * sizeof(complaint)];
	const char *wrong = expect_errno(call, err, ret), *changed = refusal_watch_complaint(w);

	if (!changed)
		return wrong;
	if (wrong)
		snprintf(line, sizeof(line), "%s; %s", wrong, changed);
	else
		snprintf(line, sizeof(line), "%s: %s as expected, but %s", call, errno_name(err),
			 changed);
	return line;
}

const char *refusal_held_complaint(const struct refusal_watch *w)
{
	if (!w || !w->debugfs_dir[0] || access(w->debugfs_dir, F_OK))
		return NULL;
	differs("the VM and its files were closed, but something still holds the VM (%s)",
		w->debugfs_dir);
	return complaint;
}
