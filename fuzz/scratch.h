/* fuzz/scratch.h — a folder for readers that open files by name; it goes with the process. */
#pragma once
#include "base/str.h"
#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[40];

static inline int scratch_drop(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

static inline void scratch_end(void)
{
	nftw(scratch, scratch_drop, 8, FTW_DEPTH | FTW_PHYS);
}

/* The folder with these folders in it; true the first time */
static inline bool scratch_open(const char *const *folders, size_t n)
{
	static bool open;
	char path[256];

	if (open)
		return false;
	open = true;
	snprintf(scratch, sizeof scratch, "%s/plimsoll-fuzz-XXXXXX",
	         access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert(mkdtemp(scratch));
	atexit(scratch_end);
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%s", scratch, folders[i]);
		assert(mkdir(path, 0700) == 0);
	}
	return true;
}

static inline const char *scratch_path(char out[256], const char *name)
{
	snprintf(out, 256, "%s/%s", scratch, name);
	return out;
}

static inline void scratch_put(const char *name, str bytes)
{
	char path[256];
	int fd = open(scratch_path(path, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert(fd >= 0);
	assert(!bytes.n || write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
	close(fd);
}

static inline void scratch_cut(const char *name)
{
	char path[256];
	unlink(scratch_path(path, name));
}
