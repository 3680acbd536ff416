/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test file includes: kselftest_harness.h with the verdicts of this
 * suite, requirements, and EXPECT_* for exits, errors and memory.
 *
 * Differences from the plain harness: a program whose every case was skipped
 * exits with KSFT_SKIP; -r with an unknown case is an error, not an empty run;
 * --list prints the full names; the seed and, after a failure, the command that
 * repeats the case are printed.
 */
#ifndef KVM_GMEM_HARNESS_H
#define KVM_GMEM_HARNESS_H

#include <kselftest.h>

#include "case_limit.h"
#include "expect.h"
#include "fail.h"
#include "kvm_dev.h"
#include "rng.h"
#include "types.h"
#include "vm_exit.h"

/* Count and pass on each result; see harness_main.c. */
void harness_note_result(int code, const char *name);
/* The exit code of the whole program, given whether no case failed. */
int harness_exit_code(bool ok);

static inline void __printf_like(3, 4)
harness_test_result(int code, const char *name, const char *fmt, ...)
{
	char reason[1024] = "";
	va_list ap;

	if (fmt) {
		va_start(ap, fmt);
		vsnprintf(reason, sizeof(reason), fmt, ap);
		va_end(ap);
	}
	harness_note_result(code, name);
	ksft_test_result_code(code, name, fmt ? "%s" : NULL, reason);
}

/* kselftest_harness.h reports through these two. */
#define ksft_test_result_code	harness_test_result
#undef ksft_exit
#define ksft_exit(ok)					\
	do {						\
		ksft_print_cnts();			\
		exit(harness_exit_code(ok));		\
	} while (0)

#include <kselftest_harness.h>

/*
 * Emulated machines are slow and shared ones slower: the limit is there to end
 * a hang, no more.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	CASE_LIMIT_DEFAULT

/* Give the cases without a limit of their own the one of this run. */
static inline void harness_set_limits(void)
{
	struct __fixture_metadata *f;
	struct __test_metadata *t;

	for (f = __fixture_list; f; f = f->next)
		for (t = f->tests; t; t = t->next)
			if (t->timeout == CASE_LIMIT_DEFAULT)
				t->timeout = case_limit_seconds();
}

/* In place of each case where there is nothing that it could test. */
static inline void harness_skip_no_kvm(struct __test_metadata *_metadata,
				       struct __fixture_variant_metadata *variant)
{
	(void)variant;
	SKIP(return, "no usable /dev/kvm");
}

static inline void harness_skip_old_kvm(struct __test_metadata *_metadata,
					struct __fixture_variant_metadata *variant)
{
	(void)variant;
	SKIP(return, "this KVM knows nothing of private memory (before 6.8)");
}

/*
 * Without the interfaces that private memory came with there is no behaviour to
 * pin, not even for VMs that do not use it; unless @any_kvm, for a program that
 * tests whether they are there.
 */
static inline void harness_check_kvm(bool any_kvm)
{
	struct __fixture_metadata *f;
	struct __test_metadata *t;
	bool no_kvm = __kvm_dev_fd() < 0;

	if (!no_kvm && (any_kvm || kvm_cap(KVM_CAP_USER_MEMORY2)))
		return;
	for (f = __fixture_list; f; f = f->next)
		for (t = f->tests; t; t = t->next)
			t->fn = no_kvm ? harness_skip_no_kvm : harness_skip_old_kvm;
}

typedef void (*harness_name_fn)(const char *name, void *arg);

/* Call @fn with the full name of each case of this program. */
static inline void harness_for_each_case(harness_name_fn fn, void *arg)
{
	struct __fixture_variant_metadata none = { .name = "" }, *v;
	struct __fixture_metadata *f;
	struct __test_metadata *t;
	char name[512];

	for (f = __fixture_list; f; f = f->next) {
		for (v = f->variant ? f->variant : &none; v; v = v->next) {
			for (t = f->tests; t; t = t->next) {
				snprintf(name, sizeof(name), "%s%s%s.%s", f->name,
					 v->name[0] ? "." : "", v->name, t->name);
				fn(name, arg);
			}
		}
	}
}

/*
 * Handle the options that the harness lacks and check the others: < 0 to go on,
 * else the program's exit code.
 */
int harness_start(int argc, char **argv,
		  void (*for_each_case)(harness_name_fn fn, void *arg));

