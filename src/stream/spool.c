#include "stream/spool.h"
#include <assert.h>
#include <errno.h>
#include <inttypes.h>

enum { COPY_BYTES = 1 << 16 };

struct spool {
	int fd; /* -1: memory */
	char *memory;
	size_t room;
	uint64_t size, max_bytes;
};

struct spool *spool_new(int fd, uint64_t max_bytes)
{
	struct spool *s = malloc(sizeof *s);
	assert(s);
	*s = (struct spool){ .fd = fd, .max_bytes = max_bytes };
	return s;
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	free(s->memory);
	free(s);
}

static int append_file(struct spool *s, const char *p, size_t n, struct error *e)
{
	while (n) {
		ssize_t put = pwrite(s->fd, p, n, (off_t)s->size);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return error_errno(e, put ? errno : ENOSPC,
			                   "write the spool at byte %" PRIu64, s->size);
		p += put;
		n -= (size_t)put;
		s->size += (uint64_t)put;
	}
	return 0;
}

static int append_memory(struct spool *s, const char *p, size_t n, struct error *e)
{
	if (s->size + n > s->room) {
		size_t room = MAX((size_t)(s->size + n), s->room * 2);
		char *more = realloc(s->memory, room);
		if (!more)
			return error_set(e, ERR_LIMIT,
			                 "no memory for a file of more than %" PRIu64 " bytes",
			                 s->size);
		s->memory = more;
		s->room = room;
	}
	memcpy(s->memory + s->size, p, n);
	s->size += n;
	return 0;
}

int spool_fill(struct spool *s, struct stream *from, struct error *e)
{
	char part[COPY_BYTES];
	ssize_t got;
	int r = 0;

	s->size = 0;
	if (s->fd >= 0 && ftruncate(s->fd, 0) < 0)
		return error_errno(e, errno, "empty the spool");
	while ((got = stream_read(from, part, sizeof part, e)) > 0 && r >= 0) {
		if (s->size + (uint64_t)got > s->max_bytes)
			return error_set(e, ERR_LIMIT, "larger than %" PRIu64 " bytes",
			                 s->max_bytes);
		r = s->fd >= 0 ? append_file(s, part, (size_t)got, e)
		               : append_memory(s, part, (size_t)got, e);
		if (r < 0)
			return r;
	}
	return (int)MIN(got, 0);
}

uint64_t spool_size(const struct spool *s)
{
	return s->size;
}

int spool_read(struct spool *s, uint64_t offset, void *p, size_t n, struct error *e)
{
	uint64_t end;

	if (ckd_add(&end, offset, n) || end > s->size)
		return error_set(e, ERR_FORMAT,
		                 "byte %" PRIu64 ": %zu bytes run past the end at %" PRIu64, offset,
		                 n, s->size);
	if (s->fd < 0) {
		if (n)
			memcpy(p, s->memory + offset, n);
		return 0;
	}
	while (n) {
		ssize_t got = pread(s->fd, p, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return error_errno(e, got ? errno : EIO, "read the spool at byte %" PRIu64,
			                   offset);
		p = (char *)p + got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}
