#include "vulndb/csaf.h"
#include "version/ecosystem.h"
#include "vulndb/names.h"
#include "vulndb/osv.h"

enum { TREE_DEPTH_MAX = 24, CHAIN_MAX = 4, PRODUCTS_MAX = 400000 };

struct product { /* what an id stands for: a release, a package, a module, or one in another */
	str id;
	str release;               /* "Red Hat:9" */
	str name, version, module; /* of a package; a module's stream has no name */
	bool source;               /* a source package */
	str part, whole;           /* a relationship: part as a component of whole */
};

struct word { /* what is said of one package in one release */
	struct affected f;
	str fixed;
	bool open; /* affected, or not yet known */
};

struct vex {
	struct arena *a;
	VEC(struct product) products; /* by id */
	VEC(struct word) words;
};

/* "cpe:/a:redhat:enterprise_linux:9::appstream" is Red Hat:9 */
static str release_of(struct arena *a, str cpe)
{
	static const str parts[] = { STR_INIT("cpe:/o:"), STR_INIT("cpe:/a:"),
		                     STR_INIT("cpe:2.3:o:"), STR_INIT("cpe:2.3:a:") };
	str product = STR("redhat:enterprise_linux:");
	for (size_t i = 0; i < LEN(parts); i++) {
		str rest = str_from(cpe, parts[i].n);
		if (!str_starts(cpe, parts[i]) || !str_starts(rest, product))
			continue;
		rest = str_from(rest, product.n);
		if (rest.n && rest.p[0] >= '0' && rest.p[0] <= '9')
			return names_ecosystem(a, arena_concat(a, STR("Red Hat:"), rest));
	}
	return (str){ 0 };
}

static str query(str purl, str key)
{
	str rest = str_from(purl, str_chr(purl, '?') + 1), pair;
	while (str_split(&rest, '&', &pair))
		if (str_starts(pair, key) && pair.n > key.n && pair.p[key.n] == '=')
			return str_from(pair, key.n + 1);
	return (str){ 0 };
}

/* "nodejs:18:8090020240301110609:a75119d5" and "nodejs@18:…" are the stream nodejs:18 */
static str stream_of(struct arena *a, str module)
{
	size_t at = str_chr(module, '@'), colon = str_chr(module, ':');
	size_t name = MIN(at, colon);
	str version = str_from(module, name + 1);
	version = str_upto(version, MIN(str_chr(version, ':'), str_chr(version, '?')));
	if (!name || !version.n)
		return (str){ 0 };
	return arena_printf(a, "%.*s:%.*s", STR_FMT(str_upto(module, name)), STR_FMT(version));
}

/* "curl-0:7.76.1-26.el9_3.2.aarch64": the epoch is in the id, not always in the purl. */
static void take_nevra(struct product *p, str id, str arch)
{
	size_t tail = arch.n ? arch.n + 1 : 0;
	if (!arch.n || id.n <= tail || !str_ends(id, arch) || id.p[id.n - tail] != '.')
		return;
	str nevr = str_upto(id, id.n - tail);
	size_t release = str_rchr(nevr, '-');
	size_t version = str_rchr(str_upto(nevr, release), '-');
	if (release >= nevr.n || version >= release || !str_eq(str_upto(nevr, version), p->name))
		return;
	p->version = str_from(nevr, version + 1);
	if (str_starts(p->version, STR("0:")))
		p->version = str_from(p->version, 2);
}

static void take_purl(struct vex *x, struct product *p, str purl)
{
	str rpm = STR("pkg:rpm/redhat/"), mod = STR("pkg:rpmmod/redhat/");
	if (str_starts(purl, mod)) {
		p->module = stream_of(x->a, str_from(purl, mod.n));
		return;
	}
	if (!str_starts(purl, rpm))
		return;
	str rest = str_from(purl, rpm.n), arch = query(purl, STR("arch")),
	    module = query(purl, STR("rpmmod"));
	rest = str_upto(rest, str_chr(rest, '?'));
	p->name = str_upto(rest, str_chr(rest, '@'));
	p->version = str_from(rest, p->name.n + 1);
	p->source = str_eq(arch, STR("src"));
	p->module = module.n ? stream_of(x->a, module) : (str){ 0 };
	take_nevra(p, p->id, arch);
}

