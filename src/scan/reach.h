/* scan/reach.h — how far the advisory data reach: gaps that come with the data and the clock, not
 * with the image's bytes. One thread. */
#pragma once
#include "model/scan_report.h"

struct vulndb;

struct reach { /* packages by type; not counted: 1 stands for some */
	size_t n[PACKAGE_TYPE_COUNT];
	bool counted;
};

struct reach reach_of(const struct scan_report *r);

/* Each appends to r->gaps, strings in `a`. The release is known, and has advisories: */
void reach_note_release(const struct reach *x, struct arena *a, struct scan_report *r);
/* every type of package has some, and the release is followed; r->distro.ecosystem is set, as in
 * all below */
void reach_note_data(const struct reach *x, struct vulndb *db, struct arena *a,
                     struct scan_report *r);
/* the data (r->data_date, r->sources) are no older than so many days, 0: any age */
void reach_note_age(const struct reach *x, unsigned days, int64_t now, struct arena *a,
                    struct scan_report *r);
/* the release is kept up today; fills r->eol */
void reach_note_end(int64_t now, struct arena *a, struct scan_report *r);
