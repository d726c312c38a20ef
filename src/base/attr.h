/* base/attr.h — attributes that make ownership and contracts visible in a declaration. */
#pragma once
#include <stdlib.h>
#include <unistd.h>

#define must_use        __attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))
#define cleanup(fn)     __attribute__((cleanup(fn), unused))
#define LEN(a)          (sizeof(a) / sizeof((a)[0]))

static inline void attr_free(void *p)
{
	free(*(void **)p);
}

static inline void attr_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* a local that is released on every path out of its block */
#define autofree  cleanup(attr_free)
#define autoclose cleanup(attr_close)

/* hand an owned pointer (or descriptor) on: the local no longer releases it */
#define take(p) \
	({ \
		__typeof__(p) taken_ = (p); \
		(p) = NULL; \
		taken_; \
	})

static inline int take_fd(int *fd)
{
	int taken = *fd;
	*fd = -1;
	return taken;
}
