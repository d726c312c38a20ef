/* center/inventories.h, matches.h, tallies.h, findings.h, finding_name.h, imagestate.h */
#include "center/findings.h"
#include "center/imagelist.h"
#include "center/packages.h"
#include "center/tallies.h"
#include "fleet.h"

static const char *const base_and_app[] = { "0 openssl 3.0", "0 bash 5.2", "1 nginx 1.22", NULL };
static const char *const base_alone[] = { "0 openssl 3.0", "0 bash 5.2", NULL };

static int64_t number(const char *sql)
{
	return store_number(fleet.store, sql);
}

TEST(a_finding_has_a_name_that_leads_back)
{
	static const struct finding_key rows[] = {
		{ 1, 1, 1 },
		{ 1, 1, 2 },
		{ 123456789, 987654321, 55555 },
		{ ((int64_t)1 << 44) - 1, ((int64_t)1 << 42) - 1, ((int64_t)1 << 42) - 1 },
		{ 7, 0, 0 },
		{ 0, ((int64_t)1 << 22) - 1, (int64_t)1 << 41 },
	};
	char name[FINDING_NAME_BYTES], other[FINDING_NAME_BYTES] = "";
	struct finding_key k;

	for (size_t i = 0; i < LEN(rows); i++) {
		finding_name_make(&rows[i], name);
		EXPECT(strcmp(name, other) && strlen(name) == 36 && name[8] == '-' &&
		       name[23] == '-');
		memcpy(other, name, sizeof other);
		for (size_t c = 0; i % 2 && c < 36; c++)
			name[c] = name[c] >= 'a' && name[c] <= 'f' ? (char)(name[c] - 32) : name[c];
		EXPECT(finding_name_parse(str_c(name), &k));
		EXPECT(k.image_id == rows[i].image_id && k.package_id == rows[i].package_id &&
		       k.vulnerability_id == rows[i].vulnerability_id);
	}
	/* xxd -r -p <<<00000000001000000000040000000001 | openssl enc -aes-128-ecb -nopad -K
	 * "$(printf 'plimsoll finding' | xxd -p)" */
	EXPECT_STR(str_c(finding_name_make(&rows[0], name)),
	           STR("29f32011-5bde-b689-1af5-50f9686841a5"));
	EXPECT(!finding_name_parse(STR("00000000-0000-0000-0000-00000000000g"), &k));
	EXPECT(!finding_name_parse(STR("00000000000000000000000000000000"), &k));
	EXPECT(!finding_name_parse(STR("{0000000-0000-0000-0000-00000000000}"), &k));
}

TEST(what_is_known_is_stored_once)
{
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app"), one, two;
	struct inventory_stored s;

	fleet_image(repository, '1', "a", &one);
	fleet_image(repository, '2', "b", &two);
	s = fleet_scan(one, base_and_app);
	EXPECT(s.parts == 2 && s.parts_new == 2 && s.packages == 3 && s.packages_new == 3 &&
	       s.unmatched);
	s = fleet_scan(one, base_and_app);
	EXPECT(s.parts == 2 && s.parts_new == 0 && s.packages == 3 && s.packages_new == 0);
	s = fleet_scan(two, base_alone);
	EXPECT(s.parts == 1 && s.parts_new == 0 && s.packages == 2 && s.packages_new == 0);
	EXPECT_INT(number("SELECT count(*) FROM package"), 3);
	EXPECT_INT(number("SELECT count(*) FROM part"), 2);
	EXPECT_INT(number("SELECT count(*) FROM part_package"), 3);
	EXPECT_INT(number("SELECT count(*) FROM watch"), 3);
	EXPECT_INT(number("SELECT count(*) FROM profile"), 1);
	EXPECT_INT(number("SELECT sum(unmatched) FROM part"), 3);
	EXPECT_INT(number("SELECT sum(packages) FROM manifest"), 5);
	fleet_end();
}

