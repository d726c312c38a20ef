/* report/as_diff_json.c — what is different between two images, for programs: docs/diff.md, checked
 * by data/schema/plimsoll-diff.schema.json. */
#include "base/jsonout.h"
#include "report/diff_writer.h"

enum { SCHEMA_VERSION = 1 };

static void put_side(struct jsonout *j, const char *key, const struct scan_report *r)
{
	jsonout_object(j, key);
	jsonout_str(j, "target", r->image.target);
	jsonout_some(j, "digest", r->image.digest);
	jsonout_some(j, "distro", r->distro.name);
	jsonout_some(j, "ecosystem", r->distro.ecosystem);
	jsonout_u64(j, "generation", r->generation);
	jsonout_some(j, "data_date", r->data_date);
	jsonout_bool(j, "assessed", r->assessed);
	if (r->base.name.n || r->base.digest.n) {
		jsonout_object(j, "base_image");
		jsonout_some(j, "name", r->base.name);
		jsonout_some(j, "digest", r->base.digest);
		jsonout_end(j);
	}
	if (r->eol.known) {
		jsonout_object(j, "end_of_life");
		jsonout_bool(j, "ended", r->eol.ended);
		jsonout_some(j, "date", r->eol.date);
		jsonout_end(j);
	}
	jsonout_u64(j, "packages", r->packages.n);
	jsonout_u64(j, "findings", r->findings.n);
	jsonout_end(j);
}

static void put_packages(struct jsonout *j, const struct difference *d)
{
	jsonout_array(j, "packages");
	for (size_t i = 0; i < d->packages.n; i++) {
		const struct package_change *c = &d->packages.v[i];
		const struct package *p = c->after ? c->after : c->before;
		jsonout_object(j, NULL);
		jsonout_text(j, "change", change_word(c->kind));
		jsonout_text(j, "type", package_purl_type(p->type));
		jsonout_str(j, "name", p->name);
		if (c->before)
			jsonout_str(j, "before", c->before->version);
		if (c->after)
			jsonout_str(j, "after", c->after->version);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void put_state(struct jsonout *j, const char *key, const struct finding *f)
{
	if (!f)
		return;
	jsonout_object(j, key);
	jsonout_text(j, "severity", severity_word(f->severity));
	jsonout_text(j, "status", fix_status_word(f->status));
	jsonout_some(j, "fixed_version", f->fixed_version);
	jsonout_str(j, "version", f->package->version);
	jsonout_some(j, "path", f->package->path);
	jsonout_end(j);
}

static void put_findings(struct jsonout *j, const struct difference *d)
{
	jsonout_array(j, "findings");
	for (size_t i = 0; i < d->findings.n; i++) {
		const struct finding_change *c = &d->findings.v[i];
		const struct finding *f = c->after ? c->after : c->before;
		jsonout_object(j, NULL);
		jsonout_text(j, "change", change_word(c->kind));
		jsonout_str(j, "id", f->id);
		jsonout_text(j, "severity", severity_word(f->severity));
		jsonout_text(j, "type", package_purl_type(f->package->type));
		jsonout_str(j, "name", f->package->name);
		jsonout_some(j, "title", writer_title(f));
		jsonout_str(j, "why", c->why);
		put_state(j, "before", c->before);
		put_state(j, "after", c->after);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void put_summary(struct jsonout *j, const struct difference *d)
{
	uint64_t packages[CHANGE_COUNT] = { 0 }, findings[CHANGE_COUNT] = { 0 };

	for (size_t i = 0; i < d->packages.n; i++)
		packages[d->packages.v[i].kind]++;
	for (size_t i = 0; i < d->findings.n; i++)
		findings[d->findings.v[i].kind]++;
	jsonout_object(j, "summary");
	jsonout_object(j, "packages");
	for (unsigned c = 0; c < CHANGE_COUNT; c++)
		jsonout_u64(j, change_word((enum change)c), packages[c]);
	jsonout_u64(j, "same", d->same_packages);
	jsonout_end(j);
	jsonout_object(j, "findings");
	jsonout_u64(j, "new", findings[CHANGE_NEW]);
	jsonout_u64(j, "gone", findings[CHANGE_GONE]);
	jsonout_u64(j, "changed", findings[CHANGE_CHANGED]);
	jsonout_u64(j, "same", d->same_findings);
	jsonout_end(j);
	if (d->any_new)
		jsonout_text(j, "worst_new", severity_word(d->worst_new));
	jsonout_bool(j, "same_data", d->same_data);
	jsonout_end(j);
}

int as_diff_json(const struct difference *d, const struct writer_style *style, struct buf *out,
                 struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct jsonout json = JSONOUT(out, 2), *j = &json;

	jsonout_object(j, NULL);
	jsonout_i64(j, "schema_version", SCHEMA_VERSION);
	jsonout_object(j, "tool");
	jsonout_text(j, "name", "plimsoll");
	jsonout_text(j, "version", style->version);
	jsonout_end(j);
	put_side(j, "before", d->a);
	put_side(j, "after", d->b);
	put_summary(j, d);
	put_packages(j, d);
	put_findings(j, d);
	jsonout_array(j, "gaps");
	for (size_t i = 0; i < d->gaps.n; i++) {
		const struct gap *g = d->gaps.v[i].gap;
		jsonout_object(j, NULL);
		jsonout_text(j, "change", change_word(d->gaps.v[i].kind));
		jsonout_text(j, "kind", gap_word(g->kind));
		jsonout_bool(j, "matters", gap_matters(g->kind));
		jsonout_str(j, "where", g->where);
		jsonout_str(j, "why", g->why);
		jsonout_end(j);
	}
	jsonout_end(j);
	jsonout_end(j);
	return writer_done(&a, out, "diff", e);
}
