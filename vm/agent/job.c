// SPDX-License-Identifier: GPL-2.0
/* One job: a program in a session of its own, its output and its end. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

#define GRACE_MS	3000		/* between SIGTERM, SIGKILL and giving up */
#define MAX_OUTPUT	(256 * 1024)	/* bytes of log for each job */
#define MAX_RESULTS	(64 * 1024)	/* and of result lines after that */

int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

bool job_active(const struct job *job)
{
	return job->state != JOB_WAITING && job->state != JOB_DONE;
}

static void __attribute__((noreturn)) run_program(struct job *job, int out)
{
	struct rlimit no_core = { 0, 0 };
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;
	char limit[24];

	setsid();
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CORE, &no_core);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (strcmp(job->seed, "-"))
		setenv("KVM_GMEM_SEED", job->seed, 1);
	if (job->timeout_ms > 0) {
		snprintf(limit, sizeof(limit), "%ld", job->timeout_ms / 1000);
		setenv("KVM_GMEM_TIMEOUT", limit, 1);
	}
	execvp(job->argv[0], job->argv);
	printf("# cannot execute %s: %s\n", job->argv[0], strerror(errno));
	fflush(stdout);
	_exit(127);
}

void job_start(struct job *job)
{
	int fds[2];

	kmsg_rearm_warnings();
	channel_send("begin %s", job->id);
	channel_drain();
	if (pipe2(fds, O_CLOEXEC))
		err(2, "agent: pipe");
	job->start_ms = now_ms();
	job->deadline_ms = job->start_ms + job->timeout_ms;
	job->pid = fork();
	if (job->pid < 0)
		err(2, "agent: fork");
	if (!job->pid)
		run_program(job, fds[1]);
	close(fds[1]);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	job->fd = fds[0];
	job->state = JOB_RUNNING;
}

static bool is_result(const char *line, size_t len)
{
	static const char * const starts[] = { "ok ", "not ok ", "1..", "TAP ", "KTAP " };

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (len >= strlen(starts[i]) && !memcmp(line, starts[i], strlen(starts[i])))
			return true;
	return false;
}

/* After a flood of output only result lines go through, so a verdict is never lost. */
static bool within_limit(struct job *job)
{
	bool first_over = job->sent <= MAX_OUTPUT;

	job->sent += job->line_len + 1;
	if (job->raw || job->sent <= MAX_OUTPUT)
		return true;
	if (first_over)
		channel_send("out %s # output limit reached, the rest is left out\\0a", job->id);
	if (!is_result(job->line, job->line_len))
		return false;
	job->sent_results += job->line_len + 1;
	return job->sent_results <= MAX_RESULTS;
}

static void flush_line(struct job *job)
{
	char prefix[64];

	if (job->line_len && within_limit(job)) {
		snprintf(prefix, sizeof(prefix), "out %.40s", job->id);
		channel_send_text(prefix, job->line, job->line_len);
	}
	job->line_len = 0;
}

void job_read_output(struct job *job)
{
	char buf[4096];
	ssize_t n;

	while (job->fd >= 0) {
		n = read(job->fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		for (ssize_t i = 0; i < n; i++) {
			job->line[job->line_len++] = buf[i];
			if (buf[i] == '\n' || job->line_len == MAX_LINE)
				flush_line(job);
		}
		if (n <= 0) {
			close(job->fd);
			job->fd = -1;
		} else if (n < (ssize_t)sizeof(buf)) {
			return;
		}
	}
}

/* The harness moves its children to other process groups, not to other sessions. */
void job_kill_session(const struct job *job, int sig)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	pid_t pid;

	while (proc && (d = readdir(proc))) {
		pid = strtol(d->d_name, NULL, 10);
		if (pid > 0 && getsid(pid) == job->pid)
			kill(pid, sig);
	}
	if (proc)
		closedir(proc);
}

void job_check_deadline(struct job *job)
{
	if (!job_active(job) || job->state == JOB_STUCK || now_ms() < job->deadline_ms)
		return;
	if (job->state == JOB_KILLED) {
		job->state = JOB_STUCK;
		return;
	}
	if (job->state == JOB_RUNNING && getpid() == 1)
		kmsg_show_blocked_tasks();
	job->timed_out = true;
	job_kill_session(job, job->state == JOB_RUNNING ? SIGTERM : SIGKILL);
	job->state++;
	job->deadline_ms = now_ms() + GRACE_MS;
}

/* Reports the end; @job has exited, or it is stuck and will be left behind. */
void job_finish(struct job *job)
{
	long long ms = now_ms() - job->start_ms;

	if (job->exited)
		job_kill_session(job, SIGKILL);
	job_read_output(job);
	flush_line(job);
	if (job->fd >= 0)
		close(job->fd);
	job->fd = -1;
	if (job->state == JOB_STUCK)
		channel_send("end %s stuck 0 %lld", job->id, ms);
	else if (job->timed_out)
		channel_send("end %s timeout 0 %lld", job->id, ms);
	else if (WIFSIGNALED(job->status))
		channel_send("end %s signal %d %lld", job->id, WTERMSIG(job->status), ms);
	else
		channel_send("end %s exit %d %lld", job->id, WEXITSTATUS(job->status), ms);
	job->state = JOB_DONE;
}
