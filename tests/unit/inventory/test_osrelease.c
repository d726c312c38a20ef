#include "inventory/osrelease.h"
#include "reader.h"

TEST(osrelease_reads_assignments_as_a_shell_does)
{
	static const struct {
		const char *text, *id, *version_id, *codename, *name;
	} rows[] = {
		{ "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"
		  "VERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n",
		  "debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)" },
		{ "NAME='Alpine Linux'\nID=alpine\nVERSION_ID=3.19.1", "alpine", "3.19.1", "", "Alpine Linux" },
		{ "# comment\n\n  ID=\"rhel\"  \nVERSION_ID=\"9.3\" # not a comment\nPRETTY_NAME=\"a \\\"b\\\" \\$c \\\\\"\n",
		  "rhel", "9.3", "", "a \"b\" $c \\" },
		{ "VERSION=\"8 (jessie)\"\nID=debian\r\nVERSION_ID=\"8\"\r\n", "debian", "8", "jessie", "" },
		{ "VERSION=\"22.04 LTS (Jammy Jellyfish)\"\nID=ubuntu\n", "ubuntu", "", "", "" },
		{ "NAME=Own\n", "linux", "", "", "Own" },
		{ "ID=a'b'\"c\"\n", "abc", "", "", "" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(reading_done);
		read_bytes(&r, osrelease_read, "etc/os-release", str_c(rows[i].text));
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(r.found.distros.n, 1);
		if (r.found.distros.n != 1)
			continue;
		const struct distro *d = &r.found.distros.v[0];
		EXPECT_STR(d->id, str_c(rows[i].id));
		EXPECT_STR(d->version_id, str_c(rows[i].version_id));
		EXPECT_STR(d->codename, str_c(rows[i].codename));
		EXPECT_STR(d->name, str_c(rows[i].name));
		EXPECT_STR(d->path, STR("etc/os-release"));
	}
}

TEST(osrelease_other_files_of_that_name_add_nothing)
{
	struct reading r cleanup(reading_done);
	read_bytes(&r, osrelease_read, "usr/share/man/man5/os-release.5.gz", STR("\x1f\x8b\x08\x00\x00\x00"));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.distros.n, 0);
}

TEST(osrelease_too_large_is_a_limit)
{
	struct reading r cleanup(reading_done);
	char *text = calloc(1, OSRELEASE_MAX + 1);
	read_bytes(&r, osrelease_read, "etc/os-release", str_mem(text, OSRELEASE_MAX + 1));
	EXPECT_INT(r.result, ERR_LIMIT);
	read_bytes(&r, osrelease_read, "etc/os-release", str_mem(text, OSRELEASE_MAX));
	EXPECT_INT(r.result, 0);
	free(text);
}
