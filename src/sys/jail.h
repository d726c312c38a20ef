/* sys/jail.h — the cell in which hostile bytes are parsed. A process locks itself in, for good: no
 * new files (Landlock and seccomp), no network, no new processes, limits on memory and CPU time; what
 * is left is reading and writing the descriptors it already has. Hosts libseccomp. */
#pragma once
#include "base/error.h"
#include <stdint.h>

struct jail {
	uint64_t memory_bytes; /* private memory (RLIMIT_DATA); not enforced in sanitizer builds */
	unsigned cpu_s;        /* then SIGXCPU ends the process */
	uint64_t file_bytes;   /* largest size that the spool may reach */
	int keep_fd;           /* highest descriptor that stays open: 2, or 3 with a spool */
};

/* From here on any other system call kills the process. Descriptors above keep_fd are closed. Root
 * becomes nobody. What the kernel lacks (Landlock before 5.13) is left out; a kernel without seccomp
 * is ERR_SYSTEM: without a jail nothing is parsed. One thread only. */
int jail_enter(const struct jail *j, struct error *e) must_use;
