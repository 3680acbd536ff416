// SPDX-License-Identifier: GPL-2.0
/*
 * guest_printf.c against libc's snprintf(), on the product of flags, widths,
 * precisions, modifiers, conversions and values. What C leaves undefined ('#' with
 * d, '0' with s, ...) is left out.
 */
#include "guest_printf.h"

#include <limits.h>

#include "kselftest_harness.h"

#define SIZE	128

struct pair {
	char ours[SIZE], libc[SIZE];
	int our_len, libc_len;
};

/* Statement expression: formats once with each and tells whether they agree. */
#define AGREE(p, fmt, ...)							\
	({									\
		struct pair *__p = (p);						\
										\
		memset(__p, 0x7e, sizeof(*__p));				\
		__p->our_len = guest_snprintf(__p->ours, SIZE, fmt, ##__VA_ARGS__); \
		__p->libc_len = snprintf(__p->libc, SIZE, fmt, ##__VA_ARGS__);	\
		__p->our_len == __p->libc_len && !strcmp(__p->ours, __p->libc);	\
	})

#define LOG_PAIR(p, fmt)							\
	TH_LOG("format \"%s\": \"%s\" (%d), libc \"%s\" (%d)", fmt, (p)->ours,	\
	       (p)->our_len, (p)->libc, (p)->libc_len)

static const long long values[] = {
	0, 1, -1, 7, 9, 10, 15, 16, 99, 100, 127, 128, -128, 255, 256, 32767, 32768, -32768,
	65535, 65536, INT_MAX, INT_MIN, UINT_MAX, 1LL << 32, LLONG_MAX, LLONG_MIN,
	0x123456789abcdef,
};

static const char * const modifiers[] = { "", "hh", "h", "l", "ll", "z" };
static const char * const widths[] = { "", "1", "4", "30" };
static const char * const precisions[] = { "", ".", ".0", ".1", ".5", ".25" };

#define for_each_shape(w, pr, mod)						\
	for ((w) = 0; (w) < ARRAY_SIZE(widths); (w)++)				\
		for ((pr) = 0; (pr) < ARRAY_SIZE(precisions); (pr)++)		\
			for ((mod) = 0; (mod) < ARRAY_SIZE(modifiers); (mod)++)

/* Which of the @set of flag characters @mask selects. */
static void flags_of(char *flags, const char *set, unsigned int mask)
{
	for (; *set; set++, mask >>= 1) {
		if (mask & 1)
			*flags++ = *set;
	}
	*flags = '\0';
}

static bool agree_on_value(struct pair *p, const char *fmt, size_t mod, long long val)
{
	switch (mod) {
	case 3:
		return AGREE(p, fmt, (long)val);
	case 4:
		return AGREE(p, fmt, val);
	case 5:
		return AGREE(p, fmt, (size_t)val);
	default:
		return AGREE(p, fmt, (int)val);
	}
}

static size_t disagreements(struct pair *p, char *bad_fmt, char conv, const char *flag_set)
{
	const unsigned int nr_masks = 1U << strlen(flag_set);
	char flags[8], fmt[SIZE / 2];
	size_t w, pr, mod, v, bad = 0;
	unsigned int mask;
	struct pair now;

	for (mask = 0; mask < nr_masks; mask++) {
		flags_of(flags, flag_set, mask);
		for_each_shape(w, pr, mod) {
			snprintf(fmt, sizeof(fmt), "<%%%s%s%s%s%c>", flags, widths[w],
				 precisions[pr], modifiers[mod], conv);
			for (v = 0; v < ARRAY_SIZE(values); v++) {
				if (agree_on_value(&now, fmt, mod, values[v]) || bad++)
					continue;
				*p = now;
				strcpy(bad_fmt, fmt);
			}
		}
	}
	return bad;
}

/* Red: a default precision of 0; '0' although a precision is given; no h, hh. */
TEST(integers_print_as_libc_prints_them)
{
	static const struct {
		char conv;
		const char *flags;
	} t[] = {
		{ 'd', "-0+ " }, { 'i', "-0+ " }, { 'u', "-0" }, { 'x', "-0#" }, { 'X', "-0#" },
	};
	char fmt[SIZE];
	struct pair p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		EXPECT_EQ(0, disagreements(&p, fmt, t[i].conv, t[i].flags)) LOG_PAIR(&p, fmt);
	}
}

/* Red: width counted without the string's cut length. */
TEST(strings_and_characters_print_as_libc_prints_them)
{
	static const char * const formats[] = {
		"%s", "%1s", "%8s", "%-8s|", "%.0s|", "%.s|", "%.3s|", "%6.3s|", "%-6.3s|", "%.30s",
	};
	static const char * const chars[] = { "%c|", "%1c|", "%5c|", "%-5c|" };
	static const char * const texts[] = { "", "a", "guest", "a longer text than the rest" };
	struct pair p;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		for (j = 0; j < ARRAY_SIZE(texts); j++) {
			EXPECT_TRUE(AGREE(&p, formats[i], texts[j])) LOG_PAIR(&p, formats[i]);
		}
	}
	for (i = 0; i < ARRAY_SIZE(chars); i++) {
		EXPECT_TRUE(AGREE(&p, chars[i], 'x')) LOG_PAIR(&p, chars[i]);
		EXPECT_TRUE(AGREE(&p, chars[i], 0x141)) LOG_PAIR(&p, chars[i]);
	}
}

