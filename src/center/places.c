#include "center/places.h"
#include "center/resources.h"
#include "center/rowtake.h"
#include "center/subscriptions.h"

enum { TEXT_MOST = 1024, FACTS_MOST = 256 << 10 };

static const char *const kinds[] = { [PLACE_CLUSTER] = "cluster", [PLACE_HOST] = "host" };

const char *place_kind_word(enum place_kind k)
{
	return kinds[k];
}

bool place_kind_parse(str word, enum place_kind *out)
{
	for (size_t i = 0; i < LEN(kinds); i++)
		if (str_eq_nocase(word, str_c(kinds[i]))) {
			*out = (enum place_kind)i;
			return true;
		}
	return false;
}

str places_resource_id(struct arena *a, const struct place *p)
{
	return resources_make(a, p->kind == PLACE_CLUSTER ? RESOURCE_CLUSTER : RESOURCE_HOST,
	                      p->subscription, p->resource_group, p->name);
}

/* --- a report --- */

static int check(const struct place_report *r, struct error *e)
{
	str bad = { 0 };

	if (!r->name.n || r->name.n > TEXT_MOST || str_chr(r->name, '/') < r->name.n)
		bad = STR("the place has no name");
	if (!r->resource_group.n || r->resource_group.n > TEXT_MOST ||
	    str_chr(r->resource_group, '/') < r->resource_group.n)
		bad = STR("the place has no resource group");
	if (r->facts.n > FACTS_MOST)
		bad = STR("the place's facts are too long");
	for (size_t i = 0; i < r->n && !bad.n; i++)
		if (r->v[i].owner.n > TEXT_MOST || r->v[i].container.n > TEXT_MOST ||
		    r->v[i].image.n > TEXT_MOST || r->v[i].digest.n > TEXT_MOST)
			bad = STR("a name of what runs is too long");
	return bad.n ? error_set(e, ERR_USAGE, "%.*s", STR_FMT(bad)) : 0;
}

static int use_place(struct db *d, const struct place_report *r, str subscription, int64_t now,
                     int64_t *id, struct error *e)
{
	return db_int(d, e, id,
	              "INSERT INTO place (subscription_id, kind, resource_group, name, facts, "
	              "first_seen, reported_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (subscription_id, kind, "
	              "name) DO UPDATE SET"
	              " resource_group = excluded.resource_group, facts = excluded.facts,"
	              " reported_at = CASE WHEN place.reported_at > excluded.reported_at THEN "
	              "place.reported_at"
	              "  ELSE excluded.reported_at END RETURNING id",
	              V_TEXT(subscription), V_C(kinds[r->kind]), V_TEXT(r->resource_group),
	              V_TEXT(r->name), r->facts.n ? V_TEXT(r->facts) : V_C("{}"), V_INT(now),
	              V_INT(now));
}

enum { COLUMNS = 6 };

static int see(struct db *d, struct arena *a, const struct place_report *r, int64_t id, int64_t now,
               struct error *e)
{
	struct value *v = arena_many(a, r->n * COLUMNS, struct value);

	if (!v || !r->n)
		return take_end(a, 0, e);
	for (size_t i = 0; i < r->n; i++) {
		const struct value row[COLUMNS] = { V_INT(id),
			                            V_TEXT(r->v[i].owner),
			                            V_TEXT(r->v[i].container),
			                            V_TEXT(r->v[i].image),
			                            V_TEXT(r->v[i].digest),
			                            V_INT(now) };
		memcpy(v + i * COLUMNS, row, sizeof row);
	}
	/* what ended and is there again has begun again */
	return db_run_many(
	        d,
	        "INSERT INTO running (place_id, owner, container, image, digest, first_seen, "
	        "last_seen,"
	        " manifest_id) VALUES ($1, $2, $3, $4, $5, $6, $6,"
	        " (SELECT m.id FROM manifest m WHERE m.digest = $5))"
	        " ON CONFLICT (place_id, owner, container, digest) DO UPDATE SET"
	        " image = excluded.image, last_seen = excluded.last_seen,"
	        " manifest_id = COALESCE(running.manifest_id, excluded.manifest_id),"
	        " first_seen = CASE WHEN running.ended_at IS NULL THEN running.first_seen"
	        "  ELSE excluded.first_seen END, ended_at = NULL",
	        v, COLUMNS, r->n, e);
}

