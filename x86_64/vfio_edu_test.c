// SPDX-License-Identifier: GPL-2.0
/*
 * A device that is assigned to a VM with private memory, and does real DMA: into what
 * the guest shares, and into what it does not.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "case_limit.h"
#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "page_pattern.h"
#include "vcpu_thread.h"
#include "vm.h"
#include "vmm/edu.h"
#include "vmm/guest_convert.h"
#include "vmm/ioas_listener.h"

#define NR_PAGES	16
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define HALF		EDU_MAX_TRANSFER

struct machine {
	struct vm *vm;
	struct vcpu *vcpu;
	struct ram_block *block;
	struct ioas ioas;
	struct ioas_listener listener;
	struct edu edu;
	u64 faults;		/* that there should have been */
};

static void machine_open(struct machine *m, struct vm *vm, u32 block_flags, enum ioas_style style)
{
	m->vm = vm;
	m->vcpu = vcpu_create(vm);
	m->block = ram_block_create(vm, "ram", TEST_GPA, SIZE, BACKING_ANON, block_flags);
	ioas_open(&m->ioas);
	ioas_listener_add(&m->listener, m->block, 0, SIZE, &m->ioas, style);
	edu_open(&m->edu, 0, &m->ioas);
	m->faults = iommu_fault_count();
}

/* Safe if it is all zeros. */
static void machine_close(struct machine *m)
{
	if (m->edu.pci.bar0)
		edu_close(&m->edu);
	ioas_listener_remove(&m->listener);
	ioas_close(&m->ioas);
	vm_free(m->vm);
	ram_block_free(m->block);
}

FIXTURE(edu) {
	struct machine m;
};

FIXTURE_VARIANT(edu) {
	enum ioas_style style;
};

FIXTURE_VARIANT_ADD(edu, pagewise) { IOAS_PAGEWISE };
FIXTURE_VARIANT_ADD(edu, coalesced) { IOAS_COALESCED };

FIXTURE_SETUP(edu)
{
	REQUIRE_EDU();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	machine_open(&self->m, vm_create(vm_private_type()), 0, variant->style);
}

FIXTURE_TEARDOWN(edu)
{
	machine_close(&self->m);
}

static u64 gpa_of(u64 page)
{
	return TEST_GPA + page * PAGE_SIZE;
}

static char *hva_of(const struct machine *m, u64 page)
{
	return m->block->hva + page * PAGE_SIZE;
}

#define GUEST(m, ...) vcpu_call_done((m)->vcpu, ##__VA_ARGS__)

/* The half of a page that the device transfers: of the guest's pattern in @page. */
static const char *half_complaint(const char *half, u64 page, u64 gen)
{
	static char text[128];
	u64 i, found, expected;

	for (i = 0; i < HALF / sizeof(u64); i++) {
		found = ((const u64 *)half)[i];
		expected = page_pattern_word(PAGE_SHARED, gpa_of(page) / PAGE_SIZE, gen, i);
		if (found == expected)
			continue;
		snprintf(text, sizeof(text), "word %llu: expected %#llx, got %#llx", i, expected,
			 found);
		return text;
	}
	return NULL;
}

#define EXPECT_HALF(hva, page, gen) __EXPECT_NO_COMPLAINT(half_complaint(hva, page, gen), 0)

/*
 * DMA-1: what the guest wrote to a shared page the device reads, and what the device
 * writes to another the guest and the host read; not a byte beside it. Red: library's
 * mutant wrong-hva.
 * Needs: vm=edu, alone.
 */
TEST_F(edu, device_and_guest_see_each_others_bytes)
{
	struct machine *m = &self->m;

	GUEST(m, guest_fill_pages, gpa_of(0), NR_PAGES, PAGE_SHARED, 1);
	edu_read(&m->edu, gpa_of(3), HALF);
	edu_write(&m->edu, gpa_of(9) + HALF, HALF);
	EXPECT_HALF(hva_of(m, 9) + HALF, 3, 1);
	EXPECT_HALF(hva_of(m, 9), 9, 1);
	/* The guest sees the same: its copy to where it came from changes nothing. */
	GUEST(m, guest_bounce, gpa_of(3), gpa_of(9) + HALF, HALF);
	GUEST(m, guest_check_pages, gpa_of(0), 9, PAGE_SHARED, 1);
	GUEST(m, guest_check_pages, gpa_of(10), NR_PAGES - 10, PAGE_SHARED, 1);
	iommu_fault_expect(m->faults);
}

