/* api/azure_metadata.c — Microsoft.Security/assessmentMetadata (swagger 2021-06-01): what our own
 * assessments are, and those that customers keep in a subscription. */
#include "api/azure_metadata.h"
#include "api/azure.h"
#include "api/azure_texts.h"
#include "base/json.h"
#include "center/postures.h"
#include "center/subscriptions.h"

#define TYPE        "Microsoft.Security/assessmentMetadata"
#define READ_ACTION TYPE "/read"

static void write_built_in(struct call *c, struct jsonout *j, str scope, const struct azure_text *t)
{
	azure_resource(j, NULL, azure_id(c->arena, scope, TYPE, str_c(t->key)), str_c(t->key),
	               TYPE);
	azure_text_write(j, t);
	jsonout_end(j);
	jsonout_end(j);
}

void azure_metadata_write(struct jsonout *j, str doc)
{
	const struct json *value;
	struct json *parsed = NULL;
	struct error ignored = { 0 };
	void *it = NULL;
	str key;

	if (json_parse("metadata", doc, &parsed, &ignored) < 0)
		return;
	while (json_next(parsed, &it, &key, &value) == 1)
		json_write(j, key.p, value);
	json_free(parsed);
}

static void write_kind(struct call *c, struct jsonout *j, str scope,
                       const struct assessment_kind *k)
{
	azure_resource(j, NULL, azure_id(c->arena, scope, TYPE, k->assessment), k->assessment,
	               TYPE);
	azure_metadata_write(j, k->doc);
	jsonout_end(j);
	jsonout_end(j);
}

static int list(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	struct assessment_kind_list kinds = { 0 };
	struct azure_scope x;
	int r = azure_scope(c, &x, e);

	if (r >= 0 && !x.all && azure_holds(c, READ_ACTION, &x))
		r = postures_list_kinds(d, c->arena, x.subscription, &kinds, e);
	if (r < 0)
		return r;
	azure_list(&j);
	for (const struct azure_text *t = azure_texts; t->key; t++)
		write_built_in(c, &j, x.id, t);
	for (size_t i = 0; i < kinds.n; i++)
		write_kind(c, &j, x.id, &kinds.v[i]);
	azure_list_end(c, &j, (str){ 0 });
	return 0;
}

int azure_metadata_list(struct call *c, struct error *e)
{
	return azure_read(c, list, e);
}

static int not_found(str key, struct error *e)
{
	return error_set(e, ERR_NOTFOUND, "there is no assessment metadata '%.*s'",
	                 STR_FMT(str_upto(key, 100)));
}

static int get(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	str key = route_part(&c->match, "name");
	const struct azure_text *t = azure_text_of(key);
	struct assessment_kind kind = { 0 };
	struct azure_scope x;
	int r = azure_scope(c, &x, e);

	if (r < 0)
		return r;
	if (t) {
		write_built_in(c, &j, x.id, t);
		return 0;
	}
	if (!x.all && azure_holds(c, READ_ACTION, &x))
		r = postures_get_kind(d, c->arena, x.subscription, arena_lower(c->arena, key),
		                      &kind, e);
	if (r < 0)
		return r;
	if (!r)
		return not_found(key, e);
	write_kind(c, &j, x.id, &kind);
	return 0;
}

int azure_metadata_get(struct call *c, struct error *e)
{
	return azure_read(c, get, e);
}

/* --- a customer's own --- */

static bool is_one_of(str word, const char *words)
{
	str rest = str_c(words), one;

	while (str_split(&rest, '|', &one))
		if (str_eq(word, one))
			return true;
	return false;
}

/* Members that may be put; those with words take no others. */
static const struct member { // NOLINT(clang-analyzer-optin.performance.Padding)
	const char *name;
	enum { TEXT, LIST, TRUTH, OBJECT } kind;
	const char *words;
	bool required;
} members[] = {
	// clang-format off
	{ "displayName",            TEXT,  NULL, true },
	{ "severity",               TEXT,  "Low|Medium|High", true },
	{ "assessmentType",         TEXT,  "CustomerManaged|CustomPolicy|VerifiedPartner", true },
	{ "description",            TEXT,  NULL, false },
	{ "remediationDescription", TEXT,  NULL, false },
	{ "categories",             LIST,  "Compute|Networking|Data|IdentityAndAccess|IoT", false },
	{ "userImpact",             TEXT,  "Low|Moderate|High", false },
	{ "implementationEffort",   TEXT,  "Low|Moderate|High", false },
	{ "threats",                LIST,  "accountBreach|dataExfiltration|dataSpillage|maliciousInsider|elevationOfPrivilege|"
	                                   "threatResistance|missingCoverage|denialOfService", false },
	{ "preview",                TRUTH, NULL, false },
	{ "publishDates",           OBJECT, NULL, false },
	{ "plannedDeprecationDate", TEXT,  NULL, false },
	{ "tactics",                LIST,  NULL, false },
	{ "techniques",             LIST,  NULL, false },
	// clang-format on
};

