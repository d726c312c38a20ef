#include "vulndb/part.h"
#include "base/digest.h"
#include "base/time.h"
#include "sys/proc.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { URL_HEX = 16, TAG_BYTES = 80, KEPT_S = 14 * 24 * 3600, DIGEST_HEAD = 7 };

static const char front[] = "download-", back[] = ".part";

/* "download-0123456789abcdef-" */
static void prefix_of(const char *url, char *out, size_t room)
{
	char text[DIGEST_TEXT_BYTES];
	struct digest d = digest_of(str_c(url));
	snprintf(out, room, "%s%.*s-", front, URL_HEX, digest_text(&d, text) + DIGEST_HEAD);
}

static bool is_strong(str tag)
{
	return tag.n > 2 && tag.n <= TAG_BYTES && tag.p[0] == '"';
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The tag in a file's name; empty when it is none */
static str tag_of(str hex, struct arena *a)
{
	char tag[TAG_BYTES];
	if (hex.n % 2 || hex.n > 2 * TAG_BYTES)
		return (str){ 0 };
	for (size_t i = 0; i < hex.n / 2; i++) {
		int high = nibble(hex.p[2 * i]), low = nibble(hex.p[2 * i + 1]);
		if (high < 0 || low < 0 || high < 2 || high > 7) /* goes into a header */
			return (str){ 0 };
		tag[i] = (char)(high << 4 | low);
	}
	str s = str_mem(tag, hex.n / 2);
	return is_strong(s) ? arena_str(a, s) : (str){ 0 };
}

static void look_at(struct part *p, str name, str prefix, struct arena *a)
{
	struct stat st;
	char path[sizeof p->path];
	if (!str_starts(name, str_c(front)) || !str_ends(name, str_c(back)) ||
	    (size_t)snprintf(path, sizeof path, "%s/%.*s", p->dir, STR_FMT(name)) >= sizeof path ||
	    lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	str tag = str_starts(name, prefix) ? tag_of(str_upto(str_from(name, prefix.n),
	                                                     name.n - prefix.n - (sizeof back - 1)),
	                                            a)
	                                   : (str){ 0 };
	if (st.st_mtime < time_now() - KEPT_S) {
		unlink(path);
	} else if (tag.n && st.st_size > 0 && !p->bytes) {
		p->tag = tag;
		p->bytes = (uint64_t)st.st_size;
		memcpy(p->path, path, sizeof path);
	}
}

void part_find(struct part *p, const char *dir, const char *url, struct arena *a)
{
	char prefix[64];
	*p = (struct part){ .dir = dir, .url = url, .fd = -1 };
	prefix_of(url, prefix, sizeof prefix);
	DIR *d = opendir(dir);
	for (struct dirent *entry; d && (entry = readdir(d));)
		look_at(p, str_c(entry->d_name), str_c(prefix), a);
	if (d)
		closedir(d);
}

/* Of its own name, so that one of another tag goes away */
static bool name_it(struct part *p, str tag)
{
	char path[sizeof p->path], prefix[64];
	prefix_of(p->url, prefix, sizeof prefix);
	int n = snprintf(path, sizeof path, "%s/%s", p->dir, prefix);
	if (n < 0 || (size_t)n + 2 * tag.n + sizeof back > sizeof path)
		return false;
	for (size_t i = 0; i < tag.n; i++)
		n += snprintf(path + n, sizeof path - (size_t)n, "%02x", (unsigned char)tag.p[i]);
	snprintf(path + n, sizeof path - (size_t)n, "%s", back);
	if (p->path[0] && strcmp(p->path, path) != 0)
		unlink(p->path);
	memcpy(p->path, path, sizeof path);
	return true;
}

int part_open(struct part *p, bool goes_on, str tag, struct error *e)
{
	if (!goes_on && !(is_strong(tag) && name_it(p, tag))) {
		if (p->path[0])
			unlink(p->path);
		p->path[0] = 0;
		return proc_spool_file(p->dir, &p->fd, e);
	}
	p->fd = open(p->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->fd < 0)
		return error_errno(e, errno, "%s", p->path);
	if (flock(p->fd, LOCK_EX | LOCK_NB) < 0) /* another program's */
		return error_set(e, ERR_SYSTEM, "%s: another program is at it", p->path);
	if ((!goes_on && ftruncate(p->fd, 0) < 0) || lseek(p->fd, 0, SEEK_SET) < 0)
		return error_errno(e, errno, "%s", p->path);
	if (!goes_on)
		p->bytes = 0;
	return 0;
}

int part_take(struct part *p)
{
	if (p->path[0])
		unlink(p->path);
	p->path[0] = 0;
	int fd = p->fd;
	p->fd = -1;
	return fd;
}

void part_done(struct part *p)
{
	struct stat st;
	if (p->fd < 0)
		return;
	if (p->path[0] && fstat(p->fd, &st) == 0 && !st.st_size)
		unlink(p->path);
	close(p->fd);
	p->fd = -1;
}
