/* SBOMs as their specifications and producers write them: CycloneDX 1.2-1.6, SPDX 2.2 and 2.3, in-toto
 * statements, DSSE envelopes. */
#include "../test.h"
#include "inventory/sbom.h"

struct claimed {
	struct arena arena;
	struct inventory found;
	struct sbom_about about;
	struct error e;
	int result;
};

static void read_text(struct claimed *c, const char *text)
{
	struct stream *s = stream_mem(str_c(text));

	*c = (struct claimed){ .arena = ARENA(8 << 20) };
	c->found.arena = &c->arena;
	c->result = sbom_read("SBOM", s, &c->found, &c->about, &c->e);
	stream_free(s);
}

static void expect_one(const char *text, const char *name, const char *version)
{
	struct claimed c;

	read_text(&c, text);
	EXPECT_OK(c.result, &c.e);
	EXPECT_INT(c.found.packages.n, 1);
	if (c.found.packages.n) {
		EXPECT_STR(c.found.packages.v[0].name, str_c(name));
		EXPECT_STR(c.found.packages.v[0].version, str_c(version));
		EXPECT_INT(c.found.packages.v[0].traits, PACKAGE_CLAIMED);
	}
	arena_done(&c.arena);
}

#define COMPONENT "{\"type\":\"library\",\"name\":\"b\",\"version\":\"1.0\",\"purl\":\"pkg:npm/b@1.0\"}"
#define CDX(parts) "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.4\"," parts "}"
#define SPDX_PACKAGE \
	"{\"name\":\"b\",\"versionInfo\":\"1.0\",\"externalRefs\":[{\"referenceType\":\"cpe23Type\",\"referenceLocator\":\"cpe:\"}," \
	"{\"referenceCategory\":\"PACKAGE_MANAGER\",\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:npm/b@1.0\"}]}"
#define SPDX_DOC "\"spdxVersion\":\"SPDX-2.3\",\"packages\":[" SPDX_PACKAGE "]"

TEST(sbom_of_every_grammar_gives_its_package)
{
	static const char *const rows[] = {
		CDX("\"components\":[" COMPONENT "]"),
		/* members in another order, nested components, what is passed over */
		"{\"components\":[{\"type\":\"application\",\"name\":\"x\",\"purl\":\"pkg:oci/x@sha256%3Aab\",\"components\":[" COMPONENT
		"]}],\"dependencies\":[{\"ref\":\"a\"}],\"bomFormat\":\"CycloneDX\"}",
		"\xef\xbb\xbf " CDX("\"components\":[" COMPONENT "]"),
		"{" SPDX_DOC "}",
		"SPDXVersion: SPDX-2.2\nDocumentName: x\n# a remark\nPackageName: b\nPackageVersion: 1.0\nPackageComment: <text>a\n"
		"PackageName: no\n</text>\nExternalRef: PACKAGE-MANAGER purl pkg:npm/b@1.0\n",
		/* BuildKit: a bare statement */
		"{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"predicateType\":\"https://spdx.dev/Document\",\"subject\":[],"
		"\"predicate\":{" SPDX_DOC "}}",
		/* cosign of old: the document as text under Data */
		"{\"predicateType\":\"https://spdx.dev/Document\",\"predicate\":{\"Data\":\"SPDXVersion: SPDX-2.2\\nPackageName: b\\n"
		"ExternalRef: PACKAGE-MANAGER purl pkg:npm/b@1.0\\n\"}}",
		/* cosign attest: base64 of {"predicate":{"bomFormat":"CycloneDX","components":[{"purl":"pkg:npm/b@1.0"}]}} */
		"{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"eyJwcmVkaWNhdGUiOnsiYm9tRm9ybWF0IjoiQ3ljbG9uZURYIiwiY29tcG9uZW50"
		"cyI6W3sicHVybCI6InBrZzpucG0vYkAxLjAifV19fQ==\",\"signatures\":[{\"sig\":\"\"}]}",
		"{\"dsseEnvelope\":{\"payload\":\"eyJwcmVkaWNhdGUiOnsiYm9tRm9ybWF0IjoiQ3ljbG9uZURYIiwiY29tcG9uZW50"
		"cyI6W3sicHVybCI6InBrZzpucG0vYkAxLjAifV19fQ==\"},\"verificationMaterial\":{}}",
	};
	for (size_t i = 0; i < LEN(rows); i++)
		expect_one(rows[i], "b", "1.0");
}

