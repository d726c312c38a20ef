#include "base/buf.h"
#include "oci/manifest.h"

#if defined(__x86_64__)
#define MACHINE "amd64"
#elif defined(__aarch64__)
#define MACHINE "arm64"
#elif defined(__arm__)
#define MACHINE "arm"
#elif defined(__i386__)
#define MACHINE "386"
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define MACHINE "ppc64le"
#elif defined(__s390x__)
#define MACHINE "s390x"
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE "riscv64"
#else
#define MACHINE "unknown"
#endif

static const struct {
	str other, arch, variant;
} arch_names[] = {
	// clang-format off
	{ STR_INIT("x86_64"),  STR_INIT("amd64"), STR_INIT("") },
	{ STR_INIT("x86-64"),  STR_INIT("amd64"), STR_INIT("") },
	{ STR_INIT("aarch64"), STR_INIT("arm64"), STR_INIT("") },
	{ STR_INIT("armhf"),   STR_INIT("arm"),   STR_INIT("v7") },
	{ STR_INIT("armel"),   STR_INIT("arm"),   STR_INIT("v6") },
	{ STR_INIT("i386"),    STR_INIT("386"),   STR_INIT("") },
	// clang-format on
};

int platform_parse(const char *text, struct arena *a, struct platform *out, struct error *e)
{
	str rest = arena_lower(a, str_c(text ? text : "linux/" MACHINE)), extra;
	struct platform p = { 0 };

	if (!str_split(&rest, '/', &p.os) || !p.os.n || !str_split(&rest, '/', &p.arch) ||
	    !p.arch.n || (str_split(&rest, '/', &p.variant) && str_split(&rest, '/', &extra)))
		return error_set(e, ERR_USAGE, "platform \"%s\": want os/arch or os/arch/variant",
		                 text);
	for (size_t i = 0; i < LEN(arch_names); i++)
		if (str_eq(p.arch, arch_names[i].other)) {
			p.arch = arch_names[i].arch;
			p.variant = p.variant.n ? p.variant : arch_names[i].variant;
			break;
		}
	*out = p;
	return 0;
}

str platform_text(struct arena *a, const struct platform *p)
{
	return arena_printf(a, "%.*s/%.*s%s%.*s%s%.*s", STR_FMT(p->os), STR_FMT(p->arch),
	                    p->variant.n ? "/" : "", STR_FMT(p->variant),
	                    p->os_version.n ? " " : "", STR_FMT(p->os_version));
}

/* "v7" is 7; without a variant an architecture means its common one (containerd's rules). */
static unsigned variant_level(const struct platform *p)
{
	uint64_t level;

	if (p->variant.n > 1 && p->variant.p[0] == 'v' &&
	    str_u64(str_from(p->variant, 1), &level) && level < 100)
		return (unsigned)level;
	if (str_eq(p->arch, STR("arm")))
		return 7;
	return str_eq(p->arch, STR("arm64")) ? 8 : 1;
}

static bool is_levelled(const struct platform *p)
{
	return str_eq(p->arch, STR("arm")) || str_eq(p->arch, STR("arm64")) ||
	       str_eq(p->arch, STR("amd64"));
}

/* 0: does not run there; else the higher the better. */
static unsigned rank(const struct platform *have, const struct platform *want)
{
	unsigned level = variant_level(have);

	if (!str_eq_nocase(have->os, want->os) || !str_eq_nocase(have->arch, want->arch))
		return 0;
	if (!is_levelled(want))
		return str_eq(have->variant, want->variant) ? 2 : !want->variant.n;
	return level > variant_level(want) ? 0 : level + 1;
}

static bool is_choice(const struct descriptor *d)
{
	return !d->attestation && !str_eq(d->platform.os, STR("unknown"));
}

static int absent(const struct manifest *index, const struct platform *want, struct arena *a,
                  struct error *e)
{
	struct buf there cleanup(buf_done) = BUF(600);
	bool all_windows = true;
	size_t images = 0;

	for (size_t i = 0; i < index->entries.n; i++) {
		const struct descriptor *d = &index->entries.v[i];
		if (!is_choice(d))
			continue;
		all_windows = all_windows && str_eq_nocase(d->platform.os, STR("windows"));
		if (images++)
			buf_add(&there, STR(", "));
		buf_add(&there,
		        d->platform.os.n ? platform_text(a, &d->platform) : STR("of no platform"));
	}
	if (!images)
		return error_set(e, ERR_UNSUPPORTED, "the index holds no image");
	if (all_windows)
		return error_set(e, ERR_UNSUPPORTED, "this is a Windows image (%.*s)",
		                 STR_FMT(buf_view(&there)));
	return error_set(e, ERR_NOTFOUND, "there is nothing for %.*s; there is %.*s",
	                 STR_FMT(platform_text(a, want)), STR_FMT(buf_view(&there)));
}

int manifest_choose(const struct manifest *index, const struct platform *want, struct arena *a,
                    const struct descriptor **out, struct error *e)
{
	const struct descriptor *best = NULL, *nameless = NULL;
	unsigned best_rank = 0, choices = 0;

	for (size_t i = 0; i < index->entries.n; i++) {
		const struct descriptor *d = &index->entries.v[i];
		unsigned r = is_choice(d) ? rank(&d->platform, want) : 0;
		choices += is_choice(d);
		if (is_choice(d) && !d->platform.os.n)
			nameless = d;
		if (r > best_rank) {
			best = d;
			best_rank = r;
		}
	}
	if (!best && choices == 1) /* its configuration will say what it is for */
		best = nameless;
	if (!best)
		return absent(index, want, a, e);
	*out = best;
	return 0;
}
