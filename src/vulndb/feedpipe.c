#include "vulndb/feedpipe.h"
#include "base/time.h"
#include <errno.h>
#include <poll.h>

struct feedpipe {
	struct stream s;
	int fd;
	int64_t left_ms;
};

static ssize_t feedpipe_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct feedpipe *f = (struct feedpipe *)s;

	for (;;) {
		struct pollfd ready = { .fd = f->fd, .events = POLLIN };
		int64_t since_ms = time_mono_ms();
		int r = f->left_ms > 0 ? poll(&ready, 1, (int)MIN(f->left_ms, (int64_t)60000)) : 0;

		f->left_ms -= time_mono_ms() - since_ms;
		if (r > 0)
			break;
		if (r < 0 && errno != EINTR)
			return error_errno(e, errno, "wait for the reader");
		if (f->left_ms <= 0)
			return error_set(e, ERR_LIMIT, "the jailed reader takes too long");
	}
	ssize_t got = read(f->fd, p, n);
	return got < 0 ? error_errno(e, errno, "read the reader's answer") : got;
}

static void feedpipe_free(struct stream *s)
{
	free(s);
}

struct stream *feedpipe_open(int fd, unsigned wait_s)
{
	static const struct stream_ops ops = { feedpipe_read, feedpipe_free };
	struct feedpipe *f = calloc(1, sizeof *f);
	if (!f)
		abort();
	*f = (struct feedpipe){ { .ops = &ops }, fd, (int64_t)wait_s * 1000 };
	return &f->s;
}
