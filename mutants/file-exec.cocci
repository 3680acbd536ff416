// SPDX-License-Identifier: GPL-2.0
// Breaks: The file may be mapped executable.
// Origin: plausible
// Behaviours: CREATE-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_init_mount(...)
{
	<...
-	kvm_gmem_mnt->mnt_flags |= MNT_NOEXEC;
+	kvm_gmem_mnt->mnt_sb->s_iflags &= ~SB_I_NOEXEC;
	...>
}
