// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdarg.h>

#include "guest_printf.h"
#include "guest_string.h"
#include "types.h"

/* Where the text goes; @len counts on after the buffer is full. */
struct sink {
	char *buf;
	size_t size;
	size_t len;
};

struct spec {
	bool left, zero, plus, space, alt;
	int width;
	int precision;		/* -1: none given */
	enum { MOD_INT, MOD_HH, MOD_H, MOD_L, MOD_LL, MOD_Z } mod;
	char conv;
};

static void put(struct sink *out, char c)
{
	if (out->len < out->size)
		out->buf[out->len] = c;
	out->len++;
}

static void put_n(struct sink *out, const char *s, size_t n)
{
	while (n--)
		put(out, *s++);
}

static void pad(struct sink *out, char c, int n)
{
	while (n-- > 0)
		put(out, c);
}

/* @prefix is a sign and/or 0x; precision counts digits, width everything. */
static void put_number(struct sink *out, const struct spec *sp, const char *prefix, u64 val)
{
	const char *digits = sp->conv == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	const bool decimal = sp->conv == 'd' || sp->conv == 'u';
	const int prefix_len = (int)guest_strlen(prefix);
	char tmp[20];
	int n = 0, zeros, blanks;

	for (; val; val = decimal ? val / 10 : val >> 4)
		tmp[n++] = digits[decimal ? val % 10 : val & 15];

	/* Without a precision at least one digit; '0' counts only then. */
	zeros = (sp->precision < 0 ? 1 : sp->precision) - n;
	if (sp->precision < 0 && sp->zero && !sp->left && sp->width - prefix_len - n > zeros)
		zeros = sp->width - prefix_len - n;
	if (zeros < 0)
		zeros = 0;
	blanks = sp->width - prefix_len - n > zeros ? sp->width - prefix_len - n - zeros : 0;

	if (!sp->left)
		pad(out, ' ', blanks);
	put_n(out, prefix, prefix_len);
	pad(out, '0', zeros);
	while (n--)
		put(out, tmp[n]);
	if (sp->left)
		pad(out, ' ', blanks);
}

static void put_signed(struct sink *out, const struct spec *sp, s64 val)
{
	const char *sign = val < 0 ? "-" : sp->plus ? "+" : sp->space ? " " : "";

	put_number(out, sp, sign, val < 0 ? -(u64)val : (u64)val);
}

static void put_unsigned(struct sink *out, const struct spec *sp, u64 val)
{
	const char *prefix = "";

	if (sp->alt && val && sp->conv != 'u')
		prefix = sp->conv == 'X' ? "0X" : "0x";
	put_number(out, sp, prefix, val);
}

static void put_text(struct sink *out, const struct spec *sp, const char *s, size_t len)
{
	const int blanks = (size_t)sp->width > len ? sp->width - (int)len : 0;

	if (!sp->left)
		pad(out, ' ', blanks);
	put_n(out, s, len);
	if (sp->left)
		pad(out, ' ', blanks);
}

static void put_string(struct sink *out, const struct spec *sp, const char *s)
{
	const size_t max = sp->precision < 0 ? (size_t)-1 : (size_t)sp->precision;

	if (!s)
		s = "(null)";
	put_text(out, sp, s, guest_strnlen(s, max));
}

static const char *parse_flags(const char *p, struct spec *sp)
{
	for (;; p++) {
		if (*p == '-')
			sp->left = true;
		else if (*p == '0')
			sp->zero = true;
		else if (*p == '+')
			sp->plus = true;
		else if (*p == ' ')
			sp->space = true;
		else if (*p == '#')
			sp->alt = true;
		else
			return p;
	}
}

/* A decimal number; -1 in *val, and so a bad format, if it exceeds an int. */
static const char *parse_number(const char *p, int *val)
{
	u64 v = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (v <= INT_MAX)
			v = v * 10 + (u64)(*p - '0');
	}
	*val = v > INT_MAX ? -1 : (int)v;
	return p;
}

static const char *parse_modifier(const char *p, struct spec *sp)
{
	switch (*p) {
	case 'h':
		sp->mod = p[1] == 'h' ? MOD_HH : MOD_H;
		return p + (sp->mod == MOD_HH ? 2 : 1);
	case 'l':
		sp->mod = p[1] == 'l' ? MOD_LL : MOD_L;
		return p + (sp->mod == MOD_LL ? 2 : 1);
	case 'z':
		sp->mod = MOD_Z;
		return p + 1;
	default:
		return p;
	}
}

