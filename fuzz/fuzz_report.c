/* Any bytes as the strings of a report: JSON formats stay JSON, the table stays printable. */
#include "base/json.h"
#include "base/text.h"
#include "report/writer.h"
#include <assert.h>

enum { MOST = 8 << 20 };

static str next(str *rest)
{
	str piece = { 0 };
	str_split(rest, '\n', &piece);
	return piece;
}

static void fill(struct scan_report *r, struct arena *a, str rest)
{
	unsigned flags = rest.n ? (unsigned char)rest.p[0] : 0;
	struct package *p;

	r->generation = flags & 1;
	r->assessed = flags & 2;
	r->image.target = r->image.name = next(&rest);
	r->image.digest = next(&rest);
	r->distro.id = r->distro.name = next(&rest);
	for (unsigned i = 0; i < 3 && (p = vec_push(a, &r->packages)); i++) {
		p->type = (flags + i) % PACKAGE_TYPE_COUNT;
		p->name = next(&rest);
		p->version = next(&rest);
		p->path = p->inner = next(&rest);
		p->license = next(&rest);
	}
	for (unsigned i = 0; i < 4; i++) {
		struct finding *f = vec_push(a, &r->findings);
		f->package = &r->packages.v[i % 3];
		f->id = next(&rest);
		f->severity = (flags + i) % SEVERITY_COUNT;
		f->status = (flags / 4 + i) % FIX_STATUS_COUNT;
		f->fixed_version = f->range = next(&rest);
		f->title = f->description = f->remediation = next(&rest);
		f->published = next(&rest);
		vec_add(a, &f->aliases, f->title);
		vec_add(a, &f->cwes, f->published);
		vec_add(a, &f->references, ((struct reference){ f->id, next(&rest) }));
		vec_add(a, &f->ratings, ((struct rating){ f->id, f->title, 3, 7.5, f->severity, true }));
	}
	vec_add(a, &r->gaps, ((struct gap){ flags % GAP_KIND_COUNT, next(&rest), next(&rest), 0 }));
}

static void check_table(str out, bool utf8)
{
	while (out.n) {
		uint32_t rune = text_rune(&out);
		assert(rune == '\n' || (!text_is_unsafe(rune) && (utf8 || rune < 0x80)));
	}
}

static size_t count(void)
{
	size_t n = 0;

	while (writers[n].format)
		n++;
	return n;
}

static void check(const struct writer_row *w, const struct scan_report *r, size_t n)
{
	struct error e = { 0 };
	struct buf out cleanup(buf_done) = BUF(MOST);
	struct writer_style style = { .columns = (unsigned)(n % 160), .utf8 = n & 1, .version = "0" };
	struct json *document = NULL;
	if (w->write(r, &style, &out, &e) < 0) {
		assert(e.code == ERR_LIMIT);
	} else if (w->write == as_table) {
		check_table(buf_view(&out), style.utf8);
	} else if (w->write != as_csv && w->write != as_html && w->write != as_markdown) {
		assert(!json_parse(w->format, buf_view(&out), &document, &e));
		json_free(document);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(MOST);
	struct scan_report r = { 0 };

	fill(&r, &a, str_mem(data, n));
	if (n > 1 && data[1] < 0x80) { /* one is faster than all */
		check(&writers[data[1] % count()], &r, n);
		return 0;
	}
	for (const struct writer_row *w = writers; w->format; w++)
		check(w, &r, n);
	return 0;
}
