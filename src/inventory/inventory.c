#include "inventory/inventory.h"
#include "base/buf.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>

enum { TEXT_MAX = 1024 };

static bool is_plain(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] >= 0x7f)
			return false;
	return true;
}

/* A copy in valid UTF-8 without control bytes, at most TEXT_MAX bytes; what is cut is told in *cut.
 */
static str clean(struct arena *a, str s, bool *cut)
{
	char out[TEXT_MAX];
	size_t n = 0;

	if (s.n <= TEXT_MAX && is_plain(s))
		return s.n ? arena_str(a, s) : (str){ 0 };
	while (s.n) {
		uint32_t rune = text_rune(&s);
		char bytes[TEXT_RUNE_BYTES];
		size_t put = text_encode(rune < 0x20 || rune == 0x7f ? ' ' : rune, bytes);

		if (n + put > sizeof out) {
			*cut = true;
			break;
		}
		memcpy(out + n, bytes, put);
		n += put;
	}
	return arena_str(a, (str){ out, n });
}

/* As it is, for the merge compares it; one copy for all packages of a database. */
static str path_of(struct inventory *into, str path)
{
	if (into->packages.n && str_eq(into->packages.v[into->packages.n - 1].path, path))
		return into->packages.v[into->packages.n - 1].path;
	return arena_str(into->arena, path);
}

int inventory_add(struct inventory *into, const struct package *p, struct error *e)
{
	struct arena *a = into->arena;
	bool cut = false, cut_quietly = false;
	struct package copy = *p;
	struct package *slot;

	if (into->packages.n >= PACKAGES_MAX)
		return error_set(e, ERR_LIMIT, "more than %d packages in a layer",
		                 (int)PACKAGES_MAX);
	copy.name = clean(a, p->name, &cut);
	copy.version = clean(a, p->version, &cut);
	copy.arch = clean(a, p->arch, &cut);
	copy.source = clean(a, p->source, &cut);
	copy.source_version = clean(a, p->source_version, &cut);
	copy.module = clean(a, p->module, &cut);
	copy.license = clean(a, p->license, &cut_quietly);
	copy.maintainer = clean(a, p->maintainer, &cut_quietly);
	copy.inner = clean(a, p->inner, &cut);
	copy.evidence = clean(a, p->evidence, &cut_quietly);
	copy.owner = clean(a, p->owner, &cut_quietly);
	copy.path = path_of(into, p->path);
	if (cut)
		inventory_gap(into, GAP_LIMIT, p->path,
		              "byte %llu: a name or version of more than %d bytes",
		              (unsigned long long)p->offset, (int)TEXT_MAX);
	slot = a->failed ? NULL : vec_push(a, &into->packages);
	if (!slot)
		return error_set(e, ERR_LIMIT, "the layer's %zu bytes of results are spent",
		                 a->max_bytes);
	*slot = copy;
	return 0;
}

void inventory_gap(struct inventory *into, enum gap_kind kind, str where, const char *fmt, ...)
{
	char why[512];
	bool cut = false;
	struct gap *slot;
	va_list args;

	if (into->gaps.n >= GAPS_MAX)
		return;
	slot = vec_push(into->arena, &into->gaps);
	if (!slot)
		return;
	va_start(args, fmt);
	vsnprintf(why, sizeof why, fmt, args);
	va_end(args);
	*slot = (struct gap){ kind, arena_str(into->arena, where),
		              clean(into->arena, str_c(why), &cut), -1 };
	if (into->gaps.n == GAPS_MAX)
		*slot = (struct gap){ GAP_LIMIT, slot->where, STR("more gaps than are listed"),
			              -1 };
}

int file_read_all(struct file *f, size_t max_bytes, struct arena *scratch, str *out,
                  struct error *e)
{
	struct buf all cleanup(buf_done) =
	        BUF(max_bytes + 1); /* one byte more tells that it is over */
	size_t step = (size_t)MIN(f->size_bytes, (uint64_t)max_bytes) + 1;
	ssize_t got = 1;

	while (got > 0 && all.n <= max_bytes) {
		step = MIN(step, max_bytes + 1 - all.n);
		char *p = buf_room(&all, step);
		if (!p)
			return error_set(e, ERR_LIMIT, "no memory for %zu bytes", all.n + step);
		got = stream_read_full(f->bytes, p, step, e);
		if (got < 0)
			return (int)got;
		buf_grown(&all, (size_t)got);
		got = (size_t)got == step; /* a short read is the end */
		step = KIB(64);
	}
	if (all.n > max_bytes)
		return error_set(e, ERR_LIMIT, "larger than the %zu bytes that are read",
		                 max_bytes);
	*out = arena_str(scratch, buf_view(&all));
	return scratch->failed ? error_set(e, ERR_LIMIT, "no memory for %zu bytes", all.n) : 0;
}
