#include "fleet.h"
#include "store/migrate.h"
#include <pthread.h>
#include <semaphore.h>

struct center fleet;
struct error err;
struct arena fleet_arena;
int64_t fleet_now;

/* --- a transaction that a case holds: store_do runs in a thread of its own --- */

static struct {
	pthread_t thread;
	sem_t begun, ended;
	struct db *d;
	struct error said;
} held;

static int hold(void *ctx, struct db *d, struct error *e)
{
	(void)ctx, (void)e;
	held.d = d;
	sem_post(&held.begun);
	sem_wait(&held.ended);
	return 0;
}

static void *run(void *ctx)
{
	(void)ctx;
	EXPECT_OK(store_do(fleet.store, STORE_WRITE, hold, NULL, &held.said), &held.said);
	return NULL;
}

struct db *fleet_open(void)
{
	sem_init(&held.begun, 0, 0);
	sem_init(&held.ended, 0, 0);
	if (pthread_create(&held.thread, NULL, run, NULL))
		abort();
	sem_wait(&held.begun);
	return held.d;
}

void fleet_close(void)
{
	sem_post(&held.ended);
	pthread_join(held.thread, NULL);
}

/* --- what stands in it --- */

void fleet_begin(void)
{
	err = (struct error){ 0 };
	fleet_arena = ARENA(MIB(256));
	fleet_now = NOON;
	fleet = (struct center){ .store = store_new(8), .clock = { -1 } };
	EXPECT_OK(migrate_run(fleet.store, 0, &err), &err);
}

void fleet_end(void)
{
	store_drop(fleet.store);
	arena_done(&fleet_arena);
}

int64_t fleet_registry(const char *subscription, const char *name)
{
	int64_t id = 0;
	struct registry r = { .subscription = str_c(subscription),
		              .resource_group = STR("group"),
		              .name = str_c(name),
		              .url = STR("https://registry.example"),
		              .triggers = TRIGGERS_ALL,
		              .poll_s = 300,
		              .parallel = 2,
		              .created_by = STR("test") };

	EXPECT_OK(registries_add(fleet_open(), &r, fleet_now, &id, &err), &err);
	fleet_close();
	return id;
}

int64_t fleet_repository(int64_t registry_id, const char *name)
{
	int64_t id = 0;

	EXPECT_OK(
	        images_use_repository(fleet_open(), registry_id, str_c(name), fleet_now, &id, &err),
	        &err);
	fleet_close();
	return id;
}

str fleet_digest(char digit)
{
	char *p = arena_alloc(&fleet_arena, 64);

	memset(p, digit, 64);
	return arena_join(&fleet_arena, STR("sha256:"), str_mem(p, 64));
}

int64_t fleet_image(int64_t repository_id, char digit, const char *tag, int64_t *manifest)
{
	struct image_push p = {
		.repository_id = repository_id, .tag = str_c(tag), .at = fleet_now, .pushed = true
	};
	int64_t id = 0;
	struct db *d = fleet_open();

	EXPECT_OK(manifests_use(d, fleet_digest(digit),
	                        STR("application/vnd.oci.image.manifest.v1+json"),
	                        MANIFEST_KIND_IMAGE, fleet_now, &p.manifest_id, &err),
	          &err);
	EXPECT_OK(images_push(d, &p, &id, NULL, &err), &err);
	fleet_close();
	if (manifest)
		*manifest = p.manifest_id;
	return id;
}

static int keys(void *ctx, const struct package *p, const struct distro *distro, struct arena *a,
                struct watch_keys *out, struct error *e)
{
	(void)ctx, (void)distro, (void)e;
	vec_add(a, out, p->name);
	return 0;
}

static const struct distro bookworm = {
	.id = STR_INIT("debian"),
	.version_id = STR_INIT("12"),
	.codename = STR_INIT("bookworm"),
	.name = STR_INIT("Debian GNU/Linux 12 (bookworm)"),
	.path = STR_INIT("etc/os-release"),
	.ecosystem = STR_INIT("Debian:12"),
};

struct inventory_stored fleet_scan(int64_t manifest_id, const char *const *packages)
{
	struct scan_report r = { .image = { .os = STR("linux"), .arch = STR("amd64") },
		                 .distro = bookworm };
	struct inventory_stored stored = { 0 };

	for (; *packages; packages++) {
		struct package p = { .type = PACKAGE_DEB, .path = STR("var/lib/dpkg/status") };
		str rest = str_c(*packages), layer;
		uint64_t n = 0;
		str_split(&rest, ' ', &layer);
		str_split(&rest, ' ', &p.name);
		str_split(&rest, ' ', &p.version);
		str_u64(layer, &n);
		p.layer = (unsigned)n;
		vec_add(&fleet_arena, &r.packages, p);
	}
	EXPECT_OK(inventories_store(&fleet,
	                            &(struct inventory_order){ .manifest_id = manifest_id,
	                                                       .report = &r,
	                                                       .scanner = STR("test"),
	                                                       .now = fleet_now,
	                                                       .keys = keys },
	                            &stored, &err),
	          &err);
	return stored;
}

int64_t fleet_generation(const char *state)
{
	struct generation g = { .number = 1, .state = str_c(state), .changed = -1 };
	int64_t id = 0;

	EXPECT_OK(generations_note(fleet_open(), &g, fleet_now, &id, &err), &err);
	fleet_close();
	return id;
}

void fleet_judge(int64_t generation_id)
{
	struct profile_list l = { 0 };
	struct db *d = fleet_open();

	EXPECT_OK(profiles_list(d, &fleet_arena, generation_id, &l, &err), &err);
	for (size_t i = 0; i < l.n; i++)
		EXPECT_OK(
		        profiles_judge(d,
		                       &(struct profile_verdict){ .profile_id = l.v[i].id,
		                                                  .generation_id = generation_id },
		                       &err),
		        &err);
	fleet_close();
}

int64_t fleet_package(const char *name, const char *version)
{
	int64_t id = 0;

	EXPECT_INT(db_int(fleet_open(), &err, &id,
	                  "SELECT id FROM package WHERE name = $1 AND version = $2", V_C(name),
	                  V_C(version)),
	           1);
	fleet_close();
	return id;
}

struct match_row fleet_match(const char *vulnerability, enum severity severity)
{
	return (struct match_row){ .vulnerability = str_c(vulnerability),
		                   .fact = arena_printf(&fleet_arena, "{\"title\":\"%s\"}",
		                                        vulnerability),
		                   .severity = severity,
		                   .score = 5.5,
		                   .fix = FIX_AVAILABLE,
		                   .fixed_version = STR("9"),
		                   .detail = STR("{}"),
		                   .exploited = { .epss = -1, .percentile = -1 } };
}

struct match_counts fleet_apply(int64_t generation_id, int64_t package_id,
                                const struct match_row *v, size_t n)
{
	struct match_counts counts = { 0 };
	struct package_matches m = { .package_id = package_id, .v = v, .n = n };

	EXPECT_OK(matches_apply(&fleet, generation_id, &m, 1, &counts, &err), &err);
	return counts;
}

void fleet_settle(int64_t generation_id)
{
	struct stored_package_list l = { 0 };

	EXPECT_OK(packages_next(fleet_open(), &fleet_arena,
	                        &(struct package_ask){ .unmatched = true }, &l, &err),
	          &err);
	fleet_close();
	for (size_t i = 0; i < l.n; i++)
		fleet_apply(generation_id, l.v[i].id, NULL, 0);
	fleet_judge(generation_id);
	EXPECT_OK(generations_matched(fleet_open(), generation_id, fleet_now, &err), &err);
	fleet_close();
}
