#include "base/buf.h"
#include "feeds.h"
#include "vulndb/bundle.h"
#include <fcntl.h>
#include <unistd.h>

struct pair { /* a publisher's mirror and database, and one who imports */
	struct feeds from, to;
	struct signing_key *key, *pub;
	char file[192];
	struct bundle_summary sum;
	struct error e;
};

static void pair_new(struct pair *p)
{
	struct buf a = BUF(4096), b = BUF(4096);
	*p = (struct pair){ 0 };
	feeds_new(&p->from);
	feeds_new(&p->to);
	snprintf(p->file, sizeof p->file, "%s/bundle", p->from.root);
	EXPECT_OK(signing_key_new(&p->key, &p->e), &p->e);
	EXPECT_OK(signing_key_write(p->key, &a, &b, &p->e), &p->e);
	EXPECT_OK(signing_key_public(buf_view(&b), &p->pub, &p->e), &p->e);
	buf_done(&a);
	buf_done(&b);
	feeds_npm(&p->from, "GHSA-1", "\"CVE-2021-44228\"", "a", "2.0.0");
	feeds_npm(&p->from, "GHSA-2", "", "b", "2.0.0");
	feeds_put(&p->from, "epss.csv.gz", "cve,epss\nCVE-2021-44228,0.9\n");
	EXPECT_OK(feeds_update(&p->from), &p->from.e);
}

static void pair_done(struct pair *p)
{
	feeds_done(&p->from);
	feeds_done(&p->to);
	signing_key_free(p->key);
	signing_key_free(p->pub);
}

static int put_out(struct pair *p, uint64_t since)
{
	struct bundle_export o = { p->from.db, p->file, since, p->key };
	return bundle_export(&o, &p->from.a, &p->sum, &p->e);
}

static int bring_in(struct pair *p)
{
	struct bundle_import o = { p->to.db, p->file, p->pub, .in_process = true };
	p->e = (struct error){ 0 };
	return bundle_import(&o, &p->to.a, &p->sum, &p->e);
}

static size_t findings(struct pair *p, const char *name, const char *version)
{
	struct package one = { .type = PACKAGE_NPM,
		               .name = str_c(name),
		               .version = str_c(version) };
	return feeds_match(&p->to, &one, NULL).findings.n;
}

TEST(a_whole_bundle_makes_the_same_database)
{
	struct pair p cleanup(pair_done);
	pair_new(&p);
	EXPECT_OK(put_out(&p, 0), &p.e);
	EXPECT_OK(bring_in(&p), &p.e);
	EXPECT_INT(p.sum.generation, 1);
	EXPECT_INT(findings(&p, "a", "1.0.0"), 1);
	EXPECT_INT(findings(&p, "b", "2.0.0"), 0);
	EXPECT_OK(bring_in(&p), &p.e);
	EXPECT(p.sum.nothing_new);
}

TEST(a_delta_fits_its_own_generation_only)
{
	struct pair p cleanup(pair_done);
	pair_new(&p);
	EXPECT_OK(put_out(&p, 0), &p.e);
	EXPECT_OK(bring_in(&p), &p.e);
	feeds_npm(&p.from, "GHSA-2", "", "b", "3.0.0");
	feeds_npm(&p.from, "GHSA-3", "", "c", "3.0.0");
	feeds_put(&p.from, "osv/npm/GHSA-1.json", NULL);
	EXPECT_OK(feeds_update(&p.from), &p.from.e);
	feeds_npm(&p.from, "GHSA-4", "", "d", "3.0.0");
	EXPECT_OK(feeds_update(&p.from), &p.from.e);
	EXPECT_OK(put_out(&p, 2), &p.e);
	EXPECT_INT(bring_in(&p), ERR_DENIED); /* it has generation 1 */
	EXPECT_OK(put_out(&p, 1), &p.e);
	EXPECT_OK(bring_in(&p), &p.e);
	EXPECT_INT(p.sum.generation, 3);
	EXPECT_INT(findings(&p, "a", "1.0.0"), 0);
	EXPECT_INT(findings(&p, "b", "2.5.0"), 1);
	EXPECT_INT(findings(&p, "c", "1.0.0"), 1);
	EXPECT_INT(findings(&p, "d", "1.0.0"), 1);
	EXPECT_INT(put_out(&p, 9), ERR_NOTFOUND);
}

