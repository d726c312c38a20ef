#include "cli/options.h"
#include "base/str.h"
#include "cli/setting_names.h"
#include "format/yaml.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

enum { CONFIG_BYTES_MAX = 1 << 16 };

static void print_help(const struct command_line *c)
{
	printf("Usage: %s\n\n%s\n\nOptions:\n", c->usage, c->about);
	for (const struct option_row *r = c->rows; r->name; r++) {
		char left[64];
		snprintf(left, sizeof left, "%s%c%s --%s%s%s", r->letter ? "-" : " ",
		         r->letter ? r->letter : ' ', r->letter ? "," : " ", r->name,
		         r->value ? " " : "", r->value ? r->value : "");
		printf("  %-30s %s\n", left, r->about);
	}
	printf("  -h, --help                     this text\n");
}

/* For completions: a line an option, its name, the name of its value or nothing, and what it is for
 */
static void print_list(const struct command_line *c)
{
	for (const struct option_row *r = c->rows; r->name; r++)
		printf("--%s\t%s\t%s\n", r->name, r->value ? r->value : "", r->about);
	puts("--help\t\tthis command's help");
}

static int read_seconds(str text, unsigned *out)
{
	uint64_t v, unit = 1;
	char last = text.n ? text.p[text.n - 1] : 0;

	if (last == 's' || last == 'm' || last == 'h') {
		unit = last == 's' ? 1 : last == 'm' ? 60 : 3600;
		text.n--;
	}
	if (!str_u64(text, &v) || v > 1000000)
		return -1;
	*out = (unsigned)(v * unit);
	return 0;
}

static bool read_bytes(str text, uint64_t *out)
{
	static const char units[] = "KMGT";
	size_t digits = 0;
	uint64_t v;

	while (digits < text.n && isdigit((unsigned char)text.p[digits]))
		digits++;
	str unit = str_from(text, digits);
	if (!str_u64(str_upto(text, digits), &v))
		return false;
	if (unit.n && toupper((unsigned char)unit.p[0]) != 'B') {
		const char *at = strchr(units, toupper((unsigned char)unit.p[0]));
		if (!at)
			return false;
		for (const char *u = units; u <= at; u++)
			if (ckd_mul(&v, v, (uint64_t)1024))
				return false;
		unit = str_from(unit, 1);
	}
	*out = v;
	return !unit.n || str_eq_nocase(unit, STR("B")) || str_eq_nocase(unit, STR("iB"));
}

static int set(const struct option_row *r, const char *value, struct arena *a, struct error *e)
{
	struct option_list *list = r->into;
	uint64_t v;

	switch (r->kind) {
	case OPTION_TEXT:
		*(const char **)r->into = value;
		return 0;
	case OPTION_FLAG:
		*(bool *)r->into = true;
		return 0;
	case OPTION_NUMBER:
	case OPTION_COUNT:
		if (!str_u64(str_c(value), &v) || v > UINT32_MAX || (!v && r->kind == OPTION_COUNT))
			return error_set(e, ERR_USAGE, "--%s takes a number%s, not \"%s\"", r->name,
			                 r->kind == OPTION_COUNT ? " from 1 on" : "", value);
		*(unsigned *)r->into = (unsigned)v;
		return 0;
	case OPTION_SECONDS:
		if (read_seconds(str_c(value), r->into) < 0)
			return error_set(e, ERR_USAGE,
			                 "--%s takes seconds (90, 90s, 5m), not \"%s\"", r->name,
			                 value);
		return 0;
	case OPTION_BYTES:
		if (!read_bytes(str_c(value), r->into))
			return error_set(e, ERR_USAGE, "--%s takes a size (500M, 1GiB), not \"%s\"",
			                 r->name, value);
		return 0;
	case OPTION_LIST:
		if (!vec_add(a, &list->texts, value))
			return error_set(e, ERR_USAGE, "--%s is given too often", r->name);
		return 0;
	}
	return 0;
}

