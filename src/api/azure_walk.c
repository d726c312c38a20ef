#include "api/azure_walk.h"
#include "center/places.h"
#include "center/postures.h"
#include <stdio.h>

static void put_cursor(char *to, str cursor)
{
	snprintf(to, CURSOR_BYTES, "%.*s", STR_FMT(cursor));
}

/* --- what stands over a row --- */

static int look_at_parent(struct walk *w, str resource_id, const struct azure_text *t,
                          struct azure_parent *out, struct error *e)
{
	struct posture p = { 0 };
	struct arena *a = w->call->arena;
	int r = postures_get(w->db, a, &w->sight, resources_key(a, resource_id), str_c(t->key), &p,
	                     e);

	*out = (struct azure_parent){ .text = t, .resource_id = resource_id };
	if (r > 0 && p.code == POSTURE_NOT_APPLICABLE &&
	    (str_eq(p.cause, STR("Exempt")) || str_eq(p.cause, STR("OffByPolicy")))) {
		out->off = true;
		out->cause = p.cause;
	}
	return MIN(r, 0);
}

/* resource_id is copied where it is new. */
int walk_parent(struct walk *w, int64_t resource, str resource_id, const struct azure_text *t,
                const struct azure_parent **out, struct error *e)
{
	struct parent *p;
	int r;

	for (size_t i = 0; i < w->parents_n; i++) {
		*out = &w->parents[i].it;
		if (w->parents[i].resource == resource && w->parents[i].text == t)
			return 0;
	}
	if (w->parents_n == PARENTS_MAX)
		w->parents_n = 0;
	p = &w->parents[w->parents_n];
	r = look_at_parent(w, arena_str(w->call->arena, resource_id), t, &p->it, e);
	if (r < 0)
		return r;
	p->resource = resource;
	p->text = t;
	w->parents_n++;
	*out = &p->it;
	return 0;
}

str walk_registry_id(struct walk *w, str subscription, str group, str name)
{
	return resources_make(&w->batch, RESOURCE_REGISTRY, subscription, group, name);
}

static int parent_of_finding(struct walk *w, const struct finding_row *f,
                             const struct azure_text *t, const struct azure_parent **out,
                             struct error *e)
{
	str id = walk_registry_id(w, f->subscription, f->resource_group, f->registry);
	return walk_parent(w, f->registry_id, id, t, out, e);
}

/* --- stretches: each writes at most `most` rows, sets *next, and gives how many were read --- */

struct stretch {
	const char *key;
	int (*walk)(struct walk *w, const struct azure_text *t, size_t most, str *next,
	            struct error *e);
};

static bool sees_all_registries(const struct walk *w)
{
	return w->scope.all || w->scope.kind == RESOURCE_SUBSCRIPTION ||
	       w->scope.kind == RESOURCE_GROUP;
}

static struct finding_filter filter_of(const struct walk *w)
{
	return (struct finding_filter){ .registry_id = w->scope.registry_id,
		                        .facts = true,
		                        .subscription = w->scope.subscription,
		                        .resource_group = w->scope.group };
}

static int list_findings(struct walk *w, const struct azure_text *t, size_t most, str *next,
                         struct error *e)
{
	struct finding_filter f = filter_of(w);
	struct paging page = { .limit = most, .after = str_c(w->after) };
	struct finding_list found = { 0 };
	const struct azure_parent *p;
	int r;

	if (!sees_all_registries(w) && !w->scope.registry_id)
		return 0;
	r = findings_list(w->db, &w->batch, &w->sight, &f, &page, &found, e);
	for (size_t i = 0; r >= 0 && i < found.n; i++) {
		r = parent_of_finding(w, &found.v[i], t, &p, e);
		if (r >= 0)
			azure_finding_write(&w->batch, &w->out, p, &found.v[i]);
	}
	w->rows += found.n;
	*next = found.next;
	return MIN(r, 0);
}

static unsigned states_with_rows(const struct azure_text *t)
{
	unsigned states = 0;

	for (enum image_state s = 0; s < IMAGE_STATE_COUNT; s++)
		if (azure_image_has_row(&(struct azure_parent){ .text = t }, s))
			states |= 1u << s;
	return states;
}

