/* A TOML document on stdin as the tagged JSON that toml-test compares (its README, "JSON encoding");
 * status 1 for what is no TOML. */
#include "base/buf.h"
#include "format/toml.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

static const char *const words[] = { "string",         "integer",    "float",
	                             "bool",           "datetime",   "datetime-local",
	                             "date-local",     "time-local", "array",
	                             "table" };

static void put_text(str s)
{
	putchar('"');
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == '"' || s.p[i] == '\\')
			printf("\\u%04x", (unsigned)s.p[i]);
		else
			putchar(s.p[i]);
	putchar('"');
}

static void put_date(str s)
{
	for (size_t i = 0; i < s.n; i++)
		putchar(s.p[i] == ' ' ? 'T' : toupper((unsigned char)s.p[i]));
}

static void put(const struct toml *v);

static void put_members(const struct toml *v, bool keys)
{
	for (const struct toml *m = toml_first(v); m; m = m->next) {
		if (m != v->first)
			putchar(',');
		if (keys)
			put_text(m->key);
		if (keys)
			putchar(':');
		put(m);
	}
}

static void put(const struct toml *v)
{
	if (v->type == TOML_ARRAY || v->type == TOML_TABLE) {
		putchar(v->type == TOML_TABLE ? '{' : '[');
		put_members(v, v->type == TOML_TABLE);
		putchar(v->type == TOML_TABLE ? '}' : ']');
		return;
	}
	printf("{\"type\":\"%s\",\"value\":", words[v->type]);
	if (v->type == TOML_STRING) {
		put_text(v->text);
	} else {
		putchar('"');
		if (v->type == TOML_INTEGER)
			printf("%" PRId64, v->integer);
		else if (v->type == TOML_FLOAT)
			printf("%.17g", v->real);
		else if (v->type == TOML_BOOLEAN)
			printf("%s", v->truth ? "true" : "false");
		else
			put_date(v->text);
		putchar('"');
	}
	putchar('}');
}

int main(void)
{
	struct buf text = BUF(MIB(64));
	struct arena arena cleanup(arena_done) = ARENA(MIB(256));
	const struct toml *top = NULL;
	struct error e = { 0 };
	char bytes[4096];
	size_t n;

	while ((n = fread(bytes, 1, sizeof bytes, stdin)))
		buf_add(&text, str_mem(bytes, n));
	int r = toml_parse("stdin", buf_view(&text), &arena, &top, &e);
	if (r < 0)
		fprintf(stderr, "%s\n", e.msg);
	else
		put(top);
	buf_done(&text);
	return r < 0;
}
