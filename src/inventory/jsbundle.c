#include "inventory/jsbundle.h"
#include "inventory/wellknown.h"
#include "inventory/window.h"
#include <assert.h>

enum { KINDS = 4, VERSION_BYTES = 64 };
static const uint64_t PROGRAM_BYTES_MIN = 24 << 20;

struct kind {
	struct signature run_time;
	str mark;
	unsigned times; /* that the mark is there: the run-time itself may have it as a constant */
	unsigned version_of; /* the first kind with this run-time: each is searched for once */
};

#define RUN_TIME(name, before, after)                                          \
	{                                                                      \
		name, NULL, STR_INIT(before), { 0 }, STR_INIT(after), false, 0 \
	}

static const struct kind kinds[KINDS] = {
	{ RUN_TIME("node", "/download/release/v", "/"),
	  STR_INIT("NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1"), 1, 0 },
	{ RUN_TIME("node", "/download/release/v", "/"), STR_INIT("pkg/prelude/bootstrap.js"), 1,
	  0 },
	{ RUN_TIME("bun", "Bundled at {d}, Bun ", ""), STR_INIT("\n---- Bun! ----\n"), 2, 2 },
	{ RUN_TIME("deno", "", ""), STR_INIT("d3n0l4nd"), 2, 3 },
};

struct seen {
	unsigned times;
	uint64_t offset; /* of the version */
	size_t n;
	char version[VERSION_BYTES];
};

struct jsbundle {
	const struct window *w;
	struct seen seen[KINDS];
};

struct jsbundle *jsbundle_new(const struct window *w)
{
	struct jsbundle *b;

	if (w->f->size_bytes < PROGRAM_BYTES_MIN || elf_is_library(&w->elf))
		return NULL;
	b = calloc(1, sizeof *b);
	assert(b); /* a fixed size */
	b->w = w;
	return b;
}

void jsbundle_free(struct jsbundle *b)
{
	free(b);
}

static void count_marks(const struct window *w, const struct kind *k, struct seen *s)
{
	for (size_t at = 0; s->times < k->times && (at = window_find(w, k->mark, at)) != SIZE_MAX;
	     at++)
		s->times++;
}

static void find_version(const struct window *w, const struct kind *k, struct seen *s)
{
	str version;

	if (s->n || !k->run_time.before.n)
		return;
	version = str_upto(wellknown_version(w, &k->run_time), VERSION_BYTES);
	if (!version.n)
		return;
	s->offset = w->base + (uint64_t)(version.p - w->bytes);
	s->n = version.n;
	memcpy(s->version, version.p, version.n);
}

void jsbundle_look(struct jsbundle *b)
{
	for (size_t i = 0; b && i < KINDS; i++) {
		count_marks(b->w, &kinds[i], &b->seen[i]);
		if (kinds[i].version_of == i)
			find_version(b->w, &kinds[i], &b->seen[i]);
	}
}

int jsbundle_end(struct jsbundle *b, struct inventory *into, struct error *e)
{
	for (size_t i = 0; b && i < KINDS; i++) {
		const struct seen *s = &b->seen[kinds[i].version_of];
		struct package p = {
			.type = PACKAGE_GENERIC,
			.name = str_c(kinds[i].run_time.name),
			.version = str_mem(s->version, s->n),
			.path = b->w->f->path,
			.evidence = STR(WELLKNOWN_EVIDENCE),
			.offset = s->offset,
		};
		if (b->seen[i].times < kinds[i].times)
			continue;
		inventory_gap(into, GAP_NOT_READ, p.path,
		              "the JavaScript that is bundled with %s in it is not listed",
		              kinds[i].run_time.name);
		return s->n ? inventory_add(into, &p, e) : 0;
	}
	return 0;
}
