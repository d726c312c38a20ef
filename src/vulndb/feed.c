#include "vulndb/feed.h"
#include "base/time.h"
#include "net/client.h"
#include "sys/proc.h"
#include "vulndb/part.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 256 << 10, LOOSE_FILES_MAX = 2000000, NAME_BYTES = 512 };
static const uint64_t feed_bytes_max = (uint64_t)8 << 30;

static int write_at(int fd, str bytes, struct error *e)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int why = errno; /* a full disk gets its room back */
			return ftruncate(fd, 0) < 0 ? error_errno(e, errno, "write a feed")
			                            : error_errno(e, why, "write a feed");
		}
		bytes = str_from(bytes, (size_t)n);
	}
	return 0;
}

/* All of a stream into fd (unless below 0), counted and summed */
static int copy(struct stream *from, int fd, struct digester *sum, uint64_t *bytes, struct error *e)
{
	autofree char *room = malloc(COPY_BYTES);
	if (!room)
		abort();
	for (;;) {
		ssize_t n = stream_read(from, room, COPY_BYTES, e);
		if (n <= 0)
			return (int)n;
		if ((*bytes += (uint64_t)n) > feed_bytes_max)
			return error_set(e, ERR_LIMIT, "larger than 8 GiB");
		digester_add(sum, room, (size_t)n);
		int r = fd < 0 ? 0 : write_at(fd, str_mem(room, (size_t)n), e);
		if (r < 0)
			return r;
	}
}

static void judge(struct fetched *out, struct digester *sum, const struct shelf_source *last,
                  struct arena *a)
{
	struct digest d;
	char text[DIGEST_TEXT_BYTES];
	digester_end(sum, &d);
	out->source.digest = arena_str(a, str_c(digest_text(&d, text)));
	out->unchanged = last && str_eq(last->digest, out->source.digest);
}

static int open_file(const char *path, struct fetched *out, struct digester *sum, struct error *e)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(e, errno, "%s", path);
	struct stream *s = stream_fd(fd, false);
	int r = copy(s, -1, sum, &out->bytes, e);
	stream_free(s);
	if (r < 0)
		return error_in(e, "%s", path);
	out->fd = take_fd(&fd);
	return 0;
}

static int order_names(const void *x, const void *y)
{
	return str_cmp(*(const str *)x, *(const str *)y);
}

static int add_loose(const char *dir, str name, int to, struct digester *sum, struct fetched *out,
                     struct error *e)
{
	char path[4096];
	struct stat st;
	struct buf head cleanup(buf_done) = BUF(512);
	snprintf(path, sizeof path, "%s/%.*s", dir, STR_FMT(name));
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(e, errno, "%s", path);
	buf_str(&head, str_upto(name, 255));
	buf_u64(&head, (uint64_t)st.st_size);
	digester_add(sum, head.p, head.n);
	uint64_t before = out->bytes;
	struct stream *s = stream_fd(fd, false);
	int r = write_at(to, buf_view(&head), e);
	r = r < 0 ? r : copy(s, to, sum, &out->bytes, e);
	stream_free(s);
	if (r == 0 && out->bytes - before != (uint64_t)st.st_size)
		r = error_set(e, ERR_SYSTEM, "changed while it was read");
	return r < 0 ? error_in(e, "%s", path) : 0;
}

/* Loose records, by name, in one file */
static int open_loose(const char *dir, const char *only, const char *spool_dir, struct fetched *out,
                      struct digester *sum, struct error *e)
{
	struct arena names cleanup(arena_done) = ARENA(256 << 20);
	VEC(str) all = { 0 };
	autoclose int fd = -1;
	int r = proc_spool_file(spool_dir, &fd, e);
	DIR *d = opendir(dir);
	if (!d)
		return error_errno(e, errno, "%s", dir);
	for (struct dirent *entry; (entry = readdir(d)) && all.n < LOOSE_FILES_MAX;)
		if (str_ends(str_c(entry->d_name), STR(".json")) &&
		    (!only || !strcmp(only, entry->d_name)))
			vec_add(&names, &all, arena_str(&names, str_c(entry->d_name)));
	closedir(d);
	if (names.failed)
		return error_set(e, ERR_LIMIT, "%s: too many files", dir);
	if (all.n)
		qsort(all.v, all.n, sizeof *all.v, order_names);
	for (size_t i = 0; r == 0 && i < all.n; i++)
		r = add_loose(dir, all.v[i], fd, sum, out, e);
	if (r < 0)
		return r;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return error_errno(e, errno, "%s", dir);
	out->fd = take_fd(&fd);
	return 0;
}

/* Does a 206 begin where it was asked to? */
static bool begins_at(const struct response *answer, uint64_t from)
{
	str range = response_header(answer, "Content-Range"), first;
	uint64_t n;
	return str_starts(range, STR("bytes ")) && (range = str_from(range, 6)).n &&
	       str_split(&range, '-', &first) && str_u64(str_trim(first), &n) && n == from;
}

