#include "vulndb/feed.h"
#include "base/time.h"
#include "net/client.h"
#include "sys/proc.h"
#include "version/ecosystem.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

enum { COPY_BYTES = 256 << 10, LOOSE_FILES_MAX = 2000000 };
static const uint64_t feed_bytes_max = (uint64_t)8 << 30;

static const char publisher_osv[] = "https://osv-vulnerabilities.storage.googleapis.com";
static const char publisher_tracker[] = "https://security-tracker.debian.org/tracker/data/json";

static int order_feeds(const void *x, const void *y)
{
	return str_cmp(((const struct feed *)x)->name, ((const struct feed *)y)->name);
}

static void add(struct feeds *into, struct arena *a, str name, enum feed_kind kind, bool remote,
                str where)
{
	vec_add(a, &into->list,
	        ((struct feed){ .name = arena_str(a, name),
	                        .kind = kind,
	                        .where = arena_str(a, where).p,
	                        .remote = remote }));
}

/* "Rocky Linux" in a URL; names come from our own table */
static str in_url(struct arena *a, str name)
{
	size_t space = str_chr(name, ' ');
	return space == name.n ? name
	                       : arena_printf(a, "%.*s%%20%.*s", STR_FMT(str_upto(name, space)),
	                                      STR_FMT(in_url(a, str_from(name, space + 1))));
}

static void list_osv(const char *base, struct arena *a, struct feeds *out)
{
	const struct ecosystem *eco;
	for (size_t i = 0; (eco = ecosystem_at(i)); i++)
		if (eco->purl_type[0])
			add(out, a, arena_concat(a, STR("osv/"), eco->name), FEED_OSV_ZIP, true,
			    arena_printf(a, "%s/%.*s/all.zip", base,
			                 STR_FMT(in_url(a, eco->name))));
}

static void list_remote(const char *from, struct arena *a, struct feeds *out)
{
	if (!from) {
		list_osv(publisher_osv, a, out);
		add(out, a, STR("debian/tracker"), FEED_DEBIAN, true, str_c(publisher_tracker));
		return;
	}
	str base = str_c(from);
	while (str_ends(base, STR("/")))
		base.n--;
	list_osv(arena_printf(a, "%.*s/osv", STR_FMT(base)).p, a, out);
	add(out, a, STR("debian/tracker"), FEED_DEBIAN, true,
	    arena_printf(a, "%.*s/debian/tracker.json", STR_FMT(base)));
}

