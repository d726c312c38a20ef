/* center/findings.h — findings: image x part x package x match, joined when asked and never stored.
 * What the caller does not see is not there. Pages hold under change. */
#pragma once
#include "center/findingrows.h"
#include "center/paging.h"
#include "center/sight.h"

struct finding_list {
	struct finding_row *v;
	size_t n, room;
	str next;
};

enum finding_order {
	FINDINGS_BY_ID,       /* image, package, vulnerability */
	FINDINGS_BY_SEVERITY, /* gravest first, then as by id */
};

struct finding_filter { /* 0 and empty: any */
	int64_t registry_id, repository_id, image_id;
	str subscription, resource_group; /* any case */
	str repository, digest;
	unsigned severities; /* set of 1 << severity */
	unsigned fixes;      /* set of 1 << fix_status */
	str vulnerability;   /* any case */
	str package;         /* name */
	int64_t package_id;
	bool exploited;     /* known to be */
	int64_t running_in; /* a place's id: images that run there now */
	bool running;       /* anywhere */
	enum {
		FINDINGS_SHOWN,
		FINDINGS_HIDDEN,
		FINDINGS_ALL
	} hidden;   /* shown: hidden 0, neither rejected nor
	              withdrawn */
	int64_t at; /* as it was then: images, tags and the data of that day; 0: now */
	bool facts; /* rows carry `fact` */
	enum finding_order order;
};

int findings_list(struct db *d, struct arena *a, const struct sight *s,
                  const struct finding_filter *f, const struct paging *p, struct finding_list *out,
                  struct error *e) must_use;
/* By its name, with fact: 1, or 0. Hidden ones too. */
int findings_get(struct db *d, struct arena *a, const struct sight *s, const struct finding_key *k,
                 struct finding_row *out, struct error *e) must_use;
/* How many by severity, of what the filter lets through (severities, fixes … included); through
 * tallies where it names no more than registry, repository, image, subscription, severities. */
int findings_count(struct db *d, struct arena *a, const struct sight *s,
                   const struct finding_filter *f, int64_t by[SEVERITY_COUNT],
                   struct error *e) must_use;

struct vulnerability_row { /* over all that is seen */
	int64_t id;
	str name;
	enum severity worst;
	struct exploitation exploited;
	int64_t images, packages;
};
struct vulnerability_list {
	struct vulnerability_row *v;
	size_t n, room;
	str next;
};
/* One vulnerability with what it affects: 1, or 0 when it is not known or affects nothing that is
 * seen */
int findings_vulnerability(struct db *d, struct arena *a, const struct sight *s, str name,
                           struct vulnerability_row *out, struct error *e) must_use;
