/* Whatever url_parse takes is taken again, and the same, from the text it writes. */
#include "net/url.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct error e = { 0 };
	struct url u, again;

	if (url_parse(str_mem(data, n), &u, &e) < 0) {
		assert(e.msg[0]);
		return 0;
	}
	assert(url_parse(url_text(&a, &u), &again, &e) >= 0);
	assert(url_same_origin(&u, &again) && url_is_loopback(&u) == url_is_loopback(&again));
	assert(str_eq(u.query, again.query) && !again.userinfo.n);
	url_unescape(&a, url_escape(&a, u.path));
	url_unescape(&a, u.userinfo);
	return 0;
}
