/* fuzz/fuzz_license.c — any licence field: what comes out is an expression, the same when read again. */
#include "report/license.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf once cleanup(buf_done) = BUF(KIB(64)), twice cleanup(buf_done) = BUF(KIB(64));
	str text = str_mem(data, n);

	if (license_read(text, &once) != LICENSE_NAME) {
		assert(once.n);
		if (once.n < 4000) {
			assert(license_read(buf_view(&once), &twice) != LICENSE_NAME);
			assert(str_eq(buf_view(&once), buf_view(&twice)));
		}
	}
	if (license_expression(text, &once))
		assert(once.n);
	return 0;
}