static bool fits(const struct json *v, const struct member *m)
{
	if (m->kind == LIST) {
		for (size_t i = 0; i < json_len(v); i++)
			if (!json_text(json_at(v, i)).n ||
			    (m->words && !is_one_of(json_text(json_at(v, i)), m->words)))
				return false;
		return json_is_array(v);
	}
	if (m->kind == TEXT)
		return json_text(v).n && (!m->words || is_one_of(json_text(v), m->words));
	return m->kind == TRUTH || json_is_object(v);
}

/* A partner's secret is no business of ours: it is left out. */
static void write_partner(struct jsonout *j, const struct json *v)
{
	if (!json_is_object(v))
		return;
	jsonout_object(j, "partnerData");
	jsonout_some(j, "partnerName", json_str(v, "partnerName"));
	jsonout_some(j, "productName", json_str(v, "productName"));
	jsonout_end(j);
}

int azure_metadata_read(struct arena *a, const struct json *v, str *doc, struct error *e)
{
	struct buf b cleanup(buf_done) = BUF(KIB(64));
	struct jsonout j = JSONOUT(&b, 0);

	jsonout_object(&j, NULL);
	for (size_t i = 0; i < LEN(members); i++) {
		const struct member *m = &members[i];
		const struct json *value = json_get(v, m->name);
		if (!value && m->required)
			return error_set(e, ERR_USAGE, "%s: required", m->name);
		if (value && !fits(value, m))
			return error_set(e, ERR_USAGE, "%s: %s", m->name,
			                 m->words ? m->words : "of another kind");
		if (value)
			json_write(&j, m->name, value);
	}
	write_partner(&j, json_get(v, "partnerData"));
	jsonout_end(&j);
	if (b.failed)
		return error_set(e, ERR_LIMIT, "more than 64 KiB");
	*doc = arena_str(a, buf_view(&b));
	return 0;
}

struct change {
	struct call *call;
	str key, doc;
};

static int put(void *ctx, struct db *d, struct error *e)
{
	struct change *m = ctx;
	struct call *c = m->call;
	struct azure_scope x;
	str id;
	int r = azure_scope(c, &x, e);

	if (r >= 0)
		r = subscriptions_use(d, c->arena, x.subscription, center_now(c->center), &id, e);
	if (r >= 0)
		r = postures_put_kind(d, x.subscription, m->key, m->doc, e);
	return r < 0 ? r
	             : azure_note(c, d, TYPE "/write", azure_id(c->arena, x.id, TYPE, m->key),
	                          (str){ 0 }, e);
}

int azure_metadata_put(struct call *c, struct error *e)
{
	struct change m = { .call = c,
		            .key = arena_lower(c->arena, route_part(&c->match, "name")) };
	const struct json *v;
	int r = azure_properties(c, &v, e);

	if (r >= 0 && !resources_is_guid(m.key))
		return error_set(e, ERR_USAGE, "assessmentMetadataName: a GUID");
	if (r >= 0 && azure_text_of(m.key))
		return error_set(e, ERR_CONFLICT, "the assessment '%.*s' is built in",
		                 STR_FMT(m.key));
	if (r >= 0)
		r = azure_metadata_read(c->arena, v, &m.doc, e);
	if (r >= 0)
		r = azure_change(c, put, &m, e);
	return r < 0 ? r : azure_read(c, get, e);
}

static int delete (void *ctx, struct db *d, struct error *e)
{
	struct change *m = ctx;
	struct call *c = m->call;
	struct azure_scope x;
	int r = azure_scope(c, &x, e);

	if (r >= 0)
		r = postures_remove_kind(d, x.subscription, m->key, e);
	return r <= 0 ? r
	              : azure_note(c, d, TYPE "/delete", azure_id(c->arena, x.id, TYPE, m->key),
	                           (str){ 0 }, e);
}

int azure_metadata_delete(struct call *c, struct error *e)
{
	struct change m = { .call = c,
		            .key = arena_lower(c->arena, route_part(&c->match, "name")) };
	int r;

	if (azure_text_of(m.key))
		return error_set(e, ERR_CONFLICT, "the assessment '%.*s' is built in",
		                 STR_FMT(m.key));
	r = azure_change(c, delete, &m, e);
	return MIN(r, 0);
}
