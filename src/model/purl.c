/* model/purl.c — package URLs as purl-spec writes them: type/namespace/name@version?qualifiers,
 * each part percent-encoded, with the rules of each type (PURL-TYPES). Some hundred bytes each. */
#include "model/purl.h"
#include "base/buf.h"

#define PURL_BYTES 65536

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-' || c == '_' || c == '~' || c == ':';
}

static void add_encoded(struct buf *b, str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_plain(s.p[i]))
			buf_addc(b, s.p[i]);
		else
			buf_printf(b, "%%%02X", (unsigned char)s.p[i]);
}

static void add_lower(struct buf *b, str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		add_encoded(b, str_mem(&c, 1));
	}
}

static bool is_distribution(const struct package *p)
{
	return p->type == PACKAGE_DEB || p->type == PACKAGE_APK || p->type == PACKAGE_RPM;
}

static void add_pypi(struct buf *b, str name) /* Foo_Bar is foo-bar */
{
	for (size_t i = 0; i < name.n; i++)
		add_lower(b, name.p[i] == '_' ? STR("-") : str_mem(name.p + i, 1));
}

/* Every segment of a path, encoded; the slashes stay. npm's names are lower case by its rule; Go's
 * are left as they are, as case tells its modules apart. */
static void add_path(struct buf *b, str path, void (*add)(struct buf *, str))
{
	bool first = true;
	for (str segment; str_split(&path, '/', &segment);) {
		if (!segment.n)
			continue;
		if (!first)
			buf_addc(b, '/');
		add(b, segment);
		first = false;
	}
}

/* "group:artifact"; a jar without a group has no namespace */
static void add_maven(struct buf *b, str name)
{
	size_t colon = str_chr(name, ':');
	if (colon && colon < name.n) {
		add_encoded(b, str_upto(name, colon));
		buf_addc(b, '/');
	}
	add_encoded(b, colon < name.n ? str_from(name, colon + 1) : name);
}

static bool is_lower(enum package_type t)
{
	return t == PACKAGE_NPM || t == PACKAGE_HEX || t == PACKAGE_PUB || t == PACKAGE_COMPOSER;
}

static void add_name(struct buf *b, const struct package *p, const struct distro *distro)
{
	if (is_distribution(p) && distro && distro->id.n) {
		add_lower(b, distro->id);
		buf_addc(b, '/');
	}
	if (p->type == PACKAGE_DEB || p->type == PACKAGE_APK)
		add_lower(b, p->name);
	else if (p->type == PACKAGE_PYPI)
		add_pypi(b, p->name);
	else if (p->type == PACKAGE_MAVEN)
		add_maven(b, p->name);
	else if (p->type == PACKAGE_RPM)
		add_encoded(b, p->name);
	else
		add_path(b, p->name, is_lower(p->type) ? add_lower : add_encoded);
}

struct qualifiers {
	struct buf *b;
	char separator; /* before the next one */
};

static void add_key(struct qualifiers *q, const char *key)
{
	buf_printf(q->b, "%c%s=", q->separator, key);
	q->separator = '&';
}

static void add_conda_qualifiers(struct buf *b, const struct package *p)
{
	struct qualifiers q = { b, '?' };
	const struct {
		const char *key;
		str value;
	} all[] = { { "build", p->module }, { "channel", p->maintainer }, { "subdir", p->arch } };

	for (size_t i = 0; i < LEN(all); i++)
		if (all[i].value.n) {
			add_key(&q, all[i].key);
			add_encoded(b, all[i].value);
		}
}

static void add_qualifiers(struct buf *b, const struct package *p, const struct distro *distro,
                           str epoch)
{
	struct qualifiers q = { b, '?' };
	bool other_source = p->source.n && !str_eq(p->source, p->name);
	bool other_version = p->source_version.n && !str_eq(p->source_version, p->version);
	if (p->type == PACKAGE_CONDA)
		add_conda_qualifiers(b, p);
	if (!is_distribution(p))
		return;
	if (p->arch.n) {
		add_key(&q, "arch");
		add_encoded(b, p->arch);
	}
	if (distro && distro->id.n) {
		str version = distro->version_id.n ? distro->version_id : distro->codename;
		add_key(&q, "distro");
		add_lower(b, distro->id);
		if (version.n)
			buf_addc(b, '-');
		add_encoded(b, version);
	}
	if (epoch.n) {
		add_key(&q, "epoch");
		add_encoded(b, epoch);
	}
	if (other_source || other_version) {
		add_key(&q, "upstream");
		add_encoded(b, p->source.n ? p->source : p->name);
		if (other_version)
			add_encoded(b, STR("@"));
		if (other_version)
			add_encoded(b, p->source_version);
	}
}

str purl_of(struct arena *a, const struct package *p, const struct distro *distro)
{
	struct buf b cleanup(buf_done) = BUF(PURL_BYTES);
	str version = p->version, epoch = { 0 };
	if (p->type == PACKAGE_RPM) {
		size_t colon = str_chr(version, ':');
		epoch = colon < version.n ? str_upto(version, colon) : epoch;
		version = colon < version.n ? str_from(version, colon + 1) : version;
	}
	buf_printf(&b, "pkg:%s/", package_purl_type(p->type));
	add_name(&b, p, distro);
	if (version.n) {
		buf_addc(&b, '@');
		add_encoded(&b, version);
	}
	add_qualifiers(&b, p, distro, epoch);
	return b.failed ? (str){ 0 } : arena_str(a, buf_view(&b));
}