/*
 * Arguments are taken in the functions below only. A va_list passed by value
 * may or may not advance for the caller, hence the struct around it.
 */
struct args {
	va_list ap;
};

static s64 arg_signed(struct args *args, const struct spec *sp)
{
	switch (sp->mod) {
	case MOD_HH: return (signed char)va_arg(args->ap, int);
	case MOD_H: return (short)va_arg(args->ap, int);
	case MOD_L: return va_arg(args->ap, long);
	case MOD_LL: return va_arg(args->ap, long long);
	case MOD_Z: return va_arg(args->ap, ptrdiff_t);
	default: return va_arg(args->ap, int);
	}
}

static u64 arg_unsigned(struct args *args, const struct spec *sp)
{
	switch (sp->mod) {
	case MOD_HH: return (unsigned char)va_arg(args->ap, unsigned int);
	case MOD_H: return (unsigned short)va_arg(args->ap, unsigned int);
	case MOD_L: return va_arg(args->ap, unsigned long);
	case MOD_LL: return va_arg(args->ap, unsigned long long);
	case MOD_Z: return va_arg(args->ap, size_t);
	default: return va_arg(args->ap, unsigned int);
	}
}

/* What follows a '%'. Returns the end of it, or NULL for a bad format. */
static const char *parse_spec(const char *p, struct spec *sp, struct args *args)
{
	*sp = (struct spec){ .precision = -1 };
	p = parse_flags(p, sp);
	if (*p == '*') {
		sp->width = va_arg(args->ap, int);
		p++;
		if (sp->width < 0) {
			sp->left = true;
			/* -INT_MIN is no int: refused below, like any width too big. */
			sp->width = sp->width == INT_MIN ? -1 : -sp->width;
		}
	} else {
		p = parse_number(p, &sp->width);
	}
	if (sp->width < 0)
		return NULL;
	if (*p == '.' && p[1] == '*') {
		sp->precision = va_arg(args->ap, int);
		if (sp->precision < 0)
			sp->precision = -1;
		p += 2;
	} else if (*p == '.') {
		p = parse_number(p + 1, &sp->precision);
		if (sp->precision < 0)
			return NULL;
	}
	p = parse_modifier(p, sp);
	sp->conv = *p == 'i' ? 'd' : *p;
	return *p ? p + 1 : NULL;
}

/* False if there is no such conversion, or not with that modifier. */
static bool convert(struct sink *out, struct spec *sp, struct args *args)
{
	char c;

	switch (sp->conv) {
	case 'd':
		put_signed(out, sp, arg_signed(args, sp));
		return true;
	case 'u':
	case 'x':
	case 'X':
		put_unsigned(out, sp, arg_unsigned(args, sp));
		return true;
	}
	if (sp->mod != MOD_INT)
		return false;
	switch (sp->conv) {
	case 'p':
		put_number(out, sp, "0x", (uintptr_t)va_arg(args->ap, void *));
		return true;
	case 's':
		put_string(out, sp, va_arg(args->ap, const char *));
		return true;
	case 'c':
		c = (char)va_arg(args->ap, int);
		put_text(out, sp, &c, 1);
		return true;
	case '%':
		put(out, '%');
		return true;
	default:
		return false;
	}
}

static bool put_all(struct sink *out, const char *fmt, struct args *args)
{
	static const char bad[] = "<bad format: ";
	const char *start;
	struct spec sp;

	while (*fmt) {
		start = fmt;
		if (*fmt++ != '%') {
			put(out, *start);
			continue;
		}
		fmt = parse_spec(fmt, &sp, args);
		if (!fmt || !convert(out, &sp, args)) {
			put_n(out, bad, sizeof(bad) - 1);
			put_n(out, start, guest_strlen(start));
			put(out, '>');
			return false;
		}
	}
	return true;
}

int guest_vsnprintf(char *buf, size_t n, const char *fmt, va_list ap)
{
	struct sink out = { .buf = buf, .size = n };
	struct args args;
	bool ok;

	va_copy(args.ap, ap);
	ok = put_all(&out, fmt, &args);
	va_end(args.ap);
	if (n)
		buf[out.len < n ? out.len : n - 1] = '\0';
	return ok && out.len <= INT_MAX ? (int)out.len : -1;
}

int guest_snprintf(char *buf, size_t n, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = guest_vsnprintf(buf, n, fmt, ap);
	va_end(ap);
	return len;
}
