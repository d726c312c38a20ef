/* bench/fleet.c — a center with a fleet in it, and what its questions cost. fleet STORE IMAGES:
 * fills an empty store (a path, or postgresql://…) with images that share layers and packages as
 * real ones do, then measures.
 *
 * IMAGES 0: only measures what is there. The fleet: 40 base layers of 80 to 400 Debian packages, 600 layers above them of 10 to 60, and
 * applications of 40 to 160 language packages in 200 repositories of 10 registries, each pushed
 * again and again with a tenth of its packages renewed; two pushes of five change nothing but the
 * tag's label, and so share the application's layer. For 100,000 images: 60,000 parts, 100,000
 * packages, 300,000 matches. The same every time. */
#include "base/time.h"
#include "center/findings.h"
#include "center/generations.h"
#include "center/imagelist.h"
#include "center/images.h"
#include "center/inventories.h"
#include "center/manifests.h"
#include "center/matches.h"
#include "center/packages.h"
#include "center/postures.h"
#include "center/profiles.h"
#include "center/registries.h"
#include "store/migrate.h"
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum {
	BASES = 40,
	MIDDLES = 600,
	REPOSITORIES = 200,
	REGISTRIES = 10,
	WEAKNESSES = 30000,
	AT_ONCE = 50,
	APPS = 1000
};

static struct center center;
static struct error err;
static int64_t repositories[REPOSITORIES];

static void must(int64_t code, const char *what)
{
	if (code >= 0)
		return;
	fprintf(stderr, "fleet: %s: %s\n", what, err.msg);
	exit(1);
}

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double cpu_ms(void) /* of this process: what a busy machine does not change */
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* --- the images --- */

static void add(struct arena *a, struct scan_report *r, enum package_type type, unsigned layer,
                str name, str version)
{
	struct package p = { .type = type,
		             .name = name,
		             .version = version,
		             .layer = layer,
		             .path = type == PACKAGE_DEB
		                             ? STR("var/lib/dpkg/status")
		                             : arena_printf(a, "app/node_modules/%.*s/package.json",
		                                            STR_FMT(name)) };
	vec_add(a, &r->packages, p);
}

/* Image i is push number `turn` of application `app`. */
static void describe(struct arena *a, uint64_t i, struct scan_report *r)
{
	uint64_t app = i % APPS, turn = i / APPS, middle = mix(app) % MIDDLES,
	         base = mix(middle) % BASES;
	uint64_t n = 80 + mix(base) % 320;

	*r = (struct scan_report){ .image = { .os = STR("linux"), .arch = STR("amd64") },
		                   .distro = { .id = STR("debian"),
		                               .version_id = STR("12"),
		                               .codename = STR("bookworm"),
		                               .name = STR("Debian GNU/Linux 12 (bookworm)"),
		                               .path = STR("etc/os-release"),
		                               .ecosystem = STR("Debian:12") } };
	for (uint64_t k = 0; k < n; k++)
		add(a, r, PACKAGE_DEB, 0, arena_printf(a, "base%" PRIu64, k),
		    arena_printf(a, "1.%" PRIu64, mix(k * 64 + base) % 4));
	n = 10 + mix(middle * 7) % 50;
	for (uint64_t k = 0; k < n; k++)
		add(a, r, PACKAGE_DEB, 1,
		    arena_printf(a, "extra%" PRIu64, mix(middle * 100 + k) % 3000),
		    arena_printf(a, "2.%" PRIu64, mix(middle * 1000 + k) % 3));
	n = 40 + mix(app * 3) % 120;
	turn = turn * 3 / 5;               /* what changed nothing */
	for (uint64_t k = 0; k < n; k++) { /* a package is renewed every tenth push */
		uint64_t renewed = (turn + mix(app * 512 + k) % 10) / 10;
		add(a, r, PACKAGE_NPM, 2,
		    arena_printf(a, "lib%" PRIu64, mix(app * 512 + k) % 12000),
		    arena_printf(a, "%" PRIu64 ".%" PRIu64, renewed, mix(renewed * 77 + k) % 2));
	}
	add(a, r, PACKAGE_NPM, 2, STR("everywhere"), STR("7.5.0"));
	/* its own name is new with each push that changes something */
	add(a, r, PACKAGE_NPM, 2, arena_printf(a, "app%" PRIu64, app),
	    arena_printf(a, "1.0.%" PRIu64, turn));
}

