/* What is kept of a hook's body has names that are names, an id, and what events_accept() demands; the same body gives
 * the same events. */
#include "api/hookread.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(8u << 20), again cleanup(arena_done) = ARENA(8u << 20);
	struct hook_batch b, c;
	struct error e = { 0 };
	int r = hookread(str_mem(data, n), &a, &b, &e);

	if (r < 0) {
		assert(e.msg[0]);
		return 0;
	}
	assert(b.events.n <= EVENT_BATCH_MAX && !b.damaged == !b.why.n);
	assert(hookread(str_mem(data, n), &again, &c, &e) >= 0 && c.events.n == b.events.n);
	for (size_t i = 0; i < b.events.n; i++) {
		const struct event *v = &b.events.v[i];
		assert(v->source.n && v->source.n <= EVENT_TEXT_MAX && str_chr(v->source, 0) == v->source.n);
		assert(v->repository.n && v->repository.n <= 255 && str_chr(v->repository, 0) == v->repository.n);
		assert(v->tag.n <= 128 && v->digest.n <= EVENT_TEXT_MAX && v->media_type.n <= EVENT_TEXT_MAX);
		assert(v->happened_at >= 0 && (v->kind == EVENT_DELETE || v->digest.n));
		assert(str_eq(v->source, c.events.v[i].source));
	}
	return 0;
}
