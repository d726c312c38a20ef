#include "vulndb/own.h"
#include "vulndb/ingest.h"
#include "vulndb/vulndb.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void clear(const char *folder)
{
	static const char *const names[] = { "db", "db.lock", "db.building", "db.new" };
	char path[4200];
	for (size_t i = 0; i < LEN(names); i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path); /* what is not there need not go */
	}
	rmdir(folder);
}

static int build(const struct own_options *own, const char *db_path, struct arena *a, str *skipped,
                 struct error *e)
{
	struct ingest_options o = {
		.db_path = db_path, .own = own->dir, .own_only = true, .in_process = own->in_process
	};
	struct ingest_summary sum;
	int r = ingest_run(&o, a, &sum, e);
	for (size_t i = 0; i < sum.feeds.n; i++)
		if (sum.feeds.v[i].why.n)
			*skipped = sum.feeds.v[i].why;
	if (r == ERR_NODATA && skipped->n) /* what is wrong with it says more */
		return error_set(e, ERR_FORMAT, "%.*s", STR_FMT(*skipped));
	return r;
}

int own_open(const struct own_options *o, struct arena *a, struct vulndb **out, str *skipped,
             struct error *e)
{
	char folder[4096], path[4200];
	const char *temp = o->temp_dir ? o->temp_dir : getenv("TMPDIR");
	snprintf(folder, sizeof folder, "%s/plimsoll-own-XXXXXX", temp && *temp ? temp : "/tmp");
	*skipped = (str){ 0 };
	if (!mkdtemp(folder))
		return error_errno(e, errno, "%s", folder);
	snprintf(path, sizeof path, "%s/db", folder);
	int r = build(o, path, a, skipped, e);
	r = r < 0 ? r : vulndb_open(path, out, e);
	clear(folder); /* an open file stays readable */
	return r < 0 ? error_in(e, "advisories of %s", o->dir) : 0;
}

static struct finding *same_flaw(struct scan_report *r, size_t end, const struct finding *f)
{
	for (size_t i = 0; i < end; i++) {
		struct finding *old = &r->findings.v[i];
		if (old->package != f->package)
			continue;
		if (str_eq(old->id, f->id))
			return old;
		for (size_t k = 0; k < old->aliases.n; k++)
			if (str_eq(old->aliases.v[k], f->id))
				return old;
	}
	return NULL;
}

void own_join(struct arena *a, struct scan_report *r, size_t first)
{
	size_t kept = first;
	for (size_t i = first; i < r->findings.n; i++) {
		const struct finding *f = &r->findings.v[i];
		struct finding *old = same_flaw(r, first, f);
		for (size_t k = 0; old && k < f->advisories.n; k++)
			vec_add(a, &old->advisories, f->advisories.v[k]);
		if (old)
			old->hidden = (struct hiding){ 0 }; /* its user's word counts more */
		else
			r->findings.v[kept++] = *f;
	}
	r->findings.n = kept;
}
