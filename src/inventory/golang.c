#include "inventory/golang.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "format/elf.h"
#include "inventory/gomod.h"
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
	LOOK_AHEAD = 512,    /* header and inline version fit */
	WINDOW_BYTES = 256 << 10,
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

struct search {
	struct file *f;
	struct elf elf;
	char *window;
	size_t n;      /* bytes in the window */
	uint64_t base; /* offset in the file of its first */
	bool end;      /* nothing is behind the window */
	/* for programs of Go 1.13 to 1.17, known by the note with their build ID */
	bool is_go, is_packed;
	struct arena arena;
	VEC(struct spotted) versions;
	struct buf modules;      /* from the begin marker on */
	uint64_t modules_offset; /* of the begin marker */
	bool modules_open;       /* the end marker was not met yet */
	bool found;              /* a header with pointers, at header_offset */
	uint64_t header_offset;
	struct pointed version, list;
};

static void search_done(struct search *s)
{
	free(s->window);
	arena_done(&s->arena);
	buf_done(&s->modules);
}

static int fill(struct search *s, size_t keep_from, struct error *e)
{
	size_t room = WINDOW_BYTES + LOOK_AHEAD;
	ssize_t got;

	memmove(s->window, s->window + keep_from, s->n - keep_from);
	s->n -= keep_from;
	s->base += keep_from;
	got = stream_read_full(s->f->bytes, s->window + s->n, room - s->n, e);
	if (got < 0)
		return (int)got;
	s->n += (size_t)got;
	s->end = s->n < room;
	return 0;
}

