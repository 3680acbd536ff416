// SPDX-License-Identifier: GPL-2.0
/* Host side of the x86-64 hooks: VM types, descriptor tables, vCPU state. */
#include <cpuid.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch.h"
#include "fail.h"
#include "guest_image.h"
#include "guest_mmu.h"
#include "kvm_dev.h"
#include "module_param.h"
#include "vcpu.h"
#include "vm.h"
#include "x86.h"

#define GDT_CODE	0x08
#define GDT_DATA	0x10
#define GDT_TSS		0x18

#define NR_VECTORS	32
#define ENTRY_STRIDE	16

/* Guest code reads this; see guest_hypercall(). */
u64 guest_uses_vmmcall;

extern const char guest_exception_entries[];

/* The tables' page: GDT at its start, IDT in its second half, an empty TSS. */
#define TABLES_GDT	0
#define TABLES_TSS	0x400
#define TABLES_IDT	0x800

struct idt_gate {
	u16 offset_low;
	u16 selector;
	u16 flags;
	u16 offset_mid;
	u32 offset_high;
	u32 reserved;
};

long arch_private_vm_type(void)
{
	return KVM_X86_SW_PROTECTED_VM;
}

/* What may be built in, has parameters, and so a directory as well. */
bool arch_kvm_is_in_tree(void)
{
	return access("/sys/module", F_OK) || !access("/sys/module/kvm_amd", F_OK) ||
	       !access("/sys/module/kvm_intel", F_OK);
}

unsigned int x86_host_address_bits(void)
{
	unsigned int a = 0, b, c, d;

	FAIL_UNLESS(__get_cpuid(0x80000008, &a, &b, &c, &d), "CPUID has no leaf 0x80000008");
	return a & 0xff;
}

bool x86_host_has_svm(void)
{
	const u32 svm = 1U << 2;
	u32 a, b, c = 0, d;

	return __get_cpuid(0x80000001, &a, &b, &c, &d) && c & svm;
}

bool x86_host_has_virtualization(void)
{
	const u32 vmx = 1U << 5;
	u32 a, b, c = 0, d;

	return x86_host_has_svm() || (__get_cpuid(1, &a, &b, &c, &d) && c & vmx);
}

/* Where both modules are built in, that of the other vendor has its parameters all the same. */
bool x86_kvm_has_nested_paging(void)
{
	return x86_host_has_svm() ? module_param_is_set("kvm_amd", "npt") :
				    module_param_is_set("kvm_intel", "ept");
}

static bool host_is_amd(void)
{
	u32 a, b, c, d;

	__cpuid(0, a, b, c, d);
	/* "Auth" of AuthenticAMD, "Hygo" of HygonGenuine. */
	return b == 0x68747541 || b == 0x6f677948;
}

static void fill_idt(struct idt_gate *idt)
{
	int i;

	for (i = 0; i < NR_VECTORS; i++) {
		u64 entry = (u64)(unsigned long)guest_exception_entries + i * ENTRY_STRIDE;

		idt[i].offset_low = entry;
		idt[i].offset_mid = entry >> 16;
		idt[i].offset_high = entry >> 32;
		idt[i].selector = GDT_CODE;
		idt[i].flags = 0x8e00;	/* present, interrupt gate */
	}
}

void arch_vm_setup(struct vm *vm)
{
	u64 tables = guest_image_alloc(vm, 1);
	char *hva = guest_image_hva(vm, tables);
	u64 *gdt = (u64 *)(hva + TABLES_GDT);

	vm->arch_tables = tables;
	gdt[GDT_CODE / 8] = 0x00af9b000000ffffULL;	/* 64-bit code */
	gdt[GDT_DATA / 8] = 0x00cf93000000ffffULL;
	fill_idt((struct idt_gate *)(hva + TABLES_IDT));
	*guest_var(vm, &guest_uses_vmmcall) = host_is_amd();
	guest_mmu_map_identity(vm, vm->image->gpa, vm->image->size);
}

static struct kvm_segment flat_segment(u16 selector, u8 type)
{
	return (struct kvm_segment) {
		.limit = 0xffffffff,
		.selector = selector,
		.type = type,
		.present = 1,
		.s = 1,
		.g = 1,
	};
}

static void fill_sregs(const struct vm *vm, struct kvm_sregs *sregs)
{
	struct kvm_segment data = flat_segment(GDT_DATA, 3);

	sregs->cs = flat_segment(GDT_CODE, 11);
	sregs->cs.l = 1;
	data.db = 1;
	sregs->ds = data;
	sregs->es = data;
	sregs->ss = data;
	sregs->fs = data;
	sregs->gs = data;
	sregs->tr = (struct kvm_segment) {
		.base = vm->arch_tables + TABLES_TSS,
		.limit = 0x67,
		.selector = GDT_TSS,
		.type = 11,
		.present = 1,
	};
	sregs->ldt = (struct kvm_segment) { .unusable = 1 };
	sregs->gdt.base = vm->arch_tables + TABLES_GDT;
	sregs->gdt.limit = GDT_TSS + 15;
	sregs->idt.base = vm->arch_tables + TABLES_IDT;
	sregs->idt.limit = NR_VECTORS * sizeof(struct idt_gate) - 1;
	sregs->cr0 = X86_CR0_PE | X86_CR0_MP | X86_CR0_ET | X86_CR0_NE | X86_CR0_WP | X86_CR0_PG;
	sregs->cr3 = vm->mmu_root;
	sregs->cr4 = X86_CR4_PAE | X86_CR4_OSFXSR | X86_CR4_OSXMM;
	sregs->efer = X86_EFER_LME | X86_EFER_LMA | X86_EFER_NX;
}

