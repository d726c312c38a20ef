#include "scan/cachestore.h"
#include "base/cursor.h"
#include "base/time.h"
#include "base/vec.h"
#include "stream/squeeze.h"
#include "stream/stream.h"
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>

/* An entry: magic, its own name, the content's size, the SHA-256 of all before and of the packed
 * content, then the content as one zstd frame. */
enum {
	MAGIC = 0x31434c50, /* "PLC1" */
	HEAD_BYTES = 4 + 32 + 8,
	ENTRY_BYTES_MAX = 96 << 20,
	MEMORY_BYTES_MAX = 24 << 20,
	NAME_CHARS = 64,
	TEMPORARY_LIVES_S = 3600,
	ENTRIES_LISTED_MAX = 1 << 22,
};

struct kept { /* in memory */
	enum cache_kind kind;
	struct digest name;
	char *p;
	size_t n;
};

struct cachestore {
	int folders[CACHE_KINDS]; /* -1: none */
	uint64_t max_bytes;
	char trouble[512];
	_Atomic bool wrote;
	_Atomic unsigned count; /* of temporary names */
	pthread_mutex_t lock;   /* of what is in memory */
	struct arena arena;
	VEC(struct kept) kept;
};

const char *cachestore_folder(enum cache_kind kind)
{
	static const char *const names[] = { "layers", "documents", "images" };
	return names[kind];
}

/* --- the folder --- */

static bool make_folders(const char *dir)
{
	char path[4096];

	if ((size_t)snprintf(path, sizeof path, "%s", dir) >= sizeof path)
		return false;
	for (char *p = path + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = 0;
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return false;
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Whoever can write it can say what a layer holds. */
static bool is_trusted(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 && (st.st_uid == geteuid() || st.st_uid == 0) &&
	       !(st.st_mode & (S_IWOTH | S_IWGRP));
}

static void open_folder(struct cachestore *s, int dir, const char *path, enum cache_kind kind)
{
	const char *name = cachestore_folder(kind);

	if (mkdirat(dir, name, 0700) < 0 && errno != EEXIST) {
		snprintf(s->trouble, sizeof s->trouble, "%s: %s", path, strerror(errno));
		return;
	}
	s->folders[kind] = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (s->folders[kind] < 0) {
		snprintf(s->trouble, sizeof s->trouble, "%s/%s: %s", path, name, strerror(errno));
	} else if (!is_trusted(s->folders[kind])) {
		snprintf(s->trouble, sizeof s->trouble, "%s/%s belongs to somebody else", path,
		         name);
		close(s->folders[kind]);
		s->folders[kind] = -1;
	}
}

struct cachestore *cachestore_open(const char *dir, uint64_t max_bytes)
{
	struct cachestore *s = calloc(1, sizeof *s);

	assert(s);
	s->max_bytes = max_bytes;
	s->arena = ARENA(MIB(4));
	pthread_mutex_init(&s->lock, NULL);
	for (int k = 0; k < CACHE_KINDS; k++)
		s->folders[k] = -1;
	if (!dir)
		return s;
	bool made = make_folders(dir);
	autoclose int fd = made ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd < 0)
		snprintf(s->trouble, sizeof s->trouble, "%s: %s", dir, strerror(errno));
	for (int k = 0; fd >= 0 && k < CACHE_KINDS; k++)
		open_folder(s, fd, dir, (enum cache_kind)k);
	return s;
}

const char *cachestore_trouble(const struct cachestore *s)
{
	return s->trouble[0] ? s->trouble : NULL;
}

static void file_name(const struct digest *name, char out[NAME_CHARS + 1])
{
	char text[DIGEST_TEXT_BYTES];
	snprintf(out, NAME_CHARS + 1, "%s", digest_text(name, text) + 7);
}

/* --- in memory --- */

static bool recall(struct cachestore *s, enum cache_kind kind, const struct digest *name,
                   struct buf *out)
{
	bool found = false;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->kept.n && !found; i++)
		if (s->kept.v[i].kind == kind && digest_eq(&s->kept.v[i].name, name)) {
			buf_add(out, str_mem(s->kept.v[i].p, s->kept.v[i].n));
			found = true;
		}
	pthread_mutex_unlock(&s->lock);
	return found && !out->failed;
}

static void retain(struct cachestore *s, enum cache_kind kind, const struct digest *name, str entry)
{
	size_t held = 0;
	char *copy;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->kept.n; i++)
		held += s->kept.v[i].n;
	copy = held + entry.n <= MEMORY_BYTES_MAX ? malloc(entry.n) : NULL;
	if (copy) {
		memcpy(copy, entry.p, entry.n);
		if (!vec_add(&s->arena, &s->kept, ((struct kept){ kind, *name, copy, entry.n })))
			free(copy);
	}
	pthread_mutex_unlock(&s->lock);
}

/* --- entries --- */

