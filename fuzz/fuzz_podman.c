/* fuzz/fuzz_podman.c — images.json and layers.json of a podman store, a NUL between them: an image
 * found, or a reason. */
#include "base/arena.h"
#include "model/image.h"
#include "mutate_json.h"
#include "oci/podman.h"
#include "oci/source.h"
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static char folder[] = "/tmp/plimsoll-fuzz-XXXXXX";
static char paths[2][100];

static void forget(void)
{
	for (int i = 0; i < 2; i++) {
		unlink(paths[i]);
		*strrchr(paths[i], '/') = 0;
		rmdir(paths[i]);
	}
	rmdir(folder);
}

static void prepare(void)
{
	static const char *const names[] = { "overlay-images", "overlay-layers" };
	static const char *const files[] = { "images.json", "layers.json" };

	assert(mkdtemp(folder));
	for (int i = 0; i < 2; i++) {
		snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
		assert(mkdir(paths[i], 0700) == 0);
		snprintf(paths[i], sizeof paths[i], "%s/%s/%s", folder, names[i], files[i]);
	}
	atexit(forget);
}

static void put(const char *path, str text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert(fd >= 0);
	assert(!text.n || write(fd, text.p, text.n) == (ssize_t)text.n);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(8u << 20);
	struct source_options o = { .podman_root = folder };
	struct image image = { 0 };
	struct podman *p = NULL;
	struct error e = { 0 };
	str rest = str_mem(data, n), images = { 0 };

	if (!paths[0][0])
		prepare();
	str_split(&rest, 0, &images);
	put(paths[0], images);
	put(paths[1], rest);
	assert(podman_open("a:1", &o, &a, &image, &p, &e) >= 0 || e.msg[0]);
	podman_free(p);
	return 0;
}

MUTATOR(mutate_json)
