// SPDX-License-Identifier: GPL-2.0
/*
 * Which descriptors and which file ranges a slot can be bound to. The set-up makes
 * and deletes a slot that is right in all respects; the refused ones differ from it
 * in one. After every refusal slots, bindings and descriptors are as they were.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "gmem.h"
#include "harness.h"
#include "memslot.h"
#include "refusal.h"
#include "vm.h"

#define SLOT		1
#define FILE_PAGES	8
#define FILE_SIZE	(FILE_PAGES * PAGE_SIZE)

FIXTURE(memslot_bind) {
	struct vm *vm;
	void *hva;
	int gmem;
	struct refusal_watch *watch;
};

FIXTURE_VARIANT(memslot_bind) {
	bool private_type;
};

FIXTURE_VARIANT_ADD(memslot_bind, default_vm) {
	.private_type = false,
};

FIXTURE_VARIANT_ADD(memslot_bind, private_vm) {
	.private_type = true,
};

static int bind_fd(FIXTURE_DATA(memslot_bind) * self, int fd)
{
	return __memslot_set2(self->vm, SLOT, KVM_MEM_GUEST_MEMFD, TEST_GPA, FILE_SIZE,
			      self->hva, fd, 0);
}

static int bind_range(FIXTURE_DATA(memslot_bind) * self, u64 offset, u64 size)
{
	return __memslot_set2(self->vm, SLOT, KVM_MEM_GUEST_MEMFD, TEST_GPA, size,
			      self->hva, self->gmem, offset);
}

static int delete(FIXTURE_DATA(memslot_bind) * self)
{
	return __memslot_set1(self->vm, SLOT, 0, TEST_GPA, 0, self->hva);
}

static struct refusal_watch *watch(struct vm *vm, int gmem)
{
	return refusal_watch_create(vm, (struct refusal_scope){
		.fd = gmem, .file_pages = FILE_PAGES,
		.gpa = TEST_GPA, .guest_pages = 2 * FILE_PAGES,
	});
}

FIXTURE_SETUP(memslot_bind)
{
	long type = variant->private_type ? vm_private_type() : VM_TYPE_DEFAULT;

	REQUIRE(type >= 0, "no VM type with private memory");
	self->vm = vm_create_bare(type);
	REQUIRE(vm_cap(self->vm, KVM_CAP_GUEST_MEMFD),
		"no guest_memfd for this VM type (before 6.18)");
	self->hva = backing_map(BACKING_ANON, 2 * FILE_SIZE);
	self->gmem = gmem_create(self->vm, FILE_SIZE, 0);
	self->watch = watch(self->vm, self->gmem);
	ASSERT_OK(bind_fd(self, self->gmem));
	ASSERT_OK(delete(self));
}

FIXTURE_TEARDOWN(memslot_bind)
{
	if (self->watch)
		close(self->gmem);
	vm_free(self->vm);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

/*
 * BIND-2: what is no guest_memfd is refused, were it KVM's own or memory. (A memfd
 * was to be private memory in early proposals.)
 * Red: mutant bind-any-file, mutant bind-err-keeps-file (at the teardown).
 */
TEST_F(memslot_bind, other_kinds_of_file_are_refused)
{
	int vcpu = MUST(vm_ioctl(self->vm, KVM_CREATE_VCPU, NULL));
	int stats = MUST(vm_ioctl(self->vm, KVM_GET_STATS_FD, NULL));
	int memfd = memfd_create("memory", MFD_CLOEXEC);
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int event = eventfd(0, EFD_CLOEXEC);
	int ends[2];
	size_t i;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	ASSERT_EQ(0, ftruncate(memfd, FILE_SIZE));
	refusal_watch_renew(self->watch);

	const struct {
		const char *what;
		int fd;
	} others[] = {
		{ "/dev/kvm", kvm }, { "VM", self->vm->fd }, { "vCPU", vcpu },
		{ "statistics", stats }, { "memfd", memfd }, { "program", exe },
		{ "directory", dir }, { "/dev/null", null }, { "eventfd", event },
		{ "socket", ends[0] },
	};

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		ASSERT_LE(0, others[i].fd) {
			TH_LOG("%s cannot be opened", others[i].what);
		}
		EXPECT_REFUSED(self->watch, EINVAL, bind_fd(self, others[i].fd)) {
			TH_LOG("a descriptor of: %s", others[i].what);
		}
	}
	close(vcpu);
	close(stats);
}

/*
 * BIND-2: a file belongs to the VM that made it.
 * Red: mutant bind-foreign-vm, mutant bind-err-keeps-file.
 */
TEST_F(memslot_bind, file_of_another_vm_is_refused)
{
	struct vm *other = vm_create_bare(self->vm->type);
	int other_gmem = gmem_create(other, FILE_SIZE, 0);
	struct refusal_watch *w = watch(other, other_gmem);

	refusal_watch_renew(self->watch);
	EXPECT_REFUSED(self->watch, EINVAL, bind_fd(self, other_gmem));
	EXPECT_UNCHANGED(w);
	EXPECT_REFUSED(w, EINVAL, __memslot_set2(other, SLOT, KVM_MEM_GUEST_MEMFD, TEST_GPA,
						 FILE_SIZE, self->hva, self->gmem, 0));
	EXPECT_UNCHANGED(self->watch);
	EXPECT_OK(__memslot_set2(other, SLOT, KVM_MEM_GUEST_MEMFD, TEST_GPA, FILE_SIZE,
				 self->hva, other_gmem, 0));
	close(other_gmem);
	vm_free(other);
	EXPECT_NOT_HELD(w);
	refusal_watch_free(w);
}

