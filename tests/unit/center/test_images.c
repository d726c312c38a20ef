/* center/images.h, imagelist.h, manifests.h */
#include "center/imagelist.h"
#include "center/places.h"
#include "fleet.h"

static str today(int64_t repository,
                 const char *tag) /* the digit of the digest it points at; "-" for none */
{
	struct tag_list l = { 0 };

	EXPECT_OK(imagelist_tags(fleet_open(), &fleet_arena, &sight_all, repository, false, NULL,
	                         &l, &err),
	          &err);
	fleet_close();
	for (size_t i = 0; i < l.n; i++)
		if (str_eq(l.v[i].name, str_c(tag)))
			return str_upto(str_from(l.v[i].digest, 7), 1);
	return STR("-");
}

static int64_t push(int64_t repository, char digit, const char *tag, int64_t at)
{
	fleet_now = at;
	return fleet_image(repository, digit, tag, NULL);
}

TEST(a_push_that_comes_late_does_not_move_a_tag_back)
{
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app");
	struct tag_list history = { 0 };

	push(repository, '1', "latest", NOON);
	push(repository, '2', "latest", NOON + 20);
	push(repository, '3', "latest", NOON + 10); /* older than the last move */
	EXPECT_STR(today(repository, "latest"), STR("2"));
	push(repository, '1', "latest", NOON + 30);
	EXPECT_STR(today(repository, "latest"), STR("1"));
	push(repository, '2', "latest", NOON + 30); /* the same second: the later word counts */
	EXPECT_STR(today(repository, "latest"), STR("2"));
	struct db *d = fleet_open();
	EXPECT_INT(images_untag(d, repository, STR("latest"), NOON + 25, &err), 0);
	EXPECT_INT(images_untag(d, repository, STR("latest"), NOON + 40, &err), 1);
	EXPECT_INT(images_untag(d, repository, STR("latest"), NOON + 41, &err), 0);
	fleet_close();
	push(repository, '1', "latest", NOON + 35); /* before it was taken away */
	EXPECT_STR(today(repository, "latest"), STR("-"));
	EXPECT_OK(imagelist_tags(fleet_open(), &fleet_arena, &sight_all, repository, true, NULL,
	                         &history, &err),
	          &err);
	fleet_close();
	EXPECT_INT(history.n, 3); /* 1, 2, 2 */
	EXPECT_INT(history.v[0].until_at, NOON + 20);
	EXPECT_INT(history.v[2].until_at, NOON + 40);
	fleet_end();
}

static size_t listed(const struct image_filter *f, struct image_list *l)
{
	*l = (struct image_list){ 0 };
	EXPECT_OK(imagelist_images(fleet_open(), &fleet_arena, &sight_all, f, NULL, l, &err), &err);
	fleet_close();
	return l->n;
}

TEST(an_untagged_image_stays_and_a_deleted_one_goes_with_its_tags)
{
	fleet_begin();
	int64_t registry = fleet_registry(SUB, "reg"),
	        repository = fleet_repository(registry, "app"), manifest;
	struct image_list l;
	struct image_row x;

	fleet_image(repository, '1', "latest", &manifest);
	push(repository, '2', "latest", NOON + 10);
	EXPECT_INT(listed(&(struct image_filter){ 0 }, &l), 2);
	EXPECT_INT(l.v[0].tags.n, 0);
	EXPECT_STR(l.v[1].tags, STR("latest"));
	EXPECT_INT(listed(&(struct image_filter){ .untagged = true }, &l), 1);
	EXPECT_INT(listed(&(struct image_filter){ .tag = STR("latest") }, &l), 1);
	EXPECT_STR(l.v[0].digest, fleet_digest('2'));
	struct db *d = fleet_open();
	EXPECT_INT(images_remove(d, repository, manifest, NOON - 1, &err),
	           0); /* before it was pushed */
	EXPECT_INT(images_remove(d, repository, manifest, NOON + 20, &err), 1);
	EXPECT_INT(images_remove(d, repository, manifest, NOON + 21, &err), 0);
	fleet_close();
	EXPECT_INT(listed(&(struct image_filter){ 0 }, &l), 1);
	EXPECT_INT(listed(&(struct image_filter){ .deleted = true }, &l), 2);
	EXPECT_INT(listed(&(struct image_filter){ .at = NOON + 5 }, &l), 1);
	EXPECT_STR(l.v[0].tags, STR("latest")); /* as it was then */
	EXPECT_INT(listed(&(struct image_filter){ .at = NOON + 15 }, &l), 2);
	push(repository, '1', "", NOON + 19); /* an old event */
	EXPECT_INT(listed(&(struct image_filter){ 0 }, &l), 1);
	push(repository, '1', "", NOON + 30);
	EXPECT_INT(listed(&(struct image_filter){ 0 }, &l), 2);
	EXPECT_INT(images_remove_repository(fleet_open(), repository, NOON + 40, &err), 1);
	fleet_close();
	EXPECT_INT(listed(&(struct image_filter){ 0 }, &l), 0);
	d = fleet_open();
	EXPECT_INT(imagelist_image(d, &fleet_arena, &sight_all, 1, &x, NULL, &err), 1);
	EXPECT_INT(x.deleted_at, NOON + 40);
	EXPECT_INT(imagelist_image(d, &fleet_arena, &(struct sight){ 0 }, 1, &x, NULL, &err), 0);
	fleet_close();
	fleet_end();
}

