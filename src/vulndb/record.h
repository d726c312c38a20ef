/* vulndb/record.h — an advisory as a value, and its binary form: what a jailed feed reader sends to
 * its parent and what the database keeps. Numbers and lengths are unsigned LEB128, lengths before
 * bytes. Reading is by cursor and trusts nothing: the reader of a feed may have been taken over.
 * Strings are borrowed from whoever made them (the JSON document, or the bytes that were read);
 * arrays live in the arena. One thread a value. */
#pragma once
#include "base/buf.h"
#include "base/cursor.h"
#include "base/vec.h"
#include "model/finding.h"
#include "version/range.h"

enum {
	RECORD_SCHEMA = 4,        /* of the database; another one is not read */
	RECORD_NAME_BYTES = 1024, /* of an ecosystem or package name */
	RECORD_ID_BYTES = 128,    /* of an advisory's id or alias */
	RECORD_SUMMARY_BYTES = 1024,
	RECORD_DETAILS_BYTES = 16 << 10,
	RECORD_REFERENCES_MAX = 64,
	RECORD_URL_BYTES = 2048,
};

enum advisory_origin { ORIGIN_OSV, ORIGIN_TRACKER, ORIGIN_CVE, ORIGIN_COUNT };

struct opinion { /* a severity as one source gives it: a vector, a word, or both */
	str source, vector;
	enum severity severity; /* SEVERITY_UNKNOWN without a word */
};

enum { EVENT_KINDS = EVENT_LIMIT + 1 };

struct affected_range {
	VEC(struct range_event) events;
};

struct affected {             /* one package that an advisory speaks of */
	str ecosystem, name;  /* canonical: see vulndb/names.h; not part of the stored body */
	enum fix_status open; /* what no fix means here: FIX_NONE, FIX_WILL_NOT … */
	str module;           /* rpm: "nodejs:18", "*" for any module stream; empty: none */
	VEC(struct opinion) opinions;
	VEC(struct affected_range) ranges;
	VEC(str) versions; /* affected one by one, outside of the ranges */
};

struct advisory {
	str id;
	enum advisory_origin origin;
	enum finding_state state; /* disputed, rejected: a CVE's own record says so */
	bool notice; /* of a distribution: speaks of the CVEs in `covers`, has no flaw of its own */
	str published, modified, withdrawn; /* RFC 3339 or empty */
	VEC(str) aliases;                   /* other names of the same flaw */
	VEC(str) covers;                    /* a notice: the CVEs it is about */
	VEC(struct opinion) opinions;
	VEC(str) cwes;
	str summary, details; /* the text: not part of the head */
	VEC(struct reference) references;
	VEC(struct affected) affected;
};

void record_put_head(struct buf *b, const struct advisory *a);
void record_put_text(struct buf *b, const struct advisory *a);
void record_put_body(struct buf *b, const struct affected *f);     /* without ecosystem and name */
void record_put_advisory(struct buf *b, const struct advisory *a); /* all of it */

/* 0 or ERR_FORMAT (a count or length past the end, an unknown number), ERR_LIMIT (arena spent). */
int record_get_head(struct cursor *c, struct arena *a, struct advisory *out,
                    struct error *e) must_use;
int record_get_text(struct cursor *c, struct arena *a, struct advisory *out,
                    struct error *e) must_use;
int record_get_body(struct cursor *c, struct arena *a, struct affected *out,
                    struct error *e) must_use;
int record_get_advisory(struct cursor *c, struct arena *a, struct advisory *out,
                        struct error *e) must_use;

void record_put_uleb(struct buf *b, uint64_t v);
void record_put_str(struct buf *b, str s);
str record_get_str(struct cursor *c);
