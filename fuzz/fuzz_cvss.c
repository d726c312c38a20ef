/* fuzz/fuzz_cvss.c — a vector is scored from 0.0 to 10.0 with one decimal, or refused with a reason. */
#include "model/cvss.h"
#include <assert.h>
#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct cvss c = { .score = -1 };
	struct error e = { 0 };
	int r = cvss_parse(str_mem(data, n), &c, &e);
	if (r < 0) {
		assert(r == ERR_FORMAT && e.msg[0] && c.score == -1);
		return 0;
	}
	assert(c.score >= 0 && c.score <= 10 && fabs(c.score * 10 - round(c.score * 10)) < 1e-9);
	assert(c.major >= 2 && c.major <= 4 && (c.major > 2 || c.severity != SEVERITY_CRITICAL));
	return 0;
}
