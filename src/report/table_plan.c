/* report/table_plan.c — the plan below the table: which upgrades clear how much, a group for what
 * the base image brings and one a layer, numbered in the order in which they clear most. */
#include "model/plan.h"
#include "report/table.h"
#include <inttypes.h>

enum { COMMAND_CELLS = 60 };

static bool is_first_of(const struct plan *p, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (plan_same_place(&p->steps.v[k], &p->steps.v[i]))
			return false;
	return true;
}

static str title_of(struct table *job, const struct plan_step *s)
{
	const struct scan_report *r = job->r;
	struct arena *a = job->paint.a;
	const struct layer *layer = writer_layer(r, (int)MIN(s->layer, (unsigned)INT32_MAX));
	str name = r->base.name.n ? r->base.name : str_upto(r->base.digest, 19);
	str command = layer ? writer_line(a, layer->created_by, COMMAND_CELLS) : (str){ 0 };

	if (s->claimed)
		return STR("Said by an SBOM, of no layer");
	if (s->base)
		return arena_printf(a, "In the base image (%.*s): upgrade the base, or",
		                    STR_FMT(name));
	return arena_printf(a, "In layer %u%s%.*s%s", s->layer + 1, command.n ? " (" : "",
	                    STR_FMT(command), command.n ? ")" : "");
}

/* "3.0.0 has CVE-2024-1 and 2 more that nothing mends yet" */
static str flaws_of_target(struct arena *a, const struct plan_step *s)
{
	str more = s->opens.n > 1 ? arena_printf(a, " and %zu more", s->opens.n - 1) : STR("");

	return arena_printf(a, "%.*s has %.*s%.*s, which no version mends yet", STR_FMT(s->to),
	                    STR_FMT(s->opens.v[0]), STR_FMT(more));
}

static void add_row(struct table *job, struct grid *g, size_t i)
{
	const struct plan_step *s = &job->r->plan->steps.v[i];
	const struct painter *p = &job->paint;
	struct arena *a = p->a;
	struct grid_row *row = vec_push(a, &g->rows);
	uint64_t all = job->r->plan->findings;

	if (!row)
		return;
	row->cells[0] = (struct grid_cell){ arena_printf(a, "%zu", i + 1), INK_DIM };
	row->cells[1] = (struct grid_cell){ paint_clean(p, s->name), INK_BOLD };
	row->cells[2] = (struct grid_cell){ paint_clean(p, s->from), INK_PLAIN };
	row->cells[3] = (struct grid_cell){ paint_clean(p, s->to), INK_GOOD };
	row->cells[4] = (struct grid_cell){ arena_printf(a, "%" PRIu64, s->findings), INK_PLAIN };
	row->cells[5] =
	        (struct grid_cell){ arena_printf(a, "%" PRIu64 " of %" PRIu64 " (%" PRIu64 " %%)",
		                                 s->cleared, all,
		                                 s->cleared * 100 / MAX(all, (uint64_t)1)),
		                    INK_PLAIN };
	row->below[0] = (struct grid_cell){ paint_clean(p, s->how), INK_DIM };
	if (s->major)
		row->below[1] = (struct grid_cell){
			s->within.n
			        ? paint_clean(p,
			                      arena_printf(a,
			                                   "a major version; %.*s clears %" PRIu64
			                                   " without one",
			                                   STR_FMT(s->within), s->within_findings))
			        : STR("a major version"),
			INK_MEDIUM
		};
	if (s->opens.n)
		row->below[s->major ? 2 : 1] =
		        (struct grid_cell){ paint_clean(p, flaws_of_target(a, s)), INK_MEDIUM };
}

static void put_group(struct table *job, size_t first)
{
	const struct plan *plan = job->r->plan;
	struct grid g = { .columns = { { .title = "#", .right = true },
		                       { .title = "Upgrade", .least = 12 },
		                       { .title = "From", .least = 8 },
		                       { .title = "To", .least = 8 },
		                       { .title = "Clears", .right = true },
		                       { .title = "In all" } },
		          .n = 6,
		          .below_at = 1,
		          .below_wraps = true }; /* a command is there to be copied */

	paint_end(&job->paint);
	table_sentence(job, INK_BOLD, title_of(job, &plan->steps.v[first]));
	for (size_t i = first; i < plan->steps.n; i++)
		if (plan_same_place(&plan->steps.v[first], &plan->steps.v[i]))
			add_row(job, &g, i);
	grid_paint(&job->paint, &g, grid_fits(&job->paint, &g));
}

static void put_rest(struct table *job)
{
	const struct plan *p = job->r->plan;
	struct arena *a = job->paint.a;
	str rest = { 0 };

	for (unsigned s = 0; s < FIX_STATUS_COUNT; s++)
		if (p->remaining[s])
			rest = arena_printf(a, "%.*s%s%" PRIu64 " %s", STR_FMT(rest),
			                    rest.n ? ", " : "", p->remaining[s],
			                    fix_status_word((enum fix_status)s));
	if (rest.n)
		table_sentence(job, INK_PLAIN,
		               arena_printf(a, "What remains: %.*s.", STR_FMT(rest)));
}

void table_plan(struct table *job)
{
	const struct plan *p = job->r->plan;
	uint64_t cleared = p && p->steps.n ? p->steps.v[p->steps.n - 1].cleared : 0;

	if (!p || !p->findings)
		return;
	paint_end(&job->paint);
	table_sentence(job, INK_BOLD,
	               arena_printf(job->paint.a,
	                            "Plan: %zu %s %" PRIu64 " of %" PRIu64 " findings.", p->steps.n,
	                            table_plural(p->steps.n, "upgrade clears", "upgrades clear"),
	                            cleared, p->findings));
	for (size_t i = 0; i < p->steps.n; i++)
		if (is_first_of(p, i))
			put_group(job, i);
	if (p->steps.n)
		paint_end(&job->paint);
	put_rest(job);
}
