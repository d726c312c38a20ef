/* report/license.h — licences as packages record them, told apart by what SPDX would make of them
 * (SPDX 2.3 annex D). Knows the ids that images are full of, not the whole list. Any thread. */
#pragma once
#include "base/buf.h"

enum license_kind {
	LICENSE_NAME,       /* any text: what is not surely one of the others */
	LICENSE_ID,         /* one SPDX id; `out` has it in SPDX's own spelling */
	LICENSE_EXPRESSION, /* ids with AND, OR, WITH and parentheses; `out` has it in SPDX's spelling */
};

enum license_kind license_read(str text, struct buf *out); /* `out` is emptied first */
