/* report/as_markdown.c — a comment for a pull request: the counts, what was not assessed, and as
 * many of the worst findings as GitHub's 65,536 characters hold. */
#include "model/plan.h"
#include "report/markdown.h"
#include "report/writer.h"
#include <inttypes.h>

enum {
	MOST_BYTES = 65000,
	END_BYTES = 1200,
	GAPS_SHOWN = 15,
	NAME_CELLS = 80,
	TEXT_CELLS = 120,
	OPEN_ROWS = 5,
	STEPS_SHOWN = 20
};

struct job {
	const struct scan_report *r;
	struct buf *out; /* of at most MOST_BYTES */
	struct arena *scratch;
	struct writer_counts counts;
};

static const char *plural(uint64_t n, const char *one, const char *more)
{
	return n == 1 ? one : more;
}

static void code(struct job *job, str text)
{
	markdown_code(job->out, writer_line(job->scratch, text, NAME_CELLS));
}

static void words(struct job *job, str text)
{
	markdown_line(job->out, writer_line(job->scratch, text, TEXT_CELLS));
}

static void put_head(struct job *job)
{
	const struct scan_report *r = job->r;

	buf_add(job->out, STR("### Image "));
	code(job, r->image.target);
	buf_add(job->out, STR("\n\n"));
	if (r->distro.name.n) {
		words(job, r->distro.name);
		if (r->eol.ended)
			buf_add(job->out, STR(" (**support has ended**)"));
		buf_add(job->out, STR(", "));
	}
	buf_printf(job->out, "%zu %s", r->packages.n, plural(r->packages.n, "package", "packages"));
	if (r->generation && r->data_date.n) {
		buf_add(job->out, STR(", advisory data of "));
		words(job, str_upto(r->data_date, 10));
	}
	if (r->image.digest.n) {
		buf_add(job->out, STR(", "));
		code(job, r->image.digest);
	}
	buf_add(job->out, STR("\n\n"));
}

static void put_gaps(struct job *job)
{
	const struct scan_report *r = job->r;
	uint64_t shown = 0;

	if (r->assessed && !job->counts.gaps_that_matter)
		return;
	buf_add(job->out, STR("> **Not assessed:** parts of this image could not be judged.\n"));
	for (size_t i = 0; i < r->gaps.n && shown < GAPS_SHOWN; i++) {
		const struct gap *g = &r->gaps.v[i];
		if (!gap_matters(g->kind))
			continue;
		shown++;
		buf_add(job->out, STR("> - "));
		code(job, g->where.n ? g->where : STR("the image"));
		buf_printf(job->out, ": %s", gap_meaning(g->kind));
		if (g->why.n) {
			buf_add(job->out, STR(" – "));
			words(job, g->why);
		}
		buf_addc(job->out, '\n');
	}
	if (job->counts.gaps_that_matter > shown)
		buf_printf(job->out, "> - and %" PRIu64 " more\n",
		           job->counts.gaps_that_matter - shown);
	buf_addc(job->out, '\n');
}

static void put_counts(struct job *job)
{
	const struct writer_counts *c = &job->counts;

	buf_add(job->out, STR("| Severity | Found | Fixable |\n|---|---:|---:|\n"));
	for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
		if (c->found[s])
			buf_printf(job->out, "| %s | %" PRIu64 " | %" PRIu64 " |\n",
			           severity_word((enum severity)s), c->found[s], c->fixable[s]);
	buf_printf(job->out,
	           "\n**%" PRIu64 " %s** in %" PRIu64 " %s, %" PRIu64 " fixable by an upgrade",
	           c->all_found, plural(c->all_found, "finding", "findings"),
	           c->vulnerable_packages, plural(c->vulnerable_packages, "package", "packages"),
	           c->all_fixable);
	if (c->exploited)
		buf_printf(job->out, ", **%" PRIu64 " known to be exploited**", c->exploited);
	buf_add(job->out, STR(".\n\n"));
}

static void put_row(struct job *job, const struct finding *f)
{
	struct arena *a = job->scratch;
	str url = writer_advisory_url(a, f->id);

	buf_printf(job->out, "| %s | [", severity_word(f->severity));
	words(job, str_upto(f->id, NAME_CELLS));
	buf_printf(job->out, "](%.*s)", STR_FMT(url));
	if (f->exploited.known)
		buf_add(job->out, STR(" **exploited**"));
	buf_add(job->out, STR(" | "));
	code(job, f->package->name);
	buf_add(job->out, STR(" | "));
	code(job, f->package->version);
	buf_add(job->out, STR(" | "));
	if (writer_fixable(f))
		code(job, f->fixed_version);
	else
		buf_add(job->out, str_c(writer_fix_words(f)));
	buf_add(job->out, STR(" | "));
	words(job, writer_title(f));
	buf_add(job->out, STR(" |\n"));
}

