// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "fail.h"
#include "vm_exit.h"

#define NAME(reason)	[reason] = #reason

static const char * const reason_names[] = {
	NAME(KVM_EXIT_UNKNOWN),
	NAME(KVM_EXIT_EXCEPTION),
	NAME(KVM_EXIT_IO),
	NAME(KVM_EXIT_HYPERCALL),
	NAME(KVM_EXIT_DEBUG),
	NAME(KVM_EXIT_HLT),
	NAME(KVM_EXIT_MMIO),
	NAME(KVM_EXIT_IRQ_WINDOW_OPEN),
	NAME(KVM_EXIT_SHUTDOWN),
	NAME(KVM_EXIT_FAIL_ENTRY),
	NAME(KVM_EXIT_INTR),
	NAME(KVM_EXIT_SET_TPR),
	NAME(KVM_EXIT_TPR_ACCESS),
	NAME(KVM_EXIT_S390_SIEIC),
	NAME(KVM_EXIT_S390_RESET),
	NAME(KVM_EXIT_DCR),
	NAME(KVM_EXIT_NMI),
	NAME(KVM_EXIT_INTERNAL_ERROR),
	NAME(KVM_EXIT_OSI),
	NAME(KVM_EXIT_PAPR_HCALL),
	NAME(KVM_EXIT_S390_UCONTROL),
	NAME(KVM_EXIT_WATCHDOG),
	NAME(KVM_EXIT_S390_TSCH),
	NAME(KVM_EXIT_EPR),
	NAME(KVM_EXIT_SYSTEM_EVENT),
	NAME(KVM_EXIT_S390_STSI),
	NAME(KVM_EXIT_IOAPIC_EOI),
	NAME(KVM_EXIT_HYPERV),
	NAME(KVM_EXIT_ARM_NISV),
	NAME(KVM_EXIT_X86_RDMSR),
	NAME(KVM_EXIT_X86_WRMSR),
	NAME(KVM_EXIT_DIRTY_RING_FULL),
	NAME(KVM_EXIT_AP_RESET_HOLD),
	NAME(KVM_EXIT_X86_BUS_LOCK),
	NAME(KVM_EXIT_XEN),
	NAME(KVM_EXIT_RISCV_SBI),
	NAME(KVM_EXIT_RISCV_CSR),
	NAME(KVM_EXIT_NOTIFY),
	NAME(KVM_EXIT_LOONGARCH_IOCSR),
	NAME(KVM_EXIT_MEMORY_FAULT),
	/* Later than the headers of 6.12: by number. */
	[40] = "KVM_EXIT_TDX",
	[41] = "KVM_EXIT_ARM_SEA",
	[42] = "KVM_EXIT_ARM_LDST64B",
	[43] = "KVM_EXIT_SNP_REQ_CERTS",
};

const char *vm_exit_reason_name(u32 reason)
{
	if (reason == VM_EXIT_POISON)
		return "no exit reason written";
	if (reason < ARRAY_SIZE(reason_names) && reason_names[reason])
		return reason_names[reason];
	return "unnamed exit reason";
}

static void decode_io(struct vm_exit *exit, const struct kvm_run *run)
{
	size_t bytes = (size_t)run->io.size * run->io.count;

	exit->io.out = run->io.direction == KVM_EXIT_IO_OUT;
	exit->io.size = run->io.size;
	exit->io.port = run->io.port;
	exit->io.count = run->io.count;
	if (bytes > sizeof(exit->io.data))
		bytes = sizeof(exit->io.data);
	memcpy(exit->io.data, (const char *)run + run->io.data_offset, bytes);
}

