/* cli/outlet.h — where the reports of one run go: to standard output, into one file, or into a folder, a
 * file an image. Several reports at one place follow one another as texts (table, markdown) or are
 * the elements of one array (json); other formats have no shape for several and want a folder. */
#pragma once
#include "base/buf.h"
#include "cli/screen.h"
#include "report/writer.h"

struct outlet {
	const char *path; /* NULL: standard output */
	const struct writer_row *writer;
	bool folder, several, named_by_platform, show_suppressed;
	const char *template_path;
	str template_text;
	size_t written;
	struct arena arena;
	VEC(const char *) names; /* of the files in the folder */
	struct screen_sink sink;
	bool open, broken; /* the sink is; a report ended early */
	struct buf out;    /* what has not gone into it yet */
};

/* `several`: more than one report may come; in a folder, platforms may tell them apart. */
int outlet_open(struct outlet *o, const char *path, const char *format, bool several, struct error *e) must_use;
/* Reports go through the template in this file, whatever format was named. */
int outlet_template(struct outlet *o, const char *path, struct error *e) must_use;
int outlet_put(struct outlet *o, const struct scan_report *r, struct error *e) must_use;
int outlet_end(struct outlet *o, struct error *e) must_use; /* the file appears, whole */
void outlet_done(struct outlet *o);