/* The kernel's messages from now on. */
static int open_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	FAIL_UNLESS(fd >= 0 && lseek(fd, 0, SEEK_END) >= 0, "open /dev/kmsg: %s",
		    errno_name(errno));
	return fd;
}

/* The next message that has @word in it; NULL if none comes. */
static const char *find_message(int fd, const char *word)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	static char line[1024];
	ssize_t len;

	while (poll(&poll_fd, 1, wait_limit_seconds() * 1000) == 1) {
		len = read(fd, line, sizeof(line) - 1);
		if (len < 0)
			return NULL;
		line[len] = '\0';
		line[strcspn(line, "\n")] = '\0';
		if (strstr(line, word))
			return strchr(line, ';') + 1;
	}
	return NULL;
}

/* The text behind @start, if @text begins with it, else NULL. */
static const char *skip(const char *text, const char *start)
{
	return text && !strncmp(text, start, strlen(start)) ? text + strlen(start) : NULL;
}

/* The fault that a transfer caused, in the log: its kind, the device and the address. */
static const char *fault_complaint(struct machine *m, int log, const char *kind, u64 gpa)
{
	const char *message = find_message(log, "fault addr"), *rest;
	const char *device = skip(m->edu.pci.name, "0000:") ?: m->edu.pci.name;
	static char text[512];
	char want[2][64];

	iommu_fault_expect(++m->faults);
	snprintf(want[0], sizeof(want[0]), "DMAR: [%s NO_PASID] Request device [", kind);
	snprintf(want[1], sizeof(want[1]), "%s] fault addr %#llx ", device, gpa);
	/* Older kernels name the device without its segment. */
	rest = skip(message, want[0]);
	rest = skip(rest, "0000:") ?: rest;
	if (skip(rest, want[1]))
		return NULL;
	snprintf(text, sizeof(text), "expected \"%s%s\", got \"%s\"", want[0], want[1],
		 message ? message : "nothing");
	return text;
}

#define EXPECT_FAULT(m, log, kind, gpa) \
	__EXPECT_NO_COMPLAINT(fault_complaint(m, log, kind, gpa), 0)

/*
 * DMA-1: the device's access to a page that has become private faults, and the kernel
 * counts it; the guest's bytes stay, no shared memory comes back, and the device has
 * learnt nothing. When the page is shared again, the device can use it.
 * Red: library's mutant unmap-omitted.
 * Needs: vm=edu, alone.
 */
TEST_F(edu, private_page_faults_and_works_again_when_shared)
{
	struct machine *m = &self->m;
	u64 gpa = gpa_of(5);

	GUEST(m, guest_fill_pages, gpa_of(0), NR_PAGES, PAGE_SHARED, 1);
	edu_read(&m->edu, gpa_of(3), HALF);
	ram_block_convert(m->block, gpa, PAGE_SIZE, true);
	GUEST(m, guest_fill_pages, gpa, 1, PAGE_PRIVATE, 2);

	edu_write(&m->edu, gpa, HALF);
	iommu_fault_expect(++m->faults);
	edu_read(&m->edu, gpa, HALF);
	iommu_fault_expect(++m->faults);
	GUEST(m, guest_check_pages, gpa, 1, PAGE_PRIVATE, 2);
	EXPECT_EQ(0, ram_block_count_shared(m->block, gpa, PAGE_SIZE));

	/* What it has now is what QEMU gives for an access that fails. */
	edu_write(&m->edu, gpa_of(6), HALF);
	EXPECT_FILLED(0, hva_of(m, 6), HALF);
	edu_read(&m->edu, gpa_of(3), HALF);
	ram_block_convert(m->block, gpa, PAGE_SIZE, false);
	edu_write(&m->edu, gpa, HALF);
	EXPECT_HALF(hva_of(m, 5), 3, 1);
	GUEST(m, guest_check_pages, gpa_of(0), 5, PAGE_SHARED, 1);
	GUEST(m, guest_check_pages, gpa_of(7), NR_PAGES - 7, PAGE_SHARED, 1);
	iommu_fault_expect(m->faults);
}

/*
 * DMA-2: without the unmapping, the same device writes to the freed page: nothing
 * faults, and neither guest nor host ever see the bytes. With it, in whatever order
 * pages come and go, the device has the page that the guest has. Red: library's mutants
 * unmap-omitted (of its coordinated half), wrong-hva.
 * Needs: vm=edu, alone.
 */
