/* report/as_table.c — what a person sees: what was looked at and with which data, the findings a
 * group at a time, the counts, and aloud whatever was not assessed. "No known vulnerabilities" is
 * said only of an image that was assessed. */
#include "base/time.h"
#include "report/table.h"
#include <inttypes.h>
#include <stdio.h>

enum { LABEL_CELLS = 15, TITLE_CELLS = 160, EPSS_COLUMNS = 110 };

/* ---- head ---- */

static void label(struct table *job, const char *name, enum ink ink, str value)
{
	const struct painter *p = &job->paint;

	if (!value.n)
		return;
	paint(p, INK_DIM, str_c(name));
	paint_pad(p, LABEL_CELLS - strlen(name));
	paint_words(p, ink, LABEL_CELLS, LABEL_CELLS, value);
}

/* Whole on one line, as it is copied: closer to its label where the terminal has 80 columns. */
static void put_digest(struct table *job)
{
	const struct painter *p = &job->paint;
	str digest = paint_clean(p, job->r->image.digest);

	if (!digest.n)
		return;
	paint(p, INK_DIM, STR("Digest:"));
	paint_pad(p, p->style->columns && p->style->columns < LABEL_CELLS + digest.n
	                     ? 1
	                     : LABEL_CELLS - 7);
	paint(p, INK_PLAIN, digest);
	paint_end(p);
}

static str package_types(struct table *job)
{
	struct arena *a = job->paint.a;
	str out = arena_printf(a, "%zu", job->r->packages.n);
	const char *before = " (";

	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++) {
		if (!job->counts.packages[t])
			continue;
		str part = arena_printf(a, "%s%" PRIu64 " %s", before, job->counts.packages[t],
		                        package_type_text((enum package_type)t));
		out = arena_concat(a, out, part);
		before = ", ";
	}
	return *before == ',' ? arena_concat(a, out, STR(")")) : out;
}

static str platform(struct arena *a, const struct image *image)
{
	str out = image->os;

	if (image->arch.n)
		out = arena_printf(a, "%.*s%s%.*s", STR_FMT(out), out.n ? "/" : "",
		                   STR_FMT(image->arch));
	if (image->variant.n)
		out = arena_printf(a, "%.*s/%.*s", STR_FMT(out), STR_FMT(image->variant));
	if (image->os_version.n)
		out = arena_printf(a, "%.*s (%.*s)", STR_FMT(out), STR_FMT(image->os_version));
	return out;
}

static str data_age(struct arena *a, const struct scan_report *r)
{
	if (!r->generation)
		return STR("none was read");
	if (!r->data_date.n)
		return arena_printf(a, "generation %" PRIu64, r->generation);
	return arena_printf(a, "generation %" PRIu64 ", newest %.*s", r->generation,
	                    STR_FMT(str_upto(r->data_date, 10)));
}

static str base_image(struct table *job)
{
	const struct base_image *b = &job->r->base;
	struct arena *a = job->paint.a;
	str name = b->name.n ? b->name : b->digest;
	size_t brought = 0, all = job->r->findings.n;

	for (size_t i = 0; i < all; i++)
		brought += job->r->findings.v[i].package->layer < b->layers &&
		           !(job->r->findings.v[i].package->traits & PACKAGE_CLAIMED);
	if (!name.n || !b->layers)
		return name;
	name = arena_printf(a, "%.*s (%zu %s)", STR_FMT(name), b->layers,
	                    table_plural(b->layers, "layer", "layers"));
	return all ? arena_printf(a, "%.*s: brings %zu of %zu %s", STR_FMT(name), brought, all,
	                          table_plural(all, "finding", "findings"))
	           : name;
}

static void put_end_of_life(struct table *job)
{
	const struct end_of_life *eol = &job->r->eol;
	struct arena *a = job->paint.a;
	str text;

	if (!eol->known || !eol->date.n)
		return;
	text = arena_printf(a, eol->ended ? "ended on %.*s" : "until %.*s", STR_FMT(eol->date));
	if (eol->extended.n)
		text = arena_printf(a, "%.*s, extended until %.*s", STR_FMT(text),
		                    STR_FMT(eol->extended));
	label(job, "Support:", eol->ended ? INK_BAD : INK_PLAIN, text);
}

