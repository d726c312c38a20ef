#include "sys/jail.h"
#include <errno.h>
#include <grp.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

enum { NOBODY = 65534 };

static int limit(int what, uint64_t value, const char *name, struct error *e)
{
	/* the soft limit sends the signal that tells which limit it was, the hard one kills */
	struct rlimit l = { value, what == RLIMIT_CPU ? value + 1 : value };
	return setrlimit((__rlimit_resource_t)what, &l) < 0
	               ? error_errno(e, errno, "limit %s", name)
	               : 0;
}

static int set_limits(const struct jail *j, struct error *e)
{
	int r = limit(RLIMIT_CPU, j->cpu_s, "CPU time", e);

	if (r >= 0 && !SANITIZED) /* the sanitizer's shadow alone is larger than any limit */
		r = limit(RLIMIT_DATA, j->memory_bytes, "memory", e);
	if (r >= 0)
		r = limit(RLIMIT_FSIZE, j->file_bytes, "file size", e);
	if (r >= 0)
		r = limit(RLIMIT_CORE, 0, "core files", e);
	return r;
}

/* Being nobody is a second wall behind seccomp; in a user namespace without that id it is left out.
 */
static void drop_root(void)
{
	if (geteuid() != 0)
		return;
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return;
}

/* No path of the file system may be opened, whatever a later system call is called (landlock(7)).
 */
static int close_file_system(struct error *e)
{
	struct landlock_ruleset_attr none = { .handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SYM
		                                                   << 1 };
	int version =
	        (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (version < 1)
		return 0;         /* seccomp alone */
	none.handled_access_fs--; /* all bits of version 1 */
	autoclose int rules = (int)syscall(SYS_landlock_create_ruleset, &none, sizeof none, 0);
	if (rules < 0 || syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		return error_errno(e, errno, "Landlock");
	return 0;
}

/* All that a parser needs: its descriptors, memory, and a way out. Nothing here takes a path. */
// clang-format off
static const int allowed[] = {
	SCMP_SYS(read),         SCMP_SYS(write),       SCMP_SYS(readv),        SCMP_SYS(writev),
	SCMP_SYS(pread64),      SCMP_SYS(pwrite64),    SCMP_SYS(lseek),        SCMP_SYS(ftruncate),
	SCMP_SYS(fstat),        SCMP_SYS(close),       SCMP_SYS(poll),         SCMP_SYS(ppoll),
	SCMP_SYS(munmap),       SCMP_SYS(mremap),      SCMP_SYS(brk),          SCMP_SYS(madvise),
	SCMP_SYS(futex),        SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(getrandom),    SCMP_SYS(getpid),      SCMP_SYS(gettid),       SCMP_SYS(getuid),
	SCMP_SYS(geteuid),      SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
	SCMP_SYS(sigaltstack),  SCMP_SYS(restart_syscall), SCMP_SYS(exit),     SCMP_SYS(exit_group),
	SCMP_SYS(sched_yield),  SCMP_SYS(getrusage),   SCMP_SYS(sysinfo) /* qsort */,
};
// clang-format on

/* Libraries ask for these in passing (SQLite, stdio, iconv); being refused is answer enough. */
static const int refused[] = { SCMP_SYS(openat),   SCMP_SYS(open),       SCMP_SYS(ioctl),
	                       SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(newfstatat) };

static int close_kernel(struct error *e)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r = filter ? 0 : -ENOMEM;

	for (size_t i = 0; i < LEN(allowed) && r == 0; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	/* memory never becomes code, and is never shared: RLIMIT_DATA counts private memory only */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
		                     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
		                     SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_SHARED, 0));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
		                     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* abort() signals its own thread: the id cannot be known here, but a sole nobody harms no
	 * one */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		                     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	for (size_t i = 0; i < LEN(refused) && r == 0; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r < 0 ? error_errno(e, -r, "seccomp") : 0;
}

int jail_enter(const struct jail *j, struct error *e)
{
	int r;

	if (close_range((unsigned)j->keep_fd + 1, ~0u, 0) < 0)
		return error_errno(e, errno, "close what is not needed");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_errno(e, errno, "no new privileges");
	r = set_limits(j, e);
	if (r < 0)
		return r;
	drop_root();
	prctl(PR_SET_PDEATHSIG, 9); /* a change of user clears it, so it comes after */
	r = close_file_system(e);
	return r < 0 ? r : close_kernel(e);
}
