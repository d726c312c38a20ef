/* report/as_table.c — what a person sees: what was looked at and with which data, the findings a
 * group at a time, the counts, and aloud whatever was not assessed. "No known vulnerabilities" is
 * said only of an image that was assessed. */
#include "base/time.h"
#include "report/paint.h"
#include <inttypes.h>
#include <stdio.h>

enum { LABEL_CELLS = 15, NOTES_SHOWN = 3, TITLE_CELLS = 160 };

struct job {
	const struct scan_report *r;
	struct writer_counts counts;
	struct painter paint;
};

static const char *plural(uint64_t n, const char *one, const char *more)
{
	return n == 1 ? one : more;
}

static void sentence(struct job *job, enum ink ink, str text)
{
	paint_words(&job->paint, ink, 0, 0, text);
}

/* ---- head ---- */

static void label(struct job *job, const char *name, enum ink ink, str value)
{
	const struct painter *p = &job->paint;

	if (!value.n)
		return;
	paint(p, INK_DIM, str_c(name));
	paint_pad(p, LABEL_CELLS - strlen(name));
	paint_words(p, ink, LABEL_CELLS, LABEL_CELLS, value);
}

/* Whole on one line, as it is copied: closer to its label where the terminal has 80 columns. */
static void put_digest(struct job *job)
{
	const struct painter *p = &job->paint;
	str digest = paint_clean(p, job->r->image.digest);

	if (!digest.n)
		return;
	paint(p, INK_DIM, STR("Digest:"));
	paint_pad(p, p->style->columns && p->style->columns < LABEL_CELLS + digest.n
	                     ? 1
	                     : LABEL_CELLS - 7);
	paint(p, INK_PLAIN, digest);
	paint_end(p);
}

static str package_types(struct job *job)
{
	struct arena *a = job->paint.a;
	str out = arena_printf(a, "%zu", job->r->packages.n);
	const char *before = " (";

	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++) {
		if (!job->counts.packages[t])
			continue;
		str part = arena_printf(a, "%s%" PRIu64 " %s", before, job->counts.packages[t],
		                        package_type_text((enum package_type)t));
		out = arena_concat(a, out, part);
		before = ", ";
	}
	return *before == ',' ? arena_concat(a, out, STR(")")) : out;
}

static str platform(struct arena *a, const struct image *image)
{
	str out = image->os;

	if (image->arch.n)
		out = arena_printf(a, "%.*s%s%.*s", STR_FMT(out), out.n ? "/" : "",
		                   STR_FMT(image->arch));
	if (image->variant.n)
		out = arena_printf(a, "%.*s/%.*s", STR_FMT(out), STR_FMT(image->variant));
	if (image->os_version.n)
		out = arena_printf(a, "%.*s (%.*s)", STR_FMT(out), STR_FMT(image->os_version));
	return out;
}

static str data_age(struct arena *a, const struct scan_report *r)
{
	if (!r->generation)
		return STR("none was read");
	if (!r->data_date.n)
		return arena_printf(a, "generation %" PRIu64, r->generation);
	return arena_printf(a, "generation %" PRIu64 ", newest %.*s", r->generation,
	                    STR_FMT(str_upto(r->data_date, 10)));
}

static str base_image(struct job *job)
{
	const struct base_image *b = &job->r->base;
	struct arena *a = job->paint.a;
	str name = b->name.n ? b->name : b->digest;
	size_t brought = 0, all = job->r->findings.n;

	for (size_t i = 0; i < all; i++)
		brought += job->r->findings.v[i].package->layer < b->layers &&
		           !(job->r->findings.v[i].package->traits & PACKAGE_CLAIMED);
	if (!name.n || !b->layers)
		return name;
	name = arena_printf(a, "%.*s (%zu %s)", STR_FMT(name), b->layers,
	                    plural(b->layers, "layer", "layers"));
	return all ? arena_printf(a, "%.*s: brings %zu of %zu %s", STR_FMT(name), brought, all,
	                          plural(all, "finding", "findings"))
	           : name;
}

static void put_head(struct job *job)
{
	const struct scan_report *r = job->r;
	struct arena *a = job->paint.a;

	label(job, "Target:", INK_BOLD, r->image.target);
	put_digest(job);
	label(job, "Platform:", INK_PLAIN, platform(a, &r->image));
	label(job, "System:", INK_PLAIN, r->distro.name.n ? r->distro.name : r->distro.id);
	label(job, "Base:", INK_PLAIN, base_image(job));
	label(job, "Packages:", INK_PLAIN, package_types(job));
	label(job, "Advisory data:", INK_PLAIN, data_age(a, r));
}

