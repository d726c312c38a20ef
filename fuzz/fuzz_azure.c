/* What clients and advisories bring to Azure's routes: a query's $skipToken leads back to the
 * cursor that made it, bodies that are taken are kept as JSON, and documents of findings become
 * JSON whatever stands in them. The first byte chooses. */
#include "api/azure.h"
#include "api/azure_details.h"
#include "api/azure_extensions.h"
#include "api/azure_metadata.h"
#include "base/json.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must_parse(str doc)
{
	struct json *parsed;
	struct error e = { 0 };

	assert(json_parse("written", doc, &parsed, &e) == 0);
	json_free(parsed);
}

static void try_query(str query, struct arena *a)
{
	struct exchange x = { .query = query, .arena = a };
	struct call c = { .x = &x, .arena = a };
	struct paging page, again;
	struct error e = { 0 };
	str token;

	if (azure_page(&c, &page, &e) < 0) {
		assert(e.msg[0]);
		return;
	}
	token = azure_token(a, page.after);
	x.query = arena_concat(a, STR("$skipToken="), token);
	if (token.n < KIB(4)) {
		for (size_t i = 0; i < page.after.n; i++) /* a center's cursor has no others */
			if (strchr("%&+#=", page.after.p[i]) ||
			    (unsigned char)page.after.p[i] > 126)
				return;
		assert(azure_page(&c, &again, &e) == 0 && str_eq(again.after, page.after));
	}
}

static void try_body(str text, struct arena *a)
{
	struct json *body;
	struct error e = { 0 };
	str doc;

	if (json_parse("body", text, &body, &e) < 0)
		return;
	if (azure_metadata_read(a, body, &doc, &e) == 0)
		must_parse(doc);
	if (azure_extensions_read(a, body, &doc, &e) == 0)
		must_parse(doc);
	json_free(body);
}

static void try_finding(str text, struct arena *a)
{
	struct finding_row f = { .fact = text,
		                 .detail = text,
		                 .paths = text,
		                 .vulnerability = text,
		                 .tags = text,
		                 .ecosystem = text,
		                 .registry_url = text,
		                 .score = -1 };
	struct buf b cleanup(buf_done) = BUF(MIB(8));
	struct jsonout j = JSONOUT(&b, 0);
	struct azure_details d;

	azure_details_read(a, &f, &d);
	jsonout_object(&j, NULL);
	azure_details_write_qualys(a, &j, &f, &d);
	azure_details_write_mdvm(a, &j, &f, &d);
	jsonout_end(&j);
	azure_details_done(&d);
	if (!b.failed)
		must_parse(buf_view(&b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(16));
	str rest = n ? str_mem(data + 1, n - 1) : (str){ 0 };

	if (!n)
		return 0;
	if (data[0] == 'q')
		try_query(rest, &a);
	else if (data[0] == 'b')
		try_body(rest, &a);
	else
		try_finding(rest, &a);
	return 0;
}
