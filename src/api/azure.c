#include "api/azure.h"
#include "base/json.h"
#include "base/time.h"
#include "center/auditlog.h"
#include "center/places.h"
#include "center/registries.h"
#include "center/subscriptions.h"
#include <stdio.h>

/* --- scopes --- */

static str canonical(struct arena *a, const struct resource *r, str subscription)
{
	if (r->kind != RESOURCE_OTHER)
		return resources_make(a, r->kind, subscription, r->group, r->name);
	return arena_join(a, STR("/subscriptions/"), subscription, STR("/resourceGroups/"),
	                  r->group, STR("/providers/"), r->type, STR("/"), r->name);
}

static int read_scope(struct call *c, str text, struct azure_scope *out, struct error *e)
{
	struct resource r;

	if (resources_parse(text, &r, e) < 0 || r.rest.n)
		return error_set(e, ERR_NOTFOUND, "there is no resource '/%.*s' here",
		                 STR_FMT(text));
	*out = (struct azure_scope){ .kind = r.kind,
		                     .group = r.group,
		                     .name = r.name,
		                     .subscription = arena_lower(c->arena, r.subscription) };
	out->id = canonical(c->arena, &r, out->subscription);
	out->key = resources_key(c->arena, out->id);
	return 0;
}

int azure_scope(struct call *c, struct azure_scope *out, struct error *e)
{
	str scope = route_part(&c->match, "scope"), sub = route_part(&c->match, "subscription");
	str group = route_part(&c->match, "group");

	if (scope.n)
		return read_scope(c, scope, out, e);
	if (!sub.n) {
		*out = (struct azure_scope){ .all = true };
		return 0;
	}
	scope = arena_concat(c->arena, STR("subscriptions/"), sub);
	if (group.n)
		scope = arena_join(c->arena, scope, STR("/resourceGroups/"), group);
	return read_scope(c, scope, out, e);
}

static int find_registry(struct call *c, struct db *d, const struct sight *s, struct azure_scope *x,
                         struct error *e)
{
	struct registry found = { 0 };
	int r = registries_find(d, c->arena, s, x->subscription, x->name, &found, e);

	if (r <= 0 || !str_eq_nocase(found.resource_group, x->group))
		return MIN(r, 0);
	x->registry_id = found.id;
	x->id = registries_resource_id(c->arena, &found);
	return 1;
}

static int find_place(struct call *c, struct db *d, const struct sight *s, struct azure_scope *x,
                      struct error *e)
{
	struct place found = { 0 };
	enum place_kind kind = x->kind == RESOURCE_CLUSTER ? PLACE_CLUSTER : PLACE_HOST;
	int r = places_find(d, c->arena, s, x->subscription, kind, x->name, &found, e);

	if (r <= 0 || !str_eq_nocase(found.resource_group, x->group))
		return MIN(r, 0);
	x->place_id = found.id;
	x->id = places_resource_id(c->arena, &found);
	return 1;
}

int azure_find(struct call *c, struct db *d, const struct sight *s, struct azure_scope *x,
               struct error *e)
{
	int r = 1;

	if (x->all)
		return 0;
	if (x->kind == RESOURCE_SUBSCRIPTION || x->kind == RESOURCE_GROUP)
		r = subscriptions_get(d, c->arena, s, x->subscription, &(struct subscription){ 0 },
		                      e);
	else if (x->kind == RESOURCE_REGISTRY)
		r = find_registry(c, d, s, x, e);
	else if (x->kind == RESOURCE_CLUSTER || x->kind == RESOURCE_HOST)
		r = find_place(c, d, s, x, e);
	return r ? MIN(r, 0)
	         : error_set(e, ERR_NOTFOUND, "the resource '%.*s' was not found", STR_FMT(x->id));
}

bool azure_holds(const struct call *c, const char *action, const struct azure_scope *x)
{
	return access_may(c->caller, action, x->all ? STR("/") : x->key);
}

/* --- shapes --- */

void azure_date(struct jsonout *j, const char *key, int64_t at)
{
	char text[TIME_TEXT_BYTES], long_text[TIME_TEXT_BYTES + 16];
	str s;

	if (!at)
		return;
	s = str_c(time_text(at, text));
	s = str_upto(s, s.n - 1);
	snprintf(long_text, sizeof long_text, "%.*s.0000000Z", STR_FMT(s));
	jsonout_text(j, key, long_text);
}

