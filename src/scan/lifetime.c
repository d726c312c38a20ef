/* scan/lifetime.c — the table of data/eol.csv, some hundred rows, looked through once a scan. */
#include "scan/lifetime.h"
#include "base/attr.h"
#include "base/time.h"

enum { DAY_S = 86400 };

static const struct release {
	str id, version, end, extended;
} releases[] = {
#include <scan/eol_rows.inc> /* made by tools/eol-table */
};

static bool is_below(str version, str row)
{
	return str_starts(version, row) && version.n > row.n && version.p[row.n] == '.';
}

/* Are there rows for the minor releases, as "15.5" beside "15"? */
static bool has_minors(const struct release *row)
{
	for (size_t i = 0; i < LEN(releases); i++)
		if (str_eq(releases[i].id, row->id) && is_below(releases[i].version, row->version))
			return true;
	return false;
}

/* "9" is also 9.4, "*" any; a branch that is still made ("3.22.0_alpha20250108") is none. */
static bool is_release(str version, const struct release *row)
{
	if (str_eq(row->version, STR("*")) || str_eq(version, row->version))
		return true;
	return is_below(version, row->version) && str_chr(version, '_') == version.n &&
	       !has_minors(row);
}

static const struct release *find(const struct distro *d)
{
	bool stream = str_eq(d->id, STR("centos")) && str_find(d->name, STR("Stream")) < d->name.n;
	str id = stream ? STR("centos-stream") : d->id;

	for (size_t i = 0; i < LEN(releases); i++)
		if (str_eq(releases[i].id, id) && is_release(d->version_id, &releases[i]))
			return &releases[i];
	return NULL;
}

struct end_of_life lifetime_of(const struct distro *d, int64_t now)
{
	const struct release *r = find(d);
	int64_t last_day;

	if (!r)
		return (struct end_of_life){ 0 };
	return (struct end_of_life){
		.known = true,
		.ended = r->end.n && time_parse(r->end, &last_day) && now >= last_day + DAY_S,
		.date = r->end,
		.extended = r->extended,
	};
}
