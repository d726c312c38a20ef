#include "inventory/python.h"
#include "reader.h"
#include "zipmaker.h"

TEST(python_reads_the_headers_of_core_metadata)
{
	static const struct {
		const char *rule, *path, *text, *name, *version, *license;
	} rows[] = {
		{ "wheel", "l/Django-2.2.dist-info/METADATA",
		  "Metadata-Version: 2.1\nName: Django\nVersion: 2.2\nLicense: BSD\n\nVersion: 9\n", "Django", "2.2", "BSD" },
		{ "License-Expression wins", "l/a.dist-info/METADATA",
		  "Metadata-Version: 2.4\nName: a\nVersion: 1\nLicense: x\nLicense-Expression: MIT\n", "a", "1", "MIT" },
		{ "UNKNOWN is nothing", "l/a.egg-info/PKG-INFO", "Name: a\nVersion: 1\nLicense: UNKNOWN\n", "a", "1", "" },
		{ "license text: its first line", "l/a.egg-info", "Name: a\nVersion: 1\nLicense: MIT License\n        Copyright\n",
		  "a", "1", "MIT License" },
		{ "of a license text the classifier", "l/a.egg-info",
		  "Name: a\nVersion: 1\nLicense: Copyright me\n  all of it\nClassifier: Topic :: Utilities\n"
		  "Classifier: License :: OSI Approved :: MIT License\n", "a", "1", "MIT License" },
		{ "classifiers alone", "l/a.dist-info/METADATA",
		  "Name: a\nVersion: 1\nLicense: UNKNOWN\nClassifier: License :: OSI Approved\n"
		  "Classifier: License :: OSI Approved :: BSD License\nClassifier: Topic :: x\n"
		  "Classifier: License :: Public Domain\n", "a", "1", "BSD License; Public Domain" },
		{ "License before its classifier", "l/a.dist-info/METADATA",
		  "Name: a\nVersion: 1\nClassifier: License :: OSI Approved :: BSD License\nLicense: BSD-3-Clause\n", "a",
		  "1", "BSD-3-Clause" },
		{ "CR LF, any case", "l/a.dist-info/METADATA", "NAME: a.b\r\nversion: 1.0rc1\r\n\r\n", "a.b", "1.0rc1", "" },
		{ "a description that is not indented", "l/a.egg-info/PKG-INFO",
		  "Name: a\nDescription: x\nno colon here\nVersion: 1\n", "a", "1", "" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(reading_done);
		read_bytes(&r, python_read, rows[i].path, str_c(rows[i].text));
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(r.found.packages.n, 1);
		EXPECT_INT(r.found.gaps.n, 0);
		const struct package *p = find(&r, rows[i].name);
		EXPECT_STR(p->version, str_c(rows[i].version));
		EXPECT_STR(p->license, str_c(rows[i].license));
	}
}

TEST(python_without_name_or_version_is_a_gap)
{
	struct reading r cleanup(reading_done);
	read_bytes(&r, python_read, "l/a.dist-info/METADATA", STR("Name: a\n\nVersion: 1\n"));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.packages.n, 1);
	EXPECT_STR(find(&r, "a")->version, STR(""));
	EXPECT_INT(r.found.gaps.n, 1);
	EXPECT_INT(r.found.gaps.v[0].kind, GAP_NO_IDENTITY);
	EXPECT_STR(r.found.gaps.v[0].why, STR("no Version"));
	reading_done(&r);
	read_bytes(&r, python_read, "l/a.dist-info/METADATA", STR("Version: 1\n\n"));
	EXPECT_INT(r.found.packages.n, 0);
	EXPECT_STR(r.found.gaps.v[0].why, STR("no Name"));
}

TEST(python_zipped_eggs)
{
	struct reading r cleanup(reading_done);
	struct buf zip cleanup(buf_done) = BUF(1 << 16);
	zip_add(&zip, "a/__init__.py", STR("x = 1\n"), ZIP_DEFLATED);
	zip_add(&zip, "EGG-INFO/PKG-INFO", STR("Name: a\nVersion: 1.5\n"), ZIP_DEFLATED);
	zip_end(&zip);
	read_bytes(&r, python_read_egg, "l/a-1.5-py3.egg", buf_view(&zip));
	EXPECT_OK(r.result, &r.e);
	EXPECT_STR(find(&r, "a")->version, STR("1.5"));
	EXPECT_STR(find(&r, "a")->inner, STR("EGG-INFO/PKG-INFO"));
	reading_done(&r);
	read_bytes(&r, python_read_egg, "l/hatched.egg", STR("not a zip"));
	EXPECT_INT(r.result, 0);
	EXPECT_INT(r.found.packages.n, 0);
}
