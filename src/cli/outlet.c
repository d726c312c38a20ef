#include "cli/outlet.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	REPORT_MIB = 256 /* of a report that is made in one piece */,
	NAME_BYTES = 200,
	TEMPLATE_BYTES = 1 << 20
};

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

/* A scan of minutes is not to end at a folder that is not there. */
static int check_place(const char *path, struct error *e)
{
	struct stat st;
	char dir[4096];
	str folder;

	if (!path || !strcmp(path, "-") || stat(path, &st) == 0)
		return 0;
	folder = str_dir(str_c(path));
	if (!folder.n) /* here, or of the root */
		return 0;
	if (folder.n >= sizeof dir)
		return error_set(e, ERR_USAGE, "%s: too long a name", path);
	snprintf(dir, sizeof dir, "%.*s", STR_FMT(folder));
	return access(dir, W_OK | X_OK) < 0 ? error_errno(e, errno, "%s", path) : 0;
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
	return o->folder ? 0 : check_place(path, e);
}

static int open_sink(struct outlet *o, const char *path, struct error *e)
{
	if (o->open)
		return 0;
	if (screen_sink_open(&o->sink, path, e) < 0)
		return e->code;
	o->open = true;
	o->out.sink = screen_sink_put;
	o->out.sink_ctx = &o->sink;
	return 0;
}

static int close_sink(struct outlet *o, struct error *e)
{
	int r = o->open ? screen_sink_close(&o->sink, &o->out, !o->broken, e) : 0;

	o->open = o->broken = false;
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

static bool is_taken(const struct outlet *o, const char *path)
{
	for (size_t i = 0; i < o->names.n; i++)
		if (!strcmp(o->names.v[i], path))
			return true;
	return false;
}

/* Two images of one name in one run (a stream, another registry's twin) are numbered. */
static void name_file(struct outlet *o, const struct image *image, char *path, size_t room)
{
	const char *suffix = suffix_of(o->writer->format);
	char name[NAME_BYTES];

	put_name(name, sizeof name, image, o->named_by_platform);
	snprintf(path, room, "%s/%s.%s", o->path, name, suffix);
	for (size_t n = 1; n <= o->names.n && is_taken(o, path); n++)
		snprintf(path, room, "%s/%s-%zu.%s", o->path, name, o->written + n, suffix);
	str kept = arena_str(&o->arena, str_c(path));
	if (kept.p)
		vec_add(&o->arena, &o->names, kept.p);
}

int outlet_template(struct outlet *o, const char *path, struct error *e)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = arena_alloc(&o->arena, TEMPLATE_BYTES);
	ssize_t got = 1;
	size_t n = 0;

	if (fd < 0) {
		error_errno(e, errno, "%s", path);
		return e->code = ERR_USAGE; /* a file of ours */
	}
	while (text && n < TEMPLATE_BYTES && (got = read(fd, text + n, TEMPLATE_BYTES - n)) > 0)
		n += (size_t)got;
	if (got < 0)
		return error_errno(e, errno, "%s", path);
	if (!text || n == TEMPLATE_BYTES)
		return error_set(e, ERR_USAGE, "%s: a template of more than %d bytes", path,
		                 TEMPLATE_BYTES - 1);
	o->writer = &writer_template;
	o->template_path = path;
	o->template_text = (str){ text, n };
	return 0;
}

static int write_report(struct outlet *o, const struct scan_report *r, struct error *e)
{
	struct writer_style style = screen_style(o->path != NULL);
	int code;

	style.show_suppressed = o->show_suppressed;
	style.template_name = o->template_path;
	style.template_text = o->template_text;
	if (o->several && !o->folder && is_json(o))
		buf_add(&o->out, o->written ? STR(",\n") : STR("[\n"));
	else if (o->written && !o->folder)
		buf_addc(&o->out, '\n');
	code = o->writer->write(r, &style, &o->out, e);
	if (code >= 0) /* standard output shows each report as it comes */
		buf_spill(&o->out, 0);
	if (o->sink.e.code)
		code = (*e = o->sink.e).code;
	else if (code >= 0 && o->out.failed)
		code = error_set(e, ERR_LIMIT, "the report is larger than %d MiB", REPORT_MIB);
	if (code < 0) {
		o->broken = true;
		buf_clear(&o->out);
	}
	return code;
}

int outlet_put(struct outlet *o, const struct scan_report *r, struct error *e)
{
	char path[4096];
	int code;

	if (o->folder)
		name_file(o, &r->image, path, sizeof path);
	if (open_sink(o, o->folder ? path : o->path, e) < 0)
		return e->code;
	code = write_report(o, r, e);
	o->written++;
	if (!o->folder)
		return code;
	return close_sink(o, e) < 0 ? e->code : code;
}

int outlet_end(struct outlet *o, struct error *e)
{
	bool file = o->path && strcmp(o->path, "-") != 0;

	if (o->folder || (file && !o->written))
		return 0;
	if (o->several && is_json(o)) {
		if (open_sink(o, o->path, e) < 0)
			return e->code;
		buf_add(&o->out, o->written ? STR("]\n") : STR("[]\n"));
	}
	return close_sink(o, e);
}

void outlet_done(struct outlet *o)
{
	struct error e = { 0 };

	o->broken = true; /* without outlet_end there is no file */
	if (close_sink(o, &e) < 0)
		e.code = 0;
	buf_done(&o->out);
	arena_done(&o->arena);
}
