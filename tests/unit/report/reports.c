#include "reports.h"

static void base_image(struct scan_report *r, struct arena *a)
{
	static const struct {
		const char *digest, *by;
	} layers[] = {
		{ "sha256:7264a8db6415046d36d16ba98b79778e18accee6ffa71850405994cffa9be7de",
		  "/bin/sh -c #(nop) ADD file:1 in /" },
		{ "sha256:bec7eb1afe1ee2c4de1b5ae0c8ea6e5d5b2e5b2f5dd1c4a3ecb1f3cbb4d9f6a1",
		  "RUN /bin/sh -c npm install --omit=dev && pip install -r requirements.txt # buildkit" },
	};
	r->image.target = STR("registry.example:5000/shop/app:1.2");
	r->image.kind = STR("registry");
	r->image.name = STR("registry.example:5000/shop/app:1.2");
	r->image.digest = STR("sha256:3d8a6ec02c1f2ab46e0e3f9fd5d5c1f4bbd8b0db7d7f0e0d3c1f0c7f2b8a9e11");
	r->image.config_digest = STR("sha256:91be9a3cbd3d9d9e6f1d3a0f5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c7d8e");
	r->image.media_type = STR("application/vnd.oci.image.manifest.v1+json");
	r->image.os = STR("linux");
	r->image.arch = STR("amd64");
	r->image.created = STR("2026-03-04T05:06:07Z");
	vec_add(a, &r->image.labels,
		((struct label){ STR("org.opencontainers.image.source"), STR("https://example.org/app") }));
	for (size_t i = 0; i < LEN(layers); i++) {
		struct layer *layer = vec_push(a, &r->image.layers);
		struct error e = { 0 };
		layer->has_digest = digest_parse(str_c(layers[i].digest), &layer->digest, &e) == 0;
		layer->diff_id = i ? (str){ 0 } : STR("sha256:00000000000000000000000000000000000000000000000000000000000000aa");
		layer->media_type = STR("application/vnd.oci.image.layer.v1.tar+gzip");
		layer->size_bytes = 29124181 + i;
		layer->created_by = str_c(layers[i].by);
	}
	r->distro = (struct distro){ .id = STR("debian"), .version_id = STR("12"), .codename = STR("bookworm"),
				     .name = STR("Debian GNU/Linux 12 (bookworm)"), .path = STR("usr/lib/os-release"),
				     .ecosystem = STR("Debian:12") };
	r->generation = 3;
	r->data_date = STR("2026-08-21T03:04:05Z");
	vec_add(a, &r->sources,
		((struct data_source){ STR("debian/tracker"), STR("2026-08-21T03:04:05Z"), 41872 }));
	vec_add(a, &r->sources, ((struct data_source){ STR("osv/npm"), STR("2026-08-20T22:10:00Z"), 18211 }));
	r->now = 1787300000;
	r->assessed = true;
}

static struct package *add_package(struct scan_report *r, struct arena *a, enum package_type type,
				   const char *name, const char *version, const char *path)
{
	struct package *p = vec_push(a, &r->packages);

	p->type = type;
	p->name = str_c(name);
	p->version = str_c(version);
	p->path = str_c(path);
	p->layer = type == PACKAGE_DEB ? 0 : 1;
	return p;
}

static void add_debs(struct scan_report *r, struct arena *a)
{
	struct package *p = add_package(r, a, PACKAGE_DEB, "libssl3", "3.0.11-1~deb12u2", "var/lib/dpkg/status");
	p->arch = STR("amd64");
	p->source = STR("openssl");
	p->maintainer = STR("Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>");
	p->evidence = STR("stanza");
	p->offset = 40960;
	p = add_package(r, a, PACKAGE_DEB, "openssl", "3.0.11-1~deb12u2", "var/lib/dpkg/status");
	p->arch = STR("amd64");
	p->maintainer = STR("Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>");
	p->evidence = STR("stanza");
	p->offset = 81920;
}

