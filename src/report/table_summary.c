/* report/table_summary.c — see table.h: the counts and, aloud, whatever was not assessed. */
#include "report/table.h"
#include <inttypes.h>

enum { NOTES_SHOWN = 3 };

const char *table_plural(uint64_t n, const char *one, const char *more)
{
	return n == 1 ? one : more;
}

void table_sentence(struct table *job, enum ink ink, str text)
{
	paint_words(&job->paint, ink, 0, 0, text);
}

str table_upper(struct arena *a, const char *word)
{
	str out = arena_str(a, str_c(word));
	char *p = arena_alloc(a, out.n + 1);

	for (size_t i = 0; p && i < out.n; i++)
		p[i] = (char)(out.p[i] - ('a' <= out.p[i] && out.p[i] <= 'z' ? 32 : 0));
	return (str){ p, p ? out.n : 0 };
}

/* ---- summary ---- */

static struct grid_cell number(struct table *job, uint64_t n, enum ink ink)
{
	return (struct grid_cell){ arena_printf(job->paint.a, "%" PRIu64, n), n ? ink : INK_DIM };
}

static void put_counts(struct table *job)
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
		        (struct grid_cell){ table_upper(job->paint.a, severity_word(severity)),
			                    c->found[s] ? ink_of(severity) : INK_DIM };
		row->cells[1] = number(job, c->found[s], INK_PLAIN);
		row->cells[2] = number(job, c->fixable[s], INK_GOOD);
	}
	paint_end(&job->paint);
	grid_paint(&job->paint, &g, true);
}

/* "6 findings are suppressed: 1 ignored, 2 vex (--show-suppressed lists them)." */
static void put_suppressed(struct table *job)
{
	struct arena *a = job->paint.a;
	size_t n = job->r->suppressed.n;
	str kinds = { 0 };

	if (!n)
		return;
	for (int k = HIDING_NONE + 1; k < HIDING_KIND_COUNT; k++)
		if (job->counts.suppressed[k])
			kinds = arena_printf(a, "%.*s%s%" PRIu64 " %s", STR_FMT(kinds),
			                     kinds.n ? ", " : "", job->counts.suppressed[k],
			                     hiding_word((enum hiding_kind)k));
	if (!job->counts.all_found && !job->r->findings_hidden)
		paint_end(&job->paint);
	table_sentence(job, INK_PLAIN,
	               arena_printf(a, "%zu %s suppressed: %.*s%s.", n,
	                            table_plural(n, "finding is", "findings are"), STR_FMT(kinds),
	                            job->paint.style->show_suppressed
	                                    ? ""
	                                    : " (--show-suppressed lists them)"));
}

static void put_exploited(struct table *job)
{
	uint64_t n = job->counts.exploited;

	if (n)
		table_sentence(job, INK_BAD,
		               arena_printf(job->paint.a,
		                            "%" PRIu64 " %s known to be exploited (KEV).", n,
		                            table_plural(n, "finding is", "findings are")));
}

void table_summary(struct table *job)
{
	const struct writer_counts *c = &job->counts;
	struct arena *a = job->paint.a;
	uint64_t hidden = job->r->findings_hidden;

	if (c->all_found) {
		put_counts(job);
		paint_end(&job->paint);
		str what = arena_printf(
		        a, "%" PRIu64 " %s of %" PRIu64 " %s", c->all_found,
		        table_plural(c->all_found, "finding", "findings"), c->vulnerabilities,
		        table_plural(c->vulnerabilities, "vulnerability", "vulnerabilities"));
		table_sentence(job, INK_BOLD,
		               arena_printf(a,
		                            "%.*s in %" PRIu64 " of %zu packages, %" PRIu64
		                            " fixable by an upgrade.",
		                            STR_FMT(what), c->vulnerable_packages,
		                            job->r->packages.n, c->all_fixable));
		put_exploited(job);
	}
	if (hidden) {
		if (!c->all_found)
			paint_end(&job->paint);
		table_sentence(
		        job, INK_PLAIN,
		        arena_printf(a,
		                     "%" PRIu64
		                     " %s not shown, as asked (--severity, --ignore-unfixed).",
		                     hidden, table_plural(hidden, "finding is", "findings are")));
	}
	put_suppressed(job);
}

/* ---- coverage ---- */

static void put_gap(struct table *job, const struct gap *g)
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

static void put_notes(struct table *job, enum gap_kind kind)
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
	text = arena_printf(p->a, "%" PRIu64 " %s: %s: %.*s", n, table_plural(n, "note", "notes"),
	                    gap_meaning(kind), STR_FMT(text));
	paint_pad(p, 2);
	paint_words(p, INK_DIM, 2, 6, text);
}

void table_coverage(struct table *job)
{
	const struct scan_report *r = job->r;

	if (!r->gaps.n && r->assessed)
		return;
	paint_end(&job->paint);
	if (!r->assessed)
		table_sentence(job, INK_BAD,
		               STR("NOT ASSESSED: parts of this image could not be judged."));
	else
		table_sentence(job, INK_BOLD, STR("Coverage"));
	for (size_t i = 0; i < r->gaps.n; i++)
		if (gap_matters(r->gaps.v[i].kind))
			put_gap(job, &r->gaps.v[i]);
	for (int kind = 0; kind < GAP_KIND_COUNT; kind++)
		put_notes(job, (enum gap_kind)kind);
}

/* The last word, for an image without findings. */
void table_verdict(struct table *job)
{
	const struct painter *p = &job->paint;
	size_t n = job->r->packages.n;

	if (job->counts.all_found || !job->r->generation)
		return;
	if (!job->r->assessed) {
		paint_end(p);
		table_sentence(
		        job, INK_BAD,
		        arena_printf(p->a,
		                     "Nothing was found in what could be read (%zu %s). That is "
		                     "no clean bill of health.",
		                     n, table_plural(n, "package", "packages")));
	} else if (!job->r->findings_hidden) {
		paint_end(p);
		table_sentence(job, INK_GOOD,
		               arena_printf(p->a, "%sNo known vulnerabilities in %zu %s.",
		                            paint_sign(p, "✔ ", ""), n,
		                            table_plural(n, "package", "packages")));
	}
}
