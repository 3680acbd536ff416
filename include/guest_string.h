/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory and string functions that guest code may call.
 *
 * The guest executes the program's own file as it lies on the disk. In a static
 * binary libc's memcpy() and its relatives are IFUNCs: calls to them go through
 * a GOT slot which the host's start-up code fills in its own copy of the page,
 * so in the guest they jump nowhere. Naming another function in guest code
 * would not be enough, since compilers emit calls to memcpy(), memmove(),
 * memset(), memcmp(), bcmp() and strlen() on their own (struct assignment,
 * initializers, recognised loops). guest_string.c therefore also *is* these
 * functions, plus strnlen(), for the whole program: a definition in the program
 * beats the archive member of libc. Everything else of libc stays forbidden in
 * guest code.
 *
 * The functions have the semantics of their C namesakes, need no alignment, and
 * move eight bytes at a time. Code of the guest has to be compiled without
 * vector registers, stack protector and _FORTIFY_SOURCE.
 */
#ifndef KVM_GMEM_GUEST_STRING_H
#define KVM_GMEM_GUEST_STRING_H

#include <stddef.h>

void *guest_memcpy(void *dst, const void *src, size_t n);
void *guest_memmove(void *dst, const void *src, size_t n);
void *guest_memset(void *dst, int c, size_t n);
int guest_memcmp(const void *a, const void *b, size_t n);
size_t guest_strlen(const char *s);
size_t guest_strnlen(const char *s, size_t max);

#endif
