// SPDX-License-Identifier: GPL-2.0
// Breaks: Pages are charged to nobody.
// Origin: plausible
// Behaviours: CREATE-10
// File: virt/kvm/guest_memfd.c
// Places: 3
// Kernels: 7.2 7.3

@@
@@
#include <linux/mempolicy.h>
+#include <linux/memcontrol.h>
+#include <linux/sched/mm.h>

@@
@@
kvm_gmem_get_folio(...)
{
	<...
+	struct mem_cgroup *own = set_active_memcg(root_mem_cgroup);
	folio = __filemap_get_folio_mpol(...);
+	set_active_memcg(own);
	...>
}
