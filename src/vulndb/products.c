/* vulndb/products.c — the table, and the forms in which versions come: version with lessThan or
 * lessThanOrEqual and changes, as the schema has it; ">= 1.2, < 1.3" of GitHub; "Fixed in
 * OpenSSL 1.0.2y (Affected 1.0.2s-1.0.2x)"; a single version. At most ENTRIES_MAX of an entry are
 * read. */
#include "vulndb/products.h"
#include "base/attr.h"
#include "version/genericver.h"

enum { ENTRIES_MAX = 512, VERSION_BYTES = 128 };

struct product {
	str name;            /* ours, as detectors give it */
	str vendor, product; /* any case; an empty vendor: any */
	bool major;          /* "20.12.0 up to 20.12.0" means all of 20 */
};

// clang-format off
#define P(name, vendor, product) { STR_INIT(name), STR_INIT(vendor), STR_INIT(product), false },
static const struct product products[] = {
	P("apache",     "apache software foundation", "apache http server")
	P("apache",     "apache", "http_server")
	P("bash",       "gnu", "bash")
	P("bind",       "isc", "bind 9")
	P("bind",       "isc", "bind")
	P("busybox",    "busybox", "busybox")
	P("curl",       "curl", "curl")
	P("curl",       "haxx", "curl")
	P("dnsmasq",    "thekelleys", "dnsmasq")
	P("dropbear",   "dropbear_ssh_project", "dropbear_ssh")
	P("envoy",      "envoyproxy", "envoy")
	P("git",        "git", "git")
	P("git",        "git-scm", "git")
	P("glibc",      "the gnu c library", "glibc")
	P("glibc",      "gnu", "glibc")
	P("haproxy",    "haproxy", "haproxy")
	P("lighttpd",   "lighttpd", "lighttpd")
	P("mariadb",    "mariadb", "mariadb")
	P("memcached",  "memcached", "memcached")
	P("mongodb",    "mongodb inc", "mongodb server")
	P("mysql",      "oracle corporation", "mysql server")
	P("nginx",      "f5", "nginx open source")
	P("nginx",      "f5", "nginx")
	P("nginx",      "nginx", "nginx")
	{ STR_INIT("node"), STR_INIT("node.js"), STR_INIT("node"), true },
	{ STR_INIT("node"), STR_INIT("nodejs"),  STR_INIT("node"), true },
	{ STR_INIT("node"), STR_INIT("nodejs"),  STR_INIT("node.js"), true },
	P("openssh",    "openbsd", "openssh")
	P("openssl",    "openssl", "openssl")
	P("perl",       "perl", "perl")
	P("php",        "php group", "php")
	P("php",        "php", "php")
	P("postgresql", "n/a", "postgresql")
	P("postgresql", "postgresql", "postgresql")
	P("python",     "python software foundation", "cpython")
	P("python",     "python", "python")
	P("redis",      "redis", "redis")
	P("redis",      "redis inc.", "redis")
	P("rsync",      "samba", "rsync")
	P("ruby",       "ruby-lang", "ruby")
	P("sqlite",     "sqlite", "sqlite")
	P("sudo",       "sudo project", "sudo")
	P("traefik",    "traefik", "traefik")
	P("unbound",    "nlnet labs", "unbound")
	P("valkey",     "valkey-io", "valkey")
	P("varnish",    "varnish cache project", "varnish cache")
	P("vim",        "vim", "vim")
	P("xz",         "tukaani-project", "xz")
	P("zlib",       "zlib", "zlib")
};
#undef P
// clang-format on

static const struct product *find(str vendor, str product)
{
	for (size_t i = 0; i < LEN(products); i++)
		if (str_eq_nocase(products[i].product, product) &&
		    str_eq_nocase(products[i].vendor, vendor))
			return &products[i];
	return NULL;
}

/* "cpe:2.3:a:haxx:curl:*:…" */
static const struct product *find_cpe(str cpe)
{
	str piece[5] = { 0 };
	for (size_t i = 0; i < LEN(piece) && str_split(&cpe, ':', &piece[i]); i++)
		;
	return str_eq(piece[1], STR("2.3")) && str_eq(piece[2], STR("a")) ? find(piece[3], piece[4])
	                                                                  : NULL;
}

