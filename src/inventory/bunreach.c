/* inventory/bunreach.c — see the header. A key of "packages" is a name, or "PARENT/NAME" for what
 * one package alone has in another version; names with a scope have a / of their own. */
#include "inventory/bunreach.h"
#include "base/vec.h"

enum { LOOKS_MAX = 4000000, KEY_BYTES_MAX = 1024 };

struct node {
	str key;
	const struct json *info; /* NULL: none */
	bool reached;
};

struct bunreach {
	struct node *v;
	size_t n;
	VEC(size_t) todo;
	struct arena *a;
	unsigned looks;
};

static int by_key(const void *x, const void *y)
{
	return str_cmp(((const struct node *)x)->key, ((const struct node *)y)->key);
}

static struct node *find(const struct bunreach *b, str key)
{
	struct node wanted = { .key = key };

	return b->n ? bsearch(&wanted, b->v, b->n, sizeof *b->v, by_key) : NULL;
}

static const struct json *info_of(const struct json *package)
{
	for (size_t i = 1; i < MIN(json_len(package), (size_t)4); i++)
		if (json_is_object(json_at(package, i)))
			return json_at(package, i);
	return NULL;
}

/* "a/@s/b" without its last name: "a"; empty at the top */
static str without_last(str key)
{
	str rest = str_dir(key);
	str last = str_base(rest);

	return last.n && last.p[0] == '@' ? str_dir(rest) : rest;
}

/* The nearest package of this name, seen from `from` */
static struct node *resolve(struct bunreach *b, str from, str name)
{
	char key[KEY_BYTES_MAX];

	for (str at = from; at.n && b->looks < LOOKS_MAX; at = without_last(at)) {
		b->looks++;
		if (at.n + 1 + name.n > sizeof key)
			continue;
		memcpy(key, at.p, at.n);
		key[at.n] = '/';
		memcpy(key + at.n + 1, name.n ? name.p : "", name.n);
		struct node *n = find(b, str_mem(key, at.n + 1 + name.n));
		if (n)
			return n;
	}
	b->looks++;
	return find(b, name);
}

static void follow(struct bunreach *b, str from, const struct json *info)
{
	static const char *const lists[] = { "dependencies", "optionalDependencies",
		                             "peerDependencies" };
	const struct json *v;
	str name;

	for (size_t i = 0; i < LEN(lists); i++) {
		void *it = NULL;
		while (b->looks < LOOKS_MAX &&
		       json_next(json_get(info, lists[i]), &it, &name, &v)) {
			struct node *n = resolve(b, from, name);
			if (!n || n->reached)
				continue;
			n->reached = true;
			vec_add(b->a, &b->todo, (size_t)(n - b->v));
		}
	}
}

static void gather(struct bunreach *b, const struct json *packages)
{
	VEC(struct node) nodes = { 0 };
	const struct json *v;
	void *it = NULL;
	str key;

	while (json_next(packages, &it, &key, &v))
		vec_add(b->a, &nodes, ((struct node){ .key = key, .info = info_of(v) }));
	if (nodes.n)
		qsort(nodes.v, nodes.n, sizeof *nodes.v, by_key);
	b->v = nodes.v;
	b->n = nodes.n;
}

struct bunreach *bunreach_new(const struct json *lock, struct arena *a)
{
	const struct json *projects = json_get(lock, "workspaces"), *v;
	struct bunreach *b = arena_new(a, struct bunreach);
	void *it = NULL;
	str folder;

	if (!b || !json_is_object(projects))
		return NULL;
	*b = (struct bunreach){ .a = a };
	gather(b, json_get(lock, "packages"));
	while (json_next(projects, &it, &folder, &v))
		follow(b, json_str(v, "name"), v);
	while (b->todo.n && b->looks < LOOKS_MAX) {
		const struct node *n = &b->v[b->todo.v[--b->todo.n]];
		follow(b, n->key, n->info);
	}
	return a->failed || b->looks >= LOOKS_MAX ? NULL : b;
}

bool bunreach_has(const struct bunreach *b, str key)
{
	const struct node *n = find(b, key);

	return n && n->reached;
}
