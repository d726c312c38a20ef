#include "api/azure_extensions.h"
#include "base/json.h"
#include "base/jsonout.h"

#define SCANNING "ContainerRegistriesVulnerabilityAssessments"

const char *azure_flag(bool b)
{
	return b ? "True" : "False";
}

bool azure_is_container_plan(str name)
{
	return str_eq(name, STR("Containers")) || str_eq(name, STR("ContainerRegistry")) ||
	       str_eq(name, STR("KubernetesService"));
}

/* NULL: it does what it says. An extension is part of a plan and has no switch of its own here. */
static const char *why_not(str plan, str name, bool enabled, bool standard)
{
	if (azure_is_container_plan(plan) && str_eq_nocase(name, STR(SCANNING))) {
		if (enabled == standard)
			return NULL;
		return standard ? "images are scanned as long as the plan's tier is Standard"
		                : "images are not scanned while the plan's tier is Free";
	}
	return enabled ? "this center has no such extension" : NULL;
}

static void write_extension(struct jsonout *j, const struct pricing *p, str name, bool enabled,
                            const struct json *more)
{
	const char *why = why_not(p->name, name, enabled, p->standard);

	jsonout_object(j, NULL);
	jsonout_str(j, "name", name);
	jsonout_text(j, "isEnabled", azure_flag(enabled));
	if (json_is_object(more))
		json_write(j, "additionalExtensionProperties", more);
	jsonout_object(j, "operationStatus");
	jsonout_text(j, "code", why ? "Failed" : "Succeeded");
	jsonout_text(j, "message", why ? why : "");
	jsonout_end(j);
	jsonout_end(j);
}

static bool is_enabled(const struct json *extension)
{
	return str_eq_nocase(json_str(extension, "isEnabled"), STR("True")) ||
	       json_bool(extension, "isEnabled");
}

void azure_extensions_write(struct jsonout *j, const struct pricing *p)
{
	struct json *doc = NULL;
	struct error ignored = { 0 };
	bool scanning = false;

	jsonout_array(j, "extensions");
	if (p->extensions.n && json_parse("extensions", p->extensions, &doc, &ignored) == 0)
		for (size_t i = 0; i < json_len(doc); i++) {
			const struct json *x = json_at(doc, i);
			str name = json_str(x, "name");
			scanning |= str_eq_nocase(name, STR(SCANNING));
			write_extension(j, p, name, is_enabled(x),
			                json_get(x, "additionalExtensionProperties"));
		}
	json_free(doc);
	if (!scanning && str_eq(p->name, STR("Containers")))
		write_extension(j, p, STR(SCANNING), p->standard, NULL);
	jsonout_end(j);
}

int azure_extensions_read(struct arena *a, const struct json *v, str *out, struct error *e)
{
	struct buf b cleanup(buf_done) = BUF(KIB(64));
	struct jsonout j = JSONOUT(&b, 0);

	*out = (str){ 0 };
	if (!v)
		return 0;
	if (!json_is_array(v))
		return error_set(e, ERR_USAGE, "extensions: an array");
	jsonout_array(&j, NULL);
	for (size_t i = 0; i < json_len(v); i++) {
		const struct json *x = json_at(v, i),
		                  *more = json_get(x, "additionalExtensionProperties");
		if (!json_str(x, "name").n || !json_get(x, "isEnabled"))
			return error_set(e, ERR_USAGE,
			                 "extensions[%zu]: name and isEnabled are required", i);
		jsonout_object(&j, NULL);
		jsonout_str(&j, "name", json_str(x, "name"));
		jsonout_text(&j, "isEnabled", azure_flag(is_enabled(x)));
		if (json_is_object(more))
			json_write(&j, "additionalExtensionProperties", more);
		jsonout_end(&j);
	}
	jsonout_end(&j);
	if (b.failed)
		return error_set(e, ERR_LIMIT, "extensions: more than 64 KiB");
	*out = arena_str(a, buf_view(&b));
	return 0;
}
