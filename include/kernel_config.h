/* SPDX-License-Identifier: GPL-2.0 */
/* What the running kernel was configured with: what it must offer follows from that. */
#ifndef KVM_GMEM_KERNEL_CONFIG_H
#define KVM_GMEM_KERNEL_CONFIG_H

/*
 * 1 or 0: @option ("CONFIG_KVM") is y or m, or not. -ENOENT: nobody tells, that is,
 * neither /boot/config-RELEASE nor /lib/modules/RELEASE/config is there. The suite's
 * VM has the former if its kernel came with a configuration.
 */
int kernel_config_has(const char *option);

#endif
