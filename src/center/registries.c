#include "center/registries.h"
#include "base/glob.h"
#include "center/resources.h"
#include "center/rowtake.h"
#include "center/subscriptions.h"

enum { NAME_MOST = 64, PATTERNS_MOST = 64 << 10 };

static const struct {
	enum trigger bit;
	const char *word;
} triggers[] = {
#define X(name, bit, word) { TRIGGER_##name, word },
	TRIGGERS(X)
#undef X
};

static const char *const states[] = {
#define X(name, word) word,
	REGISTRY_STATES(X)
#undef X
};

/* --- words --- */

const char *trigger_word(enum trigger one)
{
	for (size_t i = 0; i < LEN(triggers); i++)
		if (triggers[i].bit == one)
			return triggers[i].word;
	return "";
}

static bool add_trigger(str word, unsigned *set)
{
	for (size_t i = 0; i < LEN(triggers); i++)
		if (str_eq_nocase(word, str_c(triggers[i].word))) {
			*set |= triggers[i].bit;
			return true;
		}
	if (str_eq_nocase(word, STR("all")))
		*set |= TRIGGERS_ALL;
	return !word.n || str_eq_nocase(word, STR("all")) || str_eq_nocase(word, STR("none"));
}

bool trigger_parse(str words, unsigned *out)
{
	unsigned set = 0;
	size_t from = 0;

	for (size_t i = 0; i <= words.n; i++)
		if (i == words.n || words.p[i] == ',' || words.p[i] == ' ') {
			if (!add_trigger(str_upto(str_from(words, from), i - from), &set))
				return false;
			from = i + 1;
		}
	*out = set;
	return true;
}

str trigger_words(struct arena *a, unsigned set)
{
	str all = { 0 };

	for (size_t i = 0; i < LEN(triggers); i++)
		if (set & triggers[i].bit)
			all = arena_join(a, all, all.n ? STR(",") : STR(""),
			                 str_c(triggers[i].word));
	return all;
}

const char *registry_state_word(enum registry_state s)
{
	return states[s];
}

bool registry_state_parse(str word, enum registry_state *out)
{
	for (size_t i = 0; i < LEN(states); i++)
		if (str_eq_nocase(word, str_c(states[i]))) {
			*out = (enum registry_state)i;
			return true;
		}
	return false;
}

bool registries_watch(const struct registry *r, str repository)
{
	str rest = r->include, line;
	bool any = false, in = false;

	while (str_line(&rest, &line))
		if ((line = str_trim(line)).n) {
			any = true;
			in |= glob_fits(line, repository);
		}
	if (any && !in)
		return false;
	rest = r->exclude;
	while (str_line(&rest, &line))
		if ((line = str_trim(line)).n && glob_fits(line, repository))
			return false;
	return true;
}

str registries_resource_id(struct arena *a, const struct registry *r)
{
	return resources_make(a, RESOURCE_REGISTRY, r->subscription, r->resource_group, r->name);
}

/* --- rows --- */

#define COLUMNS                                                                                \
	"r.id, r.subscription_id, r.resource_group, r.name, r.url, r.credential, "             \
	"r.credential_ref, r.ca, r.hook_hash,"                                                 \
	" r.triggers, r.include_patterns, r.exclude_patterns, r.poll_s, r.parallel, r.state, " \
	"r.state_why, r.state_at,"                                                             \
	" r.has_catalog, r.created_at, r.created_by, r.synced_at, r.event_at, r.deleted_at"

static struct registry take_registry(struct arena *a, struct rows *r)
{
	struct registry x = {
		.id = rows_int(r, 0),
		.subscription = take_text(a, r, 1),
		.resource_group = take_text(a, r, 2),
		.name = take_text(a, r, 3),
		.url = take_text(a, r, 4),
		.credential = take_text(a, r, 5),
		.credential_ref = take_text(a, r, 6),
		.ca = take_text(a, r, 7),
		.hook_hash = take_text(a, r, 8),
		.triggers = (unsigned)rows_int(r, 9),
		.include = take_text(a, r, 10),
		.exclude = take_text(a, r, 11),
		.poll_s = rows_int(r, 12),
		.parallel = (unsigned)rows_int(r, 13),
		.state_why = take_text(a, r, 15),
		.state_at = rows_int(r, 16),
		.has_catalog = rows_null(r, 17) ? -1 : rows_int(r, 17) != 0,
		.created_at = rows_int(r, 18),
		.created_by = take_text(a, r, 19),
		.synced_at = rows_int(r, 20),
		.event_at = rows_int(r, 21),
		.deleted_at = rows_int(r, 22),
	};

	if (!registry_state_parse(rows_text(r, 14), &x.state))
		x.state = REGISTRY_NEW;
	return x;
}

static int take_all(struct query *q, struct db *d, struct arena *a, struct registry_list *out,
                    struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	query_done(q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct registry *x = vec_push(a, out);
		if (x)
			*x = take_registry(a, r);
	}
	return take_end(a, code, e);
}