static bool exists(const char *path)
{
	struct stat st;
	return path && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool holds_json(const char *dir)
{
	DIR *d = opendir(dir);
	bool yes = false;
	for (struct dirent *entry; d && !yes && (entry = readdir(d));)
		yes = str_ends(str_c(entry->d_name), STR(".json"));
	if (d)
		closedir(d);
	return yes;
}

static void list_ecosystem(const char *dir, const char *entry, struct arena *a, struct feeds *out)
{
	str name = arena_printf(a, "osv/%s", entry), path = arena_printf(a, "%s/%s", dir, entry);
	str zip = arena_concat(a, path, STR("/all.zip"));
	if (exists(zip.p))
		add(out, a, name, FEED_OSV_ZIP, false, zip);
	else if (holds_json(path.p))
		add(out, a, name, FEED_OSV_FILES, false, path);
}

static void list_archive(const char *dir, const char *entry, struct arena *a, struct feeds *out)
{
	static const struct {
		str end;
		enum feed_kind kind;
	} forms[] = {
		{ STR_INIT(".zip"), FEED_CVE_ZIP },     { STR_INIT(".tar"), FEED_CVE_TAR },
		{ STR_INIT(".tar.gz"), FEED_CVE_TAR },  { STR_INIT(".tgz"), FEED_CVE_TAR },
		{ STR_INIT(".tar.zst"), FEED_CVE_TAR },
	};
	for (size_t i = 0; i < LEN(forms); i++)
		if (str_ends(str_c(entry), forms[i].end))
			add(out, a, arena_printf(a, "cve/%s", entry), forms[i].kind, false,
			    arena_printf(a, "%s/%s", dir, entry));
}

static void list_folder(const char *dir, struct arena *a, struct feeds *out,
                        void (*each)(const char *, const char *, struct arena *, struct feeds *))
{
	DIR *d = opendir(dir);
	for (struct dirent *entry; d && (entry = readdir(d));)
		if (entry->d_name[0] != '.' && strlen(entry->d_name) < 60)
			each(dir, entry->d_name, a, out);
	if (d)
		closedir(d);
}

int feed_list(const char *from, struct arena *a, struct feeds *out, struct error *e)
{
	str s = str_c(from);
	if (!from || str_starts(s, STR("http://")) || str_starts(s, STR("https://"))) {
		list_remote(from, a, out);
	} else {
		struct stat st;
		if (stat(from, &st) < 0)
			return error_errno(e, errno, "%s", from);
		str tracker = arena_printf(a, "%s/debian/tracker.json", from);
		list_folder(arena_printf(a, "%s/osv", from).p, a, out, list_ecosystem);
		list_folder(arena_printf(a, "%s/cve", from).p, a, out, list_archive);
		if (exists(tracker.p))
			add(out, a, STR("debian/tracker"), FEED_DEBIAN, false, tracker);
	}
	if (a->failed)
		return error_set(e, ERR_LIMIT, "%s: too many feeds", from);
	if (!out->list.n)
		return error_set(e, ERR_NOTFOUND,
		                 "%s: no feeds in it (osv/ECOSYSTEM/all.zip, debian/tracker.json)",
		                 from);
	qsort(out->list.v, out->list.n, sizeof *out->list.v, order_feeds);
	return 0;
}

static int write_at(int fd, str bytes, struct error *e)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(e, errno, "write a feed");
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
static int open_loose(const char *dir, const char *spool_dir, struct fetched *out,
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
		if (str_ends(str_c(entry->d_name), STR(".json")))
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

static int open_remote(const struct feed *f, const struct shelf_source *last, struct client *net,
                       const char *dir, struct arena *a, struct fetched *out, struct digester *sum,
                       struct error *e)
{
	struct request q = { .url = f->where, .resume = true };
	struct response answer cleanup(response_done) = { 0 };
	struct stream *body cleanup(stream_cleanup) = NULL;
	autoclose int fd = -1;
	int64_t date;
	char text[TIME_TEXT_BYTES];

	if (last && last->etag.n)
		q.if_none_match = arena_str(a, last->etag).p;
	if (last && last->last_modified.n)
		q.if_modified_since = arena_str(a, last->last_modified).p;
	int r = client_open(net, &q, &answer, &body, e);
	if (r < 0)
		return r;
	out->unchanged = answer.status == 304 && last;
	out->missing = answer.status == 404;
	if (out->unchanged || out->missing)
		return 0;
	if (answer.status != 200)
		return response_refused(&q, &answer, e);
	out->source.etag = arena_str(a, str_upto(response_header(&answer, "ETag"), 256));
	out->source.last_modified =
	        arena_str(a, str_upto(response_header(&answer, "Last-Modified"), 64));
	if (time_parse_http(out->source.last_modified, &date))
		out->source.date = arena_str(a, str_c(time_text(date, text)));
	if ((r = proc_spool_file(dir, &fd, e)) < 0 || (r = copy(body, fd, sum, &out->bytes, e)) < 0)
		return r;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return error_errno(e, errno, "a download");
	out->fd = take_fd(&fd);
	return 0;
}

int feed_fetch(const struct feed *f, const struct shelf_source *last, struct client *net,
               const char *dir, struct arena *a, struct fetched *out, struct error *e)
{
	struct digester *sum = digester_new();
	int r;
	*out = (struct fetched){ .fd = -1, .source.name = f->name };
	if (f->remote)
		r = open_remote(f, last, net, dir, a, out, sum, e);
	else if (f->kind == FEED_OSV_FILES)
		r = open_loose(f->where, dir, out, sum, e);
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