static const struct product *product_of(const struct json *entry)
{
	const struct product *p = find(json_str(entry, "vendor"), json_str(entry, "product"));
	const struct json *cpes = json_get(entry, "cpes");
	for (size_t i = 0; !p && i < json_len(cpes) && i < ENTRIES_MAX; i++)
		p = find_cpe(json_text(json_at(cpes, i)));
	return p;
}

static void add_event(struct arena *a, struct affected_range *r, enum event_kind kind, str version)
{
	if (version.n && version.n <= VERSION_BYTES)
		vec_add(a, &r->events, ((struct range_event){ kind, version }));
}

/* "8.1.X" and "8.1.*" are 8.1, "*" and "unspecified" the beginning */
static str beginning(str v)
{
	v = str_trim(v);
	if (str_eq(v, STR("*")) || str_eq(v, STR("unspecified")) || str_eq(v, STR("-")))
		return STR("0");
	if (str_ends(v, STR(".x")) || str_ends(v, STR(".X")) || str_ends(v, STR(".*")))
		v.n -= 2;
	return v;
}

/* Below "1.3.*" is below 1.4; "*" is no end. */
static str end_of(struct arena *a, str v)
{
	uint64_t last;
	v = str_trim(v);
	if (str_eq(v, STR("*")))
		return (str){ 0 };
	if (!str_ends(v, STR(".*")) && !str_ends(v, STR(".x")))
		return v;
	v.n -= 2;
	size_t dot = v.n;
	while (dot && v.p[dot - 1] != '.')
		dot--;
	if (!str_u64(str_from(v, dot), &last) || last >= UINT32_MAX)
		return v;
	return arena_printf(a, "%.*s%u", STR_FMT(str_upto(v, dot)), (unsigned)last + 1);
}

/* ">= 7.0.0, < 7.0.12", "< 9.1", "= 2.45.0": true when it is of that form */
static bool read_comparators(str text, struct arena *a, struct affected *f)
{
	struct affected_range r = { 0 };
	str one, from = STR("0"), exact = { 0 };
	if (!text.n || !memchr("<>=", text.p[0], 3))
		return false;
	while (str_split(&text, ',', &one)) {
		one = str_trim(one);
		size_t n = 0;
		while (n < one.n && memchr("<>=", one.p[n], 3))
			n++;
		str op = str_upto(one, n), v = str_trim(str_from(one, n));
		if (str_eq(op, STR("<")))
			add_event(a, &r, EVENT_FIXED, v);
		else if (str_eq(op, STR("<=")))
			add_event(a, &r, EVENT_LAST_AFFECTED, v);
		else if (str_eq(op, STR("=")))
			exact = v;
		else
			from = v;
	}
	if (exact.n && exact.n <= VERSION_BYTES) {
		vec_add(a, &f->versions, exact);
		return true;
	}
	add_event(a, &r, EVENT_INTRODUCED, from);
	vec_add(a, &f->ranges, r);
	return true;
}

/* "Fixed in OpenSSL 1.0.2y (Affected 1.0.2s-1.0.2x)" */
static bool read_openssl(str text, struct arena *a, struct affected *f)
{
	str head = STR("Fixed in OpenSSL "), mark = STR("(Affected ");
	struct affected_range r = { 0 };
	size_t at = str_find(text, mark);
	if (!str_starts(text, head) || at == text.n)
		return false;
	str fixed = str_from(text, head.n), from = str_from(text, at + mark.n);
	from = str_upto(from, str_chr(from, ')'));
	add_event(a, &r, EVENT_INTRODUCED, str_upto(from, str_chr(from, '-')));
	add_event(a, &r, EVENT_FIXED, str_upto(fixed, str_chr(fixed, ' ')));
	vec_add(a, &f->ranges, r);
	return true;
}

static void read_single(str version, struct arena *a, struct affected *f)
{
	struct affected_range r = { 0 };
	version = str_trim(version);
	if (!version.n || version.n > VERSION_BYTES || read_comparators(version, a, f) ||
	    read_openssl(version, a, f))
		return;
	if (genericver_valid(version)) {
		vec_add(a, &f->versions, version);
		return;
	}
	add_event(a, &r, EVENT_INTRODUCED, beginning(version)); /* words are told by the match */
	vec_add(a, &f->ranges, r);
}

