#include "center/subscriptions.h"
#include "center/resources.h"
#include "center/rowtake.h"

int subscriptions_use(struct db *d, struct arena *a, str guid, int64_t now, str *id,
                      struct error *e)
{
	str low = arena_lower(a, guid);
	int64_t changed;

	if (!resources_is_guid(low))
		return error_set(e, ERR_USAGE, "%.*s is no subscription: not a GUID",
		                 STR_FMT(str_upto(guid, 100)));
	changed = db_run(d, e,
	                 "INSERT INTO subscription (id, name, created_at) VALUES ($1, $2, $3)"
	                 " ON CONFLICT (id) DO NOTHING",
	                 V_TEXT(low), V_TEXT(low), V_INT(now));
	if (changed < 0)
		return (int)changed;
	*id = low;
	return 0;
}

int subscriptions_rename(struct db *d, str id, str name, struct error *e)
{
	int64_t n = db_run(d, e, "UPDATE subscription SET name = $2 WHERE id = lower($1)",
	                   V_TEXT(id), V_TEXT(name));

	return n < 0 ? (int)n
	       : n   ? 0
	           : error_set(e, ERR_NOTFOUND, "no subscription %.*s", STR_FMT(str_upto(id, 100)));
}

static int ask(struct db *d, struct arena *a, const struct sight *s, str guid,
               struct subscription_list *out, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q, "SELECT s.id, s.name, s.created_at FROM subscription s WHERE 1 = 1");
	if (guid.n)
		query_add(&q, " AND s.id = ?", V_TEXT(arena_lower(a, guid)));
	if (!s->all) {
		query_add(&q, " AND (1 = 1");
		sight_subscriptions(&q, s, "s.id");
		query_add(&q, " OR EXISTS (SELECT 1 FROM registry r WHERE r.subscription_id = s.id"
		              " AND r.deleted_at IS NULL");
		sight_registries(&q, s, "r.id");
		query_add(&q, "))");
	}
	query_add(&q, " ORDER BY s.id");
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct subscription *x = vec_push(a, out);
		if (x)
			*x = (struct subscription){ take_text(a, r, 0), take_text(a, r, 1),
				                    rows_int(r, 2) };
	}
	return take_end(a, code, e);
}

int subscriptions_get(struct db *d, struct arena *a, const struct sight *s, str guid,
                      struct subscription *out, struct error *e)
{
	struct subscription_list found = { 0 };
	int code = guid.n ? ask(d, a, s, guid, &found, e) : 0;

	if (code >= 0 && found.n)
		*out = found.v[0];
	return code < 0 ? code : found.n > 0;
}

int subscriptions_list(struct db *d, struct arena *a, const struct sight *s,
                       struct subscription_list *out, struct error *e)
{
	return ask(d, a, s, (str){ 0 }, out, e);
}
