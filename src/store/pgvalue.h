/* store/pgvalue.h — a column of a row in PostgreSQL's binary form, as an integer, a number, a text.
 * Texts that are numbers are read as SQLite reads them: as far as they go. No allocation. Any
 * thread. */
#pragma once
#include "base/str.h"

enum { PGVALUE_TEXT_BYTES = 48 };
enum pgvalue_type { /* pg_type.dat */
	            PG_BOOL = 16,
	            PG_BYTEA = 17,
	            PG_CHAR = 18,
	            PG_NAME = 19,
	            PG_INT8 = 20,
	            PG_INT2 = 21,
	            PG_INT4 = 23,
	            PG_TEXT = 25,
	            PG_OID = 26,
	            PG_FLOAT4 = 700,
	            PG_FLOAT8 = 701,
	            PG_UNKNOWN = 705,
	            PG_BPCHAR = 1042,
	            PG_VARCHAR = 1043,
	            PG_NUMERIC = 1700,
	            PG_VOID = 2278
};

bool pgvalue_is_known(unsigned type);
int64_t pgvalue_int(unsigned type, str wire);
double pgvalue_real(unsigned type, str wire);
str pgvalue_text(unsigned type, str wire, char scratch[PGVALUE_TEXT_BYTES]);
