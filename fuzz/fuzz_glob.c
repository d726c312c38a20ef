/* fuzz/fuzz_glob.c — a pattern, a newline, a path: an answer in bounded time; a path without any
 * special byte fits itself. */
#include "base/attr.h"
#include "base/glob.h"
#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	str all = str_mem(data, n);
	size_t at = str_chr(all, '\n');
	str pattern = str_upto(all, at), path = str_from(all, at + 1);
	bool plain = true;

	for (size_t i = 0; i < path.n; i++)
		plain = plain && !strchr("*?[]\\{}!", path.p[i]);
	(void)!glob_fits(pattern, path);
	assert(!plain || glob_fits(path, path));
	return 0;
}