/* ---- findings ---- */

struct grid_count {
	size_t of[SEVERITY_COUNT];
};

struct group { /* findings of one package type */
	enum package_type type;
	struct grid grid;
	struct grid_count count;
};

static str fix_words(const struct finding *f)
{
	return writer_fixable(f) ? f->fixed_version : str_c(writer_fix_words(f));
}

static str word_upper(struct arena *a, const char *word)
{
	str out = arena_str(a, str_c(word));
	char *p = arena_alloc(a, out.n + 1);

	for (size_t i = 0; p && i < out.n; i++)
		p[i] = (char)(out.p[i] - ('a' <= out.p[i] && out.p[i] <= 'z' ? 32 : 0));
	return (str){ p, p ? out.n : 0 };
}

static bool has_own_path(enum package_type t) /* not one file for all packages of the system */
{
	return t != PACKAGE_DEB && t != PACKAGE_APK && t != PACKAGE_RPM;
}

static void add_row(struct job *job, struct grid *g, const struct finding *f)
{
	const struct painter *p = &job->paint;
	struct grid_row *row = vec_push(p->a, &g->rows);
	str title = paint_cut(p, paint_clean(p, writer_title(f)), TITLE_CELLS);

	if (!row)
		return;
	row->cells[0] = (struct grid_cell){ word_upper(p->a, severity_word(f->severity)),
		                            ink_of(f->severity) };
	row->cells[1] = (struct grid_cell){ paint_clean(p, f->id), INK_BOLD };
	row->cells[2] = (struct grid_cell){ paint_clean(p, f->package->name), INK_PLAIN };
	row->cells[3] = (struct grid_cell){ paint_clean(p, f->package->version), INK_PLAIN };
	row->cells[4] = (struct grid_cell){ paint_clean(p, fix_words(f)),
		                            writer_fixable(f) ? INK_GOOD : INK_DIM };
	row->cells[5] = (struct grid_cell){ title, INK_PLAIN };
	if (has_own_path(f->package->type))
		row->below[0] = (struct grid_cell){ paint_clean(p, writer_place(p->a, f->package)),
			                            INK_DIM };
}

static str severities(struct arena *a, const struct grid_count *n)
{
	str out = { 0 };

	for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
		if (n->of[s])
			out = arena_printf(a, "%.*s%s%zu %s", STR_FMT(out), out.n ? ", " : "",
			                   n->of[s], severity_word((enum severity)s));
	return out;
}

static void put_group_head(struct job *job, const struct group *group)
{
	const struct painter *p = &job->paint;
	uint64_t packages = job->counts.packages[group->type];
	size_t found = group->grid.rows.n;
	str system = job->r->distro.name.n ? job->r->distro.name : job->r->distro.id;
	str counts = severities(p->a, &group->count), text;

	paint_end(p);
	if (!has_own_path(group->type) && system.n) {
		paint(p, INK_BOLD, paint_clean(p, system));
		paint(p, INK_BOLD, STR(", "));
	}
	paint(p, INK_BOLD, str_c(package_type_text(group->type)));
	paint_end(p);
	text = arena_printf(p->a, "%" PRIu64 " %s, %zu %s: %.*s", packages,
	                    plural(packages, "package", "packages"), found,
	                    plural(found, "finding", "findings"), STR_FMT(counts));
	sentence(job, INK_DIM, text);
	paint_end(p);
}

static void fill_group(struct job *job, struct group *group)
{
	static const struct grid_column columns[] = { { .title = "Severity" },
		                                      { .title = "ID", .least = 24 },
		                                      { .title = "Package", .least = 12 },
		                                      { .title = "Installed", .least = 11 },
		                                      { .title = "Fixed in", .least = 15 },
		                                      { .title = "Title" } };
	size_t rows = 0;

	memcpy(group->grid.columns, columns, sizeof columns);
	group->grid.n = LEN(columns);
	group->grid.below_at = 2;
	for (size_t i = 0; i < job->r->findings.n; i++)
		rows += job->r->findings.v[i].package->type == group->type;
	group->grid.rows.v = arena_many(job->paint.a, rows, struct grid_row);
	group->grid.rows.room = group->grid.rows.v ? rows : 0;
	for (size_t i = 0; i < job->r->findings.n; i++) {
		const struct finding *f = &job->r->findings.v[i];
		if (f->package->type != group->type)
			continue;
		add_row(job, &group->grid, f);
		group->count.of[f->severity]++;
	}
}

static size_t severity_cells(const struct grid_count *n)
{
	size_t cells = 0;

	for (int s = 0; s < SEVERITY_COUNT; s++)
		cells = n->of[s] ? MAX(cells, strlen(severity_word((enum severity)s))) : cells;
	return cells;
}

