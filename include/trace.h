/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints as evidence: what KVM did, event by event.
 *
 * Each struct trace is a tracefs instance of its own, so that neither other
 * cases nor a user's own tracing are disturbed. The kernel keeps an instance
 * until somebody removes it, whatever happens to the process, but refuses to
 * remove one with an open file. So the owner keeps a file open, which ends with
 * the process however that dies, and every trace_open() first tries to remove all
 * instances of this suite. (A child that outlives the case keeps it open too.)
 *
 * Typical use:
 *
 *	REQUIRE(trace_available() && trace_has_event("kvm:kvm_page_fault"));
 *	struct trace *t = trace_open();
 *
 *	trace_enable(t, "kvm:kvm_page_fault", "vcpu_id == 0");
 *	...
 *	EXPECT_EQ(1, trace_count(t, "kvm_page_fault"));
 *	trace_close(t);
 *
 * An event of another VM on the machine looks the same: trace_enable_own(), or a filter by
 * common_pid (the vCPU's thread), where the machine is not ours alone. Host only; one thread.
 *
 * To enable an event the kernel patches its own code. Where QEMU emulates several CPUs at once
 * another one that executes the place just then can die of a breakpoint that is gone already:
 * a case that traces "Needs: alone."
 */
#ifndef KVM_GMEM_TRACE_H
#define KVM_GMEM_TRACE_H

#include "types.h"

struct trace;

struct trace_event {
	const char *name;	/* "kvm_page_fault" */
	const char *args;	/* what the event prints: "vcpu 0 rip 0x..." */
};

struct trace_log {
	struct trace_event *events;	/* oldest first */
	size_t nr;
	char *text;			/* that the events point into */
};

/* Is tracefs mounted, with instances that this process may create? */
bool trace_available(void);
/* Does the kernel have @event, given as "system:name"? */
bool trace_has_event(const char *event);

/* A new instance with no event enabled. 0 or -errno; -ENOENT without tracefs. */
int __trace_open(struct trace **trace);
struct trace *trace_open(void);
/* Remove the instance. NULL is allowed. */
void trace_close(struct trace *t);

/*
 * Record @event ("system:name"), those matching @filter if it is not NULL
 * (syntax: Documentation/trace/events.rst). -ENOENT: no such event; -EINVAL: not
 * of that form, or the kernel does not take the filter.
 */
int __trace_enable(struct trace *t, const char *event, const char *filter);
void trace_enable(struct trace *t, const char *event, const char *filter);
/* Those of the calling thread. */
void trace_enable_own(struct trace *t, const char *event);

/* Room for @kib KiB of events on each CPU (the default is 1408). Must succeed. */
void trace_set_buffer_size(struct trace *t, unsigned int kib);

/* Forget what was recorded. Must succeed. */
void trace_clear(struct trace *t);

/*
 * What was recorded since trace_open() or trace_clear(); reading removes nothing.
 * -EOVERFLOW: events were lost, so that no count would be right.
 */
int __trace_read(struct trace *t, struct trace_log *log);
void trace_read(struct trace *t, struct trace_log *log);
void trace_log_free(struct trace_log *log);

/* The number of events called @name ("kvm_page_fault"), of all if it is NULL. */
u64 trace_log_count(const struct trace_log *log, const char *name);
u64 trace_count(struct trace *t, const char *name);

/*
 * The number that follows @key in the event's text, as "key 1", "key: 1",
 * "key=1" or "key:1". @base as for strtoull(): 0 takes 0x for hex; events that
 * print hex without it need 16. A negative number is sign-extended. False if there
 * is no such number.
 */
bool trace_field(const struct trace_event *e, const char *key, int base, u64 *val);

/*
 * The part of __trace_read() that works without tracefs. Takes over @text, which
 * is malloc()ed and reads as a trace file without context-info. Returns 0,
 * -EOVERFLOW, -EBADMSG for a line that is no event, or -ENOMEM.
 */
int trace_log_parse(struct trace_log *log, char *text);

#endif
