#include "vulndb/database.h"
#include "vulndb/names.h"
#include "vulndb/ubuntu.h"
#include <stdatomic.h>
#include <stdio.h>

enum { SOURCES_BYTES = 4 << 20, SCRATCH_BYTES = 256 << 20 };

const char *vulndb_default_path(const char *cache_dir, char *out, size_t room)
{
	const char *path = getenv("PLIMSOLL_DB"), *cache = getenv("XDG_CACHE_HOME"),
	           *home = getenv("HOME");
	if (path && *path)
		snprintf(out, room, "%s", path);
	else if (cache_dir && *cache_dir)
		snprintf(out, room, "%s/advisories.db", cache_dir);
	else if (cache && *cache)
		snprintf(out, room, "%s/plimsoll/advisories.db", cache);
	else if (home && *home)
		snprintf(out, room, "%s/.cache/plimsoll/advisories.db", home);
	else
		snprintf(out, room, "/var/cache/plimsoll/advisories.db");
	return out;
}

static int read_meta(struct vulndb *db, struct error *e)
{
	struct lmdb_txn *t cleanup(lmdb_abort_p) = NULL;
	int r = lmdb_begin(db->db, false, &t, e);
	r = r < 0 ? r : shelf_read_head(t, &db->arena, &db->head, e);
	r = r < 0 ? r : shelf_read_sources(t, &db->arena, &db->sources, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < db->sources.list.n; i++)
		for (size_t k = 0; k < db->sources.list.v[i].ecosystems.n; k++)
			vec_add(&db->arena, &db->tracked, db->sources.list.v[i].ecosystems.v[k]);
	if (!db->head.records)
		return error_set(e, ERR_NODATA, "the advisory database is empty");
	return 0;
}

static void tools_free(struct look_tools *t)
{
	if (!t)
		return;
	lmdb_walk_free(t->packages);
	lmdb_walk_free(t->advisories);
	lmdb_walk_free(t->aliases);
	lmdb_abort(t->txn);
	unpacker_free(t->unpacker);
	arena_done(&t->scratch);
	free(t);
}

int vulndb_open(const char *path, struct vulndb **out, struct error *e)
{
	struct vulndb *db = calloc(1, sizeof *db);
	if (!db)
		abort();
	db->arena = ARENA(SOURCES_BYTES);
	int r = lmdb_open(path, &db->db, e);
	if (r == ERR_NOTFOUND)
		r = error_set(e, ERR_NODATA, "no advisory database at %s: run `plimsoll db update`",
		              path);
	r = r < 0 ? r : read_meta(db, e);
	if (r < 0) {
		vulndb_close(db);
		return r;
	}
	*out = db;
	return 0;
}

void vulndb_close(struct vulndb *db)
{
	if (!db)
		return;
	tools_free(db->idle);
	lmdb_close(db->db);
	arena_done(&db->arena);
	free(db);
}

void vulndb_rate_by(struct vulndb *db, str sources)
{
	db->rated_by = sources;
}

uint64_t vulndb_generation(const struct vulndb *db)
{
	return db->head.generation;
}

uint64_t vulndb_packages(const struct vulndb *db)
{
	return db->head.packages;
}

uint64_t vulndb_bytes(const struct vulndb *db)
{
	return lmdb_bytes(db->db);
}

int vulndb_describe(struct vulndb *db, struct arena *a, struct scan_report *into, struct error *e)
{
	into->generation = db->head.generation;
	into->data_date = arena_str(a, db->head.data_date);
	return vulndb_describe_own(db, a, into, e);
}

int vulndb_describe_own(struct vulndb *db, struct arena *a, struct scan_report *into,
                        struct error *e)
{
	for (size_t i = 0; i < db->sources.list.n; i++) {
		const struct shelf_source *s = &db->sources.list.v[i];
		vec_add(a, &into->sources,
		        ((struct data_source){ .name = arena_str(a, s->name),
		                               .date = arena_str(a, s->date),
		                               .records = s->records }));
	}
	return a->failed ? error_set(e, ERR_LIMIT, "the report's %zu bytes are spent", a->max_bytes)
	                 : 0;
}

static int tools_new(struct vulndb *db, struct look_tools **out, struct error *e)
{
	struct look_tools *t = calloc(1, sizeof *t);
	if (!t)
		abort();
	t->scratch = ARENA(SCRATCH_BYTES);
	int r = lmdb_begin(db->db, false, &t->txn, e);
	r = r < 0 ? r : lmdb_walk(t->txn, TABLE_PACKAGES, &t->packages, e);
	r = r < 0 ? r : lmdb_walk(t->txn, TABLE_ADVISORIES, &t->advisories, e);
	r = r < 0 ? r : lmdb_walk(t->txn, TABLE_ALIASES, &t->aliases, e);
	if (r < 0)
		tools_free(t);
	else
		*out = t;
	return r;
}

int look_open(struct vulndb *db, struct look *out, struct error *e)
{
	struct look_tools *t = atomic_exchange(&db->idle, NULL);
	int r = t ? 0 : tools_new(db, &t, e);
	*out = (struct look){ .db = db };
	if (r < 0)
		return r;
	*out = (struct look){ db,         t->txn,       t->packages, t->advisories,
		              t->aliases, &t->unpacker, &t->scratch, t };
	return 0;
}

void look_done(struct look *l)
{
	if (!l->tools)
		return;
	arena_rewind(l->scratch);
	tools_free(atomic_exchange(&l->db->idle, l->tools));
	*l = (struct look){ .db = l->db };
}

bool vulndb_covers(struct vulndb *db, str ecosystem)
{
	struct arena a cleanup(arena_done) = ARENA(8192);
	struct look l cleanup(look_done) = { 0 };
	struct error e;
	char prefix[LMDB_KEY_BYTES];
	str key, value;
	str names[UBUNTU_ARCHIVES_MAX] = { names_ecosystem(&a, ecosystem) };
	if (!names[0].n || look_open(db, &l, &e) < 0)
		return false;
	size_t n = MAX(ubuntu_archives(&a, names[0], (str){ 0 }, names), (size_t)1);
	bool yes = false;
	for (size_t i = 0; i < n && !yes; i++) {
		str from = shelf_package_prefix(prefix, names[i], (str){ 0 });
		from.n--; /* of any name */
		yes = lmdb_seek(l.packages, from, &key, &value, &e) == 1 && str_starts(key, from);
	}
	return yes;
}

bool vulndb_decides(const struct vulndb *db, str ecosystem)
{
	for (size_t i = 0; i < db->tracked.n; i++)
		if (str_eq(db->tracked.v[i], ecosystem))
			return true;
	return false;
}

/* "Debian:12" gives 12 */
static bool release_number(str ecosystem, uint64_t *out)
{
	return str_u64(str_from(ecosystem, names_base(ecosystem).n + 1), out);
}

bool vulndb_left_behind(const struct vulndb *db, str ecosystem)
{
	uint64_t own, other;
	bool follows_others = false;
	if (!release_number(ecosystem, &own))
		return false;
	for (size_t i = 0; i < db->tracked.n; i++)
		if (str_eq(names_base(db->tracked.v[i]), names_base(ecosystem)) &&
		    release_number(db->tracked.v[i], &other)) {
			if (other == own)
				return false;
			follows_others = true;
		}
	return follows_others;
}