/* The only one that `q` finds */
static int take_only(struct query *q, struct db *d, struct arena *a, struct registry *out,
                     struct error *e)
{
	struct registry_list found = { 0 };
	int code = take_all(q, d, a, &found, e);

	if (code >= 0 && found.n == 1)
		*out = found.v[0];
	return code < 0 ? code : found.n == 1;
}

static struct query seen(struct arena *a, const struct sight *s)
{
	struct query q = QUERY(a);

	query_add(&q, "SELECT " COLUMNS " FROM registry r WHERE r.deleted_at IS NULL");
	sight_registries(&q, s, "r.id");
	return q;
}

int registries_get(struct db *d, struct arena *a, const struct sight *s, int64_t id,
                   struct registry *out, struct error *e)
{
	struct query q = seen(a, s);

	query_add(&q, " AND r.id = ?", V_INT(id));
	return take_only(&q, d, a, out, e);
}

int registries_find(struct db *d, struct arena *a, const struct sight *s, str subscription,
                    str name, struct registry *out, struct error *e)
{
	struct query q = seen(a, s);

	query_add(&q, " AND r.subscription_id = ? AND lower(r.name) = ?",
	          V_TEXT(arena_lower(a, subscription)), V_TEXT(arena_lower(a, name)));
	return take_only(&q, d, a, out, e);
}

int registries_named(struct db *d, struct arena *a, const struct sight *s, str name,
                     struct registry *out, struct error *e)
{
	struct query q = seen(a, s);

	query_add(&q, " AND lower(r.name) = ? LIMIT 2", V_TEXT(arena_lower(a, name)));
	return take_only(&q, d, a, out, e);
}

int registries_list(struct db *d, struct arena *a, const struct sight *s,
                    const struct registry_filter *f, const struct paging *p,
                    struct registry_list *out, struct error *e)
{
	struct query q = seen(a, s);
	struct value after[1];
	size_t limit = page_limit(p);
	int code = page_read(p, a, "i", after, e);

	if (code < 0)
		return code;
	if (code)
		query_add(&q, " AND r.id > ?", after[0]);
	if (f->subscription.n)
		query_add(&q, " AND r.subscription_id = ?",
		          V_TEXT(arena_lower(a, f->subscription)));
	if (f->resource_group.n)
		query_add(&q, " AND lower(r.resource_group) = ?",
		          V_TEXT(arena_lower(a, f->resource_group)));
	if (f->state >= 0)
		query_add(&q, " AND r.state = ?", V_C(states[f->state]));
	query_add(&q, " ORDER BY r.id LIMIT ?", V_INT((int64_t)limit + 1));
	code = take_all(&q, d, a, out, e);
	if (code >= 0 && out->n > limit) {
		out->n = limit;
		out->next = page_cursor(a, &V_INT(out->v[limit - 1].id), 1);
	}
	return code;
}

int registries_due(struct db *d, struct arena *a, int64_t now, size_t limit,
                   struct registry_list *out, struct error *e)
{
	struct query q = seen(a, &sight_all);

	query_add(&q,
	          " AND (r.triggers & ?) <> 0 AND r.state <> 'unsupported'"
	          " AND (r.synced_at IS NULL OR r.synced_at + r.poll_s <= ?)"
	          " ORDER BY COALESCE(r.synced_at, 0), r.id LIMIT ?",
	          V_INT(TRIGGER_POLL), V_INT(now), V_INT((int64_t)limit));
	return take_all(&q, d, a, out, e);
}

/* --- changes --- */

static bool is_name(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter =
		        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && (!i || (c != '-' && c != '_' && c != '.')))
			return false;
	}
	return s.n && s.n <= NAME_MOST;
}

static int check(const struct registry *r, struct error *e)
{
	if (!is_name(r->resource_group))
		return error_set(e, ERR_USAGE, "\"%.*s\" is no name of a resource group",
		                 STR_FMT(str_upto(r->resource_group, 100)));
	if (r->include.n > PATTERNS_MOST || r->exclude.n > PATTERNS_MOST)
		return error_set(e, ERR_USAGE, "more than %d bytes of patterns", PATTERNS_MOST);
	return 0;
}

