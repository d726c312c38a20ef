/* center/postures.h, exemptions.h, plans.h, ledger.h */
#include "center/exemptions.h"
#include "center/ledger.h"
#include "center/places.h"
#include "center/plans.h"
#include "center/postures.h"
#include "center/resources.h"
#include "fleet.h"

#define KEY "7e7e7e7e-0000-0000-0000-000000000001"

static struct posture posture_of(int64_t registry, const char *assessment)
{
	struct registry r;
	struct posture p = { .cause = STR("none") };
	struct db *d = fleet_open();

	EXPECT_INT(registries_get(d, &fleet_arena, &sight_all, registry, &r, &err), 1);
	EXPECT_OK(postures_make_registry(d, &fleet_arena, registry, fleet_now, &err), &err);
	EXPECT_INT(postures_get(d, &fleet_arena, &sight_all,
	                        registries_resource_id(&fleet_arena, &r), str_c(assessment), &p,
	                        &err),
	           1);
	fleet_close();
	return p;
}

TEST(a_registry_is_as_its_images_are_and_dates_say_since_when)
{
	fleet_begin();
	int64_t registry = fleet_registry(SUB, "reg"),
	        repository = fleet_repository(registry, "app"), one;
	struct posture p = posture_of(registry, ASSESSMENT_REGISTRY);

	EXPECT(p.code == POSTURE_NOT_APPLICABLE && str_eq(p.cause, STR("NoImages")));
	fleet_image(repository, '1', "a", &one);
	fleet_now += 10;
	p = posture_of(registry, ASSESSMENT_REGISTRY);
	EXPECT(p.code == POSTURE_NOT_APPLICABLE && str_eq(p.cause, STR("NotAssessed")));
	fleet_scan(one, (const char *const[]){ "0 bash 5", NULL });
	int64_t g = fleet_generation("g");
	fleet_settle(g);
	fleet_now += 10;
	p = posture_of(registry, ASSESSMENT_REGISTRY);
	EXPECT(p.code == POSTURE_HEALTHY && p.first_at == NOON && p.changed_at == NOON + 20);
	const struct match_row m = fleet_match("CVE-2026-1", SEVERITY_LOW);
	fleet_apply(g, fleet_package("bash", "5"), &m, 1);
	fleet_now += 10;
	posture_of(registry, ASSESSMENT_REGISTRY);
	fleet_now += 10;
	p = posture_of(registry, ASSESSMENT_REGISTRY_MDVM);
	EXPECT(p.code == POSTURE_UNHEALTHY && p.changed_at == NOON + 30 && p.first_at == NOON);
	fleet_image(repository, '2', "b", NULL); /* one that waits changes nothing */
	EXPECT_INT(posture_of(registry, ASSESSMENT_REGISTRY).code, POSTURE_UNHEALTHY);
	fleet_end();
}

TEST(a_healthy_registry_stays_so_while_an_image_waits_but_not_when_one_failed)
{
	fleet_begin();
	int64_t registry = fleet_registry(SUB, "reg"),
	        repository = fleet_repository(registry, "app"), one, two;

	fleet_image(repository, '1', "a", &one);
	fleet_scan(one, (const char *const[]){ "0 bash 5", NULL });
	fleet_settle(fleet_generation("g"));
	EXPECT_INT(posture_of(registry, ASSESSMENT_REGISTRY).code, POSTURE_HEALTHY);
	fleet_image(repository, '2', "b", &two);
	EXPECT_INT(posture_of(registry, ASSESSMENT_REGISTRY).code, POSTURE_HEALTHY);
	EXPECT_OK(manifests_note(fleet_open(), two, MANIFEST_FAILED, STR("no"), fleet_now, &err),
	          &err);
	fleet_close();
	EXPECT_STR(posture_of(registry, ASSESSMENT_REGISTRY).cause, STR("NotAssessed"));
	fleet_end();
}

