/* policy/ignorefile.h — findings that somebody accepted, in the files Trivy reads: `.trivyignore`, an id
 * a line with `exp:2026-12-31` and words of why behind it, and its YAML form with paths, purls, statement and
 * expired_at below `vulnerabilities:`. Our own side's file: at most 4 MiB, read in the process. */
#pragma once
#include "base/error.h"
#include "base/vec.h"
#include "model/finding.h"

struct ignore_texts { /* a VEC(str) with a name */
	str *v;
	size_t n, room;
};

struct ignore_entry {
	str id;          /* CVE or another name of the flaw; any case */
	struct ignore_texts paths; /* glob patterns (base/glob.h); none: everywhere */
	struct ignore_texts purls; /* package URLs; without a version, any */
	str statement;   /* why; may be empty */
	str until;       /* as it stands there; may be empty */
	int64_t ends;    /* end of that day, UTC; INT64_MAX without one */
	unsigned line;
};

struct ignore_list {
	str file;
	VEC(struct ignore_entry) entries;
};

/* Strings in `a`. ERR_USAGE with file and line for what is no such file. */
int ignorefile_read(const char *path, struct arena *a, struct ignore_list *out,
                    struct error *e) must_use;
/* The same of a text, for tests and fuzzing; `yaml` says which form. */
int ignorefile_parse(const char *name, str text, bool yaml, struct arena *a, struct ignore_list *out,
                     struct error *e) must_use;
/* False: its id has no digit, as every flaw's has; most likely a sentence that lacks its `#`. */
bool ignorefile_names_flaw(const struct ignore_entry *x);
/* The first entry that is for this finding and has not ended at `now`; NULL when none is. */
const struct ignore_entry *ignorefile_find(const struct ignore_list *l, const struct finding *f,
                                           int64_t now);
