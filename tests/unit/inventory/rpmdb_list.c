/* rpmdb_list FILE... — the packages of rpm databases as lines (record, name, version, architecture,
 * source, its version where it differs, module, license, vendor; tabs between), for comparison with
 * rpm. Gaps go to stderr; status 1 when there was one, or an error. Reads through a file like the
 * jail does. */
#include "inventory/rpmdb.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int list(const char *path)
{
	struct arena arena cleanup(arena_done) = ARENA(64u << 20);
	char name[] = "/tmp/rpmdb_list_XXXXXX";
	autoclose int spare = mkstemp(name), fd = open(path, O_RDONLY | O_CLOEXEC);
	struct inventory found = { .arena = &arena, .spool = spool_new(spare, UINT64_MAX) };
	struct error e = { 0 };
	struct stream *bytes;
	int r;

	unlink(name);
	if (fd < 0 || spare < 0) {
		perror(path);
		return 1;
	}
	bytes = stream_fd(fd, false);
	struct file f = { str_c(path), 0, 0644, bytes };
	r = (strstr(path, "manifest") ? rpmdb_read_manifest : rpmdb_read)(&f, &found, &e);
	stream_free(bytes);
	spool_free(found.spool);
	for (size_t i = 0; i < found.packages.n; i++) {
		const struct package *p = &found.packages.v[i];
		printf("%" PRIu64 "\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n", p->offset,
		       STR_FMT(p->name), STR_FMT(p->version), STR_FMT(p->arch), STR_FMT(p->source),
		       STR_FMT(p->source_version), STR_FMT(p->module), STR_FMT(p->license),
		       STR_FMT(p->maintainer));
	}
	for (size_t i = 0; i < found.gaps.n; i++)
		fprintf(stderr, "%.*s: %.*s\n", STR_FMT(found.gaps.v[i].where),
		        STR_FMT(found.gaps.v[i].why));
	if (r < 0)
		fprintf(stderr, "%s: %s\n", path, e.msg);
	return r < 0 || found.gaps.n;
}

int main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++)
		status |= list(argv[i]);
	return status;
}
