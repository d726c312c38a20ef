#include "net/router.h"
#include "net/percent.h"

/* A path's or a pattern's next segment; slashes between, before and behind do not count. */
static bool next_segment(str *rest, str *segment)
{
	while (rest->n && rest->p[0] == '/')
		*rest = str_from(*rest, 1);
	if (!rest->n)
		return false;
	size_t n = str_chr(*rest, '/');
	*segment = str_upto(*rest, n);
	*rest = str_from(*rest, n);
	return true;
}

static bool is_part(str segment)
{
	return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

static bool is_tail(str segment) /* {name*} */
{
	return is_part(segment) && segment.p[segment.n - 2] == '*';
}

static bool keep(struct route_match *m, str segment, str value)
{
	if (m->n == ROUTE_PARTS_MAX)
		return false;
	m->parts[m->n].name = str_mem(segment.p + 1, segment.n - 2 - is_tail(segment));
	m->parts[m->n++].value = value;
	return true;
}

/* Depth: one call a {name*} of the pattern, of which a table has one or two. */
static bool fits(str pattern, str path, bool any_case, struct route_match *m)
{
	str want, have;
	while (next_segment(&pattern, &want)) {
		if (!next_segment(&path, &have))
			return false;
		if (is_tail(want)) {
			size_t n = m->n;
			const char *start = have.p;
			do { /* the shortest that lets the rest fit */
				m->n = n;
				if (keep(m, want,
				         str_mem(start, (size_t)(have.p + have.n - start))) &&
				    fits(pattern, path, any_case, m))
					return true;
			} while (next_segment(&path, &have));
			return false;
		}
		if (is_part(want) ? !keep(m, want, have)
		                  : !(any_case ? str_eq_nocase(want, have) : str_eq(want, have)))
			return false;
	}
	return !next_segment(&path, &have);
}

int route_find(const void *rows, size_t stride, size_t n, enum method m, str path,
               struct route_match *out)
{
	out->allowed = 0;
	for (size_t i = 0; i < n; i++) {
		const struct route_pattern *row = (const void *)((const char *)rows + i * stride);
		out->n = 0;
		if (!fits(str_c(row->pattern), path, row->any_case, out))
			continue;
		out->row = i;
		if (row->method == m || (m == METHOD_HEAD && row->method == METHOD_GET))
			return 1;
		out->allowed |= 1u << row->method;
		if (row->method == METHOD_GET)
			out->allowed |= 1u << METHOD_HEAD;
	}
	return 0;
}

str route_part(const struct route_match *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_eq(m->parts[i].name, str_c(name)))
			return m->parts[i].value;
	return (str){ 0 };
}

static bool next_pair(str *rest, str *name, str *value) /* as they are written */
{
	str pair;
	while (str_split(rest, '&', &pair)) {
		if (!pair.n)
			continue;
		size_t eq = str_chr(pair, '=');
		*name = str_upto(pair, eq);
		*value = str_from(pair, eq + 1);
		return true;
	}
	return false;
}

static int decode(str s, struct arena *a, str *out, struct error *e)
{
	if (percent_decode(s, true, a, out))
		return 0;
	if (a->failed)
		return error_set(e, ERR_LIMIT, "the request's memory is spent");
	return error_set(e, ERR_USAGE, "a query parameter is not percent-encoded UTF-8 text");
}

int query_next(str *rest, struct arena *a, str *name, str *value, struct error *e)
{
	str n, v;
	if (!next_pair(rest, &n, &v))
		return 0;
	int r = decode(n, a, &n, e);
	if (r == 0)
		r = decode(v, a, &v, e);
	if (r < 0)
		return r;
	*name = n;
	*value = v;
	return 1;
}

/* Is this, decoded, the name? Without memory, for names of parameters are ASCII. */
static bool is_named(str written, const char *name)
{
	char room[256];
	size_t n = 0, left = written.n;
	for (const char *p = written.p; left; n++) {
		char c = *p;
		size_t used = 1;
		if (c == '%' && left > 2) {
			char digits[3] = { p[1], p[2], 0 }, *end;
			unsigned long v = strtoul(digits, &end, 16);
			if (end == digits + 2 && digits[0] != '+' && digits[0] != '-' &&
			    digits[0] != ' ') {
				c = (char)v;
				used = 3;
			}
		} else if (c == '+') {
			c = ' ';
		}
		if (n == sizeof room)
			return false;
		room[n] = c;
		p += used;
		left -= used;
	}
	return str_eq(str_mem(room, n), str_c(name));
}

int query_param(str query, const char *name, struct arena *a, str *out, struct error *e)
{
	str n, v;
	while (next_pair(&query, &n, &v)) {
		if (!is_named(n, name))
			continue;
		int r = decode(v, a, out, e);
		return r < 0 ? error_in(e, "%s", name) : 0;
	}
	*out = (str){ 0 };
	return 0;
}

bool query_has(str query, const char *name)
{
	str n, v;
	while (next_pair(&query, &n, &v))
		if (is_named(n, name))
			return true;
	return false;
}
