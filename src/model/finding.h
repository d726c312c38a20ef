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

enum finding_state { /* what became of the advisory itself */
	STATE_VALID,
	STATE_DISPUTED,  /* its vendor says that it is none */
	STATE_REJECTED,  /* the CVE was rejected */
	STATE_WITHDRAWN, /* every record that matched was withdrawn */
	STATE_COUNT
};

enum hiding_kind { /* why a finding that matched is not among those that count */
	HIDING_NONE,
	HIDING_IGNORED,   /* "ignored": an ignore file */
	HIDING_VEX,       /* "vex": a VEX statement says not affected or fixed */
	HIDING_OWNED,     /* "owned": the distribution package that owns the file was matched instead */
	HIDING_NOISE,     /* "noise": --leave-out asked for it (kernel headers, -dev packages) */
	HIDING_RULE,      /* "rule": a disable rule */
	HIDING_WITHDRAWN, /* "withdrawn": rejected or withdrawn */
	HIDING_KIND_COUNT
};

struct hiding {
	enum hiding_kind kind;
	str by;    /* file and line, or document and statement, that said so */
	str why;   /* its reason: a VEX justification, the statement of an ignore entry; may be empty */
	str until; /* RFC 3339 date; may be empty */
};

struct exploitation { /* is it used against people */
	bool known;              /* in CISA's catalogue of known exploited vulnerabilities (KEV) */
	bool ransomware;         /* used by ransomware, says the catalogue */
	str added, due;          /* its dates; may be empty */
	double epss, percentile; /* EPSS: probability and percentile, 0 to 1; both below 0: not known */
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
	enum finding_state state;
	struct exploitation exploited;
	struct hiding hidden;    /* kind HIDING_NONE: it counts */
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

/* Where it stands by severity, the gravest highest: among `high` where it is known to be exploited and
 * no source rates it, else where its severity stands. */
enum severity finding_rank(const struct finding *f);
const char *finding_state_word(enum finding_state s); /* "valid", "disputed" … */
const char *hiding_word(enum hiding_kind k);          /* "ignored", "vex" …; "" for none */
const char *fix_status_word(enum fix_status s); /* "fixed", "affected", "will_not_fix" … */
