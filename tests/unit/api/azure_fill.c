/* tests/unit/api/azure_fill.c — a store with something to list, for tests/e2e/test_azure_*:
 * azure_fill STORE GUID, by the center's own functions. What it makes: reg1 (group rg1): team/app:1
 * (tags 1 and latest), 50 packages of Debian 12 with 100 vulnerabilities each reg2 (group rg2):
 * team/small:1 (a npm package: one critical that is exploited, one unknown; a Debian one: low, no
 * fix), team/clean:1 (healthy), team/gap:1 (a file that was not read), team/chart:1 (of a kind that
 * is not assessed) k8s1 (group rg2), a cluster that runs team/small and team/clean */
#include "center/generations.h"
#include "center/images.h"
#include "center/inventories.h"
#include "center/manifests.h"
#include "center/matches.h"
#include "center/packages.h"
#include "center/places.h"
#include "center/postures.h"
#include "center/profiles.h"
#include "center/registries.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NOON = 1700000000, PACKAGES = 50, EACH = 100 };

static struct center center;
static struct arena arena = ARENA(MIB(256));
static struct error err;

static void must(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "azure_fill: %s: %s\n", what, err.msg);
	exit(1);
}

static str digest_of_name(const char *name)
{
	char text[DIGEST_TEXT_BYTES];
	struct digest d = digest_of(str_c(name));
	return arena_str(&arena, str_c(digest_text(&d, text)));
}

/* --- rows, within a transaction --- */

struct image_made {
	const char *registry, *repository, *tag;
	enum manifest_kind kind;
	int64_t manifest;
};
static struct image_made images[] = {
	{ "reg1", "team/app", "1", MANIFEST_KIND_IMAGE, 0 },
	{ "reg2", "team/small", "1", MANIFEST_KIND_IMAGE, 0 },
	{ "reg2", "team/clean", "1", MANIFEST_KIND_IMAGE, 0 },
	{ "reg2", "team/gap", "1", MANIFEST_KIND_IMAGE, 0 },
	{ "reg2", "team/chart", "1", MANIFEST_KIND_OTHER, 0 },
};
static int64_t registry_ids[2], generation;
static const char *subscription;

static int make_registries(void *ctx, struct db *d, struct error *e)
{
	(void)ctx;
	for (int i = 0; i < 2; i++) {
		struct registry r = { .subscription = str_c(subscription),
			              .triggers = TRIGGERS_ALL,
			              .poll_s = 300,
			              .parallel = 2,
			              .created_by = STR("test") };
		int made;
		r.resource_group = str_c(i ? "rg2" : "rg1");
		r.name = str_c(i ? "reg2" : "reg1");
		r.url = str_c(i ? "https://reg2.example:5000" : "https://reg1.example");
		made = registries_add(d, &r, NOON, &registry_ids[i], e);
		if (made >= 0)
			made = registries_note_state(d, registry_ids[i], REGISTRY_READY, STR(""),
			                             NOON, e);
		if (made < 0)
			return made;
	}
	return 0;
}

static int make_image(void *ctx, struct db *d, struct error *e)
{
	struct image_made *m = ctx;
	struct image_push p = { .tag = str_c(m->tag), .at = NOON + 60, .pushed = true };
	int64_t id;
	int r = manifests_use(d, digest_of_name(m->repository),
	                      STR("application/vnd.oci.image.manifest.v1+json"), m->kind, NOON,
	                      &p.manifest_id, e);

	m->manifest = p.manifest_id;
	if (r >= 0)
		r = images_use_repository(d, registry_ids[str_eq(str_c(m->registry), STR("reg2"))],
		                          str_c(m->repository), NOON, &p.repository_id, e);
	if (r >= 0)
		r = images_push(d, &p, &id, NULL, e);
	p.tag = STR("latest");
	if (r >= 0)
		r = images_push(d, &p, &id, NULL, e);
	if (r >= 0 && m->kind == MANIFEST_KIND_OTHER)
		r = manifests_note(d, m->manifest, MANIFEST_UNSUPPORTED, STR("a Helm chart"), NOON,
		                   e);
	return r;
}

static int make_cluster(void *ctx, struct db *d, struct error *e)
{
	struct running runs[] = {
		{ STR("default/Deployment/small"), STR("main"),
		  STR("reg2.example:5000/team/small:1"), digest_of_name("team/small") },
		{ STR("default/Deployment/small"), STR("side"),
		  STR("reg2.example:5000/team/clean:1"), digest_of_name("team/clean") },
	};
	struct place_report r = { .subscription = str_c(subscription),
		                  .resource_group = STR("rg2"),
		                  .name = STR("k8s1"),
		                  .kind = PLACE_CLUSTER,
		                  .v = runs,
		                  .n = LEN(runs) };
	int64_t id;

	(void)ctx;
	return places_report(d, &arena, &r, NOON + 90, &id, e);
}

