/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The agent executes a plan of jobs and reports on a channel of its own.  It
 * is PID 1's successor in the test VM and an ordinary child in a native run.
 */
#ifndef KVM_GMEM_AGENT_H
#define KVM_GMEM_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_ARGS	32
#define MAX_LINE	1024
#define MAX_PARALLEL	64
#define MAX_IDS		(MAX_PARALLEL * 8)	/* ids of 7 characters, with commas */
#define MAX_PREFIX	(MAX_IDS + 16)		/* a word and ids */

enum job_state {
	JOB_WAITING,
	JOB_RUNNING,
	JOB_TERMINATED,		/* out of time, SIGTERM sent */
	JOB_KILLED,		/* SIGKILL sent */
	JOB_STUCK,		/* survived SIGKILL */
	JOB_DONE,
};

/* Small, as each event looks at all of them. */
struct job {
	char *id;
	bool alone;		/* nothing else may run beside it */
	bool raw;		/* output is wanted byte for byte, without a limit */
	long timeout_ms;
	char *seed;
	char **argv;

	enum job_state state;
	bool timed_out;
	bool exited;
	int status;
	pid_t pid;
	int fd;			/* read end of its output, -1 at end of file */
	int64_t start_ms;
	int64_t deadline_ms;
	char *line;		/* MAX_LINE bytes while it is active */
	size_t line_len;
	size_t sent;
	size_t sent_results;
};

struct plan {
	char *nonce;
	char *channel;
	int nr_parallel;
	struct job *jobs;
	size_t nr_jobs;
};

/* plan.c: aborts with a message on a malformed plan. */
void plan_read(struct plan *plan, const char *path);

/*
 * channel.c: numbered, length-checked lines that carry the plan's nonce, on the first of
 * the devices (with commas between them) that is there.
 */
void channel_open(char *paths, const char *nonce);
void channel_send(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void channel_send_text(const char *prefix, const char *text, size_t len);
/* What was sent waits for one of these: before whatever may take long, or end the kernel. */
void channel_flush(void);
void channel_drain(void);
void channel_close(void);

/* job.c */
int64_t now_ms(void);
bool job_active(const struct job *job);
void job_start(struct job *job);
void job_read_output(struct job *job);
void job_check_deadline(struct job *job);
void job_finish(struct job *job);
void job_kill_session(const struct job *job, int sig);

/* kmsg.c: the kernel's log and taint, attributed to "who" (ids, or "-"). */
void kmsg_open(void);
int kmsg_fd(void);
void kmsg_forward(const char *who);
void kmsg_check_taint(const char *who);
void kmsg_report_leaks(void);
/* Lets what warns only once warn again; before each job, where the kernel is ours. */
void kmsg_rearm_warnings(void);
void kmsg_show_blocked_tasks(void);

#endif /* KVM_GMEM_AGENT_H */
