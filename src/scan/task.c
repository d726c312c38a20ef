#include "scan/task.h"

void task_put_digest(struct task *t, const struct digest *d, uint64_t size)
{
	buf_add(&t->out->bytes, str_mem(d->bytes, sizeof d->bytes));
	buf_u64(&t->out->bytes, size);
}

void task_put_end(struct task *t, int code, const struct error *why)
{
	buf_u32(&t->out->bytes, 0);
	buf_u32(&t->out->bytes, code < 0 ? (uint32_t)-code : 0);
	buf_str(&t->out->bytes, str_c(why->msg));
}
