/* model/words.c — the words of the nouns' enumerations, from their tables. */
#include "base/attr.h"
#include "model/coverage.h"
#include "model/difference.h"
#include "model/explanation.h"
#include "model/finding.h"
#include "model/package.h"
#include <assert.h>

const char *package_purl_type(enum package_type type)
{
	static const char *const words[] = {
#define X(name, purl, text, ecosystem) purl,
		PACKAGE_TYPES(X)
#undef X
	};
	assert(type < LEN(words));
	return words[type];
}

const char *package_type_text(enum package_type type)
{
	static const char *const words[] = {
#define X(name, purl, text, ecosystem) text,
		PACKAGE_TYPES(X)
#undef X
	};
	assert(type < LEN(words));
	return words[type];
}

const char *package_ecosystem(enum package_type type)
{
	static const char *const words[] = {
#define X(name, purl, text, ecosystem) ecosystem,
		PACKAGE_TYPES(X)
#undef X
	};
	assert(type < LEN(words));
	return words[type];
}

const char *package_trait_word(enum package_trait trait)
{
	switch (trait) {
	case PACKAGE_LOCKED:
		return "locked";
	case PACKAGE_MAIN:
		return "main";
	case PACKAGE_DEVELOPMENT:
		return "development";
	case PACKAGE_SHADED:
		return "shaded";
	case PACKAGE_CLAIMED:
		return "claimed";
	case PACKAGE_TRAITS:
		break;
	}
	assert(false && "one trait");
	return "";
}

static const struct {
	const char *word, *text;
	bool matters;
} gaps[] = {
#define X(name, word, matters, text) { word, text, matters },
	GAP_KINDS(X)
#undef X
};

const char *gap_word(enum gap_kind kind)
{
	assert(kind < LEN(gaps));
	return gaps[kind].word;
}

const char *gap_meaning(enum gap_kind kind)
{
	assert(kind < LEN(gaps));
	return gaps[kind].text;
}

bool gap_matters(enum gap_kind kind)
{
	assert(kind < LEN(gaps));
	return gaps[kind].matters;
}

const char *fix_status_word(enum fix_status s)
{
	static const char *const words[] = {
		"fixed",      "affected", "will_not_fix", "fix_deferred", "under_investigation",
		"end_of_life"
	};
	assert(s < LEN(words));
	return words[s];
}

const char *finding_state_word(enum finding_state s)
{
	static const char *const words[] = { "valid", "disputed", "rejected", "withdrawn" };
	assert(s < LEN(words));
	return words[s];
}

const char *hiding_word(enum hiding_kind k)
{
	static const char *const words[] = { "",      "ignored", "vex",      "owned",
		                             "noise", "rule",    "withdrawn" };
	assert(k < LEN(words));
	return words[k];
}

const char *change_word(enum change c)
{
	static const char *const words[] = {
#define X(name, word) word,
		CHANGES(X)
#undef X
	};
	assert(c < LEN(words));
	return words[c];
}

#define X(name, word, text) { word, text },
static const struct {
	const char *word, *text;
} reasons[] = { REASONS(X) };
#undef X

const char *reason_word(enum reason_code c)
{
	assert(c < LEN(reasons));
	return reasons[c].word;
}

const char *reason_text(enum reason_code c)
{
	assert(c < LEN(reasons));
	return reasons[c].text;
}

const char *severity_word(enum severity s)
{
	static const char *const words[] = { "unknown", "negligible", "low",
		                             "medium",  "high",       "critical" };
	assert(s < LEN(words));
	return words[s];
}

bool severity_parse(str word, enum severity *out)
{
	static const struct {
		str word;
		enum severity severity;
	} words[] = {
		{ STR_INIT("unknown"), SEVERITY_UNKNOWN },
		{ STR_INIT("negligible"), SEVERITY_NEGLIGIBLE },
		{ STR_INIT("low"), SEVERITY_LOW },
		{ STR_INIT("medium"), SEVERITY_MEDIUM },
		{ STR_INIT("moderate"), SEVERITY_MEDIUM },
		{ STR_INIT("high"), SEVERITY_HIGH },
		{ STR_INIT("important"), SEVERITY_HIGH },
		{ STR_INIT("critical"), SEVERITY_CRITICAL },
		{ STR_INIT("none"), SEVERITY_NEGLIGIBLE },
	};
	for (size_t i = 0; i < LEN(words); i++)
		if (str_eq_nocase(word, words[i].word)) {
			*out = words[i].severity;
			return true;
		}
	return false;
}

enum severity severity_of_score(double score, int cvss_major)
{
	if (score <= 0)
		return SEVERITY_NEGLIGIBLE;
	if (score < 4)
		return SEVERITY_LOW;
	if (score < 7)
		return SEVERITY_MEDIUM;
	return score < 9 || cvss_major == 2 ? SEVERITY_HIGH : SEVERITY_CRITICAL;
}

enum severity finding_rank(const struct finding *f)
{
	return f->severity == SEVERITY_UNKNOWN && f->exploited.known ? SEVERITY_HIGH : f->severity;
}
