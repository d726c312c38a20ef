/* api/v1.h — /api/v1 and /agent/v1: the routes, and what their handlers share. Lists are {"value": […], "nextLink"};
 * an answer has an ETag made of its bytes; times are RFC 3339. What the caller does not see is not there. */
#pragma once
#include "api/answer.h"
#include "base/json.h"
#include "center/access.h"
#include "center/registries.h"

extern const struct route_set v1_routes, agent_routes;

enum { V1_LIMIT_MOST = 1000 };

/* limit and cursor of the query */
int v1_paging(struct call *c, struct paging *p, struct error *e) must_use;
/* What a list gave: of its arguments all but the cursor were looked at before, so ERR_USAGE is the cursor's, and a
 * page that does not exist is ERR_NOTFOUND. */
int v1_listed(struct call *c, int r, struct error *e) must_use;
/* "]", nextLink and "}" of a list */
void v1_list_end(struct call *c, struct jsonout *j, str next);
/* The answer is written: its ETag, and 304 without a body where the client has it. Gives 0. */
int v1_done(struct call *c);

/* The body, held against its schema */
int v1_body(struct call *c, const char *schema, const struct json **out, struct error *e) must_use;
/* A part of the path that is a number; ERR_NOTFOUND when it is none */
int v1_id(struct call *c, const char *part, int64_t *out, struct error *e) must_use;
/* A parameter that is words of a table, with commas between: a set of 1 << word */
int v1_words(struct call *c, const char *name, const char *(*word)(unsigned), unsigned n, unsigned *out,
             struct error *e) must_use;
/* A parameter that is a date; 0 when absent */
int v1_date(struct call *c, const char *name, int64_t *out, struct error *e) must_use;

/* A transaction that reads, with the caller's sight of that kind */
int v1_read(struct call *c, store_work *work, void *ctx, struct error *e) must_use;
int v1_sight(struct call *c, struct db *d, enum sight_of what, struct sight *out, struct error *e) must_use;

/* The registry that a text names: its id, or a name that only one has. In a transaction. 1, or ERR_NOTFOUND. */
int v1_registry_in(struct call *c, struct db *d, const struct sight *s, str text, struct registry *out,
                   struct error *e) must_use;
/* The same in a transaction of its own, of those whose resources the caller sees; and he may do `action` there (NULL:
 * no more is asked). 0, or 1 when the call is answered. */
int v1_registry(struct call *c, str text, const char *action, struct registry *out, struct error *e) must_use;

bool v1_is_ref(str s); /* empty, file:/PATH, env:NAME */
void v1_time(struct jsonout *j, const char *key, int64_t at);    /* null for 0 */
void v1_time_ms(struct jsonout *j, const char *key, int64_t ms); /* to the second */
/* JSON that the store kept, an object or list as `otherwise` ("{}", "[]") is, which it is when it is none */
void v1_kept(struct jsonout *j, const char *key, str json, const char *otherwise);
void v1_lines(struct jsonout *j, const char *key, str lines);    /* a list of texts, one a line */
int v1_accepted(struct call *c, int64_t job);                    /* 202 with the job */

/* --- shared parameters --- */
#define SCHEMA_TEXT "{\"type\":\"string\"}"
#define SCHEMA_BOOL "{\"type\":\"boolean\"}"
#define SCHEMA_TIME "{\"type\":\"string\",\"format\":\"date-time\"}"
#define SCHEMA_ID   "{\"type\":\"integer\",\"minimum\":1,\"maximum\":4611686018427387903}"
#define SCHEMA_GUID "{\"type\":\"string\",\"format\":\"uuid\"}"
#define SCHEMA_WORDS(words) "{\"type\":\"string\",\"enum\":[" words "]}"
#define SCHEMA_LIST(words) "{\"type\":\"string\",\"pattern\":\"^" words "(," words ")*$\"}"
#define PAGE_PARAMS \
	{ "limit", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000}", "rows a page; 100" }, \
	{ "cursor", "{\"type\":\"string\",\"minLength\":1}", "of nextLink" }

/* --- the handlers, one file a noun --- */
api_handler v1_list_registries, v1_add_registry, v1_get_registry, v1_change_registry, v1_remove_registry,
        v1_test_registry, v1_sync_registry, v1_rotate_secret;
api_handler v1_list_repositories, v1_list_images, v1_sum_images, v1_get_image, v1_list_tags;
api_handler v1_list_packages, v1_list_findings, v1_get_finding, v1_get_vulnerability;
api_handler v1_list_scans, v1_get_scan, v1_ask_scan, v1_watch_scans, v1_watch_scan;
api_handler v1_list_jobs, v1_get_job, v1_run_job, v1_drop_job, v1_list_imports, v1_ask_import;
api_handler v1_get_data, v1_refresh_data, v1_get_usage, v1_list_subscriptions;
api_handler v1_list_settings, v1_put_setting;
api_handler v1_list_places, v1_get_place, v1_list_running, v1_put_inventory;
extern const struct param v1_registry_params[], v1_repository_params[], v1_sum_params[], v1_image_params[],
        v1_tag_params[], v1_package_params[], v1_finding_params[], v1_vulnerability_params[], v1_scan_params[],
        v1_job_params[], v1_import_params[], v1_usage_params[], v1_place_params[], v1_running_params[];
