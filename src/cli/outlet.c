#include "cli/outlet.h"
#include "cli/screen.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { REPORT_MIB = 1024, NAME_BYTES = 200 };

static bool is_text(const struct outlet *o)
{
	return !strcmp(o->writer->format, "table") || !strcmp(o->writer->format, "markdown");
}

static bool is_json(const struct outlet *o)
{
	return !strcmp(o->writer->format, "json");
}

static bool is_folder(const char *path)
{
	struct stat st;

	if (!path || !strcmp(path, "-"))
		return false;
	return str_ends(str_c(path), STR("/")) || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

int outlet_open(struct outlet *o, const char *path, const char *format, bool several,
                struct error *e)
{
	*o = (struct outlet){ .path = path,
		              .writer = writer_find(format),
		              .folder = is_folder(path),
		              .several = several,
		              .arena = ARENA(MIB(4)),
		              .out = BUF(MIB(REPORT_MIB)) };
	if (!o->writer)
		return error_set(e, ERR_USAGE, "no format \"%s\"", format);
	if (several && !o->folder && !is_text(o) && !is_json(o))
		return error_set(e, ERR_USAGE,
		                 "several reports as %s do not fit into one document: --output "
		                 "FOLDER/ takes a file of each",
		                 format);
	if (o->folder && mkdir(path, 0777) < 0 && errno != EEXIST)
		return error_errno(e, errno, "make folder %s", path);
	return 0;
}

/* Standard output shows each report as it comes; a file appears at the end. */
static int settle(struct outlet *o, struct error *e)
{
	int r = 0;

	if (o->path && strcmp(o->path, "-") != 0)
		return 0;
	if (!o->out.failed)
		r = screen_write(buf_view(&o->out), NULL, e);
	buf_clear(&o->out);
	return r;
}

static const char *suffix_of(const char *format)
{
	static const struct {
		const char *format, *suffix;
	} suffixes[] = {
		// clang-format off
		{ "table",      "txt" },
		{ "json",       "json" },
		{ "cyclonedx",  "cdx.json" },
		{ "spdx",       "spdx.json" },
		{ "sarif",      "sarif" },
		{ "trivy-json", "trivy.json" },
		{ "gitlab",     "gitlab.json" },
		{ "csv",        "csv" },
		{ "markdown",   "md" },
		{ "html",       "html" },
		// clang-format on
	};
	for (size_t i = 0; i < LEN(suffixes); i++)
		if (!strcmp(suffixes[i].format, format))
			return suffixes[i].suffix;
	return "txt";
}

/* "registry.example:5000/app:1" becomes "registry.example_5000_app_1" */
static void put_name(char *name, size_t room, const struct image *image, bool platform)
{
	int n = snprintf(name, room, "%.*s%s%.*s%s%.*s%s%.*s", NAME_BYTES / 2,
	                 image->target.p ? image->target.p : "", platform ? "_" : "",
	                 platform ? (int)image->os.n : 0, image->os.p, platform ? "_" : "",
	                 platform ? (int)image->arch.n : 0, image->arch.p,
	                 platform && image->variant.n ? "_" : "",
	                 platform ? (int)image->variant.n : 0, image->variant.p);

	for (int i = 0; i < n && name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr(".-_", name[i]))
			name[i] = '_';
	if (name[0] == '.' || !name[0])
		name[0] = '_';
}

/* Two images of one name in one run (a stream, another registry's twin) are numbered. */
static int write_into_folder(struct outlet *o, const struct image *image, struct error *e)
{
	char name[NAME_BYTES], path[4096];

	put_name(name, sizeof name, image, o->named_by_platform);
	snprintf(path, sizeof path, "%s/%s.%s", o->path, name, suffix_of(o->writer->format));
	for (size_t i = 0; i < o->names.n; i++)
		if (!strcmp(o->names.v[i], path)) {
			snprintf(path, sizeof path, "%s/%s-%zu.%s", o->path, name, o->written + 1,
			         suffix_of(o->writer->format));
			break;
		}
	str kept = arena_str(&o->arena, str_c(path));
	if (kept.p)
		vec_add(&o->arena, &o->names, kept.p);
	int r = screen_write(buf_view(&o->out), path, e);
	buf_clear(&o->out);
	return r;
}

int outlet_put(struct outlet *o, const struct scan_report *r, struct error *e)
{
	struct writer_style style = screen_style(o->path != NULL);
	bool array = o->several && !o->folder && is_json(o);
	int code;

	if (array)
		buf_add(&o->out, o->written ? STR(",\n") : STR("[\n"));
	else if (o->written && !o->folder)
		buf_addc(&o->out, '\n');
	code = o->writer->write(r, &style, &o->out, e);
	if (code >= 0 && o->out.failed)
		code = error_set(e, ERR_LIMIT, "the report is larger than %d MiB", REPORT_MIB);
	if (code >= 0 && o->folder)
		code = write_into_folder(o, &r->image, e);
	else if (code >= 0)
		code = settle(o, e);
	o->written++;
	return code;
}

int outlet_end(struct outlet *o, struct error *e)
{
	if (o->folder)
		return 0;
	if (o->several && is_json(o))
		buf_add(&o->out, o->written ? STR("]\n") : STR("[]\n"));
	if (o->path && strcmp(o->path, "-") != 0 && o->written)
		return screen_write(buf_view(&o->out), o->path, e);
	return settle(o, e);
}

void outlet_done(struct outlet *o)
{
	buf_done(&o->out);
	arena_done(&o->arena);
}