/*
 * BIND-2: numbers that are no descriptor, and one that gives no access to its file.
 * Red: mutant bind-errno-fd.
 */
TEST_F(memslot_bind, bad_descriptors_are_refused)
{
	int closed = gmem_create(self->vm, FILE_SIZE, 0);
	int path = open("/proc/self/exe", O_PATH | O_CLOEXEC);

	ASSERT_LE(0, path);
	ASSERT_EQ(0, close(closed));
	refusal_watch_renew(self->watch);
	EXPECT_REFUSED(self->watch, EBADF, bind_fd(self, -1));
	EXPECT_REFUSED(self->watch, EBADF, bind_fd(self, INT_MAX));
	EXPECT_REFUSED(self->watch, EBADF, bind_fd(self, INT_MIN));
	EXPECT_REFUSED(self->watch, EBADF, bind_fd(self, closed));
	EXPECT_REFUSED(self->watch, EBADF, bind_fd(self, path));
	close(path);
}

/*
 * BIND-3: the offset is a multiple of the page size; it is not rounded.
 * Red: mutant bind-offset-rounded.
 */
TEST_F(memslot_bind, unaligned_offset_is_refused)
{
	const u64 offsets[] = {
		1, 8, 512, PAGE_SIZE / 2, PAGE_SIZE - 1, PAGE_SIZE + 1, 2 * PAGE_SIZE - 1,
		FILE_SIZE - PAGE_SIZE - 1, FILE_SIZE - 1, BIT_ULL(32) | 1, ~0ULL,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		EXPECT_REFUSED(self->watch, EINVAL, bind_range(self, offsets[i], PAGE_SIZE)) {
			TH_LOG("offset %#llx", offsets[i]);
		}
	}
}

/*
 * BIND-3: the range ends at the end of the file at the latest.
 * Red: mutant bind-eof-offset-only, mutant bind-err-keeps-file (at the teardown).
 */
TEST_F(memslot_bind, range_past_end_of_file_is_refused)
{
	const struct {
		u64 offset;
		u64 size;
	} past[] = {
		{ 0, FILE_SIZE + PAGE_SIZE },
		{ PAGE_SIZE, FILE_SIZE },
		{ FILE_SIZE - PAGE_SIZE, 2 * PAGE_SIZE },
		{ FILE_SIZE, PAGE_SIZE },
		{ FILE_SIZE + PAGE_SIZE, PAGE_SIZE },
		{ BIT_ULL(32), PAGE_SIZE },
		{ BIT_ULL(44), PAGE_SIZE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(past); i++) {
		EXPECT_REFUSED(self->watch, EINVAL,
			       bind_range(self, past[i].offset, past[i].size)) {
			TH_LOG("offset %#llx, size %#llx", past[i].offset, past[i].size);
		}
	}
	EXPECT_OK(bind_range(self, FILE_SIZE - PAGE_SIZE, PAGE_SIZE));
	EXPECT_OK(delete(self));
}

/*
 * BIND-3: offsets for which offset + size passes 2^63 or 2^64, up to a sum that is
 * a good end of file again. Kernels before 7.2 that lack the fix compare signed
 * numbers and take those from 2^63 - size on.
 * Red: mutant bind-signed-offset, mutant bind-no-wrap-check.
 */
TEST_F(memslot_bind, offset_near_the_end_of_numbers_is_refused)
{
	const u64 size = 4 * PAGE_SIZE;
	const u64 offsets[] = {
		BIT_ULL(62), BIT_ULL(63) - size, BIT_ULL(63) - PAGE_SIZE, BIT_ULL(63),
		BIT_ULL(63) + PAGE_SIZE, -FILE_SIZE, -size - PAGE_SIZE, -size,
		-size + PAGE_SIZE, -PAGE_SIZE,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		EXPECT_REFUSED(self->watch, EINVAL, bind_range(self, offsets[i], size)) {
			TH_LOG("offset %#llx, size %#llx", offsets[i], size);
		}
	}
}

/*
 * BIND-11: the address of the shared side is a user address and page aligned, up
 * to its end. Red: mutant bind-hva-unchecked.
 */
TEST_F(memslot_bind, shared_side_must_be_a_user_range)
{
	u64 hva = (u64)(unsigned long)self->hva;
	const u64 bad[] = {
		hva + 1, hva + PAGE_SIZE / 2, hva - 1, 1,
		/* No architecture has user addresses in the upper half, ... */
		BIT_ULL(63), BIT_ULL(63) | hva, -FILE_SIZE, -PAGE_SIZE,
		/* ... and a range that leaves the lower half or wraps is none. */
		BIT_ULL(63) - PAGE_SIZE, -FILE_SIZE + PAGE_SIZE,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_REFUSED(self->watch, EINVAL,
			       __memslot_set2(self->vm, SLOT, KVM_MEM_GUEST_MEMFD, TEST_GPA,
					      FILE_SIZE, (void *)(unsigned long)bad[i],
					      self->gmem, 0)) {
			TH_LOG("hva %#llx", bad[i]);
		}
	}
}

GMEM_TEST_MAIN
