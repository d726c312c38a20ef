/* fuzz/fuzz_archive.c — any bytes as a whole archive (docker save, an OCI layout in a tar): the
 * worker's walk ends with an answer, and what may be said of a failure is in it. */
#include "mutate_tar.h"
#include "scan/worker.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf in cleanup(buf_done) = BUF(MIB(4));
	struct sink out = SINK(-1);
	struct error e = { 0 };

	worker_request_write(&in, (struct wanted_list){ 0 });
	buf_add(&in, str_mem(data, n));
	assert(worker_read("archive", stream_mem(buf_view(&in)), NULL, &out, &e) == 0);
	assert(out.bytes.n >= 8);
	buf_done(&out.bytes);
	return 0;
}

MUTATOR(mutate_tar)
