/* version/debver.c — the order of Debian versions, Debian Policy 5.6.12: the epoch as a number,
 * then upstream version and revision, each read as alternating runs of non-digits (where ~ sorts
 * before the end, letters before the rest) and digits. Strings of some twenty bytes. */
#include "version/debver.h"
#include "version/digits.h"

struct parts {
	str epoch, upstream, revision;
};

static struct parts split(str v)
{
	struct parts p = { 0 };
	v = str_trim(v);
	size_t colon = str_chr(v, ':');
	if (colon < v.n && str_all(str_upto(v, colon), is_digit)) {
		p.epoch = str_upto(v, colon);
		v = str_from(v, colon + 1);
	}
	size_t dash = str_rchr(v, '-');
	p.upstream = str_upto(v, dash);
	p.revision = str_from(v, dash + 1);
	return p;
}

/* Weight of byte i in a run of non-digits; a digit and the end weigh nothing. */
static int weight(str s, size_t i)
{
	if (i >= s.n || is_digit(s.p[i]))
		return 0;
	if (s.p[i] == '~')
		return -1;
	return (unsigned char)s.p[i] + (is_alpha(s.p[i]) ? 0 : 256);
}

static int compare_part(str a, str b)
{
	while (a.n || b.n) {
		size_t i = 0;
		for (int wa, wb; (wa = weight(a, i)) | (wb = weight(b, i)); i++)
			if (wa != wb)
				return wa < wb ? -1 : 1;
		a = str_from(a, i);
		b = str_from(b, i);
		str na = digits_take(&a), nb = digits_take(&b);
		int c = digits_compare(na, nb);
		if (c)
			return c;
	}
	return 0;
}

int debver_compare(str a, str b)
{
	struct parts x = split(a), y = split(b);
	int c = digits_compare(x.epoch, y.epoch);
	if (!c)
		c = compare_part(x.upstream, y.upstream);
	return c ? c : compare_part(x.revision, y.revision);
}

static bool is_black(char c)
{
	return c != ' ' && !(c >= '\t' && c <= '\r') && c != '\0';
}

static bool is_epoch(str s)
{
	return s.n && str_all(s, is_digit) && digits_compare(s, STR("2147483647")) <= 0;
}

/* In one pass: every fixed version of an advisory is looked at before it is compared. */
bool debver_valid(str v)
{
	v = str_trim(v);
	size_t start = 0, dash = v.n;
	bool has_epoch = false;
	for (size_t i = 0; i < v.n; i++) {
		if (!is_black(v.p[i]))
			return false;
		if (v.p[i] == '-')
			dash = i;
		if (v.p[i] != ':' || has_epoch)
			continue;
		if (!is_epoch(str_upto(v, i)))
			return false;
		has_epoch = true;
		start = i + 1;
	}
	return dash > start && dash + 1 != v.n;
}
