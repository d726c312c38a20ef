/* api/v1images.c — repositories, images, tags. They are seen with a read role on the registry; how images fare takes a
 * security role as well, and is null without it. */
#include "api/v1.h"
#include "api/v1rows.h"
#include "center/access.h"
#include "center/imagelist.h"

/* --- shown --- */

void v1_counts(struct jsonout *j, const char *key, const struct tally *t)
{
	jsonout_object(j, key);
	for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
		jsonout_i64(j, severity_word((enum severity)s), t->by[s]);
	jsonout_i64(j, "fixable", t->fixable);
	jsonout_i64(j, "exploited", t->exploited);
	jsonout_i64(j, "hidden", t->hidden);
	jsonout_end(j);
}

static void write_states(struct jsonout *j, const char *key, const int64_t states[IMAGE_STATE_COUNT])
{
	jsonout_object(j, key);
	for (enum image_state s = 0; s < IMAGE_STATE_COUNT; s++)
		jsonout_i64(j, image_state_word(s), states[s]);
	jsonout_end(j);
}

static void write_fate(struct jsonout *j, const struct image_row *x, bool seen)
{
	if (!seen) {
		jsonout_null(j, "state");
		jsonout_null(j, "cause");
		jsonout_null(j, "findings");
		return;
	}
	jsonout_text(j, "state", image_state_word(x->state));
	jsonout_str(j, "cause", x->cause);
	v1_counts(j, "findings", &x->tally);
}

static void write_members(struct jsonout *j, const struct image_row *x, bool seen)
{
	jsonout_i64(j, "id", x->id);
	jsonout_i64(j, "registryId", x->registry_id);
	jsonout_str(j, "registry", x->registry);
	jsonout_str(j, "subscription", x->subscription);
	jsonout_str(j, "resourceGroup", x->resource_group);
	jsonout_i64(j, "repositoryId", x->repository_id);
	jsonout_str(j, "repository", x->repository);
	jsonout_str(j, "digest", x->digest);
	jsonout_str(j, "mediaType", x->media_type);
	jsonout_str(j, "kind", x->kind);
	v1_lines(j, "tags", x->tags);
	jsonout_str(j, "os", x->os);
	jsonout_str(j, "arch", x->arch);
	jsonout_str(j, "variant", x->variant);
	jsonout_str(j, "distribution", x->distribution);
	jsonout_str(j, "ecosystem", x->ecosystem);
	jsonout_i64(j, "sizeBytes", x->size_bytes);
	v1_time(j, "builtAt", x->built_at);
	v1_time(j, "firstSeen", x->first_seen);
	v1_time(j, "pushedAt", x->pushed_at);
	v1_time(j, "pulledAt", x->pulled_at);
	v1_time(j, "scannedAt", x->scanned_at);
	v1_time(j, "assessedAt", x->assessed_at);
	v1_time(j, "deletedAt", x->deleted_at);
	jsonout_i64(j, "running", x->running);
	jsonout_i64(j, "packages", x->tally.packages);
	write_fate(j, x, seen);
}

static void write_image(struct jsonout *j, const struct image_row *x, const struct sight *findings)
{
	jsonout_object(j, NULL);
	write_members(j, x, sight_has_registry(findings, x->registry_id));
	jsonout_end(j);
}

/* --- repositories --- */

struct repositories {
	struct call *c;
	str registry, prefix;
	struct paging paging;
	struct sight findings;
	struct repository_list found;
};

static int list_repositories(void *ctx, struct db *d, struct error *e)
{
	struct repositories *x = ctx;
	struct registry r = { 0 };
	struct sight s;
	int code = v1_sight(x->c, d, SIGHT_CONTENT, &s, e);

	x->found = (struct repository_list){ 0 };
	if (code >= 0)
		code = v1_sight(x->c, d, SIGHT_FINDINGS, &x->findings, e);
	if (code >= 0 && x->registry.n)
		code = v1_registry_in(x->c, d, &s, x->registry, &r, e);
	return code < 0 ? code :
	                  v1_listed(x->c,
	                            imagelist_repositories(d, x->c->arena, &s, r.id, x->prefix, &x->paging,
	                                                   &x->found, e),
	                            e);
}

