/* fuzz/fuzz_tarball.c — what the jail saw in an archive, put together to an image: each document is
 * a member, whose first line is its kind ('j' JSON, 'l' a layer, 's' a link) and its path, where
 * '$' becomes its own digest. Every layer has a member that was walked as one, or there is a
 * reason. */
#include "mutate_json.h"
#include "oci/tarball.h"
#include "papers.h"
#include <assert.h>
#include <stdio.h>

enum { PATH_BYTES = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct archive_member member(str paper, char path[PATH_BYTES])
{
	char text[DIGEST_TEXT_BYTES];
	struct archive_member m = { 0 };
	str content = paper, line = { 0 };

	str_split(&content, '\n', &line);
	m.path = str_from(line, 1);
	m.digest = digest_of(content);
	m.size_bytes = content.n;
	size_t mark = str_chr(m.path, '$');
	if (mark < m.path.n && m.path.n + DIGEST_TEXT_BYTES < PATH_BYTES)
		m.path = str_mem(path, (size_t)snprintf(path, PATH_BYTES, "%.*s%s%.*s",
		                                        STR_FMT(str_upto(m.path, mark)),
		                                        digest_text(&m.digest, text) + 7,
		                                        STR_FMT(str_from(m.path, mark + 1))));
	m.is_layer = line.n && line.p[0] == 'l';
	if (line.n && line.p[0] == 'j')
		m.json = content;
	else if (line.n && line.p[0] == 's')
		m.link = content;
	return m;
}

static void settle(const struct archive_member *members, size_t n, const struct tarball_wish *wish)
{
	struct arena a cleanup(arena_done) = ARENA(16u << 20);
	struct image image = { 0 };
	size_t *of_layer = NULL;
	struct error e = { 0 };
	int r = tarball_settle(members, n, wish, &a, &image, &of_layer, &e);

	assert(r >= 0 || e.msg[0]);
	for (size_t i = 0; r >= 0 && i < image.layers.n; i++)
		assert(of_layer[i] == SIZE_MAX ? image.layers.v[i].foreign
		                               : of_layer[i] < n && members[of_layer[i]].is_layer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct tarball_wish wishes[] = {
		{ .platform = NULL },
		{ .platform = "linux/amd64", .prefer_oci = true },
		{ .ref = STR_INIT("a:1"), .prefer_oci = true },
		{ .ref = STR_INIT("a:1"), .platform = "linux/amd64" },
	};
	struct papers papers cleanup(papers_done) = { 0 };
	struct archive_member members[PAPERS];
	char paths[PAPERS][PATH_BYTES];

	papers_fill(&papers, str_mem(data, n), true);
	for (size_t i = 0; i < PAPERS; i++)
		members[i] = member(buf_view(&papers.v[i]), paths[i]);
	for (size_t i = 0; i < LEN(wishes); i++)
		settle(members, PAPERS, &wishes[i]);
	return 0;
}

MUTATOR(mutate_json)
