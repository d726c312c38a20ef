/* api/v1places.c — clusters and hosts, what runs there, and /agent/v1/inventory by which they tell it. */
#include "api/gate.h"
#include "api/v1.h"
#include "center/founding.h"
#include "center/places.h"
#include "center/resources.h"

enum { RUNNING_MOST = 20000 };

static void write_place(struct call *c, struct jsonout *j, const struct place *x)
{
	jsonout_object(j, NULL);
	jsonout_i64(j, "id", x->id);
	jsonout_text(j, "kind", place_kind_word(x->kind));
	jsonout_str(j, "name", x->name);
	jsonout_str(j, "subscription", x->subscription);
	jsonout_str(j, "resourceGroup", x->resource_group);
	jsonout_str(j, "resourceId", places_resource_id(c->arena, x));
	jsonout_i64(j, "running", x->running);
	v1_time(j, "firstSeen", x->first_seen);
	v1_time(j, "reportedAt", x->reported_at);
	v1_kept(j, "facts", x->facts, "{}");
	jsonout_end(j);
}

struct places {
	struct call *c;
	struct place_filter filter;
	struct paging paging;
	struct place_list found;
};

static int list_places(void *ctx, struct db *d, struct error *e)
{
	struct places *x = ctx;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_RESOURCES, &s, e);

	x->found = (struct place_list){ 0 };
	return r < 0 ? r :
	               v1_listed(x->c,
	                         places_list(d, x->c->arena, &s, &x->filter, &x->paging, &x->found, e), e);
}

int v1_list_places(struct call *c, struct error *e)
{
	struct places x = { .c = c, .filter = { .kind = -1 } };
	struct jsonout j = answer_json(c);
	enum place_kind kind;
	str word = { 0 };
	int r = v1_paging(c, &x.paging, e);

	if (r >= 0)
		r = call_param(c, "subscription", &x.filter.subscription, e);
	if (r >= 0)
		r = call_param(c, "kind", &word, e);
	if (r >= 0 && query_has(c->x->query, "kind")) {
		if (!place_kind_parse(word, &kind))
			return error_set(e, ERR_USAGE, "kind: cluster or host");
		x.filter.kind = (int)kind;
	}
	if (r >= 0)
		r = v1_read(c, list_places, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < x.found.n; i++)
		write_place(c, &j, &x.found.v[i]);
	v1_list_end(c, &j, x.found.next);
	return v1_done(c);
}

struct one_place {
	struct call *c;
	int64_t id;
	struct place row;
};

static int find_place(struct one_place *x, struct db *d, const struct sight *s, struct error *e)
{
	int r = places_get(d, x->c->arena, s, x->id, &x->row, e);

	return r ? MIN(r, 0) : error_set(e, ERR_NOTFOUND, "there is no place %lld", (long long)x->id);
}

static int get_place(void *ctx, struct db *d, struct error *e)
{
	struct one_place *x = ctx;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_RESOURCES, &s, e);

	return r < 0 ? r : find_place(x, d, &s, e);
}

int v1_get_place(struct call *c, struct error *e)
{
	struct one_place x = { .c = c };
	struct jsonout j = answer_json(c);
	int r = v1_id(c, "place", &x.id, e);

	if (r >= 0)
		r = v1_read(c, get_place, &x, e);
	if (r < 0)
		return r;
	write_place(c, &j, &x.row);
	return v1_done(c);
}

/* --- what runs there --- */

struct running_page {
	struct one_place place;
	bool ended;
	struct paging paging;
	struct running_list found;
};

static int list_running(void *ctx, struct db *d, struct error *e)
{
	struct running_page *x = ctx;
	struct call *c = x->place.c;
	struct sight s;
	int r = v1_sight(c, d, SIGHT_RESOURCES, &s, e);

	x->found = (struct running_list){ 0 };
	if (r >= 0)
		r = find_place(&x->place, d, &s, e);
	return r < 0 ? r :
	               v1_listed(c,
	                         places_running(d, c->arena, &s, x->place.id, x->ended, &x->paging, &x->found, e),
	                         e);
}

static void write_running(struct jsonout *j, const struct running_row *x)
{
	jsonout_object(j, NULL);
	jsonout_str(j, "owner", x->what.owner);
	jsonout_str(j, "container", x->what.container);
	jsonout_str(j, "image", x->what.image);
	jsonout_str(j, "digest", x->what.digest);
	if (x->image_id)
		jsonout_i64(j, "imageId", x->image_id);
	else
		jsonout_null(j, "imageId");
	v1_time(j, "firstSeen", x->first_seen);
	v1_time(j, "lastSeen", x->last_seen);
	v1_time(j, "endedAt", x->ended_at);
	jsonout_end(j);
}

