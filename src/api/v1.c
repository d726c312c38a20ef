/* api/v1.c — the table of /api/v1 and /agent/v1. */
#include "api/v1.h"
#include "api/openapi.h"

#define READ_CONTENT  "Microsoft.ContainerRegistry/registries/pull/read"
#define READ_FINDINGS "Microsoft.Security/assessments/subAssessments/read"
#define V1(method, path, handler, action, summary, params, body, answer) \
	{ { METHOD_##method, "/api/v1/" path, false }, FAMILY_V1, handler, action, summary, params, body, answer }

static const struct route v1_rows[] = {
	// clang-format off
	V1(GET,    "openapi.json", openapi_get, NULL, NULL, NULL, NULL, NULL),
	V1(GET,    "registries", v1_list_registries, "Microsoft.ContainerRegistry/registries/read", "Registries that are watched", v1_registry_params, NULL, "RegistryList"),
	V1(POST,   "registries", v1_add_registry, NULL, "Watch a registry; the secret of its events is shown this once", NULL, "NewRegistry", "201 Registry"),
	V1(GET,    "registries/{registry}", v1_get_registry, NULL, "One registry, by its number or name", NULL, NULL, "Registry"),
	V1(PATCH,  "registries/{registry}", v1_change_registry, NULL, "Change how it is watched", NULL, "ChangeRegistry", "Registry"),
	V1(DELETE, "registries/{registry}", v1_remove_registry, NULL, "Watch it no more; what was found stays in the history", NULL, NULL, NULL),
	V1(POST,   "registries/{registry}/test", v1_test_registry, NULL, "Ask it now whether it is there and knows us", NULL, NULL, "RegistryTest"),
	V1(POST,   "registries/{registry}/sync", v1_sync_registry, NULL, "Look it through now", NULL, NULL, "202 Accepted"),
	V1(POST,   "registries/{registry}/secret", v1_rotate_secret, NULL, "A fresh secret for its events; the old one ends at once", NULL, NULL, "Hook"),
	V1(GET,    "repositories", v1_list_repositories, READ_CONTENT, "Repositories by name", v1_repository_params, NULL, "RepositoryList"),
	V1(GET,    "images", v1_list_images, READ_CONTENT, "Images that fit a filter", v1_image_params, NULL, "ImageList"),
	V1(GET,    "images/summary", v1_sum_images, READ_CONTENT, "How images fare, and their findings by severity, in numbers", v1_sum_params, NULL, "Summary"),
	V1(GET,    "images/{image}", v1_get_image, READ_CONTENT, "One image with its layers and what could not be read", NULL, NULL, "ImageDetails"),
	V1(GET,    "tags", v1_list_tags, READ_CONTENT, "Tags of a repository, today's or with their history", v1_tag_params, NULL, "TagList"),
	V1(GET,    "packages", v1_list_packages, READ_CONTENT, "Packages of the fleet or of one image", v1_package_params, NULL, "PackageList"),
	V1(GET,    "findings", v1_list_findings, READ_FINDINGS, "Findings that fit a filter, now or as of a date", v1_finding_params, NULL, "FindingList"),
	V1(GET,    "findings/{finding}", v1_get_finding, READ_FINDINGS, "One finding and all that explains it", NULL, NULL, "FindingDetails"),
	V1(GET,    "vulnerabilities/{vulnerability}", v1_get_vulnerability, READ_FINDINGS, "How far a vulnerability reaches", NULL, NULL, "Vulnerability"),
	V1(GET,    "scans", v1_list_scans, "Plimsoll.Center/scans/read", "Scans, the newest first", v1_scan_params, NULL, "ScanList"),
	V1(POST,   "scans", v1_ask_scan, NULL, "Assess an image now", NULL, "NewScan", "202 Accepted"),
	V1(GET,    "scans/events", v1_watch_scans, "Plimsoll.Center/scans/read", "How scans go on, as server-sent events", NULL, NULL, "200 events"),
	V1(GET,    "scans/{scan}", v1_get_scan, "Plimsoll.Center/scans/read", "One scan", NULL, NULL, "Scan"),
	V1(GET,    "scans/{scan}/events", v1_watch_scan, "Plimsoll.Center/scans/read", "How it goes on, until it ends", NULL, NULL, "200 events"),
	V1(GET,    "places", v1_list_places, "Plimsoll.Center/places/read", "Clusters and hosts that report", v1_place_params, NULL, "PlaceList"),
	V1(GET,    "places/{place}", v1_get_place, "Plimsoll.Center/places/read", "One of them", NULL, NULL, "Place"),
	V1(GET,    "places/{place}/running", v1_list_running, "Plimsoll.Center/places/read", "What runs there", v1_running_params, NULL, "RunningList"),
	V1(GET,    "jobs", v1_list_jobs, "Plimsoll.Center/jobs/read", "Work that waits, goes on, or was given up", v1_job_params, NULL, "JobList"),
	V1(GET,    "jobs/{job}", v1_get_job, "Plimsoll.Center/jobs/read", "One piece of work", NULL, NULL, "Job"),
	V1(POST,   "jobs/{job}/run", v1_run_job, NULL, "Run one again that was given up", NULL, NULL, "202 Accepted"),
	V1(DELETE, "jobs/{job}", v1_drop_job, NULL, "Drop it", NULL, NULL, NULL),
	V1(GET,    "imports", v1_list_imports, "Plimsoll.Center/jobs/read", "Imports that wait, go on, or are over since a day at most", v1_import_params, NULL, "JobList"),
	V1(POST,   "imports", v1_ask_import, NULL, "Copy an image into a registry and assess it", NULL, "NewImport", "202 Accepted"),
	V1(GET,    "data", v1_get_data, "Plimsoll.Center/data/read", "The advisories: of what date, from where", NULL, NULL, "Data"),
	V1(POST,   "data/refresh", v1_refresh_data, "Plimsoll.Center/data/refresh/action", "Bring them up to date now", NULL, NULL, "202 Accepted"),
	V1(GET,    "usage", v1_get_usage, "Plimsoll.Center/usage/read", "Images billed by day and registry", v1_usage_params, NULL, "UsageList"),
	V1(GET,    "subscriptions", v1_list_subscriptions, "Microsoft.Resources/subscriptions/read", "Subscriptions", NULL, NULL, "SubscriptionList"),
	V1(GET,    "settings", v1_list_settings, "Plimsoll.Center/settings/read", "What may be changed while the center runs", NULL, NULL, "SettingList"),
	V1(PUT,    "settings/{setting}", v1_put_setting, "Plimsoll.Center/settings/write", "Change one", NULL, "NewSetting", "Setting"),
	// clang-format on
};
static const struct route agent_rows[] = {
	// clang-format off
	{ { METHOD_PUT, "/agent/v1/inventory", false }, FAMILY_AGENT, v1_put_inventory, NULL, "All that runs in a place now", NULL, "Inventory", "InventoryAnswer" },
	// clang-format on
};
const struct route_set agent_routes = { "/agent/v1/", FAMILY_AGENT, agent_rows, LEN(agent_rows) };
const struct route_set v1_routes = { "/api/v1/", FAMILY_V1, v1_rows, LEN(v1_rows) };