static void put_head(struct table *job)
{
	const struct scan_report *r = job->r;
	struct arena *a = job->paint.a;

	label(job, "Target:", INK_BOLD, r->image.target);
	put_digest(job);
	label(job, "Platform:", INK_PLAIN, platform(a, &r->image));
	label(job, "System:", INK_PLAIN, r->distro.name.n ? r->distro.name : r->distro.id);
	put_end_of_life(job);
	label(job, "Base:", INK_PLAIN, base_image(job));
	label(job, "Packages:", INK_PLAIN, package_types(job));
	label(job, "Advisory data:", INK_PLAIN, data_age(a, r));
}

/* ---- findings ---- */

struct grid_count {
	size_t of[SEVERITY_COUNT];
};

struct group { /* findings of one package type */
	enum package_type type;
	struct grid grid;
	struct grid_count count;
};

static str fix_words(const struct finding *f)
{
	return writer_fixable(f) ? f->fixed_version : str_c(writer_fix_words(f));
}

static bool has_own_path(enum package_type t) /* not one file for all packages of the system */
{
	return t != PACKAGE_DEB && t != PACKAGE_APK && t != PACKAGE_RPM;
}

static str epss_words(struct arena *a, const struct finding *f)
{
	return writer_has_epss(f) ? arena_printf(a, "%.1f%%", f->exploited.epss * 100) : (str){ 0 };
}

/* "app/package-lock.json (locked, development)" */
static str place_words(struct arena *a, const struct package *k)
{
	str out = writer_place(a, k), traits = { 0 };

	for (unsigned trait = 1; trait < PACKAGE_TRAITS; trait <<= 1)
		if (k->traits & trait)
			traits = arena_printf(a, "%.*s%s%s", STR_FMT(traits), traits.n ? ", " : "",
			                      package_trait_word((enum package_trait)trait));
	if (k->owner.n)
		traits = arena_printf(a, "%.*s%sowned by %.*s", STR_FMT(traits),
		                      traits.n ? ", " : "", STR_FMT(k->owner));
	return traits.n ? arena_printf(a, "%.*s (%.*s)", STR_FMT(out), STR_FMT(traits)) : out;
}

/* What one should know before all else; without its column, the chance of exploitation too. */
static str mark_words(struct table *job, const struct finding *f)
{
	struct arena *a = job->paint.a;
	str out = { 0 };

	if (f->exploited.known)
		out = arena_printf(a, "known to be exploited%s%s%.*s",
		                   f->exploited.ransomware ? ", with ransomware" : "",
		                   f->exploited.due.n ? ", due " : "", STR_FMT(f->exploited.due));
	if (f->exploited.known && !job->epss && writer_has_epss(f))
		out = arena_printf(a, "%.*s, EPSS %.1f%%", STR_FMT(out), f->exploited.epss * 100);
	if (f->state != STATE_VALID)
		out = arena_printf(a, "%.*s%s%s", STR_FMT(out), out.n ? "; " : "",
		                   finding_state_word(f->state));
	return out;
}

static void add_row(struct table *job, struct grid *g, const struct finding *f)
{
	const struct painter *p = &job->paint;
	struct grid_row *row = vec_push(p->a, &g->rows);
	str title = paint_cut(p, paint_clean(p, writer_title(f)), TITLE_CELLS);

	if (!row)
		return;
	row->cells[0] = (struct grid_cell){ table_upper(p->a, severity_word(f->severity)),
		                            ink_of(f->severity) };
	row->cells[1] = (struct grid_cell){ paint_clean(p, f->id), INK_BOLD };
	row->cells[2] = (struct grid_cell){ paint_clean(p, f->package->name), INK_PLAIN };
	row->cells[3] = (struct grid_cell){ paint_clean(p, f->package->version), INK_PLAIN };
	row->cells[4] = (struct grid_cell){ paint_clean(p, fix_words(f)),
		                            writer_fixable(f) ? INK_GOOD : INK_DIM };
	if (job->epss)
		row->cells[5] = (struct grid_cell){ epss_words(p->a, f), INK_PLAIN };
	row->cells[job->epss ? 6 : 5] = (struct grid_cell){ title, INK_PLAIN };
	if (has_own_path(f->package->type))
		row->below[0] = (struct grid_cell){ paint_clean(p, place_words(p->a, f->package)),
			                            INK_DIM };
	row->below[1] = (struct grid_cell){ paint_clean(p, mark_words(job, f)),
		                            f->exploited.known ? INK_BAD : INK_DIM };
}

