/* model/finding.h — package x advisory, with everything that explains it. Strings and arrays are
 * borrowed from the arena of the scan. */
#pragma once
#include "base/vec.h"
#include "model/package.h"
#include "model/severity.h"

enum fix_status {
	FIX_AVAILABLE,     /* "fixed": fixed_version has it */
	FIX_NONE,          /* "affected": no fix is known */
	FIX_WILL_NOT,      /* "will_not_fix" */
	FIX_DEFERRED,      /* "fix_deferred" */
	FIX_UNDER_INVESTIGATION, /* "under_investigation" */
	FIX_END_OF_LIFE,   /* "end_of_life" */
	FIX_STATUS_COUNT
};

struct rating { /* one source's opinion */
	str source;          /* "Debian", "GitHub", "NVD", "CISA", "OSV", "RustSec" … */
	str vector;          /* CVSS vector, or empty */
	int cvss_major;      /* 2, 3 or 4; 0 without a vector */
	double score;        /* of the vector; below 0 when there is none */
	enum severity severity;
	bool chosen;         /* exactly one of a finding's ratings, when there is any */
};

struct reference {
	str type; /* OSV: "ADVISORY", "FIX", "WEB" …; may be empty */
	str url;
};

struct finding {
	const struct package *package;
	str id;                  /* CVE when any alias is one, else the advisory's own id */
	VEC(str) aliases;        /* all other ids, sorted */
	VEC(str) advisories;     /* ids of the records that matched, sorted; the first one gave fix and range */
	str feed;                /* "osv", "debian-tracker": where that record came from */
	enum fix_status status;
	str fixed_version;       /* of the package that is compared (source package for deb) */
	str compared_name;       /* what the advisory speaks of: source or package name */
	str compared_version;    /* the version that was compared */
	str range;               /* "introduced 0, fixed 1.2.3" */
	str comparison;          /* "1.2.0 < 1.2.3 (dpkg order)" */
	str ecosystem;           /* "Debian:12", "npm" */
	enum severity severity;  /* the chosen one */
	str severity_reason;     /* "vendor's own rating", "highest CVSS of GitHub" … */
	VEC(struct rating) ratings;
	VEC(str) cwes;           /* "CWE-79" */
	str title;               /* one line; may be empty */
	str description;
	VEC(struct reference) references;
	str remediation;         /* "Upgrade openssl to 3.0.17-1~deb12u2 or later: apt-get …" */
	str published, modified; /* RFC 3339 or empty */
};

const char *fix_status_word(enum fix_status s); /* "fixed", "affected", "will_not_fix" … */
