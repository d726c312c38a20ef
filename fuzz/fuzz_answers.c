/* fuzz/fuzz_answers.c — any bytes as what a jailed worker says: the first one picks which (archive,
 * SBOM, VEX, table). Refused with a reason, or values inside their ceilings. */
#include "policy/vexwire.h"
#include "scan/answers.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int take_archive(struct taker *t, struct error *e)
{
	struct archive_found found = { .arena = t->arena };
	int r = answers_archive(t, &found, e);

	assert(found.members.n - found.results.n <= 1); /* that of the arena's end */
	for (size_t i = 0; i < found.results.n; i++)
		layer_result_done(&found.results.v[i]);
	return r;
}

static int take_sbom(struct taker *t, struct error *e)
{
	struct claims claims = { .result = { .arena = t->arena } };
	int r = answers_sbom(t, &claims, e);

	layer_result_done(&claims.result);
	return r;
}

static int take_vex(struct taker *t, struct error *e)
{
	struct vex_document d = { 0 };
	return answers_vex(t, &d, e);
}

static int take_table(struct taker *t, struct error *e)
{
	struct toc toc = { .arena = t->arena };
	int r = answers_table(t, &toc, e);

	for (size_t i = 0; r == 0 && i < toc.entries.n; i++)
		assert(toc.entries.v[i].first + toc.entries.v[i].chunks <= toc.chunks.n);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(16));
	struct error e = { 0 };
	autofree struct taker *t = malloc(sizeof *t);

	assert(t);
	if (!n)
		return 0;
	struct stream *from = stream_mem(str_mem(data + 1, n - 1));
	*t = TAKER(from, &a);
	int r = data[0] == 'a'   ? take_archive(t, &e)
	        : data[0] == 's' ? take_sbom(t, &e)
	        : data[0] == 'v' ? take_vex(t, &e)
	                         : take_table(t, &e);
	assert(r >= 0 || e.msg[0]);
	stream_free(from);
	return 0;
}
