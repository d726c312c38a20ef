/* Any bytes inflate to something bounded or to an error that says why. */
#include "stream/stream.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct stream *s = stream_inflate(stream_mem(str_mem(data, n)), 1 << 20);
	struct error e = { 0 };
	int r = stream_drain(s, &e);
	assert(r >= 0 || e.msg[0]);
	stream_free(s);
	return 0;
}