static int keys(void *ctx, const struct package *p, const struct distro *distro, struct arena *a,
                struct watch_keys *out, struct error *e)
{
	(void)ctx, (void)distro, (void)e;
	vec_add(a, out, arena_printf(a, "%s/%.*s", package_purl_type(p->type), STR_FMT(p->name)));
	return 0;
}

struct some {
	uint64_t from, to;
	size_t packages, parts_new, packages_new;
};

static int store_one(struct db *d, struct arena *a, uint64_t i, struct some *s, struct error *e)
{
	struct scan_report r;
	struct inventory_stored stored = { 0 };
	struct image_push p = { .repository_id = repositories[i % REPOSITORIES],
		                .at = 1700000000 + (int64_t)i,
		                .pushed = true };
	int64_t image;
	str digest = arena_printf(a, "sha256:%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64,
	                          mix(i), mix(~i), mix(i * 3), i);
	int code;

	describe(a, i, &r);
	p.tag = arena_printf(a, "app%" PRIu64 "-%" PRIu64, i % APPS, i / APPS);
	code = manifests_use(d, digest, STR("application/vnd.oci.image.manifest.v1+json"),
	                     MANIFEST_KIND_IMAGE, p.at, &p.manifest_id, e);
	if (code >= 0)
		code = images_push(d, &p, &image, NULL, e);
	if (code >= 0)
		code = inventories_store_in(d, a,
		                            &(struct inventory_order){ .manifest_id = p.manifest_id,
		                                                       .report = &r,
		                                                       .scanner = STR("bench"),
		                                                       .now = p.at,
		                                                       .keys = keys },
		                            &stored, e);
	s->packages += stored.packages;
	s->parts_new += stored.parts_new;
	s->packages_new += stored.packages_new;
	return code;
}

static int store_some(void *ctx, struct db *d, struct error *e)
{
	struct some *s = ctx;
	int code = 0;

	for (uint64_t i = s->from; i < s->to && code >= 0; i++) {
		struct arena a cleanup(arena_done) = ARENA(MIB(64));
		code = store_one(d, &a, i, s, e);
	}
	return code;
}

static int make_registries(void *ctx, struct db *d, struct error *e)
{
	int64_t id[REGISTRIES];
	int code = 0;

	(void)ctx;
	for (size_t i = 0; i < REGISTRIES && code >= 0; i++) {
		char name[16];
		snprintf(name, sizeof name, "reg%zu", i);
		code = registries_add(
		        d,
		        &(struct registry){ .subscription =
		                                    STR("11111111-2222-3333-4444-555555555555"),
		                            .resource_group = STR("fleet"),
		                            .name = str_c(name),
		                            .url = STR("https://registry.example"),
		                            .triggers = TRIGGERS_ALL,
		                            .poll_s = 300,
		                            .parallel = 2,
		                            .created_by = STR("bench") },
		        1700000000, &id[i], e);
	}
	for (size_t i = 0; i < REPOSITORIES && code >= 0; i++) {
		char name[24];
		snprintf(name, sizeof name, "team/app%zu", i);
		code = images_use_repository(d, id[i % REGISTRIES], str_c(name), 1700000000,
		                             &repositories[i], e);
	}
	return code;
}

static void fill(uint64_t images)
{
	double begun = now_ms(), cpu = cpu_ms(), last = 0;
	struct some all = { 0 };

	must(store_do(center.store, STORE_WRITE, make_registries, NULL, &err), "registries");
	for (uint64_t i = 0; i < images; i += AT_ONCE) {
		struct some s = { .from = i, .to = MIN(i + AT_ONCE, images) };
		double from = now_ms();
		must(store_do(center.store, STORE_WRITE, store_some, &s, &err), "store");
		last = (now_ms() - from) / (double)(s.to - s.from);
		all.packages += s.packages;
		all.parts_new += s.parts_new;
		all.packages_new += s.packages_new;
	}
	printf("stored %" PRIu64 " images: %.1f s (CPU %.1f s), %.2f ms an image, %.2f ms at the "
	                         "end; %zu parts, %zu packages, %.0f in an "
	       "image\n",
	       images, (now_ms() - begun) / 1e3, (cpu_ms() - cpu) / 1e3,
	       (now_ms() - begun) / (double)images, last, all.parts_new, all.packages_new,
	       (double)all.packages / (double)images);
	struct some again = { .from = 0, .to = MIN(images, (uint64_t)200) };
	begun = now_ms();
	must(store_do(center.store, STORE_WRITE, store_some, &again, &err), "store");
	printf("stored again what is known: %.2f ms an image\n",
	       (now_ms() - begun) / (double)again.to);
}

