#include "inventory/rust.h"
#include "base/buf.h"
#include "base/json.h"
#include "inventory/block.h"
#include "inventory/window.h"
#include <assert.h>

enum {
	LIST_BYTE = 0x78,
	PROBE_BYTES = 32, /* of a list, its start */
	NAME_BYTES = 200, /* longest name and version that are believed */
	PROBES_MAX = 1 << 16,
};

struct crate {
	str name, version;
	uint64_t offset;
};

struct rust {
	const struct window *w;
	struct arena arena;
	struct buf packed; /* from the first byte of what may be the list */
	uint64_t packed_at;
	bool collecting, any_list;
	bool is_rust; /* names files of the standard library */
	unsigned probes;
	VEC(struct crate) named;
};

struct rust *rust_new(const struct window *w)
{
	struct rust *r = calloc(1, sizeof *r);

	assert(r);
	r->w = w;
	r->arena = ARENA(MIB(2));
	r->packed = BUF(RUST_PACKED_MAX);
	return r;
}

void rust_free(struct rust *r)
{
	if (!r)
		return;
	arena_done(&r->arena);
	buf_done(&r->packed);
	free(r);
}

/* --- the list of cargo-auditable --- */

/* zlib's two bytes: deflate with a window of 32 KiB, and a sum that 31 divides */
static bool starts_zlib(const char *p)
{
	return p[0] == LIST_BYTE && (0x7800 + (unsigned char)p[1]) % 31 == 0;
}

/* The list starts {"packages":[ */
static bool starts_list(str packed)
{
	char front[PROBE_BYTES];
	bool whole;
	ssize_t n = inflate_zlib(packed, front, sizeof front, &whole);
	str text = str_mem(front, n < 0 ? 0 : (size_t)n);

	return str_starts(text, STR("{")) && str_find(text, STR("\"packages\"")) < text.n;
}

/* What "{" makes of a block's first bits: a stored one has it in clear, the fixed code is known,
 * other codes only inflating knows (RFC 1951, 3.2.3). */
static bool may_start_list(const char *p)
{
	unsigned bits = (unsigned char)p[2] | (unsigned)(unsigned char)p[3] << 8,
	         type = bits >> 1 & 3;

	return type == 0 ? p[7] == '{' : type == 1 ? (bits >> 3 & 0xff) == 0xd5 : type == 2;
}

static void look_for_list(struct rust *r, size_t at)
{
	const struct window *w = r->w;
	const char *p = w->bytes + at;

	if (w->n - at <= PROBE_BYTES || !starts_zlib(p) || !may_start_list(p) ||
	    r->probes >= PROBES_MAX)
		return;
	r->probes++;
	if (!starts_list(str_upto(str_from(window_view(w), at), WINDOW_AHEAD_BYTES)))
		return;
	r->any_list = r->collecting = true;
	r->packed_at = w->base + at;
	buf_add(&r->packed, str_mem(p, w->limit - at));
}

static void collect(struct rust *r)
{
	size_t room = RUST_PACKED_MAX - r->packed.n;

	buf_add(&r->packed, str_mem(r->w->bytes, MIN(r->w->limit, room)));
	r->collecting = r->packed.n < RUST_PACKED_MAX;
}

/* --- crates that messages name --- */

static bool is_version_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '.' || c == '-' || c == '+' || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Three numbers, then perhaps more */
static bool is_version(str s)
{
	for (unsigned part = 0; part < 3; part++) {
		size_t n = 0;
		while (n < s.n && is_digit(s.p[n]))
			n++;
		if (!n || (part < 2 && (n == s.n || s.p[n] != '.')))
			return false;
		s = str_from(s, n + (part < 2));
	}
	return !s.n || s.p[0] == '-' || s.p[0] == '+';
}

/* "serde_json-1.0.100" */
static bool split_crate(str s, struct crate *out)
{
	for (size_t i = 1; i + 1 < s.n; i++)
		if (s.p[i] == '-' && is_digit(s.p[i + 1]) && is_version(str_from(s, i + 1))) {
			out->name = str_upto(s, i);
			out->version = str_from(s, i + 1);
			return true;
		}
	return false;
}

static void keep_named(struct rust *r, struct crate c)
{
	for (size_t i = 0; i < r->named.n; i++)
		if (str_eq(r->named.v[i].name, c.name) && str_eq(r->named.v[i].version, c.version))
			return;
	if (r->named.n >= RUST_NAMED_MAX)
		return;
	c.name = arena_str(&r->arena, c.name);
	c.version = arena_str(&r->arena, c.version);
	vec_add(&r->arena, &r->named, c);
}

/* Behind "/registry/src/": crates.io's folder, under its new name or its old one, then the crate's
 */
static void take_path(struct rust *r, str rest, uint64_t offset)
{
	static const str old = STR_INIT("github.com-1ecc6299db9ec823/");
	struct crate c = { .offset = offset };
	size_t n = 0;

	if (str_starts(rest, STR("index.crates.io-")))
		rest = str_from(rest, MIN(str_chr(rest, '/') + 1, strlen("index.crates.io-") + 17));
	else if (str_starts(rest, old))
		rest = str_from(rest, old.n);
	else
		return;
	while (n < rest.n && n < NAME_BYTES && is_version_char(rest.p[n]))
		n++;
	if (n < rest.n && rest.p[n] == '/' && split_crate(str_upto(rest, n), &c))
		keep_named(r, c);
}

