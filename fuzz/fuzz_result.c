/* Any bytes as a jailed reader's answer are refused or merged, whatever they claim. */
#include "scan/merge.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(16)), all cleanup(arena_done) = ARENA(MIB(16));
	struct layer_result r[2] = { { .arena = &a }, { .arena = &a } };
	struct scan_report report = { 0 };
	struct merged merged = { 0 };
	struct error e = { 0 };
	struct stream *from = stream_mem(str_mem(data, n));
	autofree struct taker *t = malloc(sizeof *t);

	assert(t);
	*t = TAKER(from, &a);
	/* a refused answer is merged too, with the refusal as its end */
	for (size_t i = 0; i < LEN(r); i++) {
		if (layer_result_take(t, &r[i], &e) < 0)
			r[i].end = e;
		vec_push(&all, &report.image.layers);
	}
	int code = merge_layers(r, LEN(r), &all, &report, &merged, &e);
	assert(code == 0 || code == ERR_LIMIT);
	layer_result_done(&r[0]);
	layer_result_done(&r[1]);
	stream_free(from);
	return 0;
}
