#include "vulndb/group.h"
#include "vulndb/subject.h"
#include "vulndb/trackers.h"

enum { IDS_MAX = 32 };

struct grouping {
	const struct look *look;
	const struct subject *s;
	struct hits *hits;
	struct groups *into;
	struct named {
		str id;
		struct group *group;
	} * index; /* names of the groups, by hash */
	size_t index_n, index_room;
	struct error *e;
};

static bool holds(const struct group *g, str id)
{
	for (size_t i = 0; i < g->ids.n; i++)
		if (str_eq(g->ids.v[i], id))
			return true;
	return false;
}

static void add_id(struct grouping *m, struct group *g, str id)
{
	if (!holds(g, id))
		vec_add(m->look->scratch, &g->ids, id);
}

static bool has_hit(const struct group *g, const struct hit *h)
{
	for (size_t i = 0; i < g->hits.n; i++)
		if (g->hits.v[i].hit == h)
			return true;
	return false;
}

static void add_hit(struct grouping *m, struct group *g, const struct hit *h)
{
	if (!has_hit(g, h))
		vec_add(m->look->scratch, &g->hits, ((struct hit_ref){ h }));
}

/* Where in the index an id is, or would go. A kernel has thousands of groups. */
static size_t slot_of(const struct grouping *m, str id)
{
	size_t i = str_hash(id) & (m->index_room - 1);
	while (m->index[i].group && !str_eq(m->index[i].id, id))
		i = (i + 1) & (m->index_room - 1);
	return i;
}

static struct group *find_group(const struct grouping *m, str id)
{
	return m->index_room ? m->index[slot_of(m, id)].group : NULL;
}

static void index_id(struct grouping *m, str id, struct group *g)
{
	if (2 * (m->index_n + 1) > m->index_room) {
		struct named *old = m->index;
		size_t n = m->index_room, room = n ? 2 * n : 64;
		struct named *fresh = arena_many(m->look->scratch, room, struct named);
		if (!fresh)
			return;
		m->index = fresh;
		m->index_room = room;
		for (size_t i = 0; i < n; i++)
			if (old[i].group)
				fresh[slot_of(m, old[i].id)] = old[i];
	}
	size_t at = slot_of(m, id);
	m->index_n += !m->index[at].group;
	m->index[at] = (struct named){ id, g };
}

static struct group *new_group(struct grouping *m)
{
	struct group *g = arena_new(m->look->scratch, struct group);
	return g && vec_add(m->look->scratch, &m->into->list, ((struct group_ref){ g })) ? g : NULL;
}

/* Does the distribution's own feed speak of this CVE in this package? Its word is among the hits
 * then, or it says that the version is not affected. */
static int is_decided(struct grouping *m, str cve)
{
	struct buf b cleanup(buf_done) = BUF(LMDB_KEY_BYTES + RECORD_ID_BYTES);
	char prefix[LMDB_KEY_BYTES];
	str key, value;
	buf_add(&b, shelf_package_prefix(prefix, m->s->ecosystem, m->s->name));
	buf_add(&b, cve);
	buf_addc(&b, 0);
	int r = lmdb_seek(m->look->packages, buf_view(&b), &key, &value, m->e);
	for (; r == 1 && str_starts(key, buf_view(&b));
	     r = lmdb_next(m->look->packages, &key, &value, m->e))
		if (tracker_of(str_from(key, b.n)))
			return 1;
	return r < 0 ? r : 0;
}

/* A flaw that has no name of the record's own: one group for each CVE that it covers. */
static int group_covers(struct grouping *m, const struct hit *h)
{
	bool joins = false;
	for (size_t i = 0; i < h->head.covers.n; i++) {
		str cve = h->head.covers.v[i];
		int r = is_decided(m, cve);
		if (r < 0)
			return r;
		joins |= r == 1;
		if (r == 1)
			continue;
		struct group *g = find_group(m, cve);
		if (!g && !(g = new_group(m)))
			return 0; /* the arena remembers */
		add_id(m, g, cve);
		index_id(m, cve, g);
		add_hit(m, g, h);
	}
	if (joins && !tracker_retells(h->id))
		vec_add(m->look->scratch, &m->hits->notices, ((struct hit_ref){ h }));
	return 0;
}