/* --- the data --- */

struct matching {
	struct package_ask ask;
	struct arena *a;
	struct stored_package_list found;
};

static int next_packages(void *ctx, struct db *d, struct error *e)
{
	struct matching *m = ctx;

	m->found = (struct stored_package_list){ 0 };
	return packages_next(d, m->a, &m->ask, &m->found, e);
}

static unsigned edition; /* of what advisories say: a new one changes four in five */

/* Three matches a package on average; `more` is one that all packages of a name have besides */
static void match(struct arena *a, const struct stored_package *p, bool more,
                  struct package_matches *out)
{
	uint64_t seed = mix((uint64_t)p->id), n = seed % 10 < 7 ? seed % 4 : 8;
	struct match_row *v = arena_many(a, n + 1, struct match_row);

	for (uint64_t k = 0; k < n + more; k++) {
		uint64_t x = mix(seed + k) % WEAKNESSES;
		v[k] = (struct match_row){
			.vulnerability = k == n ? STR("CVE-2027-0001")
			                        : arena_printf(a, "CVE-2026-%05" PRIu64, x),
			.fact = arena_printf(a,
			                     "{\"title\":\"something overflows in %" PRIu64
			                     "\",\"description\":\"%0300u\"}",
			                     k == n ? 0 : x, x % 5 ? edition : 0),
			.severity = (enum severity)(1 + mix(x) % 5),
			.score = (double)(mix(x) % 100) / 10,
			.fix = mix(x) % 3 ? FIX_AVAILABLE : FIX_NONE,
			.fixed_version = STR("9.9"),
			.detail = STR("{\"range\":\"introduced 0, fixed 9.9\",\"comparison\":\"1.0 "
			              "< 9.9\"}"),
			.exploited = { .epss = (double)(mix(x) % 1000) / 1000,
			               .percentile = 0.5,
			               .known = mix(x) % 100 == 0 },
		};
	}
	*out = (struct package_matches){ .package_id = p->id, .v = v, .n = n + more };
}

struct noted {
	const char *state;
	int64_t id;
};

static int note_generation(void *ctx, struct db *d, struct error *e)
{
	struct noted *n = ctx;
	struct generation g = { .number = 1, .state = str_c(n->state), .changed = -1 };

	return generations_note(d, &g, 1800000000, &n->id, e);
}

static int judge_profiles(void *ctx, struct db *d, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(4));
	struct profile_list l = { 0 };
	const struct noted *n = ctx;
	int code = profiles_list(d, &a, n->id, &l, e);

	for (size_t i = 0; i < l.n && code >= 0; i++)
		code = profiles_judge(d,
		                      &(struct profile_verdict){ .profile_id = l.v[i].id,
		                                                 .generation_id = n->id },
		                      e);
	return code < 0 ? code : generations_matched(d, n->id, 1800000000, e);
}

