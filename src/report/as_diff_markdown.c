/* report/as_diff_markdown.c — what is different between two images, as a comment for a pull
 * request: at most ROWS_MAX rows of each table. */
#include "report/diff_writer.h"
#include "report/markdown.h"
#include <inttypes.h>

enum { ROWS_MAX = 100, TEXT_CELLS = 100 };

struct job {
	const struct difference *d;
	struct buf *out;
	struct arena *a;
};

static void code(struct job *job, str text)
{
	if (text.n)
		markdown_code(job->out, writer_line(job->a, text, TEXT_CELLS));
	else
		buf_addc(job->out, '-');
}

static void cell(struct job *job, str text)
{
	buf_add(job->out, STR(" | "));
	markdown_line(job->out, writer_line(job->a, text, TEXT_CELLS));
}

static void put_more(struct job *job, size_t n)
{
	if (n > ROWS_MAX)
		buf_printf(job->out, "\nand %zu more\n", n - ROWS_MAX);
}

static void put_findings(struct job *job)
{
	const struct difference *d = job->d;

	if (!d->findings.n)
		return;
	buf_add(job->out, STR("\n| finding | severity | id | package | fixed in | because "
	                      "|\n|---|---|---|---|---|---|\n"));
	for (size_t i = 0; i < MIN(d->findings.n, (size_t)ROWS_MAX); i++) {
		const struct finding_change *c = &d->findings.v[i];
		const struct finding *f = c->after ? c->after : c->before;
		buf_printf(job->out, "| %s", change_word(c->kind));
		cell(job, str_c(severity_word(f->severity)));
		cell(job, f->id);
		buf_add(job->out, STR(" | "));
		code(job, f->package->name);
		cell(job, writer_fixable(f) ? f->fixed_version : str_c(writer_fix_words(f)));
		cell(job, c->why);
		buf_add(job->out, STR(" |\n"));
	}
	put_more(job, d->findings.n);
}

static void put_packages(struct job *job)
{
	const struct difference *d = job->d;

	if (!d->packages.n)
		return;
	buf_add(job->out,
	        STR("\n| package | type | name | before | after |\n|---|---|---|---|---|\n"));
	for (size_t i = 0; i < MIN(d->packages.n, (size_t)ROWS_MAX); i++) {
		const struct package_change *c = &d->packages.v[i];
		const struct package *p = c->after ? c->after : c->before;
		buf_printf(job->out, "| %s | %s | ", change_word(c->kind),
		           package_purl_type(p->type));
		code(job, p->name);
		buf_add(job->out, STR(" | "));
		code(job, c->before ? c->before->version : (str){ 0 });
		buf_add(job->out, STR(" | "));
		code(job, c->after ? c->after->version : (str){ 0 });
		buf_add(job->out, STR(" |\n"));
	}
	put_more(job, d->packages.n);
}

static void put_gaps(struct job *job)
{
	const struct difference *d = job->d;

	if (d->gaps.n)
		buf_addc(job->out, '\n');
	for (size_t i = 0; i < MIN(d->gaps.n, (size_t)ROWS_MAX); i++) {
		const struct gap *g = d->gaps.v[i].gap;
		buf_printf(job->out, "- %s gap: ", change_word(d->gaps.v[i].kind));
		code(job, g->where);
		buf_add(job->out, STR(": "));
		markdown_line(job->out, writer_line(job->a, g->why, TEXT_CELLS));
		buf_addc(job->out, '\n');
	}
}

static size_t count(const struct difference *d, enum change kind)
{
	size_t n = 0;
	for (size_t i = 0; i < d->findings.n; i++)
		n += d->findings.v[i].kind == kind;
	return n;
}

int as_diff_markdown(const struct difference *d, const struct writer_style *style, struct buf *out,
                     struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = { d, out, &a };

	(void)style;
	buf_add(out, STR("### "));
	code(&job, d->a->image.target);
	buf_add(out, STR(" → "));
	code(&job, d->b->image.target);
	buf_printf(out,
	           "\n\n**%zu new findings**, %zu gone, %zu changed, %" PRIu64
	           " the same; %zu packages differ.\n",
	           count(d, CHANGE_NEW), count(d, CHANGE_GONE), count(d, CHANGE_CHANGED),
	           d->same_findings, d->packages.n);
	if (!d->b->assessed)
		buf_add(out, STR("\n> **Not assessed:** parts of the image after could not be "
		                 "judged.\n"));
	if (!d->same_data)
		buf_add(out, STR("\nThe advisory data differ as well.\n"));
	put_findings(&job);
	put_packages(&job);
	put_gaps(&job);
	return writer_done(&a, out, "diff", e);
}
