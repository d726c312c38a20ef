#include "scan/result.h"
#include <errno.h>

enum {
	MAGIC = 0x32524c50, /* "PLR2" */
	MAGIC_END = 0x45524c50,
	SETTLE_BYTES = 1 << 16,
	STRING_BYTES_MAX = 1 << 16,
};

/* --- hashes --- */

bool hashes_add(struct hashes *h, uint64_t hash)
{
	if (h->n == h->room) {
		size_t room = h->room ? h->room * 2 : 1024;
		uint64_t *v = realloc(h->v, room * sizeof *v);
		if (!v)
			return false;
		h->v = v;
		h->room = room;
	}
	h->v[h->n++] = hash;
	return true;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

void hashes_sort(struct hashes *h)
{
	size_t sorted = 1;

	while (sorted < h->n && h->v[sorted - 1] <= h->v[sorted])
		sorted++;
	if (sorted < h->n)
		qsort(h->v, h->n, sizeof *h->v, by_value);
}

bool hashes_have(const struct hashes *h, uint64_t hash)
{
	return h->n && bsearch(&hash, h->v, h->n, sizeof *h->v, by_value);
}

void layer_result_done(struct layer_result *r)
{
	free(r->plain.v);
	free(r->dirs.v);
	r->plain = r->dirs = (struct hashes){ 0 };
}

size_t layer_result_hash_bytes(const struct layer_result *r)
{
	return (r->plain.room + r->dirs.room) * sizeof *r->plain.v;
}

bool path_is_deep(str path)
{
	size_t n = 0;
	for (size_t i = 0; i < path.n; i++)
		n += path.p[i] == '/';
	return n > PATH_DEPTH_MAX;
}

/* --- writing --- */

void sink_flush(struct sink *s)
{
	size_t at = 0;

	s->failed |= s->bytes.failed;
	while (s->fd >= 0 && at < s->bytes.n && !s->failed) {
		ssize_t put = write(s->fd, s->bytes.p + at, s->bytes.n - at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			s->failed = true;
		else
			at += (size_t)put;
	}
	if (s->fd >= 0)
		buf_clear(&s->bytes);
}

void sink_settle(struct sink *s)
{
	if (s->fd >= 0 && s->bytes.n >= SETTLE_BYTES)
		sink_flush(s);
}

static void put_package(struct buf *b, const struct package *p)
{
	const str texts[] = { p->name,           p->version, p->arch,    p->source,
		              p->source_version, p->module,  p->license, p->maintainer,
		              p->path,           p->inner,   p->evidence, p->owner };
	buf_u8(b, (uint8_t)p->type);
	for (size_t i = 0; i < LEN(texts); i++)
		buf_str(b, texts[i]);
	buf_u64(b, p->offset);
	buf_u8(b, (uint8_t)p->traits);
}

static void put_distro(struct buf *b, const struct distro *d)
{
	const str texts[] = { d->id, d->id_like, d->version_id, d->codename, d->name, d->path };
	for (size_t i = 0; i < LEN(texts); i++)
		buf_str(b, texts[i]);
}

static void put_span(struct buf *b, struct span s)
{
	buf_u32(b, s.first);
	buf_u32(b, s.n);
}

static void put_hashes(struct sink *to, const struct hashes *h)
{
	buf_u32(&to->bytes, (uint32_t)h->n);
	for (size_t i = 0; i < h->n; i++) {
		buf_u64(&to->bytes, h->v[i]);
		sink_settle(to);
	}
}

void layer_result_write(const struct layer_result *r, struct sink *to)
{
	struct buf *b = &to->bytes;

	buf_u32(b, MAGIC);
	buf_u32(b, (uint32_t)-r->end.code);
	buf_str(b, str_c(r->end.msg));
	buf_u64(b, r->members);
	buf_u64(b, r->inflated_bytes);
	buf_u32(b, (uint32_t)r->entries.n);
	for (size_t i = 0; i < r->entries.n; i++, sink_settle(to)) {
		const struct entry *x = &r->entries.v[i];
		buf_u8(b, (uint8_t)x->kind);
		buf_str(b, x->path);
		buf_str(b, x->link);
		buf_str(b, x->detector);
		put_span(b, x->packages);
		put_span(b, x->gaps);
		put_span(b, x->distros);
		put_span(b, x->owned);
	}
	buf_u32(b, (uint32_t)r->packages.n);
	for (size_t i = 0; i < r->packages.n; i++, sink_settle(to))
		put_package(b, &r->packages.v[i]);
	buf_u32(b, (uint32_t)r->gaps.n);
	for (size_t i = 0; i < r->gaps.n; i++, sink_settle(to)) {
		buf_u8(b, (uint8_t)r->gaps.v[i].kind);
		buf_str(b, r->gaps.v[i].where);
		buf_str(b, r->gaps.v[i].why);
	}
	buf_u32(b, (uint32_t)r->distros.n);
	for (size_t i = 0; i < r->distros.n; i++, sink_settle(to))
		put_distro(b, &r->distros.v[i]);
	buf_u32(b, (uint32_t)r->owned.n);
	for (size_t i = 0; i < r->owned.n; i++, sink_settle(to)) {
		buf_str(b, r->owned.v[i].path);
		buf_str(b, r->owned.v[i].owner);
	}
	put_hashes(to, &r->plain);
	put_hashes(to, &r->dirs);
	buf_u32(b, MAGIC_END);
	sink_settle(to);
}

void layer_result_hold(struct layer_result *r, const struct inventory *found)
{
	r->packages.v = found->packages.v;
	r->packages.n = found->packages.n;
	r->gaps.v = found->gaps.v;
	r->gaps.n = found->gaps.n;
	r->distros.v = found->distros.v;
	r->distros.n = found->distros.n;
	r->owned.v = found->owned.v;
	r->owned.n = found->owned.n;
}

/* --- reading --- */

void take_bytes(struct taker *t, void *p, size_t n)
{
	size_t done = 0;

	if (n <= t->n - t->at && !t->bad) { /* nearly always */
		memcpy(p, t->bytes + t->at, n);
		t->at += n;
		return;
	}
	while (done < n && !t->bad) {
		if (t->at == t->n) {
			ssize_t got = stream_read(t->from, t->bytes, sizeof t->bytes, &t->why);
			t->at = 0;
			t->n = got > 0 ? (size_t)got : 0;
			t->bad = got <= 0;
			continue;
		}
		size_t part = MIN(n - done, t->n - t->at);
		memcpy((char *)p + done, t->bytes + t->at, part);
		t->at += part;
		done += part;
	}
	if (t->bad)
		memset(p, 0, n);
}

static uint8_t take_u8(struct taker *t)
{
	uint8_t v;
	take_bytes(t, &v, 1);
	return v;
}

uint32_t take_u32(struct taker *t)
{
	unsigned char v[4];
	take_bytes(t, v, sizeof v);
	return v[0] | (uint32_t)v[1] << 8 | (uint32_t)v[2] << 16 | (uint32_t)v[3] << 24;
}

uint64_t take_u64(struct taker *t)
{
	unsigned char v[8];
	uint64_t out = 0;

	take_bytes(t, v, sizeof v);
	for (size_t i = sizeof v; i-- > 0;)
		out = out << 8 | v[i];
	return out;
}

str take_str(struct taker *t, size_t max)
{
	uint32_t n = take_u32(t);
	char *p;

	if (!n || t->bad)
		return (str){ 0 };
	if (n > max) {
		t->bad = true;
		return (str){ 0 };
	}
	p = arena_alloc(t->arena, (size_t)n + 1);
	if (!p) {
		t->bad = true;
		return (str){ 0 };
	}
	take_bytes(t, p, n);
	return t->bad ? (str){ 0 } : (str){ p, n };
}

int take_verdict(struct taker *t, struct error *e)
{
	if (!t->bad)
		return 0;
	if (t->arena->failed)
		return error_set(e, ERR_LIMIT, "the results are larger than %zu bytes",
		                 t->arena->max_bytes);
	if (t->why.code)
		return error_set(e, t->why.code, "%s", t->why.msg);
	return error_set(e, ERR_CRASH, "the jailed reader's answer breaks off or makes no sense");
}

/* A count that the writer's own ceilings allow */
static uint32_t take_count(struct taker *t, uint32_t max)
{
	uint32_t n = take_u32(t);
	if (n > max)
		t->bad = true;
	return t->bad ? 0 : n;
}

static unsigned take_enum(struct taker *t, unsigned count)
{
	unsigned v = take_u8(t);
	if (v >= count)
		t->bad = true;
	return t->bad ? 0 : v;
}

static void take_package(struct taker *t, struct package *p)
{
	str *texts[] = { &p->name,           &p->version, &p->arch,    &p->source,
		         &p->source_version, &p->module,  &p->license, &p->maintainer,
		         &p->path,           &p->inner,   &p->evidence, &p->owner };
	p->type = (enum package_type)take_enum(t, PACKAGE_TYPE_COUNT);
	for (size_t i = 0; i < LEN(texts); i++)
		*texts[i] = take_str(t, STRING_BYTES_MAX);
	p->offset = take_u64(t);
	p->traits = take_enum(t, PACKAGE_TRAITS + 1);
}

static void take_distro(struct taker *t, struct distro *d)
{
	str *texts[] = { &d->id, &d->id_like, &d->version_id, &d->codename, &d->name, &d->path };
	for (size_t i = 0; i < LEN(texts); i++)
		*texts[i] = take_str(t, STRING_BYTES_MAX);
}

static void take_hashes(struct taker *t, struct hashes *h)
{
	uint32_t n = take_count(t, MEMBERS_MAX);
	for (uint32_t i = 0; i < n && !t->bad; i++)
		if (!hashes_add(h, take_u64(t)))
			t->bad = true;
}

/* The next slot of a vector in the taker's arena; a spent arena makes the taker bad */
#define take_slot(t, vec)                                                  \
	({                                                                 \
		__typeof__((vec)->v) fresh_ = vec_push((t)->arena, (vec)); \
		if (!fresh_)                                               \
			(t)->bad = true;                                   \
		fresh_;                                                    \
	})

static struct span take_span(struct taker *t)
{
	uint32_t first = take_u32(t);
	return (struct span){ first, take_u32(t) };
}

static void take_entries(struct taker *t, struct layer_result *out)
{
	uint32_t n = take_count(t, ENTRIES_MAX);
	for (uint32_t i = 0; i < n && !t->bad; i++) {
		struct entry *x = take_slot(t, &out->entries);
		if (!x)
			return;
		x->kind = (enum entry_kind)take_enum(t, ENTRY_KIND_COUNT);
		x->path = take_str(t, PATH_BYTES_MAX);
		x->link = take_str(t, PATH_BYTES_MAX);
		x->detector = take_str(t, 64);
		x->packages = take_span(t);
		x->gaps = take_span(t);
		x->distros = take_span(t);
		x->owned = take_span(t);
		t->bad = t->bad || path_is_deep(x->path);
	}
}

static bool is_within(struct span s, size_t n)
{
	return s.first <= n && s.n <= n - s.first;
}

static bool spans_fit(const struct layer_result *r)
{
	for (size_t i = 0; i < r->entries.n; i++) {
		const struct entry *x = &r->entries.v[i];
		if (!is_within(x->packages, r->packages.n) || !is_within(x->gaps, r->gaps.n) ||
		    !is_within(x->distros, r->distros.n) || !is_within(x->owned, r->owned.n))
			return false;
	}
	return true;
}

static void take_findings(struct taker *t, struct layer_result *out)
{
	uint32_t n = take_count(t, PACKAGES_MAX);
	for (uint32_t i = 0; i < n && !t->bad; i++) {
		struct package *p = take_slot(t, &out->packages);
		if (p)
			take_package(t, p);
	}
	n = take_count(t, GAPS_MAX + 1);
	for (uint32_t i = 0; i < n && !t->bad; i++) {
		struct gap *g = take_slot(t, &out->gaps);
		if (!g)
			return;
		g->kind = (enum gap_kind)take_enum(t, GAP_KIND_COUNT);
		g->where = take_str(t, STRING_BYTES_MAX);
		g->why = take_str(t, STRING_BYTES_MAX);
	}
	n = take_count(t, 1024);
	for (uint32_t i = 0; i < n && !t->bad; i++) {
		struct distro *d = take_slot(t, &out->distros);
		if (d)
			take_distro(t, d);
	}
	n = take_count(t, OWNED_MAX);
	for (uint32_t i = 0; i < n && !t->bad; i++) {
		struct owned_file *f = take_slot(t, &out->owned);
		if (!f)
			return;
		f->path = take_str(t, PATH_BYTES_MAX);
		f->owner = take_str(t, STRING_BYTES_MAX);
	}
}

/* Half an answer is none: its spans point at what never came. */
static void forget(struct layer_result *r)
{
	layer_result_done(r);
	*r = (struct layer_result){ .arena = r->arena };
}

int layer_result_take(struct taker *t, struct layer_result *out, struct error *e)
{
	uint32_t code;
	str msg;

	t->arena = out->arena;
	if (take_u32(t) != MAGIC)
		t->bad = true;
	code = take_u32(t);
	msg = take_str(t, sizeof out->end.msg);
	out->members = take_u64(t);
	out->inflated_bytes = take_u64(t);
	take_entries(t, out);
	take_findings(t, out);
	take_hashes(t, &out->plain);
	take_hashes(t, &out->dirs);
	if (take_u32(t) != MAGIC_END || !spans_fit(out))
		t->bad = true;
	if (code && !t->bad)
		error_told(&out->end, code, msg.p, msg.n);
	if (t->bad)
		forget(out);
	hashes_sort(&out->plain);
	hashes_sort(&out->dirs);
	return take_verdict(t, e);
}

int layer_result_read(struct stream *from, struct layer_result *out, struct error *e)
{
	struct taker t = TAKER(from, out->arena);
	return layer_result_take(&t, out, e);
}