void azure_date_text(struct jsonout *j, const char *key, str date)
{
	int64_t at;

	if (time_parse(date, &at))
		azure_date(j, key, at);
}

void azure_resource(struct jsonout *j, const char *key, str id, str name, const char *type)
{
	jsonout_object(j, key);
	jsonout_str(j, "id", id);
	jsonout_str(j, "name", name);
	jsonout_text(j, "type", type);
	jsonout_object(j, "properties");
}

str azure_id(struct arena *a, str scope, const char *provider_and_type, str name)
{
	return arena_join(a, scope, STR("/providers/"), str_c(provider_and_type), STR("/"), name);
}

/* --- pages: of a cursor's bytes '.', '_' and '~' are written with two in a token --- */

str azure_token(struct arena *a, str cursor)
{
	struct buf b cleanup(buf_done) = BUF(KIB(16));

	for (size_t i = 0; i < cursor.n; i++)
		if (cursor.p[i] == '.')
			buf_add(&b, STR("_d"));
		else if (cursor.p[i] == '_')
			buf_add(&b, STR("_u"));
		else if (cursor.p[i] == '~')
			buf_add(&b, STR("_t"));
		else
			buf_addc(&b, cursor.p[i]);
	return arena_str(a, buf_view(&b));
}

static bool read_token(struct arena *a, str token, str *out)
{
	char *p = arena_alloc(a, token.n + 1);
	size_t n = 0;

	for (size_t i = 0; p && i < token.n; i++) {
		if (token.p[i] != '_') {
			p[n++] = token.p[i];
			continue;
		}
		if (++i == token.n || !memchr("dut", token.p[i], 3))
			return false;
		p[n++] = token.p[i] == 'd' ? '.' : token.p[i] == 'u' ? '_' : '~';
	}
	*out = str_mem(p, n);
	return p != NULL;
}

int azure_page(struct call *c, struct paging *out, struct error *e)
{
	str token;
	int r = call_param(c, "$skipToken", &token, e);

	*out = (struct paging){ .limit = AZURE_PAGE };
	if (r < 0 || !token.n)
		return r;
	if (token.n > KIB(8) || !read_token(c->arena, token, &out->after))
		return error_set(e, ERR_USAGE, "$skipToken: none that a nextLink gave");
	return 0;
}

void azure_list(struct jsonout *j)
{
	jsonout_object(j, NULL);
	jsonout_array(j, "value");
}

void azure_list_end(struct call *c, struct jsonout *j, str cursor)
{
	jsonout_end(j);
	if (cursor.n)
		jsonout_str(j, "nextLink",
		            answer_link(c, "$skipToken", azure_token(c->arena, cursor)));
	jsonout_end(j);
}

/* --- the store --- */

struct reading {
	struct call *call;
	store_work *work;
};

static int read_anew(void *ctx, struct db *d, struct error *e)
{
	const struct reading *r = ctx;

	buf_clear(&r->call->x->answer);
	return r->work(r->call, d, e);
}

int azure_read(struct call *c, store_work *work, struct error *e)
{
	struct reading r = { c, work };
	return MIN(store_do(c->center->store, STORE_READ, read_anew, &r, e), 0);
}

int azure_change(struct call *c, store_work *work, void *ctx, struct error *e)
{
	return store_do(c->center->store, STORE_WRITE, work, ctx, e);
}

int azure_note(struct call *c, struct db *d, const char *action, str target, str detail,
               struct error *e)
{
	struct audit entry = { .actor = c->caller->name,
		               .peer = c->x->peer,
		               .action = str_c(action),
		               .target = target,
		               .detail = detail };
	return auditlog_add(d, center_now(c->center), &entry, e);
}

int azure_properties(struct call *c, const struct json **out, struct error *e)
{
	const struct json *body, *properties;
	int r = call_json(c, &body, e);

	if (r < 0)
		return r;
	properties = json_get(body, "properties");
	if (!json_is_object(properties))
		return error_set(e, ERR_USAGE, "the body has no \"properties\"");
	*out = properties;
	return 0;
}
