#include "sys/tree.h"
#include "base/num.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

int tree_open_root(const char *path, int *fd, struct error *e)
{
	int got = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (got < 0 && errno == ENOTDIR)
		return error_set(e, ERR_USAGE, "%s: this is no folder", path);
	if (got < 0)
		return error_errno(e, errno, "%s", path);
	*fd = got;
	return 0;
}

/* Piece by piece, for kernels (and sandboxes) without openat2. */
static int walk(int root, const char *path)
{
	const int folder = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	const int file = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char piece[256];
	int at = root, next = -1;

	for (;;) {
		size_t n = strcspn(path, "/");
		bool last = !path[n];
		if (!n || n >= sizeof piece || !memcmp(path, "..", MIN(n + 1, (size_t)3))) {
			errno = EINVAL;
			next = -1;
		} else {
			memcpy(piece, path, n);
			piece[n] = 0;
			next = openat(at, piece, last ? file : folder);
		}
		int why = errno;
		if (at != root)
			close(at);
		errno = why;
		if (next < 0 || last)
			return next;
		at = next;
		path += n + 1;
	}
}

static int open_beneath(int root, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
	return fd < 0 && (errno == ENOSYS || errno == EPERM) ? walk(root, path) : fd;
}

int tree_open_file(int root, const char *path, int *fd, struct error *e)
{
	autoclose int got = open_beneath(root, path);
	struct stat st;

	if (got < 0 && errno == ELOOP)
		return error_set(e, ERR_FORMAT, "%s: a symbolic link, which is not followed", path);
	if (got < 0)
		return error_errno(e, errno, "%s", path);
	if (fstat(got, &st) < 0)
		return error_errno(e, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(e, ERR_FORMAT, "%s: this is no regular file", path);
	*fd = take_fd(&got);
	return 0;
}
