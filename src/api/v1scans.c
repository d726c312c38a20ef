/* api/v1scans.c — scans: what was read when, how far what is read now is, and asking for one. */
#include "api/gate.h"
#include "api/v1.h"
#include "api/v1scan.h"
#include "center/imagelist.h"
#include "work/triggers.h"

void v1_scan(struct jsonout *j, const struct scan_row *x, int64_t now_ms)
{
	int64_t end_ms = x->ended_ms ? x->ended_ms : now_ms;

	jsonout_object(j, NULL);
	jsonout_i64(j, "id", x->id);
	jsonout_i64(j, "registryId", x->registry_id);
	jsonout_str(j, "registry", x->registry);
	jsonout_str(j, "repository", x->repository);
	jsonout_str(j, "digest", x->digest);
	jsonout_str(j, "reason", x->reason);
	jsonout_text(j, "state", scan_state_word(x->state));
	v1_time_ms(j, "acceptedAt", x->accepted_ms);
	v1_time_ms(j, "startedAt", x->started_ms);
	v1_time_ms(j, "endedAt", x->ended_ms);
	jsonout_i64(j, "milliseconds", x->accepted_ms ? MAX(end_ms - x->accepted_ms, 0) : 0);
	v1_kept(j, "stages", x->stages, "{}");
	v1_kept(j, "progress", x->progress, "{}");
	jsonout_str(j, "why", x->why);
	jsonout_end(j);
}

struct scans {
	struct call *c;
	str registry;
	struct scan_filter filter;
	struct paging paging;
	struct scan_list found;
};

static int list_scans(void *ctx, struct db *d, struct error *e)
{
	struct scans *x = ctx;
	struct registry registry = { 0 };
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_CONTENT, &s, e);

	x->found = (struct scan_list){ 0 };
	if (r >= 0 && x->registry.n)
		r = v1_registry_in(x->c, d, &s, x->registry, &registry, e);
	x->filter.registry_id = registry.id;
	return r < 0 ? r :
	               v1_listed(x->c,
	                         scans_list(d, x->c->arena, &s, &x->filter, &x->paging, &x->found, e), e);
}

static int read_state(struct call *c, int *out, struct error *e)
{
	enum scan_state state;
	str word;
	int r = call_param(c, "state", &word, e);

	if (r < 0 || !query_has(c->x->query, "state"))
		return r;
	if (!scan_state_parse(word, &state))
		return error_set(e, ERR_USAGE, "state: running, done or failed");
	*out = (int)state;
	return 0;
}

int v1_list_scans(struct call *c, struct error *e)
{
	struct scans x = { .c = c, .filter = SCAN_FILTER };
	struct jsonout j = answer_json(c);
	int r = v1_paging(c, &x.paging, e);

	if (r >= 0)
		r = call_param(c, "registry", &x.registry, e);
	if (r >= 0)
		r = call_param(c, "repository", &x.filter.repository, e);
	if (r >= 0)
		r = call_param(c, "digest", &x.filter.digest, e);
	if (r >= 0)
		r = read_state(c, &x.filter.state, e);
	if (r >= 0)
		r = v1_read(c, list_scans, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < x.found.n; i++)
		v1_scan(&j, &x.found.v[i], center_now_ms(c->center));
	v1_list_end(c, &j, x.found.next);
	return v1_done(c);
}

struct one_scan {
	struct call *c;
	int64_t id;
	struct scan_row row;
};

static int get_scan(void *ctx, struct db *d, struct error *e)
{
	struct one_scan *x = ctx;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_CONTENT, &s, e);

	if (r >= 0)
		r = scans_get(d, x->c->arena, &s, x->id, &x->row, e);
	return r ? r : error_set(e, ERR_NOTFOUND, "there is no scan %lld", (long long)x->id);
}

int v1_find_scan(struct call *c, struct scan_row *out, struct error *e)
{
	struct one_scan x = { .c = c };
	int r = v1_id(c, "scan", &x.id, e);

	if (r >= 0)
		r = v1_read(c, get_scan, &x, e);
	*out = x.row;
	return MIN(r, 0);
}

int v1_get_scan(struct call *c, struct error *e)
{
	struct scan_row row;
	struct jsonout j = answer_json(c);
	int r = v1_find_scan(c, &row, e);

	if (r < 0)
		return r;
	v1_scan(&j, &row, center_now_ms(c->center));
	return v1_done(c);
}

/* --- asked for --- */

struct asking {
	struct call *c;
	int64_t id;
	struct image_row image;
};

static int find_image(void *ctx, struct db *d, struct error *e)
{
	struct asking *x = ctx;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_CONTENT, &s, e);

	if (r >= 0)
		r = imagelist_image(d, x->c->arena, &s, x->id, &x->image, NULL, e);
	return r ? r : error_set(e, ERR_NOTFOUND, "there is no image %lld", (long long)x->id);
}

int v1_ask_scan(struct call *c, struct error *e)
{
	struct asking x = { .c = c };
	struct scan_order order = { .reason = STR("asked"), .priority = PRIORITY_ASKED };
	const struct json *body;
	struct registry registry;
	int64_t job = 0;
	int r = v1_body(c, "NewScan", &body, e);

	if (r < 0)
		return r;
	(void)json_i64(body, "imageId", &x.id);
	r = v1_read(c, find_image, &x, e);
	if (r >= 0)
		r = v1_registry(c, arena_printf(c->arena, "%lld", (long long)x.image.registry_id),
		                "Plimsoll.Center/scans/action", &registry, e);
	if (r)
		return MIN(r, 0);
	if (x.image.deleted_at)
		return error_set(e, ERR_CONFLICT, "the image is no longer in its registry");
	order.registry_id = x.image.registry_id;
	order.repository = x.image.repository;
	order.digest = x.image.digest;
	order.anew = json_bool(body, "anew");
	r = trigger_scan(c->center, &order, &job, e);
	if (r < 0)
		return r;
	call_audit(c, "Plimsoll.Center/scans/action", registries_resource_id(c->arena, &registry), (str){ 0 });
	return v1_accepted(c, job);
}

const struct param v1_scan_params[] = {
	{ "registry", SCHEMA_TEXT, "its number or name" },
	{ "repository", SCHEMA_TEXT, "its name" },
	{ "digest", SCHEMA_TEXT, "of the image" },
	{ "state", SCHEMA_WORDS("\"running\",\"done\",\"failed\""), "how far they are" },
	PAGE_PARAMS,
	{ 0 },
};
