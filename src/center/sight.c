#include "center/sight.h"

const struct sight sight_all = { .all = true };

bool sight_has_registry(const struct sight *s, int64_t id)
{
	size_t low = 0, high = s->registries_n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (s->registries[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return s->all || (low < s->registries_n && s->registries[low] == id);
}

bool sight_has_subscription(const struct sight *s, str id)
{
	for (size_t i = 0; i < s->subscriptions_n && !s->all; i++)
		if (str_eq_nocase(s->subscriptions[i], id))
			return true;
	return s->all;
}

static void add_column(struct query *q, const char *column)
{
	query_add(q, " AND ");
	query_add(q, column);
	query_add(q, " IN ");
}

void sight_registries(struct query *q, const struct sight *s, const char *column)
{
	if (s->all)
		return;
	add_column(q, column);
	query_ids(q, s->registries, s->registries_n);
}

void sight_subscriptions(struct query *q, const struct sight *s, const char *column)
{
	if (s->all)
		return;
	add_column(q, column);
	query_add(q, s->subscriptions_n ? "(" : "(NULL)");
	for (size_t i = 0; i < s->subscriptions_n; i++)
		query_add(q, i ? ", ?" : "?", V_TEXT(s->subscriptions[i]));
	if (s->subscriptions_n)
		query_add(q, ")");
}
