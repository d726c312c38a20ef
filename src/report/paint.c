/* report/paint.c — see the header. Colours are the eight that every terminal has, so that they
 * follow the theme of the one who looks. */
#include "report/paint.h"
#include "base/text.h"

enum { GAP = 2, LAST_LEAST = 24, WIDEST = 100, NARROW = 20 };

static const char *const inks[INK_COUNT] = {
	[INK_PLAIN] = "",    [INK_BOLD] = "1",    [INK_DIM] = "2",
	[INK_GOOD] = "32",   [INK_BAD] = "1;31",  [INK_CRITICAL] = "1;37;41",
	[INK_HIGH] = "1;31", [INK_MEDIUM] = "33", [INK_LOW] = "36",
};

enum ink ink_of(enum severity s)
{
	static const enum ink of[] = {
		INK_DIM, INK_DIM, INK_LOW, INK_MEDIUM, INK_HIGH, INK_CRITICAL
	};
	return of[s];
}

const char *paint_sign(const struct painter *p, const char *utf8, const char *ascii)
{
	return p->style->utf8 ? utf8 : ascii;
}

str paint_clean(const struct painter *p, str text)
{
	str line = writer_line(p->a, text, 0), rest = line;
	char *ascii;
	size_t n = 0;

	if (p->style->utf8)
		return line;
	ascii = arena_alloc(p->a, line.n + 1);
	while (ascii && rest.n) {
		uint32_t rune = text_rune(&rest);
		ascii[n++] = rune < 0x80 ? (char)rune : '?';
	}
	return (str){ ascii, n };
}

str paint_cut(const struct painter *p, str line, size_t cells)
{
	str dots = str_c(paint_sign(p, "…", "..."));

	if (text_width(line) <= cells)
		return line;
	return arena_concat(p->a, writer_cut(line, cells - MIN(cells, text_width(dots))), dots);
}

/* The head of at most so many cells, by characters. */
static str head(str line, size_t cells)
{
	str rest = line;
	size_t used = 0, n = 0;

	while (rest.n) {
		used += text_rune_width(text_rune(&rest));
		if (used > cells)
			break;
		n = line.n - rest.n;
	}
	return str_upto(line, n);
}

static str tail(str line, size_t cells)
{
	size_t width = text_width(line);

	while (line.n && width > cells)
		width -= text_rune_width(text_rune(&line));
	return line;
}

static str squeeze(const struct painter *p, str line, size_t cells)
{
	str dots = str_c(paint_sign(p, "…", "..."));
	size_t room = cells - MIN(cells, text_width(dots));

	if (text_width(line) <= cells)
		return line;
	return arena_concat(p->a, arena_concat(p->a, head(line, room / 3), dots),
	                    tail(line, room - room / 3));
}

void paint(const struct painter *p, enum ink ink, str line)
{
	if (!line.n)
		return;
	if (p->style->colour && *inks[ink])
		buf_printf(p->out, "\x1b[%sm%.*s\x1b[0m", inks[ink], STR_FMT(line));
	else
		buf_add(p->out, line);
}

void paint_pad(const struct painter *p, size_t cells)
{
	while (cells-- && !p->out->failed)
		buf_addc(p->out, ' ');
}

void paint_end(const struct painter *p)
{
	while (p->out->n && p->out->p[p->out->n - 1] == ' ')
		p->out->n--;
	buf_addc(p->out, '\n');
}

static void draw(const struct painter *p, size_t cells)
{
	str part = str_c(paint_sign(p, "─", "-"));

	if (p->style->colour)
		buf_printf(p->out, "\x1b[%sm", inks[INK_DIM]);
	while (cells--)
		buf_add(p->out, part);
	if (p->style->colour)
		buf_add(p->out, STR("\x1b[0m"));
}

static size_t room_from(const struct painter *p, size_t at)
{
	unsigned columns = p->style->columns;
	return !columns ? SIZE_MAX : columns > at + NARROW ? columns - at : NARROW;
}

void paint_words(const struct painter *p, enum ink ink, size_t at, size_t indent, str text)
{
	str rest = paint_clean(p, text);

	do {
		str line = writer_cut(rest, room_from(p, at));
		if (!line.n) /* one character wider than the room */
			line = rest;
		paint(p, ink, line);
		paint_end(p);
		rest = str_trim(str_from(rest, line.n));
		paint_pad(p, rest.n ? indent : 0);
		at = indent;
	} while (rest.n);
}

/* ---- grid ---- */

static void measure(struct grid *g)
{
	for (size_t c = 0; c < g->n; c++) {
		g->columns[c].width = MAX(strlen(g->columns[c].title), g->columns[c].at_least);
		for (size_t r = 0; r < g->rows.n; r++)
			g->columns[c].width =
			        MAX(g->columns[c].width, text_width(g->rows.v[r].cells[c].text));
		g->columns[c].width =
		        MIN(g->columns[c].width, (size_t)WIDEST); /* the input sizes it */
	}
}

