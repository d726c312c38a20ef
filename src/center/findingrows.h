/* center/findingrows.h — rows of findings by their keys: what the page of a list shows. */
#pragma once
#include "center/finding_name.h"
#include "center/imagerows.h"
#include "model/finding.h"

struct finding_row {
	struct finding_key key;
	/* where */
	int64_t registry_id, repository_id, manifest_id;
	str subscription, resource_group, registry, registry_url, repository;
	str digest, media_type, tags;          /* today's tags (or at `at`), one a line, sorted */
	str os, arch, distribution, ecosystem; /* of the image */
	int64_t pushed_at;
	/* what */
	struct package package; /* name, version, arch, source, type, license … */
	str paths;              /* JSON, packages.h */
	int64_t part_id, layer;
	str vulnerability;
	enum severity severity;
	double score; /* below 0: none */
	enum fix_status fix;
	str fixed_version;
	enum finding_state state;
	enum hiding_kind hidden;
	str detail, fact; /* JSON as matches.h was given; fact only where asked */
	struct exploitation exploited;
	int64_t from_gen, found_at; /* since when: its generation was seen, or the image was
	                               scanned, the later one */
};

struct finding_place {
	struct finding_key key;
	int64_t part_id, layer, from_gen, severity;
};
struct finding_places {
	struct finding_place *v;
	size_t n, room;
};

/* out[i] is that of l->v[i] */
int findingrows_load(struct db *d, struct arena *a, const struct finding_places *l, int64_t at,
                     bool facts, struct finding_row *out, struct error *e) must_use;
