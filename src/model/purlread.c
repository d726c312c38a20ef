/* model/purlread.c — reading package URLs (purl-spec, "How to parse a purl string in its
 * components"), and what each type means for us. Producers differ: Syft puts half of a Go module's
 * path into the subpath, Trivy writes "distro=3.19.1", BuildKit os_name and os_version. */
#include "model/purl.h"

enum { QUALIFIERS_MAX = 64 };

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : -1;
}

/* A percent sign without two digits behind it stands for itself, as in a file name. */
static str decode(struct arena *a, str s)
{
	char *p;
	size_t n = 0;

	if (str_chr(s, '%') == s.n)
		return arena_str(a, s);
	p = arena_alloc(a, s.n + 1);
	for (size_t i = 0; p && i < s.n; i++)
		if (s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0) {
			p[n++] = (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2]));
			i += 2;
		} else {
			p[n++] = s.p[i];
		}
	return p ? (str){ p, n } : (str){ 0 };
}

static bool has_control(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

static str strip(str s, char c)
{
	while (s.n && s.p[0] == c)
		s = str_from(s, 1);
	while (s.n && s.p[s.n - 1] == c)
		s.n--;
	return s;
}

/* Cuts what stands behind the last `c` off *s. */
static str cut_last(str *s, char c)
{
	size_t at = str_rchr(*s, c);
	str tail = str_from(*s, at + 1);

	*s = str_upto(*s, at);
	return tail;
}

/* The last @ that begins no segment: "@scope" is often left unencoded. */
static str cut_version(str *s)
{
	for (size_t i = s->n; i-- > 1;)
		if (s->p[i] == '@' && s->p[i - 1] != '/') {
			str version = str_from(*s, i + 1);
			*s = str_upto(*s, i);
			return version;
		}
	return (str){ 0 };
}

static int read_qualifiers(str rest, struct arena *a, struct purl *out, struct error *e)
{
	for (str pair; str_split(&rest, '&', &pair);) {
		size_t eq = str_chr(pair, '=');
		struct purl_pair *q;
		if (eq == pair.n || !eq || eq + 1 == pair.n)
			continue; /* without a value it is as if it were not there */
		if (out->qualifiers.n == QUALIFIERS_MAX)
			return error_set(e, ERR_LIMIT, "more than %d qualifiers", QUALIFIERS_MAX);
		q = vec_push(a, &out->qualifiers);
		if (q)
			*q = (struct purl_pair){ arena_lower(a, str_upto(pair, eq)),
				                 decode(a, str_from(pair, eq + 1)) };
	}
	return 0;
}

static bool is_type(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (i && ((c >= '0' && c <= '9') || c == '.' || c == '+' || c == '-'))))
			return false;
	}
	return s.n > 0;
}

int purl_parse(str text, struct arena *a, struct purl *out, struct error *e)
{
	str rest = str_trim(text), type;
	size_t slash;

	*out = (struct purl){ 0 };
	if (rest.n > PURL_BYTES_MAX)
		return error_set(e, ERR_LIMIT, "a package URL of %zu bytes", rest.n);
	if (!str_eq_nocase(str_upto(rest, 4), STR("pkg:")))
		return error_set(e, ERR_FORMAT, "no package URL: it does not begin with pkg:");
	rest = str_from(rest, 4);
	out->subpath = decode(a, strip(cut_last(&rest, '#'), '/'));
	size_t question = str_chr(rest, '?');
	if (read_qualifiers(str_from(rest, question + 1), a, out, e) < 0)
		return e->code;
	rest = strip(str_upto(rest, question), '/');
	slash = str_chr(rest, '/');
	type = str_upto(rest, slash);
	if (slash == rest.n || !is_type(type))
		return error_set(e, ERR_FORMAT, "a package URL without a type");
	out->type = arena_lower(a, type);
	rest = strip(str_from(rest, slash + 1), '/');
	out->version = decode(a, cut_version(&rest));
	rest = strip(rest, '/');
	slash = str_rchr(rest, '/');
	out->name = decode(a, slash < rest.n ? str_from(rest, slash + 1) : rest);
	out->space = slash < rest.n ? decode(a, strip(str_upto(rest, slash), '/')) : (str){ 0 };
	if (!out->name.n && !a->failed)
		return error_set(e, ERR_FORMAT, "a package URL without a name");
	bool odd = has_control(out->name) || has_control(out->space) || has_control(out->version) ||
	           has_control(out->subpath);
	for (size_t i = 0; i < out->qualifiers.n; i++)
		odd |= has_control(out->qualifiers.v[i].value);
	if (odd)
		return error_set(e, ERR_FORMAT, "a package URL with a control byte in it");
	return a->failed ? error_set(e, ERR_LIMIT, "no memory for a package URL") : 0;
}

str purl_qualifier(const struct purl *u, const char *key)
{
	for (size_t i = 0; i < u->qualifiers.n; i++)
		if (str_eq(u->qualifiers.v[i].key, str_c(key)))
			return u->qualifiers.v[i].value;
	return (str){ 0 };
}

/* --- distributions --- */

/* Names that are not the ID of os-release(5) */
static str known_as(str id)
{
	static const struct {
		str other, id;
	} names[] = {
		// clang-format off
		{ STR_INIT("redhat"),              STR_INIT("rhel") },
		{ STR_INIT("amazon"),              STR_INIT("amzn") },
		{ STR_INIT("oracle"),              STR_INIT("ol") },
		{ STR_INIT("oraclelinux"),         STR_INIT("ol") },
		{ STR_INIT("alma"),                STR_INIT("almalinux") },
		{ STR_INIT("opensuse.leap"),       STR_INIT("opensuse-leap") },
		{ STR_INIT("opensuse.tumbleweed"), STR_INIT("opensuse-tumbleweed") },
		{ STR_INIT("suse linux enterprise server"), STR_INIT("sles") },
		{ STR_INIT("cbl-mariner"),         STR_INIT("mariner") },
		// clang-format on
	};
	for (size_t i = 0; i < LEN(names); i++)
		if (str_eq(id, names[i].other))
			return names[i].id;
	return id;
}

