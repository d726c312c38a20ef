/* fuzz/fuzz_rpmdb.c — a header, a distroless list and a whole database of any kind from the same
 * bytes: what comes out points into what went in, and a failure says why. */
#include "inventory/rpmdb.h"
#include "inventory/rpmheader.h"
#include "mutate_pages.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool inside(str part, str whole)
{
	return !part.n || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void read_with(int (*read)(struct file *, struct inventory *, struct error *), str bytes)
{
	struct arena arena cleanup(arena_done) = ARENA(4u << 20);
	struct inventory found = { .arena = &arena, .spool = spool_new(-1, 1 << 20) };
	struct stream *from = stream_mem(bytes);
	struct file f = { STR("var/lib/rpm/Packages"), bytes.n, 0644, from };
	struct error e = { 0 };
	int r = read(&f, &found, &e);

	assert(r >= 0 || e.msg[0]);
	for (size_t i = 0; i < found.packages.n; i++)
		assert(found.packages.v[i].name.n && found.packages.v[i].version.n);
	stream_free(from);
	spool_free(found.spool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	str bytes = str_mem(data, n), name, version;
	struct rpmheader h = { 0 };
	struct error e = { 0 };
	int r = rpmheader_parse(bytes, &h, &e);

	assert(r >= 0 || e.msg[0]);
	assert(inside(h.name, bytes) && inside(h.version, bytes) && inside(h.release, bytes) &&
	       inside(h.license, bytes) && inside(h.source_rpm, bytes) &&
	       inside(h.modularity, bytes));
	if (r >= 0 && rpmheader_source(h.source_rpm, &name, &version))
		assert(name.n && version.n && inside(name, h.source_rpm) &&
		       inside(version, h.source_rpm));
	read_with(rpmdb_read, bytes);
	read_with(rpmdb_read_manifest, bytes);
	return 0;
}

MUTATOR(mutate_pages)
