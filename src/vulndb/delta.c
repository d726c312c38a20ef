#include "vulndb/delta.h"
#include "vulndb/database.h"
#include "vulndb/enrich.h"
#include "vulndb/names.h"
#include "vulndb/subject.h"
#include "vulndb/ubuntu.h"

/* --- the names of a package --- */

static void add_key(struct arena *a, struct delta_keys *out, str row)
{
	char *p = row.n ? arena_alloc(a, row.n) : NULL;

	if (!p)
		return;
	for (size_t i = 0; i < row.n; i++)
		p[i] = row.p[i] ? row.p[i] : '\t';
	vec_add(a, out, str_mem(p, row.n));
}

static void add_name(struct arena *a, struct delta_keys *out, str ecosystem, str name)
{
	char prefix[LMDB_KEY_BYTES];
	str row = shelf_package_prefix(prefix, ecosystem, names_package(a, ecosystem, name));
	add_key(a, out, str_upto(row, row.n - 1));
}

/* A distribution's package by its own name and its source's: so its owner's word is watched too. */
static void add_names(struct arena *a, struct delta_keys *out, str ecosystem,
                      const struct subject *s)
{
	const struct package *p = s->package;
	bool released = !*package_ecosystem(p->type);

	add_name(a, out, ecosystem, s->name);
	if (released && !str_eq(p->name, s->name))
		add_name(a, out, ecosystem, p->name);
	if (released && p->source.n && !str_eq(p->source, s->name))
		add_name(a, out, ecosystem, p->source);
	if (p->type == PACKAGE_RPM && str_eq(names_base(ecosystem), STR("Red Hat")))
		add_name(a, out, ecosystem,
		         arena_concat(a, STR("src:"), p->source.n ? p->source : s->name));
}

int delta_keys_of(const struct package *p, const struct distro *distro, struct arena *a,
                  struct delta_keys *out, struct error *e)
{
	str archives[UBUNTU_ARCHIVES_MAX];
	struct subject s;

	*out = (struct delta_keys){ 0 };
	if (!subject_describe(a, p, distro, &s))
		return 0;
	size_t n = ubuntu_archives(a, s.ecosystem, s.version, archives);
	if (!n)
		archives[n++] = s.ecosystem;
	for (size_t i = 0; i < n; i++)
		add_names(a, out, archives[i], &s);
	return a->failed ? error_set(e, ERR_LIMIT, "%.*s: too many names", STR_FMT(p->name)) : 0;
}

/* --- what changed --- */

struct gathering_keys {
	struct look look;
	struct arena *a;
	struct delta_keys *out;
	struct error *e;
};

/* All packages that the rows of one id speak of; *aliases: its other names, in the arena */
static int add_packages(struct gathering_keys *g, str id, struct delta_keys *aliases)
{
	char prefix[LMDB_KEY_BYTES];
	str from = shelf_pair(prefix, id, (str){ 0 }), key, value;
	int r;

	for (r = lmdb_seek(g->look.advisories, from, &key, &value, g->e);
	     r == 1 && str_starts(key, from);
	     r = r < 0 ? r : lmdb_next(g->look.advisories, &key, &value, g->e)) {
		struct advisory x;
		struct cursor rest;
		int b = shelf_get_head(value, g->look.scratch, &x, &rest, g->e);
		b = b < 0 ? b : shelf_get_names(&rest, g->look.scratch, &x, g->e);
		if (b < 0)
			return b;
		for (size_t i = 0; i < x.affected.n; i++)
			add_name(g->a, g->out, x.affected.v[i].ecosystem, x.affected.v[i].name);
		for (size_t i = 0; aliases && i < x.aliases.n; i++)
			vec_add(g->look.scratch, aliases, x.aliases.v[i]);
	}
	return MIN(r, 0);
}

/* Those that call it a name of theirs too */
static int add_callers(struct gathering_keys *g, str id)
{
	char prefix[LMDB_KEY_BYTES];
	str from = shelf_pair(prefix, id, (str){ 0 }), key, value, last = { 0 };
	int r;

	for (r = lmdb_seek(g->look.aliases, from, &key, &value, g->e);
	     r == 1 && str_starts(key, from);
	     r = r < 0 ? r : lmdb_next(g->look.aliases, &key, &value, g->e)) {
		str other = str_from(key, from.n);
		other = str_upto(other, str_chr(other, 0));
		if (str_eq(other, last))
			continue;
		last = other;
		int b = add_packages(g, other, NULL);
		if (b < 0)
			return b;
	}
	return MIN(r, 0);
}