/* All groups alike: titles stand beside where every group has the room. */
static void put_groups(struct job *job)
{
	struct group groups[PACKAGE_TYPE_COUNT] = { 0 };
	size_t widest = 0;
	bool beside = true;

	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++) {
		groups[t].type = (enum package_type)t;
		fill_group(job, &groups[t]);
		widest = MAX(widest, severity_cells(&groups[t].count));
	}
	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++) {
		groups[t].grid.columns[0].at_least = widest;
		beside &= !groups[t].grid.rows.n || grid_fits(&job->paint, &groups[t].grid);
	}
	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++) {
		if (!groups[t].grid.rows.n)
			continue;
		put_group_head(job, &groups[t]);
		grid_paint(&job->paint, &groups[t].grid, beside);
	}
}

/* Without advisory data (`sbom`) the inventory itself is what one wants to see. */
static void put_inventory(struct job *job)
{
	const struct painter *p = &job->paint;
	struct grid g = {
		.columns = { { .title = "Type" },
		             { .title = "Package", .least = 16 },
		             { .title = "Version", .least = 12 },
		             { .title = "Found in", .path = true } },
		.n = 4,
		.below_at = 1,
	};

	for (size_t i = 0; i < job->r->packages.n; i++) {
		const struct package *k = &job->r->packages.v[i];
		struct grid_row *row = vec_push(p->a, &g.rows);
		if (!row)
			return;
		row->cells[0] = (struct grid_cell){ str_c(package_type_text(k->type)), INK_DIM };
		row->cells[1] = (struct grid_cell){ paint_clean(p, k->name), INK_BOLD };
		row->cells[2] =
		        (struct grid_cell){ k->version.n ? paint_clean(p, k->version) : STR("-"),
			                    INK_PLAIN };
		row->cells[3] =
		        (struct grid_cell){ paint_clean(p, writer_place(p->a, k)), INK_DIM };
	}
	if (!g.rows.n)
		return;
	paint_end(p);
	grid_paint(p, &g, grid_fits(p, &g));
}

/* ---- summary ---- */

static struct grid_cell number(struct job *job, uint64_t n, enum ink ink)
{
	return (struct grid_cell){ arena_printf(job->paint.a, "%" PRIu64, n), n ? ink : INK_DIM };
}

static void put_counts(struct job *job)
{
	const struct writer_counts *c = &job->counts;
	struct grid g = {
		.columns = { { .title = "Severity" },
		             { .title = "Found", .right = true },
		             { .title = "Fixable", .right = true } },
		.n = 3,
	};

	for (int s = SEVERITY_COUNT - 1; s >= 0; s--) {
		enum severity severity = (enum severity)s;
		struct grid_row *row;
		if (!c->found[s] && severity <= SEVERITY_NEGLIGIBLE)
			continue;
		row = vec_push(job->paint.a, &g.rows);
		if (!row)
			return;
		row->cells[0] =
		        (struct grid_cell){ word_upper(job->paint.a, severity_word(severity)),
			                    c->found[s] ? ink_of(severity) : INK_DIM };
		row->cells[1] = number(job, c->found[s], INK_PLAIN);
		row->cells[2] = number(job, c->fixable[s], INK_GOOD);
	}
	paint_end(&job->paint);
	grid_paint(&job->paint, &g, true);
}

/* Findings that are told by the packages of the distribution */
static void put_owned(struct job *job)
{
	const struct scan_report *r = job->r;
	uint64_t n = 0;

	for (size_t i = 0; i < r->suppressed.n; i++)
		n += r->suppressed.v[i].hidden.kind == HIDING_OWNED;
	if (!n)
		return;
	if (!job->counts.all_found && !r->findings_hidden)
		paint_end(&job->paint);
	sentence(job, INK_PLAIN,
	         arena_printf(job->paint.a,
	                      "%" PRIu64 " %s of packages that distribution packages own %s "
	                      "judged by those.",
	                      n, plural(n, "finding", "findings"), plural(n, "is", "are")));
}

