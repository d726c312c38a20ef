/* center/posturemake.c — the part of postures.h that judges: what our own recommendations say of a
 * registry and of a cluster, from the states of their images (defender.md 3.1, 5.3). */
#include "center/exemptions.h"
#include "center/imagestate.h"
#include "center/places.h"
#include "center/plans.h"
#include "center/postures.h"
#include "center/resources.h"
#include "center/rowtake.h"
#include <inttypes.h>

struct verdict {
	enum posture_code code;
	const char *cause;
	str description;
	bool wait; /* nothing can be said yet: what was said before stays */
};

static struct verdict judge_images(struct arena *a, const int64_t n[IMAGE_STATE_COUNT],
                                   const char *what)
{
	int64_t open = n[IMAGE_NOT_ASSESSED] + n[IMAGE_FAILED] + n[IMAGE_UNSUPPORTED];
	int64_t all = open + n[IMAGE_WAITING] + n[IMAGE_HEALTHY] + n[IMAGE_UNHEALTHY];

	if (n[IMAGE_UNHEALTHY])
		return (struct verdict){ POSTURE_UNHEALTHY, "",
			                 arena_printf(a,
			                              "%" PRId64 " of %" PRId64 " %s have findings",
			                              n[IMAGE_UNHEALTHY], all, what),
			                 false };
	if (!all)
		return (struct verdict){ POSTURE_NOT_APPLICABLE, "NoImages",
			                 arena_printf(a, "there are no %s", what), false };
	if (open) /* what was not read is not healthy */
		return (struct verdict){
			POSTURE_NOT_APPLICABLE, "NotAssessed",
			arena_printf(a, "%" PRId64 " of %" PRId64 " %s could not be assessed", open,
			             all, what),
			false
		};
	if (n[IMAGE_WAITING])
		return (struct verdict){
			POSTURE_NOT_APPLICABLE, "NotAssessed",
			arena_printf(a, "%" PRId64 " of %" PRId64 " %s wait to be assessed",
			             n[IMAGE_WAITING], all, what),
			n[IMAGE_HEALTHY] > 0
		};
	return (struct verdict){ .code = POSTURE_HEALTHY, .cause = "" };
}

static int take_states(struct query *q, struct db *d, int64_t n[IMAGE_STATE_COUNT], struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	query_done(q);
	while (code >= 0 && (code = rows_next(r, e)) > 0)
		if (rows_int(r, 0) >= 0 && rows_int(r, 0) < IMAGE_STATE_COUNT)
			n[rows_int(r, 0)] = rows_int(r, 1);
	return code;
}

/* --- written --- */

struct about {
	str id, key, subscription;
	struct value registry;
	int64_t now;
};

static int write_one(struct db *d, const struct about *x, const char *assessment,
                     const struct verdict *v, struct error *e)
{
	int64_t n;

	if (v->wait) {
		n = db_run(d, e,
		           "UPDATE posture SET resource_id = $3 WHERE resource = $1 AND assessment "
		           "= $2",
		           V_TEXT(x->key), V_C(assessment), V_TEXT(x->id));
		if (n)
			return (int)MIN(n, 0);
	}
	n = db_run(
	        d, e,
	        "INSERT INTO posture (resource, assessment, resource_id, subscription_id, "
	        "registry_id, code, cause,"
	        " description, first_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
	        "$10)"
	        " ON CONFLICT (resource, assessment) DO UPDATE SET resource_id = "
	        "excluded.resource_id,"
	        " registry_id = excluded.registry_id,"
	        " changed_at = CASE WHEN posture.code <> excluded.code OR posture.cause <> "
	        "excluded.cause"
	        "  THEN excluded.changed_at ELSE posture.changed_at END,"
	        " code = excluded.code, cause = excluded.cause, description = excluded.description",
	        V_TEXT(x->key), V_C(assessment), V_TEXT(x->id), V_TEXT(x->subscription),
	        x->registry, V_C(posture_code_word(v->code)), V_C(v->cause), V_TEXT(v->description),
	        V_INT(x->now), V_INT(x->now));
	return n < 0 ? (int)n : 0;
}

/* Both keys say the same, but an exemption is from one of them. */
static int write_both(struct db *d, struct arena *a, const struct about *x,
                      const char *const keys[2], const struct verdict *v, struct error *e)
{
	int code = 0;

	for (size_t i = 0; i < 2 && code >= 0; i++) {
		struct exemption by;
		struct verdict exempt = { POSTURE_NOT_APPLICABLE, "Exempt", { 0 }, false };
		code = exemptions_hold(d, a, x->key, str_c(keys[i]), x->now, &by, e);
		if (code > 0)
			exempt.description = by.description.n ? by.description : by.display_name;
		if (code >= 0)
			code = write_one(d, x, keys[i], code ? &exempt : v, e);
	}
	return code;
}

static const struct verdict off = { POSTURE_NOT_APPLICABLE, "OffByPolicy",
	                            STR_INIT("the plan is switched off"), false };

/* --- registries --- */

static int count_registry(struct db *d, struct arena *a, int64_t id, int64_t n[IMAGE_STATE_COUNT],
                          struct error *e)
{
	struct query q = QUERY(a);

