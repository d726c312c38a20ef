#include "vulndb/kev.h"
#include "base/time.h"
#include "vulndb/names.h"

static str date(const struct json *entry, const char *key)
{
	str s = json_str(entry, key);
	int64_t t;
	return s.n == 10 && time_parse(s, &t) ? s : (str){ 0 };
}

int kev_read(const struct json *doc, kev_each *each, void *ctx, str *released, struct error *e)
{
	const struct json *list = json_get(doc, "vulnerabilities");
	int64_t t;
	int r = 0;
	if (!json_is_array(list))
		return error_set(e, ERR_FORMAT, "no KEV catalogue: no list of vulnerabilities");
	*released = json_str(doc, "dateReleased");
	if (released->n > 40 || !time_parse(*released, &t))
		*released = (str){ 0 };
	for (size_t i = 0; r == 0 && i < json_len(list); i++) {
		const struct json *one = json_at(list, i);
		struct kev_entry k = { .cve = json_str(one, "cveID"),
			               .added = date(one, "dateAdded"),
			               .due = date(one, "dueDate"),
			               .ransomware =
			                       str_eq(json_str(one, "knownRansomwareCampaignUse"),
			                              STR("Known")) };
		if (names_is_cve(k.cve) && k.cve.n <= 32)
			r = each(ctx, &k, e);
	}
	return r;
}
