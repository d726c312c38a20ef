/* center/registries.h, resources.h, subscriptions.h, sight.h, paging.h */
#include "center/resources.h"
#include "center/subscriptions.h"
#include "fleet.h"

TEST(a_resource_id_is_read_in_any_case_and_made_in_azures)
{
	static const struct {
		const char *id;
		enum resource_kind kind;
		const char *name, *rest;
	} rows[] = {
		{ "/subscriptions/" SUB, RESOURCE_SUBSCRIPTION, "", "" },
		{ "subscriptions/" SUB "/", RESOURCE_SUBSCRIPTION, "", "" },
		{ "/SUBSCRIPTIONS/" SUB "/resourcegroups/g", RESOURCE_GROUP, "", "" },
		{ "/subscriptions/" SUB
		  "/resourceGroups/g/providers/microsoft.containerregistry/REGISTRIES/Reg",
		  RESOURCE_REGISTRY, "Reg", "" },
		{ "/subscriptions/" SUB "/resourceGroups/g/providers/Microsoft.ContainerRegistry/"
		                        "registries/Reg/providers/Microsoft.Security/x/y",
		  RESOURCE_REGISTRY, "Reg", "/providers/Microsoft.Security/x/y" },
		{ "/subscriptions/" SUB "/providers/Microsoft.Security/pricings/Containers",
		  RESOURCE_SUBSCRIPTION, "", "/providers/Microsoft.Security/pricings/Containers" },
		{ "/subscriptions/" SUB
		  "/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v",
		  RESOURCE_OTHER, "v", "" },
	};
	static const char *const wrong[] = { "",
		                             "/",
		                             "/subscriptions",
		                             "/subscriptions/",
		                             "/subscriptions/x",
		                             "/subscriptions/" SUB "0",
		                             "/providers/x",
		                             "registries/x" };
	struct resource x;

	for (size_t i = 0; i < LEN(rows); i++) {
		EXPECT_OK(resources_parse(str_c(rows[i].id), &x, &err), &err);
		EXPECT_INT(x.kind, rows[i].kind);
		EXPECT_STR(x.name, str_c(rows[i].name));
		EXPECT_STR(x.rest, str_c(rows[i].rest));
		EXPECT_STR(x.subscription, STR(SUB));
	}
	for (size_t i = 0; i < LEN(wrong); i++)
		EXPECT_INT(resources_parse(str_c(wrong[i]), &x, &err), ERR_USAGE);
	struct arena a cleanup(arena_done) = ARENA(4096);
	EXPECT_STR(resources_make(&a, RESOURCE_REGISTRY, STR(SUB), STR("g"), STR("Reg")),
	           STR("/subscriptions/" SUB
	               "/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/Reg"));
	EXPECT_STR(resources_key(&a, STR("Subscriptions/A/")), STR("/subscriptions/a"));
}

TEST(a_cursor_gives_its_keys_back_and_refuses_others)
{
	struct arena a cleanup(arena_done) = ARENA(65536);
	const struct value keys[] = { V_INT(INT64_MIN), V_TEXT(STR("a.b\xc3\xa9")), V_REAL(-0.25),
		                      V_NULL };
	struct value back[4];
	struct paging p = { .after = page_cursor(&a, keys, LEN(keys)) };
	static const char *const wrong[] = { ".",
		                             "i",
		                             "i1.",
		                             "i1",
		                             "x",
		                             "i1.t6.f0000000000000000.n",
		                             "i1.t61.fzz.n",
		                             "i99999999999999999999.t61.f0000000000000000.n",
		                             "i1.t61.f7ff0000000000000.n",
		                             "i1.t61.f0000000000000000.n.n" };

	EXPECT_INT(page_read(&p, &a, "itfi", back, &err), 1);
	EXPECT(back[0].i == INT64_MIN && back[2].f == -0.25 && back[3].kind == VALUE_NULL);
	EXPECT_STR(back[1].s, keys[1].s);
	for (size_t i = 0; i < LEN(wrong); i++)
		EXPECT_INT(page_read(&(struct paging){ .after = str_c(wrong[i]) }, &a, "itfi", back,
		                     &err),
		           ERR_USAGE);
	EXPECT_INT(page_read(&(struct paging){ 0 }, &a, "itfi", back, &err), 0);
}

TEST(triggers_are_words)
{
	struct arena a cleanup(arena_done) = ARENA(4096);
	unsigned set = 99;

	EXPECT(trigger_parse(STR("push, poll"), &set) && set == (TRIGGER_PUSH | TRIGGER_POLL));
	EXPECT_STR(trigger_words(&a, set), STR("push,poll"));
	EXPECT(trigger_parse(STR("all"), &set) && set == TRIGGERS_ALL);
	EXPECT(trigger_parse(STR("none"), &set) && !set);
	EXPECT(!trigger_parse(STR("push,pull"), &set));
}

TEST(a_repository_is_watched_by_patterns)
{
	struct registry r = { .include = STR("team/**\napp\n"), .exclude = STR("team/old*\n") };

	EXPECT(registries_watch(&r, STR("team/a/b")) && registries_watch(&r, STR("app")));
	EXPECT(!registries_watch(&r, STR("other")) && !registries_watch(&r, STR("team/old1")));
	EXPECT(registries_watch(&(struct registry){ 0 }, STR("x")));
}

