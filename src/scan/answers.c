#include "scan/answers.h"
#include "policy/vexwire.h"
#include "scan/worker.h"

int answers_archive(struct taker *t, void *ctx, struct error *e)
{
	struct archive_found *out = ctx;
	size_t hash_bytes = 0;

	while (take_u32(t) == 1 && !t->bad) {
		struct archive_member *m = vec_push(out->arena, &out->members);
		struct layer_result *r = vec_push(out->arena, &out->results);
		uint32_t kind;
		if (!m || !r)
			return error_set(e, ERR_LIMIT,
			                 "the archive's findings are larger than %zu bytes",
			                 out->arena->max_bytes);
		r->arena = out->arena;
		m->path = take_str(t, PATH_BYTES_MAX);
		m->link = take_str(t, PATH_BYTES_MAX);
		kind = take_u32(t);
		m->is_layer = kind == 2;
		if (kind == 1)
			m->json = take_str(t, MIB(ARCHIVE_JSON_MIB) + (1 << 15));
		if (kind == 2 && layer_result_take(t, r, e) < 0)
			return e->code;
		hash_bytes += layer_result_hash_bytes(r);
		if (hash_bytes > MIB(FINDINGS_MIB_MAX))
			return error_set(e, ERR_LIMIT,
			                 "the archive's findings are larger than %d MiB",
			                 FINDINGS_MIB_MAX);
		take_bytes(t, m->digest.bytes, sizeof m->digest.bytes);
		m->size_bytes = take_u64(t);
	}
	uint32_t code = take_u32(t);
	str msg = take_str(t, sizeof out->end.msg);
	if (code && !t->bad)
		error_told(&out->end, code, msg.p, msg.n);
	return take_verdict(t, e);
}

int answers_sbom(struct taker *t, void *ctx, struct error *e)
{
	struct claims *out = ctx;
	struct sbom_about *b = &out->about;
	str *texts[] = { &b->format, &b->name, &b->digest, &b->config_digest,
		         &b->os,     &b->arch, &b->variant };

	if (layer_result_take(t, &out->result, e) < 0)
		return e->code;
	for (size_t i = 0; i < LEN(texts); i++)
		*texts[i] = take_str(t, PATH_BYTES_MAX);
	return take_verdict(t, e);
}

int answers_vex(struct taker *t, void *ctx, struct error *e)
{
	uint32_t code = take_u32(t);
	str answer = take_str(t, MIB(VEX_WIRE_MIB));
	int r = take_verdict(t, e);

	if (r < 0)
		return r;
	if (code)
		return error_told(e, code, answer.p, answer.n);
	struct cursor c = CURSOR("VEX", answer.p, answer.n);
	return vexwire_read(&c, t->arena, ctx, e);
}

static bool take_entry(struct taker *t, struct toc *out)
{
	struct toc_entry *x = vec_push(out->arena, &out->entries);
	uint32_t kind = take_u32(t), pieces;

	if (!x)
		return false;
	x->type = (char)(kind & 0x7f);
	x->wanted = kind & 256;
	x->mode = take_u32(t) & 07777;
	x->path = take_str(t, 2 * PATH_BYTES_MAX);
	x->link = take_str(t, 2 * PATH_BYTES_MAX);
	x->size_bytes = take_u64(t);
	x->first = out->chunks.n;
	x->chunks = pieces = take_u32(t);
	while (pieces-- && !t->bad) {
		struct toc_chunk *c = vec_push(out->arena, &out->chunks);
		if (!c)
			return false;
		c->from = take_u64(t);
		c->to = take_u64(t);
		take_bytes(t, c->digest.bytes, sizeof c->digest.bytes);
		c->size_bytes = take_u64(t);
	}
	return true;
}

int answers_table(struct taker *t, void *ctx, struct error *e)
{
	struct toc *out = ctx;

	while (take_u32(t) == 1 && !t->bad)
		if (!take_entry(t, out))
			return error_set(e, ERR_LIMIT, "the layer's table is larger than %zu bytes",
			                 out->arena->max_bytes);
	uint32_t code = take_u32(t);
	str msg = take_str(t, sizeof e->msg);
	if (take_verdict(t, e) < 0)
		return e->code;
	return code ? error_told(e, code, msg.p, msg.n) : 0;
}
