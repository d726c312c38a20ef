/* Any bytes: walked or refused with a reason, and what is handed over has the form of JSON again.
 */
#include "base/json.h"
#include "format/jsonwalk.h"
#include "mutate_json.h"
#include <assert.h>

static int check(void *ctx, const str *path, size_t n, str json, struct error *e)
{
	struct json *doc = NULL;
	struct error why = { 0 };
	(void)path, (void)ctx, (void)e;
	assert(n >= 1 && n <= JSONWALK_PATH_MAX);
	if (json_parse("subtree", json, &doc, &why) <
	    0) /* overlong UTF-8, a number beyond a double */
		assert(why.msg[0]);
	json_free(doc);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!n)
		return 0;
	struct error e = { 0 };
	struct stream *s = stream_mem(str_mem(data + 1, n - 1));
	int r = jsonwalk("fuzz", s, 1 + data[0] % 4, 4096, check, NULL, &e);
	assert(r == 0 || e.msg[0]);
	stream_free(s);
	return 0;
}

MUTATOR(mutate_json)