TEST(a_package_counts_in_its_lowest_layer_and_upper_ones_say_again)
{
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app"), one;
	static const char *const twice[] = { "0 lib 1", "2 lib 1", "2 other 1", NULL };

	fleet_image(repository, '1', "a", &one);
	struct inventory_stored s = fleet_scan(one, twice);
	EXPECT(s.parts == 2 && s.packages == 2);
	EXPECT_INT(number("SELECT count(*) FROM part_package WHERE again = 1"), 1);
	EXPECT_INT(number("SELECT sum(packages) FROM part"), 2);
	EXPECT_INT(number("SELECT layer FROM manifest_part mp JOIN part_package pp ON pp.part_id = "
	                  "mp.part_id"
	                  " WHERE pp.again = 1"),
	           2);
	struct package_row_list l = { 0 };
	EXPECT_OK(packages_list(fleet_open(), &fleet_arena, &sight_all,
	                        &(struct package_filter){ .image_id = 1, .type = -1 }, NULL, &l,
	                        &err),
	          &err);
	fleet_close();
	EXPECT_INT(l.n, 2);
	EXPECT_STR(l.v[0].package.name, STR("lib"));
	EXPECT(l.v[0].layer == 0 && l.v[1].layer == 2);
	fleet_end();
}

static void expect_tallies(void)
{
	int64_t after = 0;
	size_t wrong = 0;

	EXPECT_INT(tallies_mend(fleet_open(), &after, 1000, &wrong, &err), 0);
	fleet_close();
	EXPECT_INT(wrong, 0);
}

TEST(matches_are_closed_and_opened_where_they_differ)
{
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app"), one, two;
	struct match_row m[3] = { fleet_match("CVE-2026-1", SEVERITY_HIGH),
		                  fleet_match("CVE-2026-2", SEVERITY_LOW),
		                  fleet_match("CVE-2026-1", SEVERITY_LOW) /* the first counts */ };
	struct match_counts n;

	fleet_image(repository, '1', "a", &one);
	fleet_image(repository, '2', "b", &two);
	fleet_scan(one, base_and_app);
	int64_t first = fleet_generation("first"), openssl = fleet_package("openssl", "3.0");
	n = fleet_apply(first, openssl, m, 3);
	EXPECT(n.packages == 1 && n.changed == 1 && n.opened == 2 && n.closed == 0 && n.parts == 1);
	fleet_scan(two, base_alone);
	expect_tallies();
	n = fleet_apply(first, openssl, m, 2);
	EXPECT(n.packages == 1 && n.changed == 0 && n.opened == 0 && n.closed == 0 && n.parts == 0);
	int64_t second = fleet_generation("second");
	m[0].severity = SEVERITY_CRITICAL;
	n = fleet_apply(second, openssl, m, 1); /* one changed, one gone */
	EXPECT(n.changed == 1 && n.opened == 1 && n.closed == 2);
	EXPECT_INT(number("SELECT count(*) FROM matched"), 3);
	EXPECT_INT(number("SELECT count(*) FROM matched WHERE until_gen = 2"), 2);
	EXPECT_INT(number("SELECT critical FROM part p JOIN part_package pp ON pp.part_id = p.id"
	                  " JOIN package k ON k.id = pp.package_id WHERE k.name = 'openssl'"),
	           1);
	EXPECT_INT(number("SELECT sum(low) + sum(high) FROM part"), 0);
	expect_tallies();
	m[0].detail = STR("{\"range\":\"x\"}"); /* the same generation says it otherwise: no trace
	                                           of before */
	n = fleet_apply(second, openssl, m, 1);
	EXPECT(n.opened == 1 && n.closed == 1);
	EXPECT_INT(number("SELECT count(*) FROM matched"), 3);
	n = fleet_apply(first, openssl, m, 0); /* an older generation has no word any more */
	EXPECT(n.packages == 0 && n.closed == 0);
	n = fleet_apply(second, openssl, m, 0);
	EXPECT_INT(number("SELECT count(*) FROM matched"), 2);
	expect_tallies();
	fleet_end();
}