/* All names of a record's flaw: its aliases, and theirs. */
static int all_names(struct grouping *m, const struct hit *h, struct group *g)
{
	add_id(m, g, h->id);
	for (size_t i = 0; i < h->head.aliases.n && g->ids.n < IDS_MAX; i++)
		add_id(m, g, h->head.aliases.v[i]);
	for (size_t i = 1; i < g->ids.n && g->ids.n < IDS_MAX; i++) {
		struct advisory other = { 0 };
		struct cursor rest;
		str feed, value;
		int r = shelf_newest(m->look->advisories, g->ids.v[i], ORIGIN_OSV, &feed, &value,
		                     m->e);
		if (r == 1)
			r = shelf_get_head(value, m->look->scratch, &other, &rest, m->e);
		if (r < 0)
			return r;
		for (size_t k = 0; !other.withdrawn.n && !other.notice && k < other.aliases.n &&
		                   g->ids.n < IDS_MAX;
		     k++)
			add_id(m, g, other.aliases.v[k]);
	}
	return 0;
}

static void merge(struct grouping *m, struct group *into, struct group *from)
{
	for (size_t i = 0; i < from->ids.n; i++)
		add_id(m, into, from->ids.v[i]);
	for (size_t i = 0; i < from->hits.n; i++)
		add_hit(m, into, from->hits.v[i].hit);
}

/* Groups that share a name with the new one become one with it. */
static int group_names(struct grouping *m, const struct hit *h)
{
	struct group fresh = { 0 }, *g = NULL;
	int r = all_names(m, h, &fresh);
	add_hit(m, &fresh, h);
	for (size_t i = 0; r == 0 && i < fresh.ids.n; i++) {
		struct group *old = find_group(m, fresh.ids.v[i]);
		if (!old || old == g)
			continue;
		merge(m, &fresh, old); /* its ids are looked at too, further on */
		if (g)
			old->hits.n = 0; /* empty: no finding */
		else
			g = old;
		for (size_t k = 0; k < old->ids.n; k++)
			index_id(m, old->ids.v[k], g);
	}
	if (r < 0 || (!g && !(g = new_group(m))))
		return r;
	*g = fresh;
	for (size_t i = 0; i < g->ids.n; i++)
		index_id(m, g->ids.v[i], g);
	return 0;
}

static bool is_named(const struct grouping *m, const str *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (find_group(m, ids[i]))
			return true;
	return false;
}

static int group_hit(struct grouping *m, const struct hit *h)
{
	return h->head.notice && h->head.covers.n ? group_covers(m, h) : group_names(m, h);
}

/* Behind all others, as it brings no two flaws together. */
static int group_withdrawn(struct grouping *m, const struct hit *h)
{
	if (is_named(m, &h->id, 1) || is_named(m, h->head.aliases.v, h->head.aliases.n) ||
	    is_named(m, h->head.covers.v, h->head.covers.n))
		return 0;
	return group_hit(m, h);
}

/* Where the tracker decides, what others say joins its groups. */
static void join_notices(struct grouping *m)
{
	for (size_t i = 0; i < m->hits->notices.n; i++) {
		struct hit_ref notice = m->hits->notices.v[i];
		for (size_t k = 0; k < notice.hit->head.covers.n; k++) {
			struct group *g = find_group(m, notice.hit->head.covers.v[k]);
			if (g && !has_hit(g, notice.hit))
				vec_add(m->look->scratch, &g->joined, notice);
		}
	}
}

int group_hits(const struct look *l, const struct subject *s, struct hits *hits, struct groups *out,
               struct error *e)
{
	struct grouping m = { .look = l, .s = s, .hits = hits, .into = out, .e = e };
	int r = 0;
	for (size_t i = 0; i < hits->found.n && r == 0; i++)
		r = group_hit(&m, hits->found.v[i].hit);
	for (size_t i = 0; i < hits->withdrawn.n && r == 0; i++)
		r = group_withdrawn(&m, hits->withdrawn.v[i].hit);
	if (r == 0)
		join_notices(&m);
	return r;
}
