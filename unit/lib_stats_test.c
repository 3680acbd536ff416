// SPDX-License-Identifier: GPL-2.0
/* stats.c on files made up here: right ones, and each way of being wrong. */
#include "stats.h"

#include <sys/mman.h>

#include <linux/kvm.h>

#include "kselftest_harness.h"

#define NAME_SIZE	48
#define NR_DESCS	4
#define DATA_SLACK	8		/* values of the histogram */

/* struct kvm_stats_desc with room for the name. */
struct desc {
	u32 flags;
	__s16 exponent;
	u16 size;
	u32 offset;
	u32 bucket_size;
	char name[NAME_SIZE];
};

_Static_assert(offsetof(struct desc, name) == sizeof(struct kvm_stats_desc), "not the UAPI's");

/* The blocks in the order of the kernel, except where a test moves them. */
struct image {
	struct kvm_stats_header h;
	char id[NAME_SIZE];
	struct desc descs[NR_DESCS];
	u64 data[NR_DESCS + DATA_SLACK];
};

FIXTURE(stats) {
	struct image im;
	int fd;
};

static void set_desc(struct desc *d, const char *name, u32 type, u16 size, u32 index)
{
	d->flags = type;
	d->size = size;
	d->offset = index * sizeof(u64);
	strcpy(d->name, name);
}

static void rewrite(FIXTURE_DATA(stats) *self)
{
	const ssize_t n = pwrite(self->fd, &self->im, sizeof(self->im), 0);

	if (n != (ssize_t)sizeof(self->im))
		abort();
}

FIXTURE_SETUP(stats)
{
	struct image *im = &self->im;

	im->h = (struct kvm_stats_header){
		.name_size = NAME_SIZE,
		.num_desc = NR_DESCS,
		.id_offset = offsetof(struct image, id),
		.desc_offset = offsetof(struct image, descs),
		.data_offset = offsetof(struct image, data),
	};
	strcpy(im->id, "kvm-1234");
	set_desc(&im->descs[0], "pf_fixed", KVM_STATS_TYPE_CUMULATIVE, 1, 0);
	set_desc(&im->descs[1], "pages_4k", KVM_STATS_TYPE_INSTANT, 1, 1);
	set_desc(&im->descs[2], "halt_hist", KVM_STATS_TYPE_LOG_HIST, 8, 2);
	set_desc(&im->descs[3], "pages_4k_max", KVM_STATS_TYPE_PEAK, 1, 10);
	im->data[0] = 41;
	im->data[1] = 0x123456789abcdef0ULL;
	im->data[10] = 7;
	self->fd = memfd_create("stats", MFD_CLOEXEC);
	ASSERT_GE(self->fd, 0);
	rewrite(self);
}

FIXTURE_TEARDOWN(stats)
{
	close(self->fd);
}

/* Red: strncmp() with the length of either name; data[i] in place of offset. */
TEST_F(stats, finds_each_value_by_its_whole_name)
{
	u64 val;

	EXPECT_EQ(0, __kvm_stats_file_get(self->fd, "pf_fixed", &val));
	EXPECT_EQ(41, val);
	EXPECT_EQ(0, __kvm_stats_file_get(self->fd, "pages_4k", &val));
	EXPECT_EQ(0x123456789abcdef0ULL, val);
	EXPECT_EQ(0, __kvm_stats_file_get(self->fd, "pages_4k_max", &val));
	EXPECT_EQ(7, val);
	EXPECT_EQ(-ENOENT, __kvm_stats_file_get(self->fd, "pages_4", &val));
	EXPECT_EQ(-ENOENT, __kvm_stats_file_get(self->fd, "", &val));
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_CUR));
}

/* Red: a static copy of the file's blocks. */
TEST_F(stats, reads_afresh_each_time)
{
	u64 val;

	EXPECT_EQ(0, __kvm_stats_file_get(self->fd, "pf_fixed", &val));
	self->im.data[0]++;
	rewrite(self);
	EXPECT_EQ(0, __kvm_stats_file_get(self->fd, "pf_fixed", &val));
	EXPECT_EQ(42, val);
	strcpy(self->im.descs[0].name, "renamed");
	rewrite(self);
	EXPECT_EQ(-ENOENT, __kvm_stats_file_get(self->fd, "pf_fixed", &val));
}

/* Red: return the first bucket. */
TEST_F(stats, histogram_is_not_one_value)
{
	u64 val;

	EXPECT_EQ(-EOPNOTSUPP, __kvm_stats_file_get(self->fd, "halt_hist", &val));
}

/* Only the header has a fixed place. Red: sizeof(header) in place of an offset. */
TEST_F(stats, follows_the_offsets_of_the_header)
{
	u8 file[8192] = { 0 };
	u64 val;

	self->im.h.data_offset = 1024;
	self->im.h.id_offset = 2048;
	self->im.h.desc_offset = 4096;
	memcpy(file, &self->im.h, sizeof(self->im.h));
	memcpy(file + 1024, self->im.data, sizeof(self->im.data));
	memcpy(file + 2048, self->im.id, sizeof(self->im.id));
	memcpy(file + 4096, self->im.descs, sizeof(self->im.descs));
	ASSERT_EQ(sizeof(file), pwrite(self->fd, file, sizeof(file), 0));
	EXPECT_EQ(0, __kvm_stats_file_get(self->fd, "pages_4k_max", &val));
	EXPECT_EQ(7, val);
}

