// SPDX-License-Identifier: GPL-2.0
/* Guest side of the x86-64 hooks. */
#include <linux/kvm_para.h>

#include "arch.h"
#include "x86.h"

/* Written by the host into the guest's copy: arch.c, arch_vm_setup(). */
extern u64 guest_uses_vmmcall;

void arch_guest_ucall(void)
{
	asm volatile("out %%al, %%dx" : : "a"(0), "d"(UCALL_PORT) : "memory");
}

u64 arch_guest_stack_pointer(void)
{
	u64 sp;

	asm volatile("mov %%rsp, %0" : "=r"(sp));
	return sp;
}

void arch_guest_relax(void)
{
	asm volatile("pause" : : : "memory");
}

/*
 * The two vendors' instructions are both there so that KVM need not patch one
 * into the other: patching is a quirk with tests of its own.
 */
u64 guest_hypercall(u64 nr, u64 a0, u64 a1, u64 a2, u64 a3)
{
	u64 ret;

	if (READ_ONCE(guest_uses_vmmcall))
		asm volatile("vmmcall" : "=a"(ret)
			     : "a"(nr), "b"(a0), "c"(a1), "d"(a2), "S"(a3) : "memory");
	else
		asm volatile("vmcall" : "=a"(ret)
			     : "a"(nr), "b"(a0), "c"(a1), "d"(a2), "S"(a3) : "memory");
	return ret;
}

s64 guest_map_gpa_range(u64 gpa, u64 size, bool private)
{
	u64 attrs = KVM_MAP_GPA_RANGE_PAGE_SZ_4K;

	attrs |= private ? KVM_MAP_GPA_RANGE_ENCRYPTED : KVM_MAP_GPA_RANGE_DECRYPTED;
	return guest_hypercall(KVM_HC_MAP_GPA_RANGE, gpa, size >> PAGE_SHIFT, attrs, 0);
}
