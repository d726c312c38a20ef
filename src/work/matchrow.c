#include "work/matchrow.h"
#include "base/jsonout.h"

enum { DOC_BYTES = 1 << 20 };

static void put_list(struct jsonout *j, const char *key, const str *v, size_t n)
{
	if (!n)
		return;
	jsonout_array(j, key);
	for (size_t i = 0; i < n; i++)
		jsonout_str(j, NULL, v[i]);
	jsonout_end(j);
}

static void put_ratings(struct jsonout *j, const struct finding *f)
{
	if (!f->ratings.n)
		return;
	jsonout_array(j, "ratings");
	for (size_t i = 0; i < f->ratings.n; i++) {
		const struct rating *r = &f->ratings.v[i];
		jsonout_object(j, NULL);
		jsonout_str(j, "source", r->source);
		jsonout_text(j, "severity", severity_word(r->severity));
		jsonout_some(j, "vector", r->vector);
		if (r->score >= 0)
			jsonout_f64(j, "score", r->score);
		if (r->cvss_major)
			jsonout_i64(j, "cvss", r->cvss_major);
		if (r->chosen)
			jsonout_bool(j, "chosen", true);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void put_references(struct jsonout *j, const struct finding *f)
{
	if (!f->references.n)
		return;
	jsonout_array(j, "references");
	for (size_t i = 0; i < f->references.n; i++) {
		jsonout_object(j, NULL);
		jsonout_some(j, "type", f->references.v[i].type);
		jsonout_str(j, "url", f->references.v[i].url);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static str make_fact(struct arena *a, const struct finding *f)
{
	struct buf b cleanup(buf_done) = BUF(DOC_BYTES);
	struct jsonout j = JSONOUT(&b, 0);

	jsonout_object(&j, NULL);
	jsonout_some(&j, "title", f->title);
	jsonout_some(&j, "description", f->description);
	put_list(&j, "aliases", f->aliases.v, f->aliases.n);
	put_list(&j, "advisories", f->advisories.v, f->advisories.n);
	put_list(&j, "cwes", f->cwes.v, f->cwes.n);
	put_ratings(&j, f);
	put_references(&j, f);
	jsonout_some(&j, "feed", f->feed);
	jsonout_some(&j, "published", f->published);
	jsonout_some(&j, "modified", f->modified);
	jsonout_end(&j);
	return b.failed ? STR("{}") : arena_str(a, buf_view(&b));
}

static void put_hiding(struct jsonout *j, const struct hiding *h)
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

static str make_detail(struct arena *a, const struct finding *f)
{
	struct buf b cleanup(buf_done) = BUF(DOC_BYTES);
	struct jsonout j = JSONOUT(&b, 0);

	jsonout_object(&j, NULL);
	jsonout_some(&j, "range", f->range);
	jsonout_some(&j, "comparison", f->comparison);
	jsonout_some(&j, "compared_name", f->compared_name);
	jsonout_some(&j, "compared_version", f->compared_version);
	jsonout_some(&j, "ecosystem", f->ecosystem);
	jsonout_some(&j, "remediation", f->remediation);
	jsonout_some(&j, "severity_reason", f->severity_reason);
	put_hiding(&j, &f->hidden);
	jsonout_end(&j);
	return b.failed ? STR("{}") : arena_str(a, buf_view(&b));
}

struct match_row matchrow_make(struct arena *a, const struct finding *f)
{
	struct match_row m = { .vulnerability = arena_str(a, f->id),
		               .fact = make_fact(a, f),
		               .severity = f->severity,
		               .score = -1,
		               .fix = f->status,
		               .fixed_version = arena_str(a, f->fixed_version),
		               .state = f->state,
		               .hidden = f->hidden.kind,
		               .detail = make_detail(a, f),
		               .exploited = f->exploited };

	m.exploited.added = arena_str(a, f->exploited.added);
	m.exploited.due = arena_str(a, f->exploited.due);
	for (size_t i = 0; i < f->ratings.n; i++)
		if (f->ratings.v[i].chosen)
			m.score = f->ratings.v[i].score;
	return m;
}
