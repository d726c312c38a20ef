/* policy/vexcsaf.c — CSAF (OASIS csaf-v2.0, sections 3.2.2 product tree, 3.2.3 vulnerabilities, 4.5
 * profile VEX). A product is found by its id: a branch's or a full name with an identification
 * helper, or a relationship, "this component of that platform". */
#include "policy/vexcsaf.h"
#include "base/time.h"

enum { BRANCHES_DEEP_MAX = 32, RELATIONS_DEEP_MAX = 4 };

struct entry { /* of the product tree */
	str id;
	struct vex_component is;
	str component, within; /* of a relationship */
};

struct group {
	str id;
	const struct json *products;
};

enum note_kind { NOTE_JUSTIFICATION, NOTE_IMPACT, NOTE_ACTION, NOTE_KINDS };

struct note { /* what is said of a product beside its status; without an id: of all */
	str product;
	enum note_kind kind;
	unsigned order;
	str text;
};

struct csaf {
	struct arena *a;
	struct vex_document *out;
	int64_t time;
	VEC(struct entry) tree; /* sorted by id */
	VEC(struct group) groups;
	VEC(struct note) notes; /* of the vulnerability at hand; sorted by product, kind, order */
};

/* --- the tree --- */

/* A platform's CPE says of which distribution's release its components are. */
static bool take_platform(struct arena *a, str cpe, struct vex_component *c)
{
	static const struct {
		const char *name, *distro;
	} known[] = {
		{ ":redhat:enterprise_linux:", "rhel" },
		{ ":debian:debian_linux:", "debian" },
		{ ":canonical:ubuntu_linux:", "ubuntu" },
		{ ":oracle:linux:", "ol" },
		{ ":almalinux:almalinux:", "almalinux" },
		{ ":rocky:rocky:", "rocky" },
		{ ":opensuse:leap:", "opensuse-leap" },
		{ ":alpinelinux:alpine_linux:", "alpine" },
	};
	for (size_t i = 0; i < LEN(known); i++) {
		size_t at = str_find(cpe, str_c(known[i].name));
		str version = str_from(cpe, at + strlen(known[i].name));
		version = str_upto(version, str_chr(version, ':'));
		if (!version.n || str_eq(version, STR("*")) || str_eq(version, STR("-")))
			continue;
		c->distro = str_c(known[i].distro);
		c->distro_version = arena_str(a, version);
		return true;
	}
	return false;
}

static void take_helper(struct csaf *c, const struct json *helper, struct vex_component *to)
{
	const struct json *urls = json_get(helper, "purls"), *files = json_get(helper, "hashes");
	str cpe = json_str(helper, "cpe");
	str url = json_str(helper, "purl"); /* a list of them in 2.1 */

	url = url.n ? url : json_text(json_at(urls, 0));
	if (url.n)
		vex_identify(c->a, url, to);
	else if (cpe.n && !take_platform(c->a, cpe, to))
		vex_identify(c->a, cpe, to);
	for (size_t i = 0; i < json_len(files); i++) {
		const struct json *sums = json_get(json_at(files, i), "file_hashes");
		for (size_t k = 0; k < json_len(sums); k++)
			vex_add_hash(c->a, json_str(json_at(sums, k), "algorithm"),
			             json_str(json_at(sums, k), "value"), to);
	}
}

/* `version`, `range`: what the branches around it say of its version */
static struct entry *take_product(struct csaf *c, const struct json *j, str version, bool range)
{
	struct entry *x;

	if (!json_str(j, "product_id").n)
		return NULL;
	x = vec_push(c->a, &c->tree);
	if (!x)
		return NULL;
	x->id = arena_str(c->a, json_str(j, "product_id"));
	take_helper(c, json_get(j, "product_identification_helper"), &x->is);
	if (x->is.kind == VEX_PACKAGE && !x->is.version.n) {
		x->is.version = arena_str(c->a, version);
		if (range)
			x->is.odd = STR("product_version_range");
	}
	x->is.id = x->is.id.n ? x->is.id : x->id;
	return x;
}

static int take_branches(struct csaf *c, const struct json *list, str version, bool range,
                         unsigned depth, struct error *e)
{
	if (depth > BRANCHES_DEEP_MAX)
		return error_set(e, ERR_LIMIT, "product_tree: more than %d branches deep",
		                 BRANCHES_DEEP_MAX);
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *b = json_at(list, i);
		str category = json_str(b, "category");
		bool exact = str_eq(category, STR("product_version"));
		str now = exact ? json_str(b, "name") : version;
		bool span = range || str_eq(category, STR("product_version_range"));
		take_product(c, json_get(b, "product"), now, span);
		if (take_branches(c, json_get(b, "branches"), now, span, depth + 1, e) < 0)
			return e->code;
	}
	return 0;
}

static int by_id(const void *x, const void *y)
{
	return str_cmp(((const struct entry *)x)->id, ((const struct entry *)y)->id);
}

