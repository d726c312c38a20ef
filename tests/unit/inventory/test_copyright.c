#include "inventory/copyright.h"
#include "reader.h"

TEST(copyright_names_licences_once)
{
	static const struct {
		const char *rule, *text, *license;
	} rows[] = {
		{ "DEP 5, 7.2: the short name is on the field's line",
		  "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: x\n\n"
		  "Files: *\nCopyright: 2020 A\nLicense: GPL-2+\n Text of /usr/share/common-licenses/GPL-2.\n\n"
		  "Files: b\nLicense: Expat or Artistic-2.0\n\nFiles: c\nLicense: gpl-2+\n\nLicense:\n text\n",
		  "GPL-2+ AND (Expat or Artistic-2.0)" },
		{ "prose points to common-licenses",
		  "This is under the GPL, see `/usr/share/common-licenses/GPL-3'.\n"
		  "Parts: /usr/share/common-licenses/LGPL-2.1. And /usr/share/common-licenses/GPL-3\n",
		  "GPL-3 AND LGPL-2.1" },
		{ "License: in prose is no field", "License: see below\n/usr/share/common-licenses/BSD\n", "BSD" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(reading_done);
		read_bytes(&r, copyright_read, "usr/share/doc/x/copyright", str_c(rows[i].text));
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(r.found.owned.n, 1);
		if (r.found.owned.n)
			EXPECT_STR(r.found.owned.v[0].owner, str_c(rows[i].license));
	}
}
