#include "vulndb/facts.h"
#include "base/cursor.h"
#include "base/time.h"
#include "vulndb/names.h"
#include "vulndb/record.h"
#include <stdio.h>

bool facts_cve(str cve, uint32_t *year, uint32_t *number)
{
	uint64_t y, n;
	if (!names_is_cve(cve) || !str_u64(str_upto(str_from(cve, 4), 4), &y) ||
	    !str_u64(str_from(cve, 9), &n) || n > UINT32_MAX)
		return false;
	*year = (uint32_t)y;
	*number = (uint32_t)n;
	return true;
}

str facts_kev_key(char out[FACTS_KEY_BYTES], str cve)
{
	int n = snprintf(out, FACTS_KEY_BYTES, "K%.*s", STR_FMT(str_upto(cve, 40)));
	return str_mem(out, (size_t)n);
}

str facts_score_key(char out[FACTS_KEY_BYTES], uint32_t year, uint32_t number)
{
	int n = snprintf(out, FACTS_KEY_BYTES, "E%u-%u", year, number / FACTS_BLOCK);
	return str_mem(out, (size_t)n);
}

void facts_put_kev(struct buf *value, const struct kev_entry *k)
{
	record_put_uleb(value, k->ransomware);
	record_put_str(value, k->added);
	record_put_str(value, k->due);
}

bool facts_get_kev(str value, struct kev_entry *out)
{
	struct cursor c = CURSOR("advisory database", value.p, value.n);
	uint64_t ransomware = cur_uleb(&c);
	out->ransomware = ransomware == 1;
	out->added = record_get_str(&c);
	out->due = record_get_str(&c);
	return !cur_bad(&c) && !cur_left(&c) && ransomware <= 1;
}

static void put_u24(struct buf *b, uint32_t v)
{
	buf_u8(b, (uint8_t)v);
	buf_u8(b, (uint8_t)(v >> 8));
	buf_u8(b, (uint8_t)(v >> 16));
}

static uint32_t get_u24(struct cursor *c)
{
	uint32_t low = cur_le16(c);
	return low | (uint32_t)cur_u8(c) << 16;
}

void facts_put_score(struct buf *value, const struct epss_score *s)
{
	buf_u8(value, (uint8_t)(s->number % FACTS_BLOCK));
	put_u24(value, s->probability);
	put_u24(value, s->percentile);
}

bool facts_get_score(str value, uint32_t number, struct epss_score *out)
{
	struct cursor c = CURSOR("advisory database", value.p, value.n);
	while (cur_left(&c)) {
		unsigned low = cur_u8(&c);
		out->probability = get_u24(&c);
		out->percentile = get_u24(&c);
		if (!cur_bad(&c) && low == number % FACTS_BLOCK)
			return true;
	}
	return false;
}

static uint64_t check_kev(str cve, str value)
{
	struct kev_entry k;
	int64_t t;
	if (!names_is_cve(cve) || cve.n > 32 || !facts_get_kev(value, &k))
		return 0;
	return (!k.added.n || (k.added.n == 10 && time_parse(k.added, &t))) &&
	       (!k.due.n || (k.due.n == 10 && time_parse(k.due, &t)));
}

static uint64_t check_scores(str block, str value)
{
	struct cursor c = CURSOR("scores", value.p, value.n);
	uint64_t year, number;
	int last = -1;
	size_t dash = str_chr(block, '-');
	if (!str_u64(str_upto(block, dash), &year) ||
	    !str_u64(str_from(block, dash + 1), &number) || block.n > 16 ||
	    value.n % FACTS_SCORE_BYTES)
		return 0;
	while (cur_left(&c)) {
		int low = cur_u8(&c);
		uint32_t probability = get_u24(&c), percentile = get_u24(&c);
		if (low <= last || probability > FACTS_WHOLE || percentile > FACTS_WHOLE)
			return 0;
		last = low;
	}
	return value.n / FACTS_SCORE_BYTES;
}

uint64_t facts_check(str key, str value)
{
	if (str_starts(key, STR("K")))
		return check_kev(str_from(key, 1), value);
	return str_starts(key, STR("E")) ? check_scores(str_from(key, 1), value) : 0;
}
