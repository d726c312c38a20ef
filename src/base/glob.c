#include "base/glob.h"

enum { STEPS_MAX = 1 << 20 };

/* One byte against "[…]" at the front of *p, which is cut off; false also when it has no end. */
static bool in_set(str *p, char c)
{
	size_t i = 1;
	bool negated = i < p->n && (p->p[i] == '!' || p->p[i] == '^'), found = false;

	i += negated;
	for (size_t first = i; i < p->n && (p->p[i] != ']' || i == first); i++) {
		char low = p->p[i], high = low;
		if (i + 2 < p->n && p->p[i + 1] == '-' && p->p[i + 2] != ']') {
			high = p->p[i + 2];
			i += 2;
		}
		found |= low <= c && c <= high;
	}
	if (i >= p->n)
		return false;
	*p = str_from(*p, i + 1);
	return c != '/' && found != negated;
}

/* One byte of the path against what stands at the front of the pattern, no star; cuts it off. */
static bool fits_one(str *p, char c)
{
	char want = p->n ? p->p[0] : 0;

	if (!p->n)
		return false;
	if (want == '[')
		return in_set(p, c);
	if (want == '?') {
		*p = str_from(*p, 1);
		return c != '/';
	}
	if (want == '\\' && p->n > 1) {
		*p = str_from(*p, 1);
		want = p->p[0];
	}
	*p = str_from(*p, 1);
	return want == c;
}

struct star { /* the last of its kind that was met: where to go on with more of the path */
	str pattern, path;
	bool set, folders; /* folders: of "**" and a slash, which takes whole ones, or none */
};

/* Gives the star one byte more of the path, or one folder; false when there is none. */
static bool stretch(struct star *s, bool over_slashes)
{
	size_t n = s->folders ? str_chr(s->path, '/') : 0;

	if (!s->set || n >= s->path.n || (!over_slashes && s->path.p[n] == '/'))
		return false;
	s->path = str_from(s->path, n + 1);
	return true;
}

static bool take_star(str *pattern, str path, struct star *one, struct star *any)
{
	bool twice = str_starts(*pattern, STR("**"));

	if (!pattern->n || pattern->p[0] != '*')
		return false;
	while (pattern->n && pattern->p[0] == '*')
		*pattern = str_from(*pattern, 1);
	if (!twice) {
		*one = (struct star){ *pattern, path, true, false };
		return true;
	}
	bool folders = pattern->n && pattern->p[0] == '/';
	*pattern = str_from(*pattern, folders);
	*any = (struct star){ *pattern, path, true, folders };
	one->set = false;
	return true;
}

bool glob_fits(str pattern, str path)
{
	struct star one = { 0 }, any = { 0 };

	for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
		if (take_star(&pattern, path, &one, &any))
			continue;
		if (!path.n && !pattern.n)
			return true;
		if (path.n && fits_one(&pattern, path.p[0])) {
			path = str_from(path, 1);
			continue;
		}
		if (stretch(&one, false)) {
			pattern = one.pattern;
			path = one.path;
		} else if (stretch(&any, true)) {
			pattern = any.pattern;
			path = any.path;
			one.set = false;
		} else {
			return false;
		}
	}
	return false;
}