static void take_branch(struct vex *x, const struct json *branch, unsigned depth)
{
	const struct json *product = json_get(branch, "product"),
	                  *nested = json_get(branch, "branches");
	const struct json *helper = json_get(product, "product_identification_helper");
	struct product p = { .id = json_str(product, "product_id") };
	if (p.id.n && x->products.n < PRODUCTS_MAX) {
		p.release = release_of(x->a, json_str(helper, "cpe"));
		take_purl(x, &p, json_str(helper, "purl"));
		vec_add(x->a, &x->products, p);
	}
	for (size_t i = 0; depth < TREE_DEPTH_MAX && i < json_len(nested); i++)
		take_branch(x, json_at(nested, i), depth + 1);
}

static int order_products(const void *x, const void *y)
{
	return str_cmp(((const struct product *)x)->id, ((const struct product *)y)->id);
}

static void take_tree(struct vex *x, const struct json *tree)
{
	const struct json *branches = json_get(tree, "branches"),
	                  *relations = json_get(tree, "relationships");
	for (size_t i = 0; i < json_len(branches); i++)
		take_branch(x, json_at(branches, i), 0);
	for (size_t i = 0; i < json_len(relations) && x->products.n < PRODUCTS_MAX; i++) {
		const struct json *one = json_at(relations, i);
		struct product p = { .id = json_str(json_get(one, "full_product_name"),
			                            "product_id"),
			             .part = json_str(one, "product_reference"),
			             .whole = json_str(one, "relates_to_product_reference") };
		if (p.id.n && p.part.n && p.whole.n)
			vec_add(x->a, &x->products, p);
	}
	if (x->products.n)
		qsort(x->products.v, x->products.n, sizeof *x->products.v, order_products);
}

static const struct product *find(const struct vex *x, str id)
{
	struct product key = { .id = id };
	return x->products.n
	               ? bsearch(&key, x->products.v, x->products.n, sizeof key, order_products)
	               : NULL;
}

/* A package in a release, maybe through a module; false for other products */
static bool resolve(const struct vex *x, str id, struct product *out)
{
	const struct product *p = find(x, id);
	*out = (struct product){ .id = id };
	for (unsigned i = 0; p && i < CHAIN_MAX; i++) {
		const struct product *part = p->part.n ? find(x, p->part) : NULL;
		if (!out->name.n && part && part->name.n) {
			out->name = part->name;
			out->version = part->version;
			out->source = part->source;
			out->module = part->module;
		} else if (!out->name.n && !part && p->part.n &&
		           str_chr(p->part, '/') == p->part.n) {
			out->name = p->part; /* a component that the tree does not describe */
		} else if (part && part->module.n && !out->module.n) {
			out->module = part->module;
		}
		if (p->release.n)
			out->release = p->release;
		if (!p->whole.n)
			break;
		p = find(x, p->whole);
	}
	return out->release.n && out->name.n && out->name.n < RECORD_NAME_BYTES - 4;
}

static void say(struct vex *x, const struct product *p, str name, enum fix_status open, str fixed,
                bool affected)
{
	struct word w = {
		.f = { .ecosystem = p->release, .name = name, .module = p->module, .open = open },
		.fixed = fixed,
		.open = affected && !fixed.n
	};
	vec_add(x->a, &x->words, w);
}

static bool is_debug(str name)
{
	return str_ends(name, STR("-debuginfo")) || str_ends(name, STR("-debugsource"));
}

/* What is fixed is told of builds; what is not, of components, which are source packages unless
 * they are a binary's name. */
