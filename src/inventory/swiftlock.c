#include "inventory/swiftlock.h"
#include "base/json.h"
#include "inventory/lockfile.h"

/* "https://me@host/owner/name.git", "git@host:owner/name" and "host/owner/name" are one */
static str name_of(struct arena *a, str address)
{
	size_t scheme = str_find(address, STR("://"));
	bool has_scheme = scheme < address.n;
	str rest = has_scheme ? str_from(address, scheme + 3) : address, name;
	size_t at = str_chr(rest, '@'), colon;

	if (at < str_chr(rest, '/'))
		rest = str_from(rest, at + 1);
	if (str_ends(rest, STR("/")))
		rest = str_upto(rest, rest.n - 1);
	if (str_ends(rest, STR(".git")))
		rest = str_upto(rest, rest.n - 4);
	name = arena_str(a, rest);
	colon = str_chr(rest, ':');
	if (!has_scheme && name.n && colon < str_chr(rest, '/'))
		name = arena_printf(a, "%.*s/%.*s", STR_FMT(str_upto(rest, colon)),
		                    STR_FMT(str_from(rest, colon + 1)));
	return name;
}

static str first_of(str a, str b)
{
	return a.n ? a : b;
}

static int add_pin(const struct json *pin, const struct file *f, struct arena *scratch,
                   struct inventory *into, struct error *e)
{
	struct package p = { .type = PACKAGE_SWIFT };
	str address = first_of(json_str(pin, "location"), json_str(pin, "repositoryURL"));

	p.name = first_of(name_of(scratch, address),
	                  first_of(json_str(pin, "identity"), json_str(pin, "package")));
	p.version = json_str(json_get(pin, "state"), "version");
	return lockfile_add(f, &p, into, e);
}

int swiftlock_read(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(LOCKFILE_ARENA);
	struct json *top = NULL;
	const struct json *pins;
	int r = lockfile_json(f, &scratch, &top, e);

	if (r < 0)
		return r;
	pins = json_get(top, "pins");
	if (!pins) /* the first version */
		pins = json_get(json_get(top, "object"), "pins");
	for (size_t i = 0; i < json_len(pins) && r >= 0; i++)
		r = add_pin(json_at(pins, i), f, &scratch, into, e);
	json_free(top);
	return r;
}
