/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exception entries of the guest. All share one stack with the interrupted
 * code: the suite's guests run in one privilege level and without a red zone.
 */
	.text

/* The vectors for which the CPU pushes an error code: 8, 10-14, 17, 21, 29, 30. */
#define HAS_ERROR_CODE(v)	((0x60227d00 >> (v)) & 1)

	.balign 16
	.globl guest_exception_entries
guest_exception_entries:
	vector = 0
	.rept 32
	.balign 16
	.if !HAS_ERROR_CODE(vector)
	pushq	$0
	.endif
	pushq	$vector
	jmp	exception_common
	vector = vector + 1
	.endr

exception_common:
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rbx
	pushq	%rbp
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, %rdi
	/* The frame's end is where the stack was before: keep calls aligned. */
	movq	%rsp, %rbp
	andq	$-16, %rsp
	cld
	call	guest_handle_exception
	movq	%rbp, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rbp
	popq	%rbx
	popq	%rdx
	popq	%rcx
	popq	%rax
	addq	$16, %rsp
	iretq

	.section .note.GNU-stack, "", @progbits
