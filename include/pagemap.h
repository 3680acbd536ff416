/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's page behind a mapping of this process: /proc/self/pagemap.
 * Documentation/admin-guide/mm/pagemap.rst.
 */
#ifndef KVM_GMEM_PAGEMAP_H
#define KVM_GMEM_PAGEMAP_H

#include <stdbool.h>

#include "types.h"

/*
 * The physical page numbers behind [hva, hva + nr_pages pages): 0 where nothing is mapped,
 * and of a page that was poisoned under the mapping still its number. False if the kernel
 * does not tell this process; then all are 0. A page may move as soon as this has returned.
 */
bool pagemap_read_pfns(const void *hva, u64 nr_pages, u64 *pfns);

#endif