static void take_status(struct vex *x, const struct json *ids, bool fixed, bool affected,
                        enum fix_status (*status)(void *ctx, str id), void *ctx)
{
	for (size_t i = 0; i < json_len(ids); i++) {
		str id = json_text(json_at(ids, i));
		struct product p;
		if (!resolve(x, id, &p) || is_debug(p.name))
			continue;
		if (fixed) {
			if (!p.source && p.version.n && p.version.n <= RECORD_NAME_BYTES)
				say(x, &p, p.name, FIX_NONE, p.version, true);
			continue;
		}
		if (p.version.n && !affected)
			continue; /* a build beside the fixed ones */
		enum fix_status open = affected ? status(ctx, id) : FIX_NONE;
		if (!p.source)
			say(x, &p, p.name, open, (str){ 0 }, affected);
		say(x, &p, arena_concat(x->a, STR("src:"), p.name), open, (str){ 0 }, affected);
	}
}

struct remedy {
	str id;
	enum fix_status status;
};

struct remedies {
	VEC(struct remedy) list; /* by id */
};

static int order_remedies(const void *x, const void *y)
{
	return str_cmp(((const struct remedy *)x)->id, ((const struct remedy *)y)->id);
}

static bool remedy_of(const struct json *one, enum fix_status *out)
{
	str category = json_str(one, "category"), details = json_str(one, "details");
	*out = str_eq_nocase(details, STR("Out of support scope"))  ? FIX_END_OF_LIFE
	       : str_eq_nocase(details, STR("Fix deferred"))        ? FIX_DEFERRED
	       : str_eq_nocase(details, STR("Under investigation")) ? FIX_UNDER_INVESTIGATION
	       : str_eq(category, STR("no_fix_planned"))            ? FIX_WILL_NOT
	                                                            : FIX_NONE;
	return str_eq(category, STR("no_fix_planned")) || str_eq(category, STR("none_available"));
}

static void take_remedies(struct vex *x, const struct json *list, struct remedies *out)
{
	enum fix_status status;
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *one = json_at(list, i), *ids = json_get(one, "product_ids");
		for (size_t k = 0; remedy_of(one, &status) && k < json_len(ids); k++)
			vec_add(x->a, &out->list,
			        ((struct remedy){ json_text(json_at(ids, k)), status }));
	}
	if (out->list.n)
		qsort(out->list.v, out->list.n, sizeof *out->list.v, order_remedies);
}

static enum fix_status by_remedy(void *ctx, str id)
{
	const struct remedies *all = ctx;
	struct remedy key = { .id = id }, *r = NULL;
	if (all->list.n)
		r = bsearch(&key, all->list.v, all->list.n, sizeof key, order_remedies);
	return r ? r->status : FIX_NONE;
}

static enum fix_status unknown_yet(void *ctx, str id)
{
	(void)ctx, (void)id;
	return FIX_UNDER_INVESTIGATION;
}

/* Of one package in one release: the lowest version that is called fixed, then open ones */
static int order_words(const void *x, const void *y)
{
	const struct word *a = x, *b = y;
	int c = str_cmp(a->f.ecosystem, b->f.ecosystem);
	c = c ? c : str_cmp(a->f.name, b->f.name);
	c = c ? c : str_cmp(a->f.module, b->f.module);
	c = c ? c : (int)(b->fixed.n > 0) - (int)(a->fixed.n > 0);
	c = c ? c : (int)b->open - (int)a->open;
	if (!c && a->fixed.n)
		c = ecosystem_find(STR("rpm"))->compare(a->fixed, b->fixed);
	c = c ? c : str_cmp(a->fixed, b->fixed);
	return c ? c : (int)a->f.open - (int)b->f.open;
}

static bool same_package(const struct word *a, const struct word *b)
{
	return str_eq(a->f.ecosystem, b->f.ecosystem) && str_eq(a->f.name, b->f.name) &&
	       str_eq(a->f.module, b->f.module);
}

static void give_words(struct vex *x, struct advisory *out)
{
	if (x->words.n)
		qsort(x->words.v, x->words.n, sizeof *x->words.v, order_words);
	for (size_t i = 0; i < x->words.n; i++) {
		struct word *w = &x->words.v[i];
		if (i && same_package(w, w - 1))
			continue;
		if (w->fixed.n || w->open) {
			struct affected_range *r = vec_push(x->a, &w->f.ranges);
			if (r)
				vec_add(x->a, &r->events,
				        ((struct range_event){ EVENT_INTRODUCED, STR("0") }));
			if (r && w->fixed.n)
				vec_add(x->a, &r->events,
				        ((struct range_event){ EVENT_FIXED, w->fixed }));
		}
		vec_add(x->a, &out->affected, w->f);
	}
}

