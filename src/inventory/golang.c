#include "inventory/golang.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "inventory/gomod.h"
#include "inventory/window.h"
#include <assert.h>
#include <inttypes.h>

/* Layout of the header: magic, size of a pointer, flags; then two pointers to Go strings, or, with
 * FLAG_INLINE, at byte 32, the strings themselves, each behind its length as a varint. */
enum {
	MAGIC_BYTES = 14,
	FLAGS_AT = 15,
	POINTERS_AT = 16,
	STRINGS_AT = 32,
	HEADER_ALIGN = 16,
	FLAG_INLINE = 2,
	VERSION_BYTES = 256, /* longest toolchain version that is believed */
	MARKER_BYTES = 16,
	VERSIONS_MAX = 4096,
	VERSION_TEXT_BYTES = 40, /* strings like "go1.16" in an old program */
	NOTE_BUILD_ID = 4,
};

static const char magic[] = "\xff Go buildinf:";
static const char begin_marker[] =
        "\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
static const char end_marker[] = "\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";

struct spotted { /* text that may be what a pointer leads to */
	uint64_t offset;
	char text[VERSION_TEXT_BYTES];
};

struct pointed { /* a Go string's header: where it is in the file, then what it says */
	bool wanted, seen;
	uint64_t offset, address, length;
};

struct golang {
	const struct window *p;
	/* for programs of Go 1.13 to 1.17, known by the note with their build ID */
	bool is_go;
	struct arena arena;
	VEC(struct spotted) versions;
	struct buf modules;      /* from the begin marker on */
	uint64_t modules_offset; /* of the begin marker */
	bool modules_open;       /* the end marker was not met yet */
	bool found;              /* a header with pointers, at header_offset */
	uint64_t header_offset;
	struct pointed version, list;
};

struct golang *golang_new(const struct window *p)
{
	struct golang *s = malloc(sizeof *s);

	assert(s); /* a fixed size */
	*s = (struct golang){ .p = p,
		              .arena = ARENA(GOLANG_MODULES_MAX + MIB(1)),
		              .modules = BUF(GOLANG_MODULES_MAX) };
	s->is_go = elf_has_note(&p->elf, window_view(p), STR("Go"), NOTE_BUILD_ID);
	return s;
}

void golang_free(struct golang *s)
{
	if (!s)
		return;
	arena_done(&s->arena);
	buf_done(&s->modules);
	free(s);
}

static struct package evidence(const struct golang *s, uint64_t offset)
{
	return (struct package){ .path = s->p->f->path,
		                 .evidence = STR("build info"),
		                 .offset = offset };
}

static bool is_version(str s)
{
	return str_starts(s, STR("go1")) || str_starts(s, STR("devel"));
}

static str without_markers(str modules)
{
	if (modules.n < 2 * MARKER_BYTES)
		return (str){ 0 };
	return str_upto(str_from(modules, MARKER_BYTES), modules.n - 2 * MARKER_BYTES);
}

/* The header at window[at] has its strings inline. 1: it was read; 0: it is no build info. */
static int take_inline(struct golang *s, size_t at, struct inventory *into, struct error *e)
{
	struct cursor c = CURSOR("build info", s->p->bytes + at, s->p->n - at);
	struct package like = evidence(s, s->p->base + at);
	uint64_t length;
	str version;

	cur_seek(&c, STRINGS_AT);
	length = cur_uleb(&c);
	version = cur_bytes(&c, (size_t)MIN(length, (uint64_t)SIZE_MAX));
	if (cur_bad(&c) || length > VERSION_BYTES || !is_version(version))
		return 0;
	length = cur_uleb(&c);
	if (cur_bad(&c))
		return error_set(e, ERR_FORMAT, "byte %" PRIu64 ": build info is cut short",
		                 like.offset);
	if (length > GOLANG_MODULES_MAX)
		return error_set(e, ERR_LIMIT,
		                 "byte %" PRIu64 ": a module list of %" PRIu64 " bytes",
		                 like.offset, length);
	char *text = arena_alloc(&s->arena, (size_t)length);
	size_t here = MIN((size_t)length, cur_left(&c));
	if (!text)
		return error_set(e, ERR_LIMIT, "no memory for a module list");
	memcpy(text, cur_bytes(&c, here).p, here);
	ssize_t got = stream_read_full(s->p->f->bytes, text + here, (size_t)length - here, e);
	if (got < 0)
		return (int)got;
	if ((size_t)got < length - here)
		return error_set(e, ERR_FORMAT, "byte %" PRIu64 ": build info is cut short",
		                 like.offset);
	int r = gomod_add(&like, version, without_markers((str){ text, (size_t)length }), into, e);
	return r < 0 ? r : 1;
}

static void take_pointers(struct golang *s, size_t at)
{
	const char *p = s->p->bytes + at;
	size_t size = s->p->elf.is_64 ? 8 : 4;

	if (s->found || (unsigned char)p[MAGIC_BYTES] != size)
		return;
	s->found = true;
	s->header_offset = s->p->base + at;
	s->version.wanted =
	        elf_offset(&s->p->elf, elf_word(&s->p->elf, p + POINTERS_AT), &s->version.offset);
	s->list.wanted = elf_offset(&s->p->elf, elf_word(&s->p->elf, p + POINTERS_AT + size),
	                            &s->list.offset);
}

