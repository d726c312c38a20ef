#include "oci/tarindex.h"
#include <stdio.h>

enum { MEMBERS_MAX = 200000, LINKS_MAX = 8, PATH_BYTES_MAX = 4096 };

static str without_dot(str path)
{
	while (str_starts(path, STR("./")) || str_starts(path, STR("/")))
		path = str_from(path, path.p[0] == '/' ? 1 : 2);
	return path;
}

static int by_path(const void *x, const void *y)
{
	const struct archive_member *a = ((const struct tarindex_slot *)x)->member;
	const struct archive_member *b = ((const struct tarindex_slot *)y)->member;
	int c = str_cmp(without_dot(a->path), without_dot(b->path));
	return c ? c : (a > b) - (a < b);
}

int tarindex_fill(struct tarindex *s, const struct archive_member *members, size_t n,
                  struct error *e)
{
	if (n > MEMBERS_MAX)
		return error_set(e, ERR_LIMIT, "the archive has more than %d members", MEMBERS_MAX);
	*s = (struct tarindex){ members, n, calloc(n + 1, sizeof *s->by_path) };
	if (!s->by_path)
		return error_set(e, ERR_LIMIT, "no memory for %zu members", n);
	for (size_t i = 0; i < n; i++)
		s->by_path[i].member = &members[i];
	qsort(s->by_path, n, sizeof *s->by_path, by_path);
	return 0;
}

void tarindex_done(struct tarindex *s)
{
	free(s->by_path);
	s->by_path = NULL;
}

static const struct archive_member *find_plain(const struct tarindex *s, str path)
{
	size_t low = 0, high = s->n;

	path = without_dot(path);
	while (low < high) { /* the first that sorts after path */
		size_t middle = low + (high - low) / 2;
		if (str_cmp(without_dot(s->by_path[middle].member->path), path) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || !str_eq(without_dot(s->by_path[low - 1].member->path), path))
		return NULL;
	return s->by_path[low - 1].member;
}

/* "a/b" with the link "../c" is "c"; false when it leaves the archive or is too long */
static bool join(str dir, str link, char out[PATH_BYTES_MAX], str *joined)
{
	size_t n = 0;
	str rest, piece;

	if (dir.n + link.n + 2 > PATH_BYTES_MAX)
		return false;
	if (dir.n)
		memcpy(out, dir.p, dir.n);
	n = dir.n;
	rest = link;
	while (str_split(&rest, '/', &piece)) {
		if (!piece.n || str_eq(piece, STR(".")))
			continue;
		if (str_eq(piece, STR(".."))) {
			if (!n)
				return false;
			n = str_dir((str){ out, n }).n;
			continue;
		}
		if (n)
			out[n++] = '/';
		memcpy(out + n, piece.p, piece.n);
		n += piece.n;
	}
	*joined = (str){ out, n };
	return true;
}

const struct archive_member *tarindex_find(const struct tarindex *s, str path)
{
	const struct archive_member *m = find_plain(s, path);
	char space[PATH_BYTES_MAX];

	for (unsigned i = 0; m && m->link.n; i++) {
		const struct archive_member *next = NULL;
		str joined;
		if (i == LINKS_MAX)
			return NULL;
		if (join(str_dir(without_dot(m->path)), m->link, space, &joined))
			next = find_plain(s, joined);
		m = next ? next
		         : find_plain(s, m->link); /* a hard link names its target from the top */
	}
	return m;
}

const struct archive_member *tarindex_blob(const struct tarindex *s, const struct digest *d)
{
	char path[128], text[DIGEST_TEXT_BYTES];
	snprintf(path, sizeof path, "blobs/sha256/%s", digest_text(d, text) + 7);
	return tarindex_find(s, str_c(path));
}

const struct archive_member *tarindex_layer(const struct tarindex *s, const struct digest *d)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->members[i].is_layer && digest_eq(&s->members[i].digest, d))
			return &s->members[i];
	return NULL;
}

int tarindex_check_name(const struct archive_member *m, struct error *e)
{
	char text[DIGEST_TEXT_BYTES] = "sha256:";
	str name = str_base(m->path);
	struct error ignored = { 0 };
	struct digest named;

	if (str_ends(name, STR(".json")) || str_ends(name, STR(".tar")))
		name = str_upto(name, str_rchr(name, '.'));
	if (name.n != 64)
		return 0;
	memcpy(text + 7, name.p, 64);
	if (digest_parse(str_c(text), &named, &ignored) < 0 || digest_eq(&named, &m->digest))
		return 0;
	return error_set(e, ERR_FORMAT, "%.*s: its bytes have another digest, %s", STR_FMT(m->path),
	                 digest_text(&m->digest, text));
}
