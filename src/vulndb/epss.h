/* vulndb/epss.h — the daily file of exploit prediction scores (FIRST EPSS): a comment line with
 * model and date, a header line, then "CVE-2021-44228,0.94358,0.99958" some 300,000 times. Files
 * before 2021-09 have no comment, before 2022-02 no percentile. Hostile input, read in the jail. */
#pragma once
#include "stream/stream.h"
#include "vulndb/facts.h"

enum { EPSS_ROWS_MAX = 4000000, EPSS_LINE_BYTES = 4096 };

/* A block of scores as a row: see facts.h */
typedef int epss_each(void *ctx, str key, str value, struct error *e);

/* Reads to the end, then gives the blocks, sorted. The first bad line ends the reading. The date of
 * the scores into date[], empty when the file has none. */
int epss_read(struct stream *from, epss_each *each, void *ctx, char date[40],
              struct error *e) must_use;
