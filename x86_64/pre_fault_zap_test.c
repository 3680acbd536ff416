// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_PRE_FAULT_MEMORY while all of the VM's page tables are thrown away, which
 * other than a vCPU's run it has no reason to notice by itself. Held up in the
 * page's host memory by a fault gate, so that nothing is left to luck.
 *
 * Where it spins a signal ends it, sent after an amount of CPU time that an honest
 * call does not need by far: that does not depend on how busy the machine is, but for
 * what a hypervisor takes from its CPUs.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "disposable.h"
#include "fault_gate.h"
#include "guest_mem.h"
#include "harness.h"
#include "memslot.h"
#include "pre_fault.h"
#include "vcpu.h"
#include "vcpu_thread.h"
#include "vm.h"

#define NX_HUGE_PAGES	"/sys/module/kvm/parameters/nx_huge_pages"
#define SPIN_NS		250000000
#define SLOT_SIZE	(2 * PAGE_SIZE)

FIXTURE(pre_fault_zap)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	struct fault_gate gate;
	char nx[8];
};

FIXTURE_VARIANT(pre_fault_zap)
{
	bool private_type;
};

FIXTURE_VARIANT_ADD(pre_fault_zap, default_vm) { .private_type = false };
FIXTURE_VARIANT_ADD(pre_fault_zap, private_vm) { .private_type = true };

static bool read_nx(char *value, size_t size)
{
	int fd = open(NX_HUGE_PAGES, O_RDWR | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, value, size - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	value[n] = '\0';
	return true;
}

static bool __write_nx(const char *value)
{
	int fd = open(NX_HUGE_PAGES, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, value, strlen(value)) > 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void write_nx(const char *value)
{
	FAIL_UNLESS(__write_nx(value), "write %s to %s: %s", value, NX_HUGE_PAGES,
		    errno_name(errno));
}

/* What it was, for a case that ends early. */
static void restore_nx(void *nx)
{
	__write_nx(nx);
}

FIXTURE_SETUP(pre_fault_zap)
{
	long type = variant->private_type ? vm_private_type() : VM_TYPE_DEFAULT;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(kvm_cap(KVM_CAP_PRE_FAULT_MEMORY), "no KVM_PRE_FAULT_MEMORY");
	REQUIRE(type >= 0, "no VM type with private memory");
	REQUIRE(fault_gate_available(), "no userfaultfd for kernel accesses");
	REQUIRE(read_nx(self->nx, sizeof(self->nx)), "cannot change kvm.nx_huge_pages");
	REQUIRE(strncmp(self->nx, "never", 5), "kvm.nx_huge_pages is never, and stays so");
	self->vm = vm_create(type);
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);
	vcpu_pre_fault(self->vcpu, TEST_GPA + PAGE_SIZE, PAGE_SIZE);
	fault_gate_close(&self->gate, self->slot->hva);
}

FIXTURE_TEARDOWN(pre_fault_zap)
{
	write_nx(self->nx);
	fail_cancel(restore_nx, self->nx);
	vm_free(self->vm);
}

/* A change of the parameter zaps all page tables of all VMs. */
static void zap_all(const char *nx)
{
	write_nx(*nx == 'Y' || *nx == '1' ? "off" : "force");
}

static void on_signal(int sig)
{
	(void)sig;
}

struct spinner {
	pthread_t thread;
	struct vcpu *vcpu;
	u64 gpa, size;
	int ret;
	volatile bool done;
};

static void *pre_fault(void *arg)
{
	struct spinner *s = arg;

	s->ret = __vcpu_pre_fault(s->vcpu, &s->gpa, &s->size);
	s->done = true;
	return NULL;
}

/* CPU timers are of no use: what they do is done on the way back to userspace. */
static void end_if_it_spins(struct spinner *s)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct timespec used = { 0 };
	clockid_t clock;

	FAIL_UNLESS(!sigaction(SIGUSR1, &sa, NULL) && !pthread_getcpuclockid(s->thread, &clock),
		    "no clock of the thread");
	while (!s->done && !used.tv_sec && used.tv_nsec < SPIN_NS) {
		poll(NULL, 0, 1);
		clock_gettime(clock, &used);
	}
	if (!s->done)
		pthread_kill(s->thread, SIGUSR1);
	thread_join(s->thread, "a pre-fault whose page tables went away");
}

/*
 * PREFAULT-1, BUG-5: with new page tables the page is mapped in those, and the call
 * succeeds. Up to 7.3 it tries the old ones again until a signal comes. Needs: alone.
 * Red: Linux 7.3.
 */
TEST_F(pre_fault_zap, goes_on_in_the_new_page_tables)
{
	struct spinner s = { .vcpu = self->vcpu, .gpa = TEST_GPA, .size = PAGE_SIZE };

	ASSERT_EQ(0, pthread_create(&s.thread, NULL, pre_fault, &s));
	fault_gate_wait(&self->gate);
	fail_at_exit(restore_nx, self->nx);
	zap_all(self->nx);
	fault_gate_open(&self->gate);
	end_if_it_spins(&s);
	ASSERT_OK(s.ret);
	EXPECT_EQ(0, s.size);
	EXPECT_EQ(TEST_GPA + PAGE_SIZE, s.gpa);
	vcpu_pre_fault(self->vcpu, TEST_GPA, SLOT_SIZE);
	vcpu_call_done(self->vcpu, guest_check_zero, TEST_GPA, 2);
}

GMEM_TEST_MAIN