TEST(what_is_hidden_or_withdrawn_does_not_count)
{
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app"), one;
	struct match_row m[4] = { fleet_match("CVE-2026-1", SEVERITY_HIGH),
		                  fleet_match("CVE-2026-2", SEVERITY_HIGH),
		                  fleet_match("CVE-2026-3", SEVERITY_HIGH),
		                  fleet_match("CVE-2026-4", SEVERITY_MEDIUM) };
	struct finding_list l = { 0 };

	m[0].hidden = HIDING_VEX;
	m[1].state = STATE_WITHDRAWN;
	m[2].state = STATE_DISPUTED;
	m[3].fix = FIX_NONE;
	m[3].exploited.known = true;
	fleet_image(repository, '1', "a", &one);
	fleet_scan(one, base_alone);
	fleet_apply(fleet_generation("g"), fleet_package("bash", "5.2"), m, 4);
	expect_tallies();
	EXPECT_INT(number("SELECT high * 1000 + medium * 100 + hidden * 10 + fixable FROM part"),
	           1121);
	EXPECT_INT(number("SELECT exploited FROM part"), 1);
	struct exploitation none = { .epss = 0.5, .percentile = 0.75 };
	EXPECT_INT(matches_note_exploited(&fleet, STR("CVE-2026-4"), &none, &err), 1);
	EXPECT_INT(matches_note_exploited(&fleet, STR("CVE-2026-4"), &none, &err), 0);
	EXPECT_INT(matches_note_exploited(&fleet, STR("CVE-2026-9"), &none, &err), 0);
	EXPECT_INT(number("SELECT exploited FROM part"), 0);
	expect_tallies();
	struct exploited_row rows[] = {
		{ STR("CVE-2026-4"), { .epss = 0.5, .percentile = 0.75 } },
		{ STR("CVE-2026-9"), { .known = true } },
		{ STR("CVE-2026-3"), { .known = true, .epss = -1, .percentile = -1 } },
		{ STR("CVE-2026-1"), { .known = true, .epss = -1, .percentile = -1 } }
	};
	EXPECT_INT(matches_note_all_exploited(&fleet, rows, LEN(rows), &err), 2);
	EXPECT_INT(matches_note_all_exploited(&fleet, rows, LEN(rows), &err), 0);
	EXPECT_INT(number("SELECT count(*) FROM vulnerability WHERE kev = 1"), 2);
	EXPECT_INT(number("SELECT exploited FROM part"), 1); /* the hidden one does not count */
	rows[2].is.known = rows[3].is.known = false;
	EXPECT_INT(matches_note_all_exploited(&fleet, rows, LEN(rows), &err), 2);
	EXPECT_INT(number("SELECT exploited FROM part"), 0);
	expect_tallies();
	struct db *d = fleet_open();
	EXPECT_OK(findings_list(d, &fleet_arena, &sight_all, &(struct finding_filter){ 0 }, NULL,
	                        &l, &err),
	          &err);
	EXPECT_INT(l.n, 2);
	EXPECT(l.v[1].exploited.epss == 0.5 && l.v[0].exploited.epss < 0);
	l = (struct finding_list){ 0 };
	EXPECT_OK(findings_list(d, &fleet_arena, &sight_all,
	                        &(struct finding_filter){ .hidden = FINDINGS_HIDDEN }, NULL, &l,
	                        &err),
	          &err);
	EXPECT_INT(l.n, 2);
	fleet_close();
	fleet_end();
}

/* --- findings --- */

/* Three images in two registries of two subscriptions, five findings */
static int64_t generation, registries[2];

