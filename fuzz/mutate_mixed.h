/* fuzz/mutate_mixed.h — for targets whose first byte picks a reader: the byte mostly stays, what
 * follows is changed as the grammar that it looks like. */
#pragma once
#include "mutate_json.h"
#include "mutate_toml.h"
#include "mutate_yaml.h"

static inline void mutate_mixed(struct subject *s, struct dice *d)
{
	struct subject rest = { s->p + 1, s->n - 1, s->max - 1 };

	if (!roll(d, 50))
		s->p[0] = (uint8_t)('a' + roll(d, 26));
	if (!rest.n)
		return;
	if (rest.p[0] == '{')
		mutate_json(&rest, d);
	else if (roll(d, 2))
		mutate_toml(&rest, d);
	else
		mutate_yaml(&rest, d);
	s->n = rest.n + 1;
}