static int take_tree(struct csaf *c, const struct json *tree, struct error *e)
{
	const struct json *names = json_get(tree, "full_product_names");
	const struct json *relations = json_get(tree, "relationships");
	const struct json *groups = json_get(tree, "product_groups");

	if (take_branches(c, json_get(tree, "branches"), (str){ 0 }, false, 0, e) < 0)
		return e->code;
	for (size_t i = 0; i < json_len(names); i++)
		take_product(c, json_at(names, i), (str){ 0 }, false);
	for (size_t i = 0; i < json_len(relations); i++) {
		const struct json *r = json_at(relations, i);
		struct entry *x =
		        take_product(c, json_get(r, "full_product_name"), (str){ 0 }, false);
		if (!x)
			continue;
		x->component = arena_str(c->a, json_str(r, "product_reference"));
		x->within = arena_str(c->a, json_str(r, "relates_to_product_reference"));
	}
	for (size_t i = 0; i < json_len(groups); i++)
		vec_add(c->a, &c->groups,
		        ((struct group){ json_str(json_at(groups, i), "group_id"),
		                         json_get(json_at(groups, i), "product_ids") }));
	if (c->tree.n)
		qsort(c->tree.v, c->tree.n, sizeof *c->tree.v, by_id);
	return 0;
}

/* What an id stands for. Of a relationship without a name of its own: the component, in the image
 * or package it is part of, or of the distribution it is for. */
static struct vex_product product_of(struct csaf *c, str id, unsigned depth)
{
	struct entry key = { .id = id };
	const struct entry *x =
	        c->tree.n ? bsearch(&key, c->tree.v, c->tree.n, sizeof key, by_id) : NULL;
	struct vex_product part, whole, out = { 0 };

	if (!x || depth > RELATIONS_DEEP_MAX) {
		out.whole.id = arena_str(c->a, id);
		return out;
	}
	out.whole = x->is;
	if (!x->component.n || x->is.kind != VEX_OTHER)
		return out;
	part = product_of(c, x->component, depth + 1);
	whole = product_of(c, x->within, depth + 1);
	if (whole.whole.kind != VEX_OTHER || whole.whole.hashes.n) {
		out.whole = whole.whole;
		vec_add(c->a, &out.parts, part.whole);
		return out;
	}
	out.whole = part.whole;
	if (!whole.whole.distro.n)
		out.whole.odd = STR("a platform that is not known");
	out.whole.distro = whole.whole.distro;
	out.whole.distro_version = whole.whole.distro_version;
	return out;
}

/* --- what is said beside the status --- */

static void add_note(struct csaf *c, str product, enum note_kind kind, str text)
{
	vec_add(c->a, &c->notes, ((struct note){ product, kind, (unsigned)c->notes.n, text }));
}

static void add_notes(struct csaf *c, const struct json *j, enum note_kind kind, str text)
{
	const struct json *ids = json_get(j, "product_ids"), *groups = json_get(j, "group_ids");

	text = arena_str(c->a, text);
	if (!json_len(ids) && !json_len(groups))
		add_note(c, (str){ 0 }, kind, text);
	for (size_t i = 0; i < json_len(ids); i++)
		add_note(c, json_text(json_at(ids, i)), kind, text);
	for (size_t i = 0; i < json_len(groups); i++)
		for (size_t g = 0; g < c->groups.n; g++)
			if (str_eq(c->groups.v[g].id, json_text(json_at(groups, i))))
				for (size_t k = 0; k < json_len(c->groups.v[g].products); k++)
					add_note(c, json_text(json_at(c->groups.v[g].products, k)),
					         kind, text);
}

static int by_product(const void *x, const void *y)
{
	const struct note *a = x, *b = y;
	int order = str_cmp(a->product, b->product);

	if (!order)
		order = (a->kind > b->kind) - (a->kind < b->kind);
	return order ? order : (a->order > b->order) - (a->order < b->order);
}

static void take_notes(struct csaf *c, const struct json *v)
{
	const struct json *flags = json_get(v, "flags"), *threats = json_get(v, "threats");
	const struct json *remedies = json_get(v, "remediations");

	c->notes.n = 0;
	for (size_t i = 0; i < json_len(flags); i++)
		add_notes(c, json_at(flags, i), NOTE_JUSTIFICATION,
		          json_str(json_at(flags, i), "label"));
	for (size_t i = 0; i < json_len(threats); i++)
		if (str_eq(json_str(json_at(threats, i), "category"), STR("impact")))
			add_notes(c, json_at(threats, i), NOTE_IMPACT,
			          json_str(json_at(threats, i), "details"));
	for (size_t i = 0; i < json_len(remedies); i++)
		add_notes(c, json_at(remedies, i), NOTE_ACTION,
		          json_str(json_at(remedies, i), "details"));
	if (c->notes.n)
		qsort(c->notes.v, c->notes.n, sizeof *c->notes.v, by_product);
}