static void begin_findings(void)
{
	fleet_begin();
	int64_t manifest;
	registries[0] = fleet_registry(SUB, "reg");
	registries[1] = fleet_registry(OTHER, "other");
	int64_t app = fleet_repository(registries[0], "app"),
	        base = fleet_repository(registries[1], "base");

	fleet_image(app, '1', "a", &manifest);
	fleet_scan(manifest, base_and_app);
	fleet_image(app, '2', "b", &manifest);
	fleet_scan(manifest, (const char *const[]){ "0 busybox 1", NULL });
	fleet_image(base, '3', "c", &manifest);
	fleet_scan(manifest, base_alone);
	generation = fleet_generation("g");
	const struct match_row openssl[] = { fleet_match("CVE-2026-1", SEVERITY_HIGH),
		                             fleet_match("CVE-2026-2", SEVERITY_LOW) };
	const struct match_row nginx[] = { fleet_match("GHSA-abcd-efgh-2345", SEVERITY_CRITICAL) };
	fleet_apply(generation, fleet_package("openssl", "3.0"), openssl, 2);
	fleet_apply(generation, fleet_package("nginx", "1.22"), nginx, 1);
	fleet_settle(generation);
}

static size_t ask(const struct sight *s, const struct finding_filter *f, struct finding_list *out)
{
	*out = (struct finding_list){ 0 };
	EXPECT_OK(findings_list(fleet_open(), &fleet_arena, s, f, NULL, out, &err), &err);
	fleet_close();
	return out->n;
}

static int64_t count_of(const struct sight *s, const struct finding_filter *f)
{
	int64_t by[SEVERITY_COUNT], n = 0;

	EXPECT_OK(findings_count(fleet_open(), &fleet_arena, s, f, by, &err), &err);
	fleet_close();
	for (size_t i = 0; i < SEVERITY_COUNT; i++)
		n += by[i];
	return n;
}

TEST(findings_are_filtered_and_counted_alike)
{
	begin_findings();
	const struct finding_filter rows[] = {
		{ 0 },
		{ .registry_id = registries[0] },
		{ .subscription = STR(OTHER) },
		{ .resource_group = STR("GROUP") },
		{ .repository = STR("base") },
		{ .digest = fleet_digest('1') },
		{ .digest = fleet_digest('2') },
		{ .severities = 1u << SEVERITY_HIGH | 1u << SEVERITY_CRITICAL },
		{ .severities = 1u << SEVERITY_UNKNOWN },
		{ .vulnerability = STR("cve-2026-1") },
		{ .vulnerability = STR("ghsa-ABCD-efgh-2345") },
		{ .package = STR("openssl") },
		{ .package = STR("openssl"), .image_id = 1, .vulnerability = STR("CVE-2026-2") },
		{ .fixes = 1u << FIX_NONE },
		{ .exploited = true },
		{ .hidden = FINDINGS_ALL },
		{ .running = true },
		{ .at = NOON + 1 },
		{ .at = NOON - 1 },
	};
	static const size_t want[] = { 5, 3, 2, 5, 2, 3, 0, 3, 0, 2, 1, 4, 1, 0, 0, 5, 0, 5, 0 };
	struct finding_list l;

	for (size_t i = 0; i < LEN(rows); i++) {
		size_t n = ask(&sight_all, &rows[i], &l);
		if (n != want[i] || count_of(&sight_all, &rows[i]) != (int64_t)want[i])
			test_fail(__FILE__, __LINE__, "row %zu: %zu rows, %lld counted, want %zu",
			          i, n, (long long)count_of(&sight_all, &rows[i]), want[i]);
	}
	struct sight one = { .registries = registries, .registries_n = 1 };
	EXPECT_INT(ask(&one, &rows[0], &l), 3);
	EXPECT_INT(count_of(&one, &rows[0]), 3);
	EXPECT_INT(ask(&(struct sight){ 0 }, &rows[0], &l), 0);
	fleet_end();
}