/* What an earlier run left is part of the sum; its end is where the rest goes. */
static int take_left(struct part *part, struct digester *sum, uint64_t *bytes, struct error *e)
{
	struct stream *s cleanup(stream_cleanup) = stream_fd(part->fd, false);
	int r = copy(s, -1, sum, bytes, e);
	if (r == 0 && *bytes != part->bytes)
		return error_set(e, ERR_SYSTEM, "%s: changed while it was read", part->path);
	return r;
}

static void take_names(struct fetched *out, const struct response *answer, struct arena *a)
{
	out->source.etag = arena_str(a, str_upto(response_header(answer, "ETag"), 256));
	out->source.last_modified =
	        arena_str(a, str_upto(response_header(answer, "Last-Modified"), 64));
}

static int bring(const struct feed *f, const struct shelf_source *last, struct client *net,
                 struct part *part, struct arena *a, struct fetched *out, struct digester *sum,
                 struct error *e)
{
	struct request q = { .url = f->where, .resume = true };
	struct response answer cleanup(response_done) = { 0 };
	struct stream *body cleanup(stream_cleanup) = NULL;

	if (last && last->etag.n)
		q.if_none_match = arena_str(a, last->etag).p;
	if (last && last->last_modified.n)
		q.if_modified_since = arena_str(a, last->last_modified).p;
	q.offset = part->bytes;
	q.if_range = part->bytes ? part->tag.p : NULL;
	int r = client_open(net, &q, &answer, &body, e);
	if (r < 0)
		return r;
	bool goes_on = q.offset && answer.status == 206;
	if (q.offset && answer.status == 416) /* it is all there, or of another file: once more */
		return 1;
	out->unchanged = answer.status == 304 && last;
	out->missing = answer.status == 404;
	if (out->unchanged || out->missing)
		return 0;
	if (answer.status != 200 && !goes_on)
		return response_refused(&q, &answer, e);
	if (goes_on && !begins_at(&answer, q.offset))
		return error_set(e, ERR_UPSTREAM, "%s: the server answers another range than asked",
		                 f->where);
	take_names(out, &answer, a);
	r = part_open(part, goes_on, out->source.etag, e);
	r = r < 0 || !goes_on ? r : take_left(part, sum, &out->bytes, e);
	r = r < 0 ? r : copy(body, part->fd, sum, &out->bytes, e);
	if (r < 0)
		return r;
	if (lseek(part->fd, 0, SEEK_SET) < 0)
		return error_errno(e, errno, "a download");
	out->fd = part_take(part);
	return 0;
}

/* "csaf_vex_2024-08-04.tar.zst\n": one plain name, as it becomes a part of the URL. 1, 0: no such
 * feed */
static int follow(struct feed *f, struct client *net, struct arena *a, struct error *e)
{
	struct request q = { .url = f->where };
	struct response answer cleanup(response_done) = { 0 };
	struct buf body cleanup(buf_done) = BUF(NAME_BYTES);
	int r = client_document(net, &q, NAME_BYTES, &answer, &body, e);
	if (r < 0)
		return r;
	if (answer.status != 200)
		return answer.status == 404 ? 0 : response_refused(&q, &answer, e);
	str name = str_trim(buf_view(&body)), url = str_c(f->where);
	bool plain = name.n && name.p[0] != '.';
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		                  (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-');
	}
	if (!plain)
		return error_set(e, ERR_FORMAT, "%s: no name of a file", f->where);
	url = arena_concat(a, str_upto(url, str_rchr(url, '/') + 1), name);
	f->where = url.p;
	return url.n ? 1 : error_set(e, ERR_LIMIT, "too many feeds");
}

static int open_remote(const struct feed *f, const struct shelf_source *last, struct client *net,
                       const char *dir, struct arena *a, struct fetched *out, struct digester *sum,
                       struct error *e)
{
	struct part part;
	struct feed named = *f;
	int found = f->pointer ? follow(&named, net, a, e) : 1;
	if (found <= 0) {
		out->missing = found == 0;
		return found;
	}
	f = &named;
	part_find(&part, dir, f->where, a);
	int r = bring(f, last, net, &part, a, out, sum, e);
	if (r == 1) {
		unlink(part.path);
		part_find(&part, dir, f->where, a);
		r = bring(f, last, net, &part, a, out, sum, e);
	}
	part_done(&part);
	return r;
}

int feed_fetch(const struct feed *f, const struct shelf_source *last, struct client *net,
               const char *dir, struct arena *a, struct fetched *out, struct error *e)
{
	struct digester *sum = digester_new();
	int r;
	*out = (struct fetched){ .fd = -1, .source.name = f->name };
	if (f->remote)
		r = open_remote(f, last, net, dir, a, out, sum, e);
	else if (f->kind == FEED_OSV_FILES || f->kind == FEED_CSAF_FILES)
		r = open_loose(f->where, f->only, dir, out, sum, e);
	else
		r = open_file(f->where, out, sum, e);
	if (r == 0 && out->fd >= 0)
		judge(out, sum, last, a);
	if (r == 0 && out->fd >= 0 && out->unchanged)
		close(take_fd(&out->fd));
	digester_free(sum);
	if (r == 0 && out->fd >= 0 && lseek(out->fd, 0, SEEK_SET) < 0)
		return error_errno(e, errno, "%s", f->where);
	return r;
}
