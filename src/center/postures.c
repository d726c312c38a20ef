#include "center/postures.h"
#include "center/resources.h"
#include "center/rowtake.h"

static const char *const codes[] = { [POSTURE_HEALTHY] = "Healthy",
	                             [POSTURE_UNHEALTHY] = "Unhealthy",
	                             [POSTURE_NOT_APPLICABLE] = "NotApplicable" };
static const char *const ours[] = { ASSESSMENT_REGISTRY, ASSESSMENT_REGISTRY_MDVM,
	                            ASSESSMENT_RUNNING, ASSESSMENT_RUNNING_MDVM };

const char *posture_code_word(enum posture_code c)
{
	return codes[c];
}

bool posture_code_parse(str word, enum posture_code *out)
{
	for (size_t i = 0; i < LEN(codes); i++)
		if (str_eq_nocase(word, str_c(codes[i]))) {
			*out = (enum posture_code)i;
			return true;
		}
	return false;
}

static bool is_ours(str assessment)
{
	for (size_t i = 0; i < LEN(ours); i++)
		if (str_eq_nocase(assessment, str_c(ours[i])))
			return true;
	return false;
}

/* --- reading --- */

static struct query seen(struct arena *a, const struct sight *s)
{
	struct query q = QUERY(a);

	query_add(&q,
	          "SELECT o.resource, o.resource_id, o.assessment, o.subscription_id, o.code, "
	          "o.cause, o.description,"
	          " o.first_at, o.changed_at, COALESCE(o.custom, '') FROM posture o WHERE 1 = 1");
	if (s->all)
		return q;
	query_add(&q, " AND (o.registry_id IN ");
	query_ids(&q, s->registries, s->registries_n);
	query_add(&q, " OR (o.registry_id IS NULL");
	sight_subscriptions(&q, s, "o.subscription_id");
	query_add(&q, "))");
	return q;
}

static int take_all(struct query *q, struct db *d, struct arena *a, struct posture_list *out,
                    struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	query_done(q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct posture *x = vec_push(a, out);
		if (!x)
			break;
		*x = (struct posture){ .resource = take_text(a, r, 0),
			               .resource_id = take_text(a, r, 1),
			               .assessment = take_text(a, r, 2),
			               .subscription = take_text(a, r, 3),
			               .cause = take_text(a, r, 5),
			               .description = take_text(a, r, 6),
			               .first_at = rows_int(r, 7),
			               .changed_at = rows_int(r, 8),
			               .custom = take_text(a, r, 9) };
		if (!posture_code_parse(rows_text(r, 4), &x->code))
			x->code = POSTURE_NOT_APPLICABLE;
	}
	return take_end(a, code, e);
}

int postures_list(struct db *d, struct arena *a, const struct sight *s,
                  const struct posture_filter *f, const struct paging *p, struct posture_list *out,
                  struct error *e)
{
	struct query q = seen(a, s);
	struct value after[2];
	size_t limit = page_limit(p);
	int code = page_read(p, a, "tt", after, e);

	if (code < 0)
		return code;
	if (code)
		query_add(&q, " AND (o.resource, o.assessment) > (?, ?)", after[0], after[1]);
	if (f->subscription.n)
		query_add(&q, " AND o.subscription_id = ?",
		          V_TEXT(arena_lower(a, f->subscription)));
	if (f->resource.n) {
		str key = resources_key(a, f->resource);
		query_add(&q, " AND (o.resource = ? OR (o.resource > ? AND o.resource < ?))",
		          V_TEXT(key), V_TEXT(arena_concat(a, key, STR("/"))),
		          V_TEXT(arena_concat(a, key, STR("0"))));
	}
	if (f->assessment.n)
		query_add(&q, " AND o.assessment = ?", V_TEXT(arena_lower(a, f->assessment)));
	if (f->code >= 0)
		query_add(&q, " AND o.code = ?", V_C(codes[f->code]));
	query_add(&q, " ORDER BY o.resource, o.assessment LIMIT ?", V_INT((int64_t)limit + 1));
	code = take_all(&q, d, a, out, e);
	if (code >= 0 && out->n > limit) {
		const struct posture *last = &out->v[limit - 1];
		out->n = limit;
		out->next = page_cursor(
		        a,
		        (const struct value[]){ V_TEXT(last->resource), V_TEXT(last->assessment) },
		        2);
	}
	return code;
}

int postures_get(struct db *d, struct arena *a, const struct sight *s, str resource, str assessment,
                 struct posture *out, struct error *e)
{
	struct query q = seen(a, s);
	struct posture_list found = { 0 };
	int code;

	query_add(&q, " AND o.resource = ? AND o.assessment = ?",
	          V_TEXT(resources_key(a, resource)), V_TEXT(arena_lower(a, assessment)));
	code = take_all(&q, d, a, &found, e);
	if (code >= 0 && found.n)
		*out = found.v[0];
	return code < 0 ? code : found.n > 0;
}

/* --- a customer's own --- */

/* Who sees the registry that it is about sees it. */
static int registry_of(struct db *d, struct arena *a, str id, struct value *out, struct error *e)
{
	struct resource x;
	int64_t registry;
	int code = resources_parse(id, &x, e);

	*out = V_NULL;
	if (code < 0 || x.kind != RESOURCE_REGISTRY)
		return code;
	code = db_int(d, e, &registry,
	              "SELECT id FROM registry WHERE subscription_id = $1 AND lower(name) = $2 AND "
	              "deleted_at IS NULL",
	              V_TEXT(arena_lower(a, x.subscription)), V_TEXT(arena_lower(a, x.name)));
	if (code > 0)
		*out = V_INT(registry);
	return MIN(code, 0);
}