static bool starts_with_digit(str s)
{
	return s.n && s.p[0] >= '0' && s.p[0] <= '9';
}

void purl_release(str id, str version, struct arena *a, struct distro *out)
{
	id = known_as(arena_lower(a, id));
	if (!id.n)
		return;
	*out = (struct distro){ .id = id };
	if (starts_with_digit(version))
		out->version_id = version;
	else
		out->codename = version;
}

/* "debian-12", "opensuse-leap-15.5", "3.19.1", "bookworm", "debian-sid", "ubuntu" */
static void read_distro(const struct purl *u, struct arena *a, struct distro *out)
{
	str whole = purl_qualifier(u, "distro"), space = u->space;
	size_t dash = str_rchr(whole, '-');

	if (purl_qualifier(u, "os_version").n && purl_qualifier(u, "os_name").n)
		purl_release(purl_qualifier(u, "os_name"), purl_qualifier(u, "os_version"), a, out);
	else if (starts_with_digit(whole) || (dash == whole.n && !str_eq_nocase(whole, space)))
		purl_release(space, whole, a, out);
	else if (dash < whole.n && starts_with_digit(str_from(whole, dash + 1)))
		purl_release(str_upto(whole, dash), str_from(whole, dash + 1), a, out);
	else if (dash < whole.n && str_eq_nocase(str_upto(whole, dash), space))
		purl_release(space, str_from(whole, dash + 1), a, out);
	else
		purl_release(whole, (str){ 0 }, a, out); /* "opensuse-tumbleweed" */
}

/* "openssl", "gcc-12@12.2.0-14", or rpm's "bash-5.1.8-6.el9.src.rpm" */
static void read_upstream(str s, struct package *out)
{
	str version = { 0 };
	size_t at;

	if (str_ends(s, STR(".src.rpm")) || str_ends(s, STR(".nosrc.rpm"))) {
		str name = str_upto(s, s.n - (str_ends(s, STR(".nosrc.rpm")) ? 10 : 8));
		size_t release = str_rchr(name, '-');
		size_t dash = str_rchr(str_upto(name, release), '-');
		if (release == name.n || dash == release)
			return;
		version = str_from(name, dash + 1);
		s = str_upto(name, dash);
	} else if ((at = str_rchr(s, '@')) < s.n) {
		version = str_from(s, at + 1);
		s = str_upto(s, at);
	}
	out->source = s;
	at = str_chr(out->version, ':'); /* of a source rpm the epoch is not told */
	if (!str_eq(version, out->version) && !(out->type == PACKAGE_RPM && at < out->version.n &&
	                                        str_eq(version, str_from(out->version, at + 1))))
		out->source_version = version;
}

static void read_distribution(const struct purl *u, struct arena *a, struct package *out,
                              struct distro *distro)
{
	str epoch = purl_qualifier(u, "epoch");

	out->arch = purl_qualifier(u, "arch");
	uint64_t number;
	if (str_u64(epoch, &number) && number && str_chr(u->version, ':') == u->version.n)
		out->version = arena_printf(a, "%llu:%.*s", (unsigned long long)number, STR_FMT(u->version));
	read_upstream(purl_qualifier(u, "upstream"), out);
	if (out->type == PACKAGE_RPM) {
		out->module = purl_qualifier(u, "rpmmod");
		if (!out->module.n)
			out->module = purl_qualifier(u, "modularitylabel");
	}
	read_distro(u, a, distro);
	if (str_eq(out->source, out->name) && out->type != PACKAGE_RPM && !out->source_version.n)
		out->source = (str){ 0 };
}

/* --- the rest --- */

static void read_go(const struct purl *u, struct arena *a, struct package *out)
{
	if (u->subpath.n && !str_eq(purl_qualifier(u, "type"), STR("package")))
		out->name = arena_printf(a, "%.*s/%.*s", STR_FMT(out->name), STR_FMT(u->subpath));
	if (str_eq(out->name, STR("std")))
		out->name = STR("stdlib");
	if (str_starts(out->version, STR("go1")))
		out->version = str_from(out->version, 2);
}

static bool find_type(str name, enum package_type *out)
{
	for (enum package_type t = 0; t < PACKAGE_TYPE_COUNT; t++)
		if (str_eq(name, str_c(package_purl_type(t)))) {
			*out = t;
			return true;
		}
	return false;
}

bool purl_package(const struct purl *u, struct arena *a, struct package *out, struct distro *distro)
{
	enum package_type type;

	if (!find_type(u->type, &type))
		return false;
	*out = (struct package){ .type = type, .name = u->name, .version = u->version };
	if (type == PACKAGE_DEB || type == PACKAGE_APK || type == PACKAGE_RPM)
		read_distribution(u, a, out, distro);
	else if (type == PACKAGE_MAVEN)
		out->name = arena_printf(a, "%.*s:%.*s", STR_FMT(u->space), STR_FMT(u->name));
	else if (u->space.n)
		out->name = arena_printf(a, "%.*s/%.*s", STR_FMT(u->space), STR_FMT(u->name));
	if (type == PACKAGE_GOLANG)
		read_go(u, a, out);
	return true;
}
