#include "center/settings.h"
#include <stdio.h>

// clang-format off
static const struct {
	const char *name, *text;
	int64_t value, least, most;
} settings[SETTING_COUNT] = {
#define X(name, word, value, least, most, text) [SETTING_##name] = { word, text, value, least, most },
	SETTINGS(X)
#undef X
};
// clang-format on

const char *setting_name(enum setting s)
{
	return settings[s].name;
}

const char *setting_text(enum setting s)
{
	return settings[s].text;
}

bool setting_parse(str name, enum setting *out)
{
	for (enum setting s = 0; s < SETTING_COUNT; s++)
		if (str_eq(name, str_c(settings[s].name))) {
			*out = s;
			return true;
		}
	return false;
}

static int put(struct db *d, const char *name, str value, struct error *e)
{
	int64_t r = db_run(d, e,
	                   "INSERT INTO setting (name, value) VALUES ($1, $2) "
	                   "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
	                   V_C(name), V_TEXT(value));
	return (int)MIN(r, 0);
}

int settings_put(struct db *d, enum setting s, int64_t value, struct error *e)
{
	char text[24];

	if (value < settings[s].least || value > settings[s].most)
		return error_set(e, ERR_USAGE, "%s is %lld to %lld", settings[s].name,
		                 (long long)settings[s].least, (long long)settings[s].most);
	snprintf(text, sizeof text, "%lld", (long long)value);
	return put(d, settings[s].name, str_c(text), e);
}

int64_t settings_read(struct db *d, enum setting s)
{
	struct error e = { 0 };
	int64_t found = 0;
	int r = db_int(d, &e, &found, "SELECT CAST(value AS BIGINT) FROM setting WHERE name = $1",
	               V_C(settings[s].name));

	if (r != 1 || found < settings[s].least || found > settings[s].most)
		return settings[s].value;
	return found;
}

struct reading {
	enum setting s;
	int64_t value;
};

static int read_one(void *ctx, struct db *d, struct error *e)
{
	struct reading *x = ctx;
	(void)e;
	x->value = settings_read(d, x->s);
	return 0;
}

int64_t settings_get(const struct center *c, enum setting s)
{
	struct error e = { 0 };
	struct reading x = { s, settings[s].value };

	return store_do(c->store, STORE_READ, read_one, &x, &e) < 0 ? settings[s].value : x.value;
}

int settings_mark(struct db *d, struct arena *a, const char *name, str *out, struct error *e)
{
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(d, e, &rows, "SELECT value FROM setting WHERE name = $1", V_C(name));

	r = r < 0 ? r : rows_next(rows, e);
	*out = r == 1 ? arena_str(a, rows_text(rows, 0)) : (str){ 0 };
	return MIN(r, 0);
}

int settings_set_mark(struct db *d, const char *name, str value, struct error *e)
{
	return put(d, name, value, e);
}

struct turn_taking {
	const char *name;
	int64_t now, every_s;
};

static int take_turn(void *ctx, struct db *d, struct error *e)
{
	struct turn_taking *x = ctx;
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)x->now);
	return (int)db_run(
	        d, e,
	        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO "
	        "UPDATE SET value = excluded.value WHERE CAST(setting.value AS BIGINT) <= $3 OR "
	        "CAST(setting.value AS BIGINT) > $4",
	        V_C(x->name), V_C(text), V_INT(x->now - x->every_s), V_INT(x->now));
}

int settings_turn(const struct center *c, const char *name, int64_t every_s, struct error *e)
{
	struct turn_taking x = { name, center_now(c), every_s };
	return store_do(c->store, STORE_WRITE, take_turn, &x, e);
}
