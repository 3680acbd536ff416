// SPDX-License-Identifier: GPL-2.0
/*
 * count NAME ROUNDS COMMAND...: run the command that often and print the
 * counter's difference from before fork() to after wait(), one line a round.
 * The command's output goes nowhere; its failure is ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

static void run(char **argv)
{
	int status, null;
	pid_t pid = fork();

	FAIL_UNLESS(pid >= 0, "fork: %s", errno_name(errno));
	if (!pid) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDOUT_FILENO);
		execv(argv[0], argv);
		FAIL("%s: %s", argv[0], errno_name(errno));
	}
	FAIL_UNLESS(waitpid(pid, &status, 0) == pid, "wait: %s", errno_name(errno));
	FAIL_UNLESS(WIFEXITED(status) && !WEXITSTATUS(status), "%s ended with status %#x", argv[0],
		    status);
}

int main(int argc, char **argv)
{
	int i, rounds;

	if (argc < 4 || (rounds = atoi(argv[2])) < 1) {
		fprintf(stderr, "usage: count NAME ROUNDS COMMAND [ARGUMENT...]\n");
		return 2;
	}
	for (i = 0; i < rounds; i++) {
		u64 start = arch_read_counter();

		run(argv + 3);
		printf("%s %llu\n", argv[1], arch_read_counter() - start);
		fflush(stdout);
	}
	return 0;
}
