/* fuzz/mutate.h — what mutators that know a format share: a die, numbers that break things, and
 * cutting and copying inside the fuzzer's buffer. A target names its mutator once, with
 * MUTATOR(mutate_tar); a third of the steps stay libFuzzer's own. In the replay build there is no
 * fuzzer and none of this is called. */
#pragma once
#include "base/attr.h"
#include "base/num.h"
#include <stdint.h>
#include <string.h>

struct dice {
	uint64_t state; /* Knuth's MMIX constants */
};

static inline uint32_t roll(struct dice *d, size_t sides)
{
	d->state = d->state * 6364136223846793005u + 1442695040888963407u;
	return sides ? (uint32_t)((d->state >> 33) % sides) : 0;
}

/* The bytes being mutated; all of it stays within `max`. */
struct subject {
	uint8_t *p;
	size_t n, max;
};

static inline uint64_t wild_number(struct dice *d, const struct subject *s)
{
	static const uint64_t numbers[] = { 0,          1,          2,          7,
		                            0x7f,       0x80,       0xff,       0x100,
		                            0x7fff,     0x8000,     0xffff,     0x10000,
		                            0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
		                            1ull << 32, 1ull << 63, UINT64_MAX };
	uint32_t pick = roll(d, LEN(numbers) + 3);

	if (pick < LEN(numbers))
		return numbers[pick];
	return pick == LEN(numbers) ? s->n : roll(d, s->n + 1);
}

static inline void put_number(struct subject *s, size_t at, unsigned width, bool big, uint64_t v)
{
	for (unsigned i = 0; i < width && at + i < s->n; i++)
		s->p[at + i] = (uint8_t)(v >> 8 * (big ? width - 1 - i : i));
}

static inline void remove_bytes(struct subject *s, size_t at, size_t n)
{
	if (at > s->n)
		return;
	n = MIN(n, s->n - at);
	memmove(s->p + at, s->p + at + n, s->n - at - n);
	s->n -= n;
}

/* Room for n bytes at `at`, whose content is left as it was; false when there is none */
static inline bool insert_room(struct subject *s, size_t at, size_t n)
{
	if (at > s->n || n > s->max - s->n)
		return false;
	memmove(s->p + at + n, s->p + at, s->n - at);
	s->n += n;
	return true;
}

static inline void insert_bytes(struct subject *s, size_t at, const void *from, size_t n)
{
	if (n && insert_room(s, at, n))
		memcpy(s->p + at, from, n);
}

/* n bytes of `from` once more, at `to` */
static inline void copy_bytes(struct subject *s, size_t from, size_t n, size_t to)
{
	if (from > s->n || n > s->n - from || !insert_room(s, to, n))
		return;
	if (from >= to) /* what is copied has moved */
		from += n;
	if (from < to && from + n > to) { /* it has been cut in two */
		size_t head = to - from;
		memmove(s->p + to, s->p + from, head);
		memmove(s->p + to + head, s->p + to + n, n - head);
		return;
	}
	memmove(s->p + to, s->p + from, n);
}

/* Where the i-th of these bytes stands, counted from somewhere random; s->n when nowhere */
static inline size_t find_mark(const struct subject *s, struct dice *d, const char *mark, size_t n)
{
	if (s->n < n)
		return s->n;
	size_t begin = roll(d, s->n - n + 1);
	for (size_t i = 0; i <= s->n - n; i++) {
		size_t at = (begin + i) % (s->n - n + 1);
		if (!memcmp(s->p + at, mark, n))
			return at;
	}
	return s->n;
}

#ifdef FUZZING
size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned seed);
#define MUTATOR(step)                                                                      \
	size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned seed) \
	{                                                                                  \
		struct dice d = { seed };                                                  \
		struct subject s = { data, n, max };                                       \
		unsigned steps = 1 + roll(&d, 4) / 3 * roll(&d, 4);                        \
		if (!n || !roll(&d, 3))                                                    \
			return LLVMFuzzerMutate(data, n, max);                             \
		while (steps-- && s.n)                                                     \
			step(&s, &d);                                                      \
		return s.n;                                                                \
	}
#else
#define MUTATOR(step)                                                            \
	extern void (*const mutator_of_target)(struct subject *, struct dice *); \
	void (*const mutator_of_target)(struct subject *, struct dice *) = step;
#endif