static int read_flag(const char *name, str v, bool *out, struct error *e)
{
	static const struct {
		str word;
		bool means;
	} words[] = {
		{ STR_INIT("1"), true },   { STR_INIT("true"), true }, { STR_INIT("yes"), true },
		{ STR_INIT("on"), true },  { STR_INIT("0"), false },   { STR_INIT("false"), false },
		{ STR_INIT("no"), false }, { STR_INIT("off"), false },
	};
	for (size_t i = 0; i < LEN(words); i++)
		if (str_eq_nocase(v, words[i].word)) {
			*out = words[i].means;
			return 0;
		}
	return error_set(e, ERR_USAGE, "%s is true or false, not \"%.*s\"", name, STR_FMT(v));
}

static const struct option_row *by_name(const struct option_row *rows, str name)
{
	for (; rows->name; rows++)
		if (str_eq(str_c(rows->name), name))
			return rows;
	return NULL;
}

/* PLIMSOLL_FAIL_ON for --fail-on */
static int read_environment(const struct option_row *r, struct arena *a, struct error *e)
{
	char name[64] = "PLIMSOLL_";
	size_t n = strlen(name);
	const char *value;

	for (const char *p = r->name; *p && n + 1 < sizeof name; p++)
		name[n++] = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
	name[n] = 0;
	value = getenv(name);
	if (!value || !*value)
		return 0;
	if (r->kind == OPTION_FLAG)
		return read_flag(name, str_c(value), r->into, e);
	return set(r, value, a, e) < 0 ? error_in(e, "%s", name) : 0;
}

/* --- plimsoll.yaml --- */

struct from_file {
	const struct command_line *c;
	str command;
};

/* One of another command's: its name is looked at, so that what is misspelt is not passed over. */
static int check_setting(const char *name, str value, struct error *e)
{
	bool is_flag, ignored;

	if (!setting_known(str_c(name), &is_flag))
		return error_set(e, ERR_USAGE, "no command has an option \"%s\"", name);
	return is_flag ? read_flag(name, value, &ignored, e) : 0;
}

static int take_setting(void *ctx, str key, str value, unsigned line, struct error *e)
{
	struct from_file *f = ctx;
	size_t dot = str_chr(key, '.');
	str command = str_upto(key, dot < key.n ? dot : 0);
	bool own = command.n && str_eq(command, f->command);
	char name[64];
	const struct option_row *r;

	(void)line;
	if (command.n && !setting_is_command(command))
		return error_set(e, ERR_USAGE, "no command \"%.*s\"", STR_FMT(command));
	key = command.n ? str_from(key, dot + 1) : key;
	snprintf(name, sizeof name, "%.*s", STR_FMT(key));
	for (char *p = name; *p; p++)
		*p = *p == '_' ? '-' : *p;
	r = command.n && !own ? NULL : by_name(f->c->rows, str_c(name));
	if (!r)
		return own ? error_set(e, ERR_USAGE, "%.*s has no option \"%.*s\"",
		                       STR_FMT(f->command), STR_FMT(key))
		           : check_setting(name, value, e);
	if (r->kind == OPTION_FLAG)
		return read_flag(name, value, r->into, e);
	value = arena_str(f->c->arena, value);
	return value.p ? set(r, value.p, f->c->arena, e)
	               : error_set(e, ERR_USAGE, "\"%s\" needs a value", name);
}

/* The file there is, opened; -1 when there is none */
static int open_config(char *path, size_t room)
{
	const char *named = getenv("PLIMSOLL_CONFIG"), *config = getenv("XDG_CONFIG_HOME"),
	           *home = getenv("HOME");
	int fd;

	snprintf(path, room, "%s", named && *named ? named : "plimsoll.yaml");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 || (named && *named))
		return fd;
	if (config && *config)
		snprintf(path, room, "%s/plimsoll/plimsoll.yaml", config);
	else if (home && *home)
		snprintf(path, room, "%s/.config/plimsoll/plimsoll.yaml", home);
	else
		return -1;
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int read_config(const struct command_line *c, const char *command, struct error *e)
{
	char path[4096], text[CONFIG_BYTES_MAX];
	struct from_file f = { c, str_c(command) };
	autoclose int fd = open_config(path, sizeof path);
	ssize_t got;
	size_t n = 0;

	if (fd < 0 && (errno != ENOENT || getenv("PLIMSOLL_CONFIG")))
		return error_errno(e, errno, "%s", path);
	if (fd < 0)
		return 0;
	while (n < sizeof text && (got = read(fd, text + n, sizeof text - n)) > 0)
		n += (size_t)got;
	if (n == sizeof text)
		return error_set(e, ERR_LIMIT, "%s: larger than %d bytes", path,
		                 CONFIG_BYTES_MAX - 1);
	if (yaml_scalars(path, str_mem(text, n), take_setting, &f, e) < 0)
		return e->code = ERR_USAGE; /* a file of ours that is wrong is wrong use, not a bad
		                               image */
	return 0;
}

