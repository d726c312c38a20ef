/* policy/vexcyclonedx.c — CycloneDX (ECMA-424, vulnerabilities; BOM-Link). What is affected is
 * named by bom-ref, by BOM-Link into this or another document, or by package URL. */
#include "policy/vexcyclonedx.h"
#include "base/time.h"

enum { COMPONENTS_DEEP_MAX = 32 };

struct part {
	str ref;
	struct vex_component is;
};

struct bom {
	struct arena *a;
	struct vex_document *out;
	str serial; /* "urn:uuid:…" */
	int64_t time;
	struct vex_component root; /* what the document is about */
	bool has_root;
	VEC(struct part) parts; /* sorted by ref */
};

/* --- components --- */

/* "registry.example/team/app:1.2" */
static void take_image_name(struct arena *a, str name, struct vex_component *c)
{
	str whole = arena_lower(a, str_upto(name, str_chr(name, '@')));
	size_t colon = str_rchr(whole, ':'), slash = str_rchr(whole, '/');
	bool tagged = colon < whole.n && (slash == whole.n || colon > slash);
	str path = tagged ? str_upto(whole, colon) : whole;

	c->kind = VEX_IMAGE;
	c->name = str_base(path);
	c->tag = tagged ? str_from(whole, colon + 1) : (str){ 0 };
	if (slash < whole.n)
		c->repository = path;
}

static struct vex_component component_of(struct bom *b, const struct json *j)
{
	const struct json *hashes = json_get(j, "hashes");
	struct vex_component c = { 0 };

	if (json_str(j, "purl").n)
		vex_identify(b->a, json_str(j, "purl"), &c);
	if (json_str(j, "cpe").n)
		vex_identify(b->a, json_str(j, "cpe"), &c);
	for (size_t i = 0; i < json_len(hashes); i++)
		vex_add_hash(b->a, json_str(json_at(hashes, i), "alg"),
		             json_str(json_at(hashes, i), "content"), &c);
	if (str_eq(json_str(j, "type"), STR("container"))) {
		if (c.kind != VEX_IMAGE)
			take_image_name(b->a, json_str(j, "name"), &c);
		if (str_starts(json_str(j, "version"), STR("sha256:")))
			c.version = arena_str(b->a, json_str(j, "version"));
	}
	if (!c.id.n)
		c.id = arena_str(b->a, json_str(j, "name"));
	return c;
}

static void add_part(struct bom *b, const struct json *j)
{
	if (json_str(j, "bom-ref").n)
		vec_add(b->a, &b->parts,
		        ((struct part){ arena_str(b->a, json_str(j, "bom-ref")),
		                        component_of(b, j) }));
}

static int take_components(struct bom *b, const struct json *list, unsigned depth, struct error *e)
{
	if (depth > COMPONENTS_DEEP_MAX)
		return error_set(e, ERR_LIMIT, "components more than %d deep", COMPONENTS_DEEP_MAX);
	for (size_t i = 0; i < json_len(list); i++) {
		add_part(b, json_at(list, i));
		if (take_components(b, json_get(json_at(list, i), "components"), depth + 1, e) < 0)
			return e->code;
	}
	return 0;
}

static int by_ref(const void *x, const void *y)
{
	return str_cmp(((const struct part *)x)->ref, ((const struct part *)y)->ref);
}

static bool find_part(const struct bom *b, str ref, struct vex_component *out)
{
	struct part key = { .ref = ref };
	const struct part *p =
	        b->parts.n ? bsearch(&key, b->parts.v, b->parts.n, sizeof key, by_ref) : NULL;

	if (p)
		*out = p->is;
	return p != NULL;
}

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : -1;
}

static str unescape(struct arena *a, str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; p && i < s.n; i++)
		if (s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0) {
			p[n++] = (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2]));
			i += 2;
		} else {
			p[n++] = s.p[i];
		}
	return p ? str_mem(p, n) : (str){ 0 };
}

