/* vulndb/feed.h — where feeds come from: the publishers, or a mirror, a folder or an http URL, laid
 * out as the table of feedlist.c says. A feed is brought into a file first, conditionally, so that its
 * reader gets one descriptor. */
#pragma once
#include "vulndb/feedworker.h"
#include "vulndb/shelf.h"

struct client;

struct feed {
	str name; /* "osv/Debian", "debian/tracker", "cve/list.zip" */
	enum feed_kind kind;
	const char *where; /* URL, path of a file, or of a folder of loose files */
	const char *only;  /* of loose files just this one; NULL: all */
	bool remote;
	bool pointer; /* what is there is the name of a file beside it, which is the feed */
};

struct feeds {
	VEC(struct feed) list; /* by name */
};

/* from NULL: the publishers. A folder is listed; ERR_NOTFOUND when it holds no feed. */
int feed_list(const char *from, struct arena *a, struct feeds *out, struct error *e) must_use;

/* Red Hat's VEX archive from its publisher: hundreds of megabytes, so only who asks gets it. */
void feed_add_redhat(struct arena *a, struct feeds *out);

/* The folder of one's own: a feed for each file, "own/FILE.json", or all of it as "own/FOLDER" where
 * there are hundreds or their names are long. ERR_NOTFOUND when it holds no .json. */
int feed_add_own(const char *dir, struct arena *a, struct feeds *out, struct error *e) must_use;

struct fetched {
	int fd;         /* at its start; -1 when unchanged or missing */
	bool unchanged; /* the same as `last` says */
	bool missing;   /* the mirror does not have it */
	uint64_t bytes;
	struct shelf_source source; /* name, etag, last_modified, digest */
};

/* Brings a feed. `last` is how it was read last time (NULL: never), `dir` where a download may lie
 * for now (its file has no name). The client may be NULL for local feeds. Strings in `a`. */
int feed_fetch(const struct feed *f, const struct shelf_source *last, struct client *net,
               const char *dir, struct arena *a, struct fetched *out, struct error *e) must_use;
