/* report/as_html.c — one page that needs nothing but itself: no network (its policy forbids it),
 * readable without its script, in light and dark, and on paper. Everything of the input is escaped
 * (html.h). */
#include "base/time.h"
#include "report/page.h"
#include "report/page_files.h"
#include <inttypes.h>

enum {
	SECONDS_A_DAY = 86400,
	CHART_ROW = 26,
	CHART_LEFT = 92,
	CHART_WIDTH = 400,
	CHART_NUMBERS = 136
};

static void fact(struct page *p, const char *name, str value, bool mono)
{
	if (!value.n)
		return;
	buf_printf(p->out, "<dt>%s</dt><dd%s>", name, mono ? " class=\"mono\"" : "");
	html_text(p->out, value);
	html_raw(p->out, "</dd>\n");
}

static const char *plural(uint64_t n, const char *one, const char *more)
{
	return n == 1 ? one : more;
}

static str file_of(const char *suffix)
{
	size_t i = 0;

	while (strcmp(page_files[i].suffix, suffix) != 0)
		i++;
	return page_files[i].text;
}

/* ---- head ---- */

static void put_head(struct page *p)
{
	html_raw(p->out,
	         "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	         "style-src ");
	html_hash(p->out, file_of("css"));
	html_raw(p->out, "; script-src ");
	html_hash(p->out, file_of("js"));
	html_raw(p->out,
	         "; base-uri 'none'; form-action 'none'\">\n"
	         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	         "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	html_text(p->out, p->r->image.target);
	html_raw(p->out, " – image report</title>\n<style>");
	buf_add(p->out, file_of("css"));
	html_raw(p->out, "</style>\n</head>\n<body>\n");
}

static str system_of(struct arena *a, const struct scan_report *r)
{
	str name = r->distro.name.n ? r->distro.name : r->distro.id;
	const struct end_of_life *eol = &r->eol;

	if (!name.n)
		return STR("none that is known");
	if (!eol->known || !eol->date.n)
		return name;
	return arena_printf(a, "%.*s, support for everybody %s %.*s%s%.*s", STR_FMT(name),
	                    eol->ended ? "ended on" : "until", STR_FMT(eol->date),
	                    eol->extended.n ? ", extended until " : "", STR_FMT(eol->extended));
}

/* How old that is, the reader's clock says: the page does not change with the day it is made on. */
static void put_data(struct page *p)
{
	const struct scan_report *r = p->r;

	html_raw(p->out, "<dt>Advisory data</dt><dd>");
	if (!r->generation)
		html_raw(p->out, "none was read: this is an inventory");
	else
		buf_printf(p->out, "generation %" PRIu64, r->generation);
	if (r->generation && r->data_date.n) {
		str date = str_upto(r->data_date, 10);
		html_raw(p->out, ", newest of <time datetime=\"");
		html_text(p->out, date);
		html_raw(p->out, "\">");
		html_text(p->out, date);
		html_raw(p->out, "</time>");
	}
	html_raw(p->out, "</dd>\n");
}

static str base_of(struct arena *a, const struct scan_report *r)
{
	const struct base_image *b = &r->base;
	str name = b->name.n ? b->name : b->digest, out;

	if (!name.n)
		return name;
	out = b->how.n ? arena_printf(a, "%.*s (%.*s)", STR_FMT(name), STR_FMT(b->how)) : name;
	return b->layers ? arena_printf(a, "%.*s, %zu %s", STR_FMT(out), b->layers,
	                                plural(b->layers, "layer", "layers"))
	                 : out;
}

static void put_facts(struct page *p, const struct writer_style *style)
{
	const struct scan_report *r = p->r;
	const struct image *image = &r->image;
	struct arena *a = p->scratch;
	char when[TIME_TEXT_BYTES];

	html_raw(p->out, "<header>\n");
	html_element(p->out, "p", "brand",
	             arena_printf(a, "plimsoll %s · image report", style->version));
	html_raw(p->out, "\n");
	html_element(p->out, "h1", NULL, image->target);
	html_raw(p->out, "\n<dl class=\"facts\">\n");
	fact(p, "Digest", image->digest, true);
	fact(p, "Image ID", image->config_digest, true);
	fact(p, "Platform",
	     arena_printf(a, "%.*s%s%.*s%s%.*s", STR_FMT(image->os), image->arch.n ? "/" : "",
	                  STR_FMT(image->arch), image->variant.n ? "/" : "",
	                  STR_FMT(image->variant)),
	     false);
	fact(p, "System", system_of(a, r), false);
	fact(p, "Built on", base_of(a, r), false);
	put_data(p);
	fact(p, "As of", str_c(time_text(r->now, when)), false);
	html_raw(p->out, "</dl>\n</header>\n<main>\n");
	writer_step(p->scratch, p->out);
}

/* ---- what was not assessed ---- */

static void put_gap(struct page *p, const struct gap *g)
{
	html_raw(p->out, "<li>");
	html_element(p->out, "code", NULL, g->where.n ? g->where : STR("the image"));
	buf_printf(p->out, ": %s", gap_meaning(g->kind));
	if (g->why.n) {
		html_raw(p->out, " – ");
		html_text(p->out, g->why);
	}
	if (writer_layer(p->r, g->layer))
		buf_printf(p->out, " (layer %d)", g->layer + 1);
	html_raw(p->out, "</li>\n");
	buf_spill(p->out, WRITER_SPILL_BYTES);
}

static void put_gaps(struct page *p, bool matter)
{
	html_raw(p->out, "<ul>\n");
	for (size_t i = 0; i < p->r->gaps.n; i++)
		if (gap_matters(p->r->gaps.v[i].kind) == matter)
			put_gap(p, &p->r->gaps.v[i]);
	html_raw(p->out, "</ul>\n");
}

static void put_coverage(struct page *p)
{
	if (!p->r->assessed || p->counts.gaps_that_matter) {
		html_raw(
		        p->out,
		        "<section class=\"alert\" role=\"alert\">\n<h2>Not assessed: parts of this "
		        "image could "
		        "not be judged</h2>\n");
		put_gaps(p, true);
		html_raw(p->out, "</section>\n");
	} else if (!p->counts.all_found && p->r->generation && !p->r->findings_hidden) {
		buf_printf(p->out,
		           "<section class=\"clean\"><h2>No known vulnerabilities in %zu "
		           "%s</h2></section>\n",
		           p->r->packages.n, plural(p->r->packages.n, "package", "packages"));
	}
}

static void put_notes(struct page *p)
{
	uint64_t notes = p->r->gaps.n - p->counts.gaps_that_matter;

	if (!notes)
		return;
	buf_printf(p->out,
	           "<details class=\"card\"><summary>Notes on coverage (%" PRIu64 ")</summary>\n",
	           notes);
	put_gaps(p, false);
	html_raw(p->out, "</details>\n");
}

/* ---- overview ---- */

static uint64_t most(const struct writer_counts *c)
{
	uint64_t n = 1;

	for (int s = 0; s < SEVERITY_COUNT; s++)
		n = MAX(n, c->found[s]);
	return n;
}

/* A bar a severity: the whole is found, the full colour can be mended by an upgrade. */
static void put_chart(struct page *p)
{
	const struct writer_counts *c = &p->counts;
	uint64_t longest = most(c);
	unsigned rows = 0;

	for (int s = 0; s < SEVERITY_COUNT; s++)
		rows += s > SEVERITY_NEGLIGIBLE || c->found[s];
	buf_printf(p->out,
	           "<svg viewBox=\"0 0 %u %u\" role=\"img\" aria-label=\"Findings by severity\">\n",
	           CHART_LEFT + CHART_WIDTH + CHART_NUMBERS, rows * CHART_ROW + 18);
	rows = 0;
	for (int s = SEVERITY_COUNT - 1; s >= 0; s--) {
		const char *word = severity_word((enum severity)s);
		unsigned y = rows * CHART_ROW;
		uint64_t found = c->found[s], fixable = c->fixable[s];
		if (s <= SEVERITY_NEGLIGIBLE && !found)
			continue;
		rows++;
		buf_printf(p->out, "<text x=\"0\" y=\"%u\">%s</text>", y + 15, word);
		buf_printf(p->out,
		           "<rect class=\"track\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"14\" "
		           "rx=\"3\"/>",
		           CHART_LEFT, y + 4, CHART_WIDTH);
		if (found)
			buf_printf(p->out,
			           "<rect class=\"bar %s\" x=\"%u\" y=\"%u\" width=\"%" PRIu64
			           "\" height=\"14\" rx=\"3\"/>",
			           word, CHART_LEFT, y + 4, MAX(found * CHART_WIDTH / longest, 2));
		if (fixable)
			buf_printf(p->out,
			           "<rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%" PRIu64
			           "\" height=\"14\" rx=\"3\"/>",
			           word, CHART_LEFT, y + 4,
			           MAX(fixable * CHART_WIDTH / longest, 2));
		buf_printf(p->out,
		           "<text x=\"%u\" y=\"%u\">%" PRIu64 "<tspan class=\"soft\"> · %" PRIu64
		           " fixable</tspan></text>\n",
		           CHART_LEFT + CHART_WIDTH + 8, y + 15, found, fixable);
	}
	buf_printf(p->out,
	           "<text class=\"soft\" x=\"%u\" y=\"%u\">full colour: an upgrade mends "
	           "it</text>\n</svg>\n",
	           CHART_LEFT, rows * CHART_ROW + 14);
}

static void number(struct page *p, const char *what, uint64_t n)
{
	buf_printf(p->out, "<div><dt>%s</dt><dd>%" PRIu64 "</dd></div>\n", what, n);
}

static void put_overview(struct page *p)
{
	const struct writer_counts *c = &p->counts;
	const struct scan_report *r = p->r;

	if (!r->generation)
		return;
	html_raw(p->out, "<section class=\"overview\">\n");
	put_chart(p);
	html_raw(p->out, "<dl class=\"numbers\">\n");
	number(p, "findings", c->all_found);
	number(p, "distinct vulnerabilities", c->vulnerabilities);
	number(p, "fixable by an upgrade", c->all_fixable);
	number(p, "known to be exploited", c->exploited);
	buf_printf(p->out, "<div><dt>of %zu packages vulnerable</dt><dd>%" PRIu64 "</dd></div>\n",
	           r->packages.n, c->vulnerable_packages);
	if (r->suppressed.n)
		number(p, "suppressed", r->suppressed.n);
	if (r->findings_hidden)
		number(p, "not shown, as asked", r->findings_hidden);
	html_raw(p->out, "</dl>\n</section>\n");
}

static void put_end(struct page *p)
{
	html_raw(p->out, "</main>\n<footer>Same image and same data give the same page.");
	if (p->r->findings.n)
		html_raw(p->out,
		         " Click a finding for its reasons; <kbd>/</kbd> searches, <kbd>Esc</kbd> "
		         "closes.");
	html_raw(p->out, "</footer>\n");
	page_data(p);
	html_raw(p->out, "<script>");
	buf_add(p->out, file_of("js"));
	html_raw(p->out, "</script>\n</body>\n</html>\n");
}

int as_html(const struct scan_report *r, const struct writer_style *style, struct buf *out,
            struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct page p = { .r = r, .out = out, .scratch = &scratch };

	writer_count(r, &p.counts);
	put_head(&p);
	put_facts(&p, style);
	put_coverage(&p);
	put_overview(&p);
	page_findings(&p);
	page_suppressed(&p);
	put_notes(&p);
	page_packages(&p);
	page_layers(&p);
	put_end(&p);
	return writer_done(&scratch, out, "html", e);
}