static str note_of(const struct csaf *c, str product, enum note_kind kind)
{
	const struct note key = { .product = product, .kind = kind };
	size_t low = 0, high = c->notes.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (by_product(&c->notes.v[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < c->notes.n && str_eq(c->notes.v[low].product, product) &&
	    c->notes.v[low].kind == kind)
		return c->notes.v[low].text;
	return product.n ? note_of(c, (str){ 0 }, kind) : (str){ 0 };
}

/* --- vulnerabilities --- */

static void take_names(struct csaf *c, const struct json *v, struct vex_statement *s)
{
	const struct json *ids = json_get(v, "ids");

	s->vulnerability = arena_str(c->a, json_str(v, "cve"));
	for (size_t i = 0; i < json_len(ids); i++) {
		str id = arena_str(c->a, json_str(json_at(ids, i), "text"));
		if (!s->vulnerability.n)
			s->vulnerability = id;
		else if (id.n)
			vec_add(c->a, &s->aliases, id);
	}
}

/* The statement that says the same of another product, from `first` on; else a new one */
static struct vex_statement *statement_like(struct csaf *c, const struct vex_statement *like,
                                            size_t first)
{
	struct vex_statement *s;

	for (size_t i = c->out->statements.n; i > first; i--) {
		s = &c->out->statements.v[i - 1];
		if (s->status == like->status && str_eq(s->justification, like->justification) &&
		    str_eq(s->impact, like->impact) && str_eq(s->action, like->action))
			return s;
		if (c->out->statements.n - i > 16)
			break;
	}
	s = vec_push(c->a, &c->out->statements);
	if (s)
		*s = *like;
	return s;
}

static void take_status(struct csaf *c, const struct vex_statement *names, size_t first,
                        const struct json *ids, enum vex_status status)
{
	for (size_t i = 0; i < json_len(ids); i++) {
		str id = json_text(json_at(ids, i));
		struct vex_statement like = *names, *s;
		like.status = status;
		if (status == VEX_NOT_AFFECTED) {
			like.justification = note_of(c, id, NOTE_JUSTIFICATION);
			like.impact = note_of(c, id, NOTE_IMPACT);
		} else {
			like.action = note_of(c, id, NOTE_ACTION);
		}
		s = statement_like(c, &like, first);
		if (!s)
			return;
		vec_add(c->a, &s->products, product_of(c, id, 0));
	}
}

static int take_vulnerability(struct csaf *c, const struct json *v, unsigned number,
                              struct error *e)
{
	static const struct {
		const char *list;
		enum vex_status status;
	} lists[] = {
		{ "known_not_affected", VEX_NOT_AFFECTED },
		{ "fixed", VEX_FIXED },
		{ "first_fixed", VEX_FIXED },
		{ "known_affected", VEX_AFFECTED },
		{ "first_affected", VEX_AFFECTED },
		{ "last_affected", VEX_AFFECTED },
		{ "under_investigation", VEX_UNDER_INVESTIGATION },
	};
	struct vex_statement names = { .number = number, .time = c->time };
	size_t first = c->out->statements.n;

	take_names(c, v, &names);
	if (!names.vulnerability.n)
		return error_set(e, ERR_FORMAT, "neither cve nor ids");
	take_notes(c, v);
	for (size_t i = 0; i < LEN(lists); i++)
		take_status(c, &names, first,
		            json_get(json_get(v, "product_status"), lists[i].list),
		            lists[i].status);
	return 0;
}

int vexcsaf_read(const struct json *j, struct arena *a, struct vex_document *out, struct error *e)
{
	const struct json *document = json_get(j, "document");
	const struct json *tracking = json_get(document, "tracking");
	const struct json *list = json_get(j, "vulnerabilities");
	struct csaf c = { .a = a, .out = out };

	out->format = arena_printf(a, "CSAF %.*s",
	                           STR_FMT(str_upto(json_str(document, "csaf_version"), 8)));
	out->id = arena_str(a, json_str(tracking, "id"));
	out->author = arena_str(a, json_str(json_get(document, "publisher"), "name"));
	out->tooling =
	        arena_str(a, json_str(json_get(json_get(tracking, "generator"), "engine"), "name"));
	if (!time_parse(json_str(tracking, "current_release_date"), &c.time))
		c.time = INT64_MIN;
	if (take_tree(&c, json_get(j, "product_tree"), e) < 0)
		return e->code;
	if (!json_is_array(list))
		return error_set(e, ERR_FORMAT, "no vulnerabilities");
	for (size_t i = 0; i < json_len(list) && !a->failed; i++)
		if (take_vulnerability(&c, json_at(list, i), (unsigned)i + 1, e) < 0)
			return error_in(e, "vulnerability %zu", i + 1);
	return 0;
}
