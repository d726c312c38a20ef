/* Binary forms: src/backend/utils/adt of PostgreSQL 15, the functions …send: integers and IEEE 754
 * numbers with the high byte first; numeric as four 16-bit words (digits, weight, sign, scale) and
 * its digits to base 10,000. */
#include "store/pgvalue.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMERIC_HEAD = 8, NUMERIC_NEGATIVE = 0x4000, NUMERIC_BASE = 10000, DIGITS_MAX = 40 };

bool pgvalue_is_known(unsigned type)
{
	switch (type) {
	case PG_BOOL:
	case PG_BYTEA:
	case PG_CHAR:
	case PG_NAME:
	case PG_INT8:
	case PG_INT2:
	case PG_INT4:
	case PG_TEXT:
	case PG_OID:
	case PG_FLOAT4:
	case PG_FLOAT8:
	case PG_UNKNOWN:
	case PG_BPCHAR:
	case PG_VARCHAR:
	case PG_NUMERIC:
	case PG_VOID:
		return true;
	default:
		return false;
	}
}

static uint64_t big_endian(str wire, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n && i < wire.n; i++)
		v = v << 8 | (unsigned char)wire.p[i];
	return v;
}

static int16_t word(str wire, size_t i)
{
	return (int16_t)big_endian(str_from(wire, 2 * i), 2);
}

/* --- numeric --- */

static double numeric_real(str wire)
{
	int digits = wire.n < NUMERIC_HEAD ? 0 : word(wire, 0), weight;
	double v = 0;

	if (!digits)
		return 0;
	weight = word(wire, 1);
	for (int i = 0; i < digits; i++)
		v = v * NUMERIC_BASE + word(wire, 4 + (size_t)i);
	v *= pow(NUMERIC_BASE, weight - digits + 1);
	return word(wire, 2) == NUMERIC_NEGATIVE ? -v : v;
}

/* its whole part, at the nearest end where it does not fit */
static int64_t numeric_int(str wire)
{
	int digits = wire.n < NUMERIC_HEAD ? 0 : word(wire, 0);
	bool negative = digits && word(wire, 2) == NUMERIC_NEGATIVE;
	int64_t v = 0;

	for (int i = 0; digits && i <= word(wire, 1); i++) {
		int digit = i < digits ? word(wire, 4 + (size_t)i) : 0;
		if (ckd_mul(&v, v, NUMERIC_BASE) || ckd_add(&v, v, negative ? -digit : digit))
			return negative ? INT64_MIN : INT64_MAX;
	}
	return v;
}

static bool numeric_is_whole(str wire)
{
	return wire.n < NUMERIC_HEAD || !word(wire, 0) || word(wire, 3) == 0;
}

/* --- texts that are numbers --- */

static void copy_head(str wire, char out[DIGITS_MAX + 1])
{
	size_t n = MIN(wire.n, (size_t)DIGITS_MAX);

	memcpy(out, n ? wire.p : "", n);
	out[n] = '\0';
}

static int64_t text_int(str wire)
{
	char head[DIGITS_MAX + 1];
	copy_head(wire, head);
	return strtoll(head, NULL, 10);
}

static double text_real(str wire)
{
	char head[DIGITS_MAX + 1];
	copy_head(wire, head);
	return strtod(head, NULL);
}

/* --- values --- */

static double float_real(unsigned type, str wire)
{
	uint32_t narrow = (uint32_t)big_endian(wire, 4);
	uint64_t wide = big_endian(wire, 8);
	float f;
	double d;

	memcpy(&f, &narrow, sizeof f);
	memcpy(&d, &wide, sizeof d);
	return type == PG_FLOAT4 ? (double)f : d;
}

static int64_t real_int(double d)
{
	if (!(d > -0x1p63))
		return INT64_MIN;
	return d < 0x1p63 ? (int64_t)d : INT64_MAX;
}

int64_t pgvalue_int(unsigned type, str wire)
{
	switch (type) {
	case PG_BOOL:
		return wire.n && wire.p[0];
	case PG_INT2:
		return word(wire, 0);
	case PG_INT4:
		return (int32_t)big_endian(wire, 4);
	case PG_OID:
		return (int64_t)big_endian(wire, 4);
	case PG_INT8:
		return (int64_t)big_endian(wire, 8);
	case PG_FLOAT4:
	case PG_FLOAT8:
		return real_int(float_real(type, wire));
	case PG_NUMERIC:
		return numeric_int(wire);
	default:
		return text_int(wire);
	}
}

double pgvalue_real(unsigned type, str wire)
{
	switch (type) {
	case PG_FLOAT4:
	case PG_FLOAT8:
		return float_real(type, wire);
	case PG_NUMERIC:
		return numeric_real(wire);
	case PG_BOOL:
	case PG_INT2:
	case PG_INT4:
	case PG_INT8:
	case PG_OID:
		return (double)pgvalue_int(type, wire);
	default:
		return text_real(wire);
	}
}

str pgvalue_text(unsigned type, str wire, char scratch[PGVALUE_TEXT_BYTES])
{
	bool whole = false;

	switch (type) {
	case PG_BOOL:
	case PG_INT2:
	case PG_INT4:
	case PG_INT8:
	case PG_OID:
		whole = true;
		break;
	case PG_NUMERIC:
		whole = numeric_is_whole(wire);
		break;
	case PG_FLOAT4:
	case PG_FLOAT8:
		break;
	default:
		return wire;
	}
	if (whole)
		snprintf(scratch, PGVALUE_TEXT_BYTES, "%" PRId64, pgvalue_int(type, wire));
	else
		snprintf(scratch, PGVALUE_TEXT_BYTES, "%.15g", pgvalue_real(type, wire));
	return str_c(scratch);
}