struct was {
	int64_t id;
	struct running what;
};
struct was_list {
	struct was *v;
	size_t n, room;
};

static int compare_running(const struct running *x, const struct running *y)
{
	int c = str_cmp(x->owner, y->owner);

	if (!c)
		c = str_cmp(x->container, y->container);
	return c ? c : str_cmp(x->digest, y->digest);
}

static int compare_reported(const void *x, const void *y)
{
	return compare_running(x, y);
}

static int ask_was(struct db *d, struct arena *a, int64_t id, struct was_list *out, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(d, e, &r,
	                  "SELECT id, owner, container, digest FROM running WHERE place_id = $1 "
	                  "AND ended_at IS NULL",
	                  V_INT(id));

	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct was *x = vec_push(a, out);
		if (x)
			*x = (struct was){ rows_int(r, 0),
				           { .owner = take_text(a, r, 1),
				             .container = take_text(a, r, 2),
				             .digest = take_text(a, r, 3) } };
	}
	return take_end(a, code, e);
}

static int end_others(struct db *d, struct arena *a, const struct place_report *r, int64_t id,
                      int64_t now, struct error *e)
{
	struct was_list was = { 0 };
	struct running *sorted = arena_many(a, r->n, struct running);
	int64_t n = ask_was(d, a, id, &was, e);

	if (n < 0 || !sorted)
		return take_end(a, (int)n, e);
	if (r->n) {
		memcpy(sorted, r->v, r->n * sizeof *sorted);
		qsort(sorted, r->n, sizeof *sorted, compare_reported);
	}
	for (size_t i = 0; i < was.n && n >= 0; i++)
		if (!r->n ||
		    !bsearch(&was.v[i].what, sorted, r->n, sizeof *sorted, compare_reported))
			n = db_run(d, e, "UPDATE running SET ended_at = $2 WHERE id = $1",
			           V_INT(was.v[i].id), V_INT(now));
	return n < 0 ? (int)n : 0;
}

int places_report(struct db *d, struct arena *a, const struct place_report *r, int64_t now,
                  int64_t *id, struct error *e)
{
	str subscription;
	int code = check(r, e);

	if (code >= 0)
		code = subscriptions_use(d, a, r->subscription, now, &subscription, e);
	if (code >= 0)
		code = use_place(d, r, subscription, now, id, e);
	if (code >= 0)
		code = end_others(d, a, r, *id, now, e);
	if (code >= 0)
		code = see(d, a, r, *id, now, e);
	return code < 0 ? code : 0;
}

int places_tie(struct db *d, str digest, int64_t manifest_id, struct error *e)
{
	int64_t n = db_run(
	        d, e,
	        "UPDATE running SET manifest_id = $2 WHERE digest = $1 AND manifest_id IS NULL",
	        V_TEXT(digest), V_INT(manifest_id));

	return n < 0 ? (int)n : 0;
}

/* --- reading --- */

static struct query seen(struct arena *a, const struct sight *s)
{
	struct query q = QUERY(a);

	query_add(&q, "SELECT c.id, c.subscription_id, c.kind, c.resource_group, c.name, c.facts, "
	              "c.first_seen,"
	              " c.reported_at, (SELECT count(*) FROM running u WHERE u.place_id = c.id AND "
	              "u.ended_at IS NULL)"
	              " FROM place c WHERE 1 = 1");
	sight_subscriptions(&q, s, "c.subscription_id");
	return q;
}

static int take_places(struct query *q, struct db *d, struct arena *a, struct place_list *out,
                       struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	query_done(q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct place *x = vec_push(a, out);
		if (!x)
			break;
		*x = (struct place){ .id = rows_int(r, 0),
			             .subscription = take_text(a, r, 1),
			             .resource_group = take_text(a, r, 3),
			             .name = take_text(a, r, 4),
			             .facts = take_text(a, r, 5),
			             .first_seen = rows_int(r, 6),
			             .reported_at = rows_int(r, 7),
			             .running = rows_int(r, 8) };
		if (!place_kind_parse(rows_text(r, 2), &x->kind))
			x->kind = PLACE_HOST;
	}
	return take_end(a, code, e);
}

