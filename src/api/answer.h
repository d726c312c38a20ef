/* api/answer.h — how answers are written: JSON bodies, errors in the shape of the call's family,
 * links to next pages, ETags. One call, one thread. */
#pragma once
#include "api/api.h"

/* A JSON body begins: write it with jsonout_*, and the call is answered with status 200 unless
 * x->status says else. */
static inline struct jsonout answer_json(struct call *c)
{
	return JSONOUT(&c->x->answer, 0);
}

/* An error of the handler's own choosing, in the family's shape; gives 0, as the call is answered
 * then: return answer_fail(c, 400, "InvalidApiVersionParameter", "…"); */
int answer_fail(struct call *c, int status, const char *code, const char *fmt, ...)
        printf_like(4, 5);
/* The same with the member the error is about ("target"); empty: none. */
int answer_fail_at(struct call *c, int status, const char *code, const char *target,
                   const char *fmt, ...) printf_like(5, 6);
/* What a handler's error becomes: its code's status and name (ERR_NOTFOUND is 404 ResourceNotFound
 * …). What the system or the store said is logged and not told: the body names the request id. */
void answer_error(struct call *c, const struct error *e);

/* "https://host[:port]" as the client knows us, for absolute links. */
str answer_base(struct call *c);
/* This request's address with the query parameter `name` set to `value` (others stay): for
 * nextLink. */
str answer_link(struct call *c, const char *name, str value);

/* Sets ETag: "…" of the tag (a version, a digest: any text); true when If-None-Match has it, and
 * the call is then answered 304. A weak one: it tells that the content is the same, not the bytes.
 */
bool answer_unchanged(struct call *c, str tag);
/* If-Match, when there is one, must name the tag: 0, or the call is answered 412 and gives 1. */
int answer_changed_meanwhile(struct call *c, str tag);

/* Sets Location and status 201. */
void answer_created(struct call *c, str path);
/* The body as JSON; ERR_USAGE when it is none, too deep, or no object. Ended by the call. */
int call_json(struct call *c, const struct json **out, struct error *e) must_use;
/* Does the object have members of these names only (NULL ends them)? ERR_USAGE names one that is
 * not: what is misspelt must not be taken for absent. */
int call_members(const struct json *object, const char *const names[], struct error *e) must_use;
/* A parameter of the query; empty when absent. ERR_USAGE. */
int call_param(struct call *c, const char *name, str *out, struct error *e) must_use;
/* A number in [least, most], or `otherwise` when absent. */
int call_number(struct call *c, const char *name, int64_t least, int64_t most, int64_t otherwise,
                int64_t *out, struct error *e) must_use;
/* "true", "1", "false", "0"; absent is `otherwise`. */
int call_bool(struct call *c, const char *name, bool otherwise, bool *out,
              struct error *e) must_use;

/* Notes what the call changed in the audit log, outside of a transaction; a failure is logged and
 * kept from the caller. Changes made by center modules that take a caller note themselves. */
void call_audit(struct call *c, const char *action, str target, str detail);
