#include "net/exchange.h"
#include "base/jsonout.h"
#include "base/time.h"
#include "net/streams.h"
#include <assert.h>
#include <stdio.h>
#include <time.h>

static const struct {
	int status;
	const char *reason, *code;
} statuses[] = {
	/* clang-format off */
	{ 200, "OK", "" }, { 201, "Created", "" }, { 202, "Accepted", "" }, { 204, "No Content", "" },
	{ 206, "Partial Content", "" }, { 301, "Moved Permanently", "" }, { 302, "Found", "" },
	{ 303, "See Other", "" }, { 304, "Not Modified", "" }, { 307, "Temporary Redirect", "" },
	{ 308, "Permanent Redirect", "" },
	{ 400, "Bad Request", "BadRequest" }, { 401, "Unauthorized", "Unauthorized" },
	{ 403, "Forbidden", "Forbidden" }, { 404, "Not Found", "NotFound" },
	{ 405, "Method Not Allowed", "MethodNotAllowed" }, { 406, "Not Acceptable", "NotAcceptable" },
	{ 408, "Request Timeout", "RequestTimeout" }, { 409, "Conflict", "Conflict" }, { 410, "Gone", "Gone" },
	{ 411, "Length Required", "LengthRequired" }, { 412, "Precondition Failed", "PreconditionFailed" },
	{ 413, "Content Too Large", "PayloadTooLarge" }, { 414, "URI Too Long", "UriTooLong" },
	{ 415, "Unsupported Media Type", "UnsupportedMediaType" },
	{ 416, "Range Not Satisfiable", "RangeNotSatisfiable" }, { 417, "Expectation Failed", "ExpectationFailed" },
	{ 422, "Unprocessable Content", "UnprocessableContent" }, { 428, "Precondition Required", "PreconditionRequired" },
	{ 429, "Too Many Requests", "TooManyRequests" },
	{ 431, "Request Header Fields Too Large", "HeadTooLarge" },
	{ 500, "Internal Server Error", "InternalServerError" }, { 501, "Not Implemented", "NotImplemented" },
	{ 502, "Bad Gateway", "BadGateway" }, { 503, "Service Unavailable", "ServiceUnavailable" },
	{ 504, "Gateway Timeout", "GatewayTimeout" }, { 505, "HTTP Version Not Supported", "HttpVersionNotSupported" },
	{ 507, "Insufficient Storage", "InsufficientStorage" },
	/* clang-format on */
};

struct server_request *exchange_new(void)
{
	struct server_request *r = calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->arena = ARENA(MIB(8));
	r->added = BUF(KIB(64));
	r->first = BUF(KIB(96));
	r->fd = -1;
	r->x.answer = BUF(EXCHANGE_ANSWER_MAX);
	r->x.arena = &r->arena;
	r->x.inner = r;
	return r;
}

void exchange_free(struct server_request *r)
{
	if (!r)
		return;
	if (r->stream)
		streams_abandon(r->streams, r->stream);
	if (r->fd >= 0)
		close(r->fd);
	buf_done(&r->x.answer);
	buf_done(&r->first);
	buf_done(&r->added);
	buf_done(&r->body);
	arena_done(&r->arena);
	free(r);
}

str exchange_header(const struct exchange *x, const char *name)
{
	return head_field(&x->inner->head, name);
}

void exchange_add(struct exchange *x, const char *name, str value)
{
	static const char *const framing[] = { "connection", "content-length", "date", "keep-alive",
		                               "transfer-encoding" };
	struct buf *b = &x->inner->added;
	assert(head_is_token(str_c(name)));
	for (size_t i = 0; i < LEN(framing); i++)
		if (str_eq_nocase(str_c(name), str_c(framing[i])))
			return;
	value = str_upto(value, MIN(str_chr(value, '\r'), str_chr(value, '\n')));
	value = str_upto(value, str_chr(value, 0));
	buf_add(b, str_c(name));
	buf_add(b, STR(": "));
	buf_add(b, value);
	buf_add(b, STR("\r\n"));
}

void exchange_file(struct exchange *x, int fd, uint64_t offset, uint64_t bytes)
{
	struct server_request *r = x->inner;
	if (r->fd >= 0)
		close(r->fd);
	r->fd = fd;
	r->is_file = true;
	r->offset = offset;
	r->bytes = bytes;
}

