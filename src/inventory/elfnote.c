#include "inventory/elfnote.h"
#include "base/json.h"
#include "inventory/window.h"

enum { NOTE_PACKAGE = 0xcafe1a7e };

static enum package_type type_of(str word)
{
	static const struct {
		str word;
		enum package_type type;
	} rows[] = {
		{ STR_INIT("deb"), PACKAGE_DEB },
		{ STR_INIT("rpm"), PACKAGE_RPM },
		{ STR_INIT("apk"), PACKAGE_APK },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		if (str_eq(rows[i].word, word))
			return rows[i].type;
	return PACKAGE_GENERIC;
}

/* rpmbuild writes "1.2-3.fc40.x86_64": the architecture is no part of the version. */
static void split_arch(struct package *p)
{
	static const char *const known[] = { "x86_64", "aarch64", "ppc64le", "s390x",
		                             "i686",   "armv7hl", "riscv64", "noarch" };
	size_t dot = str_rchr(p->version, '.');
	str last = str_from(p->version, dot + 1);

	for (size_t i = 0; i < LEN(known) && p->type == PACKAGE_RPM; i++)
		if (str_eq(last, str_c(known[i]))) {
			p->version = str_upto(p->version, dot);
			p->arch = p->arch.n ? p->arch : last;
			return;
		}
}

static int add(const struct window *p, const struct json *note, uint64_t offset,
               struct inventory *into, struct error *e)
{
	struct package found = {
		.type = type_of(json_str(note, "type")),
		.name = json_str(note, "name"),
		.version = json_str(note, "version"),
		.arch = json_str(note, "architecture"),
		.path = p->f->path,
		.evidence = STR(ELFNOTE_EVIDENCE),
		.offset = offset,
	};

	if (!found.name.n || !found.version.n) {
		inventory_gap(into, GAP_NO_IDENTITY, p->f->path,
		              "a package note without a name or version");
		return 0;
	}
	split_arch(&found);
	return inventory_add(into, &found, e);
}

int elfnote_read(const struct window *p, struct inventory *into, struct error *e)
{
	struct json *note = NULL;
	struct error why = { 0 };
	str text;
	int r;

	if (!elf_find_note(&p->elf, window_view(p), STR("FDO"), NOTE_PACKAGE, &text))
		return 0;
	uint64_t offset = (uint64_t)(text.p - p->bytes);
	text = str_upto(text, str_chr(text, 0)); /* padded with NULs */
	if (json_parse("package note", text, &note, &why) < 0) {
		inventory_gap(into, GAP_NO_IDENTITY, p->f->path, "%s", why.msg);
		return 0;
	}
	r = add(p, note, offset, into, e);
	json_free(note);
	return r;
}
