/* store/dialect.h — SQL as one store speaks it: words in braces and placeholders replaced, outside
 * of quotes and comments. What stands in braces and is no word stays. */
#pragma once
#include "base/buf.h"

struct dialect {
	char placeholder; /* before its number */
	struct {
		const char *word, *text;
	} words[8];
};

extern const struct dialect dialect_sqlite, dialect_postgres;

void dialect_write(const struct dialect *d, str sql, struct buf *out);