int postures_put(struct db *d, struct arena *a, const struct posture *p, int64_t now,
                 struct error *e)
{
	str key = resources_key(a, p->resource_id.n ? p->resource_id : p->resource);
	str assessment = arena_lower(a, p->assessment);
	struct resource x;
	struct value registry;
	int64_t there, n;
	int code = resources_parse(key, &x, e);

	if (code >= 0 && is_ours(assessment))
		return error_set(e, ERR_CONFLICT, "the assessment %.*s is made by the center",
		                 STR_FMT(assessment));
	if (code >= 0)
		code = registry_of(d, a, key, &registry, e);
	if (code >= 0)
		code = db_int(d, e, &there,
		              "SELECT 1 FROM posture WHERE resource = $1 AND assessment = $2",
		              V_TEXT(key), V_TEXT(assessment));
	if (code < 0)
		return code;
	n = db_run(
	        d, e,
	        "INSERT INTO posture (resource, assessment, resource_id, subscription_id, "
	        "registry_id, code, cause,"
	        " description, first_at, changed_at, custom) VALUES ($1, $2, $3, $4, $5, $6, $7, "
	        "$8, $9, $10, $11)"
	        " ON CONFLICT (resource, assessment) DO UPDATE SET resource_id = "
	        "excluded.resource_id,"
	        " changed_at = CASE WHEN posture.code <> excluded.code THEN excluded.changed_at"
	        "  ELSE posture.changed_at END,"
	        " code = excluded.code, cause = excluded.cause, description = excluded.description,"
	        " custom = excluded.custom",
	        V_TEXT(key), V_TEXT(assessment), V_TEXT(p->resource_id.n ? p->resource_id : key),
	        V_TEXT(arena_lower(a, x.subscription)), registry, V_C(codes[p->code]),
	        V_TEXT(p->cause), V_TEXT(p->description), V_INT(now), V_INT(now),
	        p->custom.n ? V_TEXT(p->custom) : V_C("{}"));
	return n < 0 ? (int)n : !code;
}

int postures_remove(struct db *d, str resource, str assessment, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(1));
	int64_t n =
	        db_run(d, e,
	               "DELETE FROM posture WHERE resource = $1 AND assessment = $2 AND custom IS "
	               "NOT NULL",
	               V_TEXT(resources_key(&a, resource)), V_TEXT(arena_lower(&a, assessment)));

	return n < 0 ? (int)n : n > 0;
}

/* --- kinds --- */

int postures_put_kind(struct db *d, str subscription, str assessment, str doc, struct error *e)
{
	int64_t n;

	if (is_ours(assessment))
		return error_set(e, ERR_CONFLICT, "the assessment %.*s is the center's own",
		                 STR_FMT(assessment));
	n = db_run(d, e,
	           "UPDATE assessment_kind SET doc = $3 WHERE subscription_id = lower($1) AND "
	           "assessment = lower($2)",
	           V_TEXT(subscription), V_TEXT(assessment), V_TEXT(doc));
	if (n)
		return (int)MIN(n, 0);
	n = db_run(d, e,
	           "INSERT INTO assessment_kind (subscription_id, assessment, doc) VALUES "
	           "(lower($1), lower($2), $3)",
	           V_TEXT(subscription), V_TEXT(assessment), V_TEXT(doc));
	return n < 0 ? (int)n : 1;
}

static int take_kinds(struct rows *r, struct arena *a, struct assessment_kind_list *out,
                      struct error *e)
{
	int code = 0;

	while ((code = rows_next(r, e)) > 0)
		vec_add(a, out,
		        ((struct assessment_kind){ take_text(a, r, 0), take_text(a, r, 1),
		                                   take_text(a, r, 2) }));
	return take_end(a, code, e);
}

int postures_get_kind(struct db *d, struct arena *a, str subscription, str assessment,
                      struct assessment_kind *out, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	struct assessment_kind_list found = { 0 };
	int code = db_ask(d, e, &r,
	                  "SELECT subscription_id, assessment, doc FROM assessment_kind"
	                  " WHERE subscription_id = lower($1) AND assessment = lower($2)",
	                  V_TEXT(subscription), V_TEXT(assessment));

	if (code >= 0)
		code = take_kinds(r, a, &found, e);
	if (code >= 0 && found.n)
		*out = found.v[0];
	return code < 0 ? code : found.n > 0;
}

int postures_list_kinds(struct db *d, struct arena *a, str subscription,
                        struct assessment_kind_list *out, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(d, e, &r,
	                  "SELECT subscription_id, assessment, doc FROM assessment_kind WHERE "
	                  "subscription_id = lower($1)"
	                  " ORDER BY assessment",
	                  V_TEXT(subscription));

	return code < 0 ? code : take_kinds(r, a, out, e);
}

int postures_remove_kind(struct db *d, str subscription, str assessment, struct error *e)
{
	int64_t n = db_run(
	        d, e,
	        "DELETE FROM posture WHERE subscription_id = lower($1) AND assessment = lower($2)"
	        " AND custom IS NOT NULL",
	        V_TEXT(subscription), V_TEXT(assessment));

	if (n >= 0)
		n = db_run(d, e,
		           "DELETE FROM assessment_kind WHERE subscription_id = lower($1) AND "
		           "assessment = lower($2)",
		           V_TEXT(subscription), V_TEXT(assessment));
	return n < 0 ? (int)n : n > 0;
}
