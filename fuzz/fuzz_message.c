/* fuzz/fuzz_message.c — the lines of a response's head as a server may write them: a header's value
 * is a trimmed piece of them, a part is what was asked for, a date is one that is written the same.
 */
#include "base/time.h"
#include "mutate_text.h"
#include "net/message.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_value(const struct response *r, str value)
{
	assert(!value.n ||
	       (value.p >= r->headers.p && value.p + value.n <= r->headers.p + r->headers.n));
	assert(!memchr(value.n ? value.p : "", '\n', value.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = { "ETag", "Link", "Content-Range", "www-authenticate" };
	struct response r cleanup(response_done) = { .status = 206, .headers = BUF(1 << 20) };
	const struct request q = { .url = "https://user:secret@h.example/a?token=secret" };
	struct error e = { 0 };
	int64_t date;

	buf_add(&r.headers, str_mem(data, n));
	for (size_t i = 0; i < LEN(names); i++)
		for (size_t k = 0; k < 5; k++)
			check_value(&r, response_header_at(&r, names[i], k));
	if (response_is_part(&r, 5, 10, 100))
		assert(str_find(response_header(&r, "Content-Range"), STR("5")) < n);
	(void)!time_parse_http(response_header(&r, "Last-Modified"), &date);
	(void)!time_parse(response_header(&r, "Last-Modified"), &date);
	r.status = n ? data[0] * 3 : 0;
	assert(response_refused(&q, &r, &e) < 0 && !strstr(e.msg, "secret"));
	return 0;
}

static void mutate_head(struct subject *s, struct dice *d)
{
	static const char *const words[] = {
		"\r\n",    "Content-Range: bytes 5-9/100\r\n",
		"etag:",   "bytes ",
		"Link: <", "18446744073709551616",
		"\n\n",    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT",
		"-1",      NULL
	};
	static const struct grammar head = { ":\r\n-/ ,", words };
	mutate_by(&head, s, d);
}

MUTATOR(mutate_head)