/* --- inventories --- */

static int no_keys(void *ctx, const struct package *p, const struct distro *distro, struct arena *a,
                   struct watch_keys *out, struct error *e)
{
	(void)ctx, (void)p, (void)distro, (void)a, (void)out, (void)e;
	return 0;
}

static void add_package(struct scan_report *r, enum package_type type, const char *name,
                        const char *version)
{
	struct package *p = vec_push(&arena, &r->packages);

	*p = (struct package){ .type = type,
		               .name = str_c(name),
		               .version = str_c(version),
		               .arch = type == PACKAGE_DEB ? STR("amd64") : STR(""),
		               .path = type == PACKAGE_DEB ? STR("var/lib/dpkg/status")
		                                           : STR("app/package.json"),
		               .evidence = STR("stanza") };
}

static void store(struct image_made *m, struct scan_report *r)
{
	struct layer *l = vec_push(&arena, &r->image.layers);
	struct inventory_order o = { .manifest_id = m->manifest,
		                     .report = r,
		                     .scanner = STR("test"),
		                     .now = NOON + 120,
		                     .keys = no_keys };
	struct inventory_stored done;

	*l = (struct layer){ .digest = digest_of(str_c(m->repository)),
		             .has_digest = true,
		             .size_bytes = 1000,
		             .created_by = STR("RUN apt-get install") };
	r->image.os = STR("linux");
	r->image.arch = STR("amd64");
	r->image.digest = digest_of_name(m->repository);
	r->distro = (struct distro){ STR("debian"),
		                     STR(""),
		                     STR("12"),
		                     STR("bookworm"),
		                     STR("Debian GNU/Linux 12 (bookworm)"),
		                     STR("etc/os-release"),
		                     STR("Debian:12") };
	must(inventories_store(&center, &o, &done, &err), m->repository);
}

static void store_all(void)
{
	struct scan_report r = { 0 };

	for (int i = 0; i < PACKAGES; i++)
		add_package(&r, PACKAGE_DEB, arena_printf(&arena, "lib%02d", i).p, "1.0-1");
	store(&images[0], &r);
	r = (struct scan_report){ 0 };
	add_package(&r, PACKAGE_NPM, "left-pad", "1.0.0");
	add_package(&r, PACKAGE_DEB, "bash", "5.2-1");
	store(&images[1], &r);
	r = (struct scan_report){ 0 };
	add_package(&r, PACKAGE_DEB, "base-files", "12");
	store(&images[2], &r);
	r = (struct scan_report){ 0 };
	add_package(&r, PACKAGE_DEB, "base-files", "12");
	*(struct gap *)vec_push(&arena, &r.gaps) =
	        (struct gap){ GAP_UNREADABLE, STR("var/lib/rpm/Packages"),
		              STR("byte 12: no such page"), 0 };
	store(&images[3], &r);
}

/* --- what advisories say --- */

static const char fact[] =
        "{\"title\":\"%s mishandles lengths\",\"description\":\"A crafted message makes %s write "
        "past its buffer.\","
        "\"aliases\":[\"GHSA-aaaa-bbbb-cccc\"],\"advisories\":[\"DSA-9999-1\"],\"cwes\":[\"CWE-"
        "787\"],"
        "\"ratings\":[{\"source\":\"NVD\",\"severity\":\"high\",\"vector\":\"AV:N/AC:L/Au:N/C:P/"
        "I:P/A:P\",\"score\":7.5,"
        "\"cvss\":2},{\"source\":\"NVD\",\"severity\":\"critical\",\"vector\":\"CVSS:3.1/AV:N/AC:L/"
        "PR:N/UI:N/S:U/C:H/I:H/A:H\","
        "\"score\":9.8,\"cvss\":3,\"chosen\":true}],"
        "\"references\":[{\"type\":\"ADVISORY\",\"url\":\"https://security.example/1\"}],"
        "\"published\":\"2026-10-01T00:00:00Z\",\"modified\":\"2026-10-02T03:04:05.678Z\"}";