static int add_advisory(struct gathering_keys *g, str id)
{
	struct delta_keys aliases = { 0 };
	int r = add_packages(g, id, &aliases);

	r = r < 0 ? r : add_callers(g, id);
	for (size_t i = 0; i < aliases.n && r >= 0; i++) {
		r = add_packages(g, aliases.v[i], NULL);
		r = r < 0 ? r : add_callers(g, aliases.v[i]);
	}
	arena_rewind(g->look.scratch);
	return r;
}

static int order_keys(const void *x, const void *y)
{
	return str_cmp(*(const str *)x, *(const str *)y);
}

static void settle(struct delta_keys *k)
{
	size_t kept = 0;

	if (k->n)
		qsort(k->v, k->n, sizeof *k->v, order_keys);
	for (size_t i = 0; i < k->n; i++)
		if (!kept || !str_eq(k->v[i], k->v[kept - 1]))
			k->v[kept++] = k->v[i];
	k->n = kept;
}

/* Twice the limit may gather before what repeats is taken out. */
static bool is_full(struct gathering_keys *g)
{
	if (g->out->n > 2 * DELTA_KEYS_MAX)
		settle(g->out);
	return g->out->n > DELTA_KEYS_MAX || g->a->failed;
}

static int gather(struct gathering_keys *g, uint64_t generation, bool *full)
{
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	str key, value;
	int r = lmdb_walk(g->look.txn, TABLE_DELTA, &w, g->e);

	for (r = r < 0 ? r : lmdb_seek(w, (str){ 0 }, &key, &value, g->e); r == 1;
	     r = r < 0 ? r : lmdb_next(w, &key, &value, g->e)) {
		struct cursor c = CURSOR("delta", value.p, value.n);
		if (cur_uleb(&c) <= generation || key.n < 2)
			continue;
		if (key.p[0] == 'p')
			add_key(g->a, g->out, str_from(key, 1));
		else if ((r = add_advisory(g, str_from(key, 1))) < 0)
			break;
		if ((*full = is_full(g)))
			return 0;
		r = 1;
	}
	return r;
}

static bool reaches(const struct shelf_head *h, uint64_t generation, str state)
{
	for (size_t i = 0; i < h->history.n; i++)
		if (h->history.v[i].generation == generation &&
		    str_eq(h->history.v[i].state, state))
			return true;
	return false;
}

int delta_since(struct vulndb *db, uint64_t generation, str state, struct arena *a,
                struct delta_keys *out, bool *whole, struct error *e)
{
	struct gathering_keys g = { .a = a, .out = out, .e = e };

	*out = (struct delta_keys){ 0 };
	*whole = false;
	if (str_eq(db->head.state, state))
		return 0;
	if (db->head.whole || !reaches(&db->head, generation, state)) {
		*whole = true;
		return 0;
	}
	int r = look_open(db, &g.look, e);
	r = r < 0 ? r : gather(&g, generation, whole);
	look_done(&g.look);
	if (*whole)
		*out = (struct delta_keys){ 0 };
	settle(out);
	return r;
}

str delta_state(const struct vulndb *db)
{
	return db->head.state;
}

str delta_reach(const struct vulndb *db, struct arena *a)
{
	struct buf b cleanup(buf_done) = BUF(MIB(1));

	for (size_t i = 0; i < db->sources.list.n; i++) {
		const struct shelf_source *s = &db->sources.list.v[i];
		if (shelf_is_facts(s->name))
			continue;
		buf_add(&b, s->name);
		for (size_t k = 0; k < s->ecosystems.n; k++)
			buf_printf(&b, " %.*s", STR_FMT(s->ecosystems.v[k]));
		buf_addc(&b, '\n');
	}
	return arena_str(a, buf_view(&b));
}

int delta_exploited(struct vulndb *db, str cve, struct arena *a, struct exploitation *out,
                    struct error *e)
{
	struct look look = { 0 };
	struct finding f = { .id = cve };
	int r = look_open(db, &look, e);

	r = r < 0 ? r : enrich_finding(&look, a, &f, e);
	look_done(&look);
	if (r >= 0)
		*out = f.exploited;
	return r;
}
