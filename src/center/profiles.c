#include "center/profiles.h"
#include "base/jsonout.h"
#include "center/inventories.h"
#include "center/rowtake.h"

int profiles_list(struct db *d, struct arena *a, int64_t not_generation, struct profile_list *out,
                  struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code =
	        db_ask(d, e, &r,
	               "SELECT pf.id, pf.types, pf.generation_id, x.id, x.os_id, x.id_like, "
	               "x.version_id, x.codename,"
	               " x.name, x.path, x.ecosystem FROM profile pf JOIN distribution x ON x.id = "
	               "pf.distribution_id"
	               " WHERE pf.generation_id IS NULL OR pf.generation_id <> $1 ORDER BY pf.id",
	               V_INT(not_generation));

	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct profile *x = vec_push(a, out);
		if (!x)
			break;
		*x = (struct profile){ .id = rows_int(r, 0),
			               .types = (unsigned)rows_int(r, 1),
			               .generation_id = rows_int(r, 2),
			               .distribution = { rows_int(r, 3),
			                                 { take_text(a, r, 4), take_text(a, r, 5),
			                                   take_text(a, r, 6), take_text(a, r, 7),
			                                   take_text(a, r, 8), take_text(a, r, 9),
			                                   take_text(a, r, 10) } } };
		if (!x->distribution.distro.id.n && !x->distribution.distro.path.n)
			x->distribution.id = 0;
	}
	return take_end(a, code, e);
}

int profiles_judge(struct db *d, const struct profile_verdict *v, struct error *e)
{
	struct buf b cleanup(buf_done) = BUF(MIB(1));
	struct jsonout j = JSONOUT(&b, 0);
	bool matters = false;
	int64_t n;

	jsonout_array(&j, NULL);
	for (size_t i = 0; i < v->gaps_n; i++) {
		inventories_write_gap(&j, &v->gaps[i]);
		matters |= gap_matters(v->gaps[i].kind);
	}
	jsonout_end(&j);
	if (b.failed)
		return error_set(e, ERR_LIMIT, "more than %zu bytes of gaps", b.max_bytes);
	n = db_run(d, e,
	           "UPDATE profile SET gaps = $2, matters = $3, eol_at = $4, eol_ended = $5, "
	           "generation_id = $6"
	           " WHERE id = $1 AND (generation_id IS NULL OR generation_id <= $6)",
	           V_INT(v->profile_id), V_TEXT(buf_view(&b)), V_INT(matters), V_TEXT(v->eol_at),
	           V_INT(v->eol_ended), V_TIME(v->generation_id));
	return n < 0 ? (int)n : 0;
}
