// SPDX-License-Identifier: GPL-2.0
/*
 * Memory errors: what a vCPU sees of a page that the kernel has declared bad.
 * A bad private page is nobody's to hand a signal for, so KVM_RUN fails with
 * EHWPOISON and tells which page. The errors are made by software and taken back
 * at the end. virt/kvm/guest_memfd.c, kvm_gmem_error_folio().
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "disposable.h"
#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "host_fault.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "pagemap.h"
#include "pre_fault.h"
#include "stats.h"
#include "trace.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	4
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define BAD_GPA		(TEST_GPA + PAGE_SIZE)

#define CORRUPT_PFN	"/sys/kernel/debug/hwpoison/corrupt-pfn"
#define UNPOISON_PFN	"/sys/kernel/debug/hwpoison/unpoison-pfn"
#define SPTE_EVENT	"kvmmmu:kvm_mmu_set_spte"

#define SHARED_FLAGS	(GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED)

static int write_pfn(const char *path, u64 pfn)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = dprintf(fd, "%#llx\n", pfn) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

/*
 * The bad page, and the mapping or file that has it: where it must be given up before
 * the kernel takes it back.
 */
static struct {
	u64 pfn;
	int gmem_fd;
	void *mapping;
} bad = { .gmem_fd = -1 };

/* For a case that ends early, by fail_at_exit(): otherwise the teardown does it. */
static void unpoison(void *arg)
{
	(void)arg;
	if (bad.mapping)
		munmap(bad.mapping, PAGE_SIZE);
	if (bad.gmem_fd >= 0)
		fallocate(bad.gmem_fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, PAGE_SIZE,
			  PAGE_SIZE);
	write_pfn(UNPOISON_PFN, bad.pfn);
}

/* A page that may move has its number when it is poisoned, others before. */
static void unpoison_at_exit(u64 pfn, int gmem_fd, void *mapping)
{
	bad.pfn = pfn;
	bad.gmem_fd = gmem_fd;
	bad.mapping = mapping;
	fail_at_exit(unpoison, NULL);
}

/* When the memory is nobody's any more; the machine gets its page back. */
static int unpoison_now(void)
{
	int ret = bad.pfn ? write_pfn(UNPOISON_PFN, bad.pfn) : 0;

	fail_cancel(unpoison, NULL);
	return ret;
}

/*
 * The kernel says EBUSY since the file keeps the page, which it must for that is
 * how KVM knows: the page is poisoned all the same.
 */
static void poison(u64 pfn)
{
	int ret = write_pfn(CORRUPT_PFN, pfn);

	FAIL_UNLESS(!ret || ret == -EBUSY, "poison pfn %#llx: %s", pfn, errno_name(-ret));
}

FIXTURE(hwpoison)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	int gmem_fd;
};

/* The private side of a private VM, or a default VM's only side. */
FIXTURE_VARIANT(hwpoison)
{
	bool private;
};

FIXTURE_VARIANT_ADD(hwpoison, private_memory) { .private = true };
FIXTURE_VARIANT_ADD(hwpoison, shared_gmem) { .private = false };

/* The host's page behind @gpa, from what KVM maps when the guest touches it. */
static u64 fault_in_and_find_pfn(struct vcpu *vcpu, u64 gpa)
{
	struct trace *trace = trace_open();
	struct trace_log log;
	u64 gfn, spte, pfn = 0;
	size_t i;

	trace_enable_own(trace, SPTE_EVENT);
	vcpu_call_done(vcpu, guest_fill_pages, gpa, 1, PAGE_PRIVATE, 1);
	trace_read(trace, &log);
	for (i = 0; i < log.nr; i++)
		if (trace_field(&log.events[i], "gfn", 16, &gfn) && gfn == gpa / PAGE_SIZE &&
		    trace_field(&log.events[i], "spte", 16, &spte))
			pfn = (spte & 0x000ffffffffff000ULL) / PAGE_SIZE;
	trace_log_free(&log);
	trace_close(trace);
	FAIL_UNLESS(pfn, "no page found behind gpa %#llx", gpa);
	return pfn;
}

FIXTURE_SETUP(hwpoison)
{
	u64 flags = variant->private ? 0 : SHARED_FLAGS, pfn;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(!access(CORRUPT_PFN, W_OK), "no hwpoison injection in debugfs");
	REQUIRE(trace_available() && trace_has_event(SPTE_EVENT), "no KVM MMU tracepoints");
	REQUIRE(!variant->private || vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(variant->private ? vm_private_type() : VM_TYPE_DEFAULT);
	self->vcpu = vcpu_create(self->vm);
	REQUIRE((gmem_supported_flags(self->vm) & flags) == flags, "no shared guest_memfd");
	self->gmem_fd = gmem_create(self->vm, SLOT_SIZE, flags);
	self->slot = memslot_add_gmem(self->vm, TEST_GPA, SLOT_SIZE, self->gmem_fd, 0);
	if (variant->private)
		mem_attrs_set_private(self->vm, TEST_GPA, SLOT_SIZE);

	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, 1, PAGE_PRIVATE, 1);
	pfn = fault_in_and_find_pfn(self->vcpu, BAD_GPA);
	vcpu_call_done(self->vcpu, guest_fill_pages, BAD_GPA + PAGE_SIZE, 2, PAGE_PRIVATE, 1);
	/* The code, too, is mapped before. */
	vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA, 1, PAGE_PRIVATE, 1);
	unpoison_at_exit(pfn, self->gmem_fd, NULL);
	poison(pfn);
}

