#include "inventory/uvlock.h"
#include "inventory/lockfile.h"

struct item {
	const struct toml *table;
	str name;
	bool reached; /* without the groups of a member */
};

struct graph {
	struct item *items; /* sorted by name */
	size_t n;
	struct item **open; /* reached, not looked at yet */
	size_t open_n;
};

static int by_name(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = str_cmp(x->name, y->name);

	return order ? order
	             : (x->table->offset > y->table->offset) -
	                       (x->table->offset < y->table->offset);
}

static bool is_member(const struct toml *package)
{
	const struct toml *source = toml_table(package, "source");

	return toml_get(source, "editable") || toml_get(source, "virtual") ||
	       toml_get(source, "directory");
}

static void reach(struct graph *g, struct item *i)
{
	if (i->reached)
		return;
	i->reached = true;
	g->open[g->open_n++] = i;
}

/* All that the name fits and, where it is told, the version */
static void reach_named(struct graph *g, const struct toml *wish)
{
	str name = toml_str(wish, "name"), version = toml_str(wish, "version");
	size_t low = 0, high = g->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (str_cmp(g->items[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < g->n && str_eq(g->items[low].name, name); low++)
		if (!version.n || str_eq(toml_str(g->items[low].table, "version"), version))
			reach(g, &g->items[low]);
}

static void reach_list(struct graph *g, const struct toml *list)
{
	for (const struct toml *wish = toml_first(list); wish; wish = wish->next)
		reach_named(g, wish);
}

static void reach_all(struct graph *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (is_member(g->items[i].table))
			reach(g, &g->items[i]);
	while (g->open_n) {
		const struct toml *from = g->open[--g->open_n]->table, *extra;
		reach_list(g, toml_array(from, "dependencies"));
		extra = toml_first(toml_table(from, "optional-dependencies"));
		for (; extra; extra = extra->next)
			reach_list(g, extra);
	}
}

static bool make_graph(const struct toml *packages, struct arena *a, struct graph *g)
{
	size_t n = 0;

	for (const struct toml *p = toml_first(packages); p; p = p->next)
		n++;
	g->items = arena_many(a, n, struct item);
	g->open = arena_many(a, n, struct item *);
	if (!g->items || !g->open)
		return false;
	for (const struct toml *p = toml_first(packages); p; p = p->next)
		g->items[g->n++] = (struct item){ p, toml_str(p, "name"), false };
	qsort(g->items, g->n, sizeof *g->items, by_name);
	return true;
}

int uvlock_read(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(LOCKFILE_ARENA);
	const struct toml *top = NULL;
	struct graph g = { 0 };
	int r = lockfile_toml(f, &scratch, &top, e);

	if (r < 0)
		return r;
	if (!make_graph(toml_array(top, "package"), &scratch, &g))
		return error_set(e, ERR_LIMIT, "no memory for its packages");
	reach_all(&g);
	for (size_t i = 0; i < g.n && r >= 0; i++) {
		const struct item *item = &g.items[i];
		struct package found = {
			.type = PACKAGE_PYPI,
			.name = item->name,
			.version = toml_str(item->table, "version"),
			.traits = (is_member(item->table) ? PACKAGE_MAIN : 0) |
			          (item->reached ? 0 : PACKAGE_DEVELOPMENT),
			.offset = item->table->offset,
		};
		r = lockfile_add(f, &found, into, e);
	}
	return r;
}