static int list_images(struct walk *w, const struct azure_text *t, size_t most, str *next,
                       struct error *e)
{
	struct image_filter f = { .registry_id = w->scope.registry_id,
		                  .subscription = w->scope.subscription };
	struct paging page = { .limit = most, .after = str_c(w->after) };
	struct image_list found = { 0 };
	const struct azure_parent *p;
	int r;

	if (!sees_all_registries(w) && !w->scope.registry_id)
		return 0;
	f.states = states_with_rows(t);
	r = imagelist_images(w->db, &w->batch, &w->sight, &f, &page, &found, e);
	for (size_t i = 0; r >= 0 && i < found.n; i++) {
		const struct image_row *x = &found.v[i];
		if (w->scope.group.n && !str_eq_nocase(x->resource_group, w->scope.group))
			continue;
		r = walk_parent(
		        w, x->registry_id,
		        walk_registry_id(w, x->subscription, x->resource_group, x->registry), t, &p,
		        e);
		if (r >= 0)
			azure_image_write(&w->batch, &w->out, p, x);
		w->rows++;
	}
	*next = found.next;
	return MIN(r, 0);
}

/* The cluster that the walk stands before; 0: there is no more. */
static int this_place(struct walk *w, struct place *out, str *after_it, struct error *e)
{
	struct place_filter f = { .subscription = w->scope.subscription, .kind = PLACE_CLUSTER };
	struct paging page = { .limit = 1, .after = str_c(w->place_after) };
	struct place_list found = { 0 };
	int r;

	*after_it = (str){ 0 };
	if (w->scope.place_id)
		return places_get(w->db, &w->batch, &w->sight, w->scope.place_id, out, e);
	if (!sees_all_registries(w))
		return 0;
	r = places_list(w->db, &w->batch, &w->sight, &f, &page, &found, e);
	if (r < 0 || !found.n)
		return MIN(r, 0);
	*out = found.v[0];
	*after_it = found.next;
	return 1;
}

static int list_running_findings(struct walk *w, const struct place *at,
                                 const struct azure_parent *p, size_t most, str *next,
                                 struct error *e)
{
	struct finding_filter f = { .facts = true, .running_in = at->id };
	struct paging page = { .limit = most, .after = str_c(w->after) };
	struct finding_list found = { 0 };
	int r = findings_list(w->db, &w->batch, &w->sight, &f, &page, &found, e);

	for (size_t i = 0; r >= 0 && i < found.n; i++)
		azure_finding_write(&w->batch, &w->out, p, &found.v[i]);
	w->rows += found.n;
	*next = found.next;
	return MIN(r, 0);
}

static int list_running_images(struct walk *w, const struct place *at, const struct azure_parent *p,
                               size_t most, str *next, struct error *e)
{
	struct image_filter f = { .running_in = at->id, .states = states_with_rows(p->text) };
	struct paging page = { .limit = most, .after = str_c(w->after) };
	struct image_list found = { 0 };
	int r = imagelist_images(w->db, &w->batch, &w->sight, &f, &page, &found, e);

	for (size_t i = 0; r >= 0 && i < found.n; i++)
		azure_image_write(&w->batch, &w->out, p, &found.v[i]);
	w->rows += found.n;
	*next = found.next;
	return MIN(r, 0);
}

typedef int at_place(struct walk *w, const struct place *at, const struct azure_parent *p,
                     size_t most, str *next, struct error *e);

/* One cluster after the other: *next is empty at the end of each, and place_after has moved unless
 * it was the last. */
static int each_place(struct walk *w, const struct azure_text *t, at_place *list, size_t most,
                      str *next, struct error *e)
{
	const struct azure_parent *p;
	struct place place = { 0 };
	str after_it;
	int r = this_place(w, &place, &after_it, e);

	if (r <= 0)
		return r;
	if (!w->scope.group.n || str_eq_nocase(place.resource_group, w->scope.group)) {
		r = walk_parent(w, -place.id, places_resource_id(&w->batch, &place), t, &p, e);
		if (r >= 0)
			r = list(w, &place, p, most, next, e);
	}
	if (r >= 0 && !next->n)
		put_cursor(w->place_after, after_it);
	return MIN(r, 0);
}

static int list_running(struct walk *w, const struct azure_text *t, size_t most, str *next,
                        struct error *e)
{
	return each_place(w, t, list_running_findings, most, next, e);
}

static int list_running_own(struct walk *w, const struct azure_text *t, size_t most, str *next,
                            struct error *e)
{
	return each_place(w, t, list_running_images, most, next, e);
}

