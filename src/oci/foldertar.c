#include "oci/foldertar.h"
#include "base/arena.h"
#include "base/buf.h"
#include "oci/tarhead.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

enum {
	DEPTH_MAX = 256, /* one descriptor each */
	PATH_BYTES_MAX = FOLDERTAR_PATH_BYTES,
	NAMES_BYTES_MAX = 64 << 20, /* of one folder */
	LINKS_BYTES_MAX = 64 << 20, /* to remember hard links */
	BUCKETS = 4096,
};

struct level { /* a folder being walked: its names, sorted */
	int fd;
	dev_t device;
	struct buf names;
	char **sorted; /* into names */
	size_t n, next;
	size_t path_n; /* of this folder in walk.path */
};

struct seen { /* a file with several names, after the first one went out */
	struct seen *next;
	dev_t device;
	ino_t inode;
	str path;
};

struct walk {
	struct stream s;
	struct foldertar_of of;
	struct level levels[DEPTH_MAX];
	unsigned depth; /* levels in use */
	char path[PATH_BYTES_MAX];
	struct buf head; /* blocks on their way out */
	size_t head_at;
	int fd;          /* of the file whose content is on its way, or -1 */
	uint64_t left;   /* of its declared size */
	bool short_file; /* it shrank meanwhile: zeros instead */
	bool ended;
	struct arena links;
	struct seen *buckets[BUCKETS];
};

/* --- a level --- */

static int by_name(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

static bool read_names(struct level *l, DIR *dir)
{
	struct dirent *entry;
	size_t at = 0;

	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) {
			buf_add(&l->names, str_mem(entry->d_name, strlen(entry->d_name) + 1));
			l->n++;
		}
	if (l->names.failed || !(l->sorted = calloc(l->n + 1, sizeof *l->sorted)))
		return false;
	for (size_t i = 0; i < l->n; i++) {
		l->sorted[i] = l->names.p + at;
		at += strlen(l->sorted[i]) + 1;
	}
	qsort(l->sorted, l->n, sizeof *l->sorted, by_name);
	return true;
}

static void level_end(struct level *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->sorted);
	buf_done(&l->names);
}

/* Takes fd over. False when the folder cannot be read (a gap says so). */
static bool level_push(struct walk *w, int fd, dev_t device, size_t path_n)
{
	str where = { w->path, path_n };
	struct level *l = &w->levels[w->depth];
	int copy = -1;
	DIR *dir;
	bool good;

	if (w->depth == DEPTH_MAX) {
		w->of.gap(w->of.ctx, GAP_LIMIT, where, "nested too deep");
		close(fd);
		return false;
	}
	*l = (struct level){ .fd = fd, .device = device, .path_n = path_n };
	l->names = BUF(NAMES_BYTES_MAX);
	copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir) {
		w->of.gap(w->of.ctx, GAP_NOT_READ, where, strerror(errno));
		if (copy >= 0)
			close(copy);
		level_end(l);
		return false;
	}
	good = read_names(l, dir);
	closedir(dir);
	if (!good) {
		w->of.gap(w->of.ctx, GAP_LIMIT, where, "too many names in one folder");
		level_end(l);
		return false;
	}
	w->depth++;
	return true;
}

/* --- entries --- */

static bool is_kernel_fs(int fd)
{
	static const unsigned long magics[] = {
		PROC_SUPER_MAGIC, SYSFS_MAGIC,    CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
		DEBUGFS_MAGIC,    TRACEFS_MAGIC,  SECURITYFS_MAGIC,   DEVPTS_SUPER_MAGIC,
		BPF_FS_MAGIC,     PSTOREFS_MAGIC, EFIVARFS_MAGIC,     BINFMTFS_MAGIC,
		HUGETLBFS_MAGIC,  SELINUX_MAGIC,  NSFS_MAGIC,
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < LEN(magics); i++)
		if ((unsigned long)fs.f_type == magics[i])
			return true;
	return false;
}

static struct tarhead head_of(char type, str path, const struct stat *st)
{
	return (struct tarhead){
		.type = type, .path = path, .mode = st->st_mode & 07777, .mtime = st->st_mtime
	};
}