static bool read_file(int dir, const char *name, struct buf *out)
{
	autoclose int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	ssize_t got = 1;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > ENTRY_BYTES_MAX)
		return false;
	char *p = buf_room(out, (size_t)st.st_size);
	while (p && out->n < (size_t)st.st_size && got > 0) {
		got = read(fd, p + out->n, (size_t)st.st_size - out->n);
		if (got > 0)
			buf_grown(out, (size_t)got);
	}
	if (!p || out->n != (size_t)st.st_size)
		return false;
	if (futimens(fd, (struct timespec[2]){ { .tv_nsec = UTIME_NOW },
	                                       { .tv_nsec = UTIME_NOW } }) < 0)
		errno = 0; /* a folder that is only read: others see to its order */
	return true;
}

static struct digest sum_of(str head, str packed)
{
	struct digester *d = digester_new();
	struct digest sum;

	digester_add(d, head.p, head.n);
	digester_add(d, packed.p, packed.n);
	digester_end(d, &sum);
	digester_free(d);
	return sum;
}

static bool unpack(str packed, uint64_t size, struct buf *out)
{
	struct error e = { 0 };
	struct stream *s cleanup(stream_cleanup) = stream_inflate(stream_mem(packed), size);
	char *p = size <= out->max_bytes ? buf_room(out, (size_t)size) : NULL;
	char more;

	if (!p || stream_read_full(s, p, (size_t)size, &e) != (ssize_t)size ||
	    stream_read(s, &more, 1, &e) != 0)
		return false;
	buf_grown(out, (size_t)size);
	return true;
}

static bool open_entry(str entry, const struct digest *name, struct buf *out)
{
	struct cursor c = CURSOR("entry", entry.p, entry.n);
	struct digest own, sum, want;

	if (entry.n < HEAD_BYTES + sizeof want.bytes || cur_le32(&c) != MAGIC)
		return false;
	memcpy(own.bytes, entry.p + 4, sizeof own.bytes);
	c = CURSOR("entry", entry.p + 4 + sizeof own.bytes, 8);
	uint64_t size = cur_le64(&c);
	memcpy(want.bytes, entry.p + HEAD_BYTES, sizeof want.bytes);
	str packed = str_from(entry, HEAD_BYTES + sizeof want.bytes);
	sum = sum_of(str_upto(entry, HEAD_BYTES), packed);
	return digest_eq(&own, name) && digest_eq(&sum, &want) && unpack(packed, size, out);
}

bool cachestore_get(struct cachestore *s, enum cache_kind kind, const struct digest *name,
                    struct buf *out)
{
	struct buf entry cleanup(buf_done) = BUF(ENTRY_BYTES_MAX);
	char file[NAME_CHARS + 1];

	file_name(name, file);
	if ((s->folders[kind] >= 0 ? read_file(s->folders[kind], file, &entry)
	                           : recall(s, kind, name, &entry)) &&
	    open_entry(buf_view(&entry), name, out))
		return true;
	buf_clear(out);
	return false;
}

