/* api/azure_assessments.c — Microsoft.Security/assessments (swagger 2021-06-01 and 2020-01-01): the
 * state of our own recommendations on registries and clusters, and what customers say of their own
 * resources. */
#include "api/azure.h"
#include "api/azure_metadata.h"
#include "api/azure_texts.h"
#include "base/json.h"
#include "center/postures.h"
#include "center/subscriptions.h"

#define TYPE "Microsoft.Security/assessments"

struct wanted { /* $expand */
	bool links, metadata;
};

static int read_expand(struct call *c, struct wanted *out, struct error *e)
{
	str text, one;
	int r = call_param(c, "$expand", &text, e);

	*out = (struct wanted){ 0 };
	while (r >= 0 && str_split(&text, ',', &one)) {
		one = str_trim(one);
		out->links |= str_eq_nocase(one, STR("links"));
		out->metadata |= str_eq_nocase(one, STR("metadata"));
		if (!str_eq_nocase(one, STR("links")) && !str_eq_nocase(one, STR("metadata")))
			return error_set(e, ERR_USAGE, "$expand: links, metadata");
	}
	return r;
}

/* --- one assessment --- */

static void write_status(struct jsonout *j, const struct posture *p)
{
	jsonout_object(j, "status");
	jsonout_text(j, "code", posture_code_word(p->code));
	jsonout_some(j, "cause", p->cause);
	jsonout_some(j, "description", p->description);
	azure_date(j, "firstEvaluationDate", p->first_at);
	azure_date(j, "statusChangeDate", p->changed_at);
	jsonout_end(j);
}

static void write_ours(struct call *c, struct jsonout *j, const struct posture *p, str id)
{
	jsonout_object(j, "resourceDetails");
	jsonout_text(j, "source", "Azure");
	jsonout_str(j, "id", p->resource_id);
	jsonout_end(j);
	write_status(j, p);
	jsonout_object(j, "additionalData");
	jsonout_str(j, "subAssessmentsLink", arena_concat(c->arena, id, STR("/subAssessments")));
	jsonout_end(j);
}

static void write_customers(struct jsonout *j, const struct posture *p)
{
	struct json *doc = NULL;
	struct error ignored = { 0 };

	if (json_parse("assessment", p->custom, &doc, &ignored) < 0)
		return;
	json_write(j, "resourceDetails", json_get(doc, "resourceDetails"));
	write_status(j, p);
	if (json_get(doc, "additionalData"))
		json_write(j, "additionalData", json_get(doc, "additionalData"));
	if (json_get(doc, "partnersData"))
		json_write(j, "partnersData", json_get(doc, "partnersData"));
	json_free(doc);
}

static void write_metadata(struct jsonout *j, const struct azure_text *t,
                           const struct assessment_kind *k)
{
	jsonout_object(j, "metadata");
	if (t)
		azure_text_write(j, t);
	else
		azure_metadata_write(j, k->doc);
	jsonout_end(j);
}

static void write_name(struct jsonout *j, const struct azure_text *t,
                       const struct assessment_kind *k)
{
	struct json *doc = NULL;
	struct error ignored = { 0 };

	if (t)
		jsonout_text(j, "displayName", t->name);
	else if (k->doc.n && json_parse("metadata", k->doc, &doc, &ignored) == 0)
		jsonout_some(j, "displayName", json_str(doc, "displayName"));
	json_free(doc);
}

static int write_posture(struct call *c, struct db *d, struct jsonout *j, const struct posture *p,
                         const struct wanted *w, struct error *e)
{
	const struct azure_text *t = azure_text_of(p->assessment);
	struct assessment_kind k = { 0 };
	str id = azure_id(c->arena, p->resource_id, TYPE, p->assessment);
	int r = t ? 0 : postures_get_kind(d, c->arena, p->subscription, p->assessment, &k, e);

	if (r < 0)
		return r;
	azure_resource(j, NULL, id, p->assessment, TYPE);
	write_name(j, t, &k);
	if (p->custom.n)
		write_customers(j, p);
	else
		write_ours(c, j, p, id);
	if (w->links) {
		jsonout_object(j, "links");
		jsonout_str(j, "azurePortalUri", arena_concat(c->arena, answer_base(c), STR("/")));
		jsonout_end(j);
	}
	if (w->metadata && (t || k.doc.n))
		write_metadata(j, t, &k);
	jsonout_end(j);
	jsonout_end(j);
	return 0;
}