static struct package evidence(const struct search *s, uint64_t offset)
{
	return (struct package){ .path = s->f->path,
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
static int take_inline(struct search *s, size_t at, struct inventory *into, struct error *e)
{
	struct cursor c = CURSOR("build info", s->window + at, s->n - at);
	struct package like = evidence(s, s->base + at);
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
	ssize_t got = stream_read_full(s->f->bytes, text + here, (size_t)length - here, e);
	if (got < 0)
		return (int)got;
	if ((size_t)got < length - here)
		return error_set(e, ERR_FORMAT, "byte %" PRIu64 ": build info is cut short",
		                 like.offset);
	int r = gomod_add(&like, version, without_markers((str){ text, (size_t)length }), into, e);
	return r < 0 ? r : 1;
}

static void take_pointers(struct search *s, size_t at)
{
	const char *p = s->window + at;
	size_t size = s->elf.is_64 ? 8 : 4;

	if (s->found || (unsigned char)p[MAGIC_BYTES] != size)
		return;
	s->found = true;
	s->header_offset = s->base + at;
	s->version.wanted =
	        elf_offset(&s->elf, elf_word(&s->elf, p + POINTERS_AT), &s->version.offset);
	s->list.wanted =
	        elf_offset(&s->elf, elf_word(&s->elf, p + POINTERS_AT + size), &s->list.offset);
}

/* Looks at every place in window[0..limit) where a header may start. 1 when inline build info was
 * read, so that nothing else is of interest. */
static int look_for_header(struct search *s, size_t limit, struct inventory *into, struct error *e)
{
	for (size_t at = 0; at < limit; at += HEADER_ALIGN) {
		if (memcmp(s->window + at, magic, 8) || s->n - at < STRINGS_AT ||
		    memcmp(s->window + at, magic, MAGIC_BYTES))
			continue;
		if (s->window[at + FLAGS_AT] & FLAG_INLINE) {
			int r = take_inline(s, at, into, e);
			if (r)
				return r;
		} else {
			take_pointers(s, at);
		}
	}
	return 0;
}

static void catch_string_header(struct search *s, struct pointed *p)
{
	size_t size = s->elf.is_64 ? 8 : 4;
	const char *at;

	if (!p->wanted || p->seen || p->offset < s->base || p->offset - s->base > s->n ||
	    s->n - (p->offset - s->base) < 2 * size)
		return;
	at = s->window + (p->offset - s->base);
	p->address = elf_word(&s->elf, at);
	p->length = elf_word(&s->elf, at + size);
	p->seen = true;
}

static void spot_versions(struct search *s, size_t limit)
{
	const char *at = s->window, *end = s->window + limit, *hit;

	while (s->versions.n < VERSIONS_MAX &&
	       (hit = memmem(at, MIN((size_t)(end - at) + 3, s->n - (size_t)(at - s->window)),
	                     "go1.", 4))) {
		struct spotted *v = vec_push(&s->arena, &s->versions);
		size_t left = s->n - (size_t)(hit - s->window);
		if (!v)
			return;
		v->offset = s->base + (uint64_t)(hit - s->window);
		memcpy(v->text, hit, MIN(left, sizeof v->text));
		at = hit + 1;
		if (at >= end)
			return;
	}
}

/* Keeps what stands between the markers, however many windows it spans. */
static void spot_modules(struct search *s, size_t limit)
{
	const char *at = s->window, *end = s->window + limit;

	if (!s->modules_open && !s->modules.n) {
		at = memmem(at, MIN(limit + MARKER_BYTES - 1, s->n), begin_marker, MARKER_BYTES);
		if (!at)
			return;
		s->modules_open = true;
		s->modules_offset = s->base + (uint64_t)(at - s->window);
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

static str version_at(const struct search *s)
{
	uint64_t offset;

	if (!s->version.seen || !elf_offset(&s->elf, s->version.address, &offset))
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
static str modules_at(const struct search *s)
{
	uint64_t offset;

	if (s->modules_open)
		return (str){ 0 };
	if (s->list.seen && s->list.length && elf_offset(&s->elf, s->list.address, &offset) &&
	    offset != s->modules_offset)
		return (str){ 0 };
	return without_markers(buf_view(&s->modules));
}

/* At the end of a file that Go linked and that had no inline strings. */
static int conclude(struct search *s, struct inventory *into, struct error *e)
{
	struct package like = evidence(s, s->header_offset);
	str version = version_at(s), modules = modules_at(s);

	if (!s->found) {
		if (s->is_go)
			inventory_gap(into, GAP_NO_IDENTITY, s->f->path,
			              "a Go program without build info");
		else if (s->is_packed)
			inventory_gap(into, GAP_NO_IDENTITY, s->f->path,
			              "packed by UPX: not looked into");
		return 0;
	}
	if (!version.n && !modules.n) {
		inventory_gap(into, s->is_go ? GAP_UNREADABLE : GAP_NO_IDENTITY, s->f->path,
		              "byte %" PRIu64 ": build info whose pointers lead nowhere",
		              s->header_offset);
		return 0;
	}
	return gomod_add(&like, version, modules, into, e);
}

static int search(struct search *s, struct inventory *into, struct error *e)
{
	for (;;) {
		size_t limit = s->end ? s->n : WINDOW_BYTES;
		int r = look_for_header(s, limit, into, e);
		if (r)
			return MIN(r, 0);
		catch_string_header(s, &s->version);
		catch_string_header(s, &s->list);
		if (s->is_go) {
			spot_versions(s, limit);
			spot_modules(s, limit);
		}
		if (s->end)
			return conclude(s, into, e);
		r = fill(s, limit, e);
		if (r < 0)
			return r;
	}
}

/* What the first window says of the whole file. A header that is not the gABI's is no error: then
 * no pointer leads anywhere, and the magic is still looked for. */
static void look_at_front(struct search *s)
{
	struct error ignored = { 0 };
	str front = { s->window, s->n };

	if (elf_read(front, &s->elf, &ignored) < 0)
		return;
	s->is_go = elf_has_note(&s->elf, front, STR("Go"), NOTE_BUILD_ID);
	s->is_packed = str_find(str_upto(front, KIB(1)), STR("UPX!")) < MIN(front.n, KIB(1));
}

int golang_read(struct file *f, struct inventory *into, struct error *e)
{
	struct search s cleanup(search_done) = {
		.f = f,
		.arena = ARENA(GOLANG_MODULES_MAX + MIB(1)),
		.modules = BUF(GOLANG_MODULES_MAX),
	};
	char front[4];
	ssize_t got = stream_read_full(f->bytes, front, sizeof front, e);

	if (got < 0 || !elf_is(str_mem(front, (size_t)got)))
		return got < 0 ? (int)got : 0;
	s.window = malloc(WINDOW_BYTES + LOOK_AHEAD);
	if (!s.window)
		return error_set(e, ERR_LIMIT, "no memory for a window");
	memcpy(s.window, front, sizeof front);
	s.n = sizeof front;
	int r = fill(&s, 0, e);
	if (r < 0)
		return r;
	look_at_front(&s);
	return search(&s, into, e);
}
