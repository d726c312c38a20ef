#include "api/answer.h"
#include "base/json.h"
#include "base/log.h"
#include "center/access.h"
#include "center/auditlog.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
	int code, status;
	const char *name;
	bool told; /* the message is for the caller; else it is for the log */
} meanings[] = {
	// clang-format off
	{ ERR_USAGE,       400, "InvalidRequestContent", true },
	{ ERR_FORMAT,      400, "InvalidRequestContent", true },
	{ ERR_LIMIT,       413, "RequestTooLarge",       true },
	{ ERR_UNSUPPORTED, 415, "NotSupported",          true },
	{ ERR_NODATA,      503, "NoData",                true },
	{ ERR_NOTFOUND,    404, "ResourceNotFound",      true },
	{ ERR_DENIED,      403, "AuthorizationFailed",   true },
	{ ERR_CONFLICT,    409, "Conflict",              true },
	{ ERR_UNKNOWN,     401, "AuthenticationFailed",  true },
	{ ERR_THROTTLED,   429, "TooManyRequests",       true },
	{ ERR_UPSTREAM,    502, "UpstreamFailed",        false },
	{ ERR_SYSTEM,      500, "InternalServerError",   false },
	{ ERR_CRASH,       500, "InternalServerError",   false },
	// clang-format on
};

/* One shape for both: Azure's CloudError, of which ours is a part. */
static int fail(struct call *c, int status, const char *code, const char *target,
                const char *message)
{
	struct jsonout j = JSONOUT(&c->x->answer, 0);

	buf_clear(&c->x->answer);
	c->x->status = status;
	c->x->type = NULL;
	c->answered = true;
	c->refused = c->refused || status == 403;
	jsonout_object(&j, NULL);
	jsonout_object(&j, "error");
	jsonout_text(&j, "code", code);
	jsonout_text(&j, "message", message);
	if (target && *target)
		jsonout_text(&j, "target", target);
	jsonout_end(&j);
	jsonout_end(&j);
	return 0;
}

int answer_fail_at(struct call *c, int status, const char *code, const char *target,
                   const char *fmt, ...)
{
	char message[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof message, fmt, args);
	va_end(args);
	return fail(c, status, code, target, message);
}

int answer_fail(struct call *c, int status, const char *code, const char *fmt, ...)
{
	char message[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof message, fmt, args);
	va_end(args);
	return fail(c, status, code, NULL, message);
}

void answer_error(struct call *c, const struct error *e)
{
	for (size_t i = 0; i < LEN(meanings); i++) {
		if (meanings[i].code != e->code)
			continue;
		if (meanings[i].told) {
			fail(c, meanings[i].status, meanings[i].name, NULL, e->msg);
			return;
		}
		log_error("api.failed", KVS("request", c->id), KV("why", e->msg));
		answer_fail(c, meanings[i].status, meanings[i].name,
		            "the center could not do that; its log tells why at request %.*s",
		            STR_FMT(c->id));
		return;
	}
	log_error("api.failed", KVS("request", c->id), KV("why", e->msg));
	answer_fail(c, 500, "InternalServerError", "the center's log tells why at request %.*s",
	            STR_FMT(c->id));
}

/* --- links --- */

str answer_base(struct call *c)
{
	str host = c->x->host.n ? c->x->host : STR("localhost");
	return arena_join(c->arena, c->x->https ? STR("https://") : STR("http://"), host);
}

/* Of the answer's link: what must not stand in a query as it is. */
static str escape(struct arena *a, str s)
{
	struct buf b cleanup(buf_done) = BUF(64 << 10);

	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];
		if ((unsigned)((ch | 32) - 'a') < 26 || (unsigned)(ch - '0') < 10 ||
		    memchr("-._~$", ch, 5))
			buf_addc(&b, (char)ch);
		else
			buf_printf(&b, "%%%02X", ch);
	}
	return arena_str(a, buf_view(&b));
}

str answer_link(struct call *c, const char *name, str value)
{
	struct buf b cleanup(buf_done) = BUF(64 << 10);
	str target = c->x->target, path = str_upto(target, str_chr(target, '?'));
	str rest = c->x->query, n, v;
	struct error ignored = { 0 };
	char sep = '?';

	buf_add(&b, answer_base(c));
	while (path.n > 1 && path.p[0] == '/' && path.p[1] == '/') /* never another host */
		path = str_from(path, 1);
	buf_add(&b, path);
	while (query_next(&rest, c->arena, &n, &v, &ignored) == 1) {
		if (str_eq(n, str_c(name)))
			continue;
		buf_addc(&b, sep);
		buf_add(&b, escape(c->arena, n));
		buf_addc(&b, '=');
		buf_add(&b, escape(c->arena, v));
		sep = '&';
	}
	buf_addc(&b, sep);
	buf_add(&b, escape(c->arena, str_c(name)));
	buf_addc(&b, '=');
	buf_add(&b, escape(c->arena, value));
	return arena_str(c->arena, buf_view(&b));
}

