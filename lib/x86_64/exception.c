// SPDX-License-Identifier: GPL-2.0
/* Guest side: what happens to an exception. */
#include "arch.h"
#include "ucall.h"
#include "x86.h"

/* What entry.S pushes, lowest address first, then what the CPU pushed. */
struct exception_frame {
	u64 r15, r14, r13, r12, r11, r10, r9, r8;
	u64 rdi, rsi, rbp, rbx, rdx, rcx, rax;
	u64 vector, error;
	u64 rip, cs, rflags, rsp, ss;
};

void guest_handle_exception(struct exception_frame *frame);

static u64 read_cr2(void)
{
	u64 cr2;

	asm volatile("mov %%cr2, %0" : "=r"(cr2));
	return cr2;
}

void guest_handle_exception(struct exception_frame *frame)
{
	struct vcpu_area *area = guest_area();
	u64 *args = area->uc.args;

	if (area->fixup_ip) {
		area->fixup_vector = frame->vector;
		area->fixup_error = frame->error;
		area->fixup_address = read_cr2();
		frame->rip = area->fixup_ip;
		area->fixup_ip = 0;
		return;
	}

	args[UCALL_EXC_VECTOR] = frame->vector;
	args[UCALL_EXC_ERROR] = frame->error;
	args[UCALL_EXC_IP] = frame->rip;
	args[UCALL_EXC_ADDRESS] = read_cr2();
	for (;;) {
		WRITE_ONCE(area->uc.cmd, UCALL_EXCEPTION);
		arch_guest_ucall();
	}
}
