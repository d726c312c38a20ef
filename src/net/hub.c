#include "net/hub.h"
#include "base/time.h"

void hub_deadline(struct connection *c, int64_t ms)
{
	c->deadline_ms = ms ? time_mono_ms() + ms : 0;
}

void hub_drop_request(struct connection *c)
{
	struct server_request *r = take(c->request);
	if (!r)
		return;
	r->connection = NULL;
	if (c->phase == ANSWER)
		return; /* a thread has it: it ends in connection_answered */
	c->hub->body_bytes -= r->counted_bytes;
	exchange_free(r);
}
