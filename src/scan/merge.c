#include "scan/merge.h"
#include "inventory/detector.h"
#include "scan/copyrights.h"
#include "scan/noted.h"
#include "scan/owners.h"
#include "scan/rootfs.h"

/* --- one layer onto the tree --- */

struct stack {
	struct rootfs tree;
	struct layer_result *results;
	struct arena *a;
	struct merged *out;
};

/* What a layer hides of the layers below, by the hash of the path */
struct cover {
	struct hashes whiteouts, opaques, names;
	const struct layer_result *layer;
};

static bool cover_make(struct cover *c, struct rootfs *tree, struct arena *a,
                       const struct layer_result *r)
{
	bool fine = true;

	c->layer = r;
	for (size_t i = 0; i < r->entries.n; i++) {
		const struct entry *x = &r->entries.v[i];
		uint64_t hash = str_hash(rootfs_real_parent(tree, a, x->path));
		fine &= hashes_add(x->kind == ENTRY_WHITEOUT ? &c->whiteouts
		                   : x->kind == ENTRY_OPAQUE ? &c->opaques
		                                             : &c->names,
		                   hash);
	}
	hashes_sort(&c->whiteouts);
	hashes_sort(&c->opaques);
	hashes_sort(&c->names);
	return fine;
}

static void cover_done(struct cover *c)
{
	free(c->whiteouts.v);
	free(c->opaques.v);
	free(c->names.v);
}

/* Does the layer have a file, link or whiteout of exactly this name? */
static bool replaces(const struct cover *c, uint64_t hash)
{
	return hashes_have(&c->names, hash) || hashes_have(&c->whiteouts, hash) ||
	       hashes_have(&c->layer->plain, hash);
}

static bool hides(const struct cover *c, const struct node *n)
{
	uint64_t hash = STR_HASH_START, here;

	if (hashes_have(&c->opaques, str_hash((str){ 0 })))
		return true;
	for (size_t i = 0; i < n->path.n; i++) {
		if (i && n->path.p[i] == '/') {
			here = str_hash_end(hash);
			if (replaces(c, here) || hashes_have(&c->opaques, here))
				return true;
		}
		hash = str_hash_byte(hash, n->path.p[i]);
	}
	here = str_hash_end(hash);
	return replaces(c, here) || hashes_have(&c->layer->dirs, here);
}

static bool ask_again(struct stack *s, size_t layer, str path, str detector, str why)
{
	return vec_add(s->a, &s->out->again, ((struct again){ layer, { path, detector }, why }));
}

static bool is_executable(const struct entry *x)
{
	return str_eq(x->detector, STR("program"));
}

/* Of these, one that is in no entry has nothing in it. */
static bool is_often_empty(const struct entry *x)
{
	const struct detector *d = detector_by_kind(x->detector);
	return is_executable(x) || (d && d->aside);
}

static void add_hardlink(struct stack *s, size_t layer, const struct entry *x, str path)
{
	const struct node *first =
	        rootfs_find(&s->tree, rootfs_real_parent(&s->tree, s->a, x->link));
	const struct entry *target = first && first->layer == layer ? first->entry : NULL;

	if (target && target->kind == ENTRY_FILE && str_eq(target->detector, x->detector))
		rootfs_put(&s->tree, path, layer, target);
	else if (!is_often_empty(x))
		ask_again(s, layer, x->link, x->detector,
		          arena_printf(s->a, "%.*s is another name of %.*s, which was not read",
		                       STR_FMT(path), STR_FMT(x->link)));
}

static void add_layer(struct stack *s, size_t layer)
{
	const struct layer_result *r = &s->results[layer];
	struct cover c = { 0 };

	if (layer && !cover_make(&c, &s->tree, s->a, r))
		s->a->failed = true;
	for (size_t i = 0; layer && i < s->tree.nodes.n; i++)
		if (!s->tree.nodes.v[i].gone && hides(&c, &s->tree.nodes.v[i]))
			s->tree.nodes.v[i].gone = true;
	cover_done(&c);
	for (size_t i = 0; i < r->entries.n; i++) {
		const struct entry *x = &r->entries.v[i];
		str path = rootfs_real_parent(&s->tree, s->a, x->path);
		if (x->kind == ENTRY_FILE || x->kind == ENTRY_SYMLINK)
			rootfs_put(&s->tree, path, layer, x);
	}
	/* hard links last: their target may stand behind them in the tree's order of links */
	for (size_t i = 0; i < r->entries.n; i++)
		if (r->entries.v[i].kind == ENTRY_HARDLINK)
			add_hardlink(s, layer, &r->entries.v[i],
			             rootfs_real_parent(&s->tree, s->a, r->entries.v[i].path));
}

/* --- which databases the running system would open --- */

static bool is_database(const struct entry *x)
{
	const struct detector *d = detector_by_kind(x->detector);
	return d && d->database;
}

static void keep_database(struct stack *s, const char *root)
{
	str at = str_c(root), real = rootfs_real(&s->tree, s->a, at);
	const struct detector *d = detector_match(at, 0644);
	bool found = false;

	for (size_t i = 0; i < s->tree.nodes.n; i++) {
		struct node *n = &s->tree.nodes.v[i];
		if (n->gone || n->entry->kind != ENTRY_FILE || !str_starts(n->path, real))
			continue;
		if ((str_eq(n->path, real) || str_eq(str_dir(n->path), real)) &&
		    is_database(n->entry))
			n->used = found = true;
	}
	if (found || str_eq(real, at) || !d)
		return;
	for (size_t i = s->tree.layers; i-- > 0;)
		if (hashes_have(&s->results[i].plain, str_hash(real))) {
			ask_again(s, i, real, str_c(d->kind),
			          arena_printf(s->a, "%s leads to %.*s, which was not read", root,
			                       STR_FMT(real)));
			return;
		}
}

