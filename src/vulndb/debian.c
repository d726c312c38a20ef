#include "vulndb/debian.h"
#include "base/json.h"
#include "format/jsonwalk.h"
#include "vulndb/names.h"
#include "vulndb/osv.h"

enum { PAIR_BYTES = 4 << 20 };

struct tracker {
	debian_each *each;
	void *ctx;
	struct arena scratch;
};

/* "nodsa_reason": "ignored" and "postponed" are decisions; else it is just not urgent enough. */
static enum fix_status open_status(const struct json *release)
{
	str reason = json_str(release, "nodsa_reason");
	if (str_eq(json_str(release, "urgency"), STR("end-of-life")))
		return FIX_END_OF_LIFE;
	if (str_eq(json_str(release, "status"), STR("undetermined")))
		return FIX_UNDER_INVESTIGATION;
	if (str_eq(reason, STR("ignored")))
		return FIX_WILL_NOT;
	return str_eq(reason, STR("postponed")) ? FIX_DEFERRED : FIX_NONE;
}

static void take_release(str codename, const struct json *release, str source, struct arena *a,
                         struct advisory *out)
{
	str status = json_str(release, "status"), fixed = json_str(release, "fixed_version");
	bool resolved = str_eq(status, STR("resolved"));
	struct affected f = { .ecosystem = names_debian_release(codename), .name = source };
	struct affected_range *r;

	if (!f.ecosystem.n || (resolved && (!fixed.n || str_eq(fixed, STR("0")))))
		return;
	f.open = open_status(release);
	r = vec_push(a, &f.ranges);
	if (r)
		vec_add(a, &r->events, ((struct range_event){ EVENT_INTRODUCED, STR("0") }));
	if (r && resolved)
		vec_add(a, &r->events, ((struct range_event){ EVENT_FIXED, fixed }));
	enum severity s = osv_word(json_str(release, "urgency"));
	if (s != SEVERITY_UNKNOWN)
		vec_add(a, &f.opinions,
		        ((struct opinion){ .source = STR("Debian"), .severity = s }));
	vec_add(a, &out->affected, f);
}

static int take_pair(void *ctx, const str *path, size_t path_len, str text, struct error *e)
{
	struct tracker *t = ctx;
	struct json *doc = NULL;
	struct advisory out = { .origin = ORIGIN_TRACKER };
	void *it = NULL;
	str codename;
	const struct json *release;

	if (path_len != 2)
		return error_set(e, ERR_FORMAT, "%.*s: no object of CVEs",
		                 STR_FMT(path_len ? path[0] : (str){ 0 }));
	int r = json_parse("tracker", text, &doc, e);
	if (r < 0)
		return error_in(e, "%.*s %.*s", STR_FMT(path[0]), STR_FMT(path[1]));
	out.id = path[1];
	out.details = osv_cut(json_str(doc, "description"), RECORD_DETAILS_BYTES);
	while (json_next(json_get(doc, "releases"), &it, &codename, &release) == 1)
		take_release(codename, release, path[0], &t->scratch, &out);
	if (t->scratch.failed)
		r = error_set(e, ERR_LIMIT, "%.*s: too many releases", STR_FMT(out.id));
	else if (out.id.n && out.id.n <= RECORD_ID_BYTES && path[0].n)
		r = t->each(t->ctx, &out, e);
	json_free(doc);
	arena_reset(&t->scratch);
	return r;
}

int debian_read(const char *name, struct stream *from, debian_each *each, void *ctx,
                struct error *e)
{
	struct tracker t = { .each = each, .ctx = ctx, .scratch = ARENA(PAIR_BYTES) };
	int r = jsonwalk(name, from, 2, PAIR_BYTES, take_pair, &t, e);
	arena_done(&t.scratch);
	return r;
}
