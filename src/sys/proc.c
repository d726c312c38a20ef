#include "sys/proc.h"
#include "base/num.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#if defined(__SANITIZE_ADDRESS__)
#define KEEP_STDERR 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEP_STDERR 1
#endif
#endif

enum { PIPE_BYTES = 1 << 20, SPOOL_FD = 3 };

/* The least descriptor that no dup2 of the child can hit */
static int raise_fd(int fd, struct error *e)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	int sys = errno;
	close(fd);
	return high < 0 ? error_errno(e, sys, "raise a descriptor") : high;
}

static int make_pipe(int ends[2], struct error *e)
{
	if (pipe2(ends, O_CLOEXEC) < 0) {
		ends[0] = ends[1] = -1;
		return error_errno(e, errno, "pipe");
	}
	fcntl(ends[0], F_SETPIPE_SZ,
	      PIPE_BYTES); /* fewer switches; refused beyond the user's quota */
	for (int i = 0; i < 2; i++) {
		int r = ends[i] = raise_fd(ends[i], e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int spawn(const char *kind, int in, int out, int spool, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	char name[] = "plimsoll", verb[] = "worker", kind_copy[32];
	char *argv[] = { name, verb, kind_copy, NULL };
	/* the parent's environment may hold secrets; the sanitizers' own settings pass */
	char locale[] = "LC_ALL=C.UTF-8", asan[512] = "", ubsan[512] = "",
	     lsan[] = "LSAN_OPTIONS=detect_leaks=0";
	char *envp[] = { locale, lsan, NULL, NULL, NULL };
	size_t e = 2;
	int r;

	snprintf(kind_copy, sizeof kind_copy, "%s", kind);
	if (getenv("ASAN_OPTIONS")) {
		snprintf(asan, sizeof asan, "ASAN_OPTIONS=%s", getenv("ASAN_OPTIONS"));
		envp[e++] = asan;
	}
	if (getenv("UBSAN_OPTIONS")) {
		snprintf(ubsan, sizeof ubsan, "UBSAN_OPTIONS=%s", getenv("UBSAN_OPTIONS"));
		envp[e++] = ubsan;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
#ifndef KEEP_STDERR
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#endif
	if (spool >= 0)
		posix_spawn_file_actions_adddup2(&actions, spool, SPOOL_FD);
	else /* whatever our own caller left open there is none of the worker's business */
		posix_spawn_file_actions_addclose(&actions, SPOOL_FD);
	posix_spawnattr_init(&attr);
	sigemptyset(&none);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	r = posix_spawn(pid, "/proc/self/exe", &actions, &attr, argv, envp);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return r;
}

int proc_start_worker(const char *kind, int spool_fd, struct proc *out, struct error *e)
{
	int in[2] = { -1, -1 }, back[2] = { -1, -1 }, spool = -1;
	int r = make_pipe(in, e);

	if (r >= 0)
		r = make_pipe(back, e);
	if (r >= 0 && spool_fd >= 0) { /* dup2 onto itself would keep close-on-exec */
		spool = fcntl(spool_fd, F_DUPFD_CLOEXEC, 10);
		r = spool < 0 ? error_errno(e, errno, "spool") : 0;
	}
	if (r >= 0) {
		*out = (struct proc){ .in = in[1], .out = back[0] };
		r = spawn(kind, in[0], back[1], spool, &out->pid);
		if (r > 0)
			r = error_errno(e, r, "start a worker");
	}
	attr_close(&in[0]);
	attr_close(&back[1]);
	attr_close(&spool);
	if (r < 0) {
		attr_close(&in[1]);
		attr_close(&back[0]);
		*out = (struct proc){ .in = -1, .out = -1 };
	}
	return r;
}

int proc_write(struct proc *p, const void *bytes, size_t n, struct error *e)
{
	const char *at = bytes;

	while (n) {
		ssize_t put = write(p->in, at, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return error_set(e, ERR_CRASH, "the worker stopped reading: %s",
			                 strerror(errno));
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

void proc_close_in(struct proc *p)
{
	if (p->in >= 0)
		close(p->in);
	p->in = -1;
}

static int say_status(int status, struct error *e)
{
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status))
		return error_set(e, ERR_CRASH, "the jailed reader ended with status %d",
		                 WEXITSTATUS(status));
	if (WTERMSIG(status) == SIGXCPU)
		return error_set(e, ERR_LIMIT, "the jailed reader used up its CPU time");
	if (WTERMSIG(status) == SIGXFSZ)
		return error_set(e, ERR_LIMIT, "the jailed reader's spool grew too large");
	if (WTERMSIG(status) == SIGSYS)
		return error_set(
		        e, ERR_CRASH,
		        "the jailed reader was stopped: it asked for what the jail forbids");
	return error_set(e, ERR_CRASH, "the jailed reader was killed by SIG%s",
	                 sigabbrev_np(WTERMSIG(status)));
}

bool proc_ends(const struct proc *p)
{
	for (unsigned tries = 0; tries < 500; tries++) {
		siginfo_t info = { 0 };
		if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		    info.si_pid == p->pid)
			return true;
		poll(NULL, 0, 1);
	}
	return false;
}

int proc_end(struct proc *p, struct error *e)
{
	int status = 0;
	pid_t pid = p->pid;

	proc_close_in(p);
	attr_close(&p->out);
	p->out = -1;
	p->pid = 0;
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_errno(e, errno, "wait for a worker");
	return say_status(status, e);
}

void proc_kill(struct proc *p)
{
	struct error ignored;

	if (p->pid <= 0)
		return;
	kill(p->pid, SIGKILL);
	if (proc_end(p, &ignored) < 0)
		return; /* that is what was wanted */
}

int proc_spool_file(const char *dir, int *fd, struct error *e)
{
	const char *tries[] = { dir ? dir : getenv("TMPDIR"), "/var/tmp", "/tmp" };
	char path[4096];

	for (size_t i = 0; i < LEN(tries); i++) {
		if (!tries[i] || !*tries[i])
			continue;
		*fd = open(tries[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (*fd >= 0)
			return 0;
		if (errno == EOPNOTSUPP || errno == EISDIR) { /* a file system without O_TMPFILE */
			snprintf(path, sizeof path, "%s/plimsoll-XXXXXX", tries[i]);
			*fd = mkostemp(path, O_CLOEXEC);
			if (*fd >= 0)
				return unlink(path) < 0 ? error_errno(e, errno, "unlink %s", path)
				                        : 0;
		}
	}
	return error_errno(e, errno, "no folder for temporary files (TMPDIR, /var/tmp, /tmp)");
}
