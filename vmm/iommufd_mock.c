// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fail.h"
#include "vmm/iommufd_mock.h"

enum {
	OP_MOCK_DOMAIN = 2,
	OP_CHECK_MAP = 3,
	OP_CHECK_REFS = 4,
	OP_CREATE_ACCESS = 5,
	OP_ACCESS_RW = 8,
};

#define ACCESS_RW_WRITE		(1 << 0)
#define ACCESS_RW_SLOW_PATH	(1 << 2)

struct mock_cmd {
	u32 size;
	u32 op;
	u32 id;
	u32 reserved;
	union {
		struct {
			u32 out_device_id;
			u32 out_hwpt_id;
			u32 out_idev_id;
		} mock_domain;
		struct {
			u64 iova;
			u64 length;
			u64 uptr;
		} check_map;
		struct {
			u64 length;
			u64 uptr;
			u32 refs;
		} check_refs;
		struct {
			u32 out_access_fd;
			u32 flags;
		} create_access;
		struct {
			u64 iova;
			u64 length;
			u64 uptr;
			u32 flags;
		} access_rw;
		u64 pad[6];		/* as large as the kernel's */
	};
	u32 last;
};

#define MOCK_CMD	_IO(IOMMUFD_TYPE, IOMMUFD_CMD_BASE + 32)

static int mock_ioctl(const struct ioas *ioas, struct mock_cmd *cmd)
{
	cmd->size = sizeof(*cmd);
	return ioas_ioctl(ioas, MOCK_CMD, cmd);
}

bool iommufd_mock_available(void)
{
	struct mock_cmd cmd = { .op = 0 };
	struct ioas ioas;
	int ret;

	if (!ioas_available())
		return false;
	ioas_open(&ioas);
	ret = mock_ioctl(&ioas, &cmd);
	ioas_close(&ioas);
	return ret == -EOPNOTSUPP;	/* it knows no such operation, but the ioctl */
}

int __iommufd_mock_attach(struct iommufd_mock *m, const struct ioas *ioas)
{
	struct mock_cmd cmd = { .op = OP_MOCK_DOMAIN, .id = ioas->id };
	struct mock_cmd access = { .op = OP_CREATE_ACCESS, .id = ioas->id };
	int ret = mock_ioctl(ioas, &cmd);

	*m = (struct iommufd_mock){ .ioas = ioas, .access_fd = -1 };
	if (ret)
		return ret;
	m->device_id = cmd.mock_domain.out_device_id;
	m->hwpt_id = cmd.mock_domain.out_hwpt_id;
	MUST(mock_ioctl(ioas, &access));
	m->access_fd = access.create_access.out_access_fd;
	return 0;
}

void iommufd_mock_attach(struct iommufd_mock *m, const struct ioas *ioas)
{
	MUST(__iommufd_mock_attach(m, ioas));
}

int __iommufd_mock_check_map(const struct iommufd_mock *m, u64 iova, const void *hva, u64 size)
{
	struct mock_cmd cmd = {
		.op = OP_CHECK_MAP,
		.id = m->hwpt_id,
		.check_map = { .iova = iova, .length = size, .uptr = (u64)(unsigned long)hva },
	};

	return mock_ioctl(m->ioas, &cmd);
}

int __iommufd_mock_check_pins(const struct ioas *ioas, const void *hva, u64 size, u32 nr)
{
	struct mock_cmd cmd = {
		.op = OP_CHECK_REFS,
		.check_refs = { .length = size, .uptr = (u64)(unsigned long)hva, .refs = nr },
	};

	return mock_ioctl(ioas, &cmd);
}

static int access_rw(const struct iommufd_mock *m, u64 iova, const void *buf, u64 size,
		     u32 flags)
{
	struct mock_cmd cmd = {
		.op = OP_ACCESS_RW,
		.id = m->access_fd,
		.access_rw = {
			.iova = iova,
			.length = size,
			.uptr = (u64)(unsigned long)buf,
			.flags = flags,
		},
	};

	return mock_ioctl(m->ioas, &cmd);
}

int __iommufd_mock_read(const struct iommufd_mock *m, u64 iova, void *buf, u64 size)
{
	return access_rw(m, iova, buf, size, ACCESS_RW_SLOW_PATH);
}

int __iommufd_mock_write(const struct iommufd_mock *m, u64 iova, const void *buf, u64 size)
{
	return access_rw(m, iova, buf, size, ACCESS_RW_SLOW_PATH | ACCESS_RW_WRITE);
}

void iommufd_mock_fail_quietly(void)
{
	static const char path[] = "/sys/kernel/debug/fail_iommufd/verbose";
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	FAIL_UNLESS(fd >= 0 && write(fd, "0", 1) == 1, "write %s: %s", path, errno_name(errno));
	close(fd);
}
