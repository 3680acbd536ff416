# SPDX-License-Identifier: GPL-2.0
# Guest code has no vector state, and its exceptions share the stack.
ARCH_CFLAGS := -mno-sse -mno-mmx -mno-80387 -mno-red-zone -fcf-protection=none
