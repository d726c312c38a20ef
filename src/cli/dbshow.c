/* cli/dbshow.c — `plimsoll db info` and `db lookup`: what the advisory database holds. */
#include "base/jsonout.h"
#include "base/time.h"
#include "cli/dbverbs.h"
#include "cli/screen.h"
#include "vulndb/lookup.h"
#include "vulndb/vulndb.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

enum { OUT_BYTES = 512 << 20, DETAILS_SHOWN_BYTES = 600, DAY_S = 86400 };

static int finish(struct buf *b, struct error *e)
{
	int r = b->failed ? error_set(e, ERR_LIMIT, "the answer is larger than %d MiB",
	                              OUT_BYTES >> 20)
	                  : screen_write(buf_view(b), NULL, e);
	return r < 0 ? screen_fail(e) : 0;
}

/* --- info --- */

static void info_json(struct buf *b, struct vulndb *db, const char *path,
                      const struct scan_report *r)
{
	struct jsonout j = JSONOUT(b, 2);
	jsonout_object(&j, NULL);
	jsonout_text(&j, "path", path);
	jsonout_u64(&j, "generation", r->generation);
	jsonout_str(&j, "date", r->data_date);
	jsonout_u64(&j, "packages", vulndb_packages(db));
	jsonout_u64(&j, "bytes", vulndb_bytes(db));
	jsonout_array(&j, "sources");
	for (size_t i = 0; i < r->sources.n; i++) {
		jsonout_object(&j, NULL);
		jsonout_str(&j, "name", r->sources.v[i].name);
		jsonout_some(&j, "date", r->sources.v[i].date);
		jsonout_u64(&j, "records", r->sources.v[i].records);
		jsonout_end(&j);
	}
	jsonout_end(&j);
	jsonout_end(&j);
	buf_addc(b, '\n');
}

static void info_table(struct buf *b, struct vulndb *db, const char *path,
                       const struct scan_report *r)
{
	buf_printf(b,
	           "database    %s\ngeneration  %" PRIu64 "\ndate        %.*s\npackages    %" PRIu64
	           "\nsize        %.1f MB\n\n%-28s %9s  %s\n",
	           path, r->generation, STR_FMT(r->data_date), vulndb_packages(db),
	           (double)vulndb_bytes(db) / 1e6, "SOURCE", "RECORDS", "NEWEST      AGE");
	for (size_t i = 0; i < r->sources.n; i++) {
		const struct data_source *one = &r->sources.v[i];
		int64_t date;
		buf_printf(b, "%-28.*s %9" PRIu64 "  ", STR_FMT(one->name), one->records);
		if (time_parse(one->date, &date))
			buf_printf(b, "%.*s  %" PRId64 " days\n", STR_FMT(str_upto(one->date, 10)),
			           MAX(time_now() - date, (int64_t)0) / DAY_S);
		else
			buf_add(b, STR("no date\n"));
	}
}

static bool wants_json(const struct db_settings *s)
{
	return s->format && !strcmp(s->format, "json");
}

int db_info(struct db_settings *s)
{
	struct error e = { 0 };
	struct vulndb *db = NULL;
	struct arena a cleanup(arena_done) = ARENA(16 << 20);
	struct buf b cleanup(buf_done) = BUF(OUT_BYTES);
	struct scan_report r = { 0 };
	const char *path = db_path(s);
	int ret = vulndb_open(path, &db, &e);
	ret = ret < 0 ? ret : vulndb_describe(db, &a, &r, &e);
	if (ret == 0)
		(wants_json(s) ? info_json : info_table)(&b, db, path, &r);
	vulndb_close(db);
	return ret < 0 ? screen_fail(&e) : finish(&b, &e);
}

/* --- lookup --- */

struct answer {
	struct buf *b;
	struct jsonout j;
	bool json;
};

static const char *event_word(enum event_kind k)
{
	static const char *const words[] = { "introduced", "fixed", "last_affected", "limit" };
	return words[k];
}

static void affected_json(struct jsonout *j, const struct affected *f)
{
	jsonout_object(j, NULL);
	jsonout_str(j, "ecosystem", f->ecosystem);
	jsonout_str(j, "name", f->name);
	jsonout_some(j, "module", f->module);
	jsonout_text(j, "without_fix", fix_status_word(f->open));
	jsonout_array(j, "ranges");
	for (size_t i = 0; i < f->ranges.n; i++) {
		jsonout_array(j, NULL);
		for (size_t k = 0; k < f->ranges.v[i].events.n; k++) {
			jsonout_object(j, NULL);
			jsonout_str(j, event_word(f->ranges.v[i].events.v[k].kind),
			            f->ranges.v[i].events.v[k].version);
			jsonout_end(j);
		}
		jsonout_end(j);
	}
	jsonout_end(j);
	jsonout_some_strs(j, "versions", f->versions.v, f->versions.n);
	jsonout_end(j);
}

