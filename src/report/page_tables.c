/* report/page_tables.c — the page's tables: findings with what filters them, and the folded lists.
 */
#include "report/page.h"
#include <inttypes.h>

/* ---- findings ---- */

static void put_tools(struct page *p)
{
	bool types[PACKAGE_TYPE_COUNT] = { 0 };

	html_raw(p->out, "<form class=\"tools\" role=\"search\"><input type=\"search\" "
	                 "aria-label=\"Search\" "
	                 "placeholder=\"Search: CVE, package, path, text ( / )\">\n");
	for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
		if (p->counts.found[s])
			buf_printf(p->out,
			           "<label class=\"chip\"><input type=\"checkbox\" name=\"%s\" "
			           "checked>%s "
			           "%" PRIu64 "</label>\n",
			           severity_word((enum severity)s), severity_word((enum severity)s),
			           p->counts.found[s]);
	html_raw(p->out, "<label class=\"chip\"><input type=\"checkbox\" name=\"fixable\">only "
	                 "fixable</label>\n");
	if (p->counts.exploited)
		html_raw(p->out,
		         "<label class=\"chip\"><input type=\"checkbox\" name=\"exploited\">only "
		         "exploited</label>\n");
	html_raw(p->out,
	         "<select aria-label=\"Type of package\"><option value=\"\">all types</option>");
	for (size_t i = 0; i < p->r->findings.n; i++)
		types[p->r->findings.v[i].package->type] = true;
	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++)
		if (types[t])
			buf_printf(p->out, "<option value=\"%s\">%s</option>",
			           package_purl_type((enum package_type)t),
			           package_type_text((enum package_type)t));
	html_raw(p->out, "</select>\n<span id=\"shown\" class=\"soft\" "
	                 "aria-live=\"polite\"></span></form>\n");
}

static void put_link(struct page *p, str id)
{
	str url = writer_advisory_url(p->scratch, id);

	html_raw(p->out, "<a target=\"_blank\" rel=\"noopener noreferrer\" href=\"");
	html_text(p->out, url);
	html_raw(p->out, "\">");
	html_text(p->out, id);
	html_raw(p->out, "</a>");
}

static void put_marks(struct page *p, const struct finding *f)
{
	if (f->exploited.known)
		html_raw(p->out, "<span class=\"mark kev\" title=\"known to be exploited (CISA "
		                 "KEV)\">KEV</span>");
	if (f->state != STATE_VALID)
		buf_printf(p->out, "<span class=\"mark\">%s</span>", finding_state_word(f->state));
}

static void put_package_cell(struct page *p, const struct package *k)
{
	html_raw(p->out, "<td class=\"name\">");
	html_text(p->out, k->name);
	for (unsigned trait = 1; trait < PACKAGE_TRAITS; trait <<= 1)
		if (k->traits & trait)
			buf_printf(p->out, "<span class=\"mark\">%s</span>",
			           package_trait_word((enum package_trait)trait));
	html_raw(p->out, "<small>");
	html_raw(p->out, package_type_text(k->type));
	if (k->type != PACKAGE_DEB && k->type != PACKAGE_APK && k->type != PACKAGE_RPM) {
		html_raw(p->out, " · ");
		html_text(p->out, writer_place(p->scratch, k));
	}
	html_raw(p->out, "</small></td>");
}

static void put_fix_cell(struct page *p, const struct finding *f)
{
	if (writer_fixable(f)) {
		html_raw(p->out, "<td class=\"version fixed\">");
		html_text(p->out, f->fixed_version);
	} else {
		buf_printf(p->out, "<td class=\"version soft\">%s", writer_fix_words(f));
	}
	html_raw(p->out, "</td>");
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
	html_raw(p->out, "</td><td class=\"id\">");
	put_link(p, f->id);
	put_marks(p, f);
	html_raw(p->out, "</td>");
	put_package_cell(p, f->package);
	html_element(p->out, "td", "version", f->package->version);
	put_fix_cell(p, f);
	if (epss && writer_has_epss(f))
		buf_printf(p->out, "<td class=\"number\" data-key=\"%.5f\">%.1f %%</td>",
		           f->exploited.epss, f->exploited.epss * 100);
	else if (epss)
		html_raw(p->out, "<td data-key=\"0\"></td>");
	html_raw(p->out, "<td class=\"title\">");
	html_text(p->out, writer_line(p->scratch, writer_title(f), 200));
	html_raw(p->out, " <button type=\"button\" class=\"more\" "
	                 "aria-expanded=\"false\">Details</button></td></tr>\n");
}

void page_findings(struct page *p)
{
	bool epss = has_epss(p->r);

	if (!p->r->findings.n)
		return;
	html_raw(p->out, "<section>\n<h2>Findings</h2>\n");
	put_tools(p);
	html_raw(
	        p->out,
	        "<div class=\"scroll\"><table id=\"findings\"><thead><tr><th scope=\"col\" "
	        "aria-sort=\"descending\">Severity</th><th scope=\"col\">ID</th><th "
	        "scope=\"col\">Package</th><th scope=\"col\">Installed</th><th scope=\"col\">Fixed "
	        "in</th>");
	if (epss)
		html_raw(p->out,
		         "<th scope=\"col\" title=\"probability of exploitation in the next 30 "
		         "days\">EPSS</th>");
	html_raw(p->out, "<th scope=\"col\">Title</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < p->r->findings.n && writer_step(p->scratch, p->out); i++)
		put_row(p, i, epss);
	html_raw(p->out, "</tbody></table></div>\n</section>\n");
}

/* ---- lists ---- */

void page_suppressed(struct page *p)
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
		html_raw(p->out, "</td><td>");
		html_text(p->out, f->package->name);
		html_raw(p->out, " ");
		html_text(p->out, f->package->version);
		buf_printf(p->out, "</td><td>%s</td>", hiding_word(f->hidden.kind));
		html_element(p->out, "td", NULL, f->hidden.by);
		html_element(p->out, "td", NULL, f->hidden.why);
		html_element(p->out, "td", NULL, f->hidden.until);
		html_raw(p->out, "</tr>\n");
	}
	html_raw(p->out, "</tbody></table></div></details>\n");
}

void page_packages(struct page *p)
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
		html_raw(p->out, "<tr>");
		put_package_cell(p, k);
		html_element(p->out, "td", "version", k->version);
		html_element(p->out, "td", NULL, k->license);
		if (k->layer < r->image.layers.n)
			buf_printf(p->out, "<td>%u</td></tr>\n", k->layer + 1);
		else
			html_raw(p->out, "<td></td></tr>\n");
	}
	html_raw(p->out, "</tbody></table></div></details>\n");
}

void page_layers(struct page *p)
{
	const struct image *image = &p->r->image;
	char digest[DIGEST_TEXT_BYTES];

	if (!image->layers.n)
		return;
	buf_printf(p->out, "<details class=\"card\"><summary>Layers (%zu)</summary>\n<ol>\n",
	           image->layers.n);
	for (size_t i = 0; i < image->layers.n && writer_step(p->scratch, p->out); i++) {
		const struct layer *layer = &image->layers.v[i];
		html_raw(p->out, "<li>");
		html_element(p->out, "code", NULL, layer->created_by);
		html_element(p->out, "small", "mono",
		             layer->has_digest ? str_c(digest_text(&layer->digest, digest))
		                               : layer->diff_id);
		html_raw(p->out, "</li>\n");
	}
	html_raw(p->out, "</ol></details>\n");
}
