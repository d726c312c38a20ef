#include "center/cut.h"
#include "base/jsonout.h"
#include "base/vec.h"

/* --- identities --- */

bool cut_is_os(const struct package *p)
{
	return p->type == PACKAGE_DEB || p->type == PACKAGE_APK || p->type == PACKAGE_RPM;
}

static struct package_id id_of(const struct buf *b)
{
	struct digest d = digest_of(buf_view(b));
	struct package_id id;

	memcpy(id.bytes, d.bytes, sizeof id.bytes);
	return id;
}

struct package_id cut_distribution(const struct distro *d)
{
	struct buf b cleanup(buf_done) = BUF(MIB(1));
	const str fields[] = { d->id,   d->id_like, d->version_id, d->codename,
		               d->name, d->path,    d->ecosystem };

	for (size_t i = 0; i < LEN(fields); i++)
		buf_str(&b, fields[i]);
	return id_of(&b);
}

static void add_id(struct buf *b, const struct package_id *id)
{
	buf_add(b, str_mem(id->bytes, sizeof id->bytes));
}

static struct package_id identity(const struct package *p, const struct package_id *distribution,
                                  const struct package_id *owner, struct buf *b)
{
	const str fields[] = {
		p->name, p->version, p->arch, p->source, p->source_version, p->module
	};

	buf_clear(b);
	buf_u32(b, (uint32_t)p->type);
	buf_u32(b, p->traits & PACKAGE_TRAITS);
	for (size_t i = 0; i < LEN(fields); i++)
		buf_str(b, fields[i]);
	if (cut_is_os(p))
		add_id(b, distribution);
	if (owner)
		add_id(b, owner);
	return id_of(b);
}

struct package_id cut_identity(const struct package *p, const struct distro *distro,
                               const struct package *owner)
{
	struct buf b cleanup(buf_done) = BUF(MIB(16));
	struct package_id release = cut_distribution(distro), by;

	if (owner)
		by = identity(owner, &release, NULL, &b);
	return identity(p, &release, owner ? &by : NULL, &b);
}

/* --- one place of a package --- */

struct place_of {
	struct package_id id;
	const struct package *package, *owner;
};

static int compare_names(const void *x, const void *y)
{
	const struct place_of *a = x, *b = y;
	int c = str_cmp(a->package->name, b->package->name);

	return c ? c : memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);
}

static int compare_places(const void *x, const void *y)
{
	const struct place_of *a = x, *b = y;
	const struct package *p = a->package, *q = b->package;
	int c = memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);

	if (!c)
		c = (p->layer > q->layer) - (p->layer < q->layer);
	if (!c)
		c = str_cmp(p->path, q->path);
	if (!c)
		c = str_cmp(p->inner, q->inner);
	if (!c)
		c = (p->offset > q->offset) - (p->offset < q->offset);
	return c ? c : str_cmp(p->evidence, q->evidence);
}