FIXTURE_TEARDOWN(hwpoison)
{
	vm_free(self->vm);
	close(self->gmem_fd);
	EXPECT_OK(unpoison_now());
}

/* KVM_EXIT_MEMORY_FAULT of the bad page with EHWPOISON. */
#define EXPECT_POISON(exit, flags)						\
	__EXPECT_NO_COMPLAINT(expect_memory_fault((exit), EHWPOISON, BAD_GPA,	\
						  PAGE_SIZE, flags), 0)

/*
 * EXIT-6: the guest had the page mapped and loses it at once. The others it
 * keeps. Needs: alone.
 * Red: mutants exit-poison-is-efault, exit-poison-no-zap, exit-poison-zaps-file.
 */
TEST_F(hwpoison, access_to_poisoned_page_fails_with_ehwpoison)
{
	u64 flags = variant->private ? KVM_MEMORY_EXIT_FLAG_PRIVATE : 0, nr_mapped;

	vcpu_call(self->vcpu, guest_read_u64, BAD_GPA + 8);
	EXPECT_POISON(vcpu_run(self->vcpu), flags);
	EXPECT_POISON(vcpu_run(self->vcpu), flags);
	vcpu_call(self->vcpu, guest_write_u64, BAD_GPA + 8, 1);
	EXPECT_POISON(vcpu_run(self->vcpu), flags);

	nr_mapped = kvm_stat_get(self->vcpu->fd, "pf_fixed");
	vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA, 1, PAGE_PRIVATE, 1);
	vcpu_call_done(self->vcpu, guest_check_pages, BAD_GPA + PAGE_SIZE, 2, PAGE_PRIVATE, 1);
	EXPECT_EQ(nr_mapped, kvm_stat_get(self->vcpu->fd, "pf_fixed"));
}

/*
 * EXIT-6: to allocate the page is no way to get a good one: it is there. Needs: alone.
 * Red: mutant exit-poison-ignored.
 */
TEST_F(hwpoison, poison_stays_until_the_page_is_punched)
{
	u64 flags = variant->private ? KVM_MEMORY_EXIT_FLAG_PRIVATE : 0;

	vcpu_call(self->vcpu, guest_read_u64, BAD_GPA);
	gmem_allocate(self->gmem_fd, 0, SLOT_SIZE);
	EXPECT_POISON(vcpu_run(self->vcpu), flags);
	gmem_punch_hole(self->gmem_fd, 0, PAGE_SIZE);
	EXPECT_POISON(vcpu_run(self->vcpu), flags);

	gmem_punch_hole(self->gmem_fd, PAGE_SIZE, PAGE_SIZE);
	EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
	vcpu_call_done(self->vcpu, guest_check_zero, TEST_GPA, 2);
	vcpu_call_done(self->vcpu, guest_fill_pages, BAD_GPA, 1, PAGE_PRIVATE, 2);
	vcpu_call_done(self->vcpu, guest_check_pages, BAD_GPA, 1, PAGE_PRIVATE, 2);
	vcpu_call_done(self->vcpu, guest_check_pages, BAD_GPA + PAGE_SIZE, 2, PAGE_PRIVATE, 1);
}

/*
 * PREFAULT-4: pre-fault gets as far as the bad page, and there it fails like
 * KVM_RUN, as often as it is tried. Needs: alone. Red: mutant exit-poison-is-efault.
 */
TEST_F(hwpoison, pre_fault_stops_at_the_poisoned_page)
{
	u64 gpa = TEST_GPA, size = SLOT_SIZE;

	REQUIRE(kvm_cap(KVM_CAP_PRE_FAULT_MEMORY), "no KVM_PRE_FAULT_MEMORY");
	alarm(PRE_FAULT_LIMIT_SECONDS);
	EXPECT_OK(__vcpu_pre_fault(self->vcpu, &gpa, &size));
	EXPECT_EQ(BAD_GPA, gpa);
	EXPECT_EQ(SLOT_SIZE - PAGE_SIZE, size);
	EXPECT_ERRNO(EHWPOISON, __vcpu_pre_fault(self->vcpu, &gpa, &size));
	EXPECT_ERRNO(EHWPOISON, __vcpu_pre_fault(self->vcpu, &gpa, &size));
	EXPECT_EQ(BAD_GPA, gpa);
	EXPECT_EQ(SLOT_SIZE - PAGE_SIZE, size);

	gmem_punch_hole(self->gmem_fd, PAGE_SIZE, PAGE_SIZE);
	vcpu_pre_fault(self->vcpu, gpa, size);
	vcpu_call_done(self->vcpu, guest_check_zero, BAD_GPA, 1);
	vcpu_call_done(self->vcpu, guest_check_pages, BAD_GPA + PAGE_SIZE, 2, PAGE_PRIVATE, 1);
}

