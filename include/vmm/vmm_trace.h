/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timeline of a VMM: conversions, attributes, discards, IOMMU updates, in the
 * order in which they are asked of the kernel. Off unless somebody wants it.
 */
#ifndef KVM_GMEM_VMM_TRACE_H
#define KVM_GMEM_VMM_TRACE_H

#include "types.h"

extern bool vmm_trace_on;

/* One line on stdout, "# " and microseconds since the first one in front. */
void __vmm_trace(const char *fmt, ...) __printf_like(1, 2);

#define vmm_trace(fmt, ...)					\
	do {							\
		if (vmm_trace_on)				\
			__vmm_trace(fmt, ##__VA_ARGS__);	\
	} while (0)

#endif
