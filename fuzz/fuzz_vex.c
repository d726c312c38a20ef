/* VEX documents: what is read travels to the parent and back unharmed, and is asked about a
 * finding. */
#include "policy/vexmatch.h"
#include "policy/vexread.h"
#include "policy/vexwire.h"
#include "mutate_json.h"
#include <assert.h>

static void ask(const struct vex_document *d, struct arena *a)
{
	static struct package p[] = {
		{ .type = PACKAGE_MAVEN,
		  .name = STR_INIT("a:b"),
		  .version = STR_INIT("1"),
		  .path = STR_INIT("a.jar") },
		{ .type = PACKAGE_DEB,
		  .name = STR_INIT("libssl3"),
		  .version = STR_INIT("3"),
		  .source = STR_INIT("openssl") },
	};
	struct scan_report r = { .packages = { p, LEN(p), LEN(p) },
		                 .distro = { .id = STR_INIT("debian"),
		                             .version_id = STR_INIT("12") } };
	struct vex_set set = { 0 };
	struct vex_verdict v;

	r.image.target = r.image.name = STR("registry.example/app:1");
	vec_add(a, &set.documents, *d);
	vexmatch_index(&set, a);
	for (size_t i = 0; i < d->statements.n && i < 64; i++)
		for (size_t k = 0; k < LEN(p); k++) {
			struct finding f = { .package = &p[k],
				             .id = d->statements.v[i].vulnerability };
			if (vexmatch_find(&set, &r, &f, &v))
				assert(v.statement->fitted);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(16 << 20),
	               b cleanup(arena_done) = ARENA(64 << 20);
	struct buf wire cleanup(buf_done) = BUF(16 << 20);
	struct vex_document d = { 0 }, back = { 0 };
	struct error e = { 0 };

	if (vexread("fuzz", str_mem(data, n), &a, &d, &e) < 0) {
		assert(e.msg[0]);
		return 0;
	}
	vexwire_write(&d, &wire);
	if (wire.failed)
		return 0;
	struct cursor c = CURSOR("wire", wire.p, wire.n);
	if (vexwire_read(&c, &b, &back, &e) < 0) {
		assert(e.code == ERR_LIMIT);
		return 0;
	}
	assert(back.statements.n == d.statements.n && back.subjects.n == d.subjects.n);
	ask(&back, &b);
	return 0;
}

MUTATOR(mutate_json)