/* The curl project's older records: affected from the version that the unaffected entry names */
static str unaffected_before(const struct json *versions)
{
	for (size_t i = 0; i < json_len(versions) && i < ENTRIES_MAX; i++) {
		const struct json *one = json_at(versions, i);
		str v = json_str(one, "version");
		if (str_eq(json_str(one, "status"), STR("unaffected")) && v.n &&
		    str_eq(v, json_str(one, "lessThan")))
			return v;
	}
	return STR("0");
}

static void read_changes(const struct json *changes, struct arena *a, struct affected_range *r)
{
	for (size_t i = 0; i < json_len(changes) && i < ENTRIES_MAX; i++) {
		const struct json *one = json_at(changes, i);
		bool ends = str_eq(json_str(one, "status"), STR("unaffected"));
		add_event(a, r, ends ? EVENT_FIXED : EVENT_INTRODUCED, json_str(one, "at"));
	}
}

static void read_span(const struct product *p, const struct json *versions, const struct json *one,
                      struct arena *a, struct affected *f)
{
	str from = beginning(json_str(one, "version")), before = json_str(one, "lessThan");
	str last = json_str(one, "lessThanOrEqual");
	struct affected_range r = { 0 };
	if (before.n && str_eq(from, before))
		from = unaffected_before(versions);
	if (last.n && p->major && str_eq(from, last))
		from = str_upto(from, str_chr(from, '.'));
	add_event(a, &r, EVENT_INTRODUCED, from);
	read_changes(json_get(one, "changes"), a, &r);
	bool open = str_ends(last, STR("*")); /* "1.3.*" includes all of 1.3 */
	if (before.n || open)
		add_event(a, &r, EVENT_FIXED, end_of(a, open ? last : before));
	else
		add_event(a, &r, EVENT_LAST_AFFECTED, last);
	vec_add(a, &f->ranges, r);
}

/* What is affected by default is so but for the entries that say otherwise. */
static void read_default(const struct json *versions, struct arena *a, struct affected *f)
{
	struct affected_range r = { 0 };
	bool from_start = true;
	for (size_t i = 0; i < json_len(versions) && i < ENTRIES_MAX; i++) {
		const struct json *one = json_at(versions, i);
		str v = beginning(json_str(one, "version")), before = json_str(one, "lessThan");
		if (!str_eq(json_str(one, "status"), STR("unaffected")) || !v.n)
			continue;
		from_start &= !str_eq(v, STR("0"));
		if (!str_eq(v, STR("0")))
			add_event(a, &r, EVENT_FIXED, v);
		add_event(a, &r, EVENT_INTRODUCED, end_of(a, before));
	}
	if (from_start)
		add_event(a, &r, EVENT_INTRODUCED, STR("0"));
	vec_add(a, &f->ranges, r);
}

static void read_entry(const struct product *p, const struct json *entry, struct arena *a,
                       struct advisory *out)
{
	const struct json *versions = json_get(entry, "versions");
	struct affected f = { .ecosystem = STR("CVE"), .name = p->name, .open = FIX_NONE };
	for (size_t i = 0; i < json_len(versions) && i < ENTRIES_MAX; i++) {
		const struct json *one = json_at(versions, i);
		if (!str_eq(json_str(one, "status"), STR("affected")))
			continue;
		if (json_str(one, "lessThan").n || json_str(one, "lessThanOrEqual").n)
			read_span(p, versions, one, a, &f);
		else
			read_single(json_str(one, "version"), a, &f);
	}
	if (!f.ranges.n && !f.versions.n &&
	    str_eq(json_str(entry, "defaultStatus"), STR("affected")))
		read_default(versions, a, &f);
	if (f.ranges.n || f.versions.n)
		vec_add(a, &out->affected, f);
}

void products_read(const struct json *container, struct arena *a, struct advisory *out)
{
	const struct json *list = json_get(container, "affected");
	for (size_t i = 0; i < json_len(list) && i < ENTRIES_MAX; i++) {
		const struct json *entry = json_at(list, i);
		const struct product *p = product_of(entry);
		if (p)
			read_entry(p, entry, a, out);
	}
}

bool products_know(str name)
{
	for (size_t i = 0; i < LEN(products); i++)
		if (str_eq_nocase(products[i].name, name))
			return true;
	return false;
}
