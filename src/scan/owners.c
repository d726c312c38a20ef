/* scan/owners.c — see the header. dpkg has one list a package, written whenever the package is
 * unpacked; apk and rpm have all in one file, so that a record counts from the lowest layer on in
 * which it stands as it does at the end. Some hundred thousand files at most. */
#include "scan/owners.h"
#include "scan/unlisted.h"

struct claim { /* a package's word that a file is its own */
	uint64_t path_hash;
	str path, owner;
	size_t layer; /* of the word: files of later layers are not meant */
};

struct record { /* a package of a database, and the layer since which it stands there unchanged */
	uint64_t name_hash, hash;
	size_t since;
	bool settled;
};

typedef VEC(struct claim) claims;

struct marking {
	struct rootfs *tree;
	const struct layer_result *results;
	struct arena *a;
	claims claims;
};

static uint64_t hash_on(uint64_t h, str s)
{
	for (size_t i = 0; i < s.n; i++)
		h = str_hash_byte(h, s.p[i]);
	return str_hash_byte(h, '\n');
}

static uint64_t record_hash(const struct package *p)
{
	uint64_t h = hash_on(STR_HASH_START, p->name);
	h = hash_on(h, p->version);
	return str_hash_end(hash_on(h, p->arch));
}

/* --- since when a record is there --- */

static const struct entry *database_in(struct marking *m, size_t layer, const struct node *n)
{
	const struct layer_result *r = &m->results[layer];

	for (size_t i = 0; i < r->entries.n; i++) {
		const struct entry *x = &r->entries.v[i];
		if (x->kind == ENTRY_FILE && str_eq(x->detector, n->entry->detector) &&
		    str_eq(str_base(x->path), str_base(n->path)) &&
		    str_eq(rootfs_real_parent(m->tree, m->a, x->path), n->path))
			return x;
	}
	return NULL;
}

/* What the layer's copy of the database has as well stands there since that layer, or longer. */
static void look_below(struct marking *m, size_t layer, const struct entry *x,
                       struct record *records, size_t n)
{
	struct hashes had = { 0 };
	bool fine = true;

	for (size_t i = 0; i < x->packages.n; i++)
		fine &= hashes_add(
		        &had, record_hash(&m->results[layer].packages.v[x->packages.first + i]));
	hashes_sort(&had);
	m->a->failed |= !fine;
	for (size_t i = 0; i < n; i++)
		if (records[i].settled || !hashes_have(&had, records[i].hash))
			records[i].settled = true;
		else
			records[i].since = layer;
	free(had.v);
}

static int by_name(const void *x, const void *y)
{
	const struct record *a = x, *b = y;
	if (a->name_hash != b->name_hash)
		return a->name_hash < b->name_hash ? -1 : 1;
	return (a->since > b->since) - (a->since < b->since);
}

static struct record *records_of(struct marking *m, const struct node *n)
{
	const struct layer_result *r = &m->results[n->layer];
	struct span s = n->entry->packages;
	struct record *records = arena_many(m->a, s.n, struct record);

	if (!records)
		return NULL;
	for (size_t i = 0; i < s.n; i++) {
		const struct package *p = &r->packages.v[s.first + i];
		records[i] = (struct record){ str_hash(p->name), record_hash(p), n->layer, false };
	}
	for (size_t layer = n->layer; layer-- > 0;) {
		const struct entry *x = database_in(m, layer, n);
		if (x)
			look_below(m, layer, x, records, s.n);
	}
	if (s.n)
		qsort(records, s.n, sizeof *records, by_name);
	return records;
}

/* The earliest when there are several of a name: what is not surely the owner's is not marked. */
static bool since_when(const struct record *records, size_t n, str owner, size_t *layer)
{
	uint64_t hash = str_hash(owner);
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (records[middle].name_hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == n || records[low].name_hash != hash)
		return false;
	*layer = records[low].since;
	return true;
}

/* --- what is claimed --- */

static void claim(struct marking *m, const struct owned_file *f, size_t layer)
{
	str path = rootfs_real_parent(m->tree, m->a, f->path);
	vec_add(m->a, &m->claims, ((struct claim){ str_hash(path), path, f->owner, layer }));
}

