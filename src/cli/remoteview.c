#include "cli/remoteview.h"
#include "base/jsonout.h"
#include "base/text.h"
#include "cli/screen.h"
#include <inttypes.h>

enum { COLUMNS_MOST = 12, CELL_BYTES = 64 << 10, OUT_BYTES = 256 << 20 };

static void put_cell(struct buf *b, const struct json *v)
{
	int64_t n;

	switch (json_kind(v)) {
	case JSON_KIND_STRING:
		screen_put_safe(b, json_text(v));
		break;
	case JSON_KIND_INTEGER:
		if (json_int(v, &n))
			buf_printf(b, "%" PRId64, n);
		break;
	case JSON_KIND_ARRAY:
		for (size_t i = 0; i < json_len(v); i++) {
			if (i)
				buf_addc(b, ',');
			screen_put_safe(b, json_text(json_at(v, i)));
		}
		break;
	default:
		buf_addc(b, '-');
	}
	if (!b->n)
		buf_addc(b, '-');
}

static size_t width_of(const struct json *v)
{
	struct buf b cleanup(buf_done) = BUF(CELL_BYTES);

	put_cell(&b, v);
	return text_width(buf_view(&b));
}

static void pad(struct buf *b, str text, size_t width, bool last)
{
	buf_add(b, text);
	for (size_t n = text_width(text); !last && n < width + 2; n++)
		buf_addc(b, ' ');
	if (last)
		buf_addc(b, '\n');
}

static void put_row(struct buf *b, const struct json *row, const struct remoteview_column *c, size_t n,
                    const size_t *widths)
{
	for (size_t i = 0; i < n; i++) {
		struct buf cell cleanup(buf_done) = BUF(CELL_BYTES);
		put_cell(&cell, json_get(row, c[i].member));
		pad(b, buf_view(&cell), widths[i], i + 1 == n);
	}
}

int remoteview_table(const struct json *rows, const struct remoteview_column *c, size_t n, struct error *e)
{
	struct buf b cleanup(buf_done) = BUF(OUT_BYTES);
	size_t widths[COLUMNS_MOST] = { 0 };

	n = MIN(n, (size_t)COLUMNS_MOST);
	for (size_t i = 0; i < n; i++) {
		widths[i] = strlen(c[i].title);
		for (size_t k = 0; k < json_len(rows); k++)
			widths[i] = MAX(widths[i], width_of(json_get(json_at(rows, k), c[i].member)));
	}
	for (size_t i = 0; i < n; i++)
		pad(&b, str_c(c[i].title), widths[i], i + 1 == n);
	for (size_t k = 0; k < json_len(rows); k++)
		put_row(&b, json_at(rows, k), c, n, widths);
	return screen_write(buf_view(&b), NULL, e);
}

int remoteview_json(const struct json *doc, struct error *e)
{
	struct buf b cleanup(buf_done) = BUF(OUT_BYTES);
	struct jsonout j = JSONOUT(&b, 2);

	(void)json_write(&j, NULL, doc);
	buf_addc(&b, '\n');
	return screen_write(buf_view(&b), NULL, e);
}

int remoteview_format(const char *text, struct error *e)
{
	if (!text || !strcmp(text, "table"))
		return 0;
	return !strcmp(text, "json") ? 1 : error_set(e, ERR_USAGE, "--format %s: table or json", text);
}