/* "urn:cdx:UUID/VERSION#ref": of another document only a package URL says anything here */
static struct vex_component linked(struct bom *b, str ref)
{
	str rest = str_from(ref, 8), serial = str_upto(rest, str_chr(rest, '/'));
	size_t mark = str_chr(rest, '#');
	str inner = unescape(b->a, str_from(rest, mark + 1));
	bool own = b->serial.n > 9 && str_eq_nocase(str_from(b->serial, 9), serial);
	struct vex_component c = { 0 };

	if (mark == rest.n && own && b->has_root)
		return b->root;
	if (!own || !find_part(b, inner, &c))
		vex_identify(b->a, inner, &c);
	return c;
}

static struct vex_component referred(struct bom *b, str ref)
{
	struct vex_component c = { 0 };

	if (str_starts(ref, STR("urn:cdx:")))
		return linked(b, ref);
	if (!find_part(b, ref, &c))
		vex_identify(b->a, ref, &c);
	return c;
}

/* --- vulnerabilities --- */

static bool state_of(str word, enum vex_status *out)
{
	static const struct {
		const char *word;
		enum vex_status status;
	} states[] = {
		{ "not_affected", VEX_NOT_AFFECTED },
		{ "false_positive", VEX_NOT_AFFECTED },
		{ "resolved", VEX_FIXED },
		{ "resolved_with_pedigree", VEX_FIXED },
		{ "exploitable", VEX_AFFECTED },
		{ "in_triage", VEX_UNDER_INVESTIGATION },
	};
	for (size_t i = 0; i < LEN(states); i++)
		if (str_eq(word, str_c(states[i].word))) {
			*out = states[i].status;
			return true;
		}
	return false;
}

/* OpenVEX's word for a justification, where it has one that says the same */
static str justification_of(str word)
{
	static const char *const words[][2] = {
		{ "code_not_present", "vulnerable_code_not_present" },
		{ "code_not_reachable", "vulnerable_code_not_in_execute_path" },
		{ "protected_by_mitigating_control", "inline_mitigations_already_exist" },
	};
	for (size_t i = 0; i < LEN(words); i++)
		if (str_eq(word, str_c(words[i][0])))
			return str_c(words[i][1]);
	return word;
}

static void take_words(struct bom *b, const struct json *v, struct vex_statement *s)
{
	const struct json *analysis = json_get(v, "analysis"), *others = json_get(v, "references");
	const struct json *responses = json_get(analysis, "response");
	str justification = json_str(analysis, "justification"),
	    detail = json_str(analysis, "detail");

	s->vulnerability = arena_str(b->a, json_str(v, "id"));
	for (size_t i = 0; i < json_len(others); i++)
		if (json_str(json_at(others, i), "id").n)
			vec_add(b->a, &s->aliases,
			        arena_str(b->a, json_str(json_at(others, i), "id")));
	s->justification = arena_str(b->a, justification_of(justification));
	if (!justification.n && str_eq(json_str(analysis, "state"), STR("false_positive")))
		s->justification = STR("false_positive");
	*(s->status == VEX_NOT_AFFECTED ? &s->impact : &s->action) = arena_str(b->a, detail);
	for (size_t i = 0; s->status == VEX_AFFECTED && i < json_len(responses); i++)
		s->action = arena_printf(b->a, "%.*s%s%.*s", STR_FMT(s->action),
		                         s->action.n ? "; " : "",
		                         STR_FMT(json_text(json_at(responses, i))));
	if (s->status == VEX_AFFECTED && !s->action.n)
		s->action = arena_str(b->a, json_str(v, "recommendation"));
}

static void set_time(struct bom *b, const struct json *v, struct vex_statement *s)
{
	const struct json *analysis = json_get(v, "analysis");

	if (!time_parse(json_str(analysis, "lastUpdated"), &s->time) &&
	    !time_parse(json_str(analysis, "firstIssued"), &s->time))
		s->time = b->time;
}

static void add_product(struct bom *b, struct vex_component c, struct vex_statement *s)
{
	struct vex_product *p = vec_push(b->a, &s->products);
	bool inside = b->has_root && b->root.kind != VEX_OTHER && !str_eq(c.id, b->root.id);

	if (!p)
		return;
	p->whole = inside ? b->root : c;
	if (inside)
		vec_add(b->a, &p->parts, c);
}

