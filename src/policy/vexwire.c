#include "policy/vexwire.h"

static void put_texts(const struct vex_texts *t, struct buf *to)
{
	buf_u32(to, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++)
		buf_str(to, t->v[i]);
}

static void put_component(const struct vex_component *c, struct buf *to)
{
	const str texts[] = { c->id,         c->name,   c->version,
		              c->arch,       c->distro, c->distro_version,
		              c->repository, c->tag,    c->odd };

	buf_u8(to, (uint8_t)c->kind);
	buf_u8(to, (uint8_t)c->type);
	buf_u8(to, c->of_source);
	for (size_t i = 0; i < LEN(texts); i++)
		buf_str(to, texts[i]);
	put_texts(&c->hashes, to);
}

static void put_statement(const struct vex_statement *s, struct buf *to)
{
	buf_u32(to, s->number);
	buf_u8(to, (uint8_t)s->status);
	buf_u64(to, (uint64_t)s->time);
	buf_str(to, s->vulnerability);
	buf_str(to, s->justification);
	buf_str(to, s->impact);
	buf_str(to, s->action);
	put_texts(&s->aliases, to);
	buf_u32(to, (uint32_t)s->products.n);
	for (size_t i = 0; i < s->products.n; i++) {
		const struct vex_product *p = &s->products.v[i];
		put_component(&p->whole, to);
		buf_u32(to, (uint32_t)p->parts.n);
		for (size_t k = 0; k < p->parts.n; k++)
			put_component(&p->parts.v[k], to);
	}
}

void vexwire_write(const struct vex_document *d, struct buf *to)
{
	const str texts[] = { d->format, d->id, d->author, d->tooling };

	for (size_t i = 0; i < LEN(texts); i++)
		buf_str(to, texts[i]);
	put_texts(&d->subjects, to);
	buf_u32(to, (uint32_t)d->statements.n);
	for (size_t i = 0; i < d->statements.n; i++)
		put_statement(&d->statements.v[i], to);
}

/* --- and back --- */

/* How many follow, each of at least `least` bytes; 0 and bad when that cannot be */
static size_t take_count(struct cursor *c, size_t least)
{
	size_t n = cur_le32(c);

	if (n > cur_left(c) / least) {
		c->bad = true;
		return 0;
	}
	return n;
}

static void take_texts(struct cursor *c, struct arena *a, struct vex_texts *out)
{
	size_t n = take_count(c, 4);

	for (size_t i = 0; i < n && !cur_bad(c); i++)
		vec_add(a, out, cur_str(c));
}

static unsigned take_word(struct cursor *c, unsigned count)
{
	unsigned word = cur_u8(c);

	if (word >= count)
		c->bad = true;
	return word < count ? word : 0;
}

static void take_component(struct cursor *c, struct arena *a, struct vex_component *out)
{
	str *const texts[] = { &out->id,         &out->name,   &out->version,
		               &out->arch,       &out->distro, &out->distro_version,
		               &out->repository, &out->tag,    &out->odd };

	out->kind = (enum vex_kind)take_word(c, VEX_KIND_COUNT);
	out->type = (enum package_type)take_word(c, PACKAGE_TYPE_COUNT);
	out->of_source = take_word(c, 2);
	for (size_t i = 0; i < LEN(texts); i++)
		*texts[i] = cur_str(c);
	take_texts(c, a, &out->hashes);
}

static void take_product(struct cursor *c, struct arena *a, struct vex_product *out)
{
	size_t n;

	take_component(c, a, &out->whole);
	n = take_count(c, 43);
	for (size_t i = 0; i < n && !cur_bad(c); i++) {
		struct vex_component *part = vec_push(a, &out->parts);
		if (!part)
			return;
		take_component(c, a, part);
	}
}

static void take_statement(struct cursor *c, struct arena *a, struct vex_statement *out)
{
	size_t n;

	out->number = cur_le32(c);
	out->status = (enum vex_status)take_word(c, VEX_STATUS_COUNT);
	out->time = (int64_t)cur_le64(c);
	out->vulnerability = cur_str(c);
	out->justification = cur_str(c);
	out->impact = cur_str(c);
	out->action = cur_str(c);
	take_texts(c, a, &out->aliases);
	n = take_count(c, 47);
	for (size_t i = 0; i < n && !cur_bad(c); i++) {
		struct vex_product *p = vec_push(a, &out->products);
		if (!p)
			return;
		take_product(c, a, p);
	}
}

int vexwire_read(struct cursor *c, struct arena *a, struct vex_document *out, struct error *e)
{
	str *const texts[] = { &out->format, &out->id, &out->author, &out->tooling };
	size_t n;

	for (size_t i = 0; i < LEN(texts); i++)
		*texts[i] = cur_str(c);
	take_texts(c, a, &out->subjects);
	n = take_count(c, 37);
	for (size_t i = 0; i < n && !cur_bad(c) && !a->failed; i++) {
		struct vex_statement *s = vec_push(a, &out->statements);
		if (s)
			take_statement(c, a, s);
	}
	if (a->failed)
		return error_set(e, ERR_LIMIT, "more than %zu MiB of statements",
		                 a->max_bytes >> 20);
	if (cur_bad(c) || cur_left(c))
		return error_set(e, ERR_CRASH, "the jailed reader's answer is damaged");
	return 0;
}