static str severities(struct arena *a, const struct grid_count *n)
{
	str out = { 0 };

	for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
		if (n->of[s])
			out = arena_printf(a, "%.*s%s%zu %s", STR_FMT(out), out.n ? ", " : "",
			                   n->of[s], severity_word((enum severity)s));
	return out;
}

static void put_group_head(struct table *job, const struct group *group)
{
	const struct painter *p = &job->paint;
	uint64_t packages = job->counts.packages[group->type];
	size_t found = group->grid.rows.n;
	str system = job->r->distro.name.n ? job->r->distro.name : job->r->distro.id;
	str counts = severities(p->a, &group->count), text;

	paint_end(p);
	if (!has_own_path(group->type) && system.n) {
		paint(p, INK_BOLD, paint_clean(p, system));
		paint(p, INK_BOLD, STR(", "));
	}
	paint(p, INK_BOLD, str_c(package_type_text(group->type)));
	paint_end(p);
	text = arena_printf(p->a, "%" PRIu64 " %s, %zu %s: %.*s", packages,
	                    table_plural(packages, "package", "packages"), found,
	                    table_plural(found, "finding", "findings"), STR_FMT(counts));
	table_sentence(job, INK_DIM, text);
	paint_end(p);
}

static void fill_group(struct table *job, struct group *group)
{
	static const struct grid_column columns[] = { { .title = "Severity" },
		                                      { .title = "ID", .least = 24 },
		                                      { .title = "Package", .least = 12 },
		                                      { .title = "Installed", .least = 11 },
		                                      { .title = "Fixed in", .least = 15 },
		                                      { .title = "EPSS", .right = true },
		                                      { .title = "Title" } };
	size_t rows = 0;

	memcpy(group->grid.columns, columns, sizeof columns);
	group->grid.n = LEN(columns);
	if (!job->epss) {
		group->grid.columns[5] = columns[6];
		group->grid.n--;
	}
	group->grid.below_at = 2;
	for (size_t i = 0; i < job->r->findings.n; i++)
		rows += job->r->findings.v[i].package->type == group->type;
	group->grid.rows.v = arena_many(job->paint.a, rows, struct grid_row);
	group->grid.rows.room = group->grid.rows.v ? rows : 0;
	for (size_t i = 0; i < job->r->findings.n; i++) {
		const struct finding *f = &job->r->findings.v[i];
		if (f->package->type != group->type)
			continue;
		add_row(job, &group->grid, f);
		group->count.of[f->severity]++;
	}
}

static size_t severity_cells(const struct grid_count *n)
{
	size_t cells = 0;

	for (int s = 0; s < SEVERITY_COUNT; s++)
		cells = n->of[s] ? MAX(cells, strlen(severity_word((enum severity)s))) : cells;
	return cells;
}

/* All groups alike: titles stand beside where every group has the room. */
static void put_groups(struct table *job)
{
	struct group groups[PACKAGE_TYPE_COUNT] = { 0 };
	size_t widest = 0;
	bool beside = true;

	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++) {
		groups[t].type = (enum package_type)t;
		fill_group(job, &groups[t]);
		widest = MAX(widest, severity_cells(&groups[t].count));
	}
	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++) {
		groups[t].grid.columns[0].at_least = widest;
		beside &= !groups[t].grid.rows.n || grid_fits(&job->paint, &groups[t].grid);
	}
	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++) {
		if (!groups[t].grid.rows.n)
			continue;
		put_group_head(job, &groups[t]);
		grid_paint(&job->paint, &groups[t].grid, beside);
	}
}

