#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run in a 7.3 source tree: builds mutants of iommufd, and of what it maps, into one
kernel; the number in the kernel parameter iommufd.iommufd_mutant switches one on."""

import sys

DIR = "drivers/iommu/iommufd/"
DECLARE = "extern int iommufd_mutant;\n"

# number, name: what comes instead of what
EDITS = [
    (1, "split-anyway", DIR + "io_pagetable.c",
     "if (area_first < start || area_last > last) {\n\t\t\trc = -ENOENT;",
     "if (iommufd_mutant != 1 && (area_first < start || area_last > last)) {\n"
     "\t\t\trc = -ENOENT;"),
    (2, "first-only", DIR + "io_pagetable.c",
     "\t\tif (area_last >= last)\n\t\t\tbreak;\n\t\tstart = area_last + 1;",
     "\t\tif (area_last >= last || iommufd_mutant == 2)\n\t\t\tbreak;\n"
     "\t\tstart = area_last + 1;"),
    (3, "check-first", DIR + "io_pagetable.c",
     "\twhile ((area = iopt_area_iter_first(iopt, start, last))) {\n"
     "\t\tunsigned long area_last",
     "\tfor (area = iopt_area_iter_first(iopt, start, last); area && iommufd_mutant == 3;\n"
     "\t     area = iopt_area_iter_next(area, start, last)) {\n"
     "\t\tif (iopt_area_last_iova(area) > last) {\n"
     "\t\t\trc = -ENOENT;\n\t\t\tgoto out_unlock_iova;\n\t\t}\n\t}\n"
     "\twhile ((area = iopt_area_iter_first(iopt, start, last))) {\n"
     "\t\tunsigned long area_last"),
    (4, "map-over-is-invalid", DIR + "io_pagetable.c",
     "\t\treturn -EEXIST;\n", "\t\treturn iommufd_mutant == 4 ? -EINVAL : -EEXIST;\n"),
    (5, "compat-no-cut", DIR + "vfio_compat.c",
     "if (READ_ONCE(ioas->iopt.disable_large_pages)) {",
     "if ((READ_ONCE(ioas->iopt.disable_large_pages) && iommufd_mutant != 5) ||\n"
     "\t\t    iommufd_mutant == 6) {"),
    (7, "type1-later", DIR + "io_pagetable.c",
     "\tif (!xa_empty(&iopt->domains) &&\n\t    !RB_EMPTY_ROOT",
     "\tif (iommufd_mutant != 7 && !xa_empty(&iopt->domains) &&\n\t    !RB_EMPTY_ROOT"),
    (8, "shared-gmem-faults", "virt/kvm/guest_memfd.c",
     "\tif (!kvm_gmem_is_shared_mem(inode, vmf->pgoff))\n",
     "\tif ((!kvm_gmem_is_shared_mem(inode, vmf->pgoff) && iommufd_mutant != 9) ||\n"
     "\t    iommufd_mutant == 8)\n"),
    (10, "gmem-by-descriptor-errno", "mm/gup.c",
     "\tif (!shmem_file(memfd) && !is_file_hugepages(memfd))\n\t\treturn -EINVAL;",
     "\tif (!shmem_file(memfd) && !is_file_hugepages(memfd))\n"
     "\t\treturn iommufd_mutant == 10 ? -EFAULT : -EINVAL;"),
    (11, "file-offset-ignored", DIR + "pages.c",
     "\tpages->start = start - start_byte;\n",
     "\tpages->start = iommufd_mutant == 11 ? 0 : start - start_byte;\n"),
    (12, "no-memlock-limit", DIR + "pages.c",
     "\t\tif (new_pages > lock_limit)\n\t\t\treturn -ENOMEM;",
     "\t\tif (new_pages > lock_limit && iommufd_mutant != 12)\n\t\t\treturn -ENOMEM;"),
    (13, "unmap-nothing", DIR + "ioas.c",
     "\t\trc = iopt_unmap_iova(&ioas->iopt, cmd->iova, cmd->length,\n\t\t\t\t     &unmapped);",
     "\t\tif (iommufd_mutant == 13)\n\t\t\tunmapped = cmd->length;\n\t\telse\n"
     "\t\trc = iopt_unmap_iova(&ioas->iopt, cmd->iova, cmd->length,\n\t\t\t\t     &unmapped);"),
]
# 6 is compat-always-cut, 9 is private-gmem-is-mapped: in the lines of 5 and 8.


def edit(path, old, new):
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    if text.count(old) != 1:
        return f"{path}: {text.count(old)} matches of {old!r}"
    text = text.replace(old, new)
    if DECLARE not in text:
        last = text.rindex("#include")
        end = text.index("\n", last) + 1
        text = text[:end] + DECLARE + text[end:]
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
    return None


def main():
    bad = [why for _, _, path, old, new in EDITS if (why := edit(path, old, new))]
    with open(DIR + "ioas.c", "a", encoding="utf-8") as stream:
        stream.write("\n#include <linux/moduleparam.h>\nint iommufd_mutant;\n"
                     "module_param(iommufd_mutant, int, 0644);\n")
    print("\n".join(bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