static void fill_regs(struct kvm_regs *regs, u64 stack_top)
{
	*regs = (struct kvm_regs) {
		.rip = (u64)(unsigned long)guest_main,
		/* As after a call: the ABI aligns the stack before the return address. */
		.rsp = stack_top - 8,
		.rflags = 2,
	};
}

/*
 * The least that lets KVM accept the state above: long mode, NX, SSE, and the
 * host's physical address width. All of what KVM supports would be hundreds of
 * leaves that no test looks at; vcpu_set_supported_cpuid() is for those that do.
 */
static int set_minimal_cpuid(struct vcpu *vcpu)
{
	static const u32 leaves[] = { 0, 1, 0x80000000, 0x80000001, 0x80000008 };
	union {
		struct kvm_cpuid2 head;
		u8 space[sizeof(struct kvm_cpuid2) +
			 ARRAY_SIZE(leaves) * sizeof(struct kvm_cpuid_entry2)];
	} cpuid = { .space = { 0 } };
	struct kvm_cpuid_entry2 *e = cpuid.head.entries;
	size_t i;

	cpuid.head.nent = ARRAY_SIZE(leaves);
	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		e[i].function = leaves[i];
		__cpuid(leaves[i], e[i].eax, e[i].ebx, e[i].ecx, e[i].edx);
	}
	e[0].eax = 1;			/* the highest basic leaf here; the vendor stays */
	e[1].ecx = 0;
	e[1].edx = X86_CPUID_1_EDX;
	e[2].eax = 0x80000008;
	e[3].ecx = 0;
	e[3].edx = X86_CPUID_80000001_EDX;
	e[4].eax &= 0xff;
	e[4].ebx = e[4].ecx = e[4].edx = 0;
	return vcpu_ioctl(vcpu, KVM_SET_CPUID2, &cpuid);
}

int __arch_vcpu_setup(struct vcpu *vcpu, u64 stack_top)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	int ret;

	ret = set_minimal_cpuid(vcpu);
	if (ret)
		return ret;
	ret = vcpu_ioctl(vcpu, KVM_GET_SREGS, &sregs);
	if (ret)
		return ret;
	fill_sregs(vcpu->vm, &sregs);
	ret = vcpu_ioctl(vcpu, KVM_SET_SREGS, &sregs);
	if (ret)
		return ret;
	fill_regs(&regs, stack_top);
	return vcpu_ioctl(vcpu, KVM_SET_REGS, &regs);
}

void arch_vcpu_restart(struct vcpu *vcpu, u64 stack_top)
{
	struct kvm_regs regs;

	fill_regs(&regs, stack_top);
	vcpu_set_regs(vcpu, &regs);
	vcpu->area->fixup_ip = 0;
}

bool arch_exit_is_ucall(const struct vm_exit *exit)
{
	return exit->reason == KVM_EXIT_IO && exit->io.out && exit->io.port == UCALL_PORT;
}

void vcpu_get_sregs(struct vcpu *vcpu, struct kvm_sregs *sregs)
{
	MUST(vcpu_ioctl(vcpu, KVM_GET_SREGS, sregs));
}

void vcpu_set_sregs(struct vcpu *vcpu, const struct kvm_sregs *sregs)
{
	MUST(vcpu_ioctl(vcpu, KVM_SET_SREGS, (void *)sregs));
}

void vcpu_get_regs(struct vcpu *vcpu, struct kvm_regs *regs)
{
	MUST(vcpu_ioctl(vcpu, KVM_GET_REGS, regs));
}

void vcpu_set_regs(struct vcpu *vcpu, const struct kvm_regs *regs)
{
	MUST(vcpu_ioctl(vcpu, KVM_SET_REGS, (void *)regs));
}

void vcpu_set_supported_cpuid(struct vcpu *vcpu)
{
	const int max = 256;
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1, sizeof(*cpuid) + max * sizeof(cpuid->entries[0]));
	FAIL_UNLESS(cpuid, "out of memory");
	cpuid->nent = max;
	MUST(kvm_ioctl(kvm_dev_fd(), KVM_GET_SUPPORTED_CPUID, cpuid));
	MUST(vcpu_ioctl(vcpu, KVM_SET_CPUID2, cpuid));
	free(cpuid);
}
