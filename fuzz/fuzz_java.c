/* fuzz/fuzz_java.c — see fuzz/reader.h; the same bytes as an archive, as a manifest, as pom.properties,
 * as pom.xml and as an archive's name. */
#include "inventory/java.h"
#include "inventory/pomxml.h"
#include "reader.h"
#include "mutate_zip.h"

static void read_metadata(str bytes)
{
	struct arena names cleanup(arena_done) = ARENA(4u << 20);
	struct stream *as_manifest = stream_mem(bytes), *as_pom = stream_mem(bytes), *as_project = stream_mem(bytes);
	struct manifest m = { 0 };
	struct pom p = { 0 };
	struct error e = { 0 };
	struct file_name name;

	assert(javameta_read_manifest(as_manifest, &names, &m, &e) >= 0);
	assert(javameta_read_pom(as_pom, &names, &p, &e) >= 0);
	assert(pomxml_read(as_project, &names, &p, &e) >= 0);
	assert(str_find(p.version, STR("${")) == p.version.n);
	name = javameta_split_name(bytes, &m);
	assert(name.artifact.n <= bytes.n);
	str group = javameta_group(name.artifact, name.version, &m);
	assert(!group.n || group.p);
	stream_free(as_manifest);
	stream_free(as_pom);
	stream_free(as_project);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_fuzzed(java_read, "lib/a-1.jar", str_mem(data, n));
	read_metadata(str_mem(data, n));
	return 0;
}

MUTATOR(mutate_zip)
