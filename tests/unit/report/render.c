/* tests/unit/report/render.c — one made-up report on stdout, to look at and to validate:
 * render REPORT FORMAT [COLUMNS [colour|plain [ascii]]] */
#include "reports.h"
#include "report/writer.h"
#include <stdio.h>

int main(int argc, char **argv)
{
	struct arena a cleanup(arena_done) = ARENA(16u << 20);
	struct buf out cleanup(buf_done) = BUF(16u << 20);
	struct writer_style style = { .utf8 = argc < 6, .version = "0.1.0" };
	const struct made_report *made = made_reports;
	const struct writer_row *w = argc > 2 ? writer_find(argv[2]) : NULL;
	struct scan_report r = { 0 };
	struct error e = { 0 };

	while (argc > 1 && made->name && strcmp(made->name, argv[1]))
		made++;
	if (!w || !made->name) {
		fprintf(stderr, "render REPORT FORMAT [COLUMNS [colour|plain [ascii]]]\n");
		return 2;
	}
	style.columns = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
	style.colour = argc > 4 && !strcmp(argv[4], "colour");
	made->make(&r, &a);
	if (w->write(&r, &style, &out, &e) < 0) {
		fprintf(stderr, "%s\n", e.msg);
		return 1;
	}
	fwrite(out.p, 1, out.n, stdout);
	return 0;
}
