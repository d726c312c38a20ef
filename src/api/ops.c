#include "api/ops.h"
#include "api/answer.h"
#include "api/frame.h"
#include "api/metrics.h"
#include "base/log.h"
#include "store/migrate.h"
#include <inttypes.h>

static int healthz(struct call *c, struct error *e)
{
	struct jsonout j = answer_json(c);

	(void)e;
	jsonout_object(&j, NULL);
	jsonout_text(&j, "status", "alive");
	jsonout_end(&j);
	return 0;
}

struct look {
	int64_t schema, generation, data_at;
	bool has_data;
};

static int look(void *ctx, struct db *d, struct error *e)
{
	struct look *l = ctx;
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_int(d, e, &l->schema, "SELECT coalesce(max(version), 0) FROM schema_version");

	l->has_data = false;
	if (r >= 0)
		r = db_ask(d, e, &rows,
		           "SELECT number, data_at FROM generation ORDER BY id DESC LIMIT 1");
	if (r >= 0)
		r = rows_next(rows, e);
	if (r == 1) {
		l->has_data = true;
		l->generation = rows_int(rows, 0);
		l->data_at = rows_int(rows, 1);
	}
	return r;
}

static void check(struct jsonout *j, const char *name, bool ok, const char *word)
{
	jsonout_object(j, name);
	jsonout_text(j, "status", ok ? "ok" : word);
}

/* Not ready without the store. Without advisory data the center takes events and says of every
 * image that it is not assessed: that is told, and no reason to send its events away. */
static int readyz(struct call *c, struct error *e)
{
	struct look l = { 0 };
	struct jsonout j = answer_json(c);
	bool store = store_do(c->center->store, STORE_READ, look, &l, e) >= 0;
	bool schema = store && l.schema == migrate_newest();

	if (!store)
		log_error("ready.store", KV("why", e->msg));
	c->x->status = store && schema ? 200 : 503;
	jsonout_object(&j, NULL);
	jsonout_text(&j, "status", store && schema ? "ready" : "not ready");
	jsonout_object(&j, "checks");
	check(&j, "store", store, "does not answer");
	jsonout_end(&j);
	if (store) {
		check(&j, "schema", schema, "of another version");
		jsonout_i64(&j, "version", l.schema);
		jsonout_end(&j);
		check(&j, "data", l.has_data, "none yet");
		if (l.has_data)
			jsonout_i64(&j, "generation", l.generation);
		jsonout_end(&j);
	}
	jsonout_end(&j);
	jsonout_end(&j);
	return 0;
}

static const struct route rows[] = {
	// clang-format off
	{ { METHOD_GET, "/healthz", false }, FAMILY_OPS, healthz, NULL, NULL, NULL, NULL, NULL },
	{ { METHOD_GET, "/readyz",  false }, FAMILY_OPS, readyz,  NULL, NULL, NULL, NULL, NULL },
	{ { METHOD_GET, "/metrics", false }, FAMILY_OPS, metrics_get, NULL, NULL, NULL, NULL, NULL },
	// clang-format on
};
const struct route_set ops_routes = { "/", FAMILY_OPS, rows, LEN(rows) };
