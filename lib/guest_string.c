// SPDX-License-Identifier: GPL-2.0
/*
 * See guest_string.h for why the plain names are defined here too.
 *
 * A compiler that recognises one of these loops as memcpy(), memset() or
 * strlen() would make the function call itself. The empty asm in each loop keeps
 * any compiler from that, so that no flag of this one file can be forgotten.
 */
#include <stddef.h>

#include "guest_string.h"
#include "types.h"

#define HIDE_LOOP() __asm__ volatile("" : : : "memory")

/* A word at any address; the compiler knows how its machine reads one. */
struct word {
	u64 v;
} __attribute__((packed, may_alias));

#define WORD sizeof(struct word)

static void copy_up(u8 *d, const u8 *s, size_t n)
{
	for (; n >= WORD; n -= WORD, d += WORD, s += WORD) {
		((struct word *)d)->v = ((const struct word *)s)->v;
		HIDE_LOOP();
	}
	while (n--) {
		*d++ = *s++;
		HIDE_LOOP();
	}
}

static void copy_down(u8 *d, const u8 *s, size_t n)
{
	for (; n >= WORD; n -= WORD) {
		((struct word *)(d + n - WORD))->v = ((const struct word *)(s + n - WORD))->v;
		HIDE_LOOP();
	}
	while (n--) {
		d[n] = s[n];
		HIDE_LOOP();
	}
}

void *guest_memcpy(void *dst, const void *src, size_t n)
{
	copy_up(dst, src, n);
	return dst;
}

void *guest_memmove(void *dst, const void *src, size_t n)
{
	/* True exactly if dst lies in [src, src + n). */
	if ((uintptr_t)dst - (uintptr_t)src < n)
		copy_down(dst, src, n);
	else
		copy_up(dst, src, n);
	return dst;
}

void *guest_memset(void *dst, int c, size_t n)
{
	const u64 word = (u8)c * 0x0101010101010101ULL;
	u8 *d = dst;

	for (; n >= WORD; n -= WORD, d += WORD) {
		((struct word *)d)->v = word;
		HIDE_LOOP();
	}
	while (n--) {
		*d++ = (u8)c;
		HIDE_LOOP();
	}
	return dst;
}

int guest_memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	/* Skip what is equal; bytes decide, whatever the byte order is. */
	for (; n >= WORD; n -= WORD, p += WORD, q += WORD) {
		if (((const struct word *)p)->v != ((const struct word *)q)->v)
			break;
	}
	for (; n; n--, p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

size_t guest_strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n]) {
		n++;
		HIDE_LOOP();
	}
	return n;
}

size_t guest_strlen(const char *s)
{
	return guest_strnlen(s, (size_t)-1);
}

void *memcpy(void *dst, const void *src, size_t n) __attribute__((alias("guest_memcpy")));
void *memmove(void *dst, const void *src, size_t n) __attribute__((alias("guest_memmove")));
void *memset(void *dst, int c, size_t n) __attribute__((alias("guest_memset")));
int memcmp(const void *a, const void *b, size_t n) __attribute__((alias("guest_memcmp")));
int bcmp(const void *a, const void *b, size_t n) __attribute__((alias("guest_memcmp")));
size_t strlen(const char *s) __attribute__((alias("guest_strlen")));
size_t strnlen(const char *s, size_t max) __attribute__((alias("guest_strnlen")));