/* An empty file of that name beside the one in `path`, or in the folder itself */
static void send_whiteout(struct walk *w, str folder, str name, const struct stat *st)
{
	char path[PATH_BYTES_MAX + 8];
	int n = snprintf(path, sizeof path, "%.*s%s.wh.%.*s", STR_FMT(folder), folder.n ? "/" : "",
	                 STR_FMT(name));
	struct tarhead h = head_of('0', str_mem(path, (size_t)n), st);

	tarhead_write(&w->head, &h);
}

/* overlayfs.rst, "whiteouts and opaque directories"; the user.* names are rootless mounts' */
static bool is_opaque(int fd)
{
	static const char *const names[] = { "trusted.overlay.opaque", "user.overlay.opaque" };
	char value[4];

	for (size_t i = 0; i < LEN(names); i++)
		if (fgetxattr(fd, names[i], value, sizeof value) == 1 && value[0] == 'y')
			return true;
	return false;
}

static void enter_folder(struct walk *w, const struct level *parent, const char *name, str path,
                         const struct stat *st)
{
	struct tarhead h = head_of('5', path, st);
	int fd = openat(parent->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	tarhead_write(&w->head, &h);
	if (fd < 0)
		w->of.gap(w->of.ctx, GAP_NOT_READ, path, strerror(errno));
	else if (st->st_dev != parent->device && is_kernel_fs(fd))
		close(fd);
	else {
		if (w->of.diff && is_opaque(fd))
			send_whiteout(w, path, STR(".wh..opq"), st);
		level_push(w, fd, st->st_dev, path.n);
	}
}

static void send_symlink(struct walk *w, const struct level *parent, const char *name, str path,
                         const struct stat *st)
{
	struct tarhead h = head_of('2', path, st);
	char target[PATH_BYTES_MAX];
	ssize_t n = readlinkat(parent->fd, name, target, sizeof target);

	if (n < 0 || (size_t)n == sizeof target) {
		w->of.gap(w->of.ctx, GAP_NOT_READ, path,
		          n < 0 ? strerror(errno) : "its target is too long");
		return;
	}
	h.link = str_mem(target, (size_t)n);
	tarhead_write(&w->head, &h);
}

static struct seen **bucket_of(struct walk *w, const struct stat *st)
{
	struct seen **at = &w->buckets[(st->st_ino * 2654435761u + st->st_dev) % BUCKETS];
	while (*at && ((*at)->inode != st->st_ino || (*at)->device != st->st_dev))
		at = &(*at)->next;
	return at;
}

static void remember(struct walk *w, struct seen **at, str path, const struct stat *st)
{
	struct seen *s = arena_new(&w->links, struct seen);
	str copy = arena_str(&w->links, path);

	if (s && !w->links.failed) { /* forgotten past the ceiling: the file goes out twice */
		*s = (struct seen){ NULL, st->st_dev, st->st_ino, copy };
		*at = s;
	}
}

static void send_file(struct walk *w, const struct level *parent, const char *name, str path)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	struct seen **at = NULL;
	struct tarhead h;
	struct stat st;
	int fd;

	if (fstatat(parent->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return;
	if (w->of.want &&
	    !w->of.want(w->of.want_ctx, path, st.st_mode & 07777, (uint64_t)st.st_size)) {
		h = head_of('6', path,
		            &st); /* a name that links can lead to, and never an empty file */
		tarhead_write(&w->head, &h);
		return;
	}
	if (st.st_nlink > 1) {
		at = bucket_of(w, &st);
		if (*at) {
			h = head_of('1', path, &st);
			h.link = (*at)->path;
			tarhead_write(&w->head, &h);
			return;
		}
	}
	fd = openat(parent->fd, name, flags);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		w->of.gap(w->of.ctx, GAP_NOT_READ, path,
		          fd < 0 ? strerror(errno) : "it changed while it was read");
		if (fd >= 0)
			close(fd);
		return;
	}
	if (at)
		remember(w, at, path, &st);
	h = head_of('0', path, &st);
	h.size_bytes = (uint64_t)st.st_size;
	tarhead_write(&w->head, &h);
	w->fd = fd;
	w->left = h.size_bytes;
	w->short_file = false;
}

static void send_entry(struct walk *w, struct level *l, const char *name)
{
	size_t name_n = strlen(name), n = l->path_n;
	struct stat st;
	str path;

	if (n + name_n + 2 > sizeof w->path) {
		w->of.gap(w->of.ctx, GAP_LIMIT, (str){ w->path, n },
		          "a path beneath it is too long");
		return;
	}
	if (n)
		w->path[n++] = '/';
	memcpy(w->path + n, name, name_n);
	path = (str){ w->path, n + name_n };
	if (fstatat(l->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		w->of.gap(w->of.ctx, GAP_NOT_READ, path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		enter_folder(w, l, name, path, &st);
	else if (S_ISLNK(st.st_mode))
		send_symlink(w, l, name, path, &st);
	else if (S_ISREG(st.st_mode))
		send_file(w, l, name, path);
	else if (S_ISCHR(st.st_mode) && w->of.diff && st.st_rdev == makedev(0, 0))
		send_whiteout(w, str_upto(path, l->path_n), str_c(name), &st);
}

/* Puts the next blocks into w->head (and a file behind them). */
static void next_entry(struct walk *w)
{
	struct level *l;

	if (!w->depth) {
		tarhead_end(&w->head);
		w->ended = true;
		return;
	}
	l = &w->levels[w->depth - 1];
	if (l->next < l->n) {
		send_entry(w, l, l->sorted[l->next++]);
	} else {
		level_end(l);
		w->depth--;
	}
}

/* --- the stream --- */

static size_t give_head(struct walk *w, void *p, size_t n)
{
	n = MIN(n, w->head.n - w->head_at);
	memcpy(p, w->head.p + w->head_at, n);
	w->head_at += n;
	if (w->head_at == w->head.n) {
		buf_clear(&w->head);
		w->head_at = 0;
	}
	return n;
}

/* Headers are whole blocks, so the stream's own position tells how much is missing. */
static void end_file(struct walk *w)
{
	static const char zeros[TAR_BLOCK];
	close(take_fd(&w->fd));
	if (w->s.at % TAR_BLOCK)
		buf_add(&w->head, (str){ zeros, TAR_BLOCK - w->s.at % TAR_BLOCK });
}

static size_t give_content(struct walk *w, void *p, size_t n)
{
	struct level *l = &w->levels[w->depth - 1];
	ssize_t got = -1;

	n = (size_t)MIN((uint64_t)n, w->left);
	if (n && !w->short_file) {
		got = read(w->fd, p, n);
		if (got <= 0) {
			size_t name_n = strlen(l->sorted[l->next - 1]);
			str path = { w->path, l->path_n + !!l->path_n + name_n };
			w->of.gap(w->of.ctx, GAP_NOT_READ, path,
			          got < 0 ? strerror(errno) : "it shrank while it was read");
			w->short_file = true;
		}
	}
	if (w->short_file) {
		memset(p, 0, n);
		got = (ssize_t)n;
	}
	w->left -= n ? (uint64_t)got : 0;
	return n ? (size_t)got : 0;
}

static ssize_t walk_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct walk *w = (struct walk *)s;

	for (;;) {
		if (w->head.failed)
			return error_set(e, ERR_LIMIT, "a name is too long");
		if (w->head.n)
			return (ssize_t)give_head(w, p, n);
		if (w->fd >= 0 && w->left)
			return (ssize_t)give_content(w, p, n);
		if (w->fd >= 0) {
			end_file(w);
			continue;
		}
		if (w->ended)
			return 0;
		next_entry(w);
	}
}

static void walk_free(struct stream *s)
{
	struct walk *w = (struct walk *)s;
	while (w->depth)
		level_end(&w->levels[--w->depth]);
	if (w->fd >= 0)
		close(w->fd);
	buf_done(&w->head);
	arena_done(&w->links);
	free(w);
}

int foldertar_open(const struct foldertar_of *of, struct stream **out, struct error *e)
{
	static const struct stream_ops ops = { walk_read, walk_free };
	struct walk *w = calloc(1, sizeof *w);
	struct stat st;
	int fd;

	if (!w)
		abort();
	w->s.ops = &ops;
	w->of = *of;
	w->fd = -1;
	w->head = BUF(1 << 20);
	w->links = ARENA(LINKS_BYTES_MAX);
	fd = openat(of->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !level_push(w, fd, st.st_dev, 0)) {
		walk_free(&w->s);
		return error_errno(e, errno, "open the folder");
	}
	*out = &w->s;
	return 0;
}