#define __GMEM_TEST_MAIN(any_kvm)						\
	int main(int argc, char **argv)						\
	{									\
		int code = harness_start(argc, argv, harness_for_each_case);	\
										\
		harness_set_limits();						\
		harness_check_kvm(any_kvm);					\
		return code >= 0 ? code : test_harness_run(argc, argv);		\
	}

#define GMEM_TEST_MAIN		__GMEM_TEST_MAIN(false)
/* Also where KVM knows nothing of private memory. */
#define GMEM_TEST_MAIN_ANY_KVM	__GMEM_TEST_MAIN(true)

/*
 * In a fixture's set-up or at a test's start; @reason is constant text. Later on, after
 * something has failed, the case ends as failed: SKIP() alone would forget that.
 */
#define REQUIRE(cond, reason)						\
	do {								\
		if (!(cond)) {						\
			if (_metadata->exit_code == KSFT_FAIL)		\
				return;					\
			SKIP(return, reason);				\
		}							\
	} while (0)

/* Report @why, a message or NULL for "as expected". */
#define __EXPECT_NO_COMPLAINT(_why, _assert)					\
	do {									\
		const char *__why = (_why);					\
										\
		if (__why) {							\
			__TH_LOG("%s", __why);					\
			_metadata->exit_code = KSFT_FAIL;			\
			_metadata->trigger = 1;					\
		}								\
	} while (0); OPTIONAL_HANDLER(_assert)

/*
 * @call returns -errno: it must be exactly -@err (0: success, then any value
 * that is not negative will do).
 */
#define EXPECT_ERRNO(err, call) \
	__EXPECT_NO_COMPLAINT(expect_errno(#call, err, (call)), 0)
#define ASSERT_ERRNO(err, call) \
	__EXPECT_NO_COMPLAINT(expect_errno(#call, err, (call)), 1)
#define EXPECT_OK(call)		EXPECT_ERRNO(0, call)
#define ASSERT_OK(call)		ASSERT_ERRNO(0, call)

/* @call is a libc call: -1 and errno. */
#define EXPECT_SYSCALL_ERRNO(err, call) \
	EXPECT_ERRNO(err, ((call) < 0 ? -errno : 0))

/* The exit is KVM_EXIT_MEMORY_FAULT with -EFAULT and exactly these fields. */
#define EXPECT_MEMORY_FAULT(exit, gpa, size, flags)				\
	__EXPECT_NO_COMPLAINT(expect_memory_fault((exit), EFAULT, gpa, size, flags), 0)
#define ASSERT_MEMORY_FAULT(exit, gpa, size, flags)				\
	__EXPECT_NO_COMPLAINT(expect_memory_fault((exit), EFAULT, gpa, size, flags), 1)

/* The guest function returned; GUEST_RETURNED also compares its result. */
#define EXPECT_GUEST_DONE(exit)	__EXPECT_NO_COMPLAINT(expect_guest_done(exit), 0)
#define ASSERT_GUEST_DONE(exit)	__EXPECT_NO_COMPLAINT(expect_guest_done(exit), 1)
#define EXPECT_GUEST_RETURNED(value, exit) \
	__EXPECT_NO_COMPLAINT(expect_guest_returned(value, exit), 0)
#define ASSERT_GUEST_RETURNED(value, exit) \
	__EXPECT_NO_COMPLAINT(expect_guest_returned(value, exit), 1)

/* The guest stopped at GUEST_SYNC with @value as first argument. */
#define EXPECT_GUEST_SYNC(value, exit)	__EXPECT_NO_COMPLAINT(expect_guest_sync(value, exit), 0)
#define ASSERT_GUEST_SYNC(value, exit)	__EXPECT_NO_COMPLAINT(expect_guest_sync(value, exit), 1)

/* KVM_RUN returned @ret (0 or -errno) for @reason, a KVM_EXIT_*. */
#define EXPECT_EXIT(ret, reason, exit) \
	__EXPECT_NO_COMPLAINT(expect_exit(ret, reason, exit), 0)
#define ASSERT_EXIT(ret, reason, exit) \
	__EXPECT_NO_COMPLAINT(expect_exit(ret, reason, exit), 1)

/* Each of the @size bytes at @hva is @byte. */
#define EXPECT_FILLED(byte, hva, size) \
	__EXPECT_NO_COMPLAINT(expect_filled(byte, hva, size), 0)

#endif
