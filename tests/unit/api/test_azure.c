/* Azure's own forms: dates and tokens of the SDKs' demands, additionalData of the swagger; CVSS 3.1
 * section 2 for what a vector says */
#include "../test.h"
#include "api/azure.h"
#include "api/azure_details.h"
#include "api/azure_texts.h"
#include "base/json.h"

static struct arena arena = ARENA(4u << 20);
static struct error err;

TEST(tokens_are_letters_digits_hyphens_and_underscores)
{
	static const char *const cursors[] = { "2~~i17.i4.i9", "0~t61.n~f0000000000000000.t5f_", "",
		                               "5~i1~i-3" };

	for (size_t i = 0; i < LEN(cursors); i++) {
		str token = azure_token(&arena, str_c(cursors[i]));
		struct exchange x = { .query = arena_concat(&arena, STR("$skipToken="), token) };
		struct call c = { .x = &x, .arena = &arena };
		struct paging page;
		for (size_t k = 0; k < token.n; k++)
			EXPECT_INT(strchr("-_", token.p[k]) || (token.p[k] | 32) - 'a' + 0u < 26u ||
			                   token.p[k] - '0' + 0u < 10u,
			           1);
		EXPECT_OK(azure_page(&c, &page, &err), &err);
		EXPECT_STR(page.after, str_c(cursors[i]));
	}
}

TEST(dates_have_seven_digits_of_a_second)
{
	struct buf b cleanup(buf_done) = BUF(1000);
	struct jsonout j = JSONOUT(&b, 0);

	jsonout_object(&j, NULL);
	azure_date(&j, "a", 1700000000);
	azure_date(&j, "never", 0);
	azure_date_text(&j, "b", STR("2026-10-02T03:04:05.678+02:00"));
	azure_date_text(&j, "none", STR("soon"));
	jsonout_end(&j);
	EXPECT_STR(buf_view(&b), STR("{\"a\":\"2023-11-14T22:13:20.0000000Z\",\"b\":\"2026-10-"
	                             "02T01:04:05.0000000Z\"}"));
}

/* The member of the later form at a path of two names */
static str member(const struct finding_row *f, const char *object, const char *name)
{
	struct buf b cleanup(buf_done) = BUF(1u << 20);
	struct jsonout j = JSONOUT(&b, 0);
	struct azure_details d;
	struct json *parsed = NULL;
	str out;

	azure_details_read(&arena, f, &d);
	jsonout_object(&j, NULL);
	azure_details_write_mdvm(&arena, &j, f, &d);
	jsonout_end(&j);
	azure_details_done(&d);
	EXPECT_OK(json_parse("written", buf_view(&b), &parsed, &err), &err);
	out = arena_str(&arena, json_str(json_get(parsed, object), name));
	json_free(parsed);
	return out;
}

TEST(the_words_of_the_later_form)
{
	static const struct {
		enum fix_status fix;
		const char *word;
	} fixes[] = { { FIX_AVAILABLE, "FixAvailable" },
		      { FIX_NONE, "NoFixAvailable" },
		      { FIX_WILL_NOT, "WontFix" },
		      { FIX_END_OF_LIFE, "WontFix" },
		      { FIX_UNDER_INVESTIGATION, "Unknown" },
		      { FIX_DEFERRED, "NoFixAvailable" } };
	static const struct {
		enum severity severity;
		const char *word;
	} severities[] = { { SEVERITY_CRITICAL, "Critical" },
		           { SEVERITY_HIGH, "High" },
		           { SEVERITY_NEGLIGIBLE, "Low" },
		           { SEVERITY_UNKNOWN, "Unknown" } };
	static const struct {
		enum package_type type;
		const char *category;
	} types[] = { { PACKAGE_DEB, "OS" },
		      { PACKAGE_APK, "OS" },
		      { PACKAGE_RPM, "OS" },
		      { PACKAGE_PYPI, "Language" } };

	for (size_t i = 0; i < LEN(fixes); i++)
		EXPECT_STR(member(&(struct finding_row){ .fix = fixes[i].fix }, "softwareDetails",
		                  "fixStatus"),
		           str_c(fixes[i].word));
	for (size_t i = 0; i < LEN(severities); i++)
		EXPECT_STR(member(&(struct finding_row){ .severity = severities[i].severity },
		                  "vulnerabilityDetails", "severity"),
		           str_c(severities[i].word));
	for (size_t i = 0; i < LEN(types); i++)
		EXPECT_STR(member(&(struct finding_row){ .package.type = types[i].type },
		                  "softwareDetails", "category"),
		           str_c(types[i].category));
}

TEST(an_impact_is_what_the_vector_says)
{
	static const struct {
		const char *fact, *impact;
	} rows[] = {
		// clang-format off
		{ "{\"ratings\":[{\"cvss\":3,\"score\":9.8,\"vector\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"}]}",
		  "An attack over the network, without any privileges, can cost all confidentiality, all integrity, all availability (CVSS 9.8)" },
		{ "{\"ratings\":[{\"cvss\":3,\"score\":4.4,\"vector\":\"CVSS:3.0/AV:L/AC:L/PR:H/UI:R/S:U/C:N/I:N/A:L\"}]}",
		  "An attack by somebody on the system, with high privileges, with a user's help, can cost some availability (CVSS 4.4)" },
		{ "{\"ratings\":[{\"cvss\":2,\"score\":7.5,\"vector\":\"AV:N/AC:L/Au:N/C:P/I:P/A:P\"}]}", "" },
		{ "{\"ratings\":[{\"cvss\":3,\"score\":5,\"vector\":\"\"}]}", "" },
		{ "not JSON", "" },
		// clang-format on
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		struct azure_details d;
		azure_details_read(&arena, &(struct finding_row){ .fact = str_c(rows[i].fact) },
		                   &d);
		EXPECT_STR(d.impact, str_c(rows[i].impact));
		azure_details_done(&d);
	}
}

TEST(the_chosen_rating_counts_else_the_highest)
{
	struct azure_details d;
	struct finding_row f = { .fact = STR("{\"ratings\":[{\"cvss\":3,\"score\":9},{\"cvss\":3,"
		                             "\"score\":5,\"chosen\":true},"
		                             "{\"cvss\":2,\"score\":4},{\"cvss\":2,\"score\":6},{"
		                             "\"cvss\":9,\"score\":10}]}") };

	azure_details_read(&arena, &f, &d);
	EXPECT_INT((int)d.cvss[1].score, 5);
	EXPECT_INT((int)d.cvss[0].score, 6);
	EXPECT_INT(d.cvss[2].score < 0, 1);
	azure_details_done(&d);
}

TEST(our_assessments_are_found_by_any_case)
{
	EXPECT_INT(azure_text_of(STR("DBD0CB49-B563-45E7-9724-889E799FA648")) == &azure_texts[0],
	           1);
	EXPECT_INT(azure_text_of(STR("dbd0cb49")) == NULL, 1);
}
