/* Any bytes as a layer give an answer that the parent can read back. */
#include "scan/worker.h"
#include "mutate_tar.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf in cleanup(buf_done) = BUF(MIB(4));
	struct sink out = SINK(-1);
	struct arena a cleanup(arena_done) = ARENA(MIB(64));
	struct layer_result r = { .arena = &a };
	struct error e = { 0 };

	worker_request_write(&in, (struct wanted_list){ 0 });
	buf_add(&in, str_mem(data, n));
	assert(worker_read("layer", stream_mem(buf_view(&in)), NULL, &out, &e) == 0);
	struct stream *back = stream_mem(buf_view(&out.bytes));
	assert(layer_result_read(back, &r, &e) == 0);
	stream_free(back);
	layer_result_done(&r);
	buf_done(&out.bytes);
	return 0;
}

MUTATOR(mutate_tar)
