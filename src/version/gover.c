/* version/gover.c — the order of Go versions: go.dev/ref/mod#versions for modules,
 * go.dev/doc/toolchain for releases of Go, which OSV writes as SemVer ("1.21.0-rc.2", "1.22.0-0").
 */
#include "version/gover.h"
#include "version/digits.h"
#include "version/semver.h"

#define RELEASE_BYTES 64 /* of a toolchain release; longer ones are no such thing */

static bool is_word(char c)
{
	return is_lower(c);
}

/* "1.21rc2": digits and dots, a word, digits. Cut into its three pieces. */
static bool split_release(str v, str *core, str *word, str *number)
{
	size_t n = 0, end;
	while (n < v.n && (is_digit(v.p[n]) || v.p[n] == '.'))
		n++;
	for (end = n; end < v.n && is_word(v.p[end]); end++)
		;
	*core = str_upto(v, n);
	*word = str_upto(str_from(v, n), end - n);
	*number = str_from(v, end);
	return core->n && word->n && number->n && str_all(*number, is_digit) &&
	       (str_eq(*word, STR("rc")) || str_eq(*word, STR("beta")) ||
	        str_eq(*word, STR("alpha")));
}

/* The SemVer spelling; the result lies in v or in room. */
static str semver_of(str v, char room[RELEASE_BYTES])
{
	str core, word, number;
	v = str_trim(v);
	if (str_starts(v, STR("go")) && v.n > 2 && is_digit(v.p[2])) {
		v = str_from(v, 2);
		v = str_upto(v, str_chr(v, ' ')); /* "go1.21.3 X:boringcrypto" */
		v = str_upto(v, str_chr(v, '-')); /* a vendor's suffix */
	}
	if (!split_release(v, &core, &word, &number) || v.n + 2 > RELEASE_BYTES)
		return v;
	memcpy(room, core.p, core.n);
	room[core.n] = '-';
	memcpy(room + core.n + 1, word.p, word.n);
	room[core.n + 1 + word.n] = '.';
	memcpy(room + core.n + word.n + 2, number.p, number.n);
	return (str){ room, v.n + 2 };
}

int gover_compare(str a, str b)
{
	char room_a[RELEASE_BYTES], room_b[RELEASE_BYTES];
	return semver_compare(semver_of(a, room_a), semver_of(b, room_b));
}

bool gover_valid(str v)
{
	char room[RELEASE_BYTES];
	return semver_valid(semver_of(v, room));
}
