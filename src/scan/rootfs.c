#include "scan/rootfs.h"
#include "format/members.h"

enum { LINKS_FOLLOWED_MAX = 40 }; /* as Linux: path_resolution(7) */

static size_t slot_at(const struct rootfs *t, uint64_t hash, str path)
{
	size_t i = hash & (t->room - 1);
	while (t->slots[i] && !str_eq(t->nodes.v[t->slots[i] - 1].path, path))
		i = (i + 1) & (t->room - 1);
	return i;
}

static size_t slot_of(const struct rootfs *t, str path)
{
	return slot_at(t, str_hash(path), path);
}

static bool make_room(struct rootfs *t)
{
	size_t room = t->room ? t->room * 2 : 1024;

	if (t->nodes.n * 2 < t->room)
		return true;
	free(t->slots);
	t->slots = calloc(room, sizeof *t->slots);
	t->room = t->slots ? room : 0;
	for (size_t i = 0; t->slots && i < t->nodes.n; i++)
		t->slots[slot_of(t, t->nodes.v[i].path)] = (uint32_t)i + 1;
	return t->slots != NULL;
}

void rootfs_put(struct rootfs *t, str path, size_t layer, const struct entry *entry)
{
	struct node *n;
	size_t slot;

	if (!make_room(t)) {
		t->arena->failed = true;
		return;
	}
	slot = slot_of(t, path);
	if (t->slots[slot]) {
		n = &t->nodes.v[t->slots[slot] - 1];
	} else {
		n = vec_push(t->arena, &t->nodes);
		if (!n)
			return;
		t->slots[slot] = (uint32_t)t->nodes.n;
	}
	*n = (struct node){ .path = n->path.n ? n->path : path, .layer = layer, .entry = entry };
	t->links += entry->kind == ENTRY_SYMLINK;
}

static const struct node *find_at(const struct rootfs *t, uint64_t hash, str path)
{
	size_t slot;

	if (!t->room)
		return NULL;
	slot = slot_at(t, hash, path);
	if (!t->slots[slot] || t->nodes.v[t->slots[slot] - 1].gone)
		return NULL;
	return &t->nodes.v[t->slots[slot] - 1];
}

const struct node *rootfs_find(struct rootfs *t, str path)
{
	return find_at(t, str_hash(path), path);
}

static str link_at(const struct rootfs *t, uint64_t hash, str path)
{
	const struct node *n = find_at(t, hash, path);
	return n && n->entry->kind == ENTRY_SYMLINK ? n->entry->link : (str){ 0 };
}

/* The path with its first link followed: "a/l/b" with l -> "../c" is "c/b". Empty when no part of
 * the first `upto` bytes is a link. */
static str follow_one(struct rootfs *t, struct arena *a, str path, size_t upto)
{
	uint64_t hash = STR_HASH_START;

	for (size_t i = 0; i <= upto;
	     hash = i < path.n ? str_hash_byte(hash, path.p[i]) : hash, i++) {
		str head, link, whole;
		char *clean;
		if (i < path.n && path.p[i] != '/')
			continue;
		head = str_upto(path, i);
		link = link_at(t, str_hash_end(hash), head);
		if (!link.n)
			continue;
		whole = link.p[0] == '/' ? arena_concat(a, link, str_from(path, i))
		                         : arena_printf(a, "%.*s/%.*s%.*s", STR_FMT(str_dir(head)),
		                                        STR_FMT(link), STR_FMT(str_from(path, i)));
		clean = arena_alloc(a, whole.n + 1);
		return clean ? members_clean_path(whole, clean) : (str){ 0 };
	}
	return (str){ 0 };
}

static str follow(struct rootfs *t, struct arena *a, str path, bool last_too)
{
	str at = path;

	for (unsigned hops = 0; t->links && hops < LINKS_FOLLOWED_MAX; hops++) {
		str next = follow_one(t, a, at, last_too ? at.n : str_dir(at).n);
		if (!next.n)
			return at;
		if (next.n >
		    PATH_BYTES_MAX) /* ENAMETOOLONG; and links may make a path longer at each hop */
			return path;
		at = next;
	}
	return t->links ? path : at;
}

str rootfs_real(struct rootfs *t, struct arena *a, str path)
{
	return follow(t, a, path, true);
}

str rootfs_real_parent(struct rootfs *t, struct arena *a, str path)
{
	return follow(t, a, path, false);
}

void rootfs_done(struct rootfs *t)
{
	free(t->slots);
}
