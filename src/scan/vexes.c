#include "scan/vexes.h"
#include "base/error.h"
#include "oci/referrers.h"
#include "scan/job.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { FOLDERS_DEEP_MAX = 32 };

static int read_file(const char *path, struct arena *a, struct vex_set *into, struct error *e)
{
	struct job job = { .spool_fd = -1 };
	struct vex_document d = { .file = arena_str(a, str_c(path)) };
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return error_set(e, ERR_USAGE, "%s: %s", path, strerror(errno));
	if (into->documents.n == VEX_FILES_MAX) {
		close(fd);
		return error_set(e, ERR_USAGE, "more than %d VEX documents", VEX_FILES_MAX);
	}
	r = job_vex(&job, stream_fd(fd, true), a, &d, e);
	if (r < 0) {
		error_in(e, "%s", path);
		return e->code = ERR_USAGE;
	}
	vec_add(a, &into->documents, d);
	return 0;
}

static int is_wanted(const struct dirent *x)
{
	return x->d_name[0] != '.';
}

static int read_path(const char *path, unsigned depth, struct arena *a, struct vex_set *into,
                     struct error *e);

static int read_folder(const char *path, unsigned depth, struct arena *a, struct vex_set *into,
                       struct error *e)
{
	struct dirent **list = NULL;
	int n = scandir(path, &list, is_wanted, alphasort), r = 0;

	if (n < 0)
		return error_set(e, ERR_USAGE, "%s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		str name = arena_printf(a, "%s/%s", path, list[i]->d_name);
		struct stat is;
		bool folder = name.p && stat(name.p, &is) == 0 && S_ISDIR(is.st_mode);
		if (r >= 0 && name.p && (folder || str_ends(name, STR(".json"))))
			r = read_path(name.p, depth + 1, a, into, e);
		free(list[i]);
	}
	free(list);
	return r;
}

static int read_path(const char *path, unsigned depth, struct arena *a, struct vex_set *into,
                     struct error *e)
{
	struct stat is;

	if (stat(path, &is) < 0)
		return error_set(e, ERR_USAGE, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(is.st_mode))
		return read_file(path, a, into, e);
	if (depth == FOLDERS_DEEP_MAX)
		return error_set(e, ERR_USAGE, "%s: more than %d folders deep", path,
		                 FOLDERS_DEEP_MAX);
	return read_folder(path, depth, a, into, e);
}

int vexes_open(const char *path, struct arena *a, struct vex_set *into, struct error *e)
{
	size_t before = into->documents.n;
	int r = read_path(path, 0, a, into, e);

	if (r >= 0 && a->failed)
		return error_set(e, ERR_USAGE, "%s: more than %zu MiB of statements", path,
		                 a->max_bytes >> 20);
	if (r >= 0 && into->documents.n == before)
		return error_set(e, ERR_USAGE, "%s: no *.json in that folder", path);
	return r;
}

/* --- attached --- */

static void add_note(struct arena *a, struct scan_report *r, str where, str why)
{
	vec_add(a, &r->gaps, ((struct gap){ GAP_NOTE, where, why, -1 }));
}

static void note_failure(struct arena *a, struct scan_report *r, str where, const char *why)
{
	add_note(a, r, where, arena_printf(a, "%s: it hides nothing", why));
}

static void read_attached(struct source *from, const struct referrer *x, struct arena *a,
                          struct scan_report *r, struct vex_set *into)
{
	char digest[DIGEST_TEXT_BYTES];
	struct job job = { .spool_fd = -1 };
	struct vex_document d = { .attached = true };
	struct error e = { 0 };
	struct stream *stored = NULL;

	digest_text(&x->digest, digest);
	d.file = arena_printf(a, "VEX %.19s", digest);
	if (source_referrer(from, x, &stored, &e) >= 0 && job_vex(&job, stored, a, &d, &e) >= 0)
		e.code = 0;
	if (e.code == ERR_UNSUPPORTED && !referrer_names_vex(x))
		return; /* an envelope around something else */
	if (e.code) {
		note_failure(a, r, d.file, e.msg);
		return;
	}
	add_note(a, r, d.file,
	         arena_printf(a, "%.*s, by %.*s: %zu statements", STR_FMT(d.format),
	                      STR_FMT(x->how), d.statements.n));
	vec_add(a, &into->documents, d);
}

int vexes_add_attached(struct source *from, struct arena *a, struct scan_report *r,
                       struct vex_set *into, struct error *e)
{
	struct referrers list = { 0 };
	struct error why = { 0 };

	if (source_attached(from, referrer_is_vex, a, &list, &why) < 0) {
		note_failure(a, r, STR("attached VEX"), why.msg);
		list.found.n =
		        0; /* among what was not seen may be the statement that takes one back */
	}
	for (size_t i = 0; i < list.found.n; i++)
		read_attached(from, &list.found.v[i], a, r, into);
	return a->failed ? error_set(e, ERR_LIMIT, "no memory for attached VEX documents") : 0;
}

/* --- what is said of them --- */

void vexes_remark(const struct vex_set *set, struct arena *a, struct scan_report *r)
{
	for (size_t d = 0; d < set->documents.n; d++) {
		const struct vex_document *x = &set->documents.v[d];
		unsigned first = 0;
		size_t n = 0;
		for (size_t i = 0; i < x->statements.n; i++)
			if (vex_is_reasonless(&x->statements.v[i]) && x->statements.v[i].fitted &&
			    !n++)
				first = x->statements.v[i].number;
		if (n)
			add_note(
			        a, r, x->file,
			        arena_printf(a,
			                     "%zu statements say \"not affected\" and not why, the "
			                     "first is statement %u: they hide nothing",
			                     n, first));
	}
}

size_t vexes_unfitted(const struct vex_set *set)
{
	size_t n = 0;

	for (size_t d = 0; d < set->documents.n; d++)
		for (size_t i = 0; i < set->documents.v[d].statements.n; i++)
			n += !set->documents.v[d].statements.v[i].fitted;
	return n;
}
