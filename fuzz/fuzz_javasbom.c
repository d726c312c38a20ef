/* fuzz/fuzz_javasbom.c — see fuzz/reader.h: what it finds is whole, is claimed only, and lies where
 * the archive does; a failure says why. */
#include "inventory/javasbom.h"
#include "mutate_json.h"
#include "reader.h"

static int read_sbom(struct file *f, struct inventory *into, struct error *e)
{
	struct package like = { .path = f->path,
		                .inner = STR("lib/a.jar"),
		                .evidence = STR("META-INF/sbom/application.cdx.json"),
		                .traits = PACKAGE_CLAIMED };
	int r = javasbom_read(&like, f->bytes, into, e);

	for (size_t i = 0; i < into->packages.n; i++) {
		const struct package *p = &into->packages.v[i];
		assert(p->type == PACKAGE_MAVEN && p->traits & PACKAGE_CLAIMED);
		assert(str_eq(p->path, f->path) && str_eq(p->inner, like.inner));
	}
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_fuzzed(read_sbom, "app.jar", str_mem(data, n));
	return 0;
}

MUTATOR(mutate_json)