#define EXPECT_BAD_HEADER(field, value)						\
	do {									\
		struct kvm_stats_header good = self->im.h;			\
		u64 val;							\
										\
		self->im.h.field = (value);					\
		rewrite(self);							\
		EXPECT_EQ(-EBADMSG, __kvm_stats_file_get(self->fd, "pf_fixed", &val)) \
			TH_LOG("%s = %s", #field, #value);			\
		self->im.h = good;						\
	} while (0)

/* Red: each condition of header_is_sane() removed in turn. */
TEST_F(stats, refuses_a_header_that_cannot_be_right)
{
	EXPECT_BAD_HEADER(flags, 1);
	EXPECT_BAD_HEADER(num_desc, 0);
	EXPECT_BAD_HEADER(num_desc, 1U << 31);
	EXPECT_BAD_HEADER(name_size, 0);
	EXPECT_BAD_HEADER(name_size, 1U << 31);
	EXPECT_BAD_HEADER(id_offset, sizeof(struct image) + 4);
	EXPECT_BAD_HEADER(data_offset, offsetof(struct image, data) + 4);
	EXPECT_BAD_HEADER(id_offset, 0);
	EXPECT_BAD_HEADER(data_offset, offsetof(struct image, descs));
	EXPECT_BAD_HEADER(id_offset, offsetof(struct image, data));
	EXPECT_BAD_HEADER(id_offset, offsetof(struct image, descs[1]));
}

/*
 * A roomy file, so that nothing but the one check stands between a bad header
 * and a value: blocks far apart, the descriptors there a second time but for
 * their alignment.
 */
static int get_from_roomy(FIXTURE_DATA(stats) *self, struct kvm_stats_header h)
{
	static const u32 descs[] = { 0x10000, 0x70004 };
	u64 val, i;

	if (ftruncate(self->fd, 0) || ftruncate(self->fd, 0x100000))
		abort();
	rewrite(self);
	for (i = 0; i < ARRAY_SIZE(descs); i++) {
		if (pwrite(self->fd, self->im.descs, sizeof(self->im.descs[0]), descs[i]) < 0)
			abort();
	}
	if (pwrite(self->fd, &h, sizeof(h), 0) < 0)
		abort();
	return __kvm_stats_file_get(self->fd, "pf_fixed", &val);
}

#define EXPECT_ROOMY(ret, field, value)						\
	do {									\
		struct kvm_stats_header h = {					\
			.name_size = NAME_SIZE, .num_desc = 1, .id_offset = 0xc0000, \
			.desc_offset = 0x10000, .data_offset = 0x80000,		\
		};								\
										\
		h.field = (value);						\
		EXPECT_EQ(ret, get_from_roomy(self, h)) TH_LOG("%s = %s", #field, #value); \
	} while (0)

/* Red: each limit raised by one; each of the last three checks removed. */
TEST_F(stats, header_limits_are_exact)
{
	EXPECT_ROOMY(0, num_desc, 4096);
	EXPECT_ROOMY(-EBADMSG, num_desc, 4097);
	EXPECT_ROOMY(0, name_size, 1024);
	EXPECT_ROOMY(-EBADMSG, name_size, 1025);
	EXPECT_ROOMY(0, data_offset, sizeof(struct kvm_stats_header));
	EXPECT_ROOMY(-EBADMSG, data_offset, sizeof(struct kvm_stats_header) - 8);
	EXPECT_ROOMY(-EBADMSG, desc_offset, sizeof(struct kvm_stats_header) - 8);
	EXPECT_ROOMY(-EBADMSG, desc_offset, 0x70004);
}

#define EXPECT_BAD_DESC(assignment)						\
	do {									\
		struct desc good = self->im.descs[0], *d = &self->im.descs[0];	\
		u64 val;							\
										\
		assignment;							\
		rewrite(self);							\
		EXPECT_EQ(-EBADMSG, __kvm_stats_file_get(self->fd, "pf_fixed", &val)) \
			TH_LOG("%s", #assignment);				\
		self->im.descs[0] = good;					\
	} while (0)

/* Red: no memchr() for the NUL; no check of type, size or offset. */
TEST_F(stats, refuses_a_descriptor_that_cannot_be_right)
{
	EXPECT_BAD_DESC(memset(d->name, 'x', NAME_SIZE));
	EXPECT_BAD_DESC(d->size = 0);
	EXPECT_BAD_DESC(d->size = 2);
	EXPECT_BAD_DESC(d->offset = 4);
	EXPECT_BAD_DESC(d->offset = 1U << 30);
	EXPECT_BAD_DESC(d->flags = 5);
}

/* Red: a short read taken for a whole one. */
TEST_F(stats, refuses_a_file_that_ends_early)
{
	const off_t ends[] = {
		0, sizeof(struct kvm_stats_header) - 1, offsetof(struct image, descs[2]),
		offsetof(struct image, data) + 7,
	};
	u64 val = 99;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		ASSERT_EQ(0, ftruncate(self->fd, 0));
		rewrite(self);
		ASSERT_EQ(0, ftruncate(self->fd, ends[i]));
		EXPECT_EQ(-EBADMSG, __kvm_stats_file_get(self->fd, "pf_fixed", &val))
			TH_LOG("file of %lld bytes", (long long)ends[i]);
	}
}

/* Red: errors of the calls below dropped. */
TEST_F(stats, passes_errors_on)
{
	u64 val;

	EXPECT_EQ(-EBADF, __kvm_stats_file_get(-1, "pf_fixed", &val));
	EXPECT_EQ(-EBADF, __kvm_stat_get(-1, "pf_fixed", &val));
	/* A file that is no VM. */
	EXPECT_EQ(-ENOTTY, __kvm_stat_get(self->fd, "pf_fixed", &val));
}

TEST_HARNESS_MAIN