/* "Important" of the products; one CVE has one word but for a few, where the worst counts */
static void take_severity(const struct json *flaw, struct arena *a, struct advisory *out)
{
	const struct json *threats = json_get(flaw, "threats"), *scores = json_get(flaw, "scores");
	enum severity worst = SEVERITY_UNKNOWN;
	for (size_t i = 0; i < json_len(threats); i++)
		if (str_eq(json_str(json_at(threats, i), "category"), STR("impact"))) {
			enum severity s = osv_word(json_str(json_at(threats, i), "details"));
			worst = MAX(worst, s);
		}
	if (worst != SEVERITY_UNKNOWN)
		vec_add(a, &out->opinions,
		        ((struct opinion){ .source = STR("Red Hat"), .severity = worst }));
	str vector = json_str(json_get(json_at(scores, 0), "cvss_v3"), "vectorString");
	if (vector.n && vector.n < 512)
		vec_add(a, &out->opinions,
		        ((struct opinion){ .source = STR("Red Hat"), .vector = vector }));
}

static void take_text(const struct json *flaw, struct arena *a, struct advisory *out)
{
	const struct json *notes = json_get(flaw, "notes"),
	                  *remedies = json_get(flaw, "remediations");
	str cwe = json_str(json_get(flaw, "cwe"), "id");
	out->summary = osv_cut(json_str(flaw, "title"), RECORD_SUMMARY_BYTES);
	for (size_t i = 0; i < json_len(notes) && !out->details.n; i++)
		if (str_eq(json_str(json_at(notes, i), "category"), STR("description")))
			out->details =
			        osv_cut(json_str(json_at(notes, i), "text"), RECORD_DETAILS_BYTES);
	if (str_starts(cwe, STR("CWE-")) && cwe.n < 16)
		vec_add(a, &out->cwes, cwe);
	for (size_t i = 0; i < json_len(remedies) && out->references.n < RECORD_REFERENCES_MAX;
	     i++) {
		str url = json_str(json_at(remedies, i), "url");
		if (str_starts(url, STR("https://")) && url.n <= RECORD_URL_BYTES)
			vec_add(a, &out->references, ((struct reference){ STR("ADVISORY"), url }));
	}
}

int csaf_read(const struct json *doc, struct arena *a, struct advisory *out, struct error *e)
{
	const struct json *head = json_get(doc, "document"),
	                  *flaw = json_at(json_get(doc, "vulnerabilities"), 0);
	const struct json *status = json_get(flaw, "product_status");
	struct vex x = { .a = a };
	struct remedies remedies = { 0 };
	*out = (struct advisory){ .origin = ORIGIN_TRACKER, .id = json_str(flaw, "cve") };
	if (!json_is_object(head))
		return error_set(e, ERR_FORMAT, "no CSAF document");
	if (!str_eq(json_str(head, "category"), STR("csaf_vex")) || !names_is_cve(out->id) ||
	    out->id.n > 32)
		return 0;
	out->published = osv_cut(json_str(flaw, "release_date"), 40);
	out->modified = osv_cut(json_str(json_get(head, "tracking"), "current_release_date"), 40);
	take_tree(&x, json_get(doc, "product_tree"));
	take_remedies(&x, json_get(flaw, "remediations"), &remedies);
	take_status(&x, json_get(status, "fixed"), true, true, NULL, NULL);
	take_status(&x, json_get(status, "known_affected"), false, true, by_remedy, &remedies);
	take_status(&x, json_get(status, "under_investigation"), false, true, unknown_yet, NULL);
	take_status(&x, json_get(status, "known_not_affected"), false, false, NULL, NULL);
	give_words(&x, out);
	take_severity(flaw, a, out);
	take_text(flaw, a, out);
	if (a->failed)
		return error_set(e, ERR_LIMIT, "%.*s: larger than %zu bytes", STR_FMT(out->id),
		                 a->max_bytes);
	return out->affected.n > 0;
}