/* "/rustc/COMMIT/library/core/src/…" says that it is Rust, "/registry/src/…" names a crate. */
static void look_for_names(struct rust *r, size_t at)
{
	static const str library = STR_INIT("/rustc/"), crates = STR_INIT("/registry/src/");
	str text = str_from(window_view(r->w), at), rest;

	if (str_starts(text, crates)) {
		take_path(r, str_upto(str_from(text, crates.n), KIB(1)), r->w->base + at);
	} else if (!r->is_rust && str_starts(text, library)) {
		rest = str_from(text, library.n);
		r->is_rust = str_starts(str_from(rest, str_chr(str_upto(rest, 64), '/')),
		                        STR("/library/"));
	}
}

/* Where a list or a path may start: 'x', or '/' before 'r' */
static block candidates(const char *p)
{
	block at, next;
	memcpy(&at, p, sizeof at);
	memcpy(&next, p + 1, sizeof next);
	return (block)((at == block_of(LIST_BYTE)) |
	               ((at == block_of('/')) & (next == block_of('r'))));
}

static void look_at(struct rust *r, size_t at)
{
	if (r->w->bytes[at] == LIST_BYTE)
		look_for_list(r, at);
	else
		look_for_names(r, at);
}

void rust_look(struct rust *r)
{
	const struct window *w = r->w;
	block all[STRIDE_BLOCKS];

	if (r->collecting)
		collect(r);
	for (size_t from = 0; !r->any_list && from < w->limit; from += STRIDE_BYTES) {
		for (size_t i = 0; i < LEN(all); i++)
			all[i] = candidates(w->bytes + from + i * BLOCK_BYTES);
		for (uint64_t bits = stride_bits(all); bits && !r->any_list; bits &= bits - 1) {
			size_t at = from + (size_t)__builtin_ctzll(bits);
			if (at < w->limit)
				look_at(r, at);
		}
	}
}

/* --- what it comes to --- */

static int add_listed(const struct rust *r, const struct json *crate, struct inventory *into,
                      struct error *e)
{
	bool own = json_bool(crate, "root") || str_eq(json_str(crate, "source"), STR("local"));
	struct package p = {
		.type = PACKAGE_CARGO,
		.name = json_str(crate, "name"),
		.version = json_str(crate, "version"),
		.traits = own ? PACKAGE_MAIN : 0,
		.path = r->w->f->path,
		.evidence = STR("cargo auditable"),
		.offset = r->packed_at,
	};

	if (!p.name.n || str_eq(json_str(crate, "kind"), STR("build")))
		return 0;
	return inventory_add(into, &p, e);
}

static int read_list(const struct rust *r, str text, struct inventory *into, struct error *e)
{
	struct json *top = NULL;
	const struct json *crates;
	int code = json_parse("cargo auditable", text, &top, e);

	if (code < 0)
		return code;
	crates = json_get(top, "packages");
	for (size_t i = 0; i < json_len(crates) && code >= 0; i++)
		code = add_listed(r, json_at(crates, i), into, e);
	json_free(top);
	return code;
}

static int unpack_list(const struct rust *r, struct inventory *into, struct error *e)
{
	char *text autofree = malloc(RUST_LIST_MAX);
	bool whole = false;
	ssize_t n =
	        text ? inflate_zlib(buf_view(&r->packed), text, RUST_LIST_MAX, &whole) : ERR_LIMIT;

	if (n == ERR_LIMIT || n == RUST_LIST_MAX)
		return error_set(e, ERR_LIMIT, "byte %llu: a list of crates of more than %d bytes",
		                 (unsigned long long)r->packed_at, (int)RUST_LIST_MAX);
	if (!whole)
		return error_set(e, ERR_FORMAT, "byte %llu: the list of crates is damaged",
		                 (unsigned long long)r->packed_at);
	return read_list(r, str_mem(text, (size_t)n), into, e);
}

static int add_named(const struct rust *r, struct inventory *into, struct error *e)
{
	int code = 0;

	for (size_t i = 0; i < r->named.n && code >= 0; i++) {
		struct package p = {
			.type = PACKAGE_CARGO,
			.name = r->named.v[i].name,
			.version = r->named.v[i].version,
			.path = r->w->f->path,
			.evidence = STR("path in a message of the program"),
			.offset = r->named.v[i].offset,
		};
		code = inventory_add(into, &p, e);
	}
	return code;
}

int rust_end(struct rust *r, struct inventory *into, struct error *e)
{
	if (r->any_list)
		return unpack_list(r, into, e);
	if (!r->is_rust)
		return 0;
	inventory_gap(into, GAP_NO_IDENTITY, r->w->f->path,
	              "a Rust program without a list of its crates; its messages name %zu",
	              r->named.n);
	return add_named(r, into, e);
}
