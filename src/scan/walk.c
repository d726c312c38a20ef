#include "scan/walk.h"
#include "format/members.h"
#include "inventory/detector.h"
#include "scan/glance.h"
#include <inttypes.h>

struct walk {
	struct members *tar;
	struct wanted_list wanted;
	struct inventory found;
	struct layer_result *out;
	char clean[PATH_BYTES_MAX];
	char link[PATH_BYTES_MAX];
};

static bool add_entry(struct walk *w, enum entry_kind kind, str path, str link,
                      const char *detector)
{
	struct entry *x;

	if (path_is_deep(path)) { /* each folder of it is looked up in every layer above */
		inventory_gap(&w->found, GAP_LIMIT, str_upto(path, 200),
		              "more than %d folders in each other", PATH_DEPTH_MAX);
		return false;
	}
	x = w->out->entries.n < ENTRIES_MAX ? vec_push(w->out->arena, &w->out->entries) : NULL;

	if (!x) {
		w->out->arena->failed = true;
		return false;
	}
	*x = (struct entry){ kind, arena_str(w->out->arena, path), arena_str(w->out->arena, link),
		             .detector = str_c(detector) };
	return true;
}

/* Whiteouts (layer.md, "Whiteouts"): true when the name was one, also AUFS's own (.wh..wh.plnk) */
static bool take_whiteout(struct walk *w, str path)
{
	str base = str_base(path), dir = str_dir(path), name;
	char full[PATH_BYTES_MAX];

	if (!str_starts(base, STR(".wh.")))
		return false;
	if (str_eq(base, STR(".wh..wh..opq"))) {
		add_entry(w, ENTRY_OPAQUE, dir, (str){ 0 }, NULL);
		return true;
	}
	name = str_from(base, 4);
	if (!name.n || str_starts(name, STR(".wh.")))
		return true;
	memcpy(full, path.p, path.n - base.n);
	memcpy(full + path.n - base.n, name.p, name.n);
	add_entry(w, ENTRY_WHITEOUT, str_mem(full, path.n - 4), (str){ 0 }, NULL);
	return true;
}

static const struct detector *detector_for(struct wanted_list wanted, str path, unsigned mode)
{
	for (size_t i = 0; i < wanted.n; i++)
		if (str_eq(wanted.v[i].path, path))
			return detector_by_kind(wanted.v[i].detector);
	return detector_match(path, mode);
}

bool walk_wants(struct wanted_list wanted, str path, unsigned mode)
{
	return detector_for(wanted, path, mode) != NULL;
}

static bool is_program(const struct detector *d)
{
	return !strcmp(d->kind, "program");
}

static int note_plain(struct walk *w, str path, struct error *e)
{
	return hashes_add(&w->out->plain, str_hash(path)) ? 0
	                                                  : error_set(e, ERR_LIMIT, "no memory");
}

static struct span span_since(size_t before, size_t now)
{
	return (struct span){ (uint32_t)before, (uint32_t)(now - before) };
}

static enum gap_kind gap_of(int code)
{
	/* the machine's failure says nothing about the file */
	return code == ERR_LIMIT ? GAP_LIMIT : code == ERR_SYSTEM ? GAP_NOT_READ : GAP_UNREADABLE;
}

/* Is any of the gaps since then one that matters? */
static bool complained(const struct walk *w, size_t since)
{
	for (size_t i = since; i < w->found.gaps.n; i++)
		if (gap_matters(w->found.gaps.v[i].kind))
			return true;
	return false;
}

/* Reads a file. Below 0 only when the layer itself is damaged: a reader's complaint is a gap. */
static int read_file(struct walk *w, const struct detector *d, str path, const struct member *m,
                     struct error *e)
{
	struct inventory before = w->found;
	struct glance seen;
	struct file f = { path, m->size_bytes, m->mode,
		          glance_open(&seen, members_stream(w->tar)) };
	int r = d->read(&f, &w->found, e);

