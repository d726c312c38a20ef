/* report/as_template.c — the JSON report through the user's template (docs/templates.md). The
 * report is held whole for that, so it has a ceiling. */
#include "report/template.h"
#include "report/writer.h"

enum { REPORT_MOST = 128 << 20 };

const struct writer_row writer_template = { "template", as_template, "through --template", NULL,
	                                    true };

int as_template(const struct scan_report *r, const struct writer_style *style, struct buf *out,
                struct error *e)
{
	struct arena kept cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct buf report cleanup(buf_done) = BUF(REPORT_MOST);
	struct template *t;
	struct json *document;
	int code;

	if (template_parse(str_c(style->template_name), style->template_text, &kept, &t, e) < 0)
		return e->code;
	if (as_json(r, style, &report, e) < 0 ||
	    json_parse("report", buf_view(&report), &document, e) < 0)
		return e->code;
	buf_done(&report);
	code = template_write(t, document, out, e);
	json_free(document);
	return code;
}
