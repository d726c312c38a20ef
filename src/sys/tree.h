/* sys/tree.h — files beneath a folder that someone else made: no path and no symbolic link leads
 * out of it. Any thread. */
#pragma once
#include "base/error.h"

/* The folder itself, for the calls below; ERR_USAGE when it is none. Links in `path` are followed,
 * as it is the user's own word. */
int tree_open_root(const char *path, int *fd, struct error *e) must_use;
/* A regular file at a relative path, for reading. No link is followed, devices and pipes are not
 * opened. Returns ERR_NOTFOUND when absent. */
int tree_open_file(int root, const char *path, int *fd, struct error *e) must_use;
