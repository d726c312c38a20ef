/* report/diff_writer.h — what is different between two images, for people, programs (docs/diff.md) and pull
 * requests. */
#pragma once
#include "model/difference.h"
#include "report/writer.h"

typedef int diff_writer_fn(const struct difference *d, const struct writer_style *style, struct buf *out,
                           struct error *e);
diff_writer_fn as_diff, as_diff_json, as_diff_markdown;
