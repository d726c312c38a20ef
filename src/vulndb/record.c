/* Advisories written to and read from bytes. A record is at most some megabytes (a kernel notice);
 * its reader is given an arena with a ceiling. */
#include "vulndb/record.h"

void record_put_uleb(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_u8(b, (uint8_t)(v | 0x80));
	buf_u8(b, (uint8_t)v);
}

void record_put_str(struct buf *b, str s)
{
	record_put_uleb(b, s.n);
	buf_add(b, s);
}

str record_get_str(struct cursor *c)
{
	return cur_bytes(c, (size_t)cur_uleb(c));
}

/* How many items follow: each takes a byte at least, so a count past the bytes left is damage. */
static size_t get_count(struct cursor *c)
{
	uint64_t n = cur_uleb(c);
	if (n <= cur_left(c))
		return (size_t)n;
	cur_skip(c, cur_left(c) + 1); /* makes it bad */
	return 0;
}

/* A number below `end`, or a bad cursor */
static unsigned get_enum(struct cursor *c, unsigned end)
{
	uint64_t v = cur_uleb(c);
	if (v < end)
		return (unsigned)v;
	cur_skip(c, cur_left(c) + 1);
	return 0;
}

static int judge(const struct cursor *c, const struct arena *a, const char *what, struct error *e)
{
	if (cur_bad(c))
		return cur_error(c, e, "%s: damaged record", what);
	if (a->failed)
		return error_set(e, ERR_LIMIT, "%s: larger than %zu bytes", what, a->max_bytes);
	return 0;
}

#define put_strs(b, vec)                                   \
	do {                                               \
		record_put_uleb((b), (vec)->n);            \
		for (size_t i_ = 0; i_ < (vec)->n; i_++)   \
			record_put_str((b), (vec)->v[i_]); \
	} while (0)

/* How many items to read; room for them is made at once, as a look at a kernel reads thousands. */
#define get_room(c, a, vec)                                                 \
	({                                                                  \
		size_t count_ = get_count(c);                               \
		count_ > 0 && vec_reserve((a), (vec), count_) ? count_ : 0; \
	})

/* An array of which the items are read one by one by the statement behind it */
#define get_items(c, a, vec, item)                                     \
	for (size_t n_ = get_room(c, a, vec); n_ && !cur_bad(c); n_--) \
		if (((item) = vec_push((a), (vec))) == NULL)           \
			break;                                         \
		else

#define get_strs(c, a, vec)                                       \
	do {                                                      \
		str *s_;                                          \
		get_items(c, a, vec, s_) *s_ = record_get_str(c); \
	} while (0)

static void put_opinion(struct buf *b, const struct opinion *o)
{
	record_put_str(b, o->source);
	record_put_str(b, o->vector);
	record_put_uleb(b, o->severity);
}

static struct opinion get_opinion(struct cursor *c)
{
	struct opinion o = { 0 };
	o.source = record_get_str(c);
	o.vector = record_get_str(c);
	o.severity = (enum severity)get_enum(c, SEVERITY_COUNT);
	return o;
}

void record_put_head(struct buf *b, const struct advisory *a)
{
	record_put_str(b, a->id);
	record_put_uleb(b, a->origin);
	record_put_uleb(b, a->state);
	record_put_uleb(b, a->notice);
	record_put_str(b, a->published);
	record_put_str(b, a->modified);
	record_put_str(b, a->withdrawn);
	put_strs(b, &a->aliases);
	put_strs(b, &a->covers);
	record_put_uleb(b, a->opinions.n);
	for (size_t i = 0; i < a->opinions.n; i++)
		put_opinion(b, &a->opinions.v[i]);
	put_strs(b, &a->cwes);
}

int record_get_head(struct cursor *c, struct arena *a, struct advisory *out, struct error *e)
{
	struct opinion *o;
	out->id = record_get_str(c);
	out->origin = (enum advisory_origin)get_enum(c, ORIGIN_COUNT);
	out->state = (enum finding_state)get_enum(c, STATE_COUNT);
	out->notice = get_enum(c, 2);
	out->published = record_get_str(c);
	out->modified = record_get_str(c);
	out->withdrawn = record_get_str(c);
	get_strs(c, a, &out->aliases);
	get_strs(c, a, &out->covers);
	get_items(c, a, &out->opinions, o) *o = get_opinion(c);
	get_strs(c, a, &out->cwes);
	return judge(c, a, "advisory", e);
}

