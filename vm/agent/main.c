// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: agent PLAN
 * Runs the jobs of PLAN, several at a time, and reports on the plan's channel.
 * As PID 1 it powers the machine off at the end.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"

static struct plan plan;
static bool abandoned;		/* a job could not be killed: start no other */

/* The ids of what runs now, for attributing kernel messages. */
static const char *running_ids(void)
{
	static char ids[MAX_IDS];
	size_t len = 0;

	ids[0] = '\0';
	for (size_t i = 0; i < plan.nr_jobs; i++) {
		struct job *job = &plan.jobs[i];

		if (job_active(job) && len + strlen(job->id) + 2 < sizeof(ids))
			len += sprintf(ids + len, "%s%s", len ? "," : "", job->id);
	}
	return len ? ids : "-";
}

static size_t nr_active(bool *alone)
{
	size_t n = 0;

	*alone = false;
	for (size_t i = 0; i < plan.nr_jobs; i++)
		if (job_active(&plan.jobs[i])) {
			*alone |= plan.jobs[i].alone;
			n++;
		}
	return n;
}

static void start_jobs(void)
{
	for (size_t i = 0; i < plan.nr_jobs && !abandoned; i++) {
		struct job *job = &plan.jobs[i];
		bool alone;
		size_t n;

		if (job->state != JOB_WAITING)
			continue;
		n = nr_active(&alone);
		if (n >= (size_t)plan.nr_parallel || alone || (n && job->alone))
			return;
		job_start(job);
	}
}

static void reap(void)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < plan.nr_jobs; i++)
			if (plan.jobs[i].pid == pid && job_active(&plan.jobs[i])) {
				plan.jobs[i].status = status;
				plan.jobs[i].exited = true;
			}
}

/* All that a finished job caused is reported before its end is. */
static void finish_jobs(void)
{
	for (size_t i = 0; i < plan.nr_jobs; i++) {
		struct job *job = &plan.jobs[i];

		job_check_deadline(job);
		if (!job_active(job) || !(job->exited || job->state == JOB_STUCK))
			continue;
		kmsg_forward(running_ids());
		kmsg_check_taint(running_ids());
		abandoned |= job->state == JOB_STUCK;
		job_finish(job);
	}
}

static int poll_timeout(void)
{
	int64_t next = INT64_MAX, now = now_ms();

	for (size_t i = 0; i < plan.nr_jobs; i++)
		if (job_active(&plan.jobs[i]) && plan.jobs[i].deadline_ms < next)
			next = plan.jobs[i].deadline_ms;
	if (next == INT64_MAX)
		return -1;
	return next > now ? next - now : 0;
}

static void kill_all(void)
{
	for (size_t i = 0; i < plan.nr_jobs; i++)
		if (job_active(&plan.jobs[i]))
			job_kill_session(&plan.jobs[i], SIGKILL);
}

static void handle_signals(int sigfd)
{
	struct signalfd_siginfo si;

	while (read(sigfd, &si, sizeof(si)) == sizeof(si))
		if (si.ssi_signo != SIGCHLD)
			exit(128 + si.ssi_signo);
	reap();
}

static void wait_for_events(int sigfd)
{
	struct pollfd fds[MAX_PARALLEL + 2] = {
		{ .fd = sigfd, .events = POLLIN },
		{ .fd = kmsg_fd(), .events = POLLIN },
	};
	struct job *owner[MAX_PARALLEL + 2];
	nfds_t n = 2;

	for (size_t i = 0; i < plan.nr_jobs && n < MAX_PARALLEL + 2; i++)
		if (job_active(&plan.jobs[i]) && plan.jobs[i].fd >= 0) {
			owner[n] = &plan.jobs[i];
			fds[n++] = (struct pollfd){ .fd = plan.jobs[i].fd, .events = POLLIN };
		}
	channel_flush();
	if (poll(fds, n, poll_timeout()) < 0 && errno != EINTR)
		err(2, "agent: poll");
	if (fds[1].revents)
		kmsg_forward(running_ids());
	for (nfds_t i = 2; i < n; i++)
		if (fds[i].revents)
			job_read_output(owner[i]);
	handle_signals(sigfd);
}

static bool unfinished(void)
{
	bool alone;

	if (nr_active(&alone))
		return true;
	for (size_t i = 0; i < plan.nr_jobs && !abandoned; i++)
		if (plan.jobs[i].state == JOB_WAITING)
			return true;
	return false;
}

static int block_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		err(2, "agent: signalfd");
	return fd;
}

static void run_plan(void)
{
	int sigfd = block_signals();

	while (unfinished()) {
		start_jobs();
		wait_for_events(sigfd);
		finish_jobs();
	}
	kmsg_forward("-");
	kmsg_check_taint("-");
	kmsg_report_leaks();
}

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT);
}

int main(int argc, char *argv[])
{
	struct utsname uts;

	if (argc != 2)
		errx(2, "usage: agent PLAN");
	plan_read(&plan, argv[1]);
	signal(SIGPIPE, SIG_IGN);
	atexit(kill_all);
	channel_open(plan.channel, plan.nonce);
	atexit(channel_flush);
	uname(&uts);
	channel_send("hello %s %s", uts.release, uts.machine);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	kmsg_open();
	run_plan();
	channel_close();
	if (getpid() == 1)
		power_off();
	return 0;
}
