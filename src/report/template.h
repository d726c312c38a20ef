/* report/template.h — a small template language over a JSON document (docs/templates.md): values,
 * sections and their opposite, comments; no code, no files, no partials. Input is a template of at most
 * some 100 KB that its user wrote, and a document of any content. */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"

enum { TEMPLATE_DEPTH_MAX = 32, TEMPLATE_OUTPUT_MOST = 256 << 20 };

struct template;

/* ERR_USAGE with "name:line:column: why". The name's ending says how values are escaped: html, htm,
 * xml, svg, json, csv, md; of others only control characters are. Lives in the arena, as does text. */
int template_parse(str name, str text, struct arena *a, struct template **out, struct error *e) must_use;
/* ERR_LIMIT when more than TEMPLATE_OUTPUT_MOST comes of it. */
int template_write(const struct template *t, const struct json *document, struct buf *out,
                   struct error *e) must_use;