static size_t total(const struct grid *g, size_t n)
{
	size_t cells = n ? GAP * (n - 1) : 0;

	for (size_t c = 0; c < n; c++)
		cells += g->columns[c].width;
	return cells;
}

/* Take cells from the widest column that may shrink until all but the last fit into `room`. */
static void shrink(struct grid *g, size_t room)
{
	while (total(g, g->n - 1) > room) {
		struct grid_column *widest = NULL;
		for (size_t c = 0; c < g->n - 1; c++) {
			struct grid_column *col = &g->columns[c];
			if (col->least && col->width > col->least &&
			    (!widest || col->width > widest->width))
				widest = col;
		}
		if (!widest)
			return;
		widest->width--;
	}
}

bool grid_fits(const struct painter *p, struct grid *g)
{
	size_t columns = p->style->columns, wants;

	measure(g);
	if (!columns)
		return true;
	wants = MIN(g->columns[g->n - 1].width, (size_t)LAST_LEAST);
	if (total(g, g->n - 1) <= columns) /* not much too wide: long names may wrap */
		shrink(g, columns - MIN(columns, wants + GAP));
	return total(g, g->n - 1) + GAP + wants <= columns;
}

static void fit(const struct painter *p, struct grid *g, bool beside)
{
	struct grid_column *last = &g->columns[g->n - 1];

	if (beside && grid_fits(p, g)) {
		last->width = MIN(last->width, room_from(p, total(g, g->n - 1) + GAP));
		return;
	}
	measure(g);
	if (p->style->columns)
		shrink(g, p->style->columns);
}

static void paint_head(const struct painter *p, const struct grid *g, size_t n)
{
	for (size_t c = 0; c < n; c++) {
		size_t width = strlen(g->columns[c].title);
		paint_pad(p, c ? GAP : 0);
		if (g->columns[c].right)
			paint_pad(p, g->columns[c].width - width);
		paint(p, INK_BOLD, str_c(g->columns[c].title));
		if (!g->columns[c].right)
			paint_pad(p, g->columns[c].width - width);
	}
	paint_end(p);
	for (size_t c = 0; c < n; c++) {
		paint_pad(p, c ? GAP : 0);
		draw(p, g->columns[c].width);
	}
	paint_end(p);
}

/* As much as fits into a column, up to a separator if one is in the second half. */
static str piece(str text, size_t cells)
{
	str most = head(text, cells);

	if (most.n == text.n)
		return text;
	if (!most.n) /* one character wider than the column */
		return text;
	for (size_t n = most.n; n > most.n / 2; n--)
		if (strchr(":/.-_+~ ", most.p[n - 1]) && most.p[n - 1])
			return str_upto(most, n);
	return most;
}

static void paint_line(const struct painter *p, const struct grid *g, struct grid_cell *left,
                       size_t n)
{
	for (size_t c = 0; c < n; c++) {
		const struct grid_column *col = &g->columns[c];
		str part = p->style->columns ? piece(left[c].text, col->width) : left[c].text;
		size_t width = text_width(part);
		paint_pad(p, c ? GAP : 0);
		if (col->right && width < col->width)
			paint_pad(p, col->width - width);
		paint(p, left[c].ink, part);
		if (!col->right && width < col->width && c + 1 < n)
			paint_pad(p, col->width - width);
		left[c].text = str_from(left[c].text, part.n);
	}
	paint_end(p);
}

static void paint_below(const struct painter *p, struct grid_cell cell, size_t at)
{
	if (!cell.text.n)
		return;
	paint_pad(p, at);
	paint(p, cell.ink, cell.text);
	paint_end(p);
}

static void paint_row(const struct painter *p, const struct grid *g, struct grid_row row,
                      bool beside)
{
	size_t last = g->n - 1, n = beside ? g->n : last;
	size_t at = beside ? total(g, g->below_at) + GAP : g->columns[0].width + GAP;
	str *title = &row.cells[last].text;
	bool more = true;

	if (p->style->columns) {
		size_t room = beside ? g->columns[last].width : room_from(p, at);
		*title = g->columns[last].path ? squeeze(p, *title, room)
		                               : paint_cut(p, *title, room);
	}
	while (more) {
		paint_line(p, g, row.cells, n);
		more = false;
		for (size_t c = 0; c < n; c++)
			more |= row.cells[c].text.n > 0;
	}
	if (!beside)
		paint_below(p, row.cells[last], at);
	for (size_t b = 0; b < GRID_BELOW; b++) {
		if (g->below_wraps && row.below[b].text.n) {
			paint_pad(p, at);
			paint_words(p, row.below[b].ink, at, at, row.below[b].text);
			continue;
		}
		row.below[b].text = squeeze(p, row.below[b].text, room_from(p, at));
		paint_below(p, row.below[b], at);
	}
}

void grid_paint(const struct painter *p, struct grid *g, bool beside)
{
	fit(p, g, beside);
	paint_head(p, g, beside ? g->n : g->n - 1);
	for (size_t r = 0; r < g->rows.n && !p->a->failed; r++)
		paint_row(p, g, g->rows.v[r], beside);
}
