#include "vulndb/enrich.h"
#include "vulndb/database.h"
#include "vulndb/facts.h"

/* The row of a key, whatever feed it is of: 1, or 0 */
static int find(struct look *l, str key, str *value, struct error *e)
{
	char row[LMDB_KEY_BYTES];
	return lmdb_get(l->txn, TABLE_FACTS,
	                shelf_pair(row, key, key.p[0] == 'K' ? STR("kev") : STR("epss")), value, e);
}

static void take_score(str value, uint32_t number, struct exploitation *out)
{
	struct epss_score s;
	if (!facts_get_score(value, number, &s) || s.probability <= out->epss * FACTS_WHOLE)
		return;
	out->epss = (double)s.probability / FACTS_WHOLE;
	out->percentile = (double)s.percentile / FACTS_WHOLE;
}

static int take_cve(struct look *l, struct arena *a, str cve, struct exploitation *out,
                    struct error *e)
{
	char key[FACTS_KEY_BYTES];
	uint32_t year, number;
	struct kev_entry k;
	str value;
	if (!facts_cve(cve, &year, &number))
		return 0;
	int r = find(l, facts_kev_key(key, cve), &value, e);
	if (r == 1 && facts_get_kev(value, &k)) {
		if (!out->known) {
			out->added = arena_str(a, k.added);
			out->due = arena_str(a, k.due);
		}
		out->known = true;
		out->ransomware |= k.ransomware;
	}
	r = r < 0 ? r : find(l, facts_score_key(key, year, number), &value, e);
	if (r == 1)
		take_score(value, number, out);
	return r < 0 ? r : 0;
}

int enrich_finding(struct look *l, struct arena *a, struct finding *f, struct error *e)
{
	f->exploited = (struct exploitation){ .epss = -1, .percentile = -1 };
	int r = take_cve(l, a, f->id, &f->exploited, e);
	for (size_t i = 0; r == 0 && i < f->aliases.n; i++)
		r = take_cve(l, a, f->aliases.v[i], &f->exploited, e);
	return r;
}