/* A generation: whole, or (key) of one advisory */
static void generation(const char *state, const char *what, const char *key, bool more)
{
	struct noted n = { .state = state };
	struct match_counts c = { 0 };
	double begun = now_ms(), cpu = cpu_ms(), read = 0;
	int64_t after = 0;
	str one = str_c(key);

	must(store_do(center.store, STORE_WRITE, note_generation, &n, &err), "generation");
	for (size_t got = 1; got;) {
		struct arena a cleanup(arena_done) = ARENA(MIB(256));
		struct matching m = { .ask = { .after_id = after,
			                       .limit = 2000,
			                       .keys = &one,
			                       .keys_n = key != NULL },
			              .a = &a };
		double from = now_ms();
		must(store_do(center.store, STORE_READ, next_packages, &m, &err), "packages");
		struct package_matches *v = arena_many(&a, m.found.n, struct package_matches);
		for (size_t i = 0; i < m.found.n; i++)
			match(&a, &m.found.v[i], more, &v[i]);
		read += now_ms() - from;
		must(matches_apply(&center, n.id, v, m.found.n, &c, &err), "matches");
		got = m.found.n;
		after = got ? m.found.v[got - 1].id : 0;
	}
	must(store_do(center.store, STORE_WRITE, judge_profiles, &n, &err), "profiles");
	printf("%s: %.2f s, CPU %.2f s (%.2f s to read packages), %zu packages, %zu changed, %zu "
	       "opened, %zu closed, %zu parts\n",
	       what, (now_ms() - begun) / 1e3, (cpu_ms() - cpu) / 1e3, read / 1e3, c.packages,
	       c.changed, c.opened, c.closed, c.parts);
}

/* What is known of attacks changes for every third vulnerability, then for none */
static void exploit(void)
{
	for (unsigned round = 0; round < 2; round++) {
		double begun = now_ms(), cpu = cpu_ms();
		struct exploited_row rows[1000];
		char names[1000][16];
		size_t n = 0;
		int64_t changed = 0;
		for (unsigned x = 0; x < 20000; x++) {
			snprintf(names[n], sizeof names[n], "CVE-2026-%05u", x);
			rows[n] = (struct exploited_row){
				str_c(names[n]),
				{ .epss = (double)(mix(x) % 1000) / 1000 + (x % 3 ? 0 : 0.0001),
				  .percentile = 0.5,
				  .known = mix(x) % 100 == 0 } };
			if (++n < LEN(rows))
				continue;
			int r = matches_note_all_exploited(&center, rows, n, &err);
			must(r, "exploited");
			changed += r;
			n = 0;
		}
		printf("exploitation of 20000, %" PRId64 " changed: %.2f s, CPU %.2f s\n", changed,
		       (now_ms() - begun) / 1e3, (cpu_ms() - cpu) / 1e3);
	}
}

/* --- questions --- */

static struct arena asking;
static struct paging paging = { .limit = 100 };
static str next;

static int ask_findings(struct db *d, const struct finding_filter *f)
{
	struct finding_list l = { 0 };
	int code = findings_list(d, &asking, &sight_all, f, &paging, &l, &err);
	next = l.next;
	return code < 0 ? code : (int)l.n;
}

static int by_id(void *ctx, struct db *d, struct error *e)
{
	(void)ctx, (void)e;
	return ask_findings(d, &(struct finding_filter){ 0 });
}
static int by_severity(void *ctx, struct db *d, struct error *e)
{
	(void)ctx, (void)e;
	return ask_findings(d, &(struct finding_filter){ .order = FINDINGS_BY_SEVERITY });
}
static int of_registry(void *ctx, struct db *d, struct error *e)
{
	(void)ctx, (void)e;
	return ask_findings(d, &(struct finding_filter){ .registry_id = 3,
	                                                 .severities = 1u << SEVERITY_CRITICAL });
}
static int of_cve(void *ctx, struct db *d, struct error *e)
{
	(void)ctx, (void)e;
	return ask_findings(d, &(struct finding_filter){ .vulnerability = STR("CVE-2027-0001") });
}
static int exploited(void *ctx, struct db *d, struct error *e)
{
	(void)ctx, (void)e;
	return ask_findings(
	        d, &(struct finding_filter){ .exploited = true, .fixes = 1u << FIX_AVAILABLE });
}
static int of_image(void *ctx, struct db *d, struct error *e)
{
	(void)ctx, (void)e;
	return ask_findings(d, &(struct finding_filter){ .image_id = 77, .facts = true });
}

static int ask_images(struct db *d, const struct image_filter *f)
{
	struct image_list l = { 0 };
	int code = imagelist_images(d, &asking, &sight_all, f, &paging, &l, &err);
	next = l.next;
	return code < 0 ? code : (int)l.n;
}

