/* vulndb/shelf.h — how advisories lie in the tables:
 *
 *   packages    ecosystem 0 name 0 id 0 feed   the bodies (record.h) of that package in that
 * advisory advisories  id 0 feed                      head, the packages' names, packed text
 *   aliases     alias 0 id 0 feed              'a' another name, 'c' a CVE that a notice covers
 *   facts       key 0 feed                     KEV and EPSS (facts.h)
 *   meta        "head", "source" 0 name        generation and schema; one feed each
 *   delta       'p' ecosystem 0 name, 'a' id   the generation in which it changed last (uleb)
 *
 * Each feed's rows stand for themselves, so a feed can be taken over from the last generation as it
 * was. Of an id in several feeds of one origin the newest copy counts (shelf_newest). */
#pragma once
#include "vulndb/lmdb.h"
#include "vulndb/pack.h"
#include "vulndb/record.h"

enum { SHELF_TEXT_BYTES = 1 << 20, SHELF_HISTORY_MAX = 64 };

struct shelf_moment { /* a generation of the past */
	uint64_t generation;
	str state;
};

struct shelf_head {
	uint64_t schema, generation;
	uint64_t records, packages;       /* of all sources */
	bool whole;                       /* the delta names nothing: everything is new */
	str lineage;                      /* state of the first generation of this line */
	str state;                        /* SHA-256 in hex of all rows but meta and delta */
	VEC(struct shelf_moment) history; /* generations since which the delta is complete */
	str data_date;                    /* RFC 3339: newest of the sources; may be empty */
};

struct shelf_source {            /* a feed as it was last read */
	str name;                /* "osv/npm", "debian/tracker" */
	str etag, last_modified; /* of the publisher's answer; may be empty */
	str digest;              /* "sha256:…" of the feed's bytes */
	str date;                /* RFC 3339: newest record; none has a date: Last-Modified; may be empty */
	uint64_t records, skipped;
	VEC(str) ecosystems; /* that the Debian tracker decides about as a whole; else none */
};

struct shelf_sources {
	VEC(struct shelf_source) list;
};

/* "ecosystem 0 name 0", the beginning of its rows; over-long names are cut and end in a digest */
str shelf_package_prefix(char out[LMDB_KEY_BYTES], str ecosystem, str name);
str shelf_pair(char out[LMDB_KEY_BYTES], str first, str second); /* "first 0 second" */
/* The last piece of a key, and what is before it (without the 0) */
str shelf_feed_of(str key, str *before);

/* One advisory of a feed into all tables. The scratch is cleared. */
int shelf_put(struct lmdb_txn *t, struct packer *p, str feed, const struct advisory *a,
              struct buf *scratch, struct error *e) must_use;

/* One fact of a feed (facts.h); what is none of its forms is ERR_FORMAT. *n: how many it holds. */
int shelf_put_fact(struct lmdb_txn *t, str feed, str key, str value, uint64_t *n,
                   struct error *e) must_use;

/* Does this feed give facts of CVEs ("kev", "epss") and no advisories? */
bool shelf_is_facts(str feed);

/* A row as another database holds it, checked for its table's form; the aliases that follow from an
 * advisory are written with it. */
int shelf_put_row(struct lmdb_txn *t, enum lmdb_table table, str key, str value,
                  struct error *e) must_use;
/* The key in `delta` under which a row of packages or advisories changes; empty for none. */
str shelf_change_of(enum lmdb_table table, str key, char out[LMDB_KEY_BYTES]);

/* Head of a row's value; then the names of packages, or past them; then the text behind them. */
int shelf_get_head(str value, struct arena *a, struct advisory *out, struct cursor *rest,
                   struct error *e) must_use;
int shelf_get_names(struct cursor *rest, struct arena *a, struct advisory *out,
                    struct error *e) must_use;
int shelf_skip_names(struct cursor *rest, struct error *e) must_use;
int shelf_get_text(struct unpacker **u, struct cursor *rest, struct arena *a, struct advisory *out,
                   struct error *e) must_use;
/* The newest copy of an id among the feeds of one origin: 1, or 0 when there is none. Trackers
 * speak each of their own packages: none is a copy of another. */
int shelf_newest(struct lmdb_walk *advisories, str id, enum advisory_origin origin, str *feed,
                 str *value, struct error *e) must_use;

int shelf_put_head(struct lmdb_txn *t, const struct shelf_head *h, struct error *e) must_use;
int shelf_read_head(struct lmdb_txn *t, struct arena *a, struct shelf_head *out,
                    struct error *e) must_use;
int shelf_put_source(struct lmdb_txn *t, const struct shelf_source *s, struct error *e) must_use;
int shelf_read_source(str value, struct arena *a, struct shelf_source *out,
                      struct error *e) must_use;
int shelf_read_sources(struct lmdb_txn *t, struct arena *a, struct shelf_sources *out,
                       struct error *e) must_use;