static void write_repository(struct jsonout *j, const struct repository_row *x, const struct sight *findings)
{
	bool seen = sight_has_registry(findings, x->registry_id);

	jsonout_object(j, NULL);
	jsonout_i64(j, "id", x->id);
	jsonout_i64(j, "registryId", x->registry_id);
	jsonout_str(j, "registry", x->registry);
	jsonout_str(j, "name", x->name);
	v1_time(j, "firstSeen", x->first_seen);
	v1_time(j, "pushedAt", x->pushed_at);
	jsonout_i64(j, "images", x->images);
	jsonout_i64(j, "tags", x->tags);
	if (seen) {
		write_states(j, "states", x->states);
		v1_counts(j, "findings", &x->tally);
	} else {
		jsonout_null(j, "states");
		jsonout_null(j, "findings");
	}
	jsonout_end(j);
}

int v1_list_repositories(struct call *c, struct error *e)
{
	struct repositories x = { .c = c };
	struct jsonout j = answer_json(c);
	int r = v1_paging(c, &x.paging, e);

	if (r >= 0)
		r = call_param(c, "registry", &x.registry, e);
	if (r >= 0)
		r = call_param(c, "prefix", &x.prefix, e);
	if (r >= 0)
		r = v1_read(c, list_repositories, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < x.found.n; i++)
		write_repository(&j, &x.found.v[i], &x.findings);
	v1_list_end(c, &j, x.found.next);
	return v1_done(c);
}

/* --- images --- */

struct images {
	struct call *c;
	str registry;
	struct image_filter filter;
	struct paging paging;
	struct sight content, findings;
	struct image_list found;
	int64_t states[IMAGE_STATE_COUNT];
	struct tally tally;
};

/* Who asks by what only a security role tells is answered from what that role sees. */
static const struct sight *cut_of(const struct images *x)
{
	const struct image_filter *f = &x->filter;

	return f->states || f->severities || f->order == IMAGES_BY_SEVERITY ? &x->findings : &x->content;
}

static int look_around(struct images *x, struct db *d, struct error *e)
{
	struct registry r = { 0 };
	int code = v1_sight(x->c, d, SIGHT_CONTENT, &x->content, e);

	if (code >= 0)
		code = v1_sight(x->c, d, SIGHT_FINDINGS, &x->findings, e);
	if (code >= 0 && x->registry.n)
		code = v1_registry_in(x->c, d, &x->content, x->registry, &r, e);
	x->filter.registry_id = r.id;
	return MIN(code, 0);
}

static int list_images(void *ctx, struct db *d, struct error *e)
{
	struct images *x = ctx;
	int r = look_around(x, d, e);

	x->found = (struct image_list){ 0 };
	return r < 0 ? r :
	               v1_listed(x->c,
	                         imagelist_images(d, x->c->arena, cut_of(x), &x->filter, &x->paging, &x->found,
	                                          e),
	                         e);
}

static int sum_images(void *ctx, struct db *d, struct error *e)
{
	struct images *x = ctx;
	int r = look_around(x, d, e);

	return r < 0 ? r :
	               imagelist_sum(d, x->c->arena, &x->findings, &x->filter, x->states, &x->tally, e);
}

static const char *state_word(unsigned i)
{
	return image_state_word((enum image_state)i);
}

const char *v1_severity(unsigned i)
{
	return severity_word((enum severity)i);
}

static int read_since(struct call *c, const char *name, int64_t *out, struct error *e)
{
	return v1_date(c, name, out, e);
}

static int read_order(struct call *c, struct image_filter *f, struct error *e)
{
	str word;
	int r = call_param(c, "order", &word, e);

	if (r < 0 || !query_has(c->x->query, "order"))
		return r;
	f->order = str_eq(word, STR("pushed")) ? IMAGES_BY_PUSH :
	           str_eq(word, STR("severity")) ? IMAGES_BY_SEVERITY :
	                                           IMAGES_BY_ID;
	return f->order || str_eq(word, STR("id")) ? 0 : error_set(e, ERR_USAGE, "order: id, pushed or severity");
}

