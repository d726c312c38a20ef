#include "format/yaml.h"
#include "format/yamlevents.h"
#include <stdio.h>

enum { LEVELS_MAX = 8, KEY_BYTES = 256 };

struct walk {
	const char *name;
	yaml_scalar *tell;
	void *ctx;
	char key[KEY_BYTES]; /* the keys down to here, joined by dots */
	struct level {
		bool list;
		bool awaits_value; /* of a mapping: a key was read */
		size_t key_bytes;  /* of the key when the level began */
	} levels[LEVELS_MAX];
	size_t depth;
};

static int wrong(const struct walk *w, const yaml_event_t *at, struct error *e, const char *why)
{
	return yamlevents_wrong(w->name, at, e, why);
}

/* A value ended: its key goes */
static void close_value(struct walk *w)
{
	struct level *l = w->depth ? &w->levels[w->depth - 1] : NULL;

	if (!l || l->list)
		return;
	l->awaits_value = false;
	w->key[l->key_bytes] = 0;
}

static int open_level(struct walk *w, const yaml_event_t *at, bool list, struct error *e)
{
	struct level *above = w->depth ? &w->levels[w->depth - 1] : NULL;

	if (w->depth == LEVELS_MAX)
		return wrong(w, at, e, "too many levels");
	if (above && !above->list && !above->awaits_value)
		return wrong(w, at, e, "a key must be a word");
	w->levels[w->depth++] = (struct level){ .list = list, .key_bytes = strlen(w->key) };
	return 0;
}

static int take_scalar(struct walk *w, const yaml_event_t *at, struct error *e)
{
	struct level *l = w->depth ? &w->levels[w->depth - 1] : NULL;
	str value = { (const char *)at->data.scalar.value, at->data.scalar.length };
	int r;

	if (!l)
		return wrong(w, at, e, "settings must be lines of \"name: value\"");
	if (!l->list && !l->awaits_value) {
		size_t room = sizeof w->key - l->key_bytes;
		if (value.n + 2 > room || memchr(value.p, 0, value.n))
			return wrong(w, at, e, "a key that is no word");
		snprintf(w->key + l->key_bytes, room, "%s%.*s", l->key_bytes ? "." : "",
		         STR_FMT(value));
		l->awaits_value = true;
		return 0;
	}
	r = w->tell(w->ctx, str_c(w->key), value, (unsigned)at->start_mark.line + 1, e);
	close_value(w);
	return r < 0 ? error_in(e, "%s: line %zu", w->name, at->start_mark.line + 1) : 0;
}

static int take_event(void *ctx, const yaml_event_t *at, struct error *e)
{
	struct walk *w = ctx;

	switch (at->type) {
	case YAML_MAPPING_START_EVENT:
		return open_level(w, at, false, e);
	case YAML_SEQUENCE_START_EVENT:
		return open_level(w, at, true, e);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		w->depth--;
		close_value(w);
		return 0;
	case YAML_SCALAR_EVENT:
		return take_scalar(w, at, e);
	default:
		return 0;
	}
}

int yaml_scalars(const char *name, str text, yaml_scalar *tell, void *ctx, struct error *e)
{
	struct walk w = { .name = name, .tell = tell, .ctx = ctx };

	return yamlevents_read(name, text, take_event, &w, e);
}
