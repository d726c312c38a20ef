/* report/paint.h — safe text, colours and columns on a terminal. Nothing of the input reaches the
 * screen but printable characters; without `utf8` only ASCII does. Widths are in cells. */
#pragma once
#include "base/vec.h"
#include "report/writer.h"

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_GOOD, INK_BAD, INK_CRITICAL, INK_HIGH, INK_MEDIUM, INK_LOW, INK_COUNT };

struct painter {
	struct buf *out;
	struct arena *a; /* cleaned text lives here */
	const struct writer_style *style;
};

enum ink ink_of(enum severity s);
str paint_clean(const struct painter *p, str text);              /* one printable line */
str paint_cut(const struct painter *p, str line, size_t cells);  /* the end is lost, and … says so */
const char *paint_sign(const struct painter *p, const char *utf8, const char *ascii);

void paint(const struct painter *p, enum ink ink, str line);
void paint_pad(const struct painter *p, size_t cells);
void paint_end(const struct painter *p); /* of the line; no spaces are left before it */
/* Words from column `at` (already there) on, next lines from column `indent`. */
void paint_words(const struct painter *p, enum ink ink, size_t at, size_t indent, str text);

enum { GRID_COLUMNS = 7, GRID_BELOW = 3 };

struct grid_cell {
	str text; /* clean */
	enum ink ink;
};

struct grid_row {
	struct grid_cell cells[GRID_COLUMNS];
	struct grid_cell below[GRID_BELOW]; /* lines of their own under the row; may be empty */
};

struct grid_column {
	const char *title;
	size_t least;    /* may shrink to this and wrap; 0: never */
	size_t at_least; /* as wide as this, if it holds less */
	bool right;      /* numbers */
	bool path;       /* loses its middle, not its end */
	size_t width;    /* worked out by grid_paint */
};

/* Rows under a head. The last column is cut to what is left, or goes below its row where there is
 * too little left; others wrap inside their column, so that nothing of them is lost. `below` lines
 * begin under column `below_at`. */
struct grid {
	struct grid_column columns[GRID_COLUMNS];
	size_t n, below_at;
	bool below_wraps; /* else they lose their middle where there is too little room */
	VEC(struct grid_row) rows;
};
bool grid_fits(const struct painter *p, struct grid *g); /* the last column beside the others */
void grid_paint(const struct painter *p, struct grid *g, bool beside);
