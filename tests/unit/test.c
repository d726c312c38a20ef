#include "test.h"
#include <stdarg.h>

static struct test_case *cases, **last = &cases;
static unsigned failures; /* of the running case */
static const char *skipped;

void test_register(struct test_case *c)
{
	*last = c;
	last = &c->next;
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;
	failures++;
	fprintf(stderr, "%s:%d: ", file, line);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void test_skip(const char *why)
{
	skipped = why;
}

int main(int argc, char **argv)
{
	unsigned passed = 0, failed = 0, left_out = 0;

	for (const struct test_case *c = cases; c; c = c->next) {
		if (argc > 1 && !strstr(c->name, argv[1]))
			continue;
		failures = 0;
		skipped = NULL;
		c->run();
		if (failures) {
			failed++;
			printf("FAIL %s\n", c->name);
		} else if (skipped) {
			left_out++;
			printf("SKIP %s: %s\n", c->name, skipped);
		} else {
			passed++;
		}
	}
	printf("%u passed, %u failed, %u skipped\n", passed, failed, left_out);
	return failed || !(passed + left_out) ? 1 : 0;
}
