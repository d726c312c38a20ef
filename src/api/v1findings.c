/* api/v1findings.c — packages over the fleet, findings with their evidence, vulnerabilities and how far they reach. */
#include "api/v1rows.h"
#include "center/imagelist.h"
#include "center/packages.h"

/* --- packages --- */

struct packages {
	struct call *c;
	struct package_filter filter;
	struct paging paging;
	bool counts; /* the findings of the image's packages are the caller's to know */
	struct package_row_list found;
};

/* Of the registry that the image is in: that he sees findings elsewhere tells nothing here. */
static int see_counts(struct packages *x, struct db *d, struct error *e)
{
	struct image_row image;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_FINDINGS, &s, e);

	if (r >= 0 && x->filter.image_id)
		r = imagelist_image(d, x->c->arena, &s, x->filter.image_id, &image, NULL, e);
	x->counts = r == 1;
	return MIN(r, 0);
}

static int list_packages(void *ctx, struct db *d, struct error *e)
{
	struct packages *x = ctx;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_CONTENT, &s, e);

	x->found = (struct package_row_list){ 0 };
	if (r >= 0)
		r = see_counts(x, d, e);
	return r < 0 ? r :
	               v1_listed(x->c,
	                         packages_list(d, x->c->arena, &s, &x->filter, &x->paging, &x->found, e), e);
}

static const char *const types[] = {
#define X(name, purl, text, ecosystem) purl,
	PACKAGE_TYPES(X)
#undef X
};

static int read_type(struct call *c, int *out, struct error *e)
{
	str word;
	int r = call_param(c, "type", &word, e);

	if (r < 0 || !query_has(c->x->query, "type"))
		return r;
	for (int i = 0; i < PACKAGE_TYPE_COUNT; i++)
		if (str_eq_nocase(word, str_c(types[i]))) {
			*out = i;
			return 0;
		}
	return error_set(e, ERR_USAGE, "type: there is no '%.*s'", STR_FMT(str_upto(word, 64)));
}

static void write_package(struct jsonout *j, const struct packages *l, const struct package_row *x)
{
	bool in_image = l->filter.image_id > 0;

	jsonout_object(j, NULL);
	jsonout_i64(j, "id", x->id);
	jsonout_text(j, "type", types[x->package.type]);
	jsonout_str(j, "name", x->package.name);
	jsonout_str(j, "version", x->package.version);
	jsonout_str(j, "arch", x->package.arch);
	jsonout_str(j, "source", x->package.source);
	jsonout_str(j, "sourceVersion", x->package.source_version);
	jsonout_str(j, "license", x->package.license);
	jsonout_str(j, "distribution", x->distribution);
	if (in_image)
		jsonout_null(j, "images");
	else
		jsonout_i64(j, "images", x->images);
	jsonout_str(j, "gap", x->gap);
	if (in_image) {
		jsonout_i64(j, "layer", x->layer);
		v1_kept(j, "paths", x->paths, "[]");
		if (l->counts)
			jsonout_i64(j, "findings", x->counted);
	}
	jsonout_end(j);
}

int v1_list_packages(struct call *c, struct error *e)
{
	struct packages x = { .c = c, .filter = PACKAGE_FILTER };
	struct jsonout j = answer_json(c);
	int r = v1_paging(c, &x.paging, e);

	if (r >= 0)
		r = call_number(c, "image", 1, INT64_MAX / 2, 0, &x.filter.image_id, e);
	if (r >= 0)
		r = call_number(c, "package", 1, INT64_MAX / 2, 0, &x.filter.package_id, e);
	if (r >= 0)
		r = call_param(c, "name", &x.filter.name, e);
	if (r >= 0)
		r = call_param(c, "version", &x.filter.version, e);
	if (r >= 0)
		r = read_type(c, &x.filter.type, e);
	if (r >= 0)
		r = v1_read(c, list_packages, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < x.found.n; i++)
		write_package(&j, &x, &x.found.v[i]);
	v1_list_end(c, &j, x.found.next);
	return v1_done(c);
}

/* --- findings --- */

static void write_share(struct jsonout *j, const char *key, double share)
{
	if (share < 0)
		jsonout_null(j, key);
	else
		jsonout_f64(j, key, share);
}

void v1_finding(struct jsonout *j, const struct finding_row *x)
{
	char name[FINDING_NAME_BYTES];

	jsonout_text(j, "id", finding_name_make(&x->key, name));
	jsonout_str(j, "vulnerability", x->vulnerability);
	jsonout_text(j, "severity", severity_word(x->severity));
	write_share(j, "score", x->score);
	jsonout_str(j, "package", x->package.name);
	jsonout_i64(j, "packageId", x->key.package_id);
	jsonout_text(j, "packageType", types[x->package.type]);
	jsonout_str(j, "version", x->package.version);
	jsonout_text(j, "fixStatus", fix_status_word(x->fix));
	jsonout_str(j, "fixedVersion", x->fixed_version);
	jsonout_text(j, "state", finding_state_word(x->state));
	jsonout_text(j, "hidden", hiding_word(x->hidden));
	jsonout_bool(j, "exploited", x->exploited.known);
	jsonout_bool(j, "ransomware", x->exploited.ransomware);
	write_share(j, "epss", x->exploited.epss);
	v1_time(j, "foundAt", x->found_at);
	jsonout_i64(j, "imageId", x->key.image_id);
	jsonout_i64(j, "registryId", x->registry_id);
	jsonout_str(j, "registry", x->registry);
	jsonout_str(j, "subscription", x->subscription);
	jsonout_str(j, "repository", x->repository);
	jsonout_str(j, "digest", x->digest);
	v1_lines(j, "tags", x->tags);
	jsonout_i64(j, "layer", x->layer);
}