static void put_suppressed(struct table *job)
{
	const struct painter *p = &job->paint;
	struct grid g = {
		.columns = { { .title = "Suppressed" },
		             { .title = "ID", .least = 24 },
		             { .title = "Package", .least = 12 },
		             { .title = "Installed", .least = 11 },
		             { .title = "Because" } },
		.n = 5,
		.below_at = 2,
	};

	for (size_t i = 0; i < job->r->suppressed.n; i++) {
		const struct finding *f = &job->r->suppressed.v[i];
		const struct hiding *h = &f->hidden;
		struct grid_row *row = vec_push(p->a, &g.rows);
		str why = arena_printf(p->a, "%s%s%.*s%s%s%.*s%s%.*s", hiding_word(h->kind),
		                       h->by.n ? " (" : "", STR_FMT(h->by), h->by.n ? ")" : "",
		                       h->why.n ? ": " : "", STR_FMT(h->why),
		                       h->until.n ? ", until " : "", STR_FMT(h->until));
		if (!row)
			return;
		row->cells[0] = (struct grid_cell){ table_upper(p->a, severity_word(f->severity)),
			                            INK_DIM };
		row->cells[1] = (struct grid_cell){ paint_clean(p, f->id), INK_PLAIN };
		row->cells[2] = (struct grid_cell){ paint_clean(p, f->package->name), INK_PLAIN };
		row->cells[3] = (struct grid_cell){ paint_clean(p, f->package->version), INK_DIM };
		row->cells[4] = (struct grid_cell){ paint_clean(p, why), INK_DIM };
	}
	if (!g.rows.n)
		return;
	paint_end(p);
	grid_paint(p, &g, grid_fits(p, &g));
}

static bool wants_epss(const struct scan_report *r, unsigned columns)
{
	for (size_t i = 0; i < r->findings.n && (!columns || columns >= EPSS_COLUMNS); i++)
		if (writer_has_epss(&r->findings.v[i]))
			return true;
	return false;
}

/* Without advisory data (`sbom`) the inventory itself is what one wants to see. */
static void put_inventory(struct table *job)
{
	const struct painter *p = &job->paint;
	struct grid g = {
		.columns = { { .title = "Type" },
		             { .title = "Package", .least = 16 },
		             { .title = "Version", .least = 12 },
		             { .title = "Found in", .path = true } },
		.n = 4,
		.below_at = 1,
	};

	for (size_t i = 0; i < job->r->packages.n; i++) {
		const struct package *k = &job->r->packages.v[i];
		struct grid_row *row = vec_push(p->a, &g.rows);
		if (!row)
			return;
		row->cells[0] = (struct grid_cell){ str_c(package_type_text(k->type)), INK_DIM };
		row->cells[1] = (struct grid_cell){ paint_clean(p, k->name), INK_BOLD };
		row->cells[2] =
		        (struct grid_cell){ k->version.n ? paint_clean(p, k->version) : STR("-"),
			                    INK_PLAIN };
		row->cells[3] =
		        (struct grid_cell){ paint_clean(p, writer_place(p->a, k)), INK_DIM };
	}
	if (!g.rows.n)
		return;
	paint_end(p);
	grid_paint(p, &g, grid_fits(p, &g));
}

int as_table(const struct scan_report *r, const struct writer_style *style, struct buf *out,
             struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct table job = { .r = r, .paint = { out, &a, style } };

	writer_count(r, &job.counts);
	put_head(&job);
	job.epss = wants_epss(r, style->columns);
	put_groups(&job);
	if (style->show_suppressed)
		put_suppressed(&job);
	if (!r->generation && !job.counts.gaps[GAP_NO_DATA])
		put_inventory(&job);
	table_summary(&job);
	table_plan(&job);
	table_coverage(&job);
	table_verdict(&job);
	return writer_done(&a, out, "table", e);
}
