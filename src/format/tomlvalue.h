/* format/tomlvalue.h — a value of a TOML 1.0 document, and the reader of a single scalar: strings of four
 * kinds, numbers, dates. format/toml.h reads whole documents. Any thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"

enum toml_type {
	TOML_STRING,
	TOML_INTEGER,
	TOML_FLOAT,
	TOML_BOOLEAN,
	TOML_DATETIME, /* with an offset */
	TOML_LOCAL_DATETIME,
	TOML_DATE,
	TOML_TIME,
	TOML_ARRAY,
	TOML_TABLE,
};

struct toml { /* a value; its members hang on it in the order of the document */
	str key;  /* of a table's member; else empty */
	str text; /* of a string what it says, of a number or date how it is written */
	union {
		int64_t integer;
		double real;
		bool truth;
		const struct toml *first; /* of an array or table; NULL when it is empty */
	};
	const struct toml *next; /* of the same array or table */
	uint64_t offset; /* byte of the document where the value starts; of a [table] its header's */
	enum toml_type type;
};

struct toml_text { /* a place in the document */
	const char *name;
	str all;
	size_t at;
	struct arena *arena;
	struct error *e;
};

/* ERR_FORMAT with the place */
int tomlvalue_wrong(const struct toml_text *t, const char *why);
/* At a quote: the string, past its end. `lines`: three quotes start one of many lines. */
int tomlvalue_string(struct toml_text *t, bool lines, str *out) must_use;
/* At a boolean, number or date: fills type, text and value. */
int tomlvalue_bare(struct toml_text *t, struct toml *out) must_use;
bool tomlvalue_is_key_char(char c); /* of a bare key */