static void put_summary(struct job *job)
{
	const struct writer_counts *c = &job->counts;
	struct arena *a = job->paint.a;
	uint64_t hidden = job->r->findings_hidden;

	if (c->all_found) {
		put_counts(job);
		paint_end(&job->paint);
		str what = arena_printf(
		        a, "%" PRIu64 " %s of %" PRIu64 " %s", c->all_found,
		        plural(c->all_found, "finding", "findings"), c->vulnerabilities,
		        plural(c->vulnerabilities, "vulnerability", "vulnerabilities"));
		sentence(job, INK_BOLD,
		         arena_printf(a,
		                      "%.*s in %" PRIu64 " of %zu packages, %" PRIu64
		                      " fixable by an upgrade.",
		                      STR_FMT(what), c->vulnerable_packages, job->r->packages.n,
		                      c->all_fixable));
	}
	if (hidden) {
		if (!c->all_found)
			paint_end(&job->paint);
		sentence(job, INK_PLAIN,
		         arena_printf(a,
		                      "%" PRIu64
		                      " %s not shown, as asked (--severity, --ignore-unfixed).",
		                      hidden, plural(hidden, "finding is", "findings are")));
	}
	put_owned(job);
}

/* ---- coverage ---- */

static void put_gap(struct job *job, const struct gap *g)
{
	const struct painter *p = &job->paint;
	str where = g->where.n ? g->where : STR("the image"), text;

	text = arena_printf(p->a, "%.*s: %s", STR_FMT(where), gap_meaning(g->kind));
	if (g->why.n && !str_eq(g->why, str_c(gap_meaning(g->kind))))
		text = arena_printf(p->a, "%.*s: %.*s", STR_FMT(text), STR_FMT(g->why));
	if (writer_layer(job->r, g->layer))
		text = arena_printf(p->a, "%.*s (layer %d)", STR_FMT(text), g->layer + 1);
	paint_pad(p, 2);
	paint(p, INK_BAD, STR("not assessed: "));
	paint_words(p, INK_PLAIN, 16, 16, text);
}

static void put_notes(struct job *job, enum gap_kind kind)
{
	const struct painter *p = &job->paint;
	uint64_t n = job->counts.gaps[kind], shown = 0;
	str text = { 0 };

	if (!n || gap_matters(kind))
		return;
	for (size_t i = 0; i < job->r->gaps.n && shown < NOTES_SHOWN; i++) {
		const struct gap *g = &job->r->gaps.v[i];
		if (g->kind != kind)
			continue;
		text = arena_printf(p->a, "%.*s%s%.*s%s%.*s", STR_FMT(text), shown++ ? "; " : "",
		                    STR_FMT(g->where), g->where.n && g->why.n ? ": " : "",
		                    STR_FMT(g->why));
	}
	if (n > shown)
		text = arena_printf(p->a, "%.*s; and %" PRIu64 " more", STR_FMT(text), n - shown);
	text = arena_printf(p->a, "%" PRIu64 " %s: %s: %.*s", n, plural(n, "note", "notes"),
	                    gap_meaning(kind), STR_FMT(text));
	paint_pad(p, 2);
	paint_words(p, INK_DIM, 2, 6, text);
}

static void put_coverage(struct job *job)
{
	const struct scan_report *r = job->r;

	if (!r->gaps.n && r->assessed)
		return;
	paint_end(&job->paint);
	if (!r->assessed)
		sentence(job, INK_BAD,
		         STR("NOT ASSESSED: parts of this image could not be judged."));
	else
		sentence(job, INK_BOLD, STR("Coverage"));
	for (size_t i = 0; i < r->gaps.n; i++)
		if (gap_matters(r->gaps.v[i].kind))
			put_gap(job, &r->gaps.v[i]);
	for (int kind = 0; kind < GAP_KIND_COUNT; kind++)
		put_notes(job, (enum gap_kind)kind);
}

/* The last word, for an image without findings. */
static void put_verdict(struct job *job)
{
	const struct painter *p = &job->paint;
	size_t n = job->r->packages.n;

	if (job->counts.all_found || !job->r->generation)
		return;
	if (!job->r->assessed) {
		paint_end(p);
		sentence(job, INK_BAD,
		         arena_printf(p->a,
		                      "Nothing was found in what could be read (%zu %s). That is "
		                      "no clean bill of health.",
		                      n, plural(n, "package", "packages")));
	} else if (!job->r->findings_hidden) {
		paint_end(p);
		sentence(job, INK_GOOD,
		         arena_printf(p->a, "%sNo known vulnerabilities in %zu %s.",
		                      paint_sign(p, "✔ ", ""), n,
		                      plural(n, "package", "packages")));
	}
}

int as_table(const struct scan_report *r, const struct writer_style *style, struct buf *out,
             struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = { .r = r, .paint = { out, &a, style } };

	writer_count(r, &job.counts);
	put_head(&job);
	put_groups(&job);
	if (!r->generation && !job.counts.gaps[GAP_NO_DATA])
		put_inventory(&job);
	put_summary(&job);
	put_coverage(&job);
	put_verdict(&job);
	return writer_done(&a, out, "table", e);
}
