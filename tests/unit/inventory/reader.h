/* tests/unit/inventory/reader.h — one reader over bytes in memory, and what it found. */
#pragma once
#include "../test.h"
#include "inventory/detector.h"

struct reading {
	struct arena arena;
	struct inventory found;
	struct error e;
	int result;
};

static inline void reading_done(struct reading *r)
{
	arena_done(&r->arena);
}

static inline void read_bytes(struct reading *r, detector_read *read, const char *path, str bytes)
{
	struct stream *s = stream_mem(bytes);
	struct file f = { str_c(path), bytes.n, 0755, s };

	*r = (struct reading){ .arena = ARENA(64 << 20) };
	r->found.arena = &r->arena;
	r->result = read(&f, &r->found, &r->e);
	stream_free(s);
}

static inline const struct package *find(const struct reading *r, const char *name)
{
	for (size_t i = 0; i < r->found.packages.n; i++)
		if (str_eq(r->found.packages.v[i].name, str_c(name)))
			return &r->found.packages.v[i];
	static const struct package none;
	return &none;
}