/* A file that was read for the sake of a link to it is none of its own name's */
static bool is_named_for(const struct node *n)
{
	const struct detector *d = detector_match(n->path, 0755);
	return d && str_eq(str_c(d->kind), n->entry->detector);
}

/* An executable has one name that counts, the first; another one when a later layer took that away.
 */
static bool is_told_already(struct stack *s, const struct node *n)
{
	const struct node *first;

	if (!is_executable(n->entry))
		return false;
	first = rootfs_find(&s->tree, rootfs_real_parent(&s->tree, s->a, n->entry->path));
	return first && first != n && first->entry == n->entry;
}

static bool counts(const struct node *n)
{
	if (n->gone || n->entry->kind != ENTRY_FILE)
		return false;
	return is_database(n->entry) ? n->used : is_named_for(n);
}

/* --- out of the tree, into the report --- */

static void give_packages(const struct node *n, const struct layer_result *r, struct arena *a,
                          struct scan_report *into)
{
	struct span s = n->entry->packages;
	for (size_t i = s.first; i < (size_t)s.first + s.n; i++) {
		struct package *p = vec_push(a, &into->packages);
		if (!p)
			return;
		*p = r->packages.v[i];
		p->path = n->path;
		p->layer = (unsigned)n->layer;
	}
}

static void give_gaps(const struct node *n, const struct layer_result *r, struct arena *a,
                      struct scan_report *into)
{
	struct span s = n->entry->gaps;
	for (size_t i = s.first; i < (size_t)s.first + s.n; i++) {
		struct gap *g = vec_push(a, &into->gaps);
		if (!g)
			return;
		*g = r->gaps.v[i];
		g->layer = (int)n->layer;
	}
}

/* Gaps that no entry owns: paths too long to be one, and the like */
static void give_loose_gaps(const struct layer_result *r, size_t layer, struct arena *a,
                            struct scan_report *into)
{
	autofree bool *owned = calloc(r->gaps.n + 1, 1);

	for (size_t i = 0; owned && i < r->entries.n; i++)
		memset(owned + r->entries.v[i].gaps.first, true, r->entries.v[i].gaps.n);
	for (size_t i = 0; i < r->gaps.n; i++)
		if (!owned || !owned[i]) {
			struct gap *g = vec_push(a, &into->gaps);
			if (!g)
				return;
			*g = r->gaps.v[i];
			g->layer = (int)layer;
		}
}

static void give_end(const struct layer_result *r, size_t layer, struct arena *a,
                     struct scan_report *into)
{
	char text[DIGEST_TEXT_BYTES] = "";
	const struct layer *l = &into->image.layers.v[layer];
	enum gap_kind kind = l->foreign                 ? GAP_FOREIGN_LAYER
	                     : r->end.code == ERR_LIMIT ? GAP_LIMIT
	                     : r->end.code == ERR_CRASH ? GAP_CRASH
	                                                : GAP_LAYER;

	if (!r->end.code)
		return;
	if (l->has_digest)
		digest_text(&l->digest, text);
	vec_add(a, &into->gaps,
	        ((struct gap){ kind,
	                       arena_printf(a, "layer %zu%s%.19s%s", layer + 1, *text ? " (" : "",
	                                    text, *text ? ")" : ""),
	                       arena_str(a, str_c(r->end.msg)), (int)layer }));
}

/* etc/os-release first, as os-release(5) has it; then whatever else a root led to */
static void give_distro(struct stack *s, struct scan_report *into)
{
	for (size_t i = 0; detector_roots[i]; i++) {
		const struct node *n = rootfs_find(
		        &s->tree, rootfs_real(&s->tree, s->a, str_c(detector_roots[i])));
		if (!n || !counts(n) || !n->entry->distros.n)
			continue;
		into->distro = s->results[n->layer].distros.v[n->entry->distros.first];
		into->distro.path = n->path;
		return;
	}
}

int merge_layers(struct layer_result *results, size_t n, struct arena *a, struct scan_report *into,
                 struct merged *out, struct error *e)
{
	struct stack s = {
		.results = results, .a = a, .out = out, .tree = { .arena = a, .layers = n }
	};

	for (size_t i = 0; i < n && !a->failed; i++)
		add_layer(&s, i);
	for (size_t i = 0; detector_roots[i]; i++)
		keep_database(&s, detector_roots[i]);
	for (size_t i = 0; i < s.tree.nodes.n; i++) {
		const struct node *node = &s.tree.nodes.v[i];
		if (!counts(node) || is_told_already(&s, node))
			continue;
		give_packages(node, &results[node->layer], a, into);
		give_gaps(node, &results[node->layer], a, into);
	}
	for (size_t i = 0; i < n; i++) {
		give_loose_gaps(&results[i], i, a, into);
		give_end(&results[i], i, a, into);
	}
	give_distro(&s, into);
	owners_mark(&s.tree, results, a, into);
	copyrights_join(&s.tree, results, a, into);
	rootfs_done(&s.tree);
	int r = a->failed ? 0 : noted_drop(into, a, e);
	if (r < 0)
		return r;
	return a->failed ? error_set(e, ERR_LIMIT, "the image's %zu bytes of findings are spent",
	                             a->max_bytes)
	                 : 0;
}
