/* Any bytes as the EPSS file, as CISA's catalogue, and as a row of the table of facts: refused with
 * a reason, or rows that can be kept. */
#include "stream/stream.h"
#include "vulndb/epss.h"
#include "vulndb/kev.h"
#include "mutate_json.h"
#include <assert.h>

static int check_row(void *ctx, str key, str value, struct error *e)
{
	(void)ctx, (void)e;
	assert(facts_check(key, value));
	return 0;
}

static int check_entry(void *ctx, const struct kev_entry *k, struct error *e)
{
	struct buf b cleanup(buf_done) = BUF(4096);
	char key[FACTS_KEY_BYTES];
	(void)ctx, (void)e;
	facts_put_kev(&b, k);
	assert(facts_check(facts_kev_key(key, k->cve), buf_view(&b)) == 1);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct error e = { 0 };
	struct json *doc = NULL;
	char date[40];
	str all = str_mem(data, n), released;
	struct stream *s = stream_mem(all);
	int r = epss_read(s, check_row, NULL, date, &e);
	assert(r == 0 || e.msg[0]);
	stream_free(s);
	if (json_parse("fuzz", all, &doc, &e) == 0) {
		r = kev_read(doc, check_entry, NULL, &released, &e);
		assert(r == 0 || e.msg[0]);
	}
	json_free(doc);
	size_t at = str_chr(all, 0);
	(void)!facts_check(str_upto(all, at), str_from(all, at + 1));
	return 0;
}

MUTATOR(mutate_json)
