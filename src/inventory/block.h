/* inventory/block.h — sixteen bytes at a time, for the readers that look at every byte of a
 * program. A vector where the processor has them (SSE2, NEON by the compiler), the same result
 * everywhere. */
#pragma once
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK_BYTES = 16, STRIDE_BLOCKS = 4, STRIDE_BYTES = STRIDE_BLOCKS * BLOCK_BYTES };
typedef char block __attribute__((vector_size(BLOCK_BYTES)));

static inline block block_of(char c)
{
	return (block){ 0 } + c;
}

/* A bit for each byte that is not 0; bytes are 0 or -1, as comparing gives them. */
static inline unsigned block_bits(block b)
{
#ifdef __SSE2__
	return (unsigned)_mm_movemask_epi8((__m128i)b);
#else
	uint64_t halves[2];
	unsigned bits = 0;
	memcpy(halves, &b, sizeof halves);
	for (unsigned i = 0; (halves[0] | halves[1]) && i < BLOCK_BYTES; i++)
		bits |= (unsigned)(b[i] != 0) << i;
	return bits;
#endif
}

/* The same of four blocks, one behind the other */
static inline uint64_t stride_bits(const block b[STRIDE_BLOCKS])
{
	uint64_t bits = 0;

	if (!block_bits(b[0] | b[1] | b[2] | b[3]))
		return 0;
	for (unsigned i = 0; i < STRIDE_BLOCKS; i++)
		bits |= (uint64_t)block_bits(b[i]) << (i * BLOCK_BYTES);
	return bits;
}
