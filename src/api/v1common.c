/* api/v1common.c — what the handlers of /api/v1 share (v1.h). */
#include "api/gate.h"
#include "api/schemas.h"
#include "api/v1.h"
#include "base/digest.h"
#include "base/time.h"
#include <inttypes.h>

int v1_paging(struct call *c, struct paging *p, struct error *e)
{
	int64_t limit;
	int r = call_number(c, "limit", 1, V1_LIMIT_MOST, 100, &limit, e);

	*p = (struct paging){ 0 };
	if (r < 0)
		return r;
	p->limit = (size_t)limit;
	r = call_param(c, "cursor", &p->after, e);
	if (r >= 0 && !p->after.n && query_has(c->x->query, "cursor"))
		return error_set(e, ERR_USAGE, "cursor: what nextLink has");
	return r;
}

int v1_listed(struct call *c, int r, struct error *e)
{
	(void)c;
	return r == ERR_USAGE ? error_set(e, ERR_NOTFOUND, "no page has this cursor") : r;
}

void v1_list_end(struct call *c, struct jsonout *j, str next)
{
	jsonout_end(j);
	if (next.n)
		jsonout_str(j, "nextLink", answer_link(c, "cursor", next));
	jsonout_end(j);
}

int v1_done(struct call *c)
{
	struct digest d = digest_of(buf_view(&c->x->answer));
	char tag[DIGEST_TEXT_BYTES];

	c->cacheable = true;
	exchange_add(c->x, "Cache-Control", STR("private, no-cache"));
	if (answer_unchanged(c, str_mem(digest_text(&d, tag) + 7, 32)))
		buf_clear(&c->x->answer);
	return 0;
}

int v1_body(struct call *c, const char *schema, const struct json **out, struct error *e)
{
	int r = call_json(c, out, e);
	return r < 0 ? r : schemas_check(schema, *out, e);
}

int v1_id(struct call *c, const char *part, int64_t *out, struct error *e)
{
	str text = route_part(&c->match, part);
	uint64_t n;

	if (!str_u64(text, &n) || !n || n > INT64_MAX / 2)
		return error_set(e, ERR_NOTFOUND, "there is no %s '%.*s'", part, STR_FMT(str_upto(text, 64)));
	*out = (int64_t)n;
	return 0;
}

int v1_words(struct call *c, const char *name, const char *(*word)(unsigned), unsigned n, unsigned *out,
             struct error *e)
{
	str text, one;
	unsigned i;
	int r = call_param(c, name, &text, e);

	*out = 0;
	if (r >= 0 && !text.n && query_has(c->x->query, name))
		return error_set(e, ERR_USAGE, "%s: it is empty", name);
	while (r >= 0 && str_split(&text, ',', &one)) {
		for (i = 0; i < n && !str_eq_nocase(one, str_c(word(i))); i++)
			;
		if (i == n)
			return error_set(e, ERR_USAGE, "%s: there is no '%.*s'", name, STR_FMT(str_upto(one, 64)));
		*out |= 1u << i;
	}
	return r;
}

int v1_date(struct call *c, const char *name, int64_t *out, struct error *e)
{
	str text;
	int r = call_param(c, name, &text, e);

	*out = 0;
	if (r < 0 || !query_has(c->x->query, name))
		return r;
	if (!time_parse(text, out) || str_chr(text, 'T') == text.n)
		return error_set(e, ERR_USAGE, "%s: a date such as 2030-01-02T03:04:05Z", name);
	return 0;
}

int v1_read(struct call *c, store_work *work, void *ctx, struct error *e)
{
	return store_do(c->center->store, STORE_READ, work, ctx, e);
}

int v1_sight(struct call *c, struct db *d, enum sight_of what, struct sight *out, struct error *e)
{
	return access_sight(d, c->caller, what, c->arena, out, e);
}

/* --- a registry by its number or name --- */

int v1_registry_in(struct call *c, struct db *d, const struct sight *s, str text, struct registry *out,
                   struct error *e)
{
	uint64_t id;
	int r = 0;

	*out = (struct registry){ 0 };
	if (str_u64(text, &id) && id <= INT64_MAX)
		r = registries_get(d, c->arena, s, (int64_t)id, out, e);
	if (r == 0)
		r = registries_named(d, c->arena, s, text, out, e);
	return r ? r : error_set(e, ERR_NOTFOUND, "there is no registry '%.*s'", STR_FMT(str_upto(text, 64)));
}

struct looking {
	struct call *c;
	str text;
	struct registry *out;
};

static int look(void *ctx, struct db *d, struct error *e)
{
	struct looking *x = ctx;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_RESOURCES, &s, e);

	return r < 0 ? r : v1_registry_in(x->c, d, &s, x->text, x->out, e);
}

int v1_registry(struct call *c, str text, const char *action, struct registry *out, struct error *e)
{
	struct looking x = { c, text, out };
	int r = v1_read(c, look, &x, e);

	if (r < 0 || !action)
		return MIN(r, 0);
	return gate_check(c, action, arena_lower(c->arena, registries_resource_id(c->arena, out)), e);
}

/* --- values --- */

bool v1_is_ref(str s)
{
	str rest = str_from(s, str_starts(s, STR("file:/")) ? 6 : 4);

	if (!s.n)
		return true;
	for (size_t i = 0; i < rest.n; i++)
		if (!((unsigned)((rest.p[i] | 32) - 'a') < 26 || (unsigned)(rest.p[i] - '0') < 10 ||
		      memchr("_./-", rest.p[i], 4)))
			return false;
	return rest.n && (str_starts(s, STR("file:/")) || str_starts(s, STR("env:")));
}

void v1_time(struct jsonout *j, const char *key, int64_t at)
{
	char text[TIME_TEXT_BYTES];

	if (at)
		jsonout_text(j, key, time_text(at, text));
	else
		jsonout_null(j, key);
}

void v1_time_ms(struct jsonout *j, const char *key, int64_t ms)
{
	v1_time(j, key, ms / 1000);
}

void v1_kept(struct jsonout *j, const char *key, str json, const char *otherwise)
{
	struct error ignored = { 0 };
	struct json *doc = NULL;
	bool good = json.n && json_parse(key, json, &doc, &ignored) >= 0 &&
	            json_is_object(doc) == (*otherwise == '{') && json_is_array(doc) == (*otherwise == '[');

	if (good) {
		(void)json_write(j, key, doc);
	} else if (*otherwise == '[') {
		jsonout_array(j, key);
		jsonout_end(j);
	} else {
		jsonout_object(j, key);
		jsonout_end(j);
	}
	json_free(doc);
}

void v1_lines(struct jsonout *j, const char *key, str lines)
{
	str one;

	jsonout_array(j, key);
	while (str_line(&lines, &one))
		if (one.n)
			jsonout_str(j, NULL, one);
	jsonout_end(j);
}

int v1_accepted(struct call *c, int64_t job)
{
	struct jsonout j = answer_json(c);
	str path = arena_printf(c->arena, "/api/v1/jobs/%" PRId64, job);

	answer_created(c, path);
	c->x->status = 202;
	jsonout_object(&j, NULL);
	jsonout_i64(&j, "jobId", job);
	jsonout_str(&j, "url", arena_concat(c->arena, answer_base(c), path));
	jsonout_end(&j);
	return 0;
}
