#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Edits a 7.3 source so that one kernel has many mutants of the attributes and of pre-fault,
# of which /sys/module/kvm/parameters/kvm_mutant switches one on.
use strict;
my $bad = 0;
sub edit { my ($f, @e) = @_; local $/; open(my $h, '<', $f) or die; my $s = <$h>; close $h;
  while (@e) { my ($n, $re, $to) = splice(@e, 0, 3); my $ok = 0;
    $s =~ s/$re/$ok++; $to->()/e; unless ($ok) { print "$n: no match\n"; $bad = 1; } }
  open($h, '>', $f); print $h $s; close $h; }
my $H = 'extern int kvm_mutant;'; sub M { "(kvm_mutant == $_[0])" }
edit('include/linux/kvm_host.h', 'decl', qr/(struct kvm_memory_slot \*gfn_to_memslot)/, sub { "$H\n$1" });
edit('virt/kvm/kvm_main.c',
 'def', qr/(\/\* Worst case buffer size)/, sub { "int kvm_mutant;\nmodule_param(kvm_mutant, int, 0644);\n$1" },
 '9', qr/(for \(i = start; )(entry && i < end; i\+\+\) \{\n\t\tr = xa_reserve)/, sub { "$1!".M(9)." && $2" },
 '11', qr/!\(kvm_mutant == 9\) && entry && /, sub { "!".M(9)." && (entry || ".M(11).") && " },
 '10', qr/r = xa_reserve\(&kvm->mem_attr_array, i, GFP_KERNEL_ACCOUNT\);/, sub { "r = ".M(10)." ? xa_err(xa_store(&kvm->mem_attr_array, i, entry, GFP_KERNEL_ACCOUNT)) : xa_reserve(&kvm->mem_attr_array, i, GFP_KERNEL_ACCOUNT);" },
 '12', qr/if \((kvm_range_has_memory_attributes\(kvm, start, end, ~0, attributes)\)\)/, sub { "if (!".M(12)." && $1))" },
 '13', qr/(range->size -= r;\n\t\t)(range->gpa \+= r;)/, sub { "$1if (!".M(13).") $2" },
 '14', qr/return full_size == range->size \? r : 0;/, sub { "if (".M(14).") return r < 0 ? r : 0;\n\tif (".M(23)." && r == -EINTR) return 0;\n\treturn full_size == range->size ? r : 0;" },
 '17', qr/if \(range->flags\)\n(\t\treturn -EINVAL;\n\n\tif \()(!PAGE_ALIGNED\(range->gpa\).*?<= range->gpa)\)/s, sub { "if (!".M(17)." && range->flags)\n$1!".M(17)." && ($2))" });
edit('arch/x86/kvm/mmu.h', '22', qr/(if \()(kvm_check_request\(KVM_REQ_MMU_FREE_OBSOLETE_ROOTS)/, sub { "$1!".M(22)." && $2" });
edit('virt/kvm/guest_memfd.c', '25', qr/flush \|= kvm_mmu_unmap_gfn_range\(kvm, &gfn_range\);/, sub { "if (!".M(25).") flush |= kvm_mmu_unmap_gfn_range(kvm, &gfn_range);" });
edit('arch/x86/kvm/mmu/mmu.c',
 '1', qr/(unsigned long attrs = kvm_get_memory_attributes\(kvm, gfn\);\n\n\t\t\tif \()(hugepage_has)/, sub { "$1!".M(1)." && $2" },
 '2', qr/(static void hugepage_set_mixed.*?disallow_lpage \|= )KVM_LPAGE_MIXED_FLAG/s, sub { "$1".M(2)." ? 0 : KVM_LPAGE_MIXED_FLAG" },
 '3', qr/(static void hugepage_clear_mixed.*?disallow_lpage &= ~)KVM_LPAGE_MIXED_FLAG/s, sub { "$1(".M(3)." ? 0 : KVM_LPAGE_MIXED_FLAG)" },
 '4', qr/\t\tif \(gfn < range->end &&\n/, sub { "\t\tif (!".M(4)." && gfn < range->end &&\n" },
 '5', qr/(gfn \+ nr_pages <= slot->base_gfn \+ slot->npages\) \{\n\t\t\t\tif \()(hugepage_has)/, sub { "$1(".M(5)." && !attrs) || $2" },
 '6', qr/(void kvm_mmu_init_memslot_memory_attributes.*?\{\n\tint level;\n\n\tif \()/s, sub { "$1".M(6)." || " },
 '7', qr/(static bool is_page_fault_stale\(.*?\)\n\{\n.*?\n\n)/s, sub { "$1\tif (".M(7).") return false;\n" },
 '8', qr/(\t\/\* Unmap the old attribute page\. \*\/\n)/, sub { "\tif (".M(26).") return false;\n\tif (".M(8).") {\n\t\trange->start = slot->base_gfn;\n\t\trange->end = slot->base_gfn + slot->npages;\n\t}\n$1" },
 '15', qr/(case RET_PF_EMULATE:\n\t\t)(return -ENOENT;)/, sub { "$1if (".M(15).") return 0;\n\t\t$2" },
 '16', qr/(\.nx_huge_page_workaround_enabled =\n\t\t\tis_nx_huge_page_enabled\(vcpu->kvm\),\n\n\t\t\.max_level = )(KVM_MAX_HUGEPAGE_LEVEL)/, sub { "$1".M(16)." && prefetch ? PG_LEVEL_4K : $2" },
 '18', qr/(static int kvm_tdp_page_prefault\(.*?\n\{\n\tint r;\n)/s, sub { "$1\tif (".M(18).") return 0;\n" },
 '19', qr/(u64 error_code = PFERR_GUEST_FINAL_MASK)(;\n\tu8 level)/, sub { "$1 | (".M(19)." ? PFERR_WRITE_MASK : 0)$2" },
 '20', qr/(bool kvm_unmap_gfn_range\(.*?\)\n\{\n.*?\n\n)/s, sub { "$1\tif (".M(20).") return false;\n" },
 '21', qr/(direct_bits = 0;\n\tif \()(kvm_arch_has_private_mem)/, sub { "$1!".M(21)." && $2" },
 '24', qr/if \(fault->prefetch\)(\n\t\t\treturn -EAGAIN;)/, sub { "if (fault->prefetch && !".M(24).")$1" });
exit $bad;