void record_put_text(struct buf *b, const struct advisory *a)
{
	record_put_str(b, a->summary);
	record_put_str(b, a->details);
	record_put_uleb(b, a->references.n);
	for (size_t i = 0; i < a->references.n; i++) {
		record_put_str(b, a->references.v[i].type);
		record_put_str(b, a->references.v[i].url);
	}
}

int record_get_text(struct cursor *c, struct arena *a, struct advisory *out, struct error *e)
{
	struct reference *r;
	out->summary = record_get_str(c);
	out->details = record_get_str(c);
	get_items(c, a, &out->references, r)
	{
		r->type = record_get_str(c);
		r->url = record_get_str(c);
	}
	return judge(c, a, "text", e);
}

void record_put_body(struct buf *b, const struct affected *f)
{
	record_put_uleb(b, f->open);
	record_put_str(b, f->module);
	record_put_uleb(b, f->opinions.n);
	for (size_t i = 0; i < f->opinions.n; i++)
		put_opinion(b, &f->opinions.v[i]);
	record_put_uleb(b, f->ranges.n);
	for (size_t i = 0; i < f->ranges.n; i++) {
		const struct affected_range *r = &f->ranges.v[i];
		record_put_uleb(b, r->events.n);
		for (size_t k = 0; k < r->events.n; k++) {
			record_put_uleb(b, r->events.v[k].kind);
			record_put_str(b, r->events.v[k].version);
		}
	}
	put_strs(b, &f->versions);
}

static void get_events(struct cursor *c, struct arena *a, struct affected_range *into)
{
	struct range_event *event;
	get_items(c, a, &into->events, event)
	{
		event->kind = (enum event_kind)get_enum(c, EVENT_KINDS);
		event->version = record_get_str(c);
	}
}

int record_get_body(struct cursor *c, struct arena *a, struct affected *out, struct error *e)
{
	struct opinion *o;
	struct affected_range *r;
	out->open = (enum fix_status)get_enum(c, FIX_STATUS_COUNT);
	out->module = record_get_str(c);
	get_items(c, a, &out->opinions, o) *o = get_opinion(c);
	get_items(c, a, &out->ranges, r) get_events(c, a, r);
	get_strs(c, a, &out->versions);
	return judge(c, a, "package", e);
}

void record_put_advisory(struct buf *b, const struct advisory *a)
{
	record_put_head(b, a);
	record_put_text(b, a);
	record_put_uleb(b, a->affected.n);
	for (size_t i = 0; i < a->affected.n; i++) {
		record_put_str(b, a->affected.v[i].ecosystem);
		record_put_str(b, a->affected.v[i].name);
		record_put_body(b, &a->affected.v[i]);
	}
}

/* What the parent stores must fit its keys, whatever the child says. */
static int check_names(const struct advisory *a, struct error *e)
{
	if (!a->id.n || a->id.n > RECORD_ID_BYTES || memchr(a->id.p, 0, a->id.n))
		return error_set(e, ERR_FORMAT, "an advisory's id has %zu bytes", a->id.n);
	for (size_t i = 0; i < a->affected.n; i++) {
		const struct affected *f = &a->affected.v[i];
		if (!f->name.n || f->name.n > RECORD_NAME_BYTES ||
		    memchr(f->name.p, 0, f->name.n) || !f->ecosystem.n ||
		    f->ecosystem.n > RECORD_NAME_BYTES || memchr(f->ecosystem.p, 0, f->ecosystem.n))
			return error_set(e, ERR_FORMAT, "%.*s: a package name that cannot be kept",
			                 STR_FMT(a->id));
	}
	return 0;
}

int record_get_advisory(struct cursor *c, struct arena *a, struct advisory *out, struct error *e)
{
	struct affected *f;
	int r = record_get_head(c, a, out, e);
	if (r < 0 || (r = record_get_text(c, a, out, e)) < 0)
		return r;
	get_items(c, a, &out->affected, f)
	{
		f->ecosystem = record_get_str(c);
		f->name = record_get_str(c);
		if ((r = record_get_body(c, a, f, e)) < 0)
			return r;
	}
	r = judge(c, a, "advisory", e);
	return r < 0 ? r : check_names(out, e);
}
