/* fuzz/fuzz_part.c — a file whose name says that it is an interrupted download: what is believed of
 * it is a strong tag that may go into a header and, opened anew under that tag, is the same file.
 */
#include "scratch.h"
#include "vulndb/part.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char url[] = "https://feeds.example/all.zip";

/* "download-…-", as the module itself writes it */
static void learn_front(char *front, size_t room)
{
	struct part p = { .dir = scratch, .url = url, .fd = -1 };
	struct error e = { 0 };

	assert(part_open(&p, false, STR("\"x\""), &e) == 0);
	snprintf(front, room, "%.*s", (int)(strrchr(p.path, '-') + 1 - p.path), p.path);
	close(part_take(&p));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char front[300];
	struct arena a cleanup(arena_done) = ARENA(1u << 20);
	struct part p;
	struct error e = { 0 };
	char path[600];

	if (scratch_open(NULL, 0))
		learn_front(front, sizeof front);
	if (n > 170 || memchr(data, 0, n) || memchr(data, '/', n))
		return 0;
	snprintf(path, sizeof path, "%s%.*s.part", front, (int)n, (const char *)data);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert(fd >= 0 && write(fd, "half", 4) == 4);
	close(fd);
	part_find(&p, scratch, url, &a);
	if (p.bytes) {
		assert(p.bytes == 4 && p.tag.n > 2 && p.tag.p[0] == '"');
		for (size_t i = 0; i < p.tag.n; i++)
			assert(p.tag.p[i] >= ' ');
		assert(part_open(&p, true, p.tag, &e) == 0 && !strcmp(p.path, path));
		close(part_take(&p));
		assert(access(path, F_OK));
	}
	unlink(path);
	return 0;
}