static int read_filter(struct call *c, struct images *x, struct error *e)
{
	struct image_filter *f = &x->filter;
	int r = call_param(c, "registry", &x->registry, e);

	if (r >= 0)
		r = call_param(c, "subscription", &f->subscription, e);
	if (r >= 0)
		r = call_param(c, "repository", &f->repository, e);
	if (r >= 0)
		r = call_param(c, "digest", &f->digest, e);
	if (r >= 0)
		r = call_param(c, "tag", &f->tag, e);
	if (r >= 0)
		r = v1_words(c, "state", state_word, IMAGE_STATE_COUNT, &f->states, e);
	if (r >= 0)
		r = v1_words(c, "severity", v1_severity, SEVERITY_COUNT, &f->severities, e);
	if (r >= 0)
		r = call_bool(c, "running", false, &f->running, e);
	if (r >= 0)
		r = call_bool(c, "untagged", false, &f->untagged, e);
	if (r >= 0)
		r = call_bool(c, "indexes", false, &f->indexes, e);
	if (r >= 0)
		r = call_bool(c, "deleted", false, &f->deleted, e);
	if (r >= 0)
		r = read_since(c, "pulledSince", &f->pulled_since, e);
	if (r >= 0)
		r = read_since(c, "pushedSince", &f->pushed_since, e);
	if (r >= 0)
		r = v1_date(c, "at", &f->at, e);
	return r < 0 ? r : read_order(c, f, e);
}

int v1_list_images(struct call *c, struct error *e)
{
	struct images x = { .c = c };
	struct jsonout j = answer_json(c);
	int r = v1_paging(c, &x.paging, e);

	if (r >= 0)
		r = read_filter(c, &x, e);
	if (r >= 0)
		r = v1_read(c, list_images, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < x.found.n; i++)
		write_image(&j, &x.found.v[i], &x.findings);
	v1_list_end(c, &j, x.found.next);
	return v1_done(c);
}

int v1_sum_images(struct call *c, struct error *e)
{
	struct images x = { .c = c };
	struct jsonout j = answer_json(c);
	int r = call_param(c, "registry", &x.registry, e);

	if (r >= 0)
		r = call_param(c, "subscription", &x.filter.subscription, e);
	if (r >= 0)
		r = call_param(c, "repository", &x.filter.repository, e);
	if (r >= 0)
		r = v1_read(c, sum_images, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	write_states(&j, "states", x.states);
	v1_counts(&j, "findings", &x.tally);
	jsonout_end(&j);
	return v1_done(c);
}

/* --- one image --- */

struct one_image {
	struct call *c;
	int64_t id;
	struct sight findings;
	struct image_row row;
	struct image_details more;
	struct image_list children;
};

static int get_image(void *ctx, struct db *d, struct error *e)
{
	struct one_image *x = ctx;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_CONTENT, &s, e);

	x->children = (struct image_list){ 0 };
	if (r >= 0)
		r = v1_sight(x->c, d, SIGHT_FINDINGS, &x->findings, e);
	if (r >= 0)
		r = imagelist_image(d, x->c->arena, &s, x->id, &x->row, &x->more, e);
	if (r == 0)
		return error_set(e, ERR_NOTFOUND, "there is no image %lld", (long long)x->id);
	if (r > 0 && str_eq(x->row.kind, STR("index")))
		r = imagelist_children(d, x->c->arena, &s, x->id, &x->children, e);
	return r;
}

/* Two lists that the store keeps apart: what a scan could not read, and what the data do not say. */
static void write_gaps(struct jsonout *j, str of_scan, str of_data)
{
	const str both[] = { of_scan, of_data };
	struct error ignored = { 0 };

	jsonout_array(j, "gaps");
	for (size_t k = 0; k < LEN(both); k++) {
		struct json *list = NULL;
		if (!both[k].n || json_parse("gaps", both[k], &list, &ignored) < 0)
			continue;
		for (size_t i = 0; i < json_len(list); i++)
			(void)json_write(j, NULL, json_at(list, i));
		json_free(list);
	}
	jsonout_end(j);
}

int v1_get_image(struct call *c, struct error *e)
{
	struct one_image x = { .c = c };
	struct jsonout j = answer_json(c);
	int r = v1_id(c, "image", &x.id, e);

	if (r >= 0)
		r = v1_read(c, get_image, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	write_members(&j, &x.row, sight_has_registry(&x.findings, x.row.registry_id));
	jsonout_str(&j, "configDigest", x.more.config_digest);
	v1_kept(&j, "layers", x.more.layers, "[]");
	v1_kept(&j, "about", x.more.about, "{}");
	write_gaps(&j, x.more.gaps, x.more.profile_gaps);
	jsonout_str(&j, "scanner", x.more.scanner);
	jsonout_str(&j, "eolAt", x.more.eol_at);
	jsonout_bool(&j, "eolEnded", x.more.eol_ended);
	jsonout_str(&j, "stateWhy", x.more.state_why);
	jsonout_array(&j, "images");
	for (size_t i = 0; i < x.children.n; i++)
		write_image(&j, &x.children.v[i], &x.findings);
	jsonout_end(&j);
	jsonout_end(&j);
	return v1_done(c);
}

/* --- tags --- */

struct tags {
	struct call *c;
	str registry, repository;
	bool history;
	struct paging paging;
	struct tag_list found;
};

static int list_tags(void *ctx, struct db *d, struct error *e)
{
	struct tags *x = ctx;
	struct repository_row repository;
	struct registry registry;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_CONTENT, &s, e);

	x->found = (struct tag_list){ 0 };
	if (r >= 0)
		r = v1_registry_in(x->c, d, &s, x->registry, &registry, e);
	if (r >= 0)
		r = imagelist_repository(d, x->c->arena, &s, registry.id, x->repository, &repository, e);
	if (r == 0)
		return error_set(e, ERR_NOTFOUND, "there is no repository '%.*s'",
		                 STR_FMT(str_upto(x->repository, 255)));
	return r < 0 ? r :
	               v1_listed(x->c,
	                         imagelist_tags(d, x->c->arena, &s, repository.id, x->history, &x->paging,
	                                        &x->found, e),
	                         e);
}