TEST(a_row_of_a_finding_says_where_and_what)
{
	begin_findings();
	struct finding_list l;
	struct finding_row x;
	char name[FINDING_NAME_BYTES];
	struct finding_key k;

	EXPECT_INT(ask(&sight_all,
	               &(struct finding_filter){ .vulnerability = STR("GHSA-abcd-efgh-2345"),
	                                         .facts = true },
	               &l),
	           1);
	EXPECT_STR(l.v[0].registry, STR("reg"));
	EXPECT_STR(l.v[0].repository, STR("app"));
	EXPECT_STR(l.v[0].digest, fleet_digest('1'));
	EXPECT_STR(l.v[0].tags, STR("a"));
	EXPECT_STR(l.v[0].ecosystem, STR("Debian:12"));
	EXPECT_STR(l.v[0].package.name, STR("nginx"));
	EXPECT_STR(l.v[0].paths, STR("[{\"path\":\"var/lib/dpkg/status\"}]"));
	EXPECT_STR(l.v[0].fact, STR("{\"title\":\"GHSA-abcd-efgh-2345\"}"));
	EXPECT_STR(l.v[0].fixed_version, STR("9"));
	EXPECT(l.v[0].layer == 1 && l.v[0].score == 5.5 && l.v[0].severity == SEVERITY_CRITICAL);
	EXPECT_INT(l.v[0].found_at, NOON);
	EXPECT(finding_name_parse(str_c(finding_name_make(&l.v[0].key, name)), &k));
	struct db *d = fleet_open();
	EXPECT_INT(findings_get(d, &fleet_arena, &sight_all, &k, &x, &err), 1);
	EXPECT_STR(x.package.name, STR("nginx"));
	EXPECT_STR(x.fact, l.v[0].fact);
	struct sight other = { .registries = &registries[1], .registries_n = 1 };
	EXPECT_INT(findings_get(d, &fleet_arena, &other, &k, &x, &err), 0);
	k.package_id++;
	EXPECT_INT(findings_get(d, &fleet_arena, &sight_all, &k, &x, &err), 0);
	struct vulnerability_row v;
	EXPECT_INT(findings_vulnerability(d, &fleet_arena, &sight_all, STR("cve-2026-1"), &v, &err),
	           1);
	EXPECT(v.images == 2 && v.packages == 1 && v.worst == SEVERITY_HIGH);
	EXPECT_INT(findings_vulnerability(d, &fleet_arena, &(struct sight){ 0 }, STR("cve-2026-1"),
	                                  &v, &err),
	           0);
	fleet_close();
	fleet_end();
}

TEST(pages_of_findings_hold_while_rows_go)
{
	begin_findings();
	for (enum finding_order o = FINDINGS_BY_ID; o <= FINDINGS_BY_SEVERITY; o++)
		for (size_t limit = 1; limit <= 6; limit++) {
			struct finding_filter f = { .order = o };
			struct paging p = { .limit = limit };
			struct finding_list l, all;
			size_t n = 0, pages = 0;
			ask(&sight_all, &f, &all);
			do {
				l = (struct finding_list){ 0 };
				EXPECT_OK(findings_list(fleet_open(), &fleet_arena, &sight_all, &f,
				                        &p, &l, &err),
				          &err);
				fleet_close();
				for (size_t i = 0; i < l.n; i++, n++)
					EXPECT(n < 5 && !memcmp(&l.v[i].key, &all.v[n].key,
					                        sizeof l.v[i].key));
				p.after = l.next;
			} while (l.next.n && ++pages < 10);
			EXPECT_INT(n, 5);
			for (size_t i = 1; i < all.n && o == FINDINGS_BY_SEVERITY; i++)
				EXPECT(all.v[i - 1].severity >= all.v[i].severity);
		}
	/* the row that a page ended with is gone: the next page goes on behind its place */
	struct finding_list first = { 0 }, second = { 0 };
	struct db *d = fleet_open();
	EXPECT_OK(findings_list(d, &fleet_arena, &sight_all, &(struct finding_filter){ 0 },
	                        &(struct paging){ .limit = 2 }, &first, &err),
	          &err);
	EXPECT_OK(db_run(d, &err, "UPDATE matched SET until_gen = 1 WHERE vulnerability_id = $1",
	                 V_INT(first.v[1].key.vulnerability_id)),
	          &err);
	EXPECT_OK(findings_list(d, &fleet_arena, &sight_all, &(struct finding_filter){ 0 },
	                        &(struct paging){ .after = first.next }, &second, &err),
	          &err);
	EXPECT_INT(second.n, 2);
	fleet_close();
	fleet_end();
}