TEST(plans_and_exemptions_come_first)
{
	fleet_begin();
	int64_t registry = fleet_registry(SUB, "reg");
	struct registry r;
	struct db *d = fleet_open();

	EXPECT_INT(registries_get(d, &fleet_arena, &sight_all, registry, &r, &err), 1);
	EXPECT_INT(plans_watch(d, &fleet_arena, &r, &err), 1); /* as nobody said otherwise */
	struct pricing off = { .scope = STR("/subscriptions/" SUB), .name = STR("containers") },
	               got;
	EXPECT_INT(plans_put(d, &fleet_arena, &off, NOON, &err), 1);
	EXPECT_INT(plans_put(d, &fleet_arena, &off, NOON, &err), 0);
	EXPECT_INT(plans_watch(d, &fleet_arena, &r, &err), 0);
	struct pricing on = { .scope = registries_resource_id(&fleet_arena, &r),
		              .name = STR("Containers"),
		              .standard = true };
	EXPECT_INT(plans_put(d, &fleet_arena, &on, NOON + 5, &err), 1);
	EXPECT_INT(plans_watch(d, &fleet_arena, &r, &err), 1);
	EXPECT_OK(plans_get(d, &fleet_arena, off.scope, off.name, NOON, &got, &err), &err);
	EXPECT(!got.standard && got.coverage == COVERAGE_PARTLY && !got.inherited_from.n);
	EXPECT_OK(plans_get(d, &fleet_arena, on.scope, on.name, NOON, &got, &err), &err);
	EXPECT(got.standard && got.enabled_at == NOON + 5 && !got.inherited_from.n);
	off.enforce = true;
	EXPECT_INT(plans_put(d, &fleet_arena, &off, NOON, &err), 0);
	EXPECT_INT(plans_watch(d, &fleet_arena, &r, &err), 0);
	EXPECT_INT(plans_put(d, &fleet_arena, &on, NOON, &err), ERR_DENIED);
	EXPECT_OK(plans_get(d, &fleet_arena, on.scope, on.name, NOON, &got, &err), &err);
	EXPECT_STR(got.inherited_from, STR("/subscriptions/" SUB));
	fleet_close();
	EXPECT_STR(posture_of(registry, ASSESSMENT_REGISTRY).cause, STR("OffByPolicy"));
	d = fleet_open();
	struct exemption x = { .name = STR(KEY),
		               .resource = STR("/subscriptions/" SUB),
		               .assessment = STR(ASSESSMENT_REGISTRY),
		               .category = STR("waiver"),
		               .description = STR("accepted"),
		               .expires_at = NOON + 100 };
	EXPECT_INT(exemptions_put(d, &x, STR("ada"), NOON, &err), 1);
	EXPECT_INT(exemptions_put(d, &x, STR("bob"), NOON + 1, &err), 0);
	EXPECT_INT(exemptions_get(d, &fleet_arena, x.resource, x.name, &x, &err), 1);
	EXPECT_STR(x.created_by, STR("ada"));
	EXPECT_STR(x.changed_by, STR("bob"));
	fleet_close();
	EXPECT_STR(posture_of(registry, ASSESSMENT_REGISTRY).cause, STR("Exempt"));
	EXPECT_STR(posture_of(registry, ASSESSMENT_REGISTRY_MDVM).cause,
	           STR("OffByPolicy")); /* from one only */
	fleet_now = NOON + 100;
	EXPECT_STR(posture_of(registry, ASSESSMENT_REGISTRY).cause, STR("OffByPolicy"));
	fleet_end();
}

TEST(a_cluster_is_as_what_runs_there)
{
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app"), one, place;
	struct running v[] = { { STR("web"), STR("web"), STR("reg/app:1"), fleet_digest('1') },
		               { STR("db"), STR("db"), STR("elsewhere/db:1"), fleet_digest('9') } };
	struct place_report r = { .subscription = STR(SUB),
		                  .resource_group = STR("g"),
		                  .name = STR("prod"),
		                  .kind = PLACE_CLUSTER,
		                  .v = v,
		                  .n = 2 };
	struct posture_list l = { 0 };

	fleet_image(repository, '1', "a", &one);
	fleet_scan(one, (const char *const[]){ "0 bash 5", NULL });
	int64_t g = fleet_generation("g");
	fleet_settle(g);
	struct db *d = fleet_open();
	EXPECT_OK(places_report(d, &fleet_arena, &r, NOON, &place, &err), &err);
	EXPECT_OK(postures_make_all(d, &fleet_arena, STR(SUB), NOON, &err), &err);
	struct posture_filter f = { .assessment = STR(ASSESSMENT_RUNNING),
		                    .code = -1,
		                    .resource = STR("/subscriptions/" SUB) };
	EXPECT_OK(postures_list(d, &fleet_arena, &sight_all, &f, NULL, &l, &err), &err);
	EXPECT_INT(l.n, 1);
	EXPECT_STR(l.v[0].cause, STR("NotAssessed")); /* nobody knows what db is */
	EXPECT_STR(l.v[0].resource_id,
	           STR("/subscriptions/" SUB
	               "/resourceGroups/g/providers/Microsoft.Kubernetes/connectedClusters/prod"));
	fleet_close();
	const struct match_row m = fleet_match("CVE-2026-1", SEVERITY_LOW);
	fleet_apply(g, fleet_package("bash", "5"), &m, 1);
	d = fleet_open();
	EXPECT_OK(postures_make_place(d, &fleet_arena, place, NOON, &err), &err);
	l = (struct posture_list){ 0 };
	EXPECT_OK(postures_list(d, &fleet_arena, &sight_all, &f, NULL, &l, &err), &err);
	EXPECT_INT(l.v[0].code, POSTURE_UNHEALTHY);
	l = (struct posture_list){ 0 };
	EXPECT_OK(postures_list(d, &fleet_arena,
	                        &(struct sight){ .registries = &one, .registries_n = 1 }, &f, NULL,
	                        &l, &err),
	          &err);
	EXPECT_INT(l.n, 0);
	fleet_close();
	fleet_end();
}