/* Looks at every place in window[0..limit) where a header may start. 1 when inline build info was
 * read, so that nothing else is of interest. */
static int look_for_header(struct golang *s, size_t limit, struct inventory *into, struct error *e)
{
	for (size_t at = 0; at < limit; at += HEADER_ALIGN) {
		if (memcmp(s->p->bytes + at, magic, 8) || s->p->n - at < STRINGS_AT ||
		    memcmp(s->p->bytes + at, magic, MAGIC_BYTES))
			continue;
		if (s->p->bytes[at + FLAGS_AT] & FLAG_INLINE) {
			int r = take_inline(s, at, into, e);
			if (r)
				return r;
		} else {
			take_pointers(s, at);
		}
	}
	return 0;
}

static void catch_string_header(struct golang *s, struct pointed *p)
{
	size_t size = s->p->elf.is_64 ? 8 : 4;
	const char *at;

	if (!p->wanted || p->seen || p->offset < s->p->base || p->offset - s->p->base > s->p->n ||
	    s->p->n - (p->offset - s->p->base) < 2 * size)
		return;
	at = s->p->bytes + (p->offset - s->p->base);
	p->address = elf_word(&s->p->elf, at);
	p->length = elf_word(&s->p->elf, at + size);
	p->seen = true;
}

static void spot_versions(struct golang *s)
{
	for (size_t at = 0; s->versions.n < VERSIONS_MAX &&
	                    (at = window_find(s->p, STR("go1."), at)) != SIZE_MAX;
	     at++) {
		struct spotted *v = vec_push(&s->arena, &s->versions);
		if (!v)
			return;
		v->offset = s->p->base + at;
		memcpy(v->text, s->p->bytes + at, MIN(s->p->n - at, sizeof v->text));
	}
}

/* Keeps what stands between the markers, however many windows it spans. */
static void spot_modules(struct golang *s, size_t limit)
{
	const char *at = s->p->bytes, *end = s->p->bytes + limit;

	if (!s->modules_open && !s->modules.n) {
		size_t begin = window_find(s->p, str_mem(begin_marker, MARKER_BYTES), 0);
		if (begin == SIZE_MAX)
			return;
		at += begin;
		s->modules_open = true;
		s->modules_offset = s->p->base + (uint64_t)(at - s->p->bytes);
	}
	if (!s->modules_open || at > end)
		return;
	size_t before = s->modules.n - MIN(s->modules.n, (size_t)MARKER_BYTES);
	buf_add(&s->modules, str_mem(at, (size_t)(end - at)));
	const char *close = s->modules.n ? memmem(s->modules.p + before, s->modules.n - before,
	                                          end_marker, MARKER_BYTES)
	                                 : NULL;
	if (close) {
		s->modules.n = (size_t)(close - s->modules.p) + MARKER_BYTES;
		s->modules_open = false;
	} else if (s->modules.failed) { /* too long to be one: look for another */
		buf_clear(&s->modules);
		s->modules_open = false;
	}
}

static str version_at(const struct golang *s)
{
	uint64_t offset;

	if (!s->version.seen || !elf_offset(&s->p->elf, s->version.address, &offset))
		return (str){ 0 };
	for (size_t i = 0; i < s->versions.n; i++)
		if (s->versions.v[i].offset == offset)
			return str_mem(
			        s->versions.v[i].text,
			        (size_t)MIN(s->version.length, (uint64_t)VERSION_TEXT_BYTES));
	return (str){ 0 };
}

/* The list that the pointer leads to; where it leads nowhere (position-independent programs have it
 * filled in by the loader) the one that its markers gave away. */
static str modules_at(const struct golang *s)
{
	uint64_t offset;

	if (s->modules_open)
		return (str){ 0 };
	if (s->list.seen && s->list.length && elf_offset(&s->p->elf, s->list.address, &offset) &&
	    offset != s->modules_offset)
		return (str){ 0 };
	return without_markers(buf_view(&s->modules));
}

/* At the end of a file that Go linked and that had no inline strings. */
int golang_end(struct golang *s, struct inventory *into, struct error *e)
{
	struct package like = evidence(s, s->header_offset);
	str version = version_at(s), modules = modules_at(s);

	if (!s->found) {
		if (s->is_go)
			inventory_gap(into, GAP_NO_IDENTITY, s->p->f->path,
			              "a Go program without build info");
		return 0;
	}
	if (!version.n && !modules.n) {
		inventory_gap(into, s->is_go ? GAP_UNREADABLE : GAP_NO_IDENTITY, s->p->f->path,
		              "byte %" PRIu64 ": build info whose pointers lead nowhere",
		              s->header_offset);
		return 0;
	}
	return gomod_add(&like, version, modules, into, e);
}

int golang_look(struct golang *s, struct inventory *into, struct error *e)
{
	int r = look_for_header(s, s->p->limit, into, e);

	if (r)
		return r;
	catch_string_header(s, &s->version);
	catch_string_header(s, &s->list);
	if (s->is_go) {
		spot_versions(s);
		spot_modules(s, s->p->limit);
	}
	return 0;
}
