/* center/postures.h — recommendations: the state of an assessment on a resource and since when;
 * exemptions from it; and assessments that customers keep themselves. What our own say of a
 * registry or a cluster is made by postures_make and stored, so that dates are true; resources are
 * keys (resources_key). */
#pragma once
#include "center/paging.h"
#include "center/sight.h"

/* Keys of our own (defender.md 3.1) */
#define ASSESSMENT_REGISTRY      "dbd0cb49-b563-45e7-9724-889e799fa648"
#define ASSESSMENT_REGISTRY_MDVM "c0b7cfc6-3172-465a-b378-53c7ff2cc0d5"
#define ASSESSMENT_RUNNING       "41503391-efa5-47ee-9282-4eff6131462c"
#define ASSESSMENT_RUNNING_MDVM  "c609cf0f-71ab-41e9-a3c6-9a1f7fe1b8d5"

enum posture_code { POSTURE_HEALTHY, POSTURE_UNHEALTHY, POSTURE_NOT_APPLICABLE };
const char *posture_code_word(enum posture_code c); /* "Healthy", "Unhealthy", "NotApplicable" */
bool posture_code_parse(str word, enum posture_code *out); /* any case */

struct posture {
	str resource;    /* ID in lower case */
	str resource_id; /* ID as it is shown */
	str assessment;  /* GUID in lower case */
	str subscription;
	enum posture_code code;
	str cause; /* "Exempt", "OffByPolicy", "NotAssessed", "NoImages", "Unsupported"; may be
	              empty */
	str description;
	int64_t first_at, changed_at;
	str custom; /* JSON as a customer put it; empty: ours */
};
struct posture_list {
	struct posture *v;
	size_t n, room;
	str next;
};

/* Both keys of a registry; and of a cluster. With plans, exemptions and all of its images as they
 * are now. */
int postures_make_registry(struct db *d, struct arena *a, int64_t registry_id, int64_t now,
                           struct error *e) must_use;
int postures_make_place(struct db *d, struct arena *a, int64_t place_id, int64_t now,
                        struct error *e) must_use;
/* All of a subscription, or (empty) of all */
int postures_make_all(struct db *d, struct arena *a, str subscription, int64_t now,
                      struct error *e) must_use;

struct posture_filter {
	str subscription;
	str resource;   /* key of a resource or of a scope above it: what is at it or below; empty:
	                   any */
	str assessment; /* GUID, any case */
	int code;       /* -1: any */
};
#define POSTURE_FILTER ((struct posture_filter){ .code = -1 })
/* By resource and assessment. Those of registries only as these are seen, all others as their
 * subscription is. */
int postures_list(struct db *d, struct arena *a, const struct sight *s,
                  const struct posture_filter *f, const struct paging *p, struct posture_list *out,
                  struct error *e) must_use;
int postures_get(struct db *d, struct arena *a, const struct sight *s, str resource, str assessment,
                 struct posture *out, struct error *e) must_use; /* 1, or 0 */
/* A customer's own. 1 it is new, 0 it was there. ERR_CONFLICT: the key is one of ours. */
int postures_put(struct db *d, struct arena *a, const struct posture *p, int64_t now,
                 struct error *e) must_use;
int postures_remove(struct db *d, str resource, str assessment,
                    struct error *e) must_use; /* 1, or 0: none of a customer's */

/* --- a customer's own assessment metadata --- */

struct assessment_kind {
	str subscription, assessment, doc; /* JSON as it was put */
};
struct assessment_kind_list {
	struct assessment_kind *v;
	size_t n, room;
};
int postures_put_kind(struct db *d, str subscription, str assessment, str doc,
                      struct error *e) must_use; /* 1 new */
int postures_get_kind(struct db *d, struct arena *a, str subscription, str assessment,
                      struct assessment_kind *out, struct error *e) must_use; /* 1, or 0 */
int postures_list_kinds(struct db *d, struct arena *a, str subscription,
                        struct assessment_kind_list *out, struct error *e) must_use;
/* Its postures go along. 1, or 0 */
int postures_remove_kind(struct db *d, str subscription, str assessment, struct error *e) must_use;