/* --- list and get --- */

static int list(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	struct posture_filter f = POSTURE_FILTER;
	struct posture_list found = { 0 };
	struct azure_scope x;
	struct sight sight;
	struct paging page;
	int r = azure_page(c, &page, e);

	if (r >= 0)
		r = azure_scope(c, &x, e);
	if (r >= 0)
		r = access_sight(d, c->caller, SIGHT_RESOURCES, c->arena, &sight, e);
	if (r >= 0)
		r = azure_find(c, d, &sight, &x, e);
	if (r >= 0)
		r = access_sight(d, c->caller, SIGHT_REPORTS, c->arena, &sight, e);
	if (r >= 0) {
		f.resource = x.key;
		r = postures_list(d, c->arena, &sight, &f, &page, &found, e);
	}
	if (r < 0)
		return r;
	azure_list(&j);
	for (size_t i = 0; r >= 0 && i < found.n; i++)
		r = write_posture(c, d, &j, &found.v[i], &(struct wanted){ 0 }, e);
	azure_list_end(c, &j, found.next);
	return r;
}

int azure_assessments_list(struct call *c, struct error *e)
{
	return azure_read(c, list, e);
}

static int get(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	str key = route_part(&c->match, "assessment");
	struct posture p = { 0 };
	struct azure_scope x;
	struct sight sight;
	struct wanted w;
	int r = read_expand(c, &w, e);

	if (r >= 0)
		r = azure_scope(c, &x, e);
	if (r >= 0)
		r = access_sight(d, c->caller, SIGHT_REPORTS, c->arena, &sight, e);
	if (r >= 0)
		r = postures_get(d, c->arena, &sight, x.key, arena_lower(c->arena, key), &p, e);
	if (r < 0)
		return r;
	if (!r)
		return error_set(e, ERR_NOTFOUND, "there is no assessment '%.*s' at '%.*s'",
		                 STR_FMT(str_upto(key, 100)), STR_FMT(x.id));
	return write_posture(c, d, &j, &p, &w, e);
}

int azure_assessments_get(struct call *c, struct error *e)
{
	return azure_read(c, get, e);
}

/* --- a customer's own --- */

struct change {
	struct call *call;
	struct azure_scope scope;
	str key, custom, metadata; /* metadata: a document, where one was put along */
	enum posture_code code;
	str cause, description;
};

/* A map of texts, as Azure has it. */
static int write_additional(struct jsonout *j, const struct json *v, struct error *e)
{
	const struct json *value;
	void *it = NULL;
	str key;

	if (!v)
		return 0;
	if (!json_is_object(v))
		return error_set(e, ERR_USAGE, "additionalData: an object of texts");
	jsonout_object(j, "additionalData");
	while (json_next(v, &it, &key, &value) == 1)
		json_write(j, key.p, value);
	jsonout_end(j);
	return 0;
}

static int read_custom(struct call *c, const struct json *v, struct change *m, struct error *e)
{
	const struct json *details = json_get(v, "resourceDetails");
	struct buf b cleanup(buf_done) = BUF(KIB(64));
	struct jsonout j = JSONOUT(&b, 0);
	int r;

	jsonout_object(&j, NULL);
	if (json_is_object(details)) {
		json_write(&j, "resourceDetails", details);
	} else {
		jsonout_object(&j, "resourceDetails");
		jsonout_text(&j, "source", "Azure");
		jsonout_str(&j, "id", m->scope.id);
		jsonout_end(&j);
	}
	r = write_additional(&j, json_get(v, "additionalData"), e);
	if (r < 0)
		return r;
	if (json_str(json_get(v, "partnersData"), "partnerName").n) { /* its secret is not kept */
		jsonout_object(&j, "partnersData");
		jsonout_str(&j, "partnerName",
		            json_str(json_get(v, "partnersData"), "partnerName"));
		jsonout_end(&j);
	}
	jsonout_end(&j);
	if (b.failed)
		return error_set(e, ERR_LIMIT, "more than 64 KiB");
	m->custom = arena_str(c->arena, buf_view(&b));
	return 0;
}

