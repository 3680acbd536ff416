// SPDX-License-Identifier: GPL-2.0
/*
 * A page of a guest_memfd is bound to at most one slot, and a guest page belongs
 * to at most one slot. Slot BASE lies in the middle of both the file and the
 * guest's memory, so that each neighbour can be tried on either side. After every
 * refusal BASE holds its pages of both, and nobody those around it.
 */
#include <unistd.h>

#include "gmem.h"
#include "harness.h"
#include "memslot.h"
#include "refusal.h"
#include "vm.h"

#define BASE		1
#define OTHER		2
#define FILE_PAGES	16
#define BASE_PAGE	4	/* in the file, and in the guest's memory */
#define BASE_PAGES	4
#define ELSEWHERE	(TEST_GPA + SZ_1M)

FIXTURE(memslot_overlap) {
	struct vm *vm;
	char *hva;
	int gmem;
	struct refusal_watch *watch;
};

FIXTURE_VARIANT(memslot_overlap) {
	bool private_type;
};

FIXTURE_VARIANT_ADD(memslot_overlap, default_vm) {
	.private_type = false,
};

FIXTURE_VARIANT_ADD(memslot_overlap, private_vm) {
	.private_type = true,
};

/* Bind @nr_pages at @gpa to the pages of @fd from @page on. */
static int bind_pages(FIXTURE_DATA(memslot_overlap) * self, u32 id, u64 gpa, int fd, u64 page,
		      u64 nr_pages)
{
	return __memslot_set2(self->vm, id, KVM_MEM_GUEST_MEMFD, gpa, nr_pages * PAGE_SIZE,
			      self->hva, fd, page * PAGE_SIZE);
}

static int delete(FIXTURE_DATA(memslot_overlap) * self, u32 id)
{
	return __memslot_set1(self->vm, id, 0, 0, 0, NULL);
}

FIXTURE_SETUP(memslot_overlap)
{
	long type = variant->private_type ? vm_private_type() : VM_TYPE_DEFAULT;

	REQUIRE(type >= 0, "no VM type with private memory");
	self->vm = vm_create_bare(type);
	REQUIRE(vm_cap(self->vm, KVM_CAP_GUEST_MEMFD),
		"no guest_memfd for this VM type (before 6.18)");
	self->hva = backing_map(BACKING_ANON, FILE_PAGES * PAGE_SIZE);
	self->gmem = gmem_create(self->vm, FILE_PAGES * PAGE_SIZE, 0);
	ASSERT_OK(bind_pages(self, BASE, TEST_GPA + BASE_PAGE * PAGE_SIZE, self->gmem,
			     BASE_PAGE, BASE_PAGES));
	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = self->gmem, .file_pages = FILE_PAGES,
		.gpa = TEST_GPA, .guest_pages = FILE_PAGES,
	});
}

FIXTURE_TEARDOWN(memslot_overlap)
{
	if (self->watch)
		close(self->gmem);
	vm_free(self->vm);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

/* Ranges of pages around BASE's; @page is where they start. */
struct range {
	const char *what;
	u64 page;
	u64 nr_pages;
};

static const struct range overlaps[] = {
	{ "front, one page", BASE_PAGE - 3, 4 },
	{ "front, all but one", BASE_PAGE - 1, 4 },
	{ "back, one page", BASE_PAGE + BASE_PAGES - 1, 4 },
	{ "back, all but one", BASE_PAGE + 1, 4 },
	{ "first page", BASE_PAGE, 1 },
	{ "last page", BASE_PAGE + BASE_PAGES - 1, 1 },
	{ "inside", BASE_PAGE + 1, 2 },
	{ "identical", BASE_PAGE, BASE_PAGES },
	{ "around", BASE_PAGE - 1, BASE_PAGES + 2 },
	{ "everything", 0, FILE_PAGES },
};

static const struct range neighbours[] = {
	{ "just before", 0, BASE_PAGE },
	{ "last page before", BASE_PAGE - 1, 1 },
	{ "just behind", BASE_PAGE + BASE_PAGES, FILE_PAGES - BASE_PAGE - BASE_PAGES },
	{ "first page behind", BASE_PAGE + BASE_PAGES, 1 },
};

/* BASE exists, and deleting it frees all that it had. */
#define EXPECT_BASE_GIVES_BACK()						\
	do {									\
		EXPECT_UNCHANGED(self->watch);					\
		EXPECT_OK(delete(self, BASE));					\
		EXPECT_OK(bind_pages(self, OTHER, TEST_GPA, self->gmem,		\
				     0, FILE_PAGES));				\
	} while (0)

/*
 * BIND-4: a page of the file that is bound cannot be bound again, wherever the
 * overlap lies. See memslot_gmem_overlap_errno().
 * Red: mutant bind-overlap-allowed; mutant bind-overlap-last-page (front, first);
 * mutant refused-overlap-binds.
 */
TEST_F(memslot_overlap, bound_file_page_cannot_be_bound_again)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(overlaps); i++) {
		EXPECT_REFUSED(self->watch, memslot_gmem_overlap_errno(),
			       bind_pages(self, OTHER, ELSEWHERE, self->gmem,
					  overlaps[i].page, overlaps[i].nr_pages)) {
			TH_LOG("file range: %s", overlaps[i].what);
		}
	}
	EXPECT_BASE_GIVES_BACK();
}

/*
 * BIND-4: a second descriptor of the file is no second file.
 * Red: mutant bind-overlap-allowed.
 */
