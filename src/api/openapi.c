#include "api/openapi.h"
#include "api/answer.h"
#include "api/schemas.h"
#include <stdio.h>

enum { PATH_MAX_BYTES = 256 };

struct success {
	int status;
	str schema; /* empty: no body */
	bool stream;
};

static struct success success_of(const struct route *r)
{
	struct success s = { r->answer ? 200 : 204, str_c(r->answer), false };
	uint64_t status;
	size_t space = str_chr(s.schema, ' ');

	if (str_u64(str_upto(s.schema, space), &status)) {
		s.status = (int)status;
		s.schema = str_from(s.schema, space + 1);
	}
	s.stream = str_eq(s.schema, STR("events"));
	return s;
}

/* "{name*}" is "{name}" there. */
static const char *path_of(const struct route *r, char out[PATH_MAX_BYTES])
{
	size_t n = 0;

	for (const char *p = r->pattern.pattern; *p && n + 1 < PATH_MAX_BYTES; p++)
		if (*p != '*')
			out[n++] = *p;
	out[n] = 0;
	return out;
}

/* "listImages" of GET /api/v1/images …: method, then the path's words. */
static void write_operation_id(struct jsonout *j, const struct route *r)
{
	char id[PATH_MAX_BYTES * 2], method[16];
	size_t n;

	snprintf(method, sizeof method, "%s", method_name(r->pattern.method));
	for (char *p = method; *p; p++)
		*p |= 32;
	n = (size_t)snprintf(id, sizeof id, "%s", method);
	for (const char *p = strchr(r->pattern.pattern + 1, '/'); *p && n + 1 < sizeof id; p++) {
		bool first = p[-1] == '/' || p[-1] == '{' || p[-1] == '-';
		if (strchr("/{}*-.", *p))
			continue;
		id[n++] = first && *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	}
	id[n] = 0;
	jsonout_text(j, "operationId", id);
}

static void write_tag(struct jsonout *j, const struct route *r)
{
	str path = str_c(r->pattern.pattern), one = { 0 };

	for (int i = 0; i < 4 && str_split(&path, '/', &one); i++)
		;
	jsonout_strs(j, "tags", &one, 1);
}

/* --- parameters --- */

static bool is_number_part(str name)
{
	static const char *const numbers[] = { "image", "scan", "package", "place", "job", "token" };

	for (size_t i = 0; i < LEN(numbers); i++)
		if (str_eq(name, str_c(numbers[i])))
			return true;
	return false;
}

static void write_part(struct jsonout *j, str name)
{
	jsonout_object(j, NULL);
	jsonout_str(j, "name", name);
	jsonout_text(j, "in", "path");
	jsonout_bool(j, "required", true);
	if (is_number_part(name))
		schemas_write_type(j, "schema", "int 1-4611686018427387903", NULL);
	else if (str_eq(name, STR("finding")))
		schemas_write_type(j, "schema", "guid", NULL);
	else
		schemas_write_type(j, "schema", "text 1-128 /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/", NULL);
	jsonout_end(j);
}

static bool is_needed(const struct param *p)
{
	return p->about[0] == '!';
}

static void write_param(struct jsonout *j, const struct param *p)
{
	struct json *schema = NULL;
	struct error ignored;

	jsonout_object(j, NULL);
	jsonout_text(j, "name", p->name);
	jsonout_text(j, "in", "query");
	jsonout_text(j, "description", p->about + is_needed(p));
	if (is_needed(p))
		jsonout_bool(j, "required", true);
	if (json_parse(p->name, str_c(p->schema), &schema, &ignored) >= 0)
		(void)json_write(j, "schema", schema);
	json_free(schema);
	jsonout_end(j);
}

static void write_params(struct jsonout *j, const struct route *r)
{
	str path = str_c(r->pattern.pattern), one;

	jsonout_array(j, "parameters");
	while (str_split(&path, '/', &one))
		if (one.n > 2 && one.p[0] == '{')
			write_part(j, str_upto(str_from(one, 1), str_chr(str_from(one, 1), one.p[one.n - 2] == '*' ? '*' : '}')));
	for (const struct param *p = r->params; p && p->name; p++)
		write_param(j, p);
	jsonout_end(j);
}

/* --- bodies --- */

static void write_content(struct jsonout *j, str schema, bool stream)
{
	char name[128];

	snprintf(name, sizeof name, "%.*s", STR_FMT(schema));
	jsonout_object(j, "content");
	jsonout_object(j, stream ? "text/event-stream" : "application/json");
	schemas_write_type(j, "schema", stream ? "text" : name, NULL);
	jsonout_end(j);
	jsonout_end(j);
}

