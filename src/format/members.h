/* format/members.h — the members of a tar (ustar, pax, GNU) or zip archive, front to back, as its
 * bytes arrive; nothing is sought. Hosts libarchive. Zip is read by its local headers (APPNOTE 4.3.7),
 * so that a jar inside a jar inside a layer costs no memory. One thread. */
#pragma once
#include "stream/stream.h"

struct members;

enum member_type { MEMBER_FILE, MEMBER_DIR, MEMBER_SYMLINK, MEMBER_HARDLINK, MEMBER_OTHER };

struct member { /* strings are valid until the next members_next */
	str path; /* as the archive has it, any bytes: see members_clean_path */
	str link; /* target of a symbolic or hard link */
	enum member_type type;
	unsigned mode;       /* permission bits */
	uint64_t size_bytes; /* as declared; UINT64_MAX when only the data will tell */
	int64_t mtime;
};

/* Both take the stream over, also when they fail. */
int members_open_tar(struct stream *from, struct members **out, struct error *e) must_use;
int members_open_zip(struct stream *from, struct members **out, struct error *e) must_use;
/* 1 a member, 0 the end, below 0 damage (the message names the byte of the archive's stream). */
int members_next(struct members *m, struct member *out, struct error *e) must_use;
/* The current member's content: borrowed, valid until the next members_next; need not be read. */
struct stream *members_stream(struct members *m);
void members_free(struct members *m);

/* "./a//b/../c/" becomes "a/c": no leading slash, no empty, "." or ".." pieces (".." never climbs
 * above the root). Writes at most path.n bytes into out; returns the view of it. */
str members_clean_path(str path, char *out);