static int add(void *ctx, struct db *d, struct error *e)
{
	int64_t id;

	return registries_add(d, ctx, fleet_now, &id, e);
}

TEST(a_registrys_name_is_one_in_its_subscription_in_any_case)
{
	fleet_begin();
	int64_t id = fleet_registry(SUB, "Reg"), other;
	struct registry r = { .subscription = STR(SUB),
		              .resource_group = STR("g"),
		              .name = STR("rEG"),
		              .url = STR("https://x") };
	struct registry got;

	EXPECT_INT(store_do(fleet.store, STORE_WRITE, add, &r, &err), ERR_CONFLICT);
	other = fleet_registry(OTHER, "reg");
	struct db *d = fleet_open();
	EXPECT_INT(registries_find(d, &fleet_arena, &sight_all, STR(SUB), STR("REG"), &got, &err),
	           1);
	EXPECT_INT(got.id, id);
	EXPECT_INT(got.has_catalog, -1);
	EXPECT_INT(registries_named(d, &fleet_arena, &sight_all, STR("reg"), &got, &err),
	           0); /* two */
	EXPECT_INT(registries_delete(d, other, fleet_now, &err), 1);
	EXPECT_INT(registries_delete(d, other, fleet_now, &err), 0);
	EXPECT_INT(registries_named(d, &fleet_arena, &sight_all, STR("reg"), &got, &err), 1);
	fleet_close();
	EXPECT(fleet_registry(OTHER, "REG") != other); /* the name is free again */
	fleet_end();
}

TEST(lists_are_cut_by_sight_and_pages_go_on_where_they_ended)
{
	fleet_begin();
	int64_t ids[5];
	struct registry_list l = { 0 };
	struct paging p = { .limit = 2 };
	size_t n = 0;
	char name[] = "reg0";

	for (size_t i = 0; i < LEN(ids); i++, name[3]++)
		ids[i] = fleet_registry(i < 3 ? SUB : OTHER, name);
	struct db *d = fleet_open();
	do {
		l = (struct registry_list){ 0 };
		EXPECT_OK(registries_list(d, &fleet_arena, &sight_all, &REGISTRY_FILTER, &p, &l,
		                          &err),
		          &err);
		for (size_t i = 0; i < l.n; i++)
			EXPECT_INT(l.v[i].id, ids[n++]);
		p.after = l.next;
	} while (l.next.n);
	EXPECT_INT(n, 5);
	struct sight one = { .registries = &ids[1], .registries_n = 1 }, none = { 0 };
	struct registry got;
	l = (struct registry_list){ 0 };
	EXPECT_OK(registries_list(d, &fleet_arena, &one, &REGISTRY_FILTER, NULL, &l, &err), &err);
	EXPECT_INT(l.n, 1);
	EXPECT_INT(registries_get(d, &fleet_arena, &one, ids[0], &got, &err), 0);
	EXPECT_INT(registries_get(d, &fleet_arena, &none, ids[0], &got, &err), 0);
	struct subscription_list subs = { 0 };
	EXPECT_OK(subscriptions_list(d, &fleet_arena, &one, &subs, &err), &err);
	EXPECT_INT(subs.n, 1);
	EXPECT_STR(subs.v[0].id, STR(SUB));
	subs = (struct subscription_list){ 0 };
	EXPECT_OK(subscriptions_list(d, &fleet_arena, &none, &subs, &err), &err);
	EXPECT_INT(subs.n, 0);
	fleet_close();
	fleet_end();
}

TEST(a_change_of_url_starts_anew_and_notes_move_forward_only)
{
	fleet_begin();
	int64_t id = fleet_registry(SUB, "reg");
	struct registry r;
	struct db *d = fleet_open();

	EXPECT_OK(registries_note_state(d, id, REGISTRY_READY, (str){ 0 }, NOON + 5, &err), &err);
	EXPECT_OK(registries_note_catalog(d, id, true, &err), &err);
	EXPECT_OK(registries_note_sync(d, id, NOON + 50, &err), &err);
	EXPECT_OK(registries_note_sync(d, id, NOON + 40, &err), &err);
	EXPECT_INT(registries_get(d, &fleet_arena, &sight_all, id, &r, &err), 1);
	EXPECT(r.state == REGISTRY_READY && r.has_catalog == 1 && r.synced_at == NOON + 50 &&
	       r.state_at == NOON + 5);
	struct registry_list due = { 0 };
	EXPECT_OK(registries_due(d, &fleet_arena, NOON + 349, 9, &due, &err), &err);
	EXPECT_INT(due.n, 0);
	EXPECT_OK(registries_due(d, &fleet_arena, NOON + 350, 9, &due, &err), &err);
	EXPECT_INT(due.n, 1);
	EXPECT_INT(registries_update(d, &r, NOON + 60, &err), 1);
	EXPECT_INT(registries_get(d, &fleet_arena, &sight_all, id, &r, &err), 1);
	EXPECT_INT(r.state, REGISTRY_READY);
	r.url = STR("https://elsewhere.example");
	EXPECT_INT(registries_update(d, &r, NOON + 60, &err), 1);
	EXPECT_INT(registries_get(d, &fleet_arena, &sight_all, id, &r, &err), 1);
	EXPECT(r.state == REGISTRY_NEW && r.has_catalog == -1 && r.state_at == NOON + 60);
	fleet_close();
	fleet_end();
}