static void write_response(struct jsonout *j, const char *status, const char *about, str schema, bool stream)
{
	jsonout_object(j, status);
	jsonout_text(j, "description", about);
	if (schema.n)
		write_content(j, schema, stream);
	jsonout_end(j);
}

static void write_responses(struct jsonout *j, const struct route *r)
{
	struct success s = success_of(r);
	char status[16];

	snprintf(status, sizeof status, "%d", s.status);
	jsonout_object(j, "responses");
	write_response(j, status, s.status == 202 ? "It was put into the queue" : "Done", s.schema, s.stream);
	if (r->pattern.method == METHOD_GET && r->family == FAMILY_V1 && !s.stream)
		write_response(j, "304", "Not changed since the ETag in If-None-Match", (str){ 0 }, false);
	write_response(j, "default", "What went wrong", STR("Error"), false);
	jsonout_end(j);
}

static void write_operation(struct jsonout *j, const struct route *r)
{
	char method[16];

	snprintf(method, sizeof method, "%s", method_name(r->pattern.method));
	for (char *p = method; *p; p++)
		*p |= 32;
	jsonout_object(j, method);
	write_operation_id(j, r);
	write_tag(j, r);
	jsonout_text(j, "summary", r->summary);
	if (r->action)
		jsonout_text(j, "x-plimsoll-action", r->action);
	write_params(j, r);
	if (r->body) {
		jsonout_object(j, "requestBody");
		jsonout_bool(j, "required", true);
		write_content(j, str_c(r->body), false);
		jsonout_end(j);
	}
	write_responses(j, r);
	jsonout_end(j);
}

static bool is_told(const struct route *r)
{
	return r->summary && (r->family == FAMILY_V1 || r->family == FAMILY_AGENT);
}

static bool same_path(const struct route *a, const struct route *b)
{
	return !strcmp(a->pattern.pattern, b->pattern.pattern);
}

/* A path with all its methods, where it occurs first. */
static void write_path(struct jsonout *j, const struct route_set *s, size_t at)
{
	char path[PATH_MAX_BYTES];

	for (size_t i = 0; i < at; i++)
		if (is_told(&s->rows[i]) && same_path(&s->rows[i], &s->rows[at]))
			return;
	jsonout_object(j, path_of(&s->rows[at], path));
	for (size_t i = at; i < s->n; i++)
		if (is_told(&s->rows[i]) && same_path(&s->rows[i], &s->rows[at]))
			write_operation(j, &s->rows[i]);
	jsonout_end(j);
}

static void write_security(struct jsonout *j)
{
	jsonout_object(j, "securitySchemes");
	jsonout_object(j, "token");
	jsonout_text(j, "type", "http");
	jsonout_text(j, "scheme", "bearer");
	jsonout_end(j);
	jsonout_end(j);
}

static void write_info(struct jsonout *j)
{
	jsonout_text(j, "openapi", "3.0.3");
	jsonout_object(j, "info");
	jsonout_text(j, "title", "plimsoll");
	jsonout_text(j, "version", "v1");
	jsonout_text(j, "description",
	             "The security center's own interface. Lists are in pages of `limit` rows; nextLink leads on. "
	             "Everything is cut by what the caller may see. Times are RFC 3339, in UTC.");
	jsonout_end(j);
	jsonout_array(j, "security");
	jsonout_object(j, NULL);
	jsonout_array(j, "token");
	jsonout_end(j);
	jsonout_end(j);
	jsonout_end(j);
}

void openapi_write(struct jsonout *j, const struct route_set *const sets[])
{
	jsonout_object(j, NULL);
	write_info(j);
	jsonout_object(j, "paths");
	for (; *sets; sets++)
		for (size_t i = 0; i < (*sets)->n; i++)
			if (is_told(&(*sets)->rows[i]))
				write_path(j, *sets, i);
	jsonout_end(j);
	jsonout_object(j, "components");
	jsonout_object(j, "schemas");
	schemas_write(j);
	jsonout_end(j);
	write_security(j);
	jsonout_end(j);
	jsonout_end(j);
}

int openapi_get(struct call *c, struct error *e)
{
	struct jsonout j = JSONOUT(&c->x->answer, 1);

	(void)e;
	openapi_write(&j, api_route_sets);
	buf_addc(&c->x->answer, '\n');
	return 0;
}
