/* version/pep440.c — the order of Python versions: N!N.N.N{a|b|rc}N.postN.devN+local, PEP 440 with
 * the spellings of its appendix B. Strings of some ten bytes. */
#include "version/pep440.h"
#include "base/attr.h"
#include "version/digits.h"

enum stage { STAGE_DEV, STAGE_ALPHA, STAGE_BETA, STAGE_RC, STAGE_FINAL };

struct parts {
	str epoch, release; /* release: "1.2.0" */
	enum stage stage;
	str pre, post, dev; /* numbers; absent ones are empty and zero */
	bool has_pre, has_post, has_dev;
	str local;
	bool valid;
};

struct word {
	str word;
	enum stage stage;
};

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

static str skip_separator(str s)
{
	return s.n && is_separator(s.p[0]) ? str_from(s, 1) : s;
}

static bool take_word(str *s, str word)
{
	if (s->n < word.n || !str_eq_nocase(str_upto(*s, word.n), word))
		return false;
	*s = str_from(*s, word.n);
	return true;
}

/* [sep] word [sep] [number]; false and *s untouched when none of the words comes. */
static bool take_segment(str *s, const struct word *words, size_t n, enum stage *stage, str *number)
{
	str at = skip_separator(*s);
	for (size_t i = 0; i < n; i++)
		if (take_word(&at, words[i].word)) {
			at = skip_separator(at);
			*stage = words[i].stage;
			*number = digits_take(&at);
			*s = at;
			return true;
		}
	return false;
}

static void take_pre(str *s, struct parts *p)
{
	static const struct word words[] = {
		/* longer ones first */
		{ STR_INIT("alpha"), STAGE_ALPHA }, { STR_INIT("a"), STAGE_ALPHA },
		{ STR_INIT("beta"), STAGE_BETA },   { STR_INIT("b"), STAGE_BETA },
		{ STR_INIT("preview"), STAGE_RC },  { STR_INIT("pre"), STAGE_RC },
		{ STR_INIT("rc"), STAGE_RC },       { STR_INIT("c"), STAGE_RC },
	};
	p->has_pre = take_segment(s, words, LEN(words), &p->stage, &p->pre);
}

static void take_post(str *s, struct parts *p)
{
	static const struct word words[] = {
		{ STR_INIT("post"), STAGE_FINAL },
		{ STR_INIT("rev"), STAGE_FINAL },
		{ STR_INIT("r"), STAGE_FINAL },
	};
	enum stage unused;
	if (s->n > 1 && s->p[0] == '-' && is_digit(s->p[1])) { /* 1.0-1 */
		*s = str_from(*s, 1);
		p->post = digits_take(s);
		p->has_post = true;
	} else {
		p->has_post = take_segment(s, words, LEN(words), &unused, &p->post);
	}
}

static void take_dev(str *s, struct parts *p)
{
	static const struct word words[] = { { STR_INIT("dev"), STAGE_DEV } };
	enum stage unused;
	p->has_dev = take_segment(s, words, LEN(words), &unused, &p->dev);
}

static bool is_local(str s)
{
	bool in_word = false;
	for (size_t i = 0; i < s.n; i++) {
		bool word = is_digit(s.p[i]) || is_alpha(s.p[i]);
		if (!word && (!is_separator(s.p[i]) || !in_word))
			return false;
		in_word = word;
	}
	return in_word;
}

static str take_release(str *s)
{
	str start = *s, run = digits_take(s);
	while (run.n && s->n > 1 && s->p[0] == '.' && is_digit(s->p[1])) {
		*s = str_from(*s, 1);
		digits_take(s);
	}
	return str_upto(start, start.n - s->n);
}

static struct parts split(str v)
{
	struct parts p = { .stage = STAGE_FINAL };
	v = str_trim(v);
	take_word(&v, STR("v"));
	str rest = v;
	p.epoch = digits_take(&rest);
	if (p.epoch.n && rest.n && rest.p[0] == '!')
		v = str_from(rest, 1);
	else
		p.epoch.n = 0;
	p.release = take_release(&v);
	take_pre(&v, &p);
	take_post(&v, &p);
	take_dev(&v, &p);
	if (p.has_dev && !p.has_pre && !p.has_post)
		p.stage = STAGE_DEV; /* 1.0.dev1 comes before 1.0a1 */
	if (v.n && v.p[0] == '+') {
		p.local = str_from(v, 1);
		v = (str){ 0 };
		p.valid = p.release.n && is_local(p.local);
	} else {
		p.valid = p.release.n && !v.n;
	}
	return p;
}

static int compare_release(str a, str b)
{
	str x, y;
	for (;;) {
		bool more_a = str_split(&a, '.', &x), more_b = str_split(&b, '.', &y);
		if (!more_a && !more_b)
			return 0;
		int c = digits_compare(more_a ? x : (str){ 0 }, more_b ? y : (str){ 0 });
		if (c)
			return c;
	}
}

static str take_local(str *s)
{
	size_t n = 0;
	while (n < s->n && !is_separator(s->p[n]))
		n++;
	str word = str_upto(*s, n);
	*s = str_from(*s, n + 1);
	return word;
}

static int compare_local(str a, str b)
{
	while (a.n && b.n) {
		str x = take_local(&a), y = take_local(&b);
		bool nx = str_all(x, is_digit), ny = str_all(y, is_digit);
		if (nx != ny)
			return nx ? 1 : -1; /* numbers after words */
		int c = nx ? digits_compare(x, y) : sign(str_casecmp(x, y));
		if (c)
			return c;
	}
	return (a.n > 0) - (b.n > 0);
}

static int compare_flag(bool a, bool b)
{
	return (int)a - (int)b;
}

static int compare_valid(const struct parts *x, const struct parts *y)
{
	int c = digits_compare(x->epoch, y->epoch);
	if (!c)
		c = compare_release(x->release, y->release);
	if (!c)
		c = sign((int)x->stage - (int)y->stage);
	if (!c)
		c = digits_compare(x->pre, y->pre);
	if (!c)
		c = compare_flag(x->has_post, y->has_post);
	if (!c)
		c = digits_compare(x->post, y->post);
	if (!c)
		c = compare_flag(y->has_dev, x->has_dev); /* a development version is older */
	if (!c)
		c = digits_compare(x->dev, y->dev);
	return c ? c : compare_local(x->local, y->local);
}

int pep440_compare(str a, str b)
{
	struct parts x = split(a), y = split(b);
	if (!x.valid || !y.valid)
		return x.valid != y.valid ? (x.valid ? 1 : -1) : sign(str_cmp(a, b));
	return compare_valid(&x, &y);
}

bool pep440_valid(str v)
{
	return split(v).valid;
}