static int read_change(struct call *c, struct change *m, struct error *e)
{
	const struct json *v, *status;
	int r = azure_properties(c, &v, e);

	if (r >= 0)
		r = azure_scope(c, &m->scope, e);
	if (r < 0)
		return r;
	if (!resources_is_guid(m->key))
		return error_set(e, ERR_USAGE, "assessmentName: a GUID");
	status = json_get(v, "status");
	if (!posture_code_parse(json_str(status, "code"), &m->code))
		return error_set(e, ERR_USAGE, "status.code: Healthy, Unhealthy or NotApplicable");
	m->cause = json_str(status, "cause");
	m->description = json_str(status, "description");
	if (json_is_object(json_get(v, "metadata")))
		r = azure_metadata_read(c->arena, json_get(v, "metadata"), &m->metadata, e);
	return r < 0 ? r : read_custom(c, v, m, e);
}

/* An assessment is of a kind that the subscription knows, or brings its kind along. */
static int use_kind(struct change *m, struct db *d, struct error *e)
{
	struct call *c = m->call;
	struct assessment_kind k;
	str id;
	int r = subscriptions_use(d, c->arena, m->scope.subscription, center_now(c->center), &id,
	                          e);

	if (r < 0)
		return r;
	if (m->metadata.n)
		return postures_put_kind(d, m->scope.subscription, m->key, m->metadata, e);
	r = postures_get_kind(d, c->arena, m->scope.subscription, m->key, &k, e);
	return r ? MIN(r, 0)
	         : error_set(e, ERR_USAGE,
	                     "the subscription has no assessmentMetadata '%.*s': put that first",
	                     STR_FMT(m->key));
}

static int put(void *ctx, struct db *d, struct error *e)
{
	struct change *m = ctx;
	struct call *c = m->call;
	struct posture p = { .resource = m->scope.key,
		             .resource_id = m->scope.id,
		             .assessment = m->key,
		             .subscription = m->scope.subscription,
		             .code = m->code,
		             .cause = m->cause,
		             .description = m->description,
		             .custom = m->custom };
	int r = use_kind(m, d, e), made;

	if (r < 0)
		return r;
	made = postures_put(d, c->arena, &p, center_now(c->center), e);
	r = made < 0 ? made
	             : azure_note(c, d, TYPE "/write",
	                          azure_id(c->arena, m->scope.id, TYPE, m->key), (str){ 0 }, e);
	return r < 0 ? r : made;
}

int azure_assessments_put(struct call *c, struct error *e)
{
	struct change m = { .call = c,
		            .key = arena_lower(c->arena, route_part(&c->match, "assessment")) };
	int made, r = 0;

	if (azure_text_of(m.key))
		return error_set(e, ERR_CONFLICT, "the assessment '%.*s' is built in",
		                 STR_FMT(m.key));
	r = read_change(c, &m, e);
	if (r < 0)
		return r;
	made = azure_change(c, put, &m, e);
	if (made < 0)
		return made;
	r = azure_read(c, get, e);
	c->x->status = made ? 201 : 200;
	return r;
}

static int delete (void *ctx, struct db *d, struct error *e)
{
	struct change *m = ctx;
	struct call *c = m->call;
	int r = azure_scope(c, &m->scope, e), had;

	if (r < 0)
		return r;
	had = postures_remove(d, m->scope.key, m->key, e);
	if (had <= 0)
		return had;
	r = azure_note(c, d, TYPE "/delete", azure_id(c->arena, m->scope.id, TYPE, m->key),
	               (str){ 0 }, e);
	return r < 0 ? r : 1;
}

int azure_assessments_delete(struct call *c, struct error *e)
{
	struct change m = { .call = c,
		            .key = arena_lower(c->arena, route_part(&c->match, "assessment")) };
	int had;

	if (azure_text_of(m.key))
		return error_set(e, ERR_CONFLICT, "the assessment '%.*s' is built in",
		                 STR_FMT(m.key));
	had = azure_change(c, delete, &m, e);
	if (had < 0)
		return had;
	c->x->status = had ? 200 : 204;
	return 0;
}
