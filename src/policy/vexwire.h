/* policy/vexwire.h — a VEX document from the jail to the parent, as our own little-endian record.
 * The reader believes nothing: lengths, counts and words are checked. */
#pragma once
#include "base/buf.h"
#include "base/cursor.h"
#include "policy/vex.h"

void vexwire_write(const struct vex_document *d, struct buf *to);
/* Strings are views of the cursor's bytes, arrays in `a`. ERR_CRASH for what the writer would not
 * write, ERR_LIMIT when the arena is spent. */
int vexwire_read(struct cursor *c, struct arena *a, struct vex_document *out, struct error *e) must_use;
