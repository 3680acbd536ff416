// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <sys/utsname.h>

#include "fail.h"
#include "kernel_version.h"

bool kernel_at_least(unsigned int major, unsigned int minor)
{
	unsigned int running_major, running_minor;
	struct utsname uts;

	FAIL_UNLESS(!uname(&uts) &&
		    sscanf(uts.release, "%u.%u", &running_major, &running_minor) == 2,
		    "the kernel's release is not of the form N.N");
	return running_major > major || (running_major == major && running_minor >= minor);
}