/* The last SIGBUS that came without being asked for. */
static volatile struct {
	int nr;
	int code;
	void *address;
} sigbus;

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	sigbus.nr++;
	sigbus.code = info->si_code;
	sigbus.address = info->si_addr;
}

static void catch_sigbus(void)
{
	struct sigaction sa = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };

	FAIL_UNLESS(!sigaction(SIGBUS, &sa, NULL), "sigaction: %s", errno_name(errno));
	sigbus.nr = 0;
}

FIXTURE(hwpoison_host)
{
	struct vm *vm;
	struct vcpu *vcpu;
};

FIXTURE_SETUP(hwpoison_host)
{
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(!access(UNPOISON_PFN, W_OK), "no hwpoison injection in debugfs");
	REQUIRE(trace_available() && trace_has_event(SPTE_EVENT), "no KVM MMU tracepoints");
	self->vm = vm_create(VM_TYPE_DEFAULT);
	self->vcpu = vcpu_create(self->vm);
}

FIXTURE_TEARDOWN(hwpoison_host)
{
	vm_free(self->vm);
	EXPECT_OK(unpoison_now());
}

/*
 * EXIT-6: where the host has a guest_memfd mapped, madvise() can poison its
 * page, and says EBUSY when it has. The host gets SIGBUS there; the guest's exit
 * is as without a mapping. Punching brings a good page, which the mapping that
 * met the bad one does not see, but a new one does. Needs: alone. Red: mutant
 * exit-poison-is-efault.
 */
TEST_F(hwpoison_host, madvise_poisons_a_mapped_page_though_it_reports_ebusy)
{
	struct host_fault fault;
	char *page;
	u64 pfn;
	int fd;

	REQUIRE((gmem_supported_flags(self->vm) & SHARED_FLAGS) == SHARED_FLAGS,
		"no shared guest_memfd");
	fd = gmem_create(self->vm, SLOT_SIZE, SHARED_FLAGS);
	memslot_add_gmem(self->vm, TEST_GPA, SLOT_SIZE, fd, 0);
	pfn = fault_in_and_find_pfn(self->vcpu, BAD_GPA);
	page = gmem_mmap(fd, PAGE_SIZE, PAGE_SIZE);
	EXPECT_EQ(0, host_try_read(page).signal);
	/* The process may be told right away of what it has lost. */
	catch_sigbus();
	unpoison_at_exit(pfn, fd, NULL);
	EXPECT_SYSCALL_ERRNO(EBUSY, madvise(page, PAGE_SIZE, MADV_HWPOISON));

	fault = host_try_read(page);
	EXPECT_EQ(SIGBUS, fault.signal);
	EXPECT_EQ(BUS_MCEERR_AR, fault.code);
	EXPECT_EQ(page, fault.address);
	vcpu_call(self->vcpu, guest_read_u64, BAD_GPA);
	EXPECT_POISON(vcpu_run(self->vcpu), 0);

	gmem_punch_hole(fd, PAGE_SIZE, PAGE_SIZE);
	EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
	munmap(page, PAGE_SIZE);
	page = gmem_mmap(fd, PAGE_SIZE, PAGE_SIZE);
	EXPECT_EQ(0, host_try_read(page).signal);
	munmap(page, PAGE_SIZE);
	close(fd);
}

/*
 * EXIT-6: memory by userspace_addr is userspace's: the vCPU's thread gets SIGBUS
 * with the address, and KVM_RUN ends as for any signal. Red: mutant
 * exit-hva-poison-is-efault.
 */
TEST_F(hwpoison_host, poisoned_userspace_page_raises_sigbus)
{
	struct memslot *slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);
	void *page = memslot_hva(slot, BAD_GPA);
	u64 pfn;
	int i;

	vcpu_call_done(self->vcpu, guest_fill_pages, BAD_GPA, 1, PAGE_PRIVATE, 1);
	catch_sigbus();
	ASSERT_EQ(0, madvise(page, PAGE_SIZE, MADV_HWPOISON));
	/* Not before: compaction for another case moves such pages. */
	ASSERT_TRUE(pagemap_read_pfns(page, 1, &pfn));
	unpoison_at_exit(pfn, -1, page);

	vcpu_call(self->vcpu, guest_read_u64, BAD_GPA + 8);
	for (i = 0; i < 2; i++) {
		sigbus.nr = 0;
		EXPECT_ERRNO(EINTR, vcpu_run(self->vcpu).ret);
		EXPECT_EQ(1, sigbus.nr);
		EXPECT_EQ(BUS_MCEERR_AR, sigbus.code);
		EXPECT_EQ(page, sigbus.address);
	}

	ASSERT_EQ(page, mmap(page, PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
}

GMEM_TEST_MAIN