int v1_list_running(struct call *c, struct error *e)
{
	struct running_page x = { .place = { .c = c } };
	struct jsonout j = answer_json(c);
	int r = v1_id(c, "place", &x.place.id, e);

	if (r >= 0)
		r = v1_paging(c, &x.paging, e);
	if (r >= 0)
		r = call_bool(c, "ended", false, &x.ended, e);
	if (r >= 0)
		r = v1_read(c, list_running, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < x.found.n; i++)
		write_running(&j, &x.found.v[i]);
	v1_list_end(c, &j, x.found.next);
	return v1_done(c);
}

/* --- an agent's report --- */

struct reporting {
	struct call *c;
	struct place_report report;
	int64_t id;
};

static int report(void *ctx, struct db *d, struct error *e)
{
	struct reporting *x = ctx;

	return places_report(d, x->c->arena, &x->report, center_now(x->c->center), &x->id, e);
}

static struct running *read_running(struct call *c, const struct json *list)
{
	struct running *v = arena_many(c->arena, json_len(list), struct running);

	for (size_t i = 0; v && i < json_len(list); i++) {
		const struct json *one = json_at(list, i);
		v[i] = (struct running){ json_str(one, "owner"), json_str(one, "container"), json_str(one, "image"),
			                 json_str(one, "digest") };
	}
	return v;
}

static int read_facts(struct call *c, const struct json *facts, str *out, struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(256 << 10);
	struct jsonout j = JSONOUT(&text, 0);

	if (!facts)
		return 0;
	if (!json_write(&j, NULL, facts) || text.failed)
		return error_set(e, ERR_LIMIT, "facts: too large or too deep");
	*out = arena_str(c->arena, buf_view(&text));
	return 0;
}

static int read_report(struct call *c, const struct json *body, struct place_report *p, struct error *e)
{
	const struct json *list = json_get(body, "running");
	int r = read_facts(c, json_get(body, "facts"), &p->facts, e);

	if (r >= 0 && json_len(list) > RUNNING_MOST)
		r = error_set(e, ERR_LIMIT, "running: at most %d", RUNNING_MOST);
	p->subscription = arena_lower(c->arena, json_str(body, "subscription"));
	if (r >= 0 && !p->subscription.n)
		r = founding_subscription(c->center, (str){ 0 }, c->arena, &p->subscription, e);
	p->resource_group = json_str(body, "resourceGroup");
	if (!p->resource_group.n)
		p->resource_group = STR("plimsoll");
	p->name = json_str(body, "name");
	p->kind = str_eq(json_str(body, "kind"), STR("cluster")) ? PLACE_CLUSTER : PLACE_HOST;
	p->v = read_running(c, list);
	p->n = json_len(list);
	return r;
}

int v1_put_inventory(struct call *c, struct error *e)
{
	struct reporting x = { .c = c };
	struct jsonout j = answer_json(c);
	const struct json *body;
	int r = v1_body(c, "Inventory", &body, e);

	if (r >= 0)
		r = read_report(c, body, &x.report, e);
	if (r >= 0 && c->arena->failed)
		r = error_set(e, ERR_LIMIT, "running: too much at a time");
	if (r == 0)
		r = gate_check(c, "Plimsoll.Center/agents/report",
		               arena_lower(c->arena,
		                           resources_make(c->arena,
		                                          x.report.kind == PLACE_CLUSTER ? RESOURCE_CLUSTER :
		                                                                           RESOURCE_HOST,
		                                          x.report.subscription, x.report.resource_group,
		                                          x.report.name)),
		               e);
	if (r)
		return r;
	r = store_do(c->center->store, STORE_WRITE, report, &x, e);
	if (r < 0)
		return r;
	center_wake(c->center);
	jsonout_object(&j, NULL);
	jsonout_i64(&j, "placeId", x.id);
	jsonout_u64(&j, "running", x.report.n);
	jsonout_end(&j);
	return 0;
}

const struct param v1_place_params[] = {
	{ "subscription", SCHEMA_TEXT, "those of this one" },
	{ "kind", SCHEMA_WORDS("\"cluster\",\"host\""), "what they are" },
	PAGE_PARAMS,
	{ 0 },
};
const struct param v1_running_params[] = {
	{ "ended", SCHEMA_BOOL, "also what does not run any more" },
	PAGE_PARAMS,
	{ 0 },
};
