/* Any bytes as settings are told or refused with a line. */
#include "format/yaml.h"
#include <assert.h>

static int tell(void *ctx, str key, str value, unsigned line, struct error *e)
{
	(void)ctx, (void)e, (void)value;
	assert(key.n < 256 && line > 0);
	(void)value;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct error e = { 0 };
	int r = yaml_scalars("settings", str_mem(data, n), tell, NULL, &e);
	assert(r >= 0 || e.msg[0]);
	return 0;
}
