// SPDX-License-Identifier: GPL-2.0
/*
 * guest_string.c. Since it replaces libc's functions in this program as well, the
 * references are the byte loops below. Every length and alignment up to four
 * words is tried, with guard bytes around the destination.
 */
#include "guest_string.h"
#include "types.h"

#include "kselftest_harness.h"

#define MAX_LEN		40
#define MAX_ALIGN	8
#define ROOM		(MAX_LEN + 2 * MAX_ALIGN)
#define GUARD		0xee

/* A reference through volatile cannot become a call to what it checks. */
static void ref_copy(volatile u8 *d, const volatile u8 *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		d[i] = s[i];
}

static void ref_set(volatile u8 *d, u8 c, size_t n)
{
	while (n--)
		*d++ = c;
}

static bool same(const volatile u8 *a, const volatile u8 *b, size_t n)
{
	while (n--) {
		if (*a++ != *b++)
			return false;
	}
	return true;
}

static void number(volatile u8 *d, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		d[i] = (u8)(i + 1);
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

#define for_each_shape(n, da, sa)				\
	for ((n) = 0; (n) <= MAX_LEN; (n)++)			\
		for ((da) = 0; (da) < MAX_ALIGN; (da)++)	\
			for ((sa) = 0; (sa) < MAX_ALIGN; (sa)++)

/* Red: copy a word too much, or drop the byte loop. */
TEST(memcpy_copies_exactly_its_bytes)
{
	u8 src[ROOM], dst[ROOM], want[ROOM];
	size_t n, da, sa;

	number(src, ROOM);
	for_each_shape(n, da, sa) {
		ref_set(dst, GUARD, ROOM);
		ref_set(want, GUARD, ROOM);
		ref_copy(want + da, src + sa, n);
		ASSERT_EQ(dst + da, guest_memcpy(dst + da, src + sa, n));
		ASSERT_TRUE(same(dst, want, ROOM)) TH_LOG("n %zu to %zu from %zu", n, da, sa);
	}
}

/* Red: always copy upwards. */
TEST(memmove_keeps_overlapping_bytes)
{
	u8 buf[ROOM], src[ROOM], want[ROOM];
	size_t n, da, sa;

	number(src, ROOM);
	for_each_shape(n, da, sa) {
		ref_copy(buf, src, ROOM);
		ref_copy(want, src, ROOM);
		ref_copy(want + da, src + sa, n);
		ASSERT_EQ(buf + da, guest_memmove(buf + da, buf + sa, n));
		ASSERT_TRUE(same(buf, want, ROOM)) TH_LOG("n %zu to %zu from %zu", n, da, sa);
	}
}

/* Red: c not cut to a byte. */
TEST(memset_takes_the_low_byte)
{
	static const int values[] = { 0, 0x5a, 0xff, -1, 0x1234 };
	u8 dst[ROOM], want[ROOM];
	size_t n, da, i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		for_each_shape(n, da, da) {
			ref_set(dst, GUARD, ROOM);
			ref_set(want, GUARD, ROOM);
			ref_set(want + da, (u8)values[i], n);
			ASSERT_EQ(dst + da, guest_memset(dst + da, values[i], n));
			ASSERT_TRUE(same(dst, want, ROOM)) TH_LOG("n %zu at %zu", n, da);
		}
	}
}

/* Red: signed bytes; a whole word compared as a little-endian number. */
TEST(memcmp_orders_by_first_different_byte)
{
	u8 a[ROOM], b[ROOM];
	size_t n, aa, ba, at;

	for_each_shape(n, aa, ba) {
		number(a + aa, n);
		number(b + ba, n);
		ASSERT_EQ(0, guest_memcmp(a + aa, b + ba, n));
		for (at = 0; at < n; at++) {
			b[ba + at] = 0xf0;
			/* A later byte that differs the other way must not decide. */
			if (at + 1 < n)
				b[ba + at + 1] = 0;
			ASSERT_EQ(-1, sign(guest_memcmp(a + aa, b + ba, n)));
			ASSERT_EQ(1, sign(guest_memcmp(b + ba, a + aa, n)));
			ASSERT_EQ(0, guest_memcmp(a + aa, b + ba, at));
			number(b + ba, n);
		}
	}
}

/* Red: n <= max in the loop. */
TEST(strlen_and_strnlen_stop_at_nul_and_limit)
{
	char s[MAX_LEN + 1];
	size_t n, max;

	for (n = 0; n < MAX_LEN; n++) {
		ref_set((u8 *)s, 'x', sizeof(s));
		s[n] = '\0';
		ASSERT_EQ(n, guest_strlen(s));
		for (max = 0; max <= MAX_LEN; max++)
			ASSERT_EQ(n < max ? n : max, guest_strnlen(s, max));
	}
}

/*
 * What compilers call must be ours, not libc's IFUNC. The volatile pointers keep
 * the compiler from answering itself. Red: link without guest_string.o.
 */
TEST(plain_names_are_the_guest_functions)
{
	void *(*volatile copy)(void *, const void *, size_t) = memcpy;
	void *(*volatile move)(void *, const void *, size_t) = memmove;
	void *(*volatile set)(void *, int, size_t) = memset;
	int (*volatile cmp)(const void *, const void *, size_t) = memcmp;
	int (*volatile bcmp_)(const void *, const void *, size_t) = bcmp;
	size_t (*volatile len)(const char *) = strlen;
	size_t (*volatile nlen)(const char *, size_t) = strnlen;

	EXPECT_EQ((void *)guest_memcpy, (void *)copy);
	EXPECT_EQ((void *)guest_memmove, (void *)move);
	EXPECT_EQ((void *)guest_memset, (void *)set);
	EXPECT_EQ((void *)guest_memcmp, (void *)cmp);
	EXPECT_EQ((void *)guest_memcmp, (void *)bcmp_);
	EXPECT_EQ((void *)guest_strlen, (void *)len);
	EXPECT_EQ((void *)guest_strnlen, (void *)nlen);
}

TEST_HARNESS_MAIN
