// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "fail.h"
#include "gmem.h"
#include "vm.h"

int __gmem_create(struct vm *vm, u64 size, u64 flags)
{
	struct kvm_create_guest_memfd args = { .size = size, .flags = flags };

	return vm_ioctl(vm, KVM_CREATE_GUEST_MEMFD, &args);
}

int gmem_create(struct vm *vm, u64 size, u64 flags)
{
	int fd = __gmem_create(vm, size, flags);

	FAIL_UNLESS(fd >= 0, "guest_memfd of %#llx bytes, flags %#llx: %s", size, flags,
		    errno_name(-fd));
	return fd;
}

int __gmem_allocate(int fd, u64 offset, u64 size)
{
	return fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, size) ? -errno : 0;
}

void gmem_allocate(int fd, u64 offset, u64 size)
{
	int ret = __gmem_allocate(fd, offset, size);

	FAIL_UNLESS(!ret, "allocate gmem %d [%#llx, +%#llx): %s", fd, offset, size,
		    errno_name(-ret));
}

int __gmem_punch_hole(int fd, u64 offset, u64 size)
{
	int mode = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE;

	return fallocate(fd, mode, offset, size) ? -errno : 0;
}

void gmem_punch_hole(int fd, u64 offset, u64 size)
{
	int ret = __gmem_punch_hole(fd, offset, size);

	FAIL_UNLESS(!ret, "punch a hole in gmem %d [%#llx, +%#llx): %s", fd, offset, size,
		    errno_name(-ret));
}

long __gmem_mmap(int fd, u64 offset, u64 size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	return p == MAP_FAILED ? -errno : (long)p;
}

void *gmem_mmap(int fd, u64 offset, u64 size)
{
	return (void *)MUST(__gmem_mmap(fd, offset, size));
}

u64 gmem_supported_flags(struct vm *vm)
{
	return vm_cap(vm, KVM_CAP_GUEST_MEMFD_FLAGS);
}
