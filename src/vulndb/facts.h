/* vulndb/facts.h — what is known of a CVE beside the advisories: CISA's catalogue of exploited
 * vulnerabilities (KEV) and the exploit prediction scores (EPSS). Rows of the table "facts", which
 * no delta names: they change a finding's rank, never whether there is one.
 *
 *   'K' CVE-2021-44228 0 feed   the entry of the catalogue
 *   'E' 2021-173 0 feed         scores of CVE-2021-44288 to CVE-2021-44543 (256 numbers): for each
 *                               one that has any u8 number's low byte, u24 probability, u24
 *                               percentile, in millionths, little-endian, ascending
 *
 * So 300,000 scores are 2 MB. */
#pragma once
#include "base/buf.h"
#include "base/str.h"

enum { FACTS_SCORE_BYTES = 7, FACTS_BLOCK = 256, FACTS_KEY_BYTES = 64, FACTS_WHOLE = 1000000 };

struct kev_entry {
	str cve, added, due; /* "2021-12-10"; dates may be empty */
	bool ransomware;
};

struct epss_score {
	uint32_t year, number;            /* of the CVE */
	uint32_t probability, percentile; /* millionths */
};

/* "CVE-2021-44228" into year and number; false for anything else */
bool facts_cve(str cve, uint32_t *year, uint32_t *number);
str facts_kev_key(char out[FACTS_KEY_BYTES], str cve);
str facts_score_key(char out[FACTS_KEY_BYTES], uint32_t year, uint32_t number);
void facts_put_kev(struct buf *value, const struct kev_entry *k);
bool facts_get_kev(str value, struct kev_entry *out); /* dates borrowed; cve stays */
void facts_put_score(struct buf *value, const struct epss_score *s);
/* The score of one number in its block; false: it has none */
bool facts_get_score(str value, uint32_t number, struct epss_score *out);
/* How many facts a row holds; 0: not of these forms. Its writer may have been taken over. */
uint64_t facts_check(str key, str value);
