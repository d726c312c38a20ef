/* report/license.h — licences as packages record them (npm, Debian's DEP 5, rpm's old short names,
 * PyPI's classifiers …), in the words of SPDX (SPDX 2.3 annex D). Any thread. */
#pragma once
#include "base/buf.h"

enum license_kind {
	LICENSE_NAME,       /* any text: what is not surely one of the others */
	LICENSE_ID,         /* one SPDX id; `out` has it in SPDX's own spelling */
	LICENSE_EXPRESSION, /* ids with AND, OR, WITH and parentheses; `out` has it in SPDX's
	                       spelling */
};

enum license_kind license_read(str text, struct buf *out); /* `out` is emptied first */
/* The same, where one part at least is known: the others are LicenseRef-public-domain and the like.
 * False when there is nothing better than the text. */
bool license_expression(str text, struct buf *out);