TEST(sbom_that_is_none_is_refused_by_name)
{
	static const struct {
		const char *text;
		int code;
		const char *why;
	} rows[] = {
		{ "", ERR_FORMAT, "byte 0" },
		{ "hello", ERR_FORMAT, "neither JSON nor" },
		{ "{}", ERR_FORMAT, "neither CycloneDX nor SPDX" },
		{ "{\"bomFormat\":\"Other\"}", ERR_FORMAT, "neither CycloneDX nor SPDX" },
		{ CDX("\"components\":[" COMPONENT ",]"), ERR_FORMAT, "SBOM: byte 12" },
		{ "{\"bomFormat\":\"CycloneDX\",\"components\":[", ERR_FORMAT, "byte 39:" },
		{ "<?xml version=\"1.0\"?><bom/>", ERR_UNSUPPORTED, "XML" },
		{ "{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":[]}", ERR_UNSUPPORTED, "SPDX 3" },
		{ "{\"artifacts\":[],\"descriptor\":{\"name\":\"syft\"}}", ERR_UNSUPPORTED, "Syft" },
		{ "{\"predicateType\":\"https://slsa.dev/provenance/v1\",\"predicate\":{}}", ERR_UNSUPPORTED, "slsa.dev" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct claimed c;
		read_text(&c, rows[i].text);
		EXPECT_INT(c.result, rows[i].code);
		if (str_find(str_c(c.e.msg), str_c(rows[i].why)) == strlen(c.e.msg))
			test_fail(__FILE__, __LINE__, "row %zu: \"%s\" does not say \"%s\"", i, c.e.msg, rows[i].why);
		arena_done(&c.arena);
	}
}

TEST(sbom_entry_without_identity_is_a_gap)
{
	static const struct {
		const char *component;
		enum gap_kind kind;
		size_t packages;
	} rows[] = {
		{ "{\"name\":\"a\",\"version\":\"1\"}", GAP_NO_IDENTITY, 0 },
		{ "{\"name\":\"a\",\"purl\":\"npm:a\"}", GAP_NO_IDENTITY, 0 },
		{ "{\"name\":\"a\",\"purl\":\"pkg:npm/a\"}", GAP_NO_IDENTITY, 1 },
		{ "{\"name\":\"a\",\"purl\":\"pkg:conan/a@1\"}", GAP_NO_DATA, 0 },
		{ "{\"name\":\"a\",\"purl\":\"pkg:oci/a@1\"}", GAP_NOTE, 0 },
		{ "{\"name\":\"/etc/x\",\"type\":\"file\"}", GAP_NOTE, 0 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		char text[400];
		struct claimed c;
		snprintf(text, sizeof text, CDX("\"components\":[%s]"), rows[i].component);
		read_text(&c, text);
		EXPECT_OK(c.result, &c.e);
		EXPECT_INT(c.found.packages.n, rows[i].packages);
		EXPECT_INT(c.found.gaps.n, 1);
		if (c.found.gaps.n)
			EXPECT_INT(c.found.gaps.v[0].kind, rows[i].kind);
		arena_done(&c.arena);
	}
}

TEST(sbom_tells_image_release_and_spelling)
{
	struct claimed c;

	read_text(&c, CDX("\"metadata\":{\"component\":{\"type\":\"container\",\"name\":\"app:1\",\"version\":\"sha256:"
	                  "ab30822d3d87f681e066d4d2cfd06462a983a8e357b3a16d631f61d3728aec0d\"}},\"components\":["
	                  "{\"type\":\"operating-system\",\"name\":\"debian\",\"version\":\"12.5\"},"
	                  "{\"name\":\"Jinja2\",\"purl\":\"pkg:pypi/jinja2@2.10\",\"licenses\":[{\"license\":{\"id\":\"BSD-3-Clause\"}}],"
	                  "\"properties\":[{\"name\":\"syft:location:0:path\",\"value\":\"/srv/METADATA\"}]},"
	                  "{\"name\":\"core\",\"group\":\"@Babel\",\"purl\":\"pkg:npm/%40babel/core@7\"}]"));
	EXPECT_OK(c.result, &c.e);
	EXPECT_STR(c.about.name, STR("app:1"));
	EXPECT_STR(c.about.format, STR("CycloneDX 1.4"));
	EXPECT_INT(c.about.digest.n, 71);
	EXPECT_INT(c.found.distros.n, 1);
	EXPECT_STR(c.found.distros.v[0].version_id, STR("12.5"));
	EXPECT_STR(c.found.packages.v[0].name, STR("Jinja2"));
	EXPECT_STR(c.found.packages.v[0].license, STR("BSD-3-Clause"));
	EXPECT_STR(c.found.packages.v[0].path, STR("srv/METADATA"));
	EXPECT_STR(c.found.packages.v[1].name, STR("@Babel/core"));
	arena_done(&c.arena);
}

TEST(sbom_of_two_distributions_is_not_matched_as_one)
{
	struct claimed c;

	read_text(&c, CDX("\"components\":[{\"name\":\"a\",\"purl\":\"pkg:deb/debian/a@1?distro=debian-12\"},"
	                  "{\"name\":\"b\",\"purl\":\"pkg:deb/ubuntu/b@1?distro=ubuntu-22.04\"}]"));
	EXPECT_OK(c.result, &c.e);
	EXPECT_INT(c.found.gaps.n, 1);
	EXPECT_INT(c.found.gaps.v[0].kind, GAP_UNKNOWN_RELEASE);
	EXPECT_STR(c.found.distros.v[0].id, STR("debian"));
	arena_done(&c.arena);
}
