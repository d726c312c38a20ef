#include "report/findingjson.h"
#include "base/jsonout.h"
#include "report/writer.h"

void findingjson_match(struct jsonout *j, const struct finding *f)
{
	jsonout_object(j, "match");
	jsonout_some(j, "ecosystem", f->ecosystem);
	jsonout_some(j, "feed", f->feed);
	jsonout_strs(j, "advisories", f->advisories.v, f->advisories.n);
	jsonout_some(j, "compared_name", f->compared_name);
	jsonout_some(j, "compared_version", f->compared_version);
	jsonout_some(j, "range", f->range);
	jsonout_some(j, "comparison", f->comparison);
	jsonout_end(j);
}

void findingjson_ratings(struct jsonout *j, const struct finding *f)
{
	jsonout_array(j, "ratings");
	for (size_t i = 0; i < f->ratings.n; i++) {
		const struct rating *r = &f->ratings.v[i];
		jsonout_object(j, NULL);
		jsonout_str(j, "source", r->source);
		jsonout_text(j, "severity", severity_word(r->severity));
		if (r->score >= 0)
			jsonout_f64(j, "score", r->score);
		jsonout_some(j, "vector", r->vector);
		if (r->cvss_major)
			jsonout_i64(j, "cvss_major", r->cvss_major);
		jsonout_bool(j, "chosen", r->chosen);
		jsonout_end(j);
	}
	jsonout_end(j);
}

void findingjson_references(struct jsonout *j, const struct finding *f)
{
	jsonout_array(j, "references");
	for (size_t i = 0; i < f->references.n; i++) {
		jsonout_object(j, NULL);
		jsonout_some(j, "type", f->references.v[i].type);
		jsonout_str(j, "url", f->references.v[i].url);
		jsonout_end(j);
	}
	jsonout_end(j);
}

void findingjson_exploited(struct jsonout *j, const struct finding *f)
{
	const struct exploitation *x = &f->exploited;

	if (!x->known && !writer_has_epss(f))
		return;
	jsonout_object(j, "exploited");
	jsonout_bool(j, "known", x->known);
	if (x->known) {
		jsonout_bool(j, "ransomware", x->ransomware);
		jsonout_some(j, "added", x->added);
		jsonout_some(j, "due", x->due);
	}
	if (writer_has_epss(f)) {
		jsonout_f64(j, "epss", x->epss);
		jsonout_f64(j, "percentile", x->percentile);
	}
	jsonout_end(j);
}

void findingjson_hiding(struct jsonout *j, const struct hiding *h)
{
	if (h->kind == HIDING_NONE)
		return;
	jsonout_object(j, "hidden");
	jsonout_text(j, "kind", hiding_word(h->kind));
	jsonout_some(j, "by", h->by);
	jsonout_some(j, "why", h->why);
	jsonout_some(j, "until", h->until);
	jsonout_end(j);
}
