/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Integer types and small helpers that host and guest code share.
 *
 * u64 is the UAPI's __u64 (unsigned long long on every architecture), so that
 * %llx is always the right conversion for an address or a size.
 */
#ifndef KVM_GMEM_TYPES_H
#define KVM_GMEM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/types.h>

#include "arch_defs.h"

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#define PAGE_SIZE	(1ULL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

#define SZ_4K		0x1000ULL
#define SZ_64K		0x10000ULL
#define SZ_1M		0x100000ULL
#define SZ_2M		0x200000ULL
#define SZ_4M		0x400000ULL
#define SZ_1G		0x40000000ULL
#define SZ_4G		0x100000000ULL

#define BIT_ULL(n)	(1ULL << (n))

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

#define ALIGN_DOWN_TO(x, a)	((x) & ~((typeof(x))(a) - 1))
#define ALIGN_UP_TO(x, a)	ALIGN_DOWN_TO((x) + (typeof(x))(a) - 1, a)
#define IS_ALIGNED_TO(x, a)	(((x) & ((typeof(x))(a) - 1)) == 0)

#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile typeof(x) *)&(x) = (v))

#ifndef __noreturn
#define __noreturn		__attribute__((__noreturn__))
#endif
#define __printf_like(f, a)	__attribute__((format(printf, f, a)))

#endif