static void write_findings(struct jsonout *j, const struct finding_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		jsonout_object(j, NULL);
		v1_finding(j, &l->v[i]);
		jsonout_end(j);
	}
}

struct findings {
	struct call *c;
	str registry;
	struct finding_filter filter;
	struct paging paging;
	struct finding_list found;
	int64_t by[SEVERITY_COUNT];
};

static int list_findings(void *ctx, struct db *d, struct error *e)
{
	struct findings *x = ctx;
	struct registry registry = { 0 };
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_FINDINGS, &s, e);

	x->found = (struct finding_list){ 0 };
	if (r >= 0 && x->registry.n)
		r = v1_registry_in(x->c, d, &s, x->registry, &registry, e);
	x->filter.registry_id = registry.id;
	return r < 0 ? r :
	               v1_listed(x->c,
	                         findings_list(d, x->c->arena, &s, &x->filter, &x->paging, &x->found, e), e);
}

static const char *fix_word(unsigned i)
{
	return fix_status_word((enum fix_status)i);
}

static int read_choice(struct call *c, struct finding_filter *f, struct error *e)
{
	str hidden, order;
	int r = call_param(c, "hidden", &hidden, e);

	if (r >= 0)
		r = call_param(c, "order", &order, e);
	if (r < 0)
		return r;
	if (query_has(c->x->query, "hidden")) {
		if (!str_eq(hidden, STR("no")) && !str_eq(hidden, STR("only")) && !str_eq(hidden, STR("too")))
			return error_set(e, ERR_USAGE, "hidden: no, only or too");
		f->hidden = str_eq(hidden, STR("only")) ? FINDINGS_HIDDEN :
		            str_eq(hidden, STR("too"))  ? FINDINGS_ALL :
		                                          FINDINGS_SHOWN;
	}
	if (query_has(c->x->query, "order")) {
		if (!str_eq(order, STR("id")) && !str_eq(order, STR("severity")))
			return error_set(e, ERR_USAGE, "order: id or severity");
		f->order = str_eq(order, STR("severity")) ? FINDINGS_BY_SEVERITY : FINDINGS_BY_ID;
	}
	return 0;
}

static int read_texts(struct call *c, struct findings *x, struct error *e)
{
	struct finding_filter *f = &x->filter;
	const struct {
		const char *name;
		str *into;
	} texts[] = {
		{ "registry", &x->registry },          { "subscription", &f->subscription },
		{ "resourceGroup", &f->resource_group }, { "repository", &f->repository },
		{ "digest", &f->digest },              { "vulnerability", &f->vulnerability },
		{ "package", &f->package },
	};
	int r = 0;

	for (size_t i = 0; i < LEN(texts) && r >= 0; i++)
		r = call_param(c, texts[i].name, texts[i].into, e);
	return r;
}

static int read_filter(struct call *c, struct findings *x, struct error *e)
{
	struct finding_filter *f = &x->filter;
	int r = read_texts(c, x, e);

	if (r >= 0)
		r = call_number(c, "image", 1, INT64_MAX / 2, 0, &f->image_id, e);
	if (r >= 0)
		r = call_number(c, "packageId", 1, INT64_MAX / 2, 0, &f->package_id, e);
	if (r >= 0)
		r = call_number(c, "place", 1, INT64_MAX / 2, 0, &f->running_in, e);
	if (r >= 0)
		r = v1_words(c, "severity", v1_severity, SEVERITY_COUNT, &f->severities, e);
	if (r >= 0)
		r = v1_words(c, "fixStatus", fix_word, FIX_STATUS_COUNT, &f->fixes, e);
	if (r >= 0)
		r = call_bool(c, "exploited", false, &f->exploited, e);
	if (r >= 0)
		r = call_bool(c, "running", false, &f->running, e);
	if (r >= 0)
		r = v1_date(c, "at", &f->at, e);
	return r < 0 ? r : read_choice(c, f, e);
}

int v1_list_findings(struct call *c, struct error *e)
{
	struct findings x = { .c = c };
	struct jsonout j = answer_json(c);
	int r = v1_paging(c, &x.paging, e);

	if (r >= 0)
		r = read_filter(c, &x, e);
	if (r >= 0)
		r = v1_read(c, list_findings, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	write_findings(&j, &x.found);
	v1_list_end(c, &j, x.found.next);
	return v1_done(c);
}

/* --- one finding --- */

struct one_finding {
	struct call *c;
	struct finding_key key;
	struct finding_row row;
};

static int get_finding(void *ctx, struct db *d, struct error *e)
{
	struct one_finding *x = ctx;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_FINDINGS, &s, e);

	if (r >= 0)
		r = findings_get(d, x->c->arena, &s, &x->key, &x->row, e);
	return r ? r : error_set(e, ERR_NOTFOUND, "there is no such finding");
}