TEST(a_roll_back_is_refused)
{
	struct pair p cleanup(pair_done);
	char old[256];
	pair_new(&p);
	EXPECT_OK(put_out(&p, 0), &p.e);
	snprintf(old, sizeof old, "%s.old", p.file);
	EXPECT_INT(rename(p.file, old), 0);
	feeds_npm(&p.from, "GHSA-2", "", "b", "3.0.0");
	EXPECT_OK(feeds_update(&p.from), &p.from.e);
	EXPECT_OK(put_out(&p, 0), &p.e);
	EXPECT_OK(bring_in(&p), &p.e);
	EXPECT_INT(rename(old, p.file), 0);
	EXPECT_INT(bring_in(&p), ERR_DENIED);
	EXPECT(strstr(p.e.msg, "roll-back"));
	EXPECT_INT(findings(&p, "b", "2.5.0"), 1);
}

TEST(older_data_of_another_line_are_a_roll_back_too)
{
	struct pair p cleanup(pair_done);
	pair_new(&p);
	feeds_put(&p.to, "osv/npm/GHSA-9.json",
	          "{\"id\":\"GHSA-9\",\"modified\":\"2025-01-01T00:00:00Z\",\"affected\":[{"
	          "\"package\":{"
	          "\"ecosystem\":\"npm\",\"name\":\"z\"},\"versions\":[\"1.0.0\"]}]}");
	EXPECT_OK(feeds_update(&p.to), &p.to.e);
	EXPECT_OK(put_out(&p, 0), &p.e);
	EXPECT_INT(bring_in(&p), ERR_DENIED);
}

static size_t read_all(const char *file, char *room, size_t n)
{
	int fd = open(file, O_RDONLY);
	ssize_t got = read(fd, room, n);
	close(fd);
	return got < 0 ? 0 : (size_t)got;
}

static void write_all(const char *file, const char *p, size_t n)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	EXPECT(write(fd, p, n) == (ssize_t)n);
	close(fd);
}

TEST(every_flipped_byte_and_every_cut_is_refused)
{
	struct pair p cleanup(pair_done);
	static char room[65536];
	pair_new(&p);
	EXPECT_OK(put_out(&p, 0), &p.e);
	size_t n = read_all(p.file, room, sizeof room - 1);
	EXPECT(n > 200 && n < 4096);
	for (size_t i = 0; i < n; i++) {
		room[i] = (char)(room[i] ^ 0x20);
		write_all(p.file, room, n);
		if (bring_in(&p) >= 0)
			test_fail(__FILE__, __LINE__, "byte %zu may be changed", i);
		room[i] = (char)(room[i] ^ 0x20);
		write_all(p.file, room, i);
		if (bring_in(&p) >= 0)
			test_fail(__FILE__, __LINE__, "a cut at %zu is taken", i);
	}
	write_all(p.file, room, n + 1);
	EXPECT(bring_in(&p) < 0); /* a byte more */
	EXPECT(access(p.to.db, F_OK) < 0);
	write_all(p.file, room, n);
	EXPECT_OK(bring_in(&p), &p.e);
}

TEST(only_the_trusted_key_counts)
{
	struct pair p cleanup(pair_done);
	pair_new(&p);
	struct signing_key *mine = p.key;
	EXPECT_OK(signing_key_new(&p.key, &p.e), &p.e);
	EXPECT_OK(put_out(&p, 0), &p.e);
	EXPECT_INT(bring_in(&p), ERR_DENIED);
	signing_key_free(p.key);
	p.key = NULL;
	EXPECT_OK(put_out(&p, 0), &p.e);
	EXPECT_INT(bring_in(&p), ERR_DENIED);
	signing_key_free(p.pub);
	p.pub = NULL; /* told to take it as it is */
	EXPECT_OK(bring_in(&p), &p.e);
	p.key = mine;
}
