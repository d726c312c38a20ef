/* report/as_diff.c — two images beside each other on a terminal: what they are, then packages,
 * findings and gaps that are not in both. */
#include "report/diff_writer.h"
#include "report/paint.h"
#include "report/table.h"
#include <inttypes.h>

enum { LABEL_CELLS = 15, WHY_CELLS = 160 };

struct job {
	const struct difference *d;
	struct painter p;
};

static void line(struct job *job, const char *name, enum ink ink, str text)
{
	const struct painter *p = &job->p;

	if (!text.n)
		return;
	paint(p, INK_DIM, str_c(name));
	paint_pad(p, LABEL_CELLS - strlen(name));
	paint_words(p, ink, LABEL_CELLS, LABEL_CELLS, text);
}

static str side(struct arena *a, const struct scan_report *r)
{
	return arena_printf(a, "%.*s%s%.*s%s: %zu package%s, %zu finding%s%s",
	                    STR_FMT(r->image.target), r->image.digest.n ? " (" : "",
	                    STR_FMT(str_upto(r->image.digest, 19)), r->image.digest.n ? ")" : "",
	                    r->packages.n, r->packages.n == 1 ? "" : "s", r->findings.n,
	                    r->findings.n == 1 ? "" : "s",
	                    r->assessed ? "" : ", not assessed whole");
}

static str arrow(struct arena *a, str before, str after)
{
	if (str_eq(before, after))
		return (str){ 0 };
	return arena_printf(a, "%.*s -> %.*s", STR_FMT(before.n ? before : STR("none")),
	                    STR_FMT(after.n ? after : STR("none")));
}

static str base_of(struct arena *a, const struct base_image *b)
{
	return b->digest.n && b->name.n ? arena_printf(a, "%.*s (%.*s)", STR_FMT(b->name),
	                                               STR_FMT(str_upto(b->digest, 19)))
	       : b->name.n              ? b->name
	                                : str_upto(b->digest, 19);
}

static str support_of(struct arena *a, const struct scan_report *r)
{
	if (!r->eol.known || !r->eol.date.n)
		return (str){ 0 };
	return arena_printf(a, "%s %.*s", r->eol.ended ? "ended on" : "until",
	                    STR_FMT(r->eol.date));
}

static str data_of(struct arena *a, const struct scan_report *r)
{
	return r->generation ? arena_printf(a, "generation %" PRIu64 " of %.*s", r->generation,
	                                    STR_FMT(str_upto(r->data_date, 10)))
	                     : (str){ 0 };
}

static void put_head(struct job *job)
{
	const struct scan_report *x = job->d->a, *y = job->d->b;
	struct arena *a = job->p.a;

	line(job, "Before:", INK_BOLD, side(a, x));
	line(job, "After:", INK_BOLD, side(a, y));
	line(job, "System:", INK_PLAIN, arrow(a, x->distro.name, y->distro.name));
	line(job, "Base:", INK_PLAIN, arrow(a, base_of(a, &x->base), base_of(a, &y->base)));
	line(job, "Support:", y->eol.ended ? INK_BAD : INK_PLAIN,
	     arrow(a, support_of(a, x), support_of(a, y)));
	line(job, "Advisory data:", INK_PLAIN, arrow(a, data_of(a, x), data_of(a, y)));
}

static str counts(struct arena *a, const size_t *of, uint64_t same)
{
	str out = { 0 };

	for (unsigned c = 0; c < CHANGE_COUNT; c++)
		if (of[c])
			out = arena_printf(a, "%.*s%zu %s, ", STR_FMT(out), of[c],
			                   change_word((enum change)c));
	return arena_printf(a, "%.*s%" PRIu64 " the same", STR_FMT(out), same);
}

static enum ink ink_of_change(enum change c, bool good_when_gone)
{
	if (!good_when_gone)
		return c == CHANGE_DOWNGRADED ? INK_BAD : INK_PLAIN;
	return c == CHANGE_NEW ? INK_BAD : c == CHANGE_GONE ? INK_GOOD : INK_PLAIN;
}

