/* center/exemptions.h — resources that are exempt from a recommendation (standardAssignments): it
 * is NotApplicable, Exempt there until it ends. postures_make… takes them up; who puts or removes
 * one calls it for the resource. */
#pragma once
#include "center/paging.h"
#include "center/sight.h"

struct exemption {
	str name;       /* GUID, in lower case */
	str resource;   /* key of the resource or of a scope above it */
	str assessment; /* GUID in lower case */
	str category;   /* waiver, mitigated */
	str display_name, description;
	int64_t expires_at; /* 0: never */
	str created_by, changed_by;
	int64_t created_at, changed_at;
};
struct exemption_list {
	struct exemption *v;
	size_t n, room;
	str next;
};
/* 1 it is new, 0 it was there and is changed. created_… stay. */
int exemptions_put(struct db *d, const struct exemption *x, str by, int64_t now,
                   struct error *e) must_use;
int exemptions_get(struct db *d, struct arena *a, str resource, str name, struct exemption *out,
                   struct error *e) must_use;                                          /* 1, or 0 */
int exemptions_remove(struct db *d, str resource, str name, struct error *e) must_use; /* 1, or 0 */
/* At a scope or below, expired ones too; by name */
int exemptions_list(struct db *d, struct arena *a, str scope, const struct paging *p,
                    struct exemption_list *out, struct error *e) must_use;
/* The one that holds at `now` for a resource: its own, or of a scope above. 1, or 0 */
int exemptions_hold(struct db *d, struct arena *a, str resource, str assessment, int64_t now,
                    struct exemption *out, struct error *e) must_use;