TEST_F(memslot_overlap, duplicate_descriptor_binds_the_same_pages)
{
	int copy = dup(self->gmem);

	ASSERT_LE(0, copy);
	refusal_watch_renew(self->watch);
	EXPECT_REFUSED(self->watch, memslot_gmem_overlap_errno(),
		       bind_pages(self, OTHER, ELSEWHERE, copy, BASE_PAGE, 1));
	EXPECT_OK(bind_pages(self, OTHER, ELSEWHERE, copy, 0, 1));
	refusal_watch_renew(self->watch);
	EXPECT_REFUSED(self->watch, memslot_gmem_overlap_errno(),
		       bind_pages(self, OTHER + 1, ELSEWHERE + SZ_1M, self->gmem, 0, 1));
	EXPECT_OK(delete(self, OTHER));
	refusal_watch_renew(self->watch);
	EXPECT_BASE_GIVES_BACK();
	close(copy);
}

/*
 * BIND-4: a guest page that has a slot gets no second one, be either slot with or
 * without a file, and be the file range free. Red: mutant bind-gfn-overlap-allowed;
 * mutant bind-gfn-overlap-last-page (front, first).
 */
TEST_F(memslot_overlap, guest_page_belongs_to_one_slot)
{
	int free_gmem = gmem_create(self->vm, FILE_PAGES * PAGE_SIZE, 0);
	const struct range *r;
	size_t i;
	u64 gpa;

	refusal_watch_renew(self->watch);
	for (i = 0; i < ARRAY_SIZE(overlaps); i++) {
		r = &overlaps[i];
		gpa = TEST_GPA + r->page * PAGE_SIZE;
		EXPECT_REFUSED(self->watch, EEXIST,
			       bind_pages(self, OTHER, gpa, free_gmem, r->page, r->nr_pages)) {
			TH_LOG("guest range: %s", r->what);
		}
		EXPECT_REFUSED(self->watch, EEXIST,
			       __memslot_set1(self->vm, OTHER, 0, gpa, r->nr_pages * PAGE_SIZE,
					      self->hva)) {
			TH_LOG("guest range of a plain slot: %s", r->what);
		}
	}
	EXPECT_OK(bind_pages(self, OTHER, ELSEWHERE, free_gmem, 0, FILE_PAGES));
	EXPECT_OK(delete(self, OTHER));
	EXPECT_BASE_GIVES_BACK();
	close(free_gmem);
}

/*
 * BIND-4: the same the other way round, a file over a plain slot.
 * Red: mutant bind-gfn-overlap-allowed.
 */
TEST_F(memslot_overlap, plain_slot_keeps_its_guest_pages)
{
	const u64 gpa = ELSEWHERE + BASE_PAGE * PAGE_SIZE;
	const struct range *r;
	size_t i;

	ASSERT_OK(__memslot_set1(self->vm, OTHER + 1, 0, gpa, BASE_PAGES * PAGE_SIZE, self->hva));
	refusal_watch_renew(self->watch);
	for (i = 0; i < ARRAY_SIZE(overlaps); i++) {
		r = &overlaps[i];
		/* File pages are free from behind BASE on; at most 8 of them. */
		if (r->nr_pages > FILE_PAGES - BASE_PAGE - BASE_PAGES)
			continue;
		EXPECT_REFUSED(self->watch, EEXIST,
			       bind_pages(self, OTHER, ELSEWHERE + r->page * PAGE_SIZE, self->gmem,
					  BASE_PAGE + BASE_PAGES, r->nr_pages)) {
			TH_LOG("guest range: %s", r->what);
		}
	}
	EXPECT_OK(delete(self, OTHER + 1));
	refusal_watch_renew(self->watch);
	EXPECT_BASE_GIVES_BACK();
}

/*
 * BIND-4: ranges that only touch are no overlap, in the file, in guest memory or
 * in both. Red: mutant bind-overlap-one-more, mutant bind-gfn-overlap-one-more.
 */
TEST_F(memslot_overlap, adjacent_ranges_can_be_bound)
{
	const struct range *r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(neighbours); i++) {
		r = &neighbours[i];
		EXPECT_OK(bind_pages(self, OTHER, ELSEWHERE, self->gmem, r->page, r->nr_pages)) {
			TH_LOG("file range: %s", r->what);
		}
		EXPECT_OK(delete(self, OTHER));
		EXPECT_OK(bind_pages(self, OTHER, TEST_GPA + r->page * PAGE_SIZE, self->gmem,
				     r->page, r->nr_pages)) {
			TH_LOG("file and guest range: %s", r->what);
		}
		EXPECT_OK(delete(self, OTHER));
	}
	EXPECT_BASE_GIVES_BACK();
}

/*
 * BIND-4: bindings belong to one file, the same pages of another are free.
 * Red: mutant bind-overlap-any-file.
 */
TEST_F(memslot_overlap, files_have_bindings_of_their_own)
{
	int second = gmem_create(self->vm, FILE_PAGES * PAGE_SIZE, 0);

	EXPECT_OK(bind_pages(self, OTHER, ELSEWHERE, second, BASE_PAGE, BASE_PAGES));
	refusal_watch_renew(self->watch);
	EXPECT_REFUSED(self->watch, memslot_gmem_overlap_errno(),
		       bind_pages(self, OTHER + 1, ELSEWHERE + SZ_1M, second,
				  BASE_PAGE + BASE_PAGES - 1, 1));
	EXPECT_OK(delete(self, OTHER));
	refusal_watch_renew(self->watch);
	EXPECT_BASE_GIVES_BACK();
	close(second);
}

GMEM_TEST_MAIN
