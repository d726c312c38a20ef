/* What a registry lists: a page of names, and the Link to the next one, which stays at that
 * registry. */
#include "mutate_json.h"
#include "net/url.h"
#include "oci/listing.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void as_page(str body, const char *member)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct name_page page = { 0 };
	struct error e = { 0 };

	if (listing_page(body, member, &a, &page, &e) < 0) {
		assert(e.code && e.msg[0]);
		return;
	}
	for (size_t i = 0; i < page.names.n; i++) {
		str s = page.names.v[i];
		assert(s.n && s.p[0] != '/' && !s.p[s.n]);
		assert(str_chr(s, '?') == s.n && str_chr(s, '%') == s.n && str_chr(s, '\n') == s.n);
	}
}

static void as_link(str link)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	const str registry = STR("https://registry.example:5000/v2/");
	struct error e = { 0 };
	struct url base, next;
	str to = listing_address(registry, listing_next(link, &a), &a);

	assert(url_parse(registry, &base, &e) >= 0);
	if (to.n && url_parse(to, &next, &e) >= 0) /* the client refuses what is no address */
		assert(url_same_origin(&base, &next));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	as_page(str_mem(data, n), "tags");
	as_page(str_mem(data, n), "repositories");
	as_link(str_mem(data, n));
	return 0;
}

MUTATOR(mutate_json)
