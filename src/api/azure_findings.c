/* api/azure_findings.c — Microsoft.Security/subAssessments (swagger 2019-01-01-preview): a page of
 * them, and one. */
#include "api/azure_walk.h"
#include "center/postures.h"
#include <assert.h>

static int find_scope(struct walk *w, struct error *e)
{
	struct call *c = w->call;
	struct sight there;
	int r = azure_scope(c, &w->scope, e);

	if (r >= 0)
		r = access_sight(w->db, c->caller, SIGHT_RESOURCES, c->arena, &there, e);
	if (r >= 0)
		r = azure_find(c, w->db, &there, &w->scope, e);
	return r < 0 ? r : access_sight(w->db, c->caller, SIGHT_FINDINGS, c->arena, &w->sight, e);
}

/* A key that nobody knows is no empty list: a gate that misspells one must not pass. 1: it is a
 * customer's, which has no findings. */
static int find_key(struct walk *w, struct error *e)
{
	struct call *c = w->call;
	str key = route_part(&c->match, "assessment");
	struct assessment_kind k;
	int r = 0;

	w->only = key.n ? azure_text_of(key) : NULL;
	if (!key.n || w->only)
		return 0;
	if (w->scope.subscription.n)
		r = postures_get_kind(w->db, c->arena, w->scope.subscription,
		                      arena_lower(c->arena, key), &k, e);
	return r ? r
	         : error_set(e, ERR_NOTFOUND, "there is no assessment '%.*s'",
	                     STR_FMT(str_upto(key, 100)));
}

static void write_none(struct call *c)
{
	struct jsonout j = answer_json(c);

	azure_list(&j);
	azure_list_end(c, &j, (str){ 0 });
}

static int list(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct walk *w = arena_new(c->arena, struct walk);
	int r;

	if (!w)
		return error_set(e, ERR_LIMIT, "the request's memory is spent");
	w->call = c;
	w->db = d;
	w->batch = ARENA(BATCH_BYTES);
	r = find_scope(w, e);
	if (r >= 0)
		r = find_key(w, e);
	if (r == 0)
		r = walk_page(w, e);
	else if (r == 1)
		write_none(c);
	arena_done(&w->batch);
	return r;
}

int azure_findings_list(struct call *c, struct error *e)
{
	return azure_read(c, list, e);
}

/* --- one --- */

static int no_such(struct walk *w, struct error *e)
{
	return error_set(e, ERR_NOTFOUND, "there is no sub-assessment '%.*s' here",
	                 STR_FMT(str_upto(route_part(&w->call->match, "name"), 100)));
}

static bool is_in_scope(const struct walk *w, int64_t registry_id, str subscription, str group)
{
	return w->scope.registry_id
	               ? w->scope.registry_id == registry_id
	               : w->scope.all ||
	                         (str_eq_nocase(subscription, w->scope.subscription) &&
	                          (!w->scope.group.n || str_eq_nocase(group, w->scope.group)));
}

/* What the row stands under: the image's registry, or, under a running key, the cluster that was
 * asked, if it runs there. */
static int parent_of_one(struct walk *w, int64_t image_id, int64_t registry_id, str subscription,
                         str group, str name, const struct azure_parent **p, struct error *e)
{
	struct image_filter f = { .image_id = image_id, .running_in = w->scope.place_id };
	struct image_list found = { 0 };
	int r;

	assert(w->only);
	if (!w->only->running) {
		if (!is_in_scope(w, registry_id, subscription, group))
			return no_such(w, e);
		return walk_parent(w, registry_id, walk_registry_id(w, subscription, group, name),
		                   w->only, p, e);
	}
	if (!w->scope.place_id)
		return no_such(w, e);
	r = imagelist_images(w->db, &w->batch, &w->sight, &f, &(struct paging){ .limit = 1 },
	                     &found, e);
	if (r < 0 || !found.n)
		return r < 0 ? r : no_such(w, e);
	return walk_parent(w, -w->scope.place_id, w->scope.id, w->only, p, e);
}

static int write_image(struct walk *w, const struct finding_key *k, struct error *e)
{
	struct image_row i = { 0 };
	const struct azure_parent *p = NULL;
	int r = imagelist_image(w->db, &w->batch, &w->sight, k->image_id, &i, NULL, e);

	if (r < 0)
		return r;
	if (!r || i.deleted_at || k->vulnerability_id ||
	    !azure_image_has_row(&(struct azure_parent){ .text = w->only }, i.state))
		return no_such(w, e);
	r = parent_of_one(w, i.id, i.registry_id, i.subscription, i.resource_group, i.registry, &p,
	                  e);
	if (r >= 0)
		azure_image_write(&w->batch, &w->out, p, &i);
	return r;
}

static int write_finding(struct walk *w, const struct finding_key *k, struct error *e)
{
	struct finding_row f = { 0 };
	const struct azure_parent *p = NULL;
	int r = findings_get(w->db, &w->batch, &w->sight, k, &f, e);

	if (r < 0)
		return r;
	if (!r)
		return no_such(w, e);
	r = parent_of_one(w, f.key.image_id, f.registry_id, f.subscription, f.resource_group,
	                  f.registry, &p, e);
	if (r >= 0)
		azure_finding_write(&w->batch, &w->out, p, &f);
	return r;
}

static int get(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct walk *w = arena_new(c->arena, struct walk);
	struct finding_key k = { 0 };
	int r;

	if (!w)
		return error_set(e, ERR_LIMIT, "the request's memory is spent");
	w->call = c;
	w->db = d;
	w->batch = ARENA(BATCH_BYTES);
	w->out = answer_json(c);
	r = find_scope(w, e);
	if (r >= 0)
		r = find_key(w, e);
	if (r == 1 || (r == 0 && !finding_name_parse(route_part(&c->match, "name"), &k)))
		r = no_such(w, e);
	if (r >= 0)
		r = k.package_id ? write_finding(w, &k, e) : write_image(w, &k, e);
	arena_done(&w->batch);
	return r;
}

int azure_findings_get(struct call *c, struct error *e)
{
	return azure_read(c, get, e);
}
