/* report/markdown.h — text of the input inside Markdown (CommonMark 0.30, GitHub's tables): it stays text.
 * Any thread. */
#pragma once
#include "base/buf.h"

void markdown_plain(struct buf *out, str text); /* every mark escaped, lines kept */
void markdown_line(struct buf *out, str text);  /* the same on one line, naming nobody (@) and no issue (#) */
void markdown_code(struct buf *out, str text);  /* `text` for a cell of a table, on one line */
