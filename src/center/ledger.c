#include "center/ledger.h"
#include "base/time.h"
#include "center/rowtake.h"

enum { DAY_S = 86400 };

int ledger_bill(struct db *d, const struct ledger_entry *x, struct error *e)
{
	int64_t n = db_run(
	        d, e,
	        "INSERT INTO ledger (subscription_id, digest, registry_id, repository, billed_at)"
	        " VALUES (lower($1), $2, $3, $4, $5) ON CONFLICT (subscription_id, digest) DO "
	        "NOTHING",
	        V_TEXT(x->subscription), V_TEXT(x->digest), V_INT(x->registry_id),
	        V_TEXT(x->repository), V_INT(x->at));

	return n < 0 ? (int)n : n > 0;
}

/* "2026-11-22" */
static str day_text(struct arena *a, int64_t day)
{
	char text[TIME_TEXT_BYTES];

	return arena_str(a, str_upto(str_c(time_text(day * DAY_S, text)), 10));
}

int ledger_usage(struct db *d, struct arena *a, const struct sight *s, str subscription,
                 int64_t since, int64_t until, struct usage_list *out, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q,
	          "SELECT l.billed_at / 86400, l.registry_id, r.name, count(*) FROM ledger l"
	          " JOIN registry r ON r.id = l.registry_id"
	          " WHERE l.billed_at >= ? AND l.billed_at < ?",
	          V_INT(since), V_INT(until));
	if (subscription.n)
		query_add(&q, " AND l.subscription_id = ?", V_TEXT(arena_lower(a, subscription)));
	sight_registries(&q, s, "l.registry_id");
	query_add(&q, " GROUP BY l.billed_at / 86400, l.registry_id, r.name ORDER BY 1, 3, 2");
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct usage *x = vec_push(a, out);
		if (x)
			*x = (struct usage){ day_text(a, rows_int(r, 0)), rows_int(r, 1),
				             take_text(a, r, 2), rows_int(r, 3) };
	}
	return take_end(a, code, e);
}

int ledger_count(struct db *d, str subscription, int64_t *count, struct error *e)
{
	int code =
	        db_int(d, e, count, "SELECT count(*) FROM ledger WHERE subscription_id = lower($1)",
	               V_TEXT(subscription));

	return MIN(code, 0);
}