static const struct place_of *find_owner(const struct place_of *os, size_t n, str name)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (str_cmp(os[mid].package->name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && str_eq(os[low].package->name, name) ? &os[low] : NULL;
}

/* All packages with their identities: the distribution's first, as they own others */
static struct place_of *identify(const struct scan_report *r, struct arena *a)
{
	struct buf b cleanup(buf_done) = BUF(MIB(16));
	struct package_id release = cut_distribution(&r->distro);
	struct place_of *all = arena_many(a, r->packages.n, struct place_of);
	size_t os = 0, n;

	if (!all)
		return NULL;
	for (size_t i = 0; i < r->packages.n; i++)
		if (cut_is_os(&r->packages.v[i]))
			all[os++] =
			        (struct place_of){ identity(&r->packages.v[i], &release, NULL, &b),
				                   &r->packages.v[i], NULL };
	qsort(all, os, sizeof *all, compare_names);
	n = os;
	for (size_t i = 0; i < r->packages.n; i++) {
		const struct package *p = &r->packages.v[i];
		if (cut_is_os(p))
			continue;
		const struct place_of *owner = p->owner.n ? find_owner(all, os, p->owner) : NULL;
		all[n++] = (struct place_of){ identity(p, &release, owner ? &owner->id : NULL, &b),
			                      p, owner ? owner->package : NULL };
	}
	return all;
}

/* --- parts --- */

static str write_paths(const struct place_of *v, size_t n, struct buf *b, struct arena *a)
{
	struct jsonout j = JSONOUT(b, 0);

	buf_clear(b);
	jsonout_array(&j, NULL);
	for (size_t i = 0; i < n && i < CUT_PATHS_MOST; i++) {
		const struct package *p = v[i].package;
		jsonout_object(&j, NULL);
		jsonout_str(&j, "path", p->path);
		jsonout_some(&j, "inner", p->inner);
		jsonout_some(&j, "evidence", p->evidence);
		if (p->offset)
			jsonout_u64(&j, "offset", p->offset);
		jsonout_end(&j);
	}
	jsonout_end(&j);
	return b->failed ? STR("[]") : arena_str(a, buf_view(b));
}

struct cut_packages {
	struct cut_package *v;
	size_t n, room;
};

/* Places of one identity in one layer become one row */
static void gather(const struct place_of *all, size_t n, struct arena *a, struct cut_packages *out)
{
	struct buf b cleanup(buf_done) = BUF(MIB(1));

	for (size_t i = 0, end; i < n; i = end) {
		bool again = i && !memcmp(&all[i - 1].id, &all[i].id, sizeof all[i].id);
		for (end = i + 1; end < n && all[end].package->layer == all[i].package->layer &&
		                  !memcmp(&all[end].id, &all[i].id, sizeof all[i].id);
		     end++)
			;
		struct cut_package *x = vec_push(a, out);
		if (!x)
			return;
		*x = (struct cut_package){ .id = all[i].id,
			                   .package = all[i].package,
			                   .owner = all[i].owner,
			                   .layer = all[i].package->layer,
			                   .again = again,
			                   .paths = write_paths(all + i, end - i, &b, a) };
	}
}

static int compare_rows(const void *x, const void *y)
{
	const struct cut_package *a = x, *b = y;

	if (a->layer != b->layer)
		return a->layer < b->layer ? -1 : 1;
	return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);
}

static struct cut_part part_of(struct cut_package *v, size_t n)
{
	struct cut_part x = { .layer = v[0].layer, .packages = v, .n = n };
	struct digester *sum = digester_new();

	for (size_t i = 0; i < n; i++) {
		uint8_t head[5] = { v[i].again, (uint8_t)(v[i].paths.n >> 24),
			            (uint8_t)(v[i].paths.n >> 16), (uint8_t)(v[i].paths.n >> 8),
			            (uint8_t)v[i].paths.n };
		digester_add(sum, v[i].id.bytes, sizeof v[i].id.bytes);
		digester_add(sum, head, sizeof head);
		digester_add(sum, v[i].paths.p, v[i].paths.n);
		x.counted += !v[i].again;
	}
	digester_end(sum, &x.digest);
	digester_free(sum);
	return x;
}

int cut_make(const struct scan_report *r, struct arena *a, struct cut *out, struct error *e)
{
	struct place_of *all = identify(r, a);
	struct cut_packages rows = { 0 };
	struct {
		struct cut_part *v;
		size_t n, room;
	} parts = { 0 };

	*out = (struct cut){ 0 };
	if (all) {
		qsort(all, r->packages.n, sizeof *all, compare_places);
		gather(all, r->packages.n, a, &rows);
	}
	if (rows.n)
		qsort(rows.v, rows.n, sizeof *rows.v, compare_rows);
	for (size_t i = 0, end; i < rows.n; i = end) {
		for (end = i + 1; end < rows.n && rows.v[end].layer == rows.v[i].layer; end++)
			;
		struct cut_part part = part_of(rows.v + i, end - i);
		out->packages += part.counted;
		vec_add(a, &parts, part);
	}
	for (size_t i = 0; i < r->packages.n; i++)
		out->types |= 1u << r->packages.v[i].type;
	out->parts = parts.v;
	out->n = parts.n;
	return a->failed ? error_set(e, ERR_LIMIT, "the inventory is larger than %zu bytes",
	                             a->max_bytes)
	                 : 0;
}
