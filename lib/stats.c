// SPDX-License-Identifier: GPL-2.0
/*
 * The format is in section KVM_GET_STATS_FD of the KVM API document: a header,
 * and three blocks at the offsets that it gives. Nothing but the header's place
 * may be assumed, and what is read is checked before it is used: a value taken
 * from a misread file would make a test pass or fail for no reason.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/kvm.h>

#include "fail.h"
#include "stats.h"

/* Far above what any kernel has (below 100 of 48 bytes), to bound allocation. */
#define MAX_NAME_SIZE	1024
#define MAX_DESCS	4096

static int read_exactly(int fd, void *buf, size_t size, u64 offset)
{
	const ssize_t n = pread(fd, buf, size, (off_t)offset);

	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EBADMSG;
}

static size_t desc_size(const struct kvm_stats_header *h)
{
	return sizeof(struct kvm_stats_desc) + h->name_size;
}

static bool overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b + b_size && b < a + a_size;
}

static bool header_is_sane(const struct kvm_stats_header *h)
{
	const u64 descs = (u64)h->num_desc * desc_size(h);
	const u64 values = (u64)h->num_desc * sizeof(u64);

	if (h->flags || !h->num_desc || h->num_desc > MAX_DESCS ||
	    h->name_size > MAX_NAME_SIZE)
		return false;
	if ((h->id_offset | h->desc_offset | h->data_offset) % sizeof(u64))
		return false;
	if (h->id_offset < sizeof(*h) || h->desc_offset < sizeof(*h) ||
	    h->data_offset < sizeof(*h))
		return false;
	return !overlap(h->id_offset, h->name_size, h->desc_offset, descs) &&
	       !overlap(h->id_offset, h->name_size, h->data_offset, values) &&
	       !overlap(h->desc_offset, descs, h->data_offset, values);
}

/* Look @name up in the descriptor block @descs; 0 and its offset, or -errno. */
static int find_desc(const struct kvm_stats_header *h, const char *descs, const char *name,
		     u64 *offset)
{
	struct kvm_stats_desc d;
	const char *desc_name;
	u32 i;

	for (i = 0; i < h->num_desc; i++, descs += desc_size(h)) {
		desc_name = descs + sizeof(d);
		if (!memchr(desc_name, '\0', h->name_size))
			return -EBADMSG;
		if (strcmp(desc_name, name))
			continue;
		/* Copied, since name_size need not keep descriptors aligned. */
		memcpy(&d, descs, sizeof(d));
		if ((d.flags & KVM_STATS_TYPE_MASK) > KVM_STATS_TYPE_MAX)
			return -EBADMSG;
		if ((d.flags & KVM_STATS_TYPE_MASK) > KVM_STATS_TYPE_PEAK)
			return -EOPNOTSUPP;
		if (d.size != 1 || d.offset % sizeof(u64))
			return -EBADMSG;
		*offset = d.offset;
		return 0;
	}
	return -ENOENT;
}

int __kvm_stats_file_get(int stats_fd, const char *name, u64 *val)
{
	struct kvm_stats_header h;
	u64 offset = 0;
	size_t size;
	char *descs;
	int ret;

	ret = read_exactly(stats_fd, &h, sizeof(h), 0);
	if (ret)
		return ret;
	if (!header_is_sane(&h))
		return -EBADMSG;
	size = h.num_desc * desc_size(&h);
	descs = malloc(size);
	if (!descs)
		return -ENOMEM;
	ret = read_exactly(stats_fd, descs, size, h.desc_offset);
	if (!ret)
		ret = find_desc(&h, descs, name, &offset);
	free(descs);
	if (ret)
		return ret;
	return read_exactly(stats_fd, val, sizeof(*val), h.data_offset + offset);
}

u64 kvm_stats_file_get(int stats_fd, const char *name)
{
	u64 val = 0;
	const int ret = __kvm_stats_file_get(stats_fd, name, &val);

	FAIL_UNLESS(!ret, "KVM statistic %s: %s", name, errno_name(-ret));
	return val;
}

int __kvm_stat_get(int fd, const char *name, u64 *val)
{
	const int stats_fd = ioctl(fd, KVM_GET_STATS_FD, NULL);
	int ret;

	if (stats_fd < 0)
		return -errno;
	ret = __kvm_stats_file_get(stats_fd, name, val);
	close(stats_fd);
	return ret;
}

u64 kvm_stat_get(int fd, const char *name)
{
	u64 val = 0;
	const int ret = __kvm_stat_get(fd, name, &val);

	if (ret)
		FAIL("KVM statistic %s: %s", name, errno_name(-ret));
	return val;
}
