#include "center/resources.h"
#include <assert.h>

static const char *const types[] = {
#define X(name, type) type,
	RESOURCE_KINDS(X)
#undef X
};

bool resources_is_guid(str s)
{
	if (s.n != 36)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		bool hex =
		        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
		if (dash ? c != '-' : !hex)
			return false;
	}
	return true;
}

/* "/fixed/value" off the front; false leaves *rest */
static bool take_pair(str *rest, const char *fixed, str *value)
{
	str s = *rest, name = str_c(fixed);

	if (!s.n || s.p[0] != '/' || !str_eq_nocase(str_upto(str_from(s, 1), name.n), name))
		return false;
	s = str_from(s, 1 + name.n);
	if (!s.n || s.p[0] != '/')
		return false;
	s = str_from(s, 1);
	*value = str_upto(s, str_chr(s, '/'));
	*rest = str_from(s, value->n);
	return value->n > 0;
}

static bool take_segment(str *rest, str *value)
{
	str s = *rest;

	if (!s.n || s.p[0] != '/')
		return false;
	s = str_from(s, 1);
	*value = str_upto(s, str_chr(s, '/'));
	*rest = str_from(s, value->n);
	return value->n > 0;
}

static enum resource_kind kind_of(str type)
{
	for (int k = 0; k < RESOURCE_KIND_COUNT; k++)
		if (types[k][0] && str_eq_nocase(type, str_c(types[k])))
			return (enum resource_kind)k;
	return RESOURCE_OTHER;
}

/* A resource's own provider; what Microsoft.Security or Microsoft.Authorization have there is the
 * rest. */
static void take_provider(str *rest, struct resource *x)
{
	str after = *rest, space, type, name;

	if (!take_pair(&after, "providers", &space) ||
	    str_eq_nocase(space, STR("Microsoft.Security")) ||
	    str_eq_nocase(space, STR("Microsoft.Authorization")) || !take_segment(&after, &type) ||
	    !take_segment(&after, &name))
		return;
	x->type = (str){ space.p, (size_t)(type.p + type.n - space.p) };
	x->name = name;
	x->kind = kind_of(x->type);
	*rest = after;
}

int resources_parse(str id, struct resource *out, struct error *e)
{
	struct resource x = { .kind = RESOURCE_SUBSCRIPTION };
	str whole = id;

	if (id.n && id.p[0] != '/') { /* the slash in front may be left out */
		static const char word[] = "subscriptions/";
		if (!str_eq_nocase(str_upto(id, sizeof word - 1), str_c(word)))
			return error_set(e, ERR_USAGE, "%.*s is no resource ID",
			                 STR_FMT(str_upto(whole, 200)));
		id = str_from(id, sizeof word - 1);
		x.subscription = str_upto(id, str_chr(id, '/'));
		id = str_from(id, x.subscription.n);
	} else if (!take_pair(&id, "subscriptions", &x.subscription)) {
		return error_set(e, ERR_USAGE, "%.*s is no resource ID",
		                 STR_FMT(str_upto(whole, 200)));
	}
	if (!resources_is_guid(x.subscription))
		return error_set(e, ERR_USAGE, "%.*s is no subscription: not a GUID",
		                 STR_FMT(str_upto(x.subscription, 100)));
	if (take_pair(&id, "resourceGroups", &x.group)) {
		x.kind = RESOURCE_GROUP;
		take_provider(&id, &x);
	}
	x.rest = str_eq(id, STR("/")) ? (str){ 0 } : id;
	*out = x;
	return 0;
}

str resources_make(struct arena *a, enum resource_kind kind, str subscription, str group, str name)
{
	assert(kind < RESOURCE_OTHER);
	if (kind == RESOURCE_SUBSCRIPTION)
		return arena_join(a, STR("/subscriptions/"), subscription);
	if (kind == RESOURCE_GROUP)
		return arena_join(a, STR("/subscriptions/"), subscription, STR("/resourceGroups/"),
		                  group);
	return arena_join(a, STR("/subscriptions/"), subscription, STR("/resourceGroups/"), group,
	                  STR("/providers/"), str_c(types[kind]), STR("/"), name);
}

str resources_key(struct arena *a, str id)
{
	while (id.n && id.p[id.n - 1] == '/')
		id.n--;
	return arena_lower(a, id.n && id.p[0] == '/' ? id : arena_concat(a, STR("/"), id));
}