static const struct stretch stretches[] = {
	{ ASSESSMENT_REGISTRY, list_findings },      { ASSESSMENT_REGISTRY, list_images },
	{ ASSESSMENT_REGISTRY_MDVM, list_findings }, { ASSESSMENT_REGISTRY_MDVM, list_images },
	{ ASSESSMENT_RUNNING, list_running },        { ASSESSMENT_RUNNING, list_running_own },
	{ ASSESSMENT_RUNNING_MDVM, list_running },   { ASSESSMENT_RUNNING_MDVM, list_running_own },
};

/* --- the walk --- */

static int walk_once(struct walk *w, struct error *e)
{
	const struct stretch *s = &stretches[w->stretch];
	const struct azure_text *t = azure_text_of(str_c(s->key));
	size_t most = MIN((size_t)BATCH, AZURE_PAGE - w->rows);
	char was[CURSOR_BYTES];
	str next = { 0 };
	int r;

	if (w->only && w->only != t) {
		w->stretch++;
		return 0;
	}
	put_cursor(was, str_c(w->place_after));
	r = s->walk(w, t, most, &next, e);
	if (r < 0)
		return r;
	put_cursor(w->after, next);
	if (w->batch.failed)
		return error_set(e, ERR_LIMIT, "%d findings need more than %d MiB", BATCH,
		                 BATCH_BYTES >> 20);
	arena_reset(&w->batch);
	if (next.n || (w->place_after[0] && !str_eq(str_c(w->place_after), str_c(was))))
		return 0;
	w->stretch++;
	w->place_after[0] = 0;
	return 0;
}

/* A full page at the end of a stretch: those behind it may be empty, and then this was the last
 * page. One row is written to see, and taken back. */
static int pass_empty(struct walk *w, struct error *e)
{
	struct buf *answer = &w->call->x->answer;
	char place[CURSOR_BYTES];
	int r = 0;

	while (r >= 0 && w->rows >= AZURE_PAGE && w->stretch < LEN(stretches) && !w->after[0]) {
		struct jsonout out = w->out;
		size_t bytes = answer->n, stretch = w->stretch, rows = w->rows;
		put_cursor(place, str_c(w->place_after));
		w->rows = AZURE_PAGE - 1;
		r = walk_once(w, e);
		if (r >= 0 && w->rows == AZURE_PAGE - 1) {
			w->rows = rows;
			continue;
		}
		w->rows = rows;
		w->out = out;
		answer->n = bytes;
		w->stretch = stretch;
		w->after[0] = 0;
		put_cursor(w->place_after, str_c(place));
		break;
	}
	return r;
}

/* "2~~i17.i4.i9": the stretch, the cursor before the cluster, the cursor in the stretch */
static str walk_token(struct walk *w)
{
	if (w->stretch == LEN(stretches))
		return (str){ 0 };
	return arena_printf(w->call->arena, "%zu~%s~%s", w->stretch, w->place_after, w->after);
}

static int read_place_in_walk(struct walk *w, str token, struct error *e)
{
	str rest = token, number, place;
	uint64_t stretch;

	if (!token.n)
		return 0;
	if (!str_split(&rest, '~', &number) || !str_u64(number, &stretch) ||
	    stretch >= LEN(stretches) || !str_split(&rest, '~', &place) ||
	    place.n >= CURSOR_BYTES || rest.n >= CURSOR_BYTES)
		return error_set(e, ERR_USAGE, "$skipToken: none that a nextLink gave");
	w->stretch = stretch;
	put_cursor(w->place_after, place);
	put_cursor(w->after, rest);
	return 0;
}

int walk_page(struct walk *w, struct error *e)
{
	struct call *c = w->call;
	struct paging page;
	int r = azure_page(c, &page, e);

	if (r >= 0)
		r = read_place_in_walk(w, page.after, e);
	if (r < 0)
		return r;
	w->out = answer_json(c);
	azure_list(&w->out);
	while (r >= 0 && w->stretch < LEN(stretches) && w->rows < AZURE_PAGE &&
	       c->x->answer.n < PAGE_BYTES)
		r = walk_once(w, e);
	if (r >= 0)
		r = pass_empty(w, e);
	azure_list_end(c, &w->out, walk_token(w));
	return r;
}
