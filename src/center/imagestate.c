#include "center/imagestate.h"
#include "base/attr.h"
#include <assert.h>

static const struct {
	const char *word, *text;
} states[] = {
#define X(name, word, text) { word, text },
	IMAGE_STATES(X)
#undef X
};

const char *image_state_word(enum image_state s)
{
	assert(s < LEN(states));
	return states[s].word;
}

const char *image_state_text(enum image_state s)
{
	assert(s < LEN(states));
	return states[s].text;
}

bool image_state_parse(str word, enum image_state *out)
{
	for (size_t i = 0; i < LEN(states); i++)
		if (str_eq_nocase(word, str_c(states[i].word))) {
			*out = (enum image_state)i;
			return true;
		}
	return false;
}

int64_t tally_sum(const struct tally *t)
{
	int64_t n = 0;

	for (size_t i = 0; i < SEVERITY_COUNT; i++)
		n += t->by[i];
	return n;
}

enum image_state image_state_of(const struct image_facts *f)
{
	if (str_eq(f->manifest_state, STR("unsupported")))
		return IMAGE_UNSUPPORTED;
	if (str_eq(f->manifest_state, STR("failed")))
		return IMAGE_FAILED;
	if (!str_eq(f->manifest_state, STR("scanned")))
		return IMAGE_WAITING;
	if (!f->profile_judged) /* there were no data to hold it against: that matters, and is said */
		return f->profile_matters ? IMAGE_NOT_ASSESSED : IMAGE_WAITING;
	if (f->tally->unmatched)
		return IMAGE_WAITING;
	if (tally_sum(f->tally))
		return IMAGE_UNHEALTHY;
	return f->gaps_matter || f->profile_matters || f->tally->gaps ? IMAGE_NOT_ASSESSED
	                                                              : IMAGE_HEALTHY;
}

#define A_PART(condition)                                                                       \
	"EXISTS (SELECT 1 FROM manifest_part sp CROSS JOIN part st WHERE sp.manifest_id = m.id" \
	" AND st.id = sp.part_id AND " condition ")"

const char *const image_state_sql =
        "CASE WHEN m.state = 'unsupported' THEN 4 WHEN m.state = 'failed' THEN 5"
        " WHEN m.state <> 'scanned' THEN 0"
        " WHEN pf.generation_id IS NULL THEN CASE WHEN pf.matters <> 0 THEN 3 ELSE 0 END"
        " WHEN " A_PART("st.unmatched > 0") " THEN 0"
                                            " WHEN " A_PART("st.critical + st.high + st.medium + "
                                                            "st.low + st.negligible + st.unknown > "
                                                            "0") " THEN 2"
                                                                 " WHEN m.gaps_matter <> 0 OR "
                                                                 "pf.matters <> 0 THEN 3"
                                                                 " WHEN " A_PART(
                                                                         "st.gaps > 0") " THEN 3 "
                                                                                        "ELSE 1 "
                                                                                        "END";

_Static_assert(IMAGE_WAITING == 0 && IMAGE_HEALTHY == 1 && IMAGE_UNHEALTHY == 2 &&
                       IMAGE_NOT_ASSESSED == 3 && IMAGE_UNSUPPORTED == 4 && IMAGE_FAILED == 5,
               "the numbers in image_state_sql");