static const struct option_row *by_letter(const struct option_row *rows, char letter)
{
	for (; rows->name; rows++)
		if (rows->letter == letter)
			return rows;
	return NULL;
}

static int set_given(const struct command_line *c, const struct option_row *r, const char *value,
                     struct error *e)
{
	struct option_list *list = r->kind == OPTION_LIST ? r->into : NULL;
	if (list && !list->from_command_line) {
		list->from_command_line = true;
		list->texts.n = 0;
	}
	return set(r, value, c->arena, e);
}

/* One argument that starts with a dash; *next is the argument behind it, set to NULL when used */
static int read_option(const struct command_line *c, const char *arg, const char **next,
                       struct error *e)
{
	bool is_long = arg[1] == '-';
	str name = str_c(is_long ? arg + 2 : arg + 1);
	size_t equals = is_long ? str_chr(name, '=') : MIN(name.n, (size_t)1);
	const struct option_row *r =
	        is_long ? by_name(c->rows, str_upto(name, equals)) : by_letter(c->rows, arg[1]);
	const char *value = equals < name.n ? name.p + equals + (is_long ? 1 : 0) : NULL;

	if (!r)
		return error_set(e, ERR_USAGE, "no option %s; --help lists them", arg);
	if (r->kind == OPTION_FLAG && value)
		return error_set(e, ERR_USAGE, "--%s takes no value", r->name);
	if (r->kind != OPTION_FLAG && !value) {
		value = *next;
		*next = NULL;
		if (!value)
			return error_set(e, ERR_USAGE, "--%s needs a value (%s)", r->name,
			                 r->value);
	}
	return set_given(c, r, value, e);
}

/* "-qv" is -q -v: every letter but the last is a flag, and a value may follow the last at once. */
static int read_letters(const struct command_line *c, const char *arg, const char **next,
                        struct error *e)
{
	for (; arg[1] && arg[2]; arg++) {
		const struct option_row *r = by_letter(c->rows, arg[1]);
		const char one[] = { '-', arg[1], 0 };
		if (!r)
			return error_set(e, ERR_USAGE, "no option %s; --help lists them", one);
		if (r->kind != OPTION_FLAG)
			return set_given(c, r, arg + 2, e);
		int code = set(r, NULL, c->arena, e);
		if (code < 0)
			return code;
	}
	const char last[] = { '-', arg[1], 0 };
	return read_option(c, last, next, e);
}

int options_read(const struct command_line *c, int argc, char **argv, struct error *e)
{
	int operands = 0, r = 0;
	bool only_operands = false;

	if (c->arena)
		r = read_config(c, argv[0], e);
	for (const struct option_row *o = c->rows; o->name && r >= 0; o++)
		r = read_environment(o, c->arena, e);
	for (int i = 1; i < argc && r >= 0; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		const char *had = next;
		if (only_operands || argv[i][0] != '-' || !argv[i][1]) {
			argv[++operands] = argv[i];
		} else if (!strcmp(argv[i], "--")) {
			only_operands = true;
		} else if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print_help(c);
			e->code = 0;
			return -1;
		} else if (!strcmp(argv[i], "--list-options")) {
			print_list(c);
			e->code = 0;
			return -1;
		} else {
			r = argv[i][1] == '-' ? read_option(c, argv[i], &next, e)
			                      : read_letters(c, argv[i], &next, e);
			i += had != next;
		}
	}
	return r < 0 ? r : operands;
}