int v1_list_tags(struct call *c, struct error *e)
{
	struct tags x = { .c = c };
	struct jsonout j = answer_json(c);
	int r = v1_paging(c, &x.paging, e);

	if (r >= 0)
		r = call_param(c, "registry", &x.registry, e);
	if (r >= 0)
		r = call_param(c, "repository", &x.repository, e);
	if (r >= 0)
		r = call_bool(c, "history", false, &x.history, e);
	if (r >= 0 && (!query_has(c->x->query, "registry") || !query_has(c->x->query, "repository")))
		return error_set(e, ERR_USAGE, "registry and repository: whose tags?");
	if (r >= 0)
		r = v1_read(c, list_tags, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < x.found.n; i++) {
		const struct tag_row *t = &x.found.v[i];
		jsonout_object(&j, NULL);
		jsonout_str(&j, "name", t->name);
		jsonout_i64(&j, "imageId", t->image_id);
		jsonout_str(&j, "digest", t->digest);
		jsonout_str(&j, "kind", t->kind);
		v1_time(&j, "since", t->since_at);
		v1_time(&j, "until", t->until_at);
		jsonout_end(&j);
	}
	v1_list_end(c, &j, x.found.next);
	return v1_done(c);
}

#define SEVERITY_SCHEMA SCHEMA_LIST("(critical|high|medium|low|negligible|unknown)")
const struct param v1_repository_params[] = {
	{ "registry", SCHEMA_TEXT, "its number or name" },
	{ "prefix", SCHEMA_TEXT, "names that begin so" },
	PAGE_PARAMS,
	{ 0 },
};
const struct param v1_sum_params[] = {
	{ "registry", SCHEMA_TEXT, "its number or name" },
	{ "subscription", SCHEMA_TEXT, "those of this one" },
	{ "repository", SCHEMA_TEXT, "its name" },
	{ 0 },
};
const struct param v1_image_params[] = {
	{ "registry", SCHEMA_TEXT, "its number or name" },
	{ "subscription", SCHEMA_TEXT, "those of this one" },
	{ "repository", SCHEMA_TEXT, "its name" },
	{ "digest", SCHEMA_TEXT, "sha256:…" },
	{ "tag", SCHEMA_TEXT, "that points there" },
	{ "state", SCHEMA_LIST("(waiting|healthy|unhealthy|not_assessed|unsupported|failed)"), "one of these, with commas between" },
	{ "severity", SEVERITY_SCHEMA, "with a finding of one of these" },
	{ "running", SCHEMA_BOOL, "that run somewhere" },
	{ "untagged", SCHEMA_BOOL, "without a tag" },
	{ "indexes", SCHEMA_BOOL, "indexes of several platforms too" },
	{ "deleted", SCHEMA_BOOL, "those that are gone too" },
	{ "pulledSince", SCHEMA_TIME, "pulled not before" },
	{ "pushedSince", SCHEMA_TIME, "pushed not before" },
	{ "at", SCHEMA_TIME, "those that were there then" },
	{ "order", SCHEMA_WORDS("\"id\",\"pushed\",\"severity\""), "what comes first" },
	PAGE_PARAMS,
	{ 0 },
};
const struct param v1_tag_params[] = {
	{ "registry", SCHEMA_TEXT, "!its number or name" },
	{ "repository", SCHEMA_TEXT, "!its name" },
	{ "history", SCHEMA_BOOL, "also where they pointed before" },
	PAGE_PARAMS,
	{ 0 },
};
