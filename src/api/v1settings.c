/* api/v1settings.c — what an administrator may change while the center runs. */
#include "api/v1.h"
#include "center/auditlog.h"
#include "center/settings.h"

static void write_setting(struct jsonout *j, const struct call *c, enum setting s)
{
	jsonout_object(j, NULL);
	jsonout_text(j, "name", setting_name(s));
	jsonout_i64(j, "value", settings_get(c->center, s));
	jsonout_text(j, "about", setting_text(s));
	jsonout_end(j);
}

int v1_list_settings(struct call *c, struct error *e)
{
	struct jsonout j = answer_json(c);

	(void)e;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (enum setting s = 0; s < SETTING_COUNT; s++)
		write_setting(&j, c, s);
	jsonout_end(&j);
	jsonout_end(&j);
	return v1_done(c);
}

struct putting {
	struct call *c;
	enum setting setting;
	int64_t value;
};

static int put(void *ctx, struct db *d, struct error *e)
{
	struct putting *x = ctx;
	struct call *c = x->c;
	struct audit entry = { .actor = c->caller->name, .peer = c->x->peer,
		               .action = STR("Plimsoll.Center/settings/write"),
		               .target = arena_printf(c->arena, "/api/v1/settings/%s", setting_name(x->setting)),
		               .detail = arena_printf(c->arena, "{\"value\":%lld}", (long long)x->value) };
	int r = settings_put(d, x->setting, x->value, e);

	return r < 0 ? r : auditlog_add(d, center_now(c->center), &entry, e);
}

int v1_put_setting(struct call *c, struct error *e)
{
	struct putting x = { .c = c };
	struct jsonout j = answer_json(c);
	str name = route_part(&c->match, "setting");
	const struct json *body;
	int r = v1_body(c, "NewSetting", &body, e);

	if (r < 0)
		return r;
	if (!setting_parse(name, &x.setting))
		return error_set(e, ERR_NOTFOUND, "there is no setting '%.*s'", STR_FMT(str_upto(name, 64)));
	(void)json_i64(body, "value", &x.value);
	r = store_do(c->center->store, STORE_WRITE, put, &x, e);
	if (r < 0)
		return r;
	write_setting(&j, c, x.setting);
	return v1_done(c);
}
