/* cli/dbverbs.h — the verbs of `plimsoll db` beside update. */
#pragma once
#include "base/buf.h"
#include "base/error.h"

struct db_settings {
	const char *db, *cache_dir, *from, *advisories, *format, *ecosystem, *ca_file, *since, *key, *trust;
	bool quiet, insecure, unsigned_too, redhat;
	char path[4096];
};

const char *db_path(struct db_settings *s); /* lives with s */
/* The folders that a file needs */
int db_make_folder(const char *file, struct error *e) must_use;

/* All return an exit status. */
int db_info(struct db_settings *s);
int db_lookup(struct db_settings *s, const char *what);
int db_export(struct db_settings *s, const char *file);
int db_import(struct db_settings *s, const char *file);
int db_keygen(const char *name);