TEST(stamps_of_pushes_and_pulls_move_forward_only)
{
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app"), manifest;
	struct image_list l;

	fleet_image(repository, '1', "a", &manifest);
	push(repository, '1', "b", NOON - 100);
	struct db *d = fleet_open();
	EXPECT_INT(images_pull(d, repository, manifest, NOON + 9, &err), 1);
	EXPECT_INT(images_pull(d, repository, manifest, NOON + 3, &err), 1);
	EXPECT_INT(images_pull(d, repository, manifest + 1, NOON + 3, &err), 0);
	fleet_close();
	EXPECT_INT(listed(&(struct image_filter){ .tag = STR("b") }, &l), 1);
	EXPECT(l.v[0].pushed_at == NOON && l.v[0].pulled_at == NOON + 9 &&
	       l.v[0].first_seen == NOON - 100);
	EXPECT_INT(listed(&(struct image_filter){ .pulled_since = NOON + 10 }, &l), 0);
	fleet_end();
}

static size_t due(int64_t now, struct image_due_list *l)
{
	*l = (struct image_due_list){ 0 };
	EXPECT_OK(images_due_pulled(fleet_open(), &fleet_arena, now, 30 * 86400, 7 * 86400, 100, l,
	                            &err),
	          &err);
	fleet_close();
	return l->n;
}

TEST(what_was_pulled_lately_is_assessed_every_seven_days)
{
	enum { DAY = 86400 };
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app"), manifest,
	        generation;
	static const char *const none[] = { NULL };
	struct image_due_list l;

	fleet_image(repository, '1', "a", &manifest);
	fleet_scan(manifest, none);
	EXPECT_INT(due(NOON + 8 * DAY, &l), 0); /* nobody pulls it */
	EXPECT_INT(images_pull(fleet_open(), repository, manifest, NOON + DAY, &err), 1);
	fleet_close();
	EXPECT_INT(due(NOON + 7 * DAY - 1, &l), 0);
	EXPECT_INT(due(NOON + 7 * DAY, &l), 1);
	EXPECT(l.v[0].scanned && l.v[0].assessed_at == NOON);
	EXPECT_INT(due(NOON + 32 * DAY, &l), 0); /* not any more */
	EXPECT_OK(manifests_note_assessed(fleet_open(), &manifest, 1, NOON + 7 * DAY, &err), &err);
	fleet_close();
	EXPECT_INT(due(NOON + 14 * DAY - 1, &l), 0);
	EXPECT_INT(due(NOON + 14 * DAY, &l), 1);
	generation = fleet_generation("one"); /* new data assess all of them */
	EXPECT_OK(generations_matched(fleet_open(), generation, NOON + 14 * DAY, &err), &err);
	fleet_close();
	EXPECT_INT(due(NOON + 21 * DAY - 1, &l), 0);
	EXPECT_INT(due(NOON + 21 * DAY, &l), 1);
	fleet_end();
}

