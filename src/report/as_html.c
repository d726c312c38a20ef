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

static void raw(struct page *p, const char *markup)
{
	buf_add(p->out, str_c(markup));
}

static void text(struct page *p, str s)
{
	html_text(p->out, s);
}

static void element(struct page *p, const char *tag, const char *class, str s)
{
	buf_printf(p->out, class ? "<%s class=\"%s\">" : "<%s>", tag, class);
	text(p, s);
	buf_printf(p->out, "</%s>", tag);
}

static void fact(struct page *p, const char *name, str value, bool mono)
{
	if (!value.n)
		return;
	buf_printf(p->out, "<dt>%s</dt><dd%s>", name, mono ? " class=\"mono\"" : "");
	text(p, value);
	raw(p, "</dd>\n");
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
	raw(p, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	       "style-src ");
	html_hash(p->out, file_of("css"));
	raw(p, "; script-src ");
	html_hash(p->out, file_of("js"));
	raw(p, "; base-uri 'none'; form-action 'none'\">\n"
	       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	       "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	text(p, p->r->image.target);
	raw(p, " – image report</title>\n<style>");
	buf_add(p->out, file_of("css"));
	raw(p, "</style>\n</head>\n<body>\n");
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

	raw(p, "<dt>Advisory data</dt><dd>");
	if (!r->generation)
		raw(p, "none was read: this is an inventory");
	else
		buf_printf(p->out, "generation %" PRIu64, r->generation);
	if (r->generation && r->data_date.n) {
		str date = str_upto(r->data_date, 10);
		raw(p, ", newest of <time datetime=\"");
		text(p, date);
		raw(p, "\">");
		text(p, date);
		raw(p, "</time>");
	}
	raw(p, "</dd>\n");
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

	raw(p, "<header>\n");
	element(p, "p", "brand", arena_printf(a, "plimsoll %s · image report", style->version));
	raw(p, "\n");
	element(p, "h1", NULL, image->target);
	raw(p, "\n<dl class=\"facts\">\n");
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
	raw(p, "</dl>\n</header>\n<main>\n");
	writer_step(p->scratch, p->out);
}

/* ---- what was not assessed ---- */

static void put_gap(struct page *p, const struct gap *g)
{
	raw(p, "<li>");
	element(p, "code", NULL, g->where.n ? g->where : STR("the image"));
	buf_printf(p->out, ": %s", gap_meaning(g->kind));
	if (g->why.n) {
		raw(p, " – ");
		text(p, g->why);
	}
	if (writer_layer(p->r, g->layer))
		buf_printf(p->out, " (layer %d)", g->layer + 1);
	raw(p, "</li>\n");
	buf_spill(p->out, WRITER_SPILL_BYTES);
}

static void put_gaps(struct page *p, bool matter)
{
	raw(p, "<ul>\n");
	for (size_t i = 0; i < p->r->gaps.n; i++)
		if (gap_matters(p->r->gaps.v[i].kind) == matter)
			put_gap(p, &p->r->gaps.v[i]);
	raw(p, "</ul>\n");
}

static void put_coverage(struct page *p)
{
	if (!p->r->assessed || p->counts.gaps_that_matter) {
		raw(p, "<section class=\"alert\" role=\"alert\">\n<h2>Not assessed: parts of this "
		       "image could "
		       "not be judged</h2>\n");
		put_gaps(p, true);
		raw(p, "</section>\n");
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
	raw(p, "</details>\n");
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
	raw(p, "<section class=\"overview\">\n");
	put_chart(p);
	raw(p, "<dl class=\"numbers\">\n");
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
	raw(p, "</dl>\n</section>\n");
}

/* ---- findings ---- */

static void put_tools(struct page *p)
{
	bool types[PACKAGE_TYPE_COUNT] = { 0 };

	raw(p, "<form class=\"tools\" role=\"search\"><input type=\"search\" aria-label=\"Search\" "
	       "placeholder=\"Search: CVE, package, path, text ( / )\">\n");
	for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
		if (p->counts.found[s])
			buf_printf(p->out,
			           "<label class=\"chip\"><input type=\"checkbox\" name=\"%s\" "
			           "checked>%s "
			           "%" PRIu64 "</label>\n",
			           severity_word((enum severity)s), severity_word((enum severity)s),
			           p->counts.found[s]);
	raw(p, "<label class=\"chip\"><input type=\"checkbox\" name=\"fixable\">only "
	       "fixable</label>\n");
	if (p->counts.exploited)
		raw(p, "<label class=\"chip\"><input type=\"checkbox\" name=\"exploited\">only "
		       "exploited</label>\n");
	raw(p, "<select aria-label=\"Type of package\"><option value=\"\">all types</option>");
	for (size_t i = 0; i < p->r->findings.n; i++)
		types[p->r->findings.v[i].package->type] = true;
	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++)
		if (types[t])
			buf_printf(p->out, "<option value=\"%s\">%s</option>",
			           package_purl_type((enum package_type)t),
			           package_type_text((enum package_type)t));
	raw(p,
	    "</select>\n<span id=\"shown\" class=\"soft\" aria-live=\"polite\"></span></form>\n");
}

static void put_link(struct page *p, str id)
{
	str url = writer_advisory_url(p->scratch, id);

	raw(p, "<a target=\"_blank\" rel=\"noopener noreferrer\" href=\"");
	text(p, url);
	raw(p, "\">");
	text(p, id);
	raw(p, "</a>");
}

static void put_marks(struct page *p, const struct finding *f)
{
	if (f->exploited.known)
		raw(p, "<span class=\"mark kev\" title=\"known to be exploited (CISA "
		       "KEV)\">KEV</span>");
	if (f->state != STATE_VALID)
		buf_printf(p->out, "<span class=\"mark\">%s</span>", finding_state_word(f->state));
}

static void put_package_cell(struct page *p, const struct package *k)
{
	raw(p, "<td class=\"name\">");
	text(p, k->name);
	for (unsigned trait = 1; trait < PACKAGE_TRAITS; trait <<= 1)
		if (k->traits & trait)
			buf_printf(p->out, "<span class=\"mark\">%s</span>",
			           package_trait_word((enum package_trait)trait));
	raw(p, "<small>");
	raw(p, package_type_text(k->type));
	if (k->type != PACKAGE_DEB && k->type != PACKAGE_APK && k->type != PACKAGE_RPM) {
		raw(p, " · ");
		text(p, writer_place(p->scratch, k));
	}
	raw(p, "</small></td>");
}

static void put_fix_cell(struct page *p, const struct finding *f)
{
	if (writer_fixable(f)) {
		raw(p, "<td class=\"version fixed\">");
		text(p, f->fixed_version);
	} else {
		buf_printf(p->out, "<td class=\"version soft\">%s", writer_fix_words(f));
	}
	raw(p, "</td>");
}

static bool has_epss(const struct scan_report *r)
{
	for (size_t i = 0; i < r->findings.n; i++)
		if (writer_has_epss(&r->findings.v[i]))
			return true;
	return false;
}

static void put_row(struct page *p, size_t i, bool epss)
{
	const struct finding *f = &p->r->findings.v[i];
	const char *word = severity_word(f->severity);
	double score = writer_score(f);

	buf_printf(p->out,
	           "<tr class=\"row\" data-n=\"%zu\" data-severity=\"%s\" data-type=\"%s\"%s%s>", i,
	           word, package_purl_type(f->package->type),
	           writer_fixable(f) ? " data-fixable=\"1\"" : "",
	           f->exploited.known ? " data-exploited=\"1\"" : "");
	buf_printf(p->out, "<td data-key=\"%d\"><span class=\"badge %s\">%s</span>",
	           finding_rank(f), word, word);
	if (score >= 0)
		buf_printf(p->out, "<small>CVSS %.1f</small>", score);
	raw(p, "</td><td class=\"id\">");
	put_link(p, f->id);
	put_marks(p, f);
	raw(p, "</td>");
	put_package_cell(p, f->package);
	element(p, "td", "version", f->package->version);
	put_fix_cell(p, f);
	if (epss && writer_has_epss(f))
		buf_printf(p->out, "<td class=\"number\" data-key=\"%.5f\">%.1f %%</td>",
		           f->exploited.epss, f->exploited.epss * 100);
	else if (epss)
		raw(p, "<td data-key=\"0\"></td>");
	raw(p, "<td class=\"title\">");
	text(p, writer_line(p->scratch, writer_title(f), 200));
	raw(p, " <button type=\"button\" class=\"more\" "
	       "aria-expanded=\"false\">Details</button></td></tr>\n");
}

static void put_findings(struct page *p)
{
	bool epss = has_epss(p->r);

	if (!p->r->findings.n)
		return;
	raw(p, "<section>\n<h2>Findings</h2>\n");
	put_tools(p);
	raw(p, "<div class=\"scroll\"><table id=\"findings\"><thead><tr><th scope=\"col\" "
	       "aria-sort=\"descending\">Severity</th><th scope=\"col\">ID</th><th "
	       "scope=\"col\">Package</th><th scope=\"col\">Installed</th><th scope=\"col\">Fixed "
	       "in</th>");
	if (epss)
		raw(p, "<th scope=\"col\" title=\"probability of exploitation in the next 30 "
		       "days\">EPSS</th>");
	raw(p, "<th scope=\"col\">Title</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < p->r->findings.n && writer_step(p->scratch, p->out); i++)
		put_row(p, i, epss);
	raw(p, "</tbody></table></div>\n</section>\n");
}

/* ---- lists ---- */

static void put_suppressed(struct page *p)
{
	const struct scan_report *r = p->r;

	if (!r->suppressed.n)
		return;
	buf_printf(
	        p->out,
	        "<details class=\"card print\"><summary>Suppressed (%zu)</summary>\n<div "
	        "class=\"scroll\"><table><thead><tr><th>Severity</th><th>ID</th><th>Package</"
	        "th><th>"
	        "Because</th><th>Said by</th><th>Reason</th><th>Until</th></tr></thead><tbody>\n",
	        r->suppressed.n);
	for (size_t i = 0; i < r->suppressed.n && writer_step(p->scratch, p->out); i++) {
		const struct finding *f = &r->suppressed.v[i];
		buf_printf(p->out, "<tr><td>%s</td><td class=\"id\">", severity_word(f->severity));
		put_link(p, f->id);
		raw(p, "</td><td>");
		text(p, f->package->name);
		raw(p, " ");
		text(p, f->package->version);
		buf_printf(p->out, "</td><td>%s</td>", hiding_word(f->hidden.kind));
		element(p, "td", NULL, f->hidden.by);
		element(p, "td", NULL, f->hidden.why);
		element(p, "td", NULL, f->hidden.until);
		raw(p, "</tr>\n");
	}
	raw(p, "</tbody></table></div></details>\n");
}

static void put_packages(struct page *p)
{
	const struct scan_report *r = p->r;

	buf_printf(p->out,
	           "<details class=\"card\"%s><summary>Packages (%zu)</summary>\n<div "
	           "class=\"scroll\"><table><thead><tr><th>Package</th><th>Version</"
	           "th><th>Licence</th><th>"
	           "Layer</th></tr></thead><tbody>\n",
	           r->generation ? "" : " open", r->packages.n);
	for (size_t i = 0; i < r->packages.n && writer_step(p->scratch, p->out); i++) {
		const struct package *k = &r->packages.v[i];
		raw(p, "<tr>");
		put_package_cell(p, k);
		element(p, "td", "version", k->version);
		element(p, "td", NULL, k->license);
		if (k->layer < r->image.layers.n)
			buf_printf(p->out, "<td>%u</td></tr>\n", k->layer + 1);
		else
			raw(p, "<td></td></tr>\n");
	}
	raw(p, "</tbody></table></div></details>\n");
}

static void put_layers(struct page *p)
{
	const struct image *image = &p->r->image;
	char digest[DIGEST_TEXT_BYTES];

	if (!image->layers.n)
		return;
	buf_printf(p->out, "<details class=\"card\"><summary>Layers (%zu)</summary>\n<ol>\n",
	           image->layers.n);
	for (size_t i = 0; i < image->layers.n && writer_step(p->scratch, p->out); i++) {
		const struct layer *layer = &image->layers.v[i];
		raw(p, "<li>");
		element(p, "code", NULL, layer->created_by);
		element(p, "small", "mono",
		        layer->has_digest ? str_c(digest_text(&layer->digest, digest))
		                          : layer->diff_id);
		raw(p, "</li>\n");
	}
	raw(p, "</ol></details>\n");
}

static void put_end(struct page *p)
{
	raw(p, "</main>\n<footer>Same image and same data give the same page.");
	if (p->r->findings.n)
		raw(p, " Click a finding for its reasons; <kbd>/</kbd> searches, <kbd>Esc</kbd> "
		       "closes.");
	raw(p, "</footer>\n");
	page_data(p);
	raw(p, "<script>");
	buf_add(p->out, file_of("js"));
	raw(p, "</script>\n</body>\n</html>\n");
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
	put_findings(&p);
	put_suppressed(&p);
	put_notes(&p);
	put_packages(&p);
	put_layers(&p);
	put_end(&p);
	return writer_done(&scratch, out, "html", e);
}
