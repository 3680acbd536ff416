/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fixtures for tests of guest_memfd as a file: one variant per VM type, or one
 * per kind of file. The VMs have no memory and no vCPU. After harness.h.
 *
 * A case that makes refused calls sets self->watch; it then leaves no descriptor and no
 * mapping that would keep the VM, as the teardown looks whether something does.
 */
#ifndef KVM_GMEM_GMEM_FIXTURE_H
#define KVM_GMEM_GMEM_FIXTURE_H

#include <unistd.h>

#include "gmem.h"
#include "gmem_pages.h"
#include "kernel_version.h"
#include "refusal.h"
#include "vm.h"

/* The type for files whose VM does not matter: 6.8 to 6.17 give only one a gmem. */
static inline unsigned long gmem_any_vm_type(void)
{
	struct vm *vm = vm_create_bare(VM_TYPE_DEFAULT);
	int has_gmem = vm_cap(vm, KVM_CAP_GUEST_MEMFD);
	long private_type = vm_private_type();

	vm_free(vm);
	return has_gmem || private_type < 0 ? VM_TYPE_DEFAULT : private_type;
}

/* self->vm is a VM of the default type, or of the one with private memory. */
#define FIXTURE_GMEM_VM_TYPES(name)						\
	FIXTURE(name) {								\
		struct vm *vm;							\
		struct refusal_watch *watch;					\
	};									\
	FIXTURE_VARIANT(name) {							\
		bool has_private;						\
	};									\
	FIXTURE_VARIANT_ADD(name, default_vm) {					\
		.has_private = false,						\
	};									\
	FIXTURE_VARIANT_ADD(name, private_vm) {					\
		.has_private = true,						\
	};									\
	FIXTURE_SETUP(name)							\
	{									\
		REQUIRE(kvm_cap(KVM_CAP_GUEST_MEMFD), "no guest_memfd");	\
		REQUIRE(!variant->has_private || vm_private_type() >= 0,	\
			"no VM type with private memory");			\
		self->vm = vm_create_bare(variant->has_private ?		\
					  vm_private_type() : VM_TYPE_DEFAULT);	\
		REQUIRE(vm_cap(self->vm, KVM_CAP_GUEST_MEMFD),			\
			"no guest_memfd for this VM type (before 6.18)");	\
	}									\
	FIXTURE_TEARDOWN(name)							\
	{									\
		vm_free(self->vm);						\
		EXPECT_NOT_HELD(self->watch);					\
		refusal_watch_free(self->watch);				\
	}									\
	extern int fixture_end_##name

#define GMEM_KIND_NR_PAGES	16
#define GMEM_KIND_SIZE		(GMEM_KIND_NR_PAGES * PAGE_SIZE)

/*
 * self->fd is an empty file of GMEM_KIND_SIZE bytes with the flags of the
 * variant; the variants are added by one of the macros below.
 */
#define FIXTURE_GMEM(name)							\
	FIXTURE(name) {								\
		struct vm *vm;							\
		int fd;								\
		struct refusal_watch *watch;					\
	};									\
	FIXTURE_VARIANT(name) {							\
		u64 flags;							\
	};									\
	FIXTURE_SETUP(name)							\
	{									\
		self->fd = -1;							\
		REQUIRE(kvm_cap(KVM_CAP_GUEST_MEMFD), "no guest_memfd");	\
		self->vm = vm_create_bare(gmem_any_vm_type());			\
		REQUIRE(!(variant->flags & ~gmem_supported_flags(self->vm)),	\
			"no guest_memfd with these flags (before 6.18)");	\
		self->fd = gmem_create(self->vm, GMEM_KIND_SIZE, variant->flags); \
	}									\
	FIXTURE_TEARDOWN(name)							\
	{									\
		if (self->fd >= 0)						\
			close(self->fd);					\
		vm_free(self->vm);						\
		EXPECT_NOT_HELD(self->watch);					\
		refusal_watch_free(self->watch);				\
	}									\
	extern int fixture_end_##name

/* For a case with FIXTURE_GMEM, when the file is as the refused calls find it. */
static inline struct refusal_watch *gmem_kind_watch(struct vm *vm, int fd)
{
	return refusal_watch_create(vm, (struct refusal_scope){
		.fd = fd, .file_pages = GMEM_KIND_NR_PAGES,
	});
}

/* A file that cannot be mapped, */
#define GMEM_KIND_NO_MMAP(name)							\
	FIXTURE_VARIANT_ADD(name, no_mmap) {					\
		.flags = 0,							\
	}

/* one that can, but is private, */
#define GMEM_KIND_MMAP_PRIVATE(name)						\
	FIXTURE_VARIANT_ADD(name, mmap_private) {				\
		.flags = GUEST_MEMFD_FLAG_MMAP,					\
	}

/* and one whose memory is the host's too. */
#define GMEM_KIND_MMAP_SHARED(name)						\
	FIXTURE_VARIANT_ADD(name, mmap_shared) {				\
		.flags = GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED,	\
	}

/* All of them. */
#define FIXTURE_GMEM_KINDS(name)						\
	FIXTURE_GMEM(name);							\
	GMEM_KIND_NO_MMAP(name);						\
	GMEM_KIND_MMAP_PRIVATE(name);						\
	GMEM_KIND_MMAP_SHARED(name)

#endif
