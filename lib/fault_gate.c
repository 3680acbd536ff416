// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "case_limit.h"
#include "fail.h"
#include "fault_gate.h"
#include "vcpu_thread.h"

static int new_uffd(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	int fd = syscall(__NR_userfaultfd, O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (!ioctl(fd, UFFDIO_API, &api))
		return fd;
	close(fd);
	return -EINVAL;
}

bool fault_gate_available(void)
{
	int fd = new_uffd();

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void fault_gate_close(struct fault_gate *gate, void *page)
{
	struct uffdio_register reg = {
		.range = { .start = (unsigned long)page, .len = PAGE_SIZE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	gate->fd = MUST(new_uffd());
	gate->page = page;
	FAIL_UNLESS(!ioctl(gate->fd, UFFDIO_REGISTER, &reg), "register a page with userfaultfd: %s",
		    errno_name(errno));
}

void fault_gate_wait(struct fault_gate *gate)
{
	struct pollfd pfd = { .fd = gate->fd, .events = POLLIN };
	struct uffd_msg msg;
	int ret;

	do {
		ret = poll(&pfd, 1, wait_limit_seconds() * 1000);
	} while (ret < 0 && errno == EINTR);
	FAIL_UNLESS(ret == 1, "nobody came to the fault gate in %d s", wait_limit_seconds());
	FAIL_UNLESS(read(gate->fd, &msg, sizeof(msg)) == sizeof(msg) &&
		    msg.event == UFFD_EVENT_PAGEFAULT, "no page fault from userfaultfd");
}

void fault_gate_open(struct fault_gate *gate)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (unsigned long)gate->page, .len = PAGE_SIZE },
	};

	FAIL_UNLESS(!ioctl(gate->fd, UFFDIO_ZEROPAGE, &zero) || errno == EEXIST,
		    "open the fault gate: %s", errno_name(errno));
	close(gate->fd);
	gate->fd = -1;
}