static void add_languages(struct scan_report *r, struct arena *a)
{
	struct package *p = add_package(r, a, PACKAGE_NPM, "@babel/traverse", "7.23.0",
					"app/node_modules/@babel/traverse/package.json");
	p->license = STR("mit");
	p->evidence = STR("package.json");
	p = add_package(r, a, PACKAGE_NPM, "lodash", "4.17.15", "app/node_modules/lodash/package.json");
	p->license = STR("MIT");
	p->evidence = STR("package.json");
	p = add_package(r, a, PACKAGE_PYPI, "Django", "3.2.1",
			"usr/local/lib/python3.11/site-packages/Django-3.2.1.dist-info/METADATA");
	p->license = STR("BSD");
	p->evidence = STR("METADATA");
	p = add_package(r, a, PACKAGE_MAVEN, "com.fasterxml.jackson.core:jackson-databind", "2.9.10",
			"app/shop.jar");
	p->inner = STR("BOOT-INF/lib/jackson-databind-2.9.10.jar");
	p->license = STR("Apache-2.0 or (GPL-2.0-only with Classpath-exception-2.0)");
	p->evidence = STR("pom.properties");
}

static struct finding *add_finding(struct scan_report *r, struct arena *a, size_t package, const char *id,
				   enum severity severity, const char *fixed, const char *title)
{
	struct finding *f = vec_push(a, &r->findings);

	f->package = &r->packages.v[package];
	f->id = str_c(id);
	f->severity = severity;
	f->status = fixed ? FIX_AVAILABLE : FIX_NONE;
	f->fixed_version = str_c(fixed);
	f->title = str_c(title);
	f->compared_name = f->package->name;
	f->compared_version = f->package->version;
	f->feed = STR("osv");
	f->ecosystem = f->package->type == PACKAGE_DEB ? STR("Debian:12") : str_c(package_purl_type(f->package->type));
	vec_add(a, &f->advisories, str_c(id));
	f->range = fixed ? arena_printf(a, "introduced 0, fixed %s", fixed) : STR("introduced 0");
	if (fixed) {
		f->comparison = arena_printf(a, "%.*s < %s", STR_FMT(f->package->version), fixed);
		f->remediation = arena_printf(a, "Upgrade %.*s to %s or later.", STR_FMT(f->package->name), fixed);
	}
	return f;
}

static void rate(struct finding *f, struct arena *a, const char *source, const char *vector, int major,
		 double score, enum severity severity, bool chosen)
{
	vec_add(a, &f->ratings,
		((struct rating){ str_c(source), str_c(vector), major, score, severity, chosen }));
}

static void refer(struct finding *f, struct arena *a, const char *type, const char *url)
{
	vec_add(a, &f->references, ((struct reference){ str_c(type), str_c(url) }));
}

static void make_healthy(struct scan_report *r, struct arena *a)
{
	base_image(r, a);
	add_debs(r, a);
	add_languages(r, a);
}

static void make_empty(struct scan_report *r, struct arena *a) /* from scratch: no distribution, nothing in it */
{
	(void)a;
	r->image.target = STR("dir:/srv/empty");
	r->image.kind = STR("dir");
	r->generation = 3;
	r->data_date = STR("2026-08-21T03:04:05Z");
	r->now = 1787300000;
	r->assessed = true;
}

