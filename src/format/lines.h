/* format/lines.h — a text file line by line as its bytes arrive. Memory: one line of at most the
 * size asked for; a longer one is given cut. Files of any size. One thread. */
#pragma once
#include "stream/stream.h"

struct lines;

struct line {
	str text;        /* without \n or \r\n; valid until the next lines_next */
	uint64_t offset; /* of its first byte in the file */
	bool cut;        /* the line was longer: this is its head */
	bool open;       /* the file ends in it, without a \n */
};

struct lines *lines_new(struct stream *from, size_t max_line_bytes); /* from is borrowed */
/* 1 a line, 0 the end, below 0 the stream failed. */
int lines_next(struct lines *l, struct line *out, struct error *e) must_use;
void lines_free(struct lines *l); /* NULL is fine */
static inline void lines_cleanup(struct lines **l)
{
	lines_free(*l);
}