int places_list(struct db *d, struct arena *a, const struct sight *s, const struct place_filter *f,
                const struct paging *p, struct place_list *out, struct error *e)
{
	struct query q = seen(a, s);
	struct value after[1];
	size_t limit = page_limit(p);
	int code = page_read(p, a, "i", after, e);

	if (code < 0)
		return code;
	if (code)
		query_add(&q, " AND c.id > ?", after[0]);
	if (f->subscription.n)
		query_add(&q, " AND c.subscription_id = ?",
		          V_TEXT(arena_lower(a, f->subscription)));
	if (f->kind >= 0)
		query_add(&q, " AND c.kind = ?", V_C(kinds[f->kind]));
	query_add(&q, " ORDER BY c.id LIMIT ?", V_INT((int64_t)limit + 1));
	code = take_places(&q, d, a, out, e);
	if (code >= 0 && out->n > limit) {
		out->n = limit;
		out->next = page_cursor(a, &V_INT(out->v[limit - 1].id), 1);
	}
	return code;
}

static int take_only(struct query *q, struct db *d, struct arena *a, struct place *out,
                     struct error *e)
{
	struct place_list found = { 0 };
	int code = take_places(q, d, a, &found, e);

	if (code >= 0 && found.n)
		*out = found.v[0];
	return code < 0 ? code : found.n > 0;
}

int places_get(struct db *d, struct arena *a, const struct sight *s, int64_t id, struct place *out,
               struct error *e)
{
	struct query q = seen(a, s);

	query_add(&q, " AND c.id = ?", V_INT(id));
	return take_only(&q, d, a, out, e);
}

int places_find(struct db *d, struct arena *a, const struct sight *s, str subscription,
                enum place_kind kind, str name, struct place *out, struct error *e)
{
	struct query q = seen(a, s);

	query_add(&q,
	          " AND c.subscription_id = ? AND c.kind = ? AND lower(c.name) = ? ORDER BY c.id "
	          "LIMIT 1",
	          V_TEXT(arena_lower(a, subscription)), V_C(kinds[kind]),
	          V_TEXT(arena_lower(a, name)));
	return take_only(&q, d, a, out, e);
}

static void ask_running(struct query *q, const struct sight *s, int64_t place_id, bool ended)
{
	query_add(q,
	          "SELECT u.id, u.place_id, u.owner, u.container, u.image, u.digest, u.manifest_id,"
	          " (SELECT min(i.id) FROM image i JOIN repository p ON p.id = i.repository_id"
	          " WHERE i.manifest_id = u.manifest_id AND i.deleted_at IS NULL");
	sight_registries(q, s, "p.registry_id");
	query_add(q,
	          "), u.first_seen, u.last_seen, u.ended_at FROM running u JOIN place c ON c.id = "
	          "u.place_id"
	          " WHERE u.place_id = ?",
	          V_INT(place_id));
	sight_subscriptions(q, s, "c.subscription_id");
	if (!ended)
		query_add(q, " AND u.ended_at IS NULL");
}

int places_running(struct db *d, struct arena *a, const struct sight *s, int64_t place_id,
                   bool ended, const struct paging *p, struct running_list *out, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	struct value after[1];
	size_t limit = page_limit(p);
	int code = page_read(p, a, "i", after, e);

	if (code < 0)
		return code;
	ask_running(&q, s, place_id, ended);
	if (code)
		query_add(&q, " AND u.id > ?", after[0]);
	query_add(&q, " ORDER BY u.id LIMIT ?", V_INT((int64_t)limit + 1));
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct running_row *x = vec_push(a, out);
		if (x)
			*x = (struct running_row){ .id = rows_int(r, 0),
				                   .place_id = rows_int(r, 1),
				                   .what = { take_text(a, r, 2), take_text(a, r, 3),
				                             take_text(a, r, 4),
				                             take_text(a, r, 5) },
				                   .manifest_id = rows_int(r, 6),
				                   .image_id = rows_int(r, 7),
				                   .first_seen = rows_int(r, 8),
				                   .last_seen = rows_int(r, 9),
				                   .ended_at = rows_int(r, 10) };
	}
	if (code >= 0 && out->n > limit) {
		out->n = limit;
		out->next = page_cursor(a, &V_INT(out->v[limit - 1].id), 1);
	}
	return take_end(a, code, e);
}
