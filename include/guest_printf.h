/* SPDX-License-Identifier: GPL-2.0 */
/*
 * snprintf() for guest code, which has no libc (see guest_string.h).
 *
 * Conversions: d i u x X p s c and %%. Flags: '-' '0' '+' ' ' '#'. Width and
 * precision, also as '*'. Modifiers for integers: hh h l ll z. Within this set
 * the result is that of C99's snprintf(), with two choices of our own: %p is
 * %#lx (a null pointer prints as 0x0), and a null pointer for %s prints "(null)".
 */
#ifndef KVM_GMEM_GUEST_PRINTF_H
#define KVM_GMEM_GUEST_PRINTF_H

#include <stdarg.h>
#include <stddef.h>

#include "types.h"

/*
 * Write at most @n bytes to @buf, the terminating NUL included; @buf may be
 * NULL if @n is 0.
 *
 * Returns the length that the whole text has, which is >= @n if it was cut.
 * Returns -1 if @fmt has a conversion outside the set above, or if the text is
 * longer than INT_MAX. After an unknown conversion nobody knows which argument
 * comes next, so the text ends with "<bad format: ", the rest of @fmt, and ">".
 */
int guest_vsnprintf(char *buf, size_t n, const char *fmt, va_list ap);
int guest_snprintf(char *buf, size_t n, const char *fmt, ...) __printf_like(3, 4);

#endif
