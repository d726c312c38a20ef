#include "report/saved.h"
#include "base/json.h"
#include "base/time.h"

struct reading {
	const char *name;
	struct arena *a;
	struct scan_report *r;
	struct error *e;
};

static str keep(struct reading *x, const struct json *object, const char *key)
{
	return arena_str(x->a, json_str(object, key));
}

static bool type_of(str word, enum package_type *out)
{
	for (unsigned t = 0; t < PACKAGE_TYPE_COUNT; t++)
		if (str_eq(word, str_c(package_purl_type((enum package_type)t)))) {
			*out = (enum package_type)t;
			return true;
		}
	return false;
}

static int take_package(struct reading *x, const struct json *j, struct package *out)
{
	int64_t layer = 0;

	*out = (struct package){ .name = keep(x, j, "name"),
		                 .version = keep(x, j, "version"),
		                 .arch = keep(x, j, "architecture"),
		                 .source = keep(x, j, "source"),
		                 .source_version = keep(x, j, "source_version"),
		                 .owner = keep(x, j, "owner"),
		                 .path = keep(x, j, "path"),
		                 .inner = keep(x, j, "inner_path") };
	if (json_i64(json_get(j, "layer"), "index", &layer) && layer >= 0 && layer < INT32_MAX)
		out->layer = (unsigned)layer;
	if (!type_of(json_str(j, "type"), &out->type) || !out->name.n)
		return error_set(x->e, ERR_FORMAT, "%s: a package of no known type or name",
		                 x->name);
	return 0;
}

static int take_packages(struct reading *x, const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++) {
		struct package *p = vec_push(x->a, &x->r->packages);
		if (p && take_package(x, json_at(list, i), p) < 0)
			return x->e->code;
	}
	return 0;
}

static bool word_of(str word, const char *(*words)(unsigned), unsigned count, unsigned *out)
{
	for (unsigned i = 0; i < count; i++)
		if (str_eq(word, str_c(words(i)))) {
			*out = i;
			return true;
		}
	return false;
}

static const char *status_at(unsigned i)
{
	return fix_status_word((enum fix_status)i);
}

static const char *state_at(unsigned i)
{
	return finding_state_word((enum finding_state)i);
}

static const char *hiding_at(unsigned i)
{
	return hiding_word((enum hiding_kind)i);
}

static const char *gap_at(unsigned i)
{
	return gap_word((enum gap_kind)i);
}

static void take_judgement(struct reading *x, const struct json *j, struct finding *f)
{
	const struct json *hidden = json_get(j, "hidden"), *exploited = json_get(j, "exploited");
	unsigned at;

	if (word_of(json_str(j, "status"), status_at, FIX_STATUS_COUNT, &at))
		f->status = (enum fix_status)at;
	if (word_of(json_str(j, "state"), state_at, STATE_COUNT, &at))
		f->state = (enum finding_state)at;
	if (word_of(json_str(hidden, "kind"), hiding_at, HIDING_KIND_COUNT, &at))
		f->hidden.kind = (enum hiding_kind)at;
	f->hidden.by = keep(x, hidden, "by");
	f->hidden.why = keep(x, hidden, "why");
	f->exploited.known = json_bool(exploited, "known");
	f->exploited.epss = f->exploited.percentile = -1;
	if (!json_f64(exploited, "epss", &f->exploited.epss))
		f->exploited.epss = -1;
}

static int take_finding(struct reading *x, const struct json *j, struct finding *f)
{
	const struct json *aliases = json_get(j, "aliases");
	struct package *p = arena_new(x->a, struct package);

	*f = (struct finding){ .package = p,
		               .id = keep(x, j, "id"),
		               .title = keep(x, j, "title"),
		               .fixed_version = keep(x, j, "fixed_version"),
		               .remediation = keep(x, j, "remediation") };
	if (!p)
		return 0; /* the arena remembers */
	if (!f->id.n || !severity_parse(json_str(j, "severity"), &f->severity))
		return error_set(x->e, ERR_FORMAT, "%s: a finding without id or severity", x->name);
	for (size_t i = 0; i < json_len(aliases); i++)
		vec_add(x->a, &f->aliases, arena_str(x->a, json_text(json_at(aliases, i))));
	take_judgement(x, j, f);
	return take_package(x, json_get(j, "package"), p);
}

