// SPDX-License-Identifier: GPL-2.0
// Breaks: A bad pointer gives EINVAL.
// Origin: plausible
// Behaviours: ATTR-1
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
-r = -EFAULT;
+r = -EINVAL;
if (copy_from_user(&attrs, argp, sizeof(attrs))) goto out;