TEST(what_was_known_on_a_day_is_told_with_the_data_of_that_day)
{
	begin_findings();
	struct finding_list l;
	int64_t bash = fleet_package("bash", "5.2");
	const struct match_row m = fleet_match("CVE-2027-1", SEVERITY_HIGH);

	fleet_now = NOON + 1000;
	int64_t later = fleet_generation("later");
	fleet_apply(later, bash, &m, 1);
	fleet_apply(later, fleet_package("nginx", "1.22"), NULL, 0);
	EXPECT_INT(ask(&sight_all, &(struct finding_filter){ .digest = fleet_digest('1') }, &l), 3);
	EXPECT_INT(ask(&sight_all,
	               &(struct finding_filter){ .digest = fleet_digest('1'), .at = NOON + 999 },
	               &l),
	           3);
	EXPECT_INT(ask(&sight_all, &(struct finding_filter){ .package = STR("nginx") }, &l), 0);
	EXPECT_INT(ask(&sight_all,
	               &(struct finding_filter){ .package = STR("nginx"), .at = NOON + 999 }, &l),
	           1);
	EXPECT_INT(ask(&sight_all,
	               &(struct finding_filter){ .package = STR("bash"), .at = NOON + 999 }, &l),
	           0);
	EXPECT_INT(ask(&sight_all,
	               &(struct finding_filter){ .package = STR("bash"), .at = NOON + 1000 }, &l),
	           2);
	fleet_end();
}

TEST(of_a_day_before_it_was_read_an_image_only_waits)
{
	begin_findings();
	struct image_list l = { 0 };
	struct image_filter then = { .digest = fleet_digest('1'), .at = NOON + 100 };
	struct db *d = fleet_open();

	EXPECT_OK(imagelist_images(d, &fleet_arena, &sight_all, &then, NULL, &l, &err), &err);
	EXPECT_OK(manifests_note(d, l.v[0].manifest_id, MANIFEST_SCANNED, STR(""), NOON + 500, &err),
	          &err);
	l = (struct image_list){ 0 };
	EXPECT_OK(imagelist_images(d, &fleet_arena, &sight_all, &then, NULL, &l, &err), &err);
	EXPECT_INT(l.v[0].state, IMAGE_WAITING);
	EXPECT_INT(tally_sum(&l.v[0].tally), 0);
	then.at = NOON + 500;
	l = (struct image_list){ 0 };
	EXPECT_OK(imagelist_images(d, &fleet_arena, &sight_all, &then, NULL, &l, &err), &err);
	EXPECT_INT(l.v[0].state, IMAGE_UNHEALTHY);
	fleet_close();
	fleet_end();
}

/* --- states --- */