/* A version may have a status of its own: what is unaffected then is so whatever the analysis says
 * of the others. */
static struct vex_statement *statement_for(struct bom *b, const struct vex_statement *like,
                                           str status)
{
	struct vex_statement *last = NULL, mine = *like;

	if (str_eq(status, STR("unaffected")) && like->status != VEX_FIXED &&
	    like->status != VEX_NOT_AFFECTED) {
		mine.status = VEX_NOT_AFFECTED;
		mine.impact = STR("this version is unaffected");
	} else if (str_eq(status, STR("unknown"))) {
		mine.status = VEX_UNDER_INVESTIGATION;
	}
	for (size_t i = b->out->statements.n; !last && i > 0; i--) {
		struct vex_statement *s = &b->out->statements.v[i - 1];
		if (s->number != like->number)
			break;
		if (s->status == mine.status)
			last = s;
	}
	if (!last) {
		last = vec_push(b->a, &b->out->statements);
		if (last)
			*last = mine;
	}
	return last;
}

static void take_affected(struct bom *b, const struct json *j, const struct vex_statement *like)
{
	const struct json *versions = json_get(j, "versions");
	struct vex_component c = referred(b, json_str(j, "ref"));
	struct vex_statement *s;

	if (!json_len(versions) && (s = statement_for(b, like, (str){ 0 })))
		add_product(b, c, s);
	for (size_t i = 0; i < json_len(versions); i++) {
		const struct json *v = json_at(versions, i);
		struct vex_component one = c;
		if (json_str(v, "version").n)
			one.version = arena_str(b->a, json_str(v, "version"));
		else
			one.odd = STR("range");
		s = statement_for(b, like, json_str(v, "status"));
		if (s)
			add_product(b, one, s);
	}
}

static int take_vulnerability(struct bom *b, const struct json *v, unsigned number, struct error *e)
{
	const struct json *affects = json_get(v, "affects");
	str state = json_str(json_get(v, "analysis"), "state");
	struct vex_statement like = { .number = number };
	struct vex_statement *s;

	if (!state.n)
		return 0;
	if (!state_of(state, &like.status))
		return error_set(e, ERR_FORMAT, "the state \"%.*s\" is none of CycloneDX's",
		                 STR_FMT(str_upto(state, 100)));
	take_words(b, v, &like);
	if (!like.vulnerability.n)
		return error_set(e, ERR_FORMAT, "no id");
	set_time(b, v, &like);
	if (!json_len(affects) && b->has_root && (s = statement_for(b, &like, (str){ 0 })))
		add_product(b, b->root, s);
	for (size_t i = 0; i < json_len(affects) && !b->a->failed; i++)
		take_affected(b, json_at(affects, i), &like);
	return 0;
}

int vexcyclonedx_read(const struct json *j, struct arena *a, struct vex_document *out,
                      struct error *e)
{
	const struct json *about = json_get(j, "metadata"), *root = json_get(about, "component");
	const struct json *list = json_get(j, "vulnerabilities");
	struct bom b = { .a = a, .out = out, .has_root = json_is_object(root) };

	out->format =
	        arena_printf(a, "CycloneDX %.*s", STR_FMT(str_upto(json_str(j, "specVersion"), 8)));
	b.serial = arena_str(a, json_str(j, "serialNumber"));
	out->id = b.serial;
	out->author = arena_str(a, json_str(json_get(about, "supplier"), "name"));
	if (!time_parse(json_str(about, "timestamp"), &b.time))
		b.time = INT64_MIN;
	if (b.has_root) {
		b.root = component_of(&b, root);
		add_part(&b, root);
	}
	if (take_components(&b, json_get(j, "components"), 0, e) < 0)
		return e->code;
	if (b.parts.n)
		qsort(b.parts.v, b.parts.n, sizeof *b.parts.v, by_ref);
	for (size_t i = 0; i < json_len(list) && !a->failed; i++)
		if (take_vulnerability(&b, json_at(list, i), (unsigned)i + 1, e) < 0)
			return error_in(e, "vulnerability %zu", i + 1);
	return 0;
}