int registries_add(struct db *d, const struct registry *r, int64_t now, int64_t *id,
                   struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(KIB(64));
	str subscription;
	int code = check(r, e);

	if (code >= 0 && !is_name(r->name))
		code = error_set(
		        e, ERR_USAGE,
		        "\"%.*s\" is no name of a registry: 1 to %d letters, digits and -_.",
		        STR_FMT(str_upto(r->name, 100)), NAME_MOST);
	if (code >= 0)
		code = subscriptions_use(d, &a, r->subscription, now, &subscription, e);
	if (code < 0)
		return code;
	code = db_int(d, e, id,
	              "INSERT INTO registry (subscription_id, resource_group, name, url, "
	              "credential, credential_ref,"
	              " ca, hook_hash, triggers, include_patterns, exclude_patterns, poll_s, "
	              "parallel, state, state_at,"
	              " created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
	              "$11, $12, $13, 'new',"
	              " $14, $15, $16) RETURNING id",
	              V_TEXT(subscription), V_TEXT(r->resource_group), V_TEXT(r->name),
	              V_TEXT(r->url), r->credential.n ? V_BYTES(r->credential) : V_NULL,
	              V_SOME(r->credential_ref), V_SOME(r->ca),
	              r->hook_hash.n ? V_BYTES(r->hook_hash) : V_NULL,
	              V_INT(r->triggers & TRIGGERS_ALL), V_TEXT(r->include), V_TEXT(r->exclude),
	              V_INT(r->poll_s), V_INT(r->parallel), V_INT(now), V_INT(now),
	              V_TEXT(r->created_by));
	if (code == ERR_CONFLICT)
		return error_set(e, code, "there is a registry %.*s in the subscription",
		                 STR_FMT(r->name));
	return code < 0 ? code : 0;
}

int registries_update(struct db *d, const struct registry *r, int64_t now, struct error *e)
{
	int code = check(r, e);

	return code < 0 ? code
	                : (int)db_run(
	                          d, e,
	                          "UPDATE registry SET resource_group = $2, credential = $3, "
	                          "credential_ref = $4,"
	                          " ca = $5, hook_hash = $6, triggers = $7, include_patterns = $8,"
	                          " exclude_patterns = $9, poll_s = $10, parallel = $11,"
	                          " state = CASE WHEN url = $12 THEN state ELSE 'new' END,"
	                          " state_why = CASE WHEN url = $12 THEN state_why ELSE '' END,"
	                          " state_at = CASE WHEN url = $12 THEN state_at ELSE $13 END,"
	                          " has_catalog = CASE WHEN url = $12 THEN has_catalog ELSE NULL "
	                          "END,"
	                          " url = $12 WHERE id = $1 AND deleted_at IS NULL",
	                          V_INT(r->id), V_TEXT(r->resource_group),
	                          r->credential.n ? V_BYTES(r->credential) : V_NULL,
	                          V_SOME(r->credential_ref), V_SOME(r->ca),
	                          r->hook_hash.n ? V_BYTES(r->hook_hash) : V_NULL,
	                          V_INT(r->triggers & TRIGGERS_ALL), V_TEXT(r->include),
	                          V_TEXT(r->exclude), V_INT(r->poll_s), V_INT(r->parallel),
	                          V_TEXT(r->url), V_INT(now));
}

int registries_delete(struct db *d, int64_t id, int64_t now, struct error *e)
{
	static const char *const closing[] = {
		"UPDATE tag SET until_at = CASE WHEN since_at > $2 THEN since_at ELSE $2 END WHERE "
		"until_at IS NULL"
		" AND repository_id IN (SELECT id FROM repository WHERE registry_id = $1)",
		"UPDATE image SET deleted_at = $2 WHERE deleted_at IS NULL"
		" AND repository_id IN (SELECT id FROM repository WHERE registry_id = $1)",
		"UPDATE repository SET deleted_at = $2 WHERE deleted_at IS NULL AND registry_id = "
		"$1",
	};
	int64_t n =
	        db_run(d, e,
	               "UPDATE registry SET deleted_at = $2, credential = NULL, hook_hash = NULL"
	               " WHERE id = $1 AND deleted_at IS NULL",
	               V_INT(id), V_INT(now));

	for (size_t i = 0; i < LEN(closing) && n > 0; i++) {
		int64_t closed = db_run(d, e, closing[i], V_INT(id), V_INT(now));
		n = closed < 0 ? closed : n;
	}
	return (int)n;
}

static int changed(int64_t n)
{
	return n < 0 ? (int)n : 0;
}

int registries_note_state(struct db *d, int64_t id, enum registry_state state, str why, int64_t now,
                          struct error *e)
{
	return changed(db_run(d, e,
	                      "UPDATE registry SET state = $2, state_why = $3, state_at = $4"
	                      " WHERE id = $1 AND (state <> $2 OR state_why <> $3)",
	                      V_INT(id), V_C(states[state]), V_TEXT(why), V_INT(now)));
}

int registries_note_catalog(struct db *d, int64_t id, bool has, struct error *e)
{
	return changed(db_run(d, e, "UPDATE registry SET has_catalog = $2 WHERE id = $1", V_INT(id),
	                      V_INT(has)));
}

int registries_note_sync(struct db *d, int64_t id, int64_t at, struct error *e)
{
	return changed(db_run(d, e,
	                      "UPDATE registry SET synced_at = $2 WHERE id = $1"
	                      " AND (synced_at IS NULL OR synced_at < $2)",
	                      V_INT(id), V_INT(at)));
}

int registries_note_event(struct db *d, int64_t id, int64_t at, struct error *e)
{
	return changed(db_run(d, e,
	                      "UPDATE registry SET event_at = $2 WHERE id = $1"
	                      " AND (event_at IS NULL OR event_at < $2)",
	                      V_INT(id), V_INT(at)));
}