static struct match_row row(str vulnerability, const char *package, enum severity severity,
                            bool fixed)
{
	char text[2048];

	snprintf(text, sizeof text, fact, package, package);
	return (struct match_row){ .vulnerability = vulnerability,
		                   .fact = arena_str(&arena, str_c(text)),
		                   .severity = severity,
		                   .score = 9.8,
		                   .fix = fixed ? FIX_AVAILABLE : FIX_NONE,
		                   .fixed_version = fixed ? STR("1.0-2") : STR(""),
		                   .detail = arena_printf(
		                           &arena,
		                           "{\"range\":\"introduced 0, fixed "
		                           "1.0-2\",\"remediation\":\"Upgrade %s to 1.0-2\"}",
		                           package),
		                   .exploited = { .epss = -1, .percentile = -1 } };
}

static void apply(const struct stored_package *p)
{
	VEC(struct match_row) rows = { 0 };
	struct match_counts counts = { 0 };
	struct package_matches m = { .package_id = p->id };
	int number = p->package.name.n == 5
	                     ? (p->package.name.p[3] - '0') * 10 + p->package.name.p[4] - '0'
	                     : -1;

	if (str_starts(p->package.name, STR("lib")) && number >= 0)
		for (int i = 0; i < EACH; i++)
			vec_add(&arena, &rows,
			        row(arena_printf(&arena, "CVE-2026-%04d", 1000 + number * EACH + i),
			            p->package.name.p, SEVERITY_LOW + (enum severity)(i % 4),
			            i % 2));
	if (str_eq(p->package.name, STR("left-pad"))) {
		struct match_row exploited =
		        row(STR("CVE-2026-0001"), "left-pad", SEVERITY_CRITICAL, true);
		exploited.exploited =
		        (struct exploitation){ true, false, STR("2026-10-03"), STR("2026-10-24"),
			                       0.9,  0.99 };
		vec_add(&arena, &rows, exploited);
		vec_add(&arena, &rows,
		        ((struct match_row){ .vulnerability = STR("GHSA-dddd-eeee-ffff"),
		                             .fact = STR("{}"),
		                             .score = -1,
		                             .fix = FIX_NONE,
		                             .detail = STR("{}"),
		                             .exploited = { .epss = -1, .percentile = -1 } }));
	}
	if (str_eq(p->package.name, STR("bash")))
		vec_add(&arena, &rows, row(STR("CVE-2026-0002"), "bash", SEVERITY_LOW, false));
	m.v = rows.v;
	m.n = rows.n;
	must(matches_apply(&center, generation, &m, 1, &counts, &err), "matches");
}

static int next_packages(void *ctx, struct db *d, struct error *e)
{
	return packages_next(d, &arena, &(struct package_ask){ .unmatched = true, .limit = 1000 },
	                     ctx, e);
}

static int note_generation(void *ctx, struct db *d, struct error *e)
{
	struct generation g = { .number = 1,
		                .state = STR("state"),
		                .data_at = NOON,
		                .sources = STR("[]"),
		                .changed = -1 };

	(void)ctx;
	return generations_note(d, &g, NOON, &generation, e);
}

static int judge(void *ctx, struct db *d, struct error *e)
{
	struct profile_list found = { 0 };
	int r = profiles_list(d, &arena, 0, &found, e);

	(void)ctx;
	for (size_t i = 0; r >= 0 && i < found.n; i++)
		r = profiles_judge(d,
		                   &(struct profile_verdict){ found.v[i].id, generation, NULL, 0,
		                                              STR(""), false },
		                   e);
	if (r >= 0)
		r = generations_matched(d, generation, NOON + 180, e);
	return r < 0 ? r : postures_make_all(d, &arena, (str){ 0 }, NOON + 200, e);
}

int main(int argc, char **argv)
{
	struct stored_package_list packages = { 0 };

	if (argc != 3)
		return 2;
	subscription = argv[2];
	must(store_open(&(struct store_options){ .url = argv[1] }, &center.store, &err), argv[1]);
	center.clock = clock_open();
	must(store_do(center.store, STORE_WRITE, make_registries, NULL, &err), "registries");
	for (size_t i = 0; i < LEN(images); i++)
		must(store_do(center.store, STORE_WRITE, make_image, &images[i], &err), "images");
	must(store_do(center.store, STORE_WRITE, note_generation, NULL, &err), "generation");
	store_all();
	must(store_do(center.store, STORE_READ, next_packages, &packages, &err), "packages");
	for (size_t i = 0; i < packages.n; i++)
		apply(&packages.v[i]);
	must(store_do(center.store, STORE_WRITE, make_cluster, NULL, &err), "cluster");
	must(store_do(center.store, STORE_WRITE, judge, NULL, &err), "postures");
	store_close(center.store);
	clock_close(&center.clock);
	arena_done(&arena);
	return 0;
}
