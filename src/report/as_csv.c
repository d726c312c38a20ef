/* report/as_csv.c — a table for spreadsheets (RFC 4180: CRLF, quotes doubled). Rows are findings,
 * packages (for `sbom`), what was hidden, and what was not assessed, told apart by the first
 * column: an image that could not be read has rows, too. What a spreadsheet would take for a
 * formula gets an apostrophe in front. */
#include "base/digest.h"
#include "base/text.h"
#include "model/purl.h"
#include "report/writer.h"

struct job {
	const struct scan_report *r;
	struct buf *out;
	struct arena *scratch;
	bool begun; /* the row has a cell */
};

static void end_row(struct job *job)
{
	buf_add(job->out, STR("\r\n"));
	job->begun = false;
}

/* One line of valid UTF-8 without control characters; quoted where RFC 4180 asks for it. */
static void cell(struct job *job, str value)
{
	str text = writer_line(job->scratch, value, 0);
	bool formula = text.n && strchr("=+-@", text.p[0]);
	bool quoted = str_chr(text, ',') < text.n || str_chr(text, '"') < text.n;

	if (job->begun)
		buf_addc(job->out, ',');
	job->begun = true;
	if (quoted)
		buf_addc(job->out, '"');
	if (formula)
		buf_addc(job->out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_addc(job->out, '"');
		buf_addc(job->out, text.p[i]);
	}
	if (quoted)
		buf_addc(job->out, '"');
}

static void word(struct job *job, const char *text)
{
	cell(job, str_c(text));
}

static void number(struct job *job, double value, int decimals)
{
	cell(job, value < 0 ? (str){ 0 } : arena_printf(job->scratch, "%.*f", decimals, value));
}

static void put_head(struct job *job)
{
	static const char *const names[] = { "kind",          "id",        "severity",  "score",
		                             "package",       "type",      "installed", "status",
		                             "fixed_version", "exploited", "epss",      "path",
		                             "layer",         "title",     "url",       "purl",
		                             "reason" };

	for (size_t i = 0; i < LEN(names); i++)
		word(job, names[i]);
	end_row(job);
}

static void put_place(struct job *job, const struct package *p)
{
	const struct layer *layer = writer_layer(job->r, (int)MIN(p->layer, (unsigned)INT32_MAX));
	char digest[DIGEST_TEXT_BYTES];

	cell(job, writer_place(job->scratch, p));
	word(job, layer && layer->has_digest ? digest_text(&layer->digest, digest) : "");
}

static str reason(struct arena *a, const struct finding *f)
{
	const struct hiding *h = &f->hidden;

	if (h->kind == HIDING_NONE)
		return f->comparison;
	return arena_printf(a, "%s%s%.*s%s%.*s", hiding_word(h->kind), h->by.n ? ": " : "",
	                    STR_FMT(h->by), h->why.n ? ": " : "", STR_FMT(h->why));
}

static void put_finding(struct job *job, const struct finding *f)
{
	const struct package *p = f->package;

	word(job, f->hidden.kind == HIDING_NONE ? "finding" : "suppressed");
	cell(job, f->id);
	word(job, severity_word(f->severity));
	number(job, writer_score(f), 1);
	cell(job, p->name);
	word(job, package_purl_type(p->type));
	cell(job, p->version);
	word(job, fix_status_word(f->status));
	cell(job, writer_fixable(f) ? f->fixed_version : (str){ 0 });
	word(job, f->exploited.known ? "yes" : "");
	number(job, writer_has_epss(f) ? f->exploited.epss : -1, 5);
	put_place(job, p);
	cell(job, writer_title(f));
	cell(job, writer_advisory_url(job->scratch, f->id));
	cell(job, purl_of(job->scratch, p, &job->r->distro));
	cell(job, reason(job->scratch, f));
	end_row(job);
}

static void blank(struct job *job, unsigned cells)
{
	while (cells--)
		word(job, "");
}

static void put_package(struct job *job, const struct package *p)
{
	word(job, "package");
	blank(job, 3);
	cell(job, p->name);
	word(job, package_purl_type(p->type));
	cell(job, p->version);
	blank(job, 4);
	put_place(job, p);
	blank(job, 2);
	cell(job, purl_of(job->scratch, p, &job->r->distro));
	cell(job, p->license);
	end_row(job);
}

static void put_gap(struct job *job, const struct gap *g)
{
	const struct layer *layer = writer_layer(job->r, g->layer);
	char digest[DIGEST_TEXT_BYTES];

	word(job, gap_matters(g->kind) ? "not-assessed" : "note");
	word(job, gap_word(g->kind));
	blank(job, 9);
	cell(job, g->where);
	word(job, layer && layer->has_digest ? digest_text(&layer->digest, digest) : "");
	word(job, gap_meaning(g->kind));
	blank(job, 2);
	cell(job, g->why);
	end_row(job);
}

int as_csv(const struct scan_report *r, const struct writer_style *style, struct buf *out,
           struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = { .r = r, .out = out, .scratch = &scratch };

	(void)style;
	put_head(&job);
	for (size_t i = 0; i < r->gaps.n && writer_step(&scratch, out); i++)
		put_gap(&job, &r->gaps.v[i]);
	for (size_t i = 0; i < r->findings.n && writer_step(&scratch, out); i++)
		put_finding(&job, &r->findings.v[i]);
	for (size_t i = 0; i < r->suppressed.n && writer_step(&scratch, out); i++)
		put_finding(&job, &r->suppressed.v[i]);
	if (!r->generation)
		for (size_t i = 0; i < r->packages.n && writer_step(&scratch, out); i++)
			put_package(&job, &r->packages.v[i]);
	return writer_done(&scratch, out, "csv", e);
}