static void add_openssl(struct scan_report *r, struct arena *a, size_t package)
{
	struct finding *f = add_finding(r, a, package, "CVE-2024-5535", SEVERITY_CRITICAL, "3.0.15-1~deb12u1",
					"openssl: SSL_select_next_proto buffer overread");
	f->feed = STR("debian-tracker");
	f->compared_name = STR("openssl");
	f->severity_reason = STR("highest CVSS of CISA");
	rate(f, a, "Debian", "", 0, -1, SEVERITY_LOW, false);
	rate(f, a, "CISA", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:H", 3, 9.1, SEVERITY_CRITICAL, true);
	vec_add(a, &f->aliases, STR("DEBIAN-CVE-2024-5535"));
	vec_add(a, &f->aliases, STR("DSA-5764-1"));
	vec_add(a, &f->cwes, STR("CWE-126"));
	f->description = STR("Issue summary: Calling the OpenSSL API function SSL_select_next_proto with an empty "
			     "supported client protocols buffer may cause a crash or memory contents to be sent "
			     "to the peer.");
	refer(f, a, "ADVISORY", "https://security-tracker.debian.org/tracker/CVE-2024-5535");
	refer(f, a, "WEB", "https://www.openssl.org/news/secadv/20240627.txt");
	f->published = STR("2024-06-27T11:15:24.447Z");
	f->modified = STR("2025-11-04T00:00:00Z");
}

static void make_unhealthy(struct scan_report *r, struct arena *a)
{
	struct finding *f;

	base_image(r, a);
	add_debs(r, a);
	add_languages(r, a);
	add_openssl(r, a, 0);
	add_openssl(r, a, 1);
	f = add_finding(r, a, 5, "CVE-2019-16942", SEVERITY_CRITICAL, "2.9.10.1",
			"jackson-databind mishandles default typing, which leads to remote code execution");
	rate(f, a, "NVD", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 3, 9.8, SEVERITY_CRITICAL, true);
	rate(f, a, "NVD", "AV:N/AC:L/Au:N/C:P/I:P/A:P", 2, 7.5, SEVERITY_HIGH, false);
	vec_add(a, &f->aliases, STR("GHSA-mx7p-6679-8g3q"));
	f = add_finding(r, a, 3, "CVE-2020-8203", SEVERITY_HIGH, "4.17.19", "Prototype Pollution in lodash");
	rate(f, a, "GitHub", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:H", 3, 7.4, SEVERITY_HIGH, true);
	vec_add(a, &f->cwes, STR("CWE-770"));
	vec_add(a, &f->cwes, STR("CWE-1321"));
	f->comparison = STR("4.17.15 < 4.17.19 (npm order)");
	f = add_finding(r, a, 4, "CVE-2021-35042", SEVERITY_HIGH, "3.2.5", "SQL Injection in Django");
	rate(f, a, "GitHub", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 4, 9.3,
	     SEVERITY_CRITICAL, false);
	rate(f, a, "PyPA", "", 0, -1, SEVERITY_HIGH, true);
	f->severity_reason = STR("vendor's own rating");
	f = add_finding(r, a, 0, "CVE-2023-5678", SEVERITY_MEDIUM, NULL, "openssl: generating long X9.42 DH keys is slow");
	f->status = FIX_DEFERRED;
	f = add_finding(r, a, 2, "GHSA-67hx-6x53-jw92", SEVERITY_LOW, "7.23.2",
			"Babel vulnerable to arbitrary code execution when compiling crafted code");
	f = add_finding(r, a, 0, "CVE-2010-0928", SEVERITY_NEGLIGIBLE, NULL, "");
	f->status = FIX_WILL_NOT;
	f->description = STR("A fault-based attack on RSA\nneeds physical access.");
	r->findings_hidden = 7;
	r->assessed = false;
	vec_add(a, &r->gaps,
		((struct gap){ GAP_UNREADABLE, STR("opt/old/Packages"), STR("var/lib/rpm/Packages: byte 4096: page type 99"), 1 }));
	vec_add(a, &r->gaps,
		((struct gap){ GAP_LIMIT, STR("app/big.war"), STR("more than 8 archives inside each other"), 1 }));
	vec_add(a, &r->gaps, ((struct gap){ GAP_FOREIGN_LAYER, STR("layer 3"), (str){ 0 }, -1 }));
	vec_add(a, &r->gaps,
		((struct gap){ GAP_NO_IDENTITY, STR("app/lib/tools.jar"), STR("no version in the manifest"), 1 }));
	for (int i = 0; i < 5; i++)
		vec_add(a, &r->gaps,
			((struct gap){ GAP_NOTE, arena_printf(a, "usr/bin/tool%d", i), STR("no build info"), 0 }));
}

static void make_unassessed(struct scan_report *r, struct arena *a) /* nothing found, and no right to say so */
{
	base_image(r, a);
	r->distro.name = STR("Debian GNU/Linux 7 (wheezy)");
	r->distro.ecosystem = (str){ 0 };
	add_debs(r, a);
	r->assessed = false;
	vec_add(a, &r->gaps,
		((struct gap){ GAP_UNKNOWN_RELEASE, STR("usr/lib/os-release"), STR("no advisories for debian 7"), -1 }));
}

static void make_hidden(struct scan_report *r, struct arena *a) /* findings there are, but none is shown */
{
	base_image(r, a);
	add_debs(r, a);
	r->findings_hidden = 2;
}

static void make_unknown(struct scan_report *r, struct arena *a) /* an advisory without any rating */
{
	struct finding *f;

	base_image(r, a);
	add_debs(r, a);
	f = add_finding(r, a, 0, "TEMP-0841856-B18BAF", SEVERITY_UNKNOWN, NULL, "");
	f->status = FIX_UNDER_INVESTIGATION;
}

#define HOSTILE "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\xff\xc0\xaf\r\n| [x](javascript:alert) \xe2\x80\xae `${id}`"

static void make_hostile(struct scan_report *r, struct arena *a)
{
	struct package *p;
	struct finding *f;

	base_image(r, a);
	r->image.target = r->image.name = STR("evil\x1b[31m/" HOSTILE ":1");
	r->distro.name = STR(HOSTILE);
	r->image.labels.v[0].value = STR(HOSTILE "\0after");
	r->image.layers.v[1].created_by = STR(HOSTILE);
	p = add_package(r, a, PACKAGE_NPM, HOSTILE, "1.0\n9.9", "app/" HOSTILE "/../package.json");
	p->license = STR(HOSTILE);
	p->maintainer = STR(HOSTILE);
	p->inner = STR("a%2e/" HOSTILE);
	p->offset = UINT64_MAX;
	p->layer = UINT32_MAX;
	add_package(r, a, PACKAGE_NPM, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e-cafe\xcc\x81-\xf0\x9f\x90\xa7", "0.1",
		    "app/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e/package.json");
	add_package(r, a, PACKAGE_NPM, "twin", "1", "app/twin/package.json");
	add_package(r, a, PACKAGE_NPM, "twin", "1", "app/twin/package.json");
	f = add_finding(r, a, 0, "CVE-0000-" HOSTILE, SEVERITY_HIGH, "2.0\x1b[0m", HOSTILE);
	f->description = STR(HOSTILE "\n# heading\n- item");
	f->published = STR("yesterday" HOSTILE);
	vec_add(a, &f->cwes, STR("CWE-" HOSTILE));
	vec_add(a, &f->aliases, STR(HOSTILE));
	refer(f, a, HOSTILE, "javascript:alert(1)");
	refer(f, a, "WEB", "https://example.org/a b\"><script>\x1b");
	rate(f, a, HOSTILE, HOSTILE, 3, 7.5, SEVERITY_HIGH, true);
	add_finding(r, a, 1, "CVE-2026-1", SEVERITY_LOW, "0.2", "wide \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e title");
	r->assessed = false;
	vec_add(a, &r->gaps, ((struct gap){ GAP_UNREADABLE, STR("x/" HOSTILE), STR(HOSTILE), 1 }));
}

static void make_long(struct scan_report *r, struct arena *a)
{
	struct finding *f;

	base_image(r, a);
	add_package(r, a, PACKAGE_DEB, "linux-headers-6.1.0-18-cloud-amd64-with-a-name-that-does-not-end",
		    "1:6.1.76-1+really6.1.69.1~bpo12+2024.01.15-build7", "var/lib/dpkg/status");
	add_package(r, a, PACKAGE_MAVEN, "org.springframework.security.oauth.boot:spring-security-oauth2-autoconfigure",
		    "2.3.0.RELEASE", "srv/application/releases/2024-01-15T10-11-12/libraries/shop-backend-all.jar");
	r->packages.v[1].inner = STR("BOOT-INF/lib/spring-security-oauth2-autoconfigure-2.3.0.RELEASE.jar");
	f = add_finding(r, a, 0, "CVE-2024-1086", SEVERITY_HIGH, "1:6.1.76-1+really6.1.78.1~bpo12+2024.02.15-build9",
			"A use-after-free vulnerability in the Linux kernel's netfilter: nf_tables component can be "
			"exploited to achieve local privilege escalation");
	add_finding(r, a, 1, "GHSA-xxxx-yyyy-zzzz-with-a-long-tail-0001", SEVERITY_MEDIUM, "2.3.1.RELEASE",
		    "Open redirect");
	f->status = FIX_AVAILABLE;
}

/* Traits, an owner, a base, the end of a release, what is exploited, and every way to be hidden. */
static void make_marked(struct scan_report *r, struct arena *a)
{
	static const struct {
		enum hiding_kind kind;
		const char *by, *why, *until;
	} hidden[] = {
		{ HIDING_IGNORED, ".trivyignore.yaml:3", "not reachable", "2026-12-31" },
		{ HIDING_VEX, "https://example.org/vex/1#2", "vulnerable_code_not_present", "" },
		{ HIDING_OWNED, "python3-django", "", "" },
		{ HIDING_NOISE, "", "", "" },
		{ HIDING_RULE, "rule 7", "accepted", "" },
		{ HIDING_WITHDRAWN, "", "", "" },
	};
	struct finding *f;

	base_image(r, a);
	add_debs(r, a);
	add_languages(r, a);
	r->packages.v[2].traits = PACKAGE_LOCKED | PACKAGE_DEVELOPMENT;
	r->packages.v[3].traits = PACKAGE_MAIN | PACKAGE_CLAIMED;
	r->packages.v[4].owner = STR("python3-django");
	r->packages.v[5].traits = PACKAGE_SHADED;
	r->eol = (struct end_of_life){ true, true, STR("2026-06-10"), STR("2028-06-30") };
	r->base = (struct base_image){ STR("debian:12"),
		STR("sha256:1111111111111111111111111111111111111111111111111111111111111111"),
		STR("layers of debian:12"), 1 };
	add_openssl(r, a, 0);
	r->findings.v[0].exploited = (struct exploitation){ true, true, STR("2024-07-01"), STR("2024-07-22"), 0.94213, 0.99871 };
	f = add_finding(r, a, 3, "CVE-2020-8203", SEVERITY_HIGH, "4.17.19", "Prototype Pollution in lodash");
	f->exploited = (struct exploitation){ .epss = 0.01234, .percentile = 0.85 };
	f->state = STATE_DISPUTED;
	f = add_finding(r, a, 2, "CVE-2023-45133", SEVERITY_LOW, "7.23.2", "Babel, when compiling crafted code");
	f->exploited = (struct exploitation){ .epss = -1, .percentile = -1 };
	for (size_t i = 0; i < LEN(hidden); i++) {
		struct finding *h = vec_push(a, &r->suppressed);
		*h = *add_finding(r, a, 4, "CVE-2021-35042", SEVERITY_HIGH, "3.2.5", "SQL Injection in Django");
		r->findings.n--;
		h->id = arena_printf(a, "CVE-2021-3504%zu", i);
		h->hidden = (struct hiding){ hidden[i].kind, str_c(hidden[i].by), str_c(hidden[i].why), str_c(hidden[i].until) };
		h->state = hidden[i].kind == HIDING_WITHDRAWN ? STATE_WITHDRAWN : STATE_VALID;
	}
}

static void make_inventory(struct scan_report *r, struct arena *a) /* `sbom`: no advisory data */
{
	base_image(r, a);
	add_debs(r, a);
	add_languages(r, a);
	r->generation = 0;
	r->data_date = (str){ 0 };
	r->sources.n = 0;
}

const struct made_report made_reports[] = {
	{ "healthy", make_healthy },
	{ "empty", make_empty },
	{ "unhealthy", make_unhealthy },
	{ "unassessed", make_unassessed },
	{ "hidden", make_hidden },
	{ "unknown", make_unknown },
	{ "hostile", make_hostile },
	{ "long", make_long },
	{ "marked", make_marked },
	{ "inventory", make_inventory },
	{ 0 },
};
