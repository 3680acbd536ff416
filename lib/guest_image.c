// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backing.h"
#include "fail.h"
#include "guest_image.h"
#include "memslot.h"
#include "ucall.h"
#include "vm.h"

/* Page tables, descriptor tables: 1M maps 500 large regions or 1G of base pages. */
#define TABLES_SIZE	(4 * SZ_1M)

/* Provided by the linker: this program's ELF header and the end of its bss. */
extern const Elf64_Ehdr __ehdr_start;
extern const char _end[];

static void map_segment(struct guest_image *image, int fd, const Elf64_Phdr *ph)
{
	u64 start = ph->p_vaddr & PAGE_MASK;
	u64 file_end = ph->p_vaddr + ph->p_filesz;
	char *hva = image->hva + (start - image->gpa);
	void *p;

	if (!ph->p_filesz)
		return;
	p = mmap(hva, file_end - start, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd,
		 ph->p_offset & PAGE_MASK);
	FAIL_UNLESS(p == hva, "map the image at %#llx: %s", start, errno_name(errno));

	/* The last page goes on with other parts of the file where bss begins. */
	if (ph->p_memsz > ph->p_filesz)
		memset(image->hva + (file_end - image->gpa), 0,
		       ALIGN_UP_TO(file_end, PAGE_SIZE) - file_end);
}

static void map_segments(struct guest_image *image)
{
	const Elf64_Phdr *ph = (const void *)((const char *)&__ehdr_start + __ehdr_start.e_phoff);
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int i;

	FAIL_UNLESS(fd >= 0, "open /proc/self/exe: %s", errno_name(errno));
	for (i = 0; i < __ehdr_start.e_phnum; i++)
		if (ph[i].p_type == PT_LOAD)
			map_segment(image, fd, &ph[i]);
	close(fd);
}

/*
 * A large page that khugepaged makes of the tables or the stacks would be mapped anew, amid a
 * case that counts mappings and faults. EINVAL: a kernel without large pages.
 */
static void stay_with_base_pages(struct guest_image *image)
{
	FAIL_UNLESS(!madvise(image->hva, image->size, MADV_NOHUGEPAGE) || errno == EINVAL,
		    "MADV_NOHUGEPAGE for the guest image: %s", errno_name(errno));
}

/*
 * Whoever moves the pages takes them from the guest, which maps them again: other cases'
 * compaction would show in counts of faults and mappings. vm/init keeps it from locked
 * pages; elsewhere, or beyond RLIMIT_MEMLOCK, this does what it can.
 */
static void stay_where_it_is(struct guest_image *image)
{
	mlock2(image->hva, image->size, MLOCK_ONFAULT);
}

struct guest_image *guest_image_add(struct vm *vm)
{
	struct guest_image *image = calloc(1, sizeof(*image));
	u64 image_end = ALIGN_UP_TO((u64)(unsigned long)_end, VCPU_AREA_SIZE);
	u64 areas_size = VM_MAX_VCPUS * VCPU_AREA_SIZE;

	FAIL_UNLESS(image, "out of memory");
	image->gpa = (u64)(unsigned long)&__ehdr_start & PAGE_MASK;
	image->next_free = image_end + areas_size;
	image->tables_end = image->next_free + TABLES_SIZE;
	image->size = image->tables_end - image->gpa;
	image->hva = mmap(NULL, image->size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	FAIL_UNLESS(image->hva != MAP_FAILED, "map %#llx bytes for the guest image: %s",
		    image->size, errno_name(errno));
	map_segments(image);
	stay_with_base_pages(image);
	stay_where_it_is(image);
	MUST(__memslot_set1(vm, 0, 0, image->gpa, image->size, image->hva));
	return image;
}

void guest_image_free(struct guest_image *image)
{
	if (!image)
		return;
	munmap(image->hva, image->size);
	free(image);
}

u64 guest_image_alloc(struct vm *vm, u64 nr_pages)
{
	struct guest_image *image = vm->image;
	u64 gpa = image->next_free;

	FAIL_UNLESS(gpa + nr_pages * PAGE_SIZE <= image->tables_end,
		    "no room for %llu more table pages in slot 0", nr_pages);
	image->next_free += nr_pages * PAGE_SIZE;
	return gpa;
}

void *guest_image_hva(struct vm *vm, u64 gpa)
{
	struct guest_image *image = vm->image;

	FAIL_UNLESS(gpa - image->gpa < image->size, "gpa %#llx is outside the guest image", gpa);
	return image->hva + (gpa - image->gpa);
}

u64 guest_image_vcpu_area(struct vm *vm, int index)
{
	(void)vm;
	return ALIGN_UP_TO((u64)(unsigned long)_end, VCPU_AREA_SIZE) + index * VCPU_AREA_SIZE;
}
