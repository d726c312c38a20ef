#include "scan/documenttask.h"
#include "inventory/sbom.h"
#include "policy/vexread.h"
#include "policy/vexwire.h"

int documenttask_sbom(struct task *t, struct stream *in, struct error *e)
{
	struct arena found cleanup(arena_done) = ARENA(MIB(WORKER_ARENA_MIB));
	struct inventory into = { .arena = &found, .spool = t->spool };
	struct layer_result result = { .arena = &found };
	struct sbom_about about = { 0 };
	struct stream *plain = stream_inflate(stream_borrow(in), WORKER_INFLATED_MAX);

	(void)e; /* what is wrong with the document is part of the answer */
	if (sbom_read("SBOM", plain, &into, &about, &result.end) >= 0 && found.failed)
		error_set(&result.end, ERR_LIMIT, "SBOM: more than %d MiB of packages",
		          WORKER_ARENA_MIB);
	stream_free(plain);
	layer_result_hold(&result, &into);
	layer_result_write(&result, t->out);
	const str texts[] = { about.format, about.name, about.digest, about.config_digest,
		              about.os,     about.arch, about.variant };
	for (size_t i = 0; i < LEN(texts); i++)
		buf_str(&t->out->bytes, texts[i]);
	return 0;
}

static int read_text(struct stream *in, size_t most, struct buf *out, struct error *e)
{
	ssize_t got;

	do {
		char *p = buf_room(out, 1 << 16);
		if (!p)
			return error_set(e, ERR_LIMIT, "larger than %zu MiB", most >> 20);
		got = stream_read(in, p, 1 << 16, e);
		if (got > 0)
			buf_grown(out, (size_t)got);
	} while (got > 0);
	return (int)got;
}

int documenttask_vex(struct task *t, struct stream *in, struct error *e)
{
	struct arena found cleanup(arena_done) = ARENA(MIB(VEX_WIRE_MIB));
	struct buf text cleanup(buf_done) = BUF(VEX_BYTES_MAX + (1 << 16));
	struct buf wire cleanup(buf_done) = BUF(MIB(VEX_WIRE_MIB));
	struct vex_document d = { 0 };
	struct error why = { 0 };
	int r = read_text(in, VEX_BYTES_MAX, &text, &why);

	(void)e; /* likewise */
	if (r >= 0)
		r = vexread("VEX", buf_view(&text), &found, &d, &why);
	if (r >= 0) {
		vexwire_write(&d, &wire);
		r = wire.failed ? error_set(&why, ERR_LIMIT, "more than %d MiB of statements",
		                            VEX_WIRE_MIB)
		                : 0;
	}
	buf_u32(&t->out->bytes, r < 0 ? (uint32_t)-r : 0);
	buf_str(&t->out->bytes, r < 0 ? str_c(why.msg) : buf_view(&wire));
	return 0;
}
