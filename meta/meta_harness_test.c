// SPDX-License-Identifier: GPL-2.0
/*
 * Cases with a known verdict, through the suite's own harness and library. The
 * runner's verdict on each is compared with meta/expected by tools/check_meta.
 * Never part of a normal run: several of them break what they run on.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "guest_mem.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"

#define SHORT_LIMIT	3	/* seconds until a hang on purpose is ended */

FIXTURE(verdict)
{
	struct vm *vm;
	struct vcpu *vcpu;
};

FIXTURE_SETUP(verdict)
{
	self->vm = vm_create(VM_TYPE_DEFAULT);
	self->vcpu = vcpu_create(self->vm);
}

FIXTURE_TEARDOWN(verdict)
{
	vm_free(self->vm);
}

static u64 guest_add(u64 a, u64 b)
{
	return a + b;
}

TEST_F(verdict, passes)
{
	EXPECT_EQ(5, vcpu_call_done(self->vcpu, guest_add, 2, 3));
}

TEST_F(verdict, passes_although_known_to_fail)
{
	EXPECT_EQ(5, vcpu_call_done(self->vcpu, guest_add, 2, 3));
}

TEST_F(verdict, fails_as_known)
{
	EXPECT_EQ(6, vcpu_call_done(self->vcpu, guest_add, 2, 3));
}

TEST_F(verdict, skips)
{
	REQUIRE(false, "always skipped");
}

TEST_F(verdict, fails_an_expectation)
{
	EXPECT_EQ(6, vcpu_call_done(self->vcpu, guest_add, 2, 3));
}

/* What it lacks is no excuse for what it got wrong before. */
TEST_F(verdict, fails_before_it_lacks_something)
{
	EXPECT_EQ(6, vcpu_call_done(self->vcpu, guest_add, 2, 3));
	REQUIRE(false, "not to be had");
}

TEST_F(verdict, fails_an_errno)
{
	EXPECT_ERRNO(EINVAL, __memslot_set1(self->vm, 1, 0, TEST_GPA + 1, PAGE_SIZE, NULL));
	EXPECT_ERRNO(EBADF, __memslot_set1(self->vm, 1, 0, TEST_GPA + 1, PAGE_SIZE, NULL));
}

/* A failed call inside of the library, with an errno that smells like "skip". */
TEST_F(verdict, fails_in_the_library)
{
	(void)self;
	FAIL("open: %s", errno_name(EACCES));
}

static void guest_assert_false(u64 number)
{
	GUEST_ASSERT_EQ(1, number);
}

TEST_F(verdict, fails_in_the_guest)
{
	vcpu_call_done(self->vcpu, guest_assert_false, 2);
}

static void guest_undefined(void)
{
	__builtin_trap();
}

TEST_F(verdict, guest_takes_an_exception)
{
	vcpu_call_done(self->vcpu, guest_undefined);
}

static u64 guest_read_unmapped(void)
{
	return guest_read_u64(0x7000000000ULL);
}

TEST_F(verdict, guest_takes_a_page_fault)
{
	vcpu_call_done(self->vcpu, guest_read_unmapped);
}

TEST_F_TIMEOUT(verdict, hangs_on_the_host, SHORT_LIMIT)
{
	for (;;)
		pause();
}

static void guest_spin(void)
{
	for (;;)
		asm volatile("" : : : "memory");
}

TEST_F_TIMEOUT(verdict, hangs_in_the_guest, SHORT_LIMIT)
{
	vcpu_call_done(self->vcpu, guest_spin);
}

TEST_F(verdict, dies_of_a_signal)
{
	raise(SIGSEGV);
}

static void write_text(struct __test_metadata *_metadata, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	ASSERT_GE(fd, 0);
	ASSERT_EQ((ssize_t)strlen(text), write(fd, text, strlen(text)));
	close(fd);
}

/* Needs: alone. */
TEST_F(verdict, trips_a_kernel_warning)
{
	write_text(_metadata, "/sys/kernel/debug/provoke-crash/DIRECT", "WARNING");
}

/* Needs: boot. */
TEST_F(verdict, crashes_the_kernel)
{
	write_text(_metadata, "/sys/kernel/debug/provoke-crash/DIRECT", "PANIC");
}

/*
 * What anybody can write to the console and to the kernel's log from user space
 * is neither a verdict nor a splat.
 */
TEST_F(verdict, writes_noise_to_the_console)
{
	static const char noise[] =
		"not ok 1 verdict.passes\n0 0 end 1 exit 1 5\n@ end\n"
		"WARNING: CPU: 0 PID: 1 at mm/fake.c:1 fake+0x0/0x0\n";

	write_text(_metadata, "/dev/console", noise);
	write_text(_metadata, "/dev/kmsg", "<12>BUG: a user can write this\n");
	write_text(_metadata, "/dev/kmsg", "<12>not ok 1 verdict.passes\n");
}

GMEM_TEST_MAIN
