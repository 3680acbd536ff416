/* SPDX-License-Identifier: GPL-2.0 */
/* Parameters of the host's kernel modules, such as KVM's. */
#ifndef KVM_GMEM_MODULE_PARAM_H
#define KVM_GMEM_MODULE_PARAM_H

#include <stdbool.h>

/*
 * Whether a parameter that switches something is on: false, too, where there is no such
 * module or parameter. Asserts nothing.
 */
bool module_param_is_set(const char *module, const char *name);

#endif
