/* center/places.h — clusters and hosts that report, and the images that run there. A report
 * replaces a place's list. */
#pragma once
#include "center/paging.h"
#include "center/sight.h"

enum place_kind { PLACE_CLUSTER, PLACE_HOST };
const char *place_kind_word(enum place_kind k); /* "cluster", "host" */
bool place_kind_parse(str word, enum place_kind *out);

struct place {
	int64_t id;
	str subscription; /* GUID in lower case */
	enum place_kind kind;
	str resource_group, name;
	str facts; /* JSON as it was reported */
	int64_t first_seen, reported_at;
	int64_t running; /* containers now */
};
struct place_list {
	struct place *v;
	size_t n, room;
	str next;
};

struct running {   /* one container, or one of a workload's template */
	str owner; /* "default/Deployment/web"; on a host the container's name */
	str container;
	str image;  /* as it was asked for */
	str digest; /* of the manifest, "sha256:…"; rows without one are kept and never tied */
};
struct place_report {
	str subscription, resource_group, name;
	enum place_kind kind;
	str facts; /* JSON object; empty: {} */
	const struct running *v;
	size_t n;
};
/* The whole list of what runs there now: rows that were there stay, those that are gone end. Its
 * id. ERR_USAGE. */
int places_report(struct db *d, struct arena *a, const struct place_report *r, int64_t now,
                  int64_t *id, struct error *e) must_use;

struct running_row {
	int64_t id, place_id;
	struct running what;
	int64_t manifest_id; /* 0: no registry that is watched has it */
	int64_t image_id;    /* one of its images, the lowest id that is seen; 0: none */
	int64_t first_seen, last_seen, ended_at; /* ended_at 0: it runs */
};
struct running_list {
	struct running_row *v;
	size_t n, room;
	str next;
};
struct place_filter {
	str subscription; /* empty: any */
	int kind;         /* -1: any */
};
int places_list(struct db *d, struct arena *a, const struct sight *s, const struct place_filter *f,
                const struct paging *p, struct place_list *out, struct error *e) must_use;
int places_get(struct db *d, struct arena *a, const struct sight *s, int64_t id, struct place *out,
               struct error *e) must_use; /* 1, or 0 */
int places_find(struct db *d, struct arena *a, const struct sight *s, str subscription,
                enum place_kind kind, str name, struct place *out,
                struct error *e) must_use; /* name in any case */
int places_running(struct db *d, struct arena *a, const struct sight *s, int64_t place_id,
                   bool ended, const struct paging *p, struct running_list *out,
                   struct error *e) must_use;
/* Ties what runs to a manifest that came later (manifests_use does it). */
int places_tie(struct db *d, str digest, int64_t manifest_id, struct error *e) must_use;
str places_resource_id(struct arena *a, const struct place *p);
