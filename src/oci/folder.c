#include "oci/folder.h"
#include "oci/foldertar.h"
#include "sys/tree.h"
#include <pthread.h>
#include <stdio.h>

enum { GAPS_BYTES_MAX = 4 << 20, GAPS_MAX_HERE = 10000 };

struct folder {
	int root;
	const struct source_options *options;
	bool diff;            /* of overlayfs */
	pthread_mutex_t lock; /* guards the gaps */
	struct arena arena;
	VEC(struct gap) gaps;
};

static void note_gap(void *ctx, enum gap_kind kind, str where, const char *why)
{
	struct folder *f = ctx;

	pthread_mutex_lock(&f->lock);
	if (f->gaps.n < GAPS_MAX_HERE) {
		struct gap g = { .kind = kind, .layer = 0 };
		g.where = arena_str(&f->arena, where);
		g.why = arena_str(&f->arena, str_c(why));
		vec_add(&f->arena, &f->gaps, g);
	}
	pthread_mutex_unlock(&f->lock);
	if (f->options->note) {
		char line[FOLDERTAR_PATH_BYTES + 128];
		snprintf(line, sizeof line, "%.*s: %s", STR_FMT(where), why);
		f->options->note(f->options->note_ctx, line);
	}
}

int folder_layer(struct folder *f, struct stream **out, struct error *e)
{
	const struct foldertar_of of = { .root = f->root,
		                         .diff = f->diff,
		                         .want = f->options->want,
		                         .want_ctx = f->options->want_ctx,
		                         .gap = note_gap,
		                         .ctx = f };

	pthread_mutex_lock(&f->lock);
	arena_reset(&f->arena); /* read again: the gaps of this time count */
	memset(&f->gaps, 0, sizeof f->gaps);
	pthread_mutex_unlock(&f->lock);
	return foldertar_open(&of, out, e);
}

static int open_root(const char *path, const struct source_options *o, struct folder **out,
                     struct error *e)
{
	struct folder *f = calloc(1, sizeof *f);
	int r;

	if (!f)
		abort();
	f->root = -1;
	f->options = o;
	f->arena = ARENA(GAPS_BYTES_MAX);
	pthread_mutex_init(&f->lock, NULL);
	r = tree_open_root(path, &f->root, e);
	if (r < 0)
		folder_free(f);
	else
		*out = f;
	return r;
}

int folder_open_diff(const char *path, const struct source_options *o, struct folder **out,
                     struct error *e)
{
	int r = open_root(path, o, out, e);

	if (r >= 0)
		(*out)->diff = true;
	return r;
}

int folder_open(const char *path, const struct source_options *o, struct arena *a,
                struct image *image, struct folder **out, struct error *e)
{
	struct layer layer = { .media_type = STR("application/vnd.oci.image.layer.v1.tar") };
	int r = open_root(*path ? path : ".", o, out, e);

	if (r < 0)
		return r;
	image->kind = STR("dir");
	image->name = arena_str(a, str_c(path));
	image->os = STR("linux");
	vec_add(a, &image->layers, layer);
	if (a->failed) {
		folder_free(*out);
		return error_set(e, ERR_LIMIT, "the scan's memory is spent");
	}
	return 0;
}

const struct gap *folder_gaps(const struct folder *f, size_t *n)
{
	*n = f->gaps.n;
	return f->gaps.v;
}

void folder_free(struct folder *f)
{
	if (!f)
		return;
	if (f->root >= 0)
		close(f->root);
	arena_done(&f->arena);
	pthread_mutex_destroy(&f->lock);
	free(f);
}
