/* A mirror folder of a test's own, made of texts, and the database that comes of it. */
#pragma once
#include "../test.h"
#include "vulndb/ingest.h"
#include "vulndb/vulndb.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

struct feeds {
	char root[64], db[96];
	struct arena a;
	struct ingest_summary sum;
	struct error e;
};

static inline void feeds_new(struct feeds *f)
{
	*f = (struct feeds){ .root = "/tmp/plimsoll-test-XXXXXX", .a = ARENA(64 << 20) };
	if (!mkdtemp(f->root))
		abort();
	snprintf(f->db, sizeof f->db, "%s/advisories.db", f->root);
}

static inline void feeds_done(struct feeds *f)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", f->root);
	if (system(command) != 0)
		abort();
	arena_done(&f->a);
}

/* "osv/npm/GHSA-1.json"; a text of NULL takes the file away */
static inline void feeds_put(struct feeds *f, const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", f->root, name);
	for (char *p = path + strlen(f->root) + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = 0;
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			abort();
	}
	if (!text) {
		unlink(path);
		return;
	}
	FILE *to = fopen(path, "w");
	if (!to || fputs(text, to) < 0 || fclose(to) != 0)
		abort();
}

/* One OSV record of an npm package with one range */
static inline void feeds_npm(struct feeds *f, const char *id, const char *alias,
                             const char *package, const char *fixed)
{
	char name[128], text[1024];
	snprintf(name, sizeof name, "osv/npm/%s.json", id);
	snprintf(text, sizeof text,
	         "{\"id\":\"%s\",\"modified\":\"2024-01-01T00:00:00Z\",\"published\":\"2024-01-"
	         "01T00:00:00Z\","
	         "\"aliases\":[%s],\"summary\":\"about "
	         "%s\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\","
	         "\"name\":\"%s\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":"
	         "\"0\"},"
	         "{\"fixed\":\"%s\"}]}]}]}",
	         id, alias, id, package, fixed);
	feeds_put(f, name, text);
}

static inline int feeds_update(struct feeds *f)
{
	struct ingest_options o = { .db_path = f->db, .from = f->root, .in_process = true };
	f->e = (struct error){ 0 };
	return ingest_run(&o, &f->a, &f->sum, &f->e);
}

/* Findings of one package; the report's strings live in f->a */
static inline struct scan_report feeds_match(struct feeds *f, const struct package *p,
                                             const char *ecosystem)
{
	struct scan_report r = { 0 };
	struct vulndb *db = NULL;
	struct distro d = { .ecosystem = str_c(ecosystem) };
	EXPECT_OK(vulndb_open(f->db, &db, &f->e), &f->e);
	if (db)
		EXPECT_OK(vulndb_match(db, p, &d, &f->a, &r, &f->e), &f->e);
	vulndb_close(db);
	return r;
}
