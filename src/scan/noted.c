#include "scan/noted.h"
#include "inventory/elfnote.h"
#include "model/scan_report.h"

struct told { /* a package that is told already, or would be by the note at this index */
	uint64_t key;
	size_t index;
};

static bool is_noted(const struct package *p)
{
	return str_eq(p->evidence, STR(ELFNOTE_EVIDENCE));
}

static uint64_t key_of(enum package_type type, str name, str version)
{
	uint64_t h = str_hash_byte(STR_HASH_START, (char)type);

	for (size_t i = 0; i < name.n; i++)
		h = str_hash_byte(h, name.p[i]);
	h = str_hash_byte(h, 0);
	for (size_t i = 0; i < version.n; i++)
		h = str_hash_byte(h, version.p[i]);
	return str_hash_end(h);
}

static int by_key(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* A note may have the name and version of the source package. Index 0: a database says it. */
static size_t tell(const struct package *p, struct told *out)
{
	str source = p->source.n ? p->source : p->name;
	str version = p->source_version.n ? p->source_version : p->version;

	out[0] = (struct told){ key_of(p->type, p->name, p->version), 0 };
	out[1] = (struct told){ key_of(p->type, source, version), 0 };
	return 2;
}

static bool is_first(const struct told *told, size_t n, const struct package *p, size_t index)
{
	uint64_t key = key_of(p->type, p->name, p->version);
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (told[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && told[low].key == key && told[low].index == index + 1;
}

int noted_drop(struct scan_report *r, struct arena *a, struct error *e)
{
	size_t n = 0, kept = 0;
	bool any = false;
	struct told *told;

	for (size_t i = 0; i < r->packages.n && !any; i++)
		any = is_noted(&r->packages.v[i]);
	if (!any)
		return 0;
	told = arena_array(a, r->packages.n, 2 * sizeof *told);
	if (!told)
		return error_set(e, ERR_LIMIT, "no memory for package notes");
	for (size_t i = 0; i < r->packages.n; i++) {
		const struct package *p = &r->packages.v[i];
		if (!is_noted(p)) {
			n += tell(p, told + n);
			continue;
		}
		told[n++] = (struct told){ key_of(p->type, p->name, p->version), i + 1 };
	}
	qsort(told, n, sizeof *told, by_key);
	for (size_t i = 0; i < r->packages.n; i++)
		if (!is_noted(&r->packages.v[i]) || is_first(told, n, &r->packages.v[i], i))
			r->packages.v[kept++] = r->packages.v[i];
	r->packages.n = kept;
	return 0;
}