int exchange_stream(struct exchange *x, const struct stream_source *s, struct error *e)
{
	struct server_request *r = x->inner;
	assert(!r->stream);
	return streams_reserve(r->streams, s, &r->stream, e);
}

static const char *date_text(char room[64]) /* IMF-fixdate, RFC 9110 section 5.6.7; of no locale */
{
	static const char days[] = "SunMonTueWedThuFriSat",
	                  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = (time_t)time_now();
	struct tm t;
	gmtime_r(&now, &t);
	snprintf(room, 64, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * t.tm_wday,
	         t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
	return room;
}

static const char *reason_of(int status)
{
	for (size_t i = 0; i < LEN(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].reason;
	return "Other";
}

static const char *code_of(int status)
{
	for (size_t i = 0; i < LEN(statuses); i++)
		if (statuses[i].status == status && statuses[i].code[0])
			return statuses[i].code;
	return "Error";
}

static void start_head(struct buf *out, int status, const char *type)
{
	char date[64];
	buf_printf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status, reason_of(status),
	           date_text(date));
	if (type)
		buf_printf(out, "Content-Type: %s\r\n", type);
}

static void error_body(struct buf *out, int status, const char *message)
{
	struct jsonout j = JSONOUT(out, 0);
	jsonout_object(&j, NULL);
	jsonout_object(&j, "error");
	jsonout_text(&j, "code", code_of(status));
	jsonout_text(&j, "message", message);
	jsonout_end(&j);
	jsonout_end(&j);
}

static const char json_type[] = "application/json; charset=utf-8";

void exchange_refusal(struct buf *out, int status, const char *message, const char *extra,
                      bool bodyless, bool closes)
{
	struct buf body cleanup(buf_done) = BUF(KIB(4));
	error_body(&body, status, message);
	start_head(out, status, json_type);
	buf_printf(out, "Content-Length: %zu\r\n%s%s\r\n", body.n, extra,
	           closes ? "Connection: close\r\n" : "");
	if (!bodyless)
		buf_add(out, buf_view(&body));
}

/* What cannot be sent as it is becomes a 500 that says nothing of the inside. */
static void judge(struct server_request *r)
{
	struct exchange *x = &r->x;
	if (r->stream && !x->status)
		x->status = 200;
	bool whole = !x->answer.failed && !r->added.failed && (!r->is_file || r->fd >= 0);
	if (x->status >= 200 && x->status <= 599 && whole)
		return;
	if (r->stream)
		streams_abandon(r->streams, take(r->stream));
	r->is_file = false;
	buf_clear(&r->added);
	buf_clear(&x->answer);
	x->status = 500;
	x->type = NULL;
	error_body(&x->answer, 500, "the request could not be answered");
}

void exchange_finish(struct server_request *r, bool closes)
{
	struct exchange *x = &r->x;
	judge(r);
	bool empty = x->status == 204 || x->status == 304;
	uint64_t length = r->is_file ? r->bytes : x->answer.n;
	const char *type = x->type ? x->type : r->stream ? "text/event-stream" : json_type;
	r->keep = r->keep && !closes && !r->stream;
	start_head(&r->first, x->status,
	           empty || (!length && !x->type && !r->stream) ? NULL : type);
	buf_add(&r->first, buf_view(&r->added));
	if (r->stream)
		buf_add(&r->first, r->head.minor ? STR("Transfer-Encoding: chunked\r\n") : STR(""));
	else if (!empty)
		buf_printf(&r->first, "Content-Length: %llu\r\n", (unsigned long long)length);
	if (!r->keep)
		buf_add(&r->first, STR("Connection: close\r\n"));
	else if (!r->head.minor)
		buf_add(&r->first, STR("Connection: keep-alive\r\n"));
	buf_add(&r->first, STR("\r\n"));
	if (empty || x->method == METHOD_HEAD) {
		buf_clear(&x->answer);
		r->bytes = 0;
		if (r->stream)
			streams_abandon(r->streams, take(r->stream));
	} else if (!r->is_file && x->answer.n <= EXCHANGE_INLINE_MAX) {
		buf_add(&r->first, buf_view(&x->answer));
		buf_clear(&x->answer);
	}
	if (r->is_file)
		buf_clear(&x->answer);
}
