/* model/cvss.c — vectors of CVSS 2.0, 3.0, 3.1 and 4.0: which metrics there are, a row each, and
 * the base equations of 2 and 3 (CVSS 2.0 section 3.2.1, 3.1 section 7.1). Vectors of some 40 to
 * 200 bytes. */
#include "model/cvss.h"
#include "model/cvss4.h"
#include <math.h>

struct metric {
	const char *name;
	const char *values; /* words; a value is the place of its word */
	bool base;
};

#define METRICS_MAX 32

// clang-format off
enum { V2_AV, V2_AC, V2_AU, V2_C, V2_I, V2_A };
static const struct metric v2_metrics[] = {
	{ "AV",  "L A N",            true },
	{ "AC",  "H M L",            true },
	{ "Au",  "M S N",            true },
	{ "C",   "N P C",            true },
	{ "I",   "N P C",            true },
	{ "A",   "N P C",            true },
	{ "E",   "U POC F H ND",     false },
	{ "RL",  "OF TF W U ND",     false },
	{ "RC",  "UC UR C ND",       false },
	{ "CDP", "N L LM MH H ND",   false },
	{ "TD",  "N L M H ND",       false },
	{ "CR",  "L M H ND",         false },
	{ "IR",  "L M H ND",         false },
	{ "AR",  "L M H ND",         false },
};

enum { V3_AV, V3_AC, V3_PR, V3_UI, V3_S, V3_C, V3_I, V3_A };
static const struct metric v3_metrics[] = {
	{ "AV",  "N A L P",   true },
	{ "AC",  "L H",       true },
	{ "PR",  "N L H",     true },
	{ "UI",  "N R",       true },
	{ "S",   "U C",       true },
	{ "C",   "N L H",     true },
	{ "I",   "N L H",     true },
	{ "A",   "N L H",     true },
	{ "E",   "X H F P U", false },
	{ "RL",  "X U W T O", false },
	{ "RC",  "X C R U",   false },
	{ "CR",  "X H M L",   false },
	{ "IR",  "X H M L",   false },
	{ "AR",  "X H M L",   false },
	{ "MAV", "X N A L P", false },
	{ "MAC", "X L H",     false },
	{ "MPR", "X N L H",   false },
	{ "MUI", "X N R",     false },
	{ "MS",  "X U C",     false },
	{ "MC",  "X N L H",   false },
	{ "MI",  "X N L H",   false },
	{ "MA",  "X N L H",   false },
};

/* A modified metric stands V4_MODIFIED rows below its own, with X in front of the same words. */
enum { V4_AV, V4_AC, V4_AT, V4_PR, V4_UI, V4_VC, V4_VI, V4_VA, V4_SC, V4_SI, V4_SA, V4_MODIFIED,
       V4_E = 2 * V4_MODIFIED, V4_CR, V4_IR, V4_AR };
static const struct metric v4_metrics[] = {
	{ "AV",  "N A L P",               true },
	{ "AC",  "L H",                   true },
	{ "AT",  "N P",                   true },
	{ "PR",  "N L H",                 true },
	{ "UI",  "N P A",                 true },
	{ "VC",  "H L N",                 true },
	{ "VI",  "H L N",                 true },
	{ "VA",  "H L N",                 true },
	{ "SC",  "H L N",                 true },
	{ "SI",  "H L N",                 true },
	{ "SA",  "H L N",                 true },
	{ "MAV", "X N A L P",             false },
	{ "MAC", "X L H",                 false },
	{ "MAT", "X N P",                 false },
	{ "MPR", "X N L H",               false },
	{ "MUI", "X N P A",               false },
	{ "MVC", "X H L N",               false },
	{ "MVI", "X H L N",               false },
	{ "MVA", "X H L N",               false },
	{ "MSC", "X H L N",               false },
	{ "MSI", "X S H L N",             false },
	{ "MSA", "X S H L N",             false },
	{ "E",   "X A P U",               false },
	{ "CR",  "X H M L",               false },
	{ "IR",  "X H M L",               false },
	{ "AR",  "X H M L",               false },
	{ "S",   "X N P",                 false },
	{ "AU",  "X N Y",                 false },
	{ "R",   "X A U I",               false },
	{ "V",   "X D C",                 false },
	{ "RE",  "X L M H",               false },
	{ "U",   "X Clear Green Amber Red", false },
};
// clang-format on

