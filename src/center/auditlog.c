#include "center/auditlog.h"
#include <string.h>

const char *audit_outcome_name(enum audit_outcome o)
{
	static const char *const names[] = { "done", "refused", "failed" };
	return names[o];
}

static enum audit_outcome outcome_of(str name)
{
	return str_eq(name, STR("refused"))  ? AUDIT_REFUSED
	       : str_eq(name, STR("failed")) ? AUDIT_FAILED
	                                     : AUDIT_DONE;
}

int auditlog_add(struct db *d, int64_t now, const struct audit *x, struct error *e)
{
	int64_t n = db_run(d, e,
	                   "INSERT INTO audit (at, actor, peer, action, target, outcome, detail) "
	                   "VALUES ($1, $2, $3, $4, $5, $6, $7)",
	                   V_INT(now), V_TEXT(str_upto(x->actor, 256)),
	                   V_TEXT(str_upto(x->peer, 64)), V_TEXT(str_upto(x->action, 256)),
	                   V_TEXT(str_upto(x->target, 2048)), V_C(audit_outcome_name(x->outcome)),
	                   V_TEXT(x->detail.n && x->detail.n <= 65536 ? x->detail : STR("{}")));
	return n < 0 ? (int)n : 0;
}

struct note {
	const struct audit *entry;
	int64_t now;
};

static int note(void *ctx, struct db *d, struct error *e)
{
	struct note *n = ctx;
	return auditlog_add(d, n->now, n->entry, e);
}

int auditlog_note(const struct center *c, const struct audit *entry, struct error *e)
{
	struct note n = { entry, center_now(c) };
	return store_do(c->store, STORE_WRITE, note, &n, e);
}

struct listing {
	const struct audit_filter *f;
	struct arena *a;
	struct audits *out;
};

/* Rows whose column begins with a text, without LIKE and its wildcards. */
static void begins(struct query *q, const char *column, str text)
{
	if (!text.n)
		return;
	query_add(q, " AND substr(");
	query_add(q, column);
	query_add(q, ", 1, CAST(? AS INTEGER)) = ?", V_INT((int64_t)text.n), V_TEXT(text));
}

static void within(struct query *q, const struct audit_filter *f)
{
	query_add(q, " AND (1 = 0");
	for (size_t i = 0; i < f->scope_count; i++) {
		str s = f->scopes[i];
		if (str_eq(s, STR("/")))
			query_add(q, " OR 1 = 1");
		else
			query_add(q, " OR lower(target) = ? OR substr(lower(target), 1, CAST(? AS INTEGER)) = ?",
			          V_TEXT(s), V_INT((int64_t)s.n + 1),
			          V_TEXT(arena_concat(q->a, s, STR("/"))));
	}
	query_add(q, ")");
}

static void ask(struct query *q, const struct audit_filter *f)
{
	query_add(q, "SELECT id, at, actor, peer, action, target, outcome, detail FROM audit WHERE "
	             "1 = 1");
	if (f->from)
		query_add(q, " AND at >= ?", V_INT(f->from));
	if (f->to)
		query_add(q, " AND at <= ?", V_INT(f->to));
	if (f->actor.n)
		query_add(q, " AND actor = ?", V_TEXT(f->actor));
	if (f->outcome.n)
		query_add(q, " AND outcome = ?", V_TEXT(f->outcome));
	begins(q, "action", f->action);
	begins(q, "target", f->target);
	within(q, f);
	if (f->before)
		query_add(q, " AND id < ?", V_INT(f->before));
	query_add(q, " ORDER BY id DESC LIMIT ?", V_INT(f->limit ? f->limit : 100));
}

static int list(void *ctx, struct db *d, struct error *e)
{
	struct listing *l = ctx;
	struct query q = QUERY(l->a);
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r;

	l->out->list.n = 0;
	ask(&q, l->f);
	r = query_ask(&q, d, &rows, e);
	query_done(&q);
	while (r >= 0 && (r = rows_next(rows, e)) == 1) {
		struct audit *x = vec_push(l->a, &l->out->list);
		if (!x)
			return error_set(e, ERR_LIMIT, "too many entries for one answer");
		*x = (struct audit){ .id = rows_int(rows, 0), .at = rows_int(rows, 1) };
		x->actor = arena_str(l->a, rows_text(rows, 2));
		x->peer = arena_str(l->a, rows_text(rows, 3));
		x->action = arena_str(l->a, rows_text(rows, 4));
		x->target = arena_str(l->a, rows_text(rows, 5));
		x->outcome = outcome_of(rows_text(rows, 6));
		x->detail = arena_str(l->a, rows_text(rows, 7));
	}
	return r < 0          ? r
	       : l->a->failed ? error_set(e, ERR_LIMIT, "too many entries for one answer")
	                      : 0;
}

int auditlog_list(const struct center *c, const struct audit_filter *f, struct arena *a,
                  struct audits *out, struct error *e)
{
	struct listing l = { f, a, out };
	return store_do(c->store, STORE_READ, list, &l, e);
}
