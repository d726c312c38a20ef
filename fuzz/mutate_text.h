/* fuzz/mutate_text.h — grammars of text: pieces between marks of the grammar move, come twice, go,
 * or become one of its words. JSON, YAML and TOML are three tables of marks and words. */
#pragma once
#include "mutate.h"

struct grammar {
	const char *marks;        /* where a piece begins and ends */
	const char *const *words; /* that mean something; ends with NULL */
};

static inline size_t mark_from(const struct subject *s, const char *marks, size_t at)
{
	while (at < s->n && (!s->p[at] || !strchr(marks, s->p[at])))
		at++;
	return at;
}

/* From an opening bracket or quote to what closes it, else to the next mark */
static inline size_t piece_end(const struct subject *s, const char *marks, size_t at)
{
	static const char opening[] = "[{(\"'", closing[] = "]})\"'";
	const char *o = at < s->n && s->p[at] ? strchr(opening, s->p[at]) : NULL;
	char open = o ? *o : 0, close = o ? closing[o - opening] : 0;
	unsigned depth = 0;

	if (!o)
		return mark_from(s, marks, at + 1);
	for (size_t i = at; i < s->n; i++) {
		if (s->p[i] == (uint8_t)open && (open != close || i == at))
			depth++;
		else if (s->p[i] == (uint8_t)close && !--depth)
			return i + 1;
	}
	return s->n;
}

static inline void mutate_by(const struct grammar *g, struct subject *s, struct dice *d)
{
	size_t at = mark_from(s, g->marks, roll(d, s->n)),
	       to = mark_from(s, g->marks, roll(d, s->n)), words = 0;
	size_t n = piece_end(s, g->marks, at), copies;

	n = n > at ? n - at : 0;
	while (g->words[words])
		words++;
	const char *word = g->words[roll(d, words)];
	switch (roll(d, 7)) {
	case 0:
		remove_bytes(s, at, n);
		break;
	case 1:
	case 2:
		copy_bytes(s, at, n, to);
		break;
	case 3:
		for (copies = 1u << roll(d, 8); copies--;)
			insert_bytes(s, at, g->marks + roll(d, strlen(g->marks)), 1);
		break;
	case 4:
		insert_bytes(s, at + (at < s->n), word, strlen(word));
		break;
	default:
		remove_bytes(s, at + 1, n > 1 ? n - 1 : 0);
		insert_bytes(s, MIN(at + 1, s->n), word, strlen(word));
	}
}