static void put_findings(struct job *job)
{
	const struct scan_report *r = job->r;
	size_t n = r->findings.n, shown = 0;

	if (!n)
		return;
	buf_printf(job->out,
	           "<details%s><summary>Findings, worst first</summary>\n\n"
	           "| Severity | ID | Package | Installed | Fixed in | Title "
	           "|\n|---|---|---|---|---|---|\n",
	           n <= OPEN_ROWS ? " open" : "");
	while (shown < n) {
		size_t before = job->out->n;
		put_row(job, &r->findings.v[shown]);
		arena_reset(job->scratch);
		if (job->out->failed || job->out->n > MOST_BYTES - END_BYTES) {
			job->out->n = before; /* this row does not fit */
			job->out->failed = false;
			break;
		}
		shown++;
	}
	buf_add(job->out, STR("\n</details>\n\n"));
	if (shown < n)
		buf_printf(job->out, "%zu more %s left out, as a comment holds no more.\n\n",
		           n - shown, plural(n - shown, "finding is", "findings are"));
}

/* The first steps: those that clear most */
static void put_plan(struct job *job)
{
	const struct plan *p = job->r->plan;

	if (!p || !p->steps.n)
		return;
	buf_add(job->out, STR("| | upgrade | from | to | where | clears | in all |\n|---|---|---|---|---|---|---|\n"));
	for (size_t i = 0; i < MIN(p->steps.n, (size_t)STEPS_SHOWN); i++) {
		const struct plan_step *s = &p->steps.v[i];
		buf_printf(job->out, "| %zu | ", i + 1);
		code(job, s->name);
		buf_add(job->out, STR(" | "));
		code(job, s->from);
		buf_add(job->out, STR(" | "));
		code(job, s->to);
		buf_add(job->out, s->major ? STR(" (major)") : STR(""));
		if (s->opens.n) {
			buf_add(job->out, STR(", has "));
			code(job, s->opens.v[0]);
		}
		if (s->opens.n > 1)
			buf_printf(job->out, " and %zu more", s->opens.n - 1);
		buf_add(job->out, STR(" | "));
		if (s->base || s->claimed)
			buf_add(job->out, s->base ? STR("base image") : STR("SBOM"));
		else
			buf_printf(job->out, "layer %u", s->layer + 1);
		buf_printf(job->out, " | %" PRIu64 " | %" PRIu64 " of %" PRIu64 " |\n", s->findings, s->cleared, p->findings);
	}
	if (p->steps.n > STEPS_SHOWN)
		buf_printf(job->out, "\n%zu more upgrades are not shown.\n", p->steps.n - STEPS_SHOWN);
	buf_addc(job->out, '\n');
}

static void put_verdict(struct job *job)
{
	const struct scan_report *r = job->r;

	if (job->counts.all_found) {
		put_counts(job);
		put_plan(job);
		put_findings(job);
	} else if (r->generation && !r->assessed) {
		buf_add(job->out,
		        STR("Nothing was found in what could be read. That is no clean bill of "
		            "health.\n\n"));
	} else if (r->generation && !r->findings_hidden) {
		buf_printf(job->out, "**No known vulnerabilities** in %zu %s.\n\n", r->packages.n,
		           plural(r->packages.n, "package", "packages"));
	}
	if (r->findings_hidden)
		buf_printf(job->out, "%" PRIu64 " %s not shown, as asked.\n\n", r->findings_hidden,
		           plural(r->findings_hidden, "finding is", "findings are"));
	if (r->suppressed.n)
		buf_printf(job->out, "%zu %s suppressed.\n\n", r->suppressed.n,
		           plural(r->suppressed.n, "finding is", "findings are"));
}

int as_markdown(const struct scan_report *r, const struct writer_style *style, struct buf *out,
                struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct buf text cleanup(buf_done) = BUF(MOST_BYTES);
	struct job job = { .r = r, .out = &text, .scratch = &scratch };

	writer_count(r, &job.counts);
	put_head(&job);
	put_gaps(&job);
	put_verdict(&job);
	buf_printf(&text, "<sub>plimsoll %s</sub>\n", style->version);
	if (writer_done(&scratch, &text, "markdown", e) < 0)
		return e->code;
	buf_add(out, buf_view(&text));
	return writer_done(&scratch, out, "markdown", e);
}
