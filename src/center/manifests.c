#include "center/manifests.h"
#include "center/places.h"
#include "center/rowtake.h"

static const char *const states[] = {
#define X(name, word) word,
	MANIFEST_STATES(X)
#undef X
};
static const char *const kinds[] = {
#define X(name, word) word,
	MANIFEST_KINDS(X)
#undef X
};

const char *manifest_state_word(enum manifest_state s)
{
	return states[s];
}

const char *manifest_kind_word(enum manifest_kind k)
{
	return kinds[k];
}

static unsigned number_of(const char *const *words, size_t n, str word)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(word, str_c(words[i])))
			return (unsigned)i;
	return 0;
}

/* What is new about one that is known */
static int fill_in(struct db *d, int64_t id, str media_type, enum manifest_kind kind,
                   struct error *e)
{
	int64_t n = 0;

	if (media_type.n)
		n = db_run(d, e,
		           "UPDATE manifest SET media_type = $2 WHERE id = $1 AND media_type = ''",
		           V_INT(id), V_TEXT(media_type));
	if (n >= 0 && kind != MANIFEST_KIND_UNKNOWN)
		n = db_run(d, e, "UPDATE manifest SET kind = $2 WHERE id = $1 AND kind = 'unknown'",
		           V_INT(id), V_C(kinds[kind]));
	return n < 0 ? (int)n : 0;
}

int manifests_use(struct db *d, str digest, str media_type, enum manifest_kind kind, int64_t now,
                  int64_t *id, struct error *e)
{
	int code = db_int(d, e, id, "SELECT id FROM manifest WHERE digest = $1", V_TEXT(digest));

	if (code)
		return code < 0 ? code : fill_in(d, *id, media_type, kind, e);
	code = db_int(
	        d, e, id,
	        "INSERT INTO manifest (digest, media_type, kind, state, first_seen)"
	        " VALUES ($1, $2, $3, 'waiting', $4) ON CONFLICT (digest) DO NOTHING RETURNING id",
	        V_TEXT(digest), V_TEXT(media_type), V_C(kinds[kind]), V_INT(now));
	if (code > 0)
		return places_tie(d, digest, *id, e);
	if (!code)
		code = db_int(d, e, id, "SELECT id FROM manifest WHERE digest = $1",
		              V_TEXT(digest));
	return code < 0 ? code
	       : code   ? 0
	                : error_set(e, ERR_CONFLICT, "the manifest came and went");
}

/* --- reading --- */

#define COLUMNS                                                                           \
	"id, digest, media_type, kind, state, state_why, profile_id, packages, scanner, " \
	"first_seen, scanned_at, assessed_at"

static int take_only(struct rows *r, struct arena *a, struct manifest_row *out, struct error *e)
{
	int code = rows_next(r, e);

	if (code > 0)
		*out = (struct manifest_row){
			.id = rows_int(r, 0),
			.digest = take_text(a, r, 1),
			.media_type = take_text(a, r, 2),
			.kind = (enum manifest_kind)number_of(kinds, LEN(kinds), rows_text(r, 3)),
			.state = (enum manifest_state)number_of(states, LEN(states),
			                                        rows_text(r, 4)),
			.state_why = take_text(a, r, 5),
			.profile_id = rows_int(r, 6),
			.packages = rows_int(r, 7),
			.scanner = take_text(a, r, 8),
			.first_seen = rows_int(r, 9),
			.scanned_at = rows_int(r, 10),
			.assessed_at = rows_int(r, 11),
		};
	return take_end(a, code, e) < 0 ? e->code : code;
}

int manifests_find(struct db *d, struct arena *a, str digest, struct manifest_row *out,
                   struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(d, e, &r, "SELECT " COLUMNS " FROM manifest WHERE digest = $1",
	                  V_TEXT(digest));

	return code < 0 ? code : take_only(r, a, out, e);
}

int manifests_get(struct db *d, struct arena *a, int64_t id, struct manifest_row *out,
                  struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(d, e, &r, "SELECT " COLUMNS " FROM manifest WHERE id = $1", V_INT(id));

	return code < 0 ? code : take_only(r, a, out, e);
}

/* --- what came of it --- */

int manifests_note(struct db *d, int64_t id, enum manifest_state state, str why, int64_t now,
                   struct error *e)
{
	int64_t n;

	if (state == MANIFEST_SCANNED)
		n = db_run(d, e,
		           "UPDATE manifest SET state = 'scanned', state_why = $2, tried_at = $3,"
		           " scanned_at = CASE WHEN scanned_at > $3 THEN scanned_at ELSE $3 END "
		           "WHERE id = $1",
		           V_INT(id), V_TEXT(why), V_INT(now));
	else /* what was read once stays read: a digest's content does not change */
		n = db_run(d, e,
		           "UPDATE manifest SET state = CASE WHEN state = 'scanned' THEN state "
		           "ELSE $2 END,"
		           " state_why = $3, tried_at = $4 WHERE id = $1",
		           V_INT(id), V_C(states[state]), V_TEXT(why), V_INT(now));
	return n < 0 ? (int)n : 0;
}

int manifests_note_assessed(struct db *d, const int64_t *ids, size_t n, int64_t now,
                            struct error *e)
{
	for (size_t i = 0; i < n; i++) {
		int64_t changed = db_run(d, e, "UPDATE manifest SET assessed_at = $2 WHERE id = $1",
		                         V_INT(ids[i]), V_INT(now));
		if (changed < 0)
			return (int)changed;
	}
	return 0;
}
