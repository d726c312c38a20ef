/* A challenge, a credential file, and the name of an image, all from the same bytes. */
#include "oci/auth.h"
#include "mutate_json.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct image_reference image = { STR_INIT("q.io"), STR_INIT("team/app"), { 0 }, { 0 } },
	                       parsed, again;
	struct arena a cleanup(arena_done) = ARENA(4 << 20);
	struct credentials who cleanup(credentials_done) = { 0 };
	struct challenge c = { 0 };
	struct error e = { 0 };
	str text = str_mem(data, n);

	assert(auth_challenge(text, &a, &c, &e) >= 0 || e.msg[0]);
	assert(credentials_read("fuzz", text, &image, &who, &e) >= 0 || e.msg[0]);
	if (n < 1000 && reference_parse(text, &a, &parsed, &e) >= 0) {
		str name = reference_name(&a, &parsed);
		assert(reference_parse(name, &a, &again, &e) >= 0 &&
		       str_eq(again.repository, parsed.repository));
	}
	return 0;
}

MUTATOR(mutate_json)