struct vm_exit vm_exit_decode(int ret, const struct kvm_run *run,
			      const struct vcpu_area *area, int vcpu)
{
	struct vm_exit exit = { .ret = ret, .reason = run->exit_reason, .vcpu = vcpu };

	switch (run->exit_reason) {
	case KVM_EXIT_MEMORY_FAULT:
		exit.memory_fault.flags = run->memory_fault.flags;
		exit.memory_fault.gpa = run->memory_fault.gpa;
		exit.memory_fault.size = run->memory_fault.size;
		break;
	case KVM_EXIT_IO:
		decode_io(&exit, run);
		break;
	case KVM_EXIT_MMIO:
		exit.mmio.gpa = run->mmio.phys_addr;
		exit.mmio.len = run->mmio.len;
		exit.mmio.is_write = run->mmio.is_write;
		memcpy(exit.mmio.data, run->mmio.data, sizeof(exit.mmio.data));
		break;
	case KVM_EXIT_HYPERCALL:
		exit.hypercall.nr = run->hypercall.nr;
		memcpy(exit.hypercall.args, run->hypercall.args, sizeof(exit.hypercall.args));
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		exit.error.code = run->internal.suberror;
		break;
	case KVM_EXIT_FAIL_ENTRY:
		exit.error.code = run->fail_entry.hardware_entry_failure_reason;
		break;
	}

	if (!ret && area && arch_exit_is_ucall(&exit)) {
		exit.ucall = area->uc.cmd;
		exit.uc = area->uc;
	}
	return exit;
}

static void ucall_str(const struct vm_exit *exit, char *buf, size_t size)
{
	const struct ucall *uc = &exit->uc;

	switch (exit->ucall) {
	case UCALL_DONE:
		snprintf(buf, size, "guest done, returned %#llx", uc->ret);
		break;
	case UCALL_SYNC:
		snprintf(buf, size, "guest sync (%#llx, %#llx, %#llx)", uc->args[0], uc->args[1],
			 uc->args[2]);
		break;
	case UCALL_ASSERT:
		snprintf(buf, size, "guest assertion at %s:%llu: %s", uc->file, uc->line, uc->text);
		break;
	case UCALL_EXCEPTION:
		snprintf(buf, size,
			 "guest exception: vector %llu, error code %#llx, rip %#llx, cr2 %#llx",
			 uc->args[UCALL_EXC_VECTOR], uc->args[UCALL_EXC_ERROR],
			 uc->args[UCALL_EXC_IP], uc->args[UCALL_EXC_ADDRESS]);
		break;
	default:
		snprintf(buf, size, "unknown ucall %u", exit->ucall);
	}
}

const char *vm_exit_str(const struct vm_exit *exit)
{
	static __thread char buf[1024];
	int n;

	n = snprintf(buf, sizeof(buf), "vCPU %d, KVM_RUN %s, ", exit->vcpu,
		     exit->ret ? errno_name(-exit->ret) : "0");
	if (exit->ucall != UCALL_NONE) {
		ucall_str(exit, buf + n, sizeof(buf) - n);
		return buf;
	}
	n += snprintf(buf + n, sizeof(buf) - n, "%s (%u)", vm_exit_reason_name(exit->reason),
		      exit->reason);
	switch (exit->reason) {
	case KVM_EXIT_MEMORY_FAULT:
		snprintf(buf + n, sizeof(buf) - n, ", gpa %#llx, size %#llx, flags %#llx",
			 exit->memory_fault.gpa, exit->memory_fault.size,
			 exit->memory_fault.flags);
		break;
	case KVM_EXIT_MMIO:
		snprintf(buf + n, sizeof(buf) - n, ", %s of %u bytes at gpa %#llx",
			 exit->mmio.is_write ? "write" : "read", exit->mmio.len, exit->mmio.gpa);
		break;
	case KVM_EXIT_IO:
		snprintf(buf + n, sizeof(buf) - n, ", %s port %#x, %u x %u bytes",
			 exit->io.out ? "out to" : "in from", exit->io.port, exit->io.count,
			 exit->io.size);
		break;
	case KVM_EXIT_HYPERCALL:
		snprintf(buf + n, sizeof(buf) - n, ", nr %llu, args %#llx %#llx %#llx",
			 exit->hypercall.nr, exit->hypercall.args[0], exit->hypercall.args[1],
			 exit->hypercall.args[2]);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
	case KVM_EXIT_FAIL_ENTRY:
		snprintf(buf + n, sizeof(buf) - n, ", code %#llx", exit->error.code);
		break;
	}
	return buf;
}
