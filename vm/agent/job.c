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
#define PIPE_SIZE	(64 * 1024)	/* bytes, a multiple of what is read at once */
#define BRIEF_MS	2000		/* in which process ids do not come round again */
#define MAX_PROBED	4096		/* process ids */

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

static bool has_name_of(char **env, const char *other)
{
	for (; *env; env++)
		if (!strncmp(*env, other, strcspn(*env, "=") + 1))
			return true;
	return false;
}

/* What is said to this program alone, and the rest of the agent's environment. */
static char **make_environment(const struct job *job)
{
	static char seed[64], limit[64];
	size_t n = 0, all = 0;
	char *own[3] = {}, **env;

	while (environ[all])
		all++;
	env = calloc(all + 3, sizeof(*env));
	if (!env)
		err(2, "agent: environment");
	snprintf(seed, sizeof(seed), "KVM_GMEM_SEED=%s", job->seed);
	snprintf(limit, sizeof(limit), "KVM_GMEM_TIMEOUT=%ld", job->timeout_ms / 1000);
	if (strcmp(job->seed, "-"))
		own[n++] = seed;
	if (job->timeout_ms > 0)
		own[n++] = limit;
	memcpy(env, own, n * sizeof(*env));
	for (char **old = environ; *old; old++)
		if (!has_name_of(own, *old))
			env[n++] = *old;
	return env;
}

/* Runs in the agent's own memory, and stack: nothing that the agent has may change here. */
static void __attribute__((noreturn, noinline))
run_program(const struct job *job, char *env[], int out)
{
	struct rlimit no_core = { 0, 0 };
	int null = open("/dev/null", O_RDONLY);
	char text[256];
	sigset_t none;

	setsid();
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CORE, &no_core);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execvpe(job->argv[0], job->argv, env);
	snprintf(text, sizeof(text), "# cannot execute %s: %s\n", job->argv[0], strerror(errno));
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(126);
	_exit(127);
}

void job_start(struct job *job)
{
	char **env = make_environment(job);
	int fds[2];
	pid_t pid;

	kmsg_rearm_warnings();
	channel_send("begin %s", job->id);
	channel_drain();
	if (pipe2(fds, O_CLOEXEC))
		err(2, "agent: pipe");
	job->line = malloc(MAX_LINE);
	if (!job->line)
		err(2, "agent: a line");
	job->start_ms = now_ms();
	job->deadline_ms = job->start_ms + job->timeout_ms;
	/*
	 * Copying the agent would take as long as starting the program. It waits until that
	 * is read, which is in memory or on a disk.
	 */
	pid = vfork();
	if (pid < 0)
		err(2, "agent: vfork");
	if (!pid)
		run_program(job, env, fds[1]);
	job->pid = pid;
	free(env);
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

/*
 * What a full pipe holds and no more: all that was written before the job's end, but who
 * writes without end must not keep the agent from its deadlines.
 */
void job_read_output(struct job *job)
{
	char buf[4096];
	size_t left = PIPE_SIZE;
	ssize_t n;

	while (job->fd >= 0 && left) {
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
		} else {
			left -= sizeof(buf);
		}
	}
}

/* The last process id that was given out, 0 if that is not known. */
static pid_t newest_pid(void)
{
	FILE *f = fopen("/proc/loadavg", "re");
	pid_t pid;

	if (!f)
		return 0;
	if (fscanf(f, "%*s %*s %*s %*s %d", &pid) != 1)
		pid = 0;
	fclose(f);
	return pid;
}

static bool kill_member(const struct job *job, pid_t pid, int sig)
{
	if (getsid(pid) != job->pid)
		return false;
	channel_flush();	/* freeing what it has may be the end of the kernel */
	kill(pid, sig);
	return true;
}

static void kill_listed(const struct job *job, int sig)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	pid_t pid;

	while (proc && (d = readdir(proc))) {
		pid = strtol(d->d_name, NULL, 10);
		if (pid > 0)
			kill_member(job, pid, sig);
	}
	if (proc)
		closedir(proc);
}

/*
 * The harness moves its children to other process groups, not to other sessions.
 * Whoever is in the job's has been given an id since, and ids are given in order: to ask
 * for each of a few takes a fraction of what listing /proc does, which makes the inodes of
 * all that runs. But it finds each thread, and signals that are handled are wanted once.
 */
void job_kill_session(const struct job *job, int sig)
{
	pid_t pid = job->pid, last = newest_pid();
	bool found;

	if (sig != SIGKILL || now_ms() - job->start_ms > BRIEF_MS || last < pid ||
	    last - pid > MAX_PROBED) {
		kill_listed(job, sig);
		return;
	}
	do {	/* those that were made meanwhile, too */
		found = false;
		for (; pid <= last; pid++)
			found |= kill_member(job, pid, sig);
		last = newest_pid();
	} while (found && last - job->pid <= MAX_PROBED);
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
	free(job->line);
	job->line = NULL;
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