TEST(customers_keep_assessments_of_their_own)
{
	fleet_begin();
	fleet_registry(SUB, "reg");
	struct posture p = { .resource_id = STR("/subscriptions/" SUB "/resourceGroups/Group"),
		             .assessment = STR(KEY),
		             .code = POSTURE_UNHEALTHY,
		             .custom = STR("{\"x\":1}") },
	               got;
	struct db *d = fleet_open();

	EXPECT_INT(postures_put_kind(d, STR(SUB), STR(KEY), STR("{}"), &err), 1);
	EXPECT_INT(postures_put_kind(d, STR(SUB), STR(KEY), STR("{\"a\":1}"), &err), 0);
	EXPECT_INT(postures_put(d, &fleet_arena, &p, NOON, &err), 1);
	EXPECT_INT(postures_put(d, &fleet_arena, &p, NOON + 9, &err), 0);
	EXPECT_INT(
	        postures_get(d, &fleet_arena, &sight_all, p.resource_id, p.assessment, &got, &err),
	        1);
	EXPECT_STR(got.resource_id, p.resource_id);
	EXPECT_INT(got.changed_at, NOON);
	EXPECT_INT(postures_remove_kind(d, STR(SUB), STR(KEY), &err), 1);
	EXPECT_INT(
	        postures_get(d, &fleet_arena, &sight_all, p.resource_id, p.assessment, &got, &err),
	        0);
	p.assessment = STR(ASSESSMENT_REGISTRY);
	EXPECT_INT(postures_put(d, &fleet_arena, &p, NOON, &err), ERR_CONFLICT);
	fleet_close();
	fleet_end();
}

TEST(a_digest_is_billed_once_in_a_subscription)
{
	fleet_begin();
	int64_t one = fleet_registry(SUB, "one"), two = fleet_registry(SUB, "two"), n;
	struct ledger_entry x = { STR(SUB), fleet_digest('1'), STR("app"), one, NOON };
	struct usage_list l = { 0 };
	struct db *d = fleet_open();

	EXPECT_INT(ledger_bill(d, &x, &err), 1);
	x.registry_id = two;
	EXPECT_INT(ledger_bill(d, &x, &err), 0);
	x.digest = fleet_digest('2');
	EXPECT_INT(ledger_bill(d, &x, &err), 1);
	x.at = NOON + 86400;
	x.digest = fleet_digest('3');
	EXPECT_INT(ledger_bill(d, &x, &err), 1);
	x.subscription = STR(OTHER);
	EXPECT_INT(ledger_bill(d, &x, &err), 1);
	EXPECT_OK(ledger_count(d, STR(SUB), &n, &err), &err);
	EXPECT_INT(n, 3);
	EXPECT_OK(ledger_usage(d, &fleet_arena, &sight_all, STR(SUB), 0, NOON + 86401, &l, &err),
	          &err);
	EXPECT_INT(l.n, 3);
	EXPECT_STR(l.v[0].day, STR("2023-11-14")); /* date -u -d @1700000000 +%F */
	EXPECT_STR(l.v[0].registry, STR("one"));
	EXPECT_STR(l.v[2].day, STR("2023-11-15"));
	fleet_close();
	fleet_end();
}