static void opinions_json(struct jsonout *j, const struct advisory *a)
{
	jsonout_array(j, "severities");
	for (size_t i = 0; i < a->opinions.n; i++) {
		const struct opinion *o = &a->opinions.v[i];
		jsonout_object(j, NULL);
		jsonout_str(j, "source", o->source);
		jsonout_some(j, "vector", o->vector);
		if (o->severity != SEVERITY_UNKNOWN)
			jsonout_text(j, "severity", severity_word(o->severity));
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void row_json(struct jsonout *j, const struct lookup_row *row)
{
	const struct advisory *a = row->advisory;
	jsonout_object(j, NULL);
	jsonout_str(j, "id", a->id);
	jsonout_str(j, "feed", row->feed);
	jsonout_bool(j, "superseded", row->superseded);
	jsonout_some(j, "published", a->published);
	jsonout_some(j, "modified", a->modified);
	jsonout_some(j, "withdrawn", a->withdrawn);
	jsonout_some_strs(j, "aliases", a->aliases.v, a->aliases.n);
	jsonout_some_strs(j, "covers", a->covers.v, a->covers.n);
	opinions_json(j, a);
	jsonout_some_strs(j, "cwes", a->cwes.v, a->cwes.n);
	jsonout_some(j, "summary", a->summary);
	jsonout_some(j, "details", a->details);
	jsonout_array(j, "references");
	for (size_t i = 0; i < a->references.n; i++)
		jsonout_str(j, NULL, a->references.v[i].url);
	jsonout_end(j);
	jsonout_array(j, "affected");
	for (size_t i = 0; i < a->affected.n; i++)
		affected_json(j, &a->affected.v[i]);
	jsonout_end(j);
	jsonout_end(j);
}

static void affected_text(struct buf *b, const struct affected *f)
{
	buf_add(b, STR("  "));
	screen_put_safe(b, f->ecosystem);
	buf_addc(b, ' ');
	screen_put_safe(b, f->name);
	if (f->module.n) {
		buf_add(b, STR(" module "));
		screen_put_safe(b, f->module);
	}
	for (size_t i = 0; i < f->ranges.n; i++)
		for (size_t k = 0; k < f->ranges.v[i].events.n; k++) {
			const struct range_event *event = &f->ranges.v[i].events.v[k];
			buf_printf(b, "%s%s ", k ? ", " : i ? "; " : ": ", event_word(event->kind));
			screen_put_safe(b, event->version);
		}
	if (f->versions.n)
		buf_printf(b, "; %zu versions listed", f->versions.n);
	if (!f->versions.n && !f->ranges.n)
		buf_add(b, STR(": not affected"));
	buf_addc(b, '\n');
}

static void list_text(struct buf *b, const char *what, const str *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_add(b, i ? STR(" ") : str_c(what));
		screen_put_safe(b, v[i]);
	}
	if (n)
		buf_addc(b, '\n');
}

static void row_text(struct buf *b, const struct lookup_row *row)
{
	const struct advisory *a = row->advisory;
	screen_put_safe(b, a->id);
	buf_printf(b, "  (%.*s", STR_FMT(row->feed));
	if (a->modified.n)
		buf_printf(b, ", %.*s", STR_FMT(str_upto(a->modified, 10)));
	buf_add(b, row->superseded  ? STR(", superseded")
	           : a->withdrawn.n ? STR(", withdrawn")
	                            : STR(""));
	buf_add(b, STR(")\n"));
	list_text(b, "  aliases: ", a->aliases.v, a->aliases.n);
	list_text(b, "  about: ", a->covers.v, a->covers.n);
	for (size_t i = 0; i < a->opinions.n; i++) {
		const struct opinion *o = &a->opinions.v[i];
		buf_printf(b, "  %.*s: ", STR_FMT(o->source));
		screen_put_safe(b, o->vector.n ? o->vector : str_c(severity_word(o->severity)));
		buf_addc(b, '\n');
	}
	str text = a->summary.n ? a->summary : a->details;
	if (text.n) {
		buf_add(b, STR("  "));
		screen_put_safe(b, str_upto(text, DETAILS_SHOWN_BYTES));
		buf_addc(b, '\n');
	}
	for (size_t i = 0; i < a->affected.n; i++)
		affected_text(b, &a->affected.v[i]);
	buf_addc(b, '\n');
}

static int take_row(void *ctx, const struct lookup_row *row, struct error *e)
{
	struct answer *to = ctx;
	if (to->json)
		row_json(&to->j, row);
	else
		row_text(to->b, row);
	return to->b->failed ? error_set(e, ERR_LIMIT, "the answer is larger than %d MiB",
	                                 OUT_BYTES >> 20)
	                     : 0;
}

/* "cve-2024-1" and "ghsa-XXXX-…" are names too: as given, in capitals, and GHSA's own mixture. */
static int look_for_id(struct vulndb *db, const char *what, struct answer *to, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(KIB(64));
	char capitals[256];
	int n = lookup_id(db, str_c(what), take_row, to, e);

	snprintf(capitals, sizeof capitals, "%s", what);
	for (char *p = capitals; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	if (n == 0 && strcmp(capitals, what) != 0)
		n = lookup_id(db, str_c(capitals), take_row, to, e);
	size_t prefix = str_chr(str_c(capitals), '-');
	if (n == 0)
		n = lookup_id(db,
		              arena_concat(&a, str_upto(str_c(capitals), prefix),
		                           arena_lower(&a, str_from(str_c(capitals), prefix))),
		              take_row, to, e);
	return n;
}

int db_lookup(struct db_settings *s, const char *what)
{
	struct error e = { 0 };
	struct vulndb *db = NULL;
	struct buf b cleanup(buf_done) = BUF(OUT_BYTES);
	struct answer to = { .b = &b, .j = JSONOUT(&b, 2), .json = wants_json(s) };
	int n = vulndb_open(db_path(s), &db, &e);
	if (n < 0)
		return screen_fail(&e);
	if (to.json)
		jsonout_array(&to.j, NULL);
	n = s->ecosystem ? 0 : look_for_id(db, what, &to, &e);
	if (n == 0)
		n = lookup_package(db, str_c(s->ecosystem), str_c(what), take_row, &to, &e);
	if (to.json) {
		jsonout_end(&to.j);
		buf_addc(&b, '\n');
	}
	vulndb_close(db);
	if (n < 0)
		return screen_fail(&e);
	if (!n) {
		fprintf(stderr, "plimsoll: no advisory and no package called %s\n", what);
		return to.json ? (finish(&b, &e), 4) : 4;
	}
	return finish(&b, &e);
}
