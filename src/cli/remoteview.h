/* cli/remoteview.h — what a center answered, on the terminal: rows as a table, anything as JSON. */
#pragma once
#include "base/json.h"

struct remoteview_column {
	const char *title;
	const char *member; /* of a row; a number, a text, true or false, a list of texts */
};

/* Columns as wide as what is in them; nothing of it reaches the terminal unescaped. ERR_SYSTEM: it cannot be written. */
int remoteview_table(const struct json *rows, const struct remoteview_column *c, size_t n,
                     struct error *e) must_use;
int remoteview_json(const struct json *doc, struct error *e) must_use;
/* --format: 1 json, 0 table, ERR_USAGE */
int remoteview_format(const char *text, struct error *e) must_use;