int v1_get_finding(struct call *c, struct error *e)
{
	struct one_finding x = { .c = c };
	struct jsonout j = answer_json(c);
	int r;

	if (!finding_name_parse(route_part(&c->match, "finding"), &x.key) || !x.key.vulnerability_id)
		return error_set(e, ERR_NOTFOUND, "there is no such finding");
	r = v1_read(c, get_finding, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	v1_finding(&j, &x.row);
	v1_kept(&j, "paths", x.row.paths, "[]");
	v1_kept(&j, "why", x.row.detail, "{}");
	v1_kept(&j, "advisory", x.row.fact, "{}");
	jsonout_end(&j);
	return v1_done(c);
}

/* --- how far a vulnerability reaches --- */

struct reach {
	struct call *c;
	str name;
	struct vulnerability_row row;
	struct finding_list found;
};

static int get_vulnerability(void *ctx, struct db *d, struct error *e)
{
	struct reach *x = ctx;
	const struct finding_filter f = { .vulnerability = x->name, .order = FINDINGS_BY_SEVERITY };
	const struct paging first = { 0 };
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_FINDINGS, &s, e);

	x->found = (struct finding_list){ 0 };
	if (r >= 0)
		r = findings_vulnerability(d, x->c->arena, &s, x->name, &x->row, e);
	if (r == 0)
		return error_set(e, ERR_NOTFOUND, "nothing here is known to suffer from '%.*s'",
		                 STR_FMT(str_upto(x->name, 64)));
	return r < 0 ? r : findings_list(d, x->c->arena, &s, &f, &first, &x->found, e);
}

int v1_get_vulnerability(struct call *c, struct error *e)
{
	struct reach x = { .c = c, .name = route_part(&c->match, "vulnerability") };
	struct jsonout j = answer_json(c);
	int r = v1_read(c, get_vulnerability, &x, e);

	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_str(&j, "name", x.row.name);
	jsonout_text(&j, "severity", severity_word(x.row.worst));
	jsonout_bool(&j, "exploited", x.row.exploited.known);
	jsonout_bool(&j, "ransomware", x.row.exploited.ransomware);
	write_share(&j, "epss", x.row.exploited.epss);
	write_share(&j, "percentile", x.row.exploited.percentile);
	jsonout_i64(&j, "images", x.row.images);
	jsonout_i64(&j, "packages", x.row.packages);
	jsonout_array(&j, "findings");
	write_findings(&j, &x.found);
	jsonout_end(&j);
	jsonout_end(&j);
	return v1_done(c);
}

const struct param v1_package_params[] = {
	{ "image", SCHEMA_ID, "the packages of this image, with the files that say so" },
	{ "package", SCHEMA_ID, "this one" },
	{ "name", SCHEMA_TEXT, "its name; with * behind it a beginning" },
	{ "version", SCHEMA_TEXT, "its version" },
	{ "type", SCHEMA_WORDS("\"deb\",\"apk\",\"rpm\",\"npm\",\"pypi\",\"maven\",\"golang\",\"cargo\",\"gem\",\"nuget\",\"composer\",\"hex\",\"pub\",\"swift\",\"cran\",\"hackage\",\"conda\",\"bitnami\",\"generic\""), "its kind, as in package URLs" },
	PAGE_PARAMS,
	{ 0 },
};
const struct param v1_finding_params[] = {
	{ "registry", SCHEMA_TEXT, "its number or name" },
	{ "subscription", SCHEMA_TEXT, "those of this one" },
	{ "resourceGroup", SCHEMA_TEXT, "those of this one" },
	{ "repository", SCHEMA_TEXT, "its name" },
	{ "digest", SCHEMA_TEXT, "of the image" },
	{ "image", SCHEMA_ID, "its number" },
	{ "vulnerability", SCHEMA_TEXT, "CVE-…" },
	{ "package", SCHEMA_TEXT, "its name" },
	{ "packageId", SCHEMA_ID, "its number" },
	{ "place", SCHEMA_ID, "of images that run there now" },
	{ "severity", SCHEMA_LIST("(critical|high|medium|low|negligible|unknown)"), "one of these, with commas between" },
	{ "fixStatus", SCHEMA_LIST("(fixed|affected|will_not_fix|fix_deferred|under_investigation|end_of_life)"), "one of these, with commas between" },
	{ "exploited", SCHEMA_BOOL, "known to be" },
	{ "running", SCHEMA_BOOL, "of images that run somewhere" },
	{ "hidden", SCHEMA_WORDS("\"no\",\"only\",\"too\""), "those that do not count" },
	{ "at", SCHEMA_TIME, "as it was then: images, tags and the data of that day" },
	{ "order", SCHEMA_WORDS("\"id\",\"severity\""), "what comes first" },
	PAGE_PARAMS,
	{ 0 },
};