static bool write_all(int fd, str bytes)
{
	while (bytes.n) {
		ssize_t put = write(fd, bytes.p, bytes.n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		bytes = str_from(bytes, (size_t)put);
	}
	return true;
}

/* Nothing is lost when it fails: the next one tries again. */
static void write_file(struct cachestore *s, int dir, const char *name, str entry)
{
	char fresh[64];

	snprintf(fresh, sizeof fresh, ".new-%d-%lld-%u", getpid(), (long long)time_mono_ms(),
	         atomic_fetch_add(&s->count, 1));
	autoclose int fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (!write_all(fd, entry) || renameat(dir, fresh, dir, name) < 0)
		unlinkat(dir, fresh, 0);
	else
		s->wrote = true;
}

void cachestore_put(struct cachestore *s, enum cache_kind kind, const struct digest *name,
                    str content)
{
	struct buf entry cleanup(buf_done) = BUF(ENTRY_BYTES_MAX),
	                 packed cleanup(buf_done) = BUF(ENTRY_BYTES_MAX);
	char file[NAME_CHARS + 1];
	struct digest sum;

	buf_u32(&entry, MAGIC);
	buf_add(&entry, str_mem(name->bytes, sizeof name->bytes));
	buf_u64(&entry, content.n);
	squeeze(content, &packed);
	sum = sum_of(buf_view(&entry), buf_view(&packed));
	buf_add(&entry, str_mem(sum.bytes, sizeof sum.bytes));
	buf_add(&entry, buf_view(&packed));
	if (entry.failed || packed.failed)
		return;
	file_name(name, file);
	if (s->folders[kind] >= 0)
		write_file(s, s->folders[kind], file, buf_view(&entry));
	else
		retain(s, kind, name, buf_view(&entry));
}

void cachestore_drop(struct cachestore *s, enum cache_kind kind, const struct digest *name)
{
	char file[NAME_CHARS + 1];

	file_name(name, file);
	if (s->folders[kind] >= 0)
		unlinkat(s->folders[kind], file, 0);
}

/* --- all of them --- */

static bool read_name(const char *file, struct digest *out)
{
	char text[DIGEST_TEXT_BYTES];
	struct error ignored = { 0 };

	if (strlen(file) != NAME_CHARS)
		return false;
	snprintf(text, sizeof text, "sha256:%s", file);
	return digest_parse(str_c(text), out, &ignored) == 0;
}

static int each_in(int folder, enum cache_kind kind,
                   int (*fn)(void *ctx, const struct cachestore_entry *x, const char *file),
                   void *ctx)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *file;
	struct stat st;
	int r = 0;

	if (!d && fd >= 0)
		close(fd);
	while (d && r >= 0 && (file = readdir(d))) {
		struct cachestore_entry x = { .kind = kind };
		if (!strcmp(file->d_name, ".") || !strcmp(file->d_name, "..") ||
		    fstatat(folder, file->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    S_ISDIR(st.st_mode))
			continue;
		x.foreign = !read_name(file->d_name, &x.name);
		x.bytes = (uint64_t)st.st_size;
		x.used = st.st_mtime;
		r = fn(ctx, &x, file->d_name);
	}
	if (d)
		closedir(d);
	return r;
}

struct telling {
	int (*fn)(void *ctx, const struct cachestore_entry *x);
	void *ctx;
};

static int tell(void *ctx, const struct cachestore_entry *x, const char *file)
{
	struct telling *t = ctx;
	(void)file;
	return t->fn(t->ctx, x);
}

int cachestore_each(struct cachestore *s, int (*fn)(void *ctx, const struct cachestore_entry *x),
                    void *ctx)
{
	struct telling t = { fn, ctx };
	int r = 0;

	for (int k = 0; k < CACHE_KINDS && r >= 0; k++)
		if (s->folders[k] >= 0)
			r = each_in(s->folders[k], (enum cache_kind)k, tell, &t);
	return r;
}

struct cleaning {
	int folder;
	uint64_t removed;
};

static int remove_it(void *ctx, const struct cachestore_entry *x, const char *file)
{
	struct cleaning *c = ctx;
	c->removed += unlinkat(c->folder, file, 0) == 0 && !x->foreign;
	return 0;
}

uint64_t cachestore_clean(struct cachestore *s)
{
	struct cleaning c = { 0 };

	for (int k = 0; k < CACHE_KINDS; k++) {
		c.folder = s->folders[k];
		if (c.folder >= 0)
			each_in(c.folder, (enum cache_kind)k, remove_it, &c);
	}
	return c.removed;
}

/* --- the oldest go --- */

struct eviction {
	struct cachestore *s;
	struct arena arena;
	VEC(struct cachestore_entry) entries;
	uint64_t bytes;
	int64_t now;
};

static int weigh(void *ctx, const struct cachestore_entry *x, const char *file)
{
	struct eviction *v = ctx;

	if (x->foreign && v->now - x->used > TEMPORARY_LIVES_S)
		return unlinkat(v->s->folders[x->kind], file, 0) < 0 ? 0 : 0;
	v->bytes += x->bytes;
	if (!x->foreign && v->entries.n < ENTRIES_LISTED_MAX)
		vec_add(&v->arena, &v->entries, *x);
	return 0;
}

static int by_use(const void *a, const void *b)
{
	const struct cachestore_entry *x = a, *y = b;
	return (x->used > y->used) - (x->used < y->used);
}

/* Down to nine tenths, so that not every scan has to. */
static void evict(struct cachestore *s)
{
	struct eviction v = { .s = s, .arena = ARENA(MIB(512)), .now = (int64_t)time(NULL) };

	for (int k = 0; k < CACHE_KINDS; k++)
		if (s->folders[k] >= 0)
			each_in(s->folders[k], (enum cache_kind)k, weigh, &v);
	if (v.bytes > s->max_bytes && v.entries.n) {
		qsort(v.entries.v, v.entries.n, sizeof *v.entries.v, by_use);
		for (size_t i = 0; i < v.entries.n && v.bytes > s->max_bytes / 10 * 9; i++) {
			cachestore_drop(s, v.entries.v[i].kind, &v.entries.v[i].name);
			v.bytes -= v.entries.v[i].bytes;
		}
	}
	arena_done(&v.arena);
}

void cachestore_close(struct cachestore *s)
{
	if (!s)
		return;
	if (s->wrote && s->max_bytes)
		evict(s);
	for (int k = 0; k < CACHE_KINDS; k++)
		if (s->folders[k] >= 0)
			close(s->folders[k]);
	for (size_t i = 0; i < s->kept.n; i++)
		free(s->kept.v[i].p);
	arena_done(&s->arena);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