static int take_findings(struct reading *x, const struct json *list, bool suppressed)
{
	for (size_t i = 0; i < json_len(list); i++) {
		struct finding f;
		if (take_finding(x, json_at(list, i), &f) < 0)
			return x->e->code;
		if (!x->a->failed && suppressed)
			vec_add(x->a, &x->r->suppressed, f);
		else if (!x->a->failed)
			vec_add(x->a, &x->r->findings, f);
		x->r->worst = suppressed ? x->r->worst : MAX(x->r->worst, f.severity);
		x->r->any |= !suppressed;
	}
	return 0;
}

static int take_gaps(struct reading *x, const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *j = json_at(list, i);
		struct gap g = { .where = keep(x, j, "where"),
			         .why = keep(x, j, "why"),
			         .layer = -1 };
		unsigned kind;
		if (!word_of(json_str(j, "kind"), gap_at, GAP_KIND_COUNT, &kind))
			return error_set(x->e, ERR_FORMAT, "%s: a gap of an unknown kind", x->name);
		g.kind = (enum gap_kind)kind;
		vec_add(x->a, &x->r->gaps, g);
	}
	return 0;
}

static void take_head(struct reading *x, const struct json *j)
{
	const struct json *image = json_get(j, "image"), *distro = json_get(j, "distro"),
	                  *eol = json_get(j, "end_of_life"), *base = json_get(j, "base_image"),
	                  *data = json_get(j, "advisory_data");
	struct scan_report *r = x->r;
	int64_t n = 0;

	r->image.target = keep(x, image, "target");
	r->image.name = keep(x, image, "name");
	r->image.digest = keep(x, image, "digest");
	r->distro.id = keep(x, distro, "id");
	r->distro.version_id = keep(x, distro, "version_id");
	r->distro.name = keep(x, distro, "name");
	r->distro.ecosystem = keep(x, distro, "ecosystem");
	r->eol.known = json_is_object(eol);
	r->eol.ended = json_bool(eol, "ended");
	r->eol.date = keep(x, eol, "date");
	r->base.name = keep(x, base, "name");
	r->base.digest = keep(x, base, "digest");
	if (json_i64(base, "layers", &n) && n > 0)
		r->base.layers = (size_t)n;
	if (json_i64(data, "generation", &n) && n > 0)
		r->generation = (uint64_t)n;
	r->data_date = keep(x, data, "date");
	r->assessed = json_bool(j, "assessed");
	if (!time_parse(json_str(j, "created"), &r->now))
		r->now = 0;
}

static int take_report(struct reading *x, const struct json *j)
{
	static const char *const lists[] = { "gaps", "packages", "findings", "suppressed" };
	int64_t schema = 0;

	if (json_is_array(j))
		return error_set(x->e, ERR_FORMAT, "%s: several reports in one file: one is needed",
		                 x->name);
	if (!json_i64(j, "schema_version", &schema) ||
	    !str_eq(json_str(json_get(j, "tool"), "name"), STR("plimsoll")))
		return error_set(x->e, ERR_FORMAT, "%s: no report of `plimsoll scan -f json`",
		                 x->name);
	if (schema != 1)
		return error_set(x->e, ERR_UNSUPPORTED, "%s: a report of another version", x->name);
	for (size_t i = 0; i < LEN(lists); i++)
		if (!json_is_array(json_get(j, lists[i])))
			return error_set(x->e, ERR_FORMAT, "%s: no list of %s", x->name, lists[i]);
	take_head(x, j);
	int r = take_gaps(x, json_get(j, "gaps"));
	r = r < 0 ? r : take_packages(x, json_get(j, "packages"));
	r = r < 0 ? r : take_findings(x, json_get(j, "findings"), false);
	return r < 0 ? r : take_findings(x, json_get(j, "suppressed"), true);
}

int saved_read(const char *name, str text, struct arena *a, struct scan_report *out,
               struct error *e)
{
	struct json *document = NULL;
	struct reading x = { name, a, out, e };
	int r = json_parse(name, text, &document, e);

	*out = (struct scan_report){ 0 };
	if (r == 0)
		r = take_report(&x, document);
	json_free(document);
	if (r == 0 && a->failed)
		r = error_set(e, ERR_LIMIT, "%s: larger than %zu bytes of memory", name,
		              a->max_bytes);
	return r;
}