	query_add(&q, "SELECT ");
	query_add(&q, image_state_sql);
	query_add(&q,
	          ", count(*) FROM image i CROSS JOIN manifest m LEFT JOIN profile pf ON pf.id = "
	          "m.profile_id"
	          " WHERE m.id = i.manifest_id AND i.deleted_at IS NULL AND m.kind NOT IN "
	          "('index', 'other')"
	          " AND i.registry_id = ? GROUP BY 1",
	          V_INT(id));
	return take_states(&q, d, n, e);
}

int postures_make_registry(struct db *d, struct arena *a, int64_t registry_id, int64_t now,
                           struct error *e)
{
	static const char *const keys[2] = { ASSESSMENT_REGISTRY, ASSESSMENT_REGISTRY_MDVM };
	int64_t n[IMAGE_STATE_COUNT] = { 0 };
	struct registry r;
	struct verdict v;
	int code = registries_get(d, a, &sight_all, registry_id, &r, e);

	if (code < 0)
		return code;
	if (!code) { /* deleted: its own recommendations go along */
		int64_t gone = db_run(d, e, "DELETE FROM posture WHERE registry_id = $1",
		                      V_INT(registry_id));
		return (int)MIN(gone, 0);
	}
	struct about x = { .id = registries_resource_id(a, &r),
		           .subscription = r.subscription,
		           .registry = V_INT(r.id),
		           .now = now };
	x.key = resources_key(a, x.id);
	code = plans_watch(d, a, &r, e);
	if (code < 0)
		return code;
	if (!code) {
		v = off;
	} else if (r.state == REGISTRY_UNSUPPORTED) {
		v = (struct verdict){ POSTURE_NOT_APPLICABLE, "Unsupported", r.state_why, false };
	} else {
		code = count_registry(d, a, r.id, n, e);
		v = judge_images(a, n, "images");
	}
	return code < 0 ? code : write_both(d, a, &x, keys, &v, e);
}

/* --- clusters --- */

static int count_place(struct db *d, struct arena *a, int64_t id, int64_t n[IMAGE_STATE_COUNT],
                       struct error *e)
{
	struct query q = QUERY(a);
	int code;

	query_add(&q, "SELECT ");
	query_add(&q, image_state_sql);
	query_add(&q,
	          ", count(*) FROM (SELECT DISTINCT u.manifest_id AS id FROM running u WHERE "
	          "u.place_id = ?"
	          " AND u.ended_at IS NULL) w CROSS JOIN manifest m LEFT JOIN profile pf ON pf.id "
	          "= m.profile_id"
	          " WHERE m.id = w.id AND m.kind NOT IN ('index', 'other') GROUP BY 1",
	          V_INT(id));
	code = take_states(&q, d, n, e);
	if (code >= 0) { /* what no registry knows was not assessed by anybody */
		int64_t unknown = 0;
		code = db_int(d, e, &unknown,
		              "SELECT count(DISTINCT u.image) FROM running u WHERE u.place_id = $1 "
		              "AND u.ended_at IS NULL"
		              " AND u.manifest_id IS NULL",
		              V_INT(id));
		n[IMAGE_NOT_ASSESSED] += unknown;
	}
	return MIN(code, 0);
}

int postures_make_place(struct db *d, struct arena *a, int64_t place_id, int64_t now,
                        struct error *e)
{
	static const char *const keys[2] = { ASSESSMENT_RUNNING, ASSESSMENT_RUNNING_MDVM };
	int64_t n[IMAGE_STATE_COUNT] = { 0 };
	struct place p;
	struct pricing plan;
	struct verdict v = off;
	int code = places_get(d, a, &sight_all, place_id, &p, e);

	if (code <= 0 || p.kind != PLACE_CLUSTER)
		return MIN(code, 0);
	struct about x = { .id = places_resource_id(a, &p),
		           .subscription = p.subscription,
		           .registry = V_NULL,
		           .now = now };
	x.key = resources_key(a, x.id);
	code = plans_get(d, a, x.id, STR("Containers"), now, &plan, e);
	if (code >= 0 && plan.standard) {
		code = count_place(d, a, place_id, n, e);
		v = judge_images(a, n, "running images");
	}
	return code < 0 ? code : write_both(d, a, &x, keys, &v, e);
}

/* --- all --- */

struct made {
	int64_t *v;
	size_t n, room;
};

static int ask_ids(struct db *d, struct arena *a, const char *sql, str subscription,
                   struct made *out, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(d, e, &r, sql, V_TEXT(arena_lower(a, subscription)));

	out->n = 0;
	while (code >= 0 && (code = rows_next(r, e)) > 0)
		vec_add(a, out, rows_int(r, 0));
	return take_end(a, code, e);
}

int postures_make_all(struct db *d, struct arena *a, str subscription, int64_t now, struct error *e)
{
	struct made ids = { 0 };
	int code = ask_ids(d, a,
	                   "SELECT id FROM registry WHERE ($1 = '' OR subscription_id = $1) AND "
	                   "deleted_at IS NULL"
	                   " ORDER BY id",
	                   subscription, &ids, e);

	for (size_t i = 0; i < ids.n && code >= 0; i++)
		code = postures_make_registry(d, a, ids.v[i], now, e);
	if (code >= 0)
		code = ask_ids(d, a,
		               "SELECT id FROM place WHERE ($1 = '' OR subscription_id = $1) AND "
		               "kind = 'cluster' ORDER BY id",
		               subscription, &ids, e);
	for (size_t i = 0; i < ids.n && code >= 0; i++)
		code = postures_make_place(d, a, ids.v[i], now, e);
	return code;
}
