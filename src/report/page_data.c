/* report/page_data.c — see page.h. Findings of one vulnerability are neighbours: its text is there
 * once. */
#include "base/jsonout.h"
#include "report/page.h"

static bool same_vulnerability(const struct finding *a, const struct finding *b)
{
	return str_eq(a->id, b->id) && a->severity == b->severity &&
	       str_eq(a->description, b->description) && a->ratings.n == b->ratings.n &&
	       a->references.n == b->references.n && str_eq(a->published, b->published);
}

/* What was written of a document so far, made safe for a script element. */
static bool flush(struct page *p, struct buf *json)
{
	html_script(p->out, buf_view(json));
	p->out->failed |= json->failed;
	buf_clear(json);
	return writer_step(p->scratch, p->out);
}

static void put_ratings(struct jsonout *j, const struct finding *f)
{
	jsonout_array(j, "ratings");
	for (size_t i = 0; i < f->ratings.n; i++) {
		const struct rating *r = &f->ratings.v[i];
		jsonout_object(j, NULL);
		jsonout_some(j, "source", r->source);
		jsonout_text(j, "severity", severity_word(r->severity));
		if (r->score >= 0)
			jsonout_f64(j, "score", r->score);
		jsonout_some(j, "vector", r->vector);
		if (r->chosen)
			jsonout_bool(j, "chosen", true);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void put_vulnerability(struct page *p, struct jsonout *j, const struct finding *f)
{
	jsonout_object(j, NULL);
	jsonout_some(j, "description", f->description);
	put_ratings(j, f);
	jsonout_strs(j, "aliases", f->aliases.v, f->aliases.n);
	jsonout_strs(j, "cwes", f->cwes.v, f->cwes.n);
	jsonout_array(j, "references");
	for (size_t i = 0; i < f->references.n; i++) {
		str url = writer_url(p->scratch, f->references.v[i].url);
		if (url.n)
			jsonout_str(j, NULL, url);
	}
	jsonout_end(j);
	jsonout_some(j, "published", str_upto(f->published, 10));
	jsonout_some(j, "modified", str_upto(f->modified, 10));
	jsonout_end(j);
}

static str compared(struct arena *a, const struct finding *f)
{
	return f->compared_name.n
	               ? arena_printf(a, "%.*s %.*s%s%.*s%s", STR_FMT(f->compared_name),
	                              STR_FMT(f->compared_version), f->ecosystem.n ? " (" : "",
	                              STR_FMT(f->ecosystem), f->ecosystem.n ? ")" : "")
	               : (str){ 0 };
}

static str exploited(struct arena *a, const struct finding *f)
{
	const struct exploitation *x = &f->exploited;
	str out = { 0 };

	if (x->known)
		out = arena_printf(a, "known to be since %.*s%s%s%.*s",
		                   STR_FMT(x->added.n ? x->added : STR("an unknown day")),
		                   x->ransomware ? ", by ransomware too" : "",
		                   x->due.n ? "; mend it by " : "", STR_FMT(x->due));
	if (writer_has_epss(f))
		out = arena_printf(
		        a,
		        "%.*s%sprobability in the next 30 days %.2f %% (EPSS), more than %.1f "
		        "%% of all vulnerabilities",
		        STR_FMT(out), out.n ? "; " : "", x->epss * 100, x->percentile * 100);
	return out;
}

static str evidence(struct arena *a, const struct package *k)
{
	return k->evidence.n ? arena_printf(a, "%.*s, at byte or record %llu", STR_FMT(k->evidence),
	                                    (unsigned long long)k->offset)
	                     : (str){ 0 };
}

static void put_finding(struct page *p, struct jsonout *j, const struct finding *f,
                        size_t vulnerability)
{
	const struct package *k = f->package;
	struct arena *a = p->scratch;

	jsonout_object(j, NULL);
	jsonout_u64(j, "v", vulnerability);
	jsonout_some(j, "remediation", f->remediation);
	jsonout_some(j, "comparison", f->comparison);
	jsonout_some(j, "compared", compared(a, f));
	jsonout_some(j, "range", f->range);
	jsonout_strs(j, "advisories", f->advisories.v, f->advisories.n);
	jsonout_str(j, "place", writer_place(a, k));
	jsonout_some(j, "evidence", evidence(a, k));
	if (k->layer < p->r->image.layers.n)
		jsonout_u64(j, "layer", k->layer);
	jsonout_some(j, "reason", f->severity_reason);
	jsonout_some(j, "exploited", exploited(a, f));
	jsonout_end(j);
}

static void put_layers(struct page *p, struct jsonout *j)
{
	char text[DIGEST_TEXT_BYTES];

	jsonout_array(j, "layers");
	for (size_t i = 0; i < p->r->image.layers.n; i++) {
		const struct layer *layer = &p->r->image.layers.v[i];
		jsonout_str(j, NULL,
		            arena_printf(p->scratch, "%zu, %s %.*s", i + 1,
		                         layer->has_digest ? digest_text(&layer->digest, text) : "",
		                         STR_FMT(layer->created_by)));
	}
	jsonout_end(j);
}

void page_data(struct page *p)
{
	const struct scan_report *r = p->r;
	struct buf json cleanup(buf_done) = BUF(WRITER_MEMORY_BYTES);
	struct jsonout j = JSONOUT(&json, 0);
	size_t n = 0;

	buf_add(p->out, STR("<script type=\"application/json\" id=\"data\">"));
	jsonout_object(&j, NULL);
	put_layers(p, &j);
	jsonout_array(&j, "vulnerabilities");
	for (size_t i = 0; i < r->findings.n && flush(p, &json); i++)
		if (!i || !same_vulnerability(&r->findings.v[i - 1], &r->findings.v[i]))
			put_vulnerability(p, &j, &r->findings.v[i]);
	jsonout_end(&j);
	jsonout_array(&j, "findings");
	for (size_t i = 0; i < r->findings.n && flush(p, &json); i++) {
		n += i && !same_vulnerability(&r->findings.v[i - 1], &r->findings.v[i]);
		put_finding(p, &j, &r->findings.v[i], n);
	}
	jsonout_end(&j);
	jsonout_end(&j);
	flush(p, &json);
	buf_add(p->out, STR("</script>\n"));
}