TEST(a_state_is_the_same_in_words_and_in_sql)
{
	static const char *const manifest_states[] = { "waiting", "scanned", "failed",
		                                       "unsupported" };
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app"), manifest;
	size_t seen[IMAGE_STATE_COUNT] = { 0 };

	fleet_image(repository, '1', "a", &manifest);
	fleet_scan(manifest, base_and_app);
	fleet_judge(fleet_generation("g"));
	struct db *d = fleet_open();
	for (unsigned i = 0; i < 4 * 64; i++) {
		bool gaps = i >> 2 & 1, judged = i >> 3 & 1, matters = i >> 4 & 1,
		     part_gap = i >> 5 & 1;
		bool unmatched = i >> 6 & 1, found = i >> 7 & 1;
		struct tally t = { .by = { [SEVERITY_NEGLIGIBLE] = found },
			           .gaps = part_gap,
			           .unmatched = unmatched,
			           .hidden = 3 };
		int64_t sql = -1;
		struct query q = QUERY(&fleet_arena);
		struct rows *r cleanup(rows_cleanup) = NULL;
		EXPECT_OK(db_run(d, &err, "UPDATE manifest SET state = $1, gaps_matter = $2",
		                 V_C(manifest_states[i & 3]), V_INT(gaps)),
		          &err);
		EXPECT_OK(db_run(d, &err, "UPDATE profile SET generation_id = $1, matters = $2",
		                 judged ? V_INT(1) : V_NULL, V_INT(matters)),
		          &err);
		EXPECT_OK(db_run(d, &err,
		                 "UPDATE part SET negligible = $1, gaps = $2, unmatched = $3, "
		                 "hidden = 3"
		                 " WHERE id = (SELECT max(id) FROM part)",
		                 V_INT(found), V_INT(part_gap), V_INT(unmatched)),
		          &err);
		EXPECT_OK(db_run(d, &err,
		                 "UPDATE part SET unmatched = 0 WHERE id < (SELECT max(id) FROM "
		                 "part)"),
		          &err);
		query_add(&q, "SELECT ");
		query_add(&q, image_state_sql);
		query_add(&q, " FROM manifest m LEFT JOIN profile pf ON pf.id = m.profile_id");
		EXPECT_OK(query_ask(&q, d, &r, &err), &err);
		query_done(&q);
		if (rows_next(r, &err) > 0)
			sql = rows_int(r, 0);
		enum image_state c = image_state_of(&(struct image_facts){
		        str_c(manifest_states[i & 3]), gaps, judged, matters, &t });
		EXPECT_INT(sql, c);
		seen[c]++;
	}
	fleet_close();
	for (size_t i = 0; i < IMAGE_STATE_COUNT; i++)
		EXPECT(seen[i] > 0);
	fleet_end();
}

TEST(an_image_waits_until_all_of_it_is_matched)
{
	fleet_begin();
	int64_t repository = fleet_repository(fleet_registry(SUB, "reg"), "app"), manifest;
	int64_t image = fleet_image(repository, '1', "a", &manifest);
	struct image_row x;
	struct image_details more;
	struct image_list l = { 0 };

	fleet_scan(manifest, base_alone);
	int64_t g = fleet_generation("g");
	fleet_apply(g, fleet_package("openssl", "3.0"), NULL, 0);
	fleet_judge(g);
	EXPECT_INT(imagelist_image(fleet_open(), &fleet_arena, &sight_all, image, &x, &more, &err),
	           1);
	fleet_close();
	EXPECT_INT(x.state, IMAGE_WAITING);
	EXPECT(x.cause.n && !x.assessed_at);
	fleet_settle(g);
	EXPECT_INT(imagelist_image(fleet_open(), &fleet_arena, &sight_all, image, &x, NULL, &err),
	           1);
	fleet_close();
	EXPECT(x.state == IMAGE_HEALTHY && !x.cause.n && x.assessed_at == NOON);
	struct package_matches m = { .package_id = fleet_package("bash", "5.2"),
		                     .gap = STR("no order") };
	struct match_counts counts = { 0 };
	EXPECT_OK(matches_apply(&fleet, g, &m, 1, &counts, &err), &err);
	expect_tallies();
	EXPECT_OK(imagelist_images(fleet_open(), &fleet_arena, &sight_all,
	                           &(struct image_filter){ .states = 1u << IMAGE_NOT_ASSESSED },
	                           NULL, &l, &err),
	          &err);
	fleet_close();
	EXPECT_INT(l.n, 1);
	EXPECT(l.n && l.v[0].cause.n);
	fleet_end();
}