/* --- conditions (RFC 9110 13) --- */

static bool names_tag(str list, str tag)
{
	str one;

	while (str_split(&list, ',', &one)) {
		one = str_trim(one);
		if (str_eq(one, STR("*")))
			return true;
		if (str_starts(one, STR("W/")))
			one = str_from(one, 2);
		if (one.n == tag.n + 2 && one.p[0] == '"' && one.p[one.n - 1] == '"' &&
		    str_eq(str_mem(one.p + 1, tag.n), tag))
			return true;
	}
	return false;
}

bool answer_unchanged(struct call *c, str tag)
{
	exchange_add(c->x, "ETag", arena_printf(c->arena, "W/\"%.*s\"", STR_FMT(tag)));
	if (!names_tag(exchange_header(c->x, "If-None-Match"), tag))
		return false;
	c->x->status = 304;
	c->answered = true;
	return true;
}

int answer_changed_meanwhile(struct call *c, str tag)
{
	str wanted = exchange_header(c->x, "If-Match");

	if (!wanted.n || names_tag(wanted, tag))
		return 0;
	answer_fail(c, 412, "PreconditionFailed", "it was changed since you read it");
	return 1;
}

void answer_created(struct call *c, str path)
{
	c->x->status = 201;
	exchange_add(c->x, "Location", arena_concat(c->arena, answer_base(c), path));
}

/* --- what a call brings --- */

int call_json(struct call *c, const struct json **out, struct error *e)
{
	str type = exchange_header(c->x, "Content-Type");
	int r;

	type = str_trim(str_upto(type, str_chr(type, ';')));
	if (type.n && !str_eq_nocase(type, STR("application/json")) &&
	    !str_ends(type, STR("+json")))
		return error_set(e, ERR_UNSUPPORTED, "the body is not application/json");
	if (!c->x->body.n)
		return error_set(e, ERR_USAGE, "a JSON body is missing");
	r = json_parse("the body", c->x->body, &c->json, e);
	if (r < 0)
		return r;
	if (!json_is_object(c->json))
		return error_set(e, ERR_USAGE, "the body is no JSON object");
	*out = c->json;
	return 0;
}

int call_members(const struct json *object, const char *const names[], struct error *e)
{
	const struct json *value;
	void *it = NULL;
	str key;

	while (json_next(object, &it, &key, &value) == 1) {
		size_t i = 0;
		while (names[i] && !str_eq(str_c(names[i]), key))
			i++;
		if (!names[i])
			return error_set(e, ERR_USAGE, "there is no member \"%.*s\" here",
			                 STR_FMT(str_upto(key, 64)));
	}
	return 0;
}

int call_param(struct call *c, const char *name, str *out, struct error *e)
{
	return query_param(c->x->query, name, c->arena, out, e);
}

int call_number(struct call *c, const char *name, int64_t least, int64_t most, int64_t otherwise,
                int64_t *out, struct error *e)
{
	uint64_t n;
	str text;
	int r = call_param(c, name, &text, e);

	if (r < 0)
		return r;
	*out = otherwise;
	if (!query_has(c->x->query, name))
		return 0;
	if (!str_u64(text, &n) || n > INT64_MAX || (int64_t)n < least || (int64_t)n > most)
		return error_set(e, ERR_USAGE, "%s: a number from %" PRId64 " to %" PRId64, name,
		                 least, most);
	*out = (int64_t)n;
	return 0;
}

int call_bool(struct call *c, const char *name, bool otherwise, bool *out, struct error *e)
{
	str text;
	int r = call_param(c, name, &text, e);

	if (r < 0)
		return r;
	if (!query_has(c->x->query, name))
		*out = otherwise;
	else if (str_eq(text, STR("true")) || str_eq(text, STR("1")))
		*out = true;
	else if (str_eq(text, STR("false")) || str_eq(text, STR("0")))
		*out = false;
	else
		return error_set(e, ERR_USAGE, "%s: true or false", name);
	return 0;
}

void call_audit(struct call *c, const char *action, str target, str detail)
{
	struct audit entry = { .actor = c->caller->name,
		               .peer = c->x->peer,
		               .action = str_c(action),
		               .target = target,
		               .detail = detail };
	struct error e = { 0 };

	if (auditlog_note(c->center, &entry, &e) < 0)
		log_error("audit.failed", KVS("request", c->id), KV("why", e.msg));
}