	if (r < 0 && f.bytes->failed)
		return r;
	if (r < 0)
		inventory_gap(&w->found, gap_of(r), path, "%s", e->msg);
	if (r >= 0 && d->text && seen.binary && before.packages.n == w->found.packages.n &&
	    !complained(w, before.gaps.n))
		inventory_gap(&w->found, GAP_UNREADABLE, path, "no text");
	/* programs with nothing to tell are many, and as good as any other file */
	if ((is_program(d) || d->aside) && before.packages.n == w->found.packages.n &&
	    before.gaps.n == w->found.gaps.n && before.owned.n == w->found.owned.n)
		return note_plain(w, path, e);
	if (add_entry(w, ENTRY_FILE, path, (str){ 0 }, d->kind)) {
		struct entry *x = &w->out->entries.v[w->out->entries.n - 1];
		x->packages = span_since(before.packages.n, w->found.packages.n);
		x->gaps = span_since(before.gaps.n, w->found.gaps.n);
		x->distros = span_since(before.distros.n, w->found.distros.n);
		x->owned = span_since(before.owned.n, w->found.owned.n);
	}
	return 0;
}

static int take_member(struct walk *w, const struct member *m, struct error *e)
{
	const struct detector *d;
	str path, link;

	if (m->path.n > PATH_BYTES_MAX || m->link.n > PATH_BYTES_MAX) {
		inventory_gap(&w->found, GAP_LIMIT, str_upto(m->path, 200),
		              "a path of more than %d bytes", PATH_BYTES_MAX);
		return 0;
	}
	path = members_clean_path(m->path, w->clean);
	if (!path.n || take_whiteout(w, path))
		return 0;
	switch (m->type) {
	case MEMBER_DIR:
		return hashes_add(&w->out->dirs, str_hash(path))
		               ? 0
		               : error_set(e, ERR_LIMIT, "no memory");
	case MEMBER_SYMLINK:
		add_entry(w, ENTRY_SYMLINK, path, m->link, NULL);
		return 0;
	case MEMBER_HARDLINK:
		link = members_clean_path(m->link, w->link);
		d = detector_match(path, m->mode);
		if (d) {
			add_entry(w, ENTRY_HARDLINK, path, link, d->kind);
			return 0;
		}
		break;
	case MEMBER_FILE:
		d = detector_for(w->wanted, path, m->mode);
		if (d)
			return read_file(w, d, path, m, e);
		break;
	case MEMBER_OTHER:
		break;
	}
	return note_plain(w, path, e);
}

static int walk_members(struct walk *w, struct error *e)
{
	struct member m;
	int r;

	while ((r = members_next(w->tar, &m, e)) > 0) {
		if (++w->out->members > MEMBERS_MAX)
			return error_set(e, ERR_LIMIT, "more than %d members", MEMBERS_MAX);
		r = take_member(w, &m, e);
		if (r < 0)
			return error_in(e, "%.*s", STR_FMT(str_upto(m.path, 300)));
		if (w->out->arena->failed)
			return error_set(e, ERR_LIMIT,
			                 "the layer's %zu bytes of findings are spent",
			                 w->out->arena->max_bytes);
	}
	return r;
}

void walk_layer(struct stream *tar, struct wanted_list wanted, struct spool *spool,
                struct layer_result *out)
{
	struct walk w = { .wanted = wanted,
		          .out = out,
		          .found = { .arena = out->arena, .spool = spool } };
	struct error e = { 0 };
	int r = members_open_tar(tar, &w.tar, &e);

	if (r >= 0) {
		r = walk_members(&w, &e);
		/* what stands behind the tar's end is padding, but it belongs to the blob */
		if (r >= 0)
			r = stream_drain(tar, &e);
		out->inflated_bytes = tar->at;
		members_free(w.tar);
	}
	if (r < 0)
		out->end = e;
	layer_result_hold(out, &w.found);
	hashes_sort(&out->plain);
	hashes_sort(&out->dirs);
}
