#include "work/probe.h"
#include "oci/upstream.h"
#include "work/door.h"

enum { TIMEOUT_S = 15 }; /* somebody waits for it */

static int ask(struct upstream *up, struct arena *a, struct probed *out, struct error *e)
{
	struct name_page page = { 0 };
	int r = upstream_check(up, e);

	if (r >= 0) {
		r = upstream_catalog(up, (str){ 0 }, a, &page, e);
		out->has_catalog = r >= 0 ? 1 : r == ERR_UNSUPPORTED ? 0 : -1;
		if (r == ERR_UNSUPPORTED || r == ERR_DENIED) /* repositories can be watched by their events */
			r = 0;
	}
	return r;
}

int probe_registry(const struct center *c, const struct registry *r, struct arena *a, struct probed *out,
                   struct error *e)
{
	struct door door = { .ca_fd = -1 };
	struct upstream up = { 0 };
	struct image_reference ref;
	int code = door_open(c, r, a, &door, e);

	*out = (struct probed){ .state = REGISTRY_READY, .has_catalog = -1 };
	if (code >= 0) {
		door.options.timeout_s = TIMEOUT_S;
		ref = door_reference(&door, (str){ 0 }, (str){ 0 }, (str){ 0 });
		code = upstream_open(&ref, &door.options, a, &up, e);
	}
	if (code >= 0)
		code = ask(&up, a, out, e);
	upstream_close(&up);
	door_close(&door);
	if (code == ERR_LIMIT || a->failed)
		return error_set(e, ERR_LIMIT, "the registry's answer is too large");
	if (code < 0) {
		out->state = code == ERR_UNSUPPORTED ? REGISTRY_UNSUPPORTED : REGISTRY_FAILING;
		out->why = arena_str(a, str_c(e->msg));
	}
	return 0;
}
