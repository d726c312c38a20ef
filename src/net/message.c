#include "net/message.h"
#include "net/url.h"

str response_header_at(const struct response *r, const char *name, size_t i)
{
	str rest = buf_view(&r->headers), line;

	while (str_line(&rest, &line)) {
		size_t colon = str_chr(line, ':');
		if (str_eq_nocase(str_upto(line, colon), str_c(name)) && colon < line.n && !i--)
			return str_trim(str_from(line, colon + 1));
	}
	return (str){ 0 };
}

/* "bytes 500-999/1000" (RFC 9110 14.4) */
bool response_is_part(const struct response *r, uint64_t from, uint64_t to, uint64_t total)
{
	str range = response_header(r, "Content-Range"), rest = str_from(range, 6), piece;
	uint64_t first, last, whole;

	return r->status == 206 && str_eq_nocase(str_upto(range, 6), STR("bytes ")) &&
	       str_split(&rest, '-', &piece) && str_u64(str_trim(piece), &first) &&
	       str_split(&rest, '/', &piece) && str_u64(str_trim(piece), &last) &&
	       str_u64(str_trim(rest), &whole) && first == from && last < to && to - last == 1 &&
	       whole == total;
}

void response_done(struct response *r)
{
	buf_done(&r->headers);
}

static int code_of(int status)
{
	switch (status) {
	case 401:
	case 403:
		return ERR_DENIED;
	case 404:
	case 410:
		return ERR_NOTFOUND;
	default:
		return ERR_UPSTREAM;
	}
}

int response_refused(const struct request *q, const struct response *r, struct error *e)
{
	static const char *const words[] = { [401] = "not authorized",
		                             [403] = "access denied",
		                             [404] = "not found",
		                             [429] = "too many requests" };
	struct arena a cleanup(arena_done) = ARENA(4 * URL_BYTES_MAX);
	const char *word =
	        r->status > 0 && (size_t)r->status < LEN(words) ? words[r->status] : NULL;
	struct error ignored = { 0 };
	struct url u;
	str shown = STR("the address");

	if (url_parse(str_c(q->url), &u, &ignored) >= 0)
		shown = url_shown(&a, &u);
	return error_set(e, code_of(r->status), "%.*s: status %d%s%s%s", STR_FMT(shown), r->status,
	                 word ? " (" : "", word ? word : "", word ? ")" : "");
}