TEST_F(edu, uncoordinated_discard_leaves_the_device_the_old_page)
{
	struct machine *m = &self->m;
	u64 gpa = gpa_of(5);

	GUEST(m, guest_fill_pages, gpa_of(0), NR_PAGES, PAGE_SHARED, 1);
	edu_read(&m->edu, gpa_of(3), HALF);
	/* What a VMM did that converts and frees, and whose devices do not listen. */
	mem_attrs_set_private(m->vm, gpa, PAGE_SIZE);
	ASSERT_EQ(0, madvise(hva_of(m, 5), PAGE_SIZE, MADV_DONTNEED));
	mem_attrs_set_shared(m->vm, gpa, PAGE_SIZE);
	edu_write(&m->edu, gpa, HALF);
	GUEST(m, guest_check_zero, gpa, 1);
	GUEST(m, guest_fill_pages, gpa, 1, PAGE_SHARED, 2);
	edu_read(&m->edu, gpa, HALF);
	edu_write(&m->edu, gpa_of(6), HALF);
	EXPECT_HALF(hva_of(m, 6), 3, 1);
	iommu_fault_expect(m->faults);

	ram_block_convert(m->block, gpa, PAGE_SIZE, true);
	ram_block_convert(m->block, gpa, PAGE_SIZE, false);
	GUEST(m, guest_fill_pages, gpa, 1, PAGE_SHARED, 3);
	edu_read(&m->edu, gpa, HALF);
	edu_write(&m->edu, gpa_of(6), HALF);
	EXPECT_HALF(hva_of(m, 6), 5, 3);
	iommu_fault_expect(m->faults);
}

FIXTURE(edu_in_place) {
	struct machine m;
};

FIXTURE_SETUP(edu_in_place)
{
	struct vm *vm;

	REQUIRE_EDU();
	vm = vm_create(VM_TYPE_DEFAULT);
	REQUIRE(gmem_supported_flags(vm) & GUEST_MEMFD_FLAG_INIT_SHARED,
		"no shared guest_memfd (before 6.18)");
	machine_open(&self->m, vm, RAM_BLOCK_IN_PLACE, IOAS_PAGEWISE);
}

FIXTURE_TEARDOWN(edu_in_place)
{
	machine_close(&self->m);
}

/*
 * DMA-4: the device uses the pages of a guest_memfd that host and guest share. To take
 * some away KVM refuses for this VM type, and the device gets its mapping back.
 * Red: library's mutant no-undo.
 * Needs: vm=edu, alone.
 */
TEST_F(edu_in_place, device_uses_the_pages_of_a_shared_gmem)
{
	struct machine *m = &self->m;

	GUEST(m, guest_fill_pages, gpa_of(0), NR_PAGES, PAGE_SHARED, 1);
	EXPECT_ERRNO(EINVAL, __ram_block_convert(m->block, gpa_of(3), PAGE_SIZE, true));
	edu_read(&m->edu, gpa_of(3), HALF);
	edu_write(&m->edu, gpa_of(9) + HALF, HALF);
	EXPECT_HALF(m->block->hva + 9 * PAGE_SIZE + HALF, 3, 1);
	EXPECT_EQ(NR_PAGES, ram_block_count_private(m->block, TEST_GPA, SIZE));
	iommu_fault_expect(m->faults);
}

FIXTURE(edu_log) {
	struct machine m;
};

FIXTURE_SETUP(edu_log)
{
	REQUIRE_EDU();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	machine_open(&self->m, vm_create(vm_private_type()), 0, IOAS_PAGEWISE);
}

FIXTURE_TEARDOWN(edu_log)
{
	machine_close(&self->m);
}

/*
 * DMA-1: the kernel's log has the faults, with kind, device and address: a private
 * page, and one that never was RAM. (It has three of them in five seconds: the rest is
 * suppressed, hence the boot.) Red: library's mutant unmap-omitted.
 * Needs: vm=edu, boot.
 */
TEST_F(edu_log, faults_are_in_the_log)
{
	struct machine *m = &self->m;
	int log = open_log();

	ram_block_convert(m->block, gpa_of(5), PAGE_SIZE, true);
	edu_write(&m->edu, gpa_of(5) + HALF, HALF);
	EXPECT_FAULT(m, log, "DMA Write", gpa_of(5));
	edu_read(&m->edu, gpa_of(5), HALF);
	EXPECT_FAULT(m, log, "DMA Read", gpa_of(5));
	edu_read(&m->edu, gpa_of(NR_PAGES), HALF);
	EXPECT_FAULT(m, log, "DMA Read", gpa_of(NR_PAGES));
	close(log);
}

GMEM_TEST_MAIN
