/* policy/vexopen.c — OpenVEX. Up to 0.0.2 a vulnerability and a product were plain strings, and the
 * subcomponents stood beside the products. */
#include "policy/vexopen.h"
#include "base/time.h"

static void take_component(struct arena *a, const struct json *j, struct vex_component *out)
{
	const struct json *names = json_get(j, "identifiers"), *hashes = json_get(j, "hashes");
	static const char *const kinds[] = { "purl", "cpe23", "cpe22" };
	const struct json *value;
	void *it = NULL;
	str key;

	vex_identify(a, json_text(j).n ? json_text(j) : json_str(j, "@id"), out);
	for (size_t i = 0; i < LEN(kinds); i++)
		if (json_str(names, kinds[i]).n)
			vex_identify(a, json_str(names, kinds[i]), out);
	while (hashes && json_is_object(hashes) && json_next(hashes, &it, &key, &value))
		vex_add_hash(a, key, json_text(value), out);
}

static void take_parts(struct arena *a, const struct json *list, struct vex_product *to)
{
	for (size_t i = 0; i < json_len(list); i++) {
		struct vex_component *part = vec_push(a, &to->parts);
		if (part)
			take_component(a, json_at(list, i), part);
	}
}

static void take_products(struct arena *a, const struct json *j, struct vex_statement *s)
{
	const struct json *list = json_get(j, "products");

	for (size_t i = 0; i < json_len(list); i++) {
		struct vex_product *p = vec_push(a, &s->products);
		if (!p)
			return;
		take_component(a, json_at(list, i), &p->whole);
		take_parts(a, json_get(json_at(list, i), "subcomponents"), p);
		take_parts(a, json_get(j, "subcomponents"), p);
	}
}

static void take_vulnerability(struct arena *a, const struct json *j, struct vex_statement *s)
{
	const struct json *v = json_get(j, "vulnerability"), *others = json_get(v, "aliases");

	s->vulnerability = arena_str(a, json_text(v).n ? json_text(v) : json_str(v, "name"));
	for (size_t i = 0; i < json_len(others); i++)
		if (json_text(json_at(others, i)).n)
			vec_add(a, &s->aliases, arena_str(a, json_text(json_at(others, i))));
	if (!s->vulnerability.n) /* "https://nvd.nist.gov/vuln/detail/CVE-2019-17571" */
		s->vulnerability = arena_str(a, str_base(json_str(v, "@id")));
}

static int take_statement(struct arena *a, const struct json *j, int64_t time,
                          struct vex_statement *s, struct error *e)
{
	str status = json_str(j, "status");

	take_vulnerability(a, j, s);
	if (!s->vulnerability.n)
		return error_set(e, ERR_FORMAT, "no vulnerability is named");
	if (!vex_status_parse(status, &s->status))
		return error_set(e, ERR_FORMAT,
		                 "the status \"%.*s\" is none of not_affected, affected, fixed, "
		                 "under_investigation",
		                 STR_FMT(str_upto(status, 100)));
	take_products(a, j, s);
	s->justification = arena_str(a, json_str(j, "justification"));
	s->impact = arena_str(a, json_str(j, "impact_statement"));
	s->action = arena_str(a, json_str(j, "action_statement"));
	if (!time_parse(json_str(j, "timestamp"), &s->time))
		s->time = time;
	return 0;
}

int vexopen_read(const struct json *j, struct arena *a, struct vex_document *out, struct error *e)
{
	const struct json *list = json_get(j, "statements");
	int64_t time;

	out->format = STR("OpenVEX");
	out->id = arena_str(a, json_str(j, "@id"));
	out->author = arena_str(a, json_str(j, "author"));
	out->tooling = arena_str(a, json_str(j, "tooling"));
	if (!time_parse(json_str(j, "timestamp"), &time))
		time = INT64_MIN;
	if (!json_is_array(list))
		return error_set(e, ERR_FORMAT, "no statements");
	for (size_t i = 0; i < json_len(list); i++) {
		struct vex_statement *s = vec_push(a, &out->statements);
		if (!s)
			break;
		s->number = (unsigned)i + 1;
		if (take_statement(a, json_at(list, i), time, s, e) < 0)
			return error_in(e, "statement %zu", i + 1);
	}
	return 0;
}