static void put_packages(struct job *job)
{
	const struct painter *p = &job->p;
	const struct difference *d = job->d;
	size_t of[CHANGE_COUNT] = { 0 };
	struct grid g = { .columns = { { .title = "Packages" },
		                       { .title = "Type" },
		                       { .title = "Package", .least = 16 },
		                       { .title = "Before", .least = 11 },
		                       { .title = "After", .least = 11 } },
		          .n = 5,
		          .below_at = 2 };

	for (size_t i = 0; i < d->packages.n; i++) {
		const struct package_change *c = &d->packages.v[i];
		const struct package *k = c->after ? c->after : c->before;
		struct grid_row *row = vec_push(p->a, &g.rows);
		if (!row)
			return;
		of[c->kind]++;
		row->cells[0] = (struct grid_cell){ table_upper(p->a, change_word(c->kind)),
			                            ink_of_change(c->kind, false) };
		row->cells[1] = (struct grid_cell){ str_c(package_type_text(k->type)), INK_DIM };
		row->cells[2] = (struct grid_cell){ paint_clean(p, k->name), INK_BOLD };
		row->cells[3] = (struct grid_cell){ c->before ? paint_clean(p, c->before->version)
			                                      : STR("-"),
			                            INK_PLAIN };
		row->cells[4] =
		        (struct grid_cell){ c->after ? paint_clean(p, c->after->version) : STR("-"),
			                    INK_PLAIN };
	}
	line(job, "Packages:", INK_PLAIN, counts(p->a, of, d->same_packages));
	if (!g.rows.n)
		return;
	grid_paint(p, &g, grid_fits(p, &g));
	paint_end(p);
}

static void put_findings(struct job *job)
{
	const struct painter *p = &job->p;
	const struct difference *d = job->d;
	size_t of[CHANGE_COUNT] = { 0 };
	struct grid g = { .columns = { { .title = "Findings" },
		                       { .title = "Severity" },
		                       { .title = "ID", .least = 14 },
		                       { .title = "Package", .least = 12 },
		                       { .title = "Fixed in", .least = 11 },
		                       { .title = "Because" } },
		          .n = 6,
		          .below_at = 2 };

	for (size_t i = 0; i < d->findings.n; i++) {
		const struct finding_change *c = &d->findings.v[i];
		const struct finding *f = c->after ? c->after : c->before;
		struct grid_row *row = vec_push(p->a, &g.rows);
		if (!row)
			return;
		of[c->kind]++;
		row->cells[0] = (struct grid_cell){ table_upper(p->a, change_word(c->kind)),
			                            ink_of_change(c->kind, true) };
		row->cells[1] = (struct grid_cell){ table_upper(p->a, severity_word(f->severity)),
			                            ink_of(f->severity) };
		row->cells[2] = (struct grid_cell){ paint_clean(p, f->id), INK_BOLD };
		row->cells[3] = (struct grid_cell){ paint_clean(p, f->package->name), INK_PLAIN };
		row->cells[4] =
		        (struct grid_cell){ paint_clean(p, writer_fixable(f)
			                                           ? f->fixed_version
			                                           : str_c(writer_fix_words(f))),
			                    writer_fixable(f) ? INK_GOOD : INK_DIM };
		row->cells[5] = (struct grid_cell){ paint_cut(p, paint_clean(p, c->why), WHY_CELLS),
			                            INK_PLAIN };
	}
	line(job, "Findings:", INK_PLAIN, counts(p->a, of, d->same_findings));
	if (g.rows.n)
		grid_paint(p, &g, grid_fits(p, &g));
}

static void put_gaps(struct job *job)
{
	const struct difference *d = job->d;

	if (d->gaps.n)
		paint_end(&job->p);
	for (size_t i = 0; i < d->gaps.n; i++) {
		const struct gap *g = d->gaps.v[i].gap;
		bool bad = d->gaps.v[i].kind == CHANGE_NEW && gap_matters(g->kind);
		line(job, d->gaps.v[i].kind == CHANGE_NEW ? "New gap:" : "Gap gone:",
		     bad ? INK_BAD : INK_PLAIN,
		     arena_printf(job->p.a, "%.*s: %.*s", STR_FMT(g->where), STR_FMT(g->why)));
	}
}

int as_diff(const struct difference *d, const struct writer_style *style, struct buf *out,
            struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = { .d = d, .p = { out, &a, style } };

	put_head(&job);
	put_packages(&job);
	put_findings(&job);
	put_gaps(&job);
	return writer_done(&a, out, "diff", e);
}
