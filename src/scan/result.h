/* scan/result.h — what the jailed side found in one layer, and how that travels to the parent: our
 * own little-endian records. The writer is the jail, so the reader believes nothing: every length
 * is checked, everything lives in an arena with a ceiling. */
#pragma once
#include "base/buf.h"
#include "base/vec.h"
#include "inventory/inventory.h"

/* What the parent keeps of all layers of an image, however many there are */
enum { FINDINGS_MIB_MAX = 256 };

enum { PATH_BYTES_MAX = 4096, PATH_DEPTH_MAX = 256, ENTRIES_MAX = 1 << 20, MEMBERS_MAX = 1 << 22 };

enum entry_kind {
	ENTRY_FILE,     /* was read; packages, gaps and distros name its path */
	ENTRY_SYMLINK,  /* link: its target as it stands */
	ENTRY_HARDLINK, /* a name that a reader wants, for a file met under `link`, a path of this layer */
	ENTRY_WHITEOUT, /* path and all below are gone from the layers below */
	ENTRY_OPAQUE,   /* all below path is gone from the layers below */
	ENTRY_KIND_COUNT
};

struct entry {
	enum entry_kind kind;
	str path;      /* clean: no leading slash, no "." or ".." */
	str link;
	str detector;  /* kind of the reader: files and hard links */
	/* of a file: its part of the result's packages, gaps and distros */
	struct span {
		uint32_t first, n;
	} packages, gaps, distros, owned;
};

struct hashes { /* of paths; from malloc, since they are many and live apart from the arena */
	uint64_t *v;
	size_t n, room;
};

struct layer_result {
	struct arena *arena; /* borrowed: where everything below but the hashes lives */
	VEC(struct entry) entries; /* in the layer's order */
	VEC(struct package) packages;
	VEC(struct gap) gaps;
	VEC(struct distro) distros;
	VEC(struct owned_file) owned;
	struct hashes plain; /* str_hash of all other non-directories: they hide what lies below */
	struct hashes dirs;  /* str_hash of the directories: they replace links and files below */
	uint64_t members, inflated_bytes;
	struct error end;    /* code below 0: the layer was not read to its end */
};

bool hashes_add(struct hashes *h, uint64_t hash); /* false when memory is gone */
void hashes_sort(struct hashes *h);
bool hashes_have(const struct hashes *h, uint64_t hash); /* after hashes_sort */
size_t layer_result_hash_bytes(const struct layer_result *r); /* what they hold outside the arena */
bool path_is_deep(str path); /* more than PATH_DEPTH_MAX folders: no entry's path is */
/* What the readers found becomes the result's; both have the same arena. */
void layer_result_hold(struct layer_result *r, const struct inventory *found);
void layer_result_done(struct layer_result *r); /* frees the hashes; the arena is the owner's */

/* A sink gathers bytes and hands them to a descriptor in large pieces; a failed write is kept. */
struct sink {
	int fd; /* -1: only gather (tests) */
	struct buf bytes;
	bool failed;
};
#define SINK(fd_) ((struct sink){ .fd = (fd_), .bytes = BUF(MIB(64)) })
void sink_settle(struct sink *s); /* after each record: writes when enough has gathered */
void sink_flush(struct sink *s);

void layer_result_write(const struct layer_result *r, struct sink *to);
/* Fills *out (arena set by the caller). ERR_CRASH for anything the writer would not write,
 * ERR_LIMIT when the arena is spent; *out is empty then. */
int layer_result_read(struct stream *from, struct layer_result *out, struct error *e) must_use;

/* the reading side of single values, for the archive's members too */
struct taker {
	struct stream *from;
	struct arena *arena;
	size_t at, n;
	bool bad; /* a short read or an absurd length; stays */
	struct error why;
	unsigned char bytes[1 << 15];
};
#define TAKER(stream_, arena_) ((struct taker){ .from = (stream_), .arena = (arena_) })
uint32_t take_u32(struct taker *t);
uint64_t take_u64(struct taker *t);
str take_str(struct taker *t, size_t max); /* a copy in the arena */
void take_bytes(struct taker *t, void *p, size_t n);
int take_verdict(struct taker *t, struct error *e); /* 0, or why it is bad */
int layer_result_take(struct taker *t, struct layer_result *out, struct error *e) must_use;