/* Nothing behind the precision may be read. Red: guest_strlen() for %.*s. */
TEST(string_with_precision_needs_no_nul)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char buf[8];

	ASSERT_NE(MAP_FAILED, map);
	ASSERT_EQ(0, mprotect(map + page, page, PROT_NONE));
	memcpy(map + page - 3, "abc", 3);
	EXPECT_EQ(3, guest_snprintf(buf, sizeof(buf), "%.*s", 3, map + page - 3));
	EXPECT_STREQ("abc", buf);
}

/* Red: a negative '*' width without '-'; a negative precision taken as 0. */
TEST(stars_take_their_arguments_in_order)
{
	struct pair p;

	EXPECT_TRUE(AGREE(&p, "%*d|%d", 6, 42, 7)) LOG_PAIR(&p, "%*d|%d");
	EXPECT_TRUE(AGREE(&p, "%*d|%d", -6, 42, 7)) LOG_PAIR(&p, "%*d|%d");
	EXPECT_TRUE(AGREE(&p, "%-*d|%d", 6, 42, 7)) LOG_PAIR(&p, "%-*d|%d");
	EXPECT_TRUE(AGREE(&p, "%.*d|%d", 6, 42, 7)) LOG_PAIR(&p, "%.*d|%d");
	EXPECT_TRUE(AGREE(&p, "%.*d|%d", -6, 0, 7)) LOG_PAIR(&p, "%.*d|%d");
	EXPECT_TRUE(AGREE(&p, "%*.*s|%d", 8, 2, "text", 7)) LOG_PAIR(&p, "%*.*s|%d");
}

/* More arguments than registers carry. Red: a copy of the va_list for each argument. */
TEST(arguments_keep_their_order)
{
	const char fmt[] = "%d %lu %s %hhx %c %llx %zu %d %s %d%% %lld %p";
	struct pair p;

	EXPECT_TRUE(AGREE(&p, fmt, -1, 2UL, "three", (unsigned char)0x84, '5', 6ULL, (size_t)7, 8, "nine", 10,
			  -11LL, (void *)0x1234))
		LOG_PAIR(&p, fmt);
}

TEST(pointers_print_as_hex)
{
	char buf[SIZE];

	guest_snprintf(buf, SIZE, "%p %p|%8p|%-8p|", NULL, (void *)~0UL, (void *)0xab, (void *)0xab);
	EXPECT_STREQ("0x0 0xffffffffffffffff|    0xab|0xab    |", buf);
}

TEST(null_string_is_visible)
{
	char buf[SIZE];
	const char *volatile none = NULL;

	EXPECT_EQ(7, guest_snprintf(buf, SIZE, "%s|", none));
	EXPECT_STREQ("(null)|", buf);
}

/* Red: put() at out.size too; the NUL at out.len. */
TEST(long_text_is_cut_and_its_length_returned)
{
	static const char text[] = "gpa 0x40000000: 12";
	char ours[SIZE];
	size_t n;

	for (n = 0; n < sizeof(text) + 4; n++) {
		memset(ours, 0x7e, sizeof(ours));
		ASSERT_EQ((int)sizeof(text) - 1,
			  guest_snprintf(ours, n, "gpa %#llx: %d", 0x40000000ULL, 12));
		if (n) {
			size_t len = n < sizeof(text) ? n - 1 : sizeof(text) - 1;

			ASSERT_EQ(0, strncmp(text, ours, len));
			ASSERT_EQ('\0', ours[len]);
		}
		/* Not a byte beyond, and not even the first if there is no room. */
		ASSERT_EQ(0x7e, ours[n < sizeof(text) ? n : sizeof(text)]) TH_LOG("size %zu", n);
	}
	EXPECT_EQ((int)sizeof(text) - 1,
		  guest_snprintf(NULL, 0, "gpa %#llx: %d", 0x40000000ULL, 12));
}

/* Red: default: return true in convert(); modifiers ignored for s and c. */
TEST(unknown_conversions_are_visible_and_an_error)
{
	static const struct {
		const char *fmt, *text;
	} t[] = {
		{ "a %q b", "a <bad format: %q b>" },
		{ "%f", "<bad format: %f>" },
		{ "%n", "<bad format: %n>" },
		{ "%ls", "<bad format: %ls>" },
		{ "%lc", "<bad format: %lc>" },
		{ "%jd", "<bad format: %jd>" },
		{ "%lld %Lx %s", "1 <bad format: %Lx %s>" },
		{ "100%", "100<bad format: %>" },
		{ "%-", "<bad format: %->" },
		{ "%ll", "<bad format: %ll>" },
		{ "%2147483648d", "<bad format: %2147483648d>" },
		{ "%.99999999999999999999d", "<bad format: %.99999999999999999999d>" },
		{ "%1.-1d", "<bad format: %1.-1d>" },
	};
	volatile int too_far_left = INT_MIN;
	char buf[SIZE];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		EXPECT_EQ(-1, guest_snprintf(buf, SIZE, t[i].fmt, 1LL)) TH_LOG("%s", t[i].fmt);
		EXPECT_STREQ(t[i].text, buf);
	}
	EXPECT_EQ(-1, guest_snprintf(buf, SIZE, "%*d", too_far_left, 1));
	EXPECT_STREQ("<bad format: %*d>", buf);
	/* Cut as any other text. */
	EXPECT_EQ(-1, guest_snprintf(buf, 8, t[0].fmt, 1));
	EXPECT_STREQ("a <bad ", buf);
}

TEST_HARNESS_MAIN
