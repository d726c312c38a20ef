#include "../test.h"
#include "sys/jail.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* Runs one deed inside a jail: its exit status, or minus the signal that ended it */
static int jailed(int (*deed)(void))
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		struct error e = { 0 };
		struct jail j = {
			.memory_bytes = MIB(64), .cpu_s = 1, .file_bytes = 4096, .keep_fd = 2
		};
		if (jail_enter(&j, &e) < 0)
			_exit(100);
		_exit(deed());
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int compute(void)
{
	char *p = malloc(MIB(8));
	if (!p)
		return 1;
	memset(p, 1, MIB(8));
	free(p);
	return 0;
}

static int open_file(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 && errno == EPERM ? 0 : 1;
}

static int make_file(void)
{
	return creat("/tmp/escaped", 0600);
}

static int reach_network(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int run_program(void)
{
	char *argv[] = { NULL };
	return execve("/bin/true", argv, argv);
}

static int make_process(void)
{
	return (int)fork();
}

static int make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	            0) == MAP_FAILED;
}

static int share_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) ==
	       MAP_FAILED;
}

static int kill_parent(void)
{
	return kill(getppid(), 0);
}

static int spin(void)
{
	volatile unsigned long i = 0;
	while (i + 1)
		i++;
	return 1;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
static int eat_memory(void)
{
	for (unsigned i = 0; i < 64; i++) {
		char *p = malloc(MIB(4));
		if (!p)
			return i > 4 ? 0 : 1; /* refused, but not at once */
		memset(p, 1, MIB(4));
	}
	return 2;
}
#endif

TEST(jail_lets_compute_and_nothing_else)
{
	static const struct {
		const char *what;
		int (*deed)(void);
		int want;
	} rows[] = {
		{ "memory", compute, 0 },
		{ "open", open_file, 0 },
		{ "creat", make_file, -SIGSYS },
		{ "socket", reach_network, -SIGSYS },
		{ "execve", run_program, -SIGSYS },
		{ "fork", make_process, -SIGSYS },
		{ "executable memory", make_code, -SIGSYS },
		{ "shared memory, which no limit counts", share_memory, -SIGSYS },
		{ "kill", kill_parent, -SIGSYS },
		{ "endless loop", spin, -SIGXCPU },
#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
		{ "memory bomb", eat_memory, 0 },
#endif
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		int got = jailed(rows[i].deed);
		if (got != rows[i].want)
			test_fail(__FILE__, __LINE__, "%s: got %d, want %d", rows[i].what, got,
			          rows[i].want);
	}
}