static int images_by_id(void *ctx, struct db *d, struct error *e)
{
	(void)ctx, (void)e;
	return ask_images(d, &(struct image_filter){ 0 });
}
static int images_by_severity(void *ctx, struct db *d, struct error *e)
{
	(void)ctx, (void)e;
	return ask_images(d,
	                  &(struct image_filter){ .registry_id = 3, .order = IMAGES_BY_SEVERITY });
}
static int images_of_state(void *ctx, struct db *d, struct error *e)
{
	(void)ctx, (void)e;
	return ask_images(
	        d, &(struct image_filter){ .states = 1u << IMAGE_NOT_ASSESSED, .registry_id = 3 });
}
static int sum_registry(void *ctx, struct db *d, struct error *e)
{
	int64_t states[IMAGE_STATE_COUNT];
	struct tally t;
	(void)ctx;
	return imagelist_sum(d, &asking, &sight_all, &(struct image_filter){ .registry_id = 3 },
	                     states, &t, e);
}
static int sum_all(void *ctx, struct db *d, struct error *e)
{
	int64_t by[SEVERITY_COUNT];
	(void)ctx;
	int code = findings_count(d, &asking, &sight_all, &(struct finding_filter){ 0 }, by, e);
	for (size_t i = 1; i < SEVERITY_COUNT; i++)
		by[0] += by[i];
	printf("  (%" PRId64 " findings)\n", by[0]);
	return code;
}
static int posture(void *ctx, struct db *d, struct error *e)
{
	(void)ctx;
	return postures_make_registry(d, &asking, 3, 1800000000, e);
}
static int repository_list(void *ctx, struct db *d, struct error *e)
{
	struct repository_list l = { 0 };
	(void)ctx;
	return imagelist_repositories(d, &asking, &sight_all, 3, (str){ 0 }, &paging, &l, e);
}

static void question(const char *what, store_work *work, enum store_mode mode, unsigned pages)
{
	double worst = 0, sum = 0, cpu = cpu_ms();
	unsigned n = 0;

	paging.after = (str){ 0 };
	for (; n < pages && (!n || paging.after.n); n++) {
		double from = now_ms(), took;
		must(store_do(center.store, mode, work, NULL, &err), what);
		took = now_ms() - from;
		worst = MAX(worst, took);
		sum += took;
		paging.after = next;
		next = (str){ 0 };
	}
	printf("%s: %.1f ms, worst %.1f ms of %u; CPU %.1f ms\n", what, sum / n, worst, n,
	       (cpu_ms() - cpu) / n);
	arena_done(&asking);
}

int main(int argc, char **argv)
{
	struct store_options o = { .url = argc > 1 ? argv[1] : NULL };
	uint64_t images = 0;

	if (argc != 3 || !str_u64(str_c(argv[2]), &images)) {
		fputs("Usage: fleet STORE IMAGES\n", stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	must(store_open(&o, &center.store, &err), "open");
	center.clock.fd = -1;
	asking = ARENA(MIB(256));
	if (images)
		if (images) /* 0: a store that was filled before */
		fill(images);
	generation("one", "first generation", NULL, false);
	generation("two", "whole generation, nothing changed", NULL, false);
	edition++;
	generation("changed", "whole generation, four advisories of five changed", NULL, false);
	exploit();
	generation("three", "one new advisory", "deb/base7", true);
	generation("four", "one new advisory of a library", "npm/lib7", true);
	generation("five", "one new advisory of what every application has", "npm/everywhere",
	           true);
	question("findings by id", by_id, STORE_READ, 50);
	question("findings by severity", by_severity, STORE_READ, 50);
	question("critical ones of a registry", of_registry, STORE_READ, 50);
	question("findings of one CVE", of_cve, STORE_READ, 5);
	question("exploited and fixable", exploited, STORE_READ, 20);
	question("findings of an image, with facts", of_image, STORE_READ, 5);
	question("images", images_by_id, STORE_READ, 50);
	question("images of a registry by severity", images_by_severity, STORE_READ, 5);
	question("images of a registry, not assessed", images_of_state, STORE_READ, 5);
	question("sum of a registry", sum_registry, STORE_READ, 1);
	question("all findings by severity, counted", sum_all, STORE_READ, 1);
	question("repositories of a registry", repository_list, STORE_READ, 1);
	question("posture of a registry", posture, STORE_WRITE, 1);
	store_close(center.store);
	return 0;
}