TEST(what_runs_is_tied_to_its_image_whichever_comes_first)
{
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app"), place;
	struct running v[] = {
		{ STR("default/Deployment/web"), STR("web"), STR("reg/app:1"), fleet_digest('1') },
		{ STR("default/Deployment/db"), STR("db"), STR("reg/db:1"), fleet_digest('2') }
	};
	struct place_report r = { .subscription = STR(SUB),
		                  .resource_group = STR("g"),
		                  .name = STR("prod"),
		                  .kind = PLACE_CLUSTER,
		                  .v = v,
		                  .n = 2 };
	struct running_list l = { 0 };
	struct image_list images;
	struct image_due_list waiting = { 0 };

	EXPECT_OK(places_report(fleet_open(), &fleet_arena, &r, NOON, &place, &err), &err);
	fleet_close();
	int64_t manifest, image = fleet_image(repository, '1', "1", &manifest);
	EXPECT_INT(listed(&(struct image_filter){ .running = true }, &images), 1);
	EXPECT_INT(images.v[0].running, 1);
	r.n = 1; /* the other one ended */
	struct db *d = fleet_open();
	EXPECT_OK(places_report(d, &fleet_arena, &r, NOON + 60, &place, &err), &err);
	EXPECT_OK(places_running(d, &fleet_arena, &sight_all, place, true, NULL, &l, &err), &err);
	EXPECT_INT(l.n, 2);
	for (size_t i = 0; i < l.n; i++) {
		bool web = str_eq(l.v[i].what.container, STR("web"));
		EXPECT_INT(l.v[i].ended_at, web ? 0 : NOON + 60);
		EXPECT_INT(l.v[i].image_id, web ? image : 0);
		EXPECT_INT(l.v[i].first_seen, NOON);
	}
	EXPECT_OK(manifests_note(d, manifest, MANIFEST_FAILED, STR("gone"), NOON, &err), &err);
	EXPECT_OK(
	        images_due_running(d, &fleet_arena, NOON + 7 * 86400, 7 * 86400, 9, &waiting, &err),
	        &err);
	EXPECT_INT(waiting.n, 1);
	EXPECT(!waiting.v[0].scanned);
	fleet_close();
	fleet_end();
}

TEST(an_index_is_as_its_worst_image)
{
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app"), index, one, two;
	struct image_list l;
	int64_t image = fleet_image(repository, 'f', "1", &index);
	static const char *const packages[] = { "0 bash 5", NULL };

	fleet_image(repository, '1', "", &one);
	fleet_image(repository, '2', "", &two);
	const struct image_child v[] = { { one, STR("linux/amd64") }, { two, STR("linux/arm64") } };
	struct db *d = fleet_open();
	EXPECT_OK(db_run(d, &err, "UPDATE manifest SET kind = 'index' WHERE id = $1", V_INT(index)),
	          &err);
	EXPECT_OK(images_set_children(d, index, v, 2, &err), &err);
	EXPECT_OK(manifests_note(d, index, MANIFEST_SCANNED, (str){ 0 }, NOON, &err), &err);
	fleet_close();
	fleet_scan(one, packages);
	int64_t generation = fleet_generation("g");
	fleet_settle(generation);
	EXPECT_INT(listed(&(struct image_filter){ .tag = STR("1") }, &l),
	           2); /* a tag of the index is theirs */
	EXPECT_INT(listed(&(struct image_filter){ .indexes = true, .image_id = image }, &l), 1);
	EXPECT_INT(l.v[0].state, IMAGE_WAITING);
	fleet_scan(two, (const char *const[]){ "0 bash 6", NULL });
	const struct match_row m = fleet_match("CVE-2026-1", SEVERITY_HIGH);
	fleet_apply(generation, fleet_package("bash", "6"), &m, 1);
	EXPECT_INT(listed(&(struct image_filter){ .indexes = true, .image_id = image }, &l), 1);
	EXPECT_INT(l.v[0].state, IMAGE_UNHEALTHY);
	EXPECT_INT(l.v[0].tally.by[SEVERITY_HIGH], 1);
	l = (struct image_list){ 0 };
	EXPECT_OK(imagelist_children(fleet_open(), &fleet_arena, &sight_all, image, &l, &err),
	          &err);
	fleet_close();
	EXPECT_INT(l.n, 2);
	EXPECT_INT(l.v[0].state, IMAGE_HEALTHY);
	fleet_end();
}
