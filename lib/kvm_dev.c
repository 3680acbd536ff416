// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fail.h"
#include "kvm_dev.h"

static int dev_fd = -1;

int kvm_ioctl(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

int __kvm_dev_fd(void)
{
	int fd;

	if (dev_fd >= 0)
		return dev_fd;

	fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) {
		close(fd);
		return -EPROTO;
	}
	dev_fd = fd;
	return fd;
}

int kvm_dev_fd(void)
{
	return MUST(__kvm_dev_fd());
}

int kvm_cap(unsigned int cap)
{
	int fd = __kvm_dev_fd();
	int ret;

	if (fd < 0)
		return 0;
	ret = kvm_ioctl(fd, KVM_CHECK_EXTENSION, (void *)(unsigned long)cap);
	return ret < 0 ? 0 : ret;
}

u64 kvm_vm_types(void)
{
	u64 types = kvm_cap(KVM_CAP_VM_TYPES);

	/* Without the capability only the default type exists. */
	return types ? types : BIT_ULL(0);
}