static void take_database(struct marking *m, const struct node *n)
{
	const struct layer_result *r = &m->results[n->layer];
	struct span s = n->entry->owned;
	struct record *records = s.n ? records_of(m, n) : NULL;
	size_t layer;

	for (size_t i = 0; records && i < s.n; i++) {
		const struct owned_file *f = &r->owned.v[s.first + i];
		if (since_when(records, n->entry->packages.n, f->owner, &layer))
			claim(m, f, layer);
	}
}

static void take_list(struct marking *m, const struct node *n)
{
	struct span s = n->entry->owned;
	for (size_t i = 0; i < s.n; i++)
		claim(m, &m->results[n->layer].owned.v[s.first + i], n->layer);
}

static void take_claims(struct marking *m)
{
	const str lists[] = { rootfs_real(m->tree, m->a, STR("var/lib/dpkg/info")),
		              rootfs_real(m->tree, m->a, STR("var/lib/dpkg/status.d")) };

	for (size_t i = 0; i < m->tree->nodes.n; i++) {
		const struct node *n = &m->tree->nodes.v[i];
		if (n->gone || n->entry->kind != ENTRY_FILE || !n->entry->owned.n)
			continue;
		if (n->used)
			take_database(m, n);
		else if (str_eq(str_dir(n->path), lists[0]) || str_eq(str_dir(n->path), lists[1]))
			take_list(m, n);
	}
}

/* By path; of one path the latest word first */
static int by_path(const void *x, const void *y)
{
	const struct claim *a = x, *b = y;
	int c = (a->path_hash > b->path_hash) - (a->path_hash < b->path_hash);

	c = c ? c : str_cmp(a->path, b->path);
	c = c ? c : (b->layer > a->layer) - (b->layer < a->layer);
	return c ? c : str_cmp(a->owner, b->owner);
}

static const struct claim *find(const claims *all, str path)
{
	uint64_t hash = str_hash(path);
	size_t low = 0, high = all->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (all->v[middle].path_hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < all->n && all->v[low].path_hash == hash && !str_eq(all->v[low].path, path))
		low++;
	return low < all->n && str_eq(all->v[low].path, path) ? &all->v[low] : NULL;
}

static bool is_of_distribution(const struct package *p)
{
	return p->type == PACKAGE_DEB || p->type == PACKAGE_APK || p->type == PACKAGE_RPM;
}

/* A lock file that a package brought tells what was there when that was built; a program known by
 * the strings in it is that package, whose version says which of its flaws are mended. */
static bool says_nothing_new(const struct package *p)
{
	return p->owner.n && (p->traits & PACKAGE_LOCKED || p->type == PACKAGE_GENERIC);
}

static void drop_repetitions(struct scan_report *into)
{
	size_t kept = 0;

	for (size_t i = 0; i < into->packages.n; i++)
		if (!says_nothing_new(&into->packages.v[i]))
			into->packages.v[kept++] = into->packages.v[i];
	into->packages.n = kept;
}

static void mark_unlisted(const claims *all, struct arena *a, struct scan_report *into)
{
	struct hashes listed = { 0 };
	str last = { 0 };
	bool fine = true;

	for (size_t i = 0; i < all->n; i++) { /* of one owner many follow each other */
		if (!str_eq(all->v[i].owner, last))
			fine &= hashes_add(&listed, str_hash(all->v[i].owner));
		last = all->v[i].owner;
	}
	hashes_sort(&listed);
	a->failed |= !fine;
	unlisted_mark(&listed, a, into);
	free(listed.v);
}

void owners_mark(struct rootfs *tree, const struct layer_result *results, struct arena *a,
                 struct scan_report *into)
{
	struct marking m = { .tree = tree, .results = results, .a = a };

	take_claims(&m);
	if (a->failed)
		return;
	mark_unlisted(&m.claims, a, into);
	if (m.claims.n)
		qsort(m.claims.v, m.claims.n, sizeof *m.claims.v, by_path);
	for (size_t i = 0; i < into->packages.n; i++) {
		struct package *p = &into->packages.v[i];
		const struct claim *c = is_of_distribution(p) ? NULL : find(&m.claims, p->path);
		if (c && p->layer <= c->layer)
			p->owner = c->owner;
	}
	drop_repetitions(into);
}
