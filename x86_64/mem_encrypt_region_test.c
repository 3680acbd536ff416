// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_MEMORY_ENCRYPT_REG_REGION and its opposite are about pinning the memory of
 * encrypted VMs (SEV). An early proposal for private memory would have given
 * them a second meaning; it was not taken, and attributes came instead.
 * Documentation/virt/kvm/api.rst, 4.111 and 4.112.
 */
#include "guest_mem.h"
#include "harness.h"
#include "memslot.h"
#include "refusal.h"
#include "vcpu.h"
#include "vm.h"

FIXTURE(mem_encrypt_region)
{
	struct vm *vm;
	struct vcpu *vcpu;
};

FIXTURE_VARIANT(mem_encrypt_region)
{
	bool private;
};

FIXTURE_VARIANT_ADD(mem_encrypt_region, default_vm) { .private = false };
FIXTURE_VARIANT_ADD(mem_encrypt_region, private_vm) { .private = true };

FIXTURE_SETUP(mem_encrypt_region)
{
	REQUIRE(!variant->private || vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(variant->private ? vm_private_type() : VM_TYPE_DEFAULT);
	self->vcpu = vcpu_create(self->vm);
}

FIXTURE_TEARDOWN(mem_encrypt_region)
{
	vm_free(self->vm);
}

/*
 * EXIT-12: no such ioctl, whatever the region; a pointer to none is told first.
 * Red: mutant exit-enc-region-ok.
 */
TEST_F(mem_encrypt_region, only_encrypted_vms_take_regions)
{
	struct memslot *slot = memslot_add(self->vm, TEST_GPA, PAGE_SIZE,
					   variant->private ? MEMSLOT_GMEM : 0);
	struct kvm_enc_region regions[] = {
		{ .addr = (u64)(unsigned long)slot->hva, .size = PAGE_SIZE },
		{ .addr = TEST_GPA, .size = PAGE_SIZE },
		{ .addr = 0, .size = 0 },
	};
	void *nowhere = backing_reserve(PAGE_SIZE);
	struct refusal_watch *w;
	size_t i;

	w = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = slot->gmem_fd, .file_pages = variant->private ? 1 : 0,
		.gpa = TEST_GPA, .guest_pages = 2, .vcpu = self->vcpu,
	});
	for (i = 0; i < ARRAY_SIZE(regions); i++) {
		EXPECT_REFUSED(w, ENOTTY, vm_ioctl(self->vm, KVM_MEMORY_ENCRYPT_REG_REGION,
						   &regions[i]));
		EXPECT_REFUSED(w, ENOTTY, vm_ioctl(self->vm, KVM_MEMORY_ENCRYPT_UNREG_REGION,
						   &regions[i]));
	}
	EXPECT_REFUSED(w, EFAULT, vm_ioctl(self->vm, KVM_MEMORY_ENCRYPT_REG_REGION, nowhere));
	EXPECT_REFUSED(w, EFAULT, vm_ioctl(self->vm, KVM_MEMORY_ENCRYPT_UNREG_REGION, nowhere));

	refusal_watch_free(w);

	/* The memory has stayed what it was: shared. */
	vcpu_call_done(self->vcpu, guest_write_u64, TEST_GPA, 0x1234);
	EXPECT_EQ(0x1234, *(u64 *)slot->hva);
}

GMEM_TEST_MAIN
