/* report/license.c — see the header. Input is a field of a package's record, any bytes; anything
 * longer than LONGEST is a name. */
#include "report/license.h"

enum { LONGEST = 512 };

// clang-format off
static const char *const ids[] = {
	"0BSD", "AFL-2.1", "AGPL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-1.1", "Apache-2.0",
	"Artistic-1.0-Perl", "Artistic-2.0", "BlueOak-1.0.0", "BSD-1-Clause", "BSD-2-Clause", "BSD-2-Clause-Patent",
	"BSD-3-Clause", "BSD-4-Clause", "BSL-1.0", "bzip2-1.0.6", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0",
	"CDDL-1.0", "CDDL-1.1", "curl", "EPL-1.0", "EPL-2.0", "EUPL-1.2", "FTL", "GFDL-1.3-only",
	"GFDL-1.3-or-later", "GPL-1.0-or-later", "GPL-2.0", "GPL-2.0+", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0",
	"GPL-3.0+", "GPL-3.0-only", "GPL-3.0-or-later", "HPND", "ICU", "ISC", "LGPL-2.0-only", "LGPL-2.0-or-later",
	"LGPL-2.1", "LGPL-2.1+", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0", "LGPL-3.0+", "LGPL-3.0-only",
	"LGPL-3.0-or-later", "Libpng", "MIT", "MIT-0", "MPL-1.1", "MPL-2.0", "MulanPSL-2.0", "NCSA",
	"OFL-1.1", "OLDAP-2.8", "OpenSSL", "PostgreSQL", "PSF-2.0", "Python-2.0", "Ruby", "Sleepycat", "Unicode-3.0",
	"Unicode-DFS-2016", "Unlicense", "UPL-1.0", "Vim", "W3C", "WTFPL", "X11", "Zlib", "ZPL-2.1",
};
static const char *const exceptions[] = {
	"Autoconf-exception-3.0", "Bison-exception-2.2", "Classpath-exception-2.0", "GCC-exception-3.1",
	"LLVM-exception", "Font-exception-2.0", "Universal-FOSS-exception-1.0",
};
// clang-format on

static const char *look_up(const char *const *words, size_t n, str word)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(word, str_c(words[i])))
			return words[i];
	return NULL;
}

static str next_token(str *rest)
{
	str s = str_trim(*rest), token;
	size_t n = 0;

	if (s.n && (s.p[0] == '(' || s.p[0] == ')')) {
		n = 1;
	} else {
		while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t' && s.p[n] != '(' && s.p[n] != ')')
			n++;
	}
	token = str_upto(s, n);
	*rest = str_from(s, n);
	return token;
}

static bool is_operator(str token)
{
	return str_eq_nocase(token, STR("AND")) || str_eq_nocase(token, STR("OR"));
}

struct reading {
	struct buf *out;
	unsigned open, words; /* parentheses open; tokens that are not ids alone count as words */
	bool after_id, after_close;
};

static void put(struct reading *r, const char *word, bool space)
{
	if (space && r->out->n)
		buf_addc(r->out, ' ');
	buf_add(r->out, str_c(word));
}

/* A licence, an opening parenthesis: what may stand where an operand is due. */
static bool take_operand(struct reading *r, str token)
{
	const char *id = look_up(ids, LEN(ids), token);
	bool first = r->out->n && r->out->p[r->out->n - 1] == '(';

	if (str_eq(token, STR("("))) {
		r->open++;
		r->words++;
		put(r, "(", !first);
		return true;
	}
	if (!id)
		return false;
	put(r, id, !first);
	r->words++;
	r->after_id = true;
	return true;
}

/* An operator, WITH and its exception, a closing parenthesis: what may stand after an operand. */
static bool take_rest(struct reading *r, str token, str *rest)
{
	if (str_eq(token, STR(")"))) {
		put(r, ")", false);
		r->after_id = false;
		r->after_close = true;
		return r->open-- > 0;
	}
	r->words++;
	if (is_operator(token)) {
		put(r, str_eq_nocase(token, STR("AND")) ? "AND" : "OR", true);
		r->after_id = r->after_close = false;
		return true;
	}
	if (!r->after_id || !str_eq_nocase(token, STR("WITH")))
		return false;
	const char *exception = look_up(exceptions, LEN(exceptions), next_token(rest));
	if (!exception)
		return false;
	put(r, "WITH", true);
	put(r, exception, true);
	r->after_id = false;
	r->after_close = true; /* only an operator or ) may follow */
	return true;
}

enum license_kind license_read(str text, struct buf *out)
{
	struct reading r = { .out = out };
	str rest = str_trim(text);

	buf_clear(out);
	if (rest.n > LONGEST)
		return LICENSE_NAME;
	while (rest.n) {
		str token = next_token(&rest);
		bool ok = r.after_id || r.after_close ? take_rest(&r, token, &rest)
		                                      : take_operand(&r, token);
		if (!token.n || !ok)
			return LICENSE_NAME;
		rest = str_trim(rest);
	}
	if (r.open || !(r.after_id || r.after_close) || out->failed)
		return LICENSE_NAME;
	return r.words == 1 ? LICENSE_ID : LICENSE_EXPRESSION;
}