static double score_v2(const int *v)
{
	static const double av[] = { 0.395, 0.646, 1.0 }, ac[] = { 0.35, 0.61, 0.71 },
	                    au[] = { 0.45, 0.56, 0.704 }, cia[] = { 0, 0.275, 0.660 };
	double impact = 10.41 * (1 - (1 - cia[v[V2_C]]) * (1 - cia[v[V2_I]]) * (1 - cia[v[V2_A]]));
	double exploitability = 20 * av[v[V2_AV]] * ac[v[V2_AC]] * au[v[V2_AU]];
	if (!v[V2_C] && !v[V2_I] && !v[V2_A])
		return 0;
	return floor((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176 * 10 + 0.5 + 1e-9) / 10;
}

static double round_up(double x) /* CVSS 3.1, appendix A */
{
	long long n = llround(x * 100000), tenths = n / 10000 + (n % 10000 > 0);
	return (double)tenths / 10;
}

static double score_v3(const int *v)
{
	static const double av[] = { 0.85, 0.62, 0.55, 0.2 }, ac[] = { 0.77, 0.44 },
	                    ui[] = { 0.85, 0.62 },
	                    pr[2][3] = { { 0.85, 0.62, 0.27 }, { 0.85, 0.68, 0.5 } },
	                    cia[] = { 0, 0.22, 0.56 };
	bool changed = v[V3_S];
	double iss = 1 - (1 - cia[v[V3_C]]) * (1 - cia[v[V3_I]]) * (1 - cia[v[V3_A]]);
	double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * pow(iss - 0.02, 15) : 6.42 * iss;
	double exploitability =
	        8.22 * av[v[V3_AV]] * ac[v[V3_AC]] * pr[changed][v[V3_PR]] * ui[v[V3_UI]];
	if (impact <= 0)
		return 0;
	return round_up(fmin((changed ? 1.08 : 1) * (impact + exploitability), 10));
}

static double score_v4(const int *v)
{
	int level[V4_MODIFIED]; /* what counts: the modified metric where there is one */
	for (int i = 0; i < V4_MODIFIED; i++) {
		/* only their modified metrics have the worst value, safety */
		int safety = i == V4_SI || i == V4_SA;
		level[i] = v[i + V4_MODIFIED] > 0 ? v[i + V4_MODIFIED] - 1 : v[i] + safety;
	}
	// clang-format off
	return cvss4_score(&(struct cvss4_levels){
		.av = level[V4_AV], .pr = level[V4_PR], .ui = level[V4_UI],
		.ac = level[V4_AC], .at = level[V4_AT],
		.vc = level[V4_VC], .vi = level[V4_VI], .va = level[V4_VA],
		.cr = MAX(v[V4_CR], 1) - 1, .ir = MAX(v[V4_IR], 1) - 1, .ar = MAX(v[V4_AR], 1) - 1,
		.sc = level[V4_SC] + 1, .si = level[V4_SI], .sa = level[V4_SA],
		.e = MAX(v[V4_E], 1) - 1,
	});
	// clang-format on
}

static const struct version {
	str prefix;
	int major, minor;
	const struct metric *metrics;
	size_t n;
	double (*score)(const int *values);
} versions[] = {
	/* the one without a prefix last */
	{ STR_INIT("CVSS:4.0/"), 4, 0, v4_metrics, LEN(v4_metrics), score_v4 },
	{ STR_INIT("CVSS:3.1/"), 3, 1, v3_metrics, LEN(v3_metrics), score_v3 },
	{ STR_INIT("CVSS:3.0/"), 3, 0, v3_metrics, LEN(v3_metrics), score_v3 },
	{ STR_INIT("CVSS:2.0/"), 2, 0, v2_metrics, LEN(v2_metrics), score_v2 },
	{ STR_INIT(""), 2, 0, v2_metrics, LEN(v2_metrics), score_v2 },
};

static int find_value(const struct metric *m, str value)
{
	str words = str_c(m->values), word;
	for (int i = 0; str_split(&words, ' ', &word); i++)
		if (str_eq(word, value))
			return i;
	return -1;
}

static int read_metric(const struct version *version, str field, int *values, struct error *e)
{
	size_t colon = str_chr(field, ':');
	for (size_t i = 0; i < version->n; i++) {
		if (!str_eq(str_upto(field, colon), str_c(version->metrics[i].name)))
			continue;
		if (values[i] >= 0)
			return error_set(e, ERR_FORMAT, "CVSS %d.%d: metric %s twice",
			                 version->major, version->minor, version->metrics[i].name);
		values[i] = find_value(&version->metrics[i], str_from(field, colon + 1));
		if (values[i] < 0)
			break;
		return 0;
	}
	return error_set(e, ERR_FORMAT, "CVSS %d.%d: no such metric or value: \"%.*s\"",
	                 version->major, version->minor, STR_FMT(str_upto(field, 40)));
}

static int read_metrics(const struct version *version, str rest, int *values, struct error *e)
{
	for (size_t i = 0; i < METRICS_MAX; i++)
		values[i] = -1;
	if (str_ends(rest, STR("/")))
		return error_set(e, ERR_FORMAT, "CVSS %d.%d: ends with a slash", version->major,
		                 version->minor);
	for (str field; str_split(&rest, '/', &field);) {
		int r = read_metric(version, field, values, e);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < version->n; i++)
		if (version->metrics[i].base && values[i] < 0)
			return error_set(e, ERR_FORMAT, "CVSS %d.%d: metric %s is missing",
			                 version->major, version->minor, version->metrics[i].name);
	return 0;
}

int cvss_parse(str vector, struct cvss *out, struct error *e)
{
	_Static_assert(LEN(v4_metrics) <= METRICS_MAX && LEN(v3_metrics) <= METRICS_MAX,
	               "room for all");
	const struct version *version = versions;
	int values[METRICS_MAX];
	vector = str_trim(vector);
	if (str_starts(vector, STR("(")) && str_ends(vector, STR(")")))
		vector = str_upto(str_from(vector, 1), vector.n - 2);
	while (!str_starts(vector, version->prefix))
		version++;
	if (!version->prefix.n && str_starts(vector, STR("CVSS:")))
		return error_set(e, ERR_FORMAT, "CVSS vector of an unknown version: \"%.*s\"",
		                 STR_FMT(str_upto(vector, 40)));
	int r = read_metrics(version, str_from(vector, version->prefix.n), values, e);
	if (r < 0)
		return r;
	*out = (struct cvss){ .major = version->major,
		              .minor = version->minor,
		              .score = version->score(values) };
	out->severity = severity_of_score(out->score, out->major);
	return 0;
}
