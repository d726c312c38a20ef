/* api/schemarows.c — the bodies of /api/v1, a row a member (schemas.h). */
#include "api/schemas.h"

#define MEMBERS(name) static const struct schema_member name[]
#define END { NULL, NULL, NULL }
#define PAGE(name, type) \
	MEMBERS(name) = { { "value", "[]" type, NULL }, \
		          { "~nextLink", "text", "address of the next page; absent: that was all" }, END }
#define SEVERITIES "critical|high|medium|low|negligible|unknown"
#define IMAGE_STATES_TEXT "waiting|healthy|unhealthy|not_assessed|unsupported|failed"
#define TRIGGERS_TEXT "push|import|pulled|running|poll"
#define NAME_TEXT "text 1-64 /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/"
#define GROUP_TEXT "text 1-64 /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/"
#define URL_TEXT "text 8-512 /^https?:\\/\\/[a-z0-9][a-z0-9.-]{0,250}(:[1-9][0-9]{0,3})?$/"
#define REPOSITORY_TEXT "text 1-255 /^[a-z0-9]+([._-][a-z0-9]+)*(\\/[a-z0-9]+([._-][a-z0-9]+)*)*$/"
#define DIGEST_TEXT "text 71 /^sha256:[0-9a-f]{64}$/"
#define TAG_TEXT "text 128 /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/"

// clang-format off
MEMBERS(error_object) = {
	{ "code",    "text", "a word for programs: ResourceNotFound, AuthorizationFailed …" },
	{ "message", "text", "a sentence for people" },
	{ "~target", "text", "what it is about" },
	END };
MEMBERS(error_members) = { { "error", "ErrorDetail", NULL }, END };

/* --- access --- */
MEMBERS(role_grant) = {
	{ "role",  "text", "Reader, Security Reader, Security Admin, Contributor, Owner, AcrPull, AcrPush, Agent" },
	{ "scope", "text", "/ is everything; else a resource ID" },
	END };
MEMBERS(new_role_grant) = {
	{ "role",   "is Reader|Security Reader|Security Admin|Contributor|Owner|AcrPull|AcrPush|Agent", NULL },
	{ "~scope", "text 1024 /^(\\/|\\/subscriptions\\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/", "/ is everything; else a resource ID" },
	END };
MEMBERS(me) = {
	{ "name",  "text", NULL },
	{ "kind",  "is nobody|token|agent|session", NULL },
	{ "~csrf", "text", "of a browser's session: goes into X-CSRF-Token with each change" },
	{ "roles", "[]RoleGrant", NULL },
	END };
MEMBERS(login_link) = { { "url", "text", NULL }, { "expiresAt", "time?", NULL }, END };
MEMBERS(role) = {
	{ "name", "text", NULL },
	{ "~id",  "text", "Azure's GUID" },
	{ "actions", "[]text", "when granted at a subscription or at /" },
	{ "actionsAtGroupOrRegistry", "[]text", NULL },
	END };
MEMBERS(role_list) = { { "value", "[]Role", NULL }, END };
MEMBERS(token) = {
	{ "id",        "int", NULL },
	{ "name",      "text", NULL },
	{ "kind",      "is token|agent", NULL },
	{ "~token",    "text", "the token itself, when it was made and never again" },
	{ "roles",     "[]RoleGrant", NULL },
	{ "createdBy", "text", NULL },
	{ "createdAt", "time?", NULL },
	{ "expiresAt", "time?", NULL },
	{ "usedAt",    "time?", NULL },
	{ "revokedAt", "time?", NULL },
	END };
MEMBERS(new_token) = {
	{ "name",       "text 1-128 /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/", NULL },
	{ "~kind",      "is token|agent", NULL },
	{ "roles",      "[1-64]NewRoleGrant", NULL },
	{ "~expiresIn", "int 0-2147483647", "seconds; 0 is for ever" },
	{ "~expiresAt", "time", NULL },
	END };
MEMBERS(token_list) = { { "value", "[]Token", NULL }, END };
MEMBERS(audit_entry) = {
	{ "id",      "int", NULL },
	{ "at",      "time?", NULL },
	{ "actor",   "text", "token:NAME, user:NAME, system" },
	{ "peer",    "text", "address" },
	{ "action",  "text", NULL },
	{ "target",  "text", NULL },
	{ "outcome", "is done|refused|failed", NULL },
	{ "detail",  "text", "JSON, or empty" },
	END };
PAGE(audit_list, "AuditEntry");

/* --- registries --- */
MEMBERS(registry) = {
	{ "id",            "int", NULL },
	{ "name",          "text", NULL },
	{ "subscription",  "guid", NULL },
	{ "resourceGroup", "text", NULL },
	{ "resourceId",    "text", "Azure's form of its address" },
	{ "url",           "text", NULL },
	{ "hasCredential", "bool", "one is kept, sealed" },
	{ "credentialRef", "text?", "file:PATH or env:NAME, read by the workers" },
	{ "hasCa",         "bool", NULL },
	{ "triggers",      "[]text", TRIGGERS_TEXT },
	{ "include",       "[]text", "patterns of repositories that are watched; none: all" },
	{ "exclude",       "[]text", NULL },
	{ "pollSeconds",   "int", NULL },
	{ "parallel",      "int", "scans at a time" },
	{ "state",         "is new|ready|unsupported|failing", NULL },
	{ "stateWhy",      "text", NULL },
	{ "stateAt",       "time?", NULL },
	{ "hasCatalog",    "bool?", "null: not known yet" },
	{ "createdAt",     "time?", NULL },
	{ "createdBy",     "text", NULL },
	{ "syncedAt",      "time?", NULL },
	{ "eventAt",       "time?", "when it last told of something" },
	{ "~hook",         "Hook", "once: when it was added" },
	END };
PAGE(registry_list, "Registry");
MEMBERS(hook) = {
	{ "url",          "text", "where the registry sends its events" },
	{ "urlWithSecret", "text", "for senders that can set no header" },
	{ "secret",       "text", "shown this once" },
	{ "distribution", "text", "for the configuration file of Docker distribution" },
	{ "acr",          "text", "for Azure's shell" },
	{ "harbor",       "text", "for a webhook of a project" },
	END };
#define REGISTRY_SETTINGS \
	{ "~resourceGroup", GROUP_TEXT, "plimsoll" }, \
	{ "~username",      "text 256 /^[^:]*$/", NULL }, \
	{ "~password",      "text 65536", "kept sealed, never shown" }, \
	{ "~credentialRef", "text 4096 /^((file:\\/|env:)[A-Za-z0-9_.\\/-]+)?$/", "file:PATH or env:NAME with USERNAME:PASSWORD; counts before username and password" }, \
	{ "~ca",            "text 262144 /^(-----BEGIN CERTIFICATE-----[A-Za-z0-9+\\/=\\s-]*)?$/", "certificates that its own is held against, PEM" }, \
	{ "~triggers",      "[]is " TRIGGERS_TEXT, "all" }, \
	{ "~include",       "[]text 1-255 /^[a-z0-9._*?\\/-]{1,255}$/", NULL }, \
	{ "~exclude",       "[]text 1-255 /^[a-z0-9._*?\\/-]{1,255}$/", NULL }, \
	{ "~pollSeconds",   "int 10-2592000", NULL }, \
	{ "~parallel",      "int 1-64", NULL }
MEMBERS(new_registry) = {
	{ "name",          NAME_TEXT, NULL },
	{ "url",           URL_TEXT, "https://HOST[:PORT]; http:// is plain text and must be meant" },
	{ "~subscription", "guid", "the center's own" },
	REGISTRY_SETTINGS,
	END };
MEMBERS(change_registry) = {
	{ "~url", URL_TEXT, NULL },
	REGISTRY_SETTINGS,
	END };
MEMBERS(registry_test) = {
	{ "state",      "is new|ready|unsupported|failing", NULL },
	{ "why",        "text", NULL },
	{ "hasCatalog", "bool?", NULL },
	END };

/* --- what stands in them --- */
MEMBERS(counts) = {
	{ "critical", "int", NULL }, { "high", "int", NULL }, { "medium", "int", NULL }, { "low", "int", NULL },
	{ "negligible", "int", NULL }, { "unknown", "int", NULL },
	{ "fixable",   "int", "among them" },
	{ "exploited", "int", "among them, known to be" },
	{ "hidden",    "int", "beside them: ignored, or not to be counted" },
	END };
MEMBERS(repository) = {
	{ "id",         "int", NULL },
	{ "registryId", "int", NULL },
	{ "registry",   "text", NULL },
	{ "name",       "text", NULL },
	{ "firstSeen",  "time?", NULL },
	{ "pushedAt",   "time?", NULL },
	{ "images",     "int", NULL },
	{ "tags",       "int", NULL },
	{ "states",     "counts?", "images by state; null: not yours to see" },
	{ "findings",   "Counts?", "null: not yours to see" },
	END };
PAGE(repository_list, "Repository");
#define IMAGE_MEMBERS \
	{ "id",            "int", NULL }, \
	{ "registryId",    "int", NULL }, \
	{ "registry",      "text", NULL }, \
	{ "subscription",  "text", NULL }, \
	{ "resourceGroup", "text", NULL }, \
	{ "repositoryId",  "int", NULL }, \
	{ "repository",    "text", NULL }, \
	{ "digest",        "text", NULL }, \
	{ "mediaType",     "text", NULL }, \
	{ "kind",          "is unknown|image|index|other", NULL }, \
	{ "tags",          "[]text", NULL }, \
	{ "os",            "text", NULL }, \
	{ "arch",          "text", NULL }, \
	{ "variant",       "text", NULL }, \
	{ "distribution",  "text", NULL }, \
	{ "ecosystem",     "text", "whose advisories hold for it" }, \
	{ "sizeBytes",     "int", NULL }, \
	{ "builtAt",       "time?", NULL }, \
	{ "firstSeen",     "time?", NULL }, \
	{ "pushedAt",      "time?", NULL }, \
	{ "pulledAt",      "time?", NULL }, \
	{ "scannedAt",     "time?", NULL }, \
	{ "assessedAt",    "time?", "its findings are of the data of that time" }, \
	{ "deletedAt",     "time?", NULL }, \
	{ "running",       "int", "containers that run it now" }, \
	{ "packages",      "int", NULL }, \
	{ "state",         "is " IMAGE_STATES_TEXT "?", "null: not yours to see" }, \
	{ "cause",         "text?", "of what is neither healthy nor unhealthy" }, \
	{ "findings",      "Counts?", "null: not yours to see" }
MEMBERS(image) = { IMAGE_MEMBERS, END };
PAGE(image_list, "Image");
MEMBERS(gap) = {
	{ "kind",    "text", NULL },
	{ "matters", "bool", "an image with such a gap is never healthy" },
	{ "where",   "text", NULL },
	{ "why",     "text", NULL },
	{ "~layer",  "int", NULL },
	END };
MEMBERS(image_details) = { IMAGE_MEMBERS,
	{ "configDigest", "text", NULL },
	{ "layers",       "[]json", "lowest first" },
	{ "about",        "map", "labels, annotations, base image" },
	{ "gaps",         "[]Gap", "what could not be read or judged" },
	{ "scanner",      "text", "version that read it" },
	{ "eolAt",        "text", "when its distribution ends, or ended" },
	{ "eolEnded",     "bool", NULL },
	{ "stateWhy",     "text", NULL },
	{ "images",       "[]Image", "of an index: those of its platforms" },
	END };
MEMBERS(tag) = {
	{ "name",    "text", NULL },
	{ "imageId", "int", NULL },
	{ "digest",  "text", NULL },
	{ "kind",    "text", NULL },
	{ "since",   "time?", NULL },
	{ "until",   "time?", "null: it points there today" },
	END };
PAGE(tag_list, "Tag");

/* --- scans and jobs --- */
MEMBERS(scan) = {
	{ "id",         "int", NULL },
	{ "registryId", "int", NULL },
	{ "registry",   "text", NULL },
	{ "repository", "text", NULL },
	{ "digest",     "text", NULL },
	{ "reason",     "text", "push, import, sync, pulled, running, asked" },
	{ "state",      "is running|done|failed", NULL },
	{ "acceptedAt", "time?", NULL },
	{ "startedAt",  "time?", NULL },
	{ "endedAt",    "time?", NULL },
	{ "milliseconds", "int", "from when it was accepted until now, or its end" },
	{ "stages",     "map", "milliseconds of each stage that is over" },
	{ "progress",   "map", "layer, layers, bytes, size" },
	{ "why",        "text", "of a failed one" },
	END };
PAGE(scan_list, "Scan");
MEMBERS(new_scan) = {
	{ "imageId", "int 1-4611686018427387903", NULL },
	{ "~anew",   "bool", "read it again, though it is known" },
	END };
MEMBERS(job) = {
	{ "id",         "int", NULL },
	{ "kind",       "text", NULL },
	{ "state",      "is ready|leased|dead|done", NULL },
	{ "subject",    "text", NULL },
	{ "registryId", "int?", NULL },
	{ "priority",   "int", "low numbers first" },
	{ "tries",      "int", NULL },
	{ "runAt",      "time?", "not before" },
	{ "progress",   "map", NULL },
	{ "why",        "text", "the last failure, or what came of it" },
	{ "createdAt",  "time?", NULL },
	{ "changedAt",  "time?", NULL },
	END };
PAGE(job_list, "Job");
MEMBERS(accepted) = { { "jobId", "int", NULL }, { "url", "text", "of the job" }, END };
MEMBERS(new_import) = {
	{ "source",       "text 1-512 /^[A-Za-z0-9][A-Za-z0-9.:\\/_@-]{0,511}$/", "NAME[:TAG|@DIGEST] in any registry" },
	{ "~username",    "text 256", "at the source" },
	{ "~passwordRef", "text 4096 /^((file:\\/|env:)[A-Za-z0-9_.\\/-]+)?$/", "file:PATH or env:NAME, read by the workers" },
	{ "registryId",   "int 1-4611686018427387903", "into this one" },
	{ "repository",   REPOSITORY_TEXT, NULL },
	{ "~tag",         TAG_TEXT, "none: by digest alone" },
	{ "~force",       "bool", "move a tag that is there" },
	END };

/* --- packages and findings --- */
MEMBERS(package) = {
	{ "id",            "int", NULL },
	{ "type",          "text", NULL },
	{ "name",          "text", NULL },
	{ "version",       "text", NULL },
	{ "arch",          "text", NULL },
	{ "source",        "text", NULL },
	{ "sourceVersion", "text", NULL },
	{ "license",       "text", NULL },
	{ "distribution",  "text", NULL },
	{ "images",        "int?", "that have it" },
	{ "gap",           "text", "why it cannot be matched" },
	{ "~layer",        "int", "in one image: the layer that brought it" },
	{ "~paths",        "[]json", NULL },
	{ "~findings",     "int?", NULL },
	END };
PAGE(package_list, "Package");
#define FINDING_MEMBERS \
	{ "id",            "guid", "as in Azure's sub-assessments" }, \
	{ "vulnerability", "text", NULL }, \
	{ "severity",      "is " SEVERITIES, NULL }, \
	{ "score",         "number?", NULL }, \
	{ "package",       "text", NULL }, \
	{ "packageId",     "int", NULL }, \
	{ "packageType",   "text", NULL }, \
	{ "version",       "text", NULL }, \
	{ "fixStatus",     "text", NULL }, \
	{ "fixedVersion",  "text", NULL }, \
	{ "state",         "text", "of the advisory: valid, disputed, rejected, withdrawn" }, \
	{ "hidden",        "text", "why it does not count; empty: it does" }, \
	{ "exploited",     "bool", "known to be" }, \
	{ "ransomware",    "bool", NULL }, \
	{ "epss",          "number?", NULL }, \
	{ "foundAt",       "time?", NULL }, \
	{ "imageId",       "int", NULL }, \
	{ "registryId",    "int", NULL }, \
	{ "registry",      "text", NULL }, \
	{ "subscription",  "text", NULL }, \
	{ "repository",    "text", NULL }, \
	{ "digest",        "text", NULL }, \
	{ "tags",          "[]text", NULL }, \
	{ "layer",         "int", NULL }
MEMBERS(finding) = { FINDING_MEMBERS, END };
PAGE(finding_list, "Finding");
MEMBERS(finding_details) = { FINDING_MEMBERS,
	{ "paths",  "[]json", "the files that say so" },
	{ "why",    "map", "range, comparison, severity's reason, remediation" },
	{ "advisory", "map", "title, description, references, weaknesses, ratings" },
	END };
MEMBERS(vulnerability) = {
	{ "name",       "text", NULL },
	{ "severity",   "is " SEVERITIES, "the worst" },
	{ "exploited",  "bool", NULL },
	{ "ransomware", "bool", NULL },
	{ "epss",       "number?", NULL },
	{ "percentile", "number?", NULL },
	{ "images",     "int", "that have it" },
	{ "packages",   "int", NULL },
	{ "findings",   "[]Finding", "the first hundred, gravest first" },
	END };
MEMBERS(summary) = {
	{ "states",   "counts", "images by state" },
	{ "findings", "Counts", NULL },
	END };

/* --- where images run --- */
MEMBERS(place) = {
	{ "id",            "int", NULL },
	{ "kind",          "is cluster|host", NULL },
	{ "name",          "text", NULL },
	{ "subscription",  "text", NULL },
	{ "resourceGroup", "text", NULL },
	{ "resourceId",    "text", NULL },
	{ "running",       "int", "containers" },
	{ "firstSeen",     "time?", NULL },
	{ "reportedAt",    "time?", NULL },
	{ "facts",         "map", NULL },
	END };
PAGE(place_list, "Place");
MEMBERS(running) = {
	{ "owner",     "text", NULL },
	{ "container", "text", NULL },
	{ "image",     "text", NULL },
	{ "digest",    "text", NULL },
	{ "imageId",   "int?", "null: no registry that is watched has it" },
	{ "firstSeen", "time?", NULL },
	{ "lastSeen",  "time?", NULL },
	{ "endedAt",   "time?", NULL },
	END };
PAGE(running_list, "Running");
MEMBERS(new_running) = {
	{ "owner",     "text 512", "default/Deployment/web; on a host the container's name" },
	{ "~container", "text 512", NULL },
	{ "image",     "text 512", "as it was asked for" },
	{ "~digest",   "text 512", "of the manifest" },
	END };
MEMBERS(inventory) = {
	{ "kind",           "is cluster|host", NULL },
	{ "name",           NAME_TEXT, NULL },
	{ "~subscription",  "guid", NULL },
	{ "~resourceGroup", GROUP_TEXT, NULL },
	{ "~facts",         "texts", "what else is known of it" },
	{ "running",        "[]NewRunning", "all that runs there now" },
	END };
MEMBERS(inventory_answer) = { { "placeId", "int", NULL }, { "running", "int", NULL }, END };

/* --- the center --- */
MEMBERS(source) = { { "name", "text", NULL }, { "~date", "json", NULL }, { "~records", "int", NULL }, END };
MEMBERS(generation) = {
	{ "id",        "int", NULL },
	{ "number",    "int", "of the advisory database" },
	{ "dataAt",    "time?", "of its newest record" },
	{ "seenAt",    "time?", NULL },
	{ "matchedAt", "time?", "when all packages were matched with it" },
	{ "changed",   "int?", "keys; null: all" },
	{ "sources",   "[]Source", NULL },
	END };
MEMBERS(data) = {
	{ "current",     "Generation?", NULL },
	{ "ageSeconds",  "int?", "of its newest record" },
	{ "unmatched",   "int", "packages that wait to be matched" },
	{ "generations", "[]Generation", "newest first" },
	END };
MEMBERS(usage) = {
	{ "day",        "text", NULL },
	{ "registryId", "int", NULL },
	{ "registry",   "text", NULL },
	{ "images",     "int", "billed that day: a digest once a subscription" },
	END };
MEMBERS(usage_list) = { { "value", "[]Usage", NULL }, { "total", "int", NULL }, END };
MEMBERS(setting) = { { "name", "text", NULL }, { "value", "int", NULL }, { "about", "text", NULL }, END };
MEMBERS(new_setting) = { { "value", "int 0-315360000", NULL }, END };
MEMBERS(setting_list) = { { "value", "[]Setting", NULL }, END };
MEMBERS(subscription) = { { "id", "guid", NULL }, { "name", "text", NULL }, { "createdAt", "time?", NULL }, END };
MEMBERS(subscription_list) = { { "value", "[]Subscription", NULL }, END };

const struct schema schemas_all[] = {
	{ "Accepted",         "Work that was put into the queue", accepted, false },
	{ "AuditEntry",       NULL, audit_entry, false },
	{ "AuditList",        NULL, audit_list, false },
	{ "ChangeRegistry",   "What is to be another way; an empty text takes away", change_registry, true },
	{ "Counts",           "Findings that count, by severity", counts, false },
	{ "Data",             "The advisories that findings come from", data, false },
	{ "Error",            NULL, error_members, false },
	{ "ErrorDetail",      NULL, error_object, false },
	{ "Finding",          "A vulnerability of a package in an image", finding, false },
	{ "FindingDetails",   "A finding with all that explains it", finding_details, false },
	{ "FindingList",      NULL, finding_list, false },
	{ "Gap",              NULL, gap, false },
	{ "Generation",       NULL, generation, false },
	{ "Hook",             "How the registry tells of pushes", hook, false },
	{ "Image",            "A manifest in a repository", image, false },
	{ "ImageDetails",     NULL, image_details, false },
	{ "ImageList",        NULL, image_list, false },
	{ "Inventory",        "What runs in a cluster or on a host", inventory, true },
	{ "InventoryAnswer",  NULL, inventory_answer, false },
	{ "Job",              NULL, job, false },
	{ "JobList",          NULL, job_list, false },
	{ "LoginLink",        NULL, login_link, false },
	{ "Me",               NULL, me, false },
	{ "NewImport",        "An image to be copied into a registry, all its platforms", new_import, true },
	{ "NewRegistry",      NULL, new_registry, true },
	{ "NewRoleGrant",     NULL, new_role_grant, true },
	{ "NewRunning",       NULL, new_running, true },
	{ "NewScan",          NULL, new_scan, true },
	{ "NewSetting",       "Of a name's own bounds", new_setting, true },
	{ "NewToken",         NULL, new_token, true },
	{ "Package",          NULL, package, false },
	{ "PackageList",      NULL, package_list, false },
	{ "Place",            "A cluster or a host that reports what runs there", place, false },
	{ "PlaceList",        NULL, place_list, false },
	{ "Registry",         NULL, registry, false },
	{ "RegistryList",     NULL, registry_list, false },
	{ "RegistryTest",     NULL, registry_test, false },
	{ "Repository",       NULL, repository, false },
	{ "RepositoryList",   NULL, repository_list, false },
	{ "Role",             NULL, role, false },
	{ "RoleGrant",        NULL, role_grant, false },
	{ "RoleList",         NULL, role_list, false },
	{ "Running",          NULL, running, false },
	{ "RunningList",      NULL, running_list, false },
	{ "Scan",             NULL, scan, false },
	{ "ScanList",         NULL, scan_list, false },
	{ "Setting",          NULL, setting, false },
	{ "SettingList",      NULL, setting_list, false },
	{ "Source",           NULL, source, false },
	{ "Subscription",     NULL, subscription, false },
	{ "SubscriptionList", NULL, subscription_list, false },
	{ "Summary",          NULL, summary, false },
	{ "Tag",              NULL, tag, false },
	{ "TagList",          NULL, tag_list, false },
	{ "Token",            NULL, token, false },
	{ "TokenList",        NULL, token_list, false },
	{ "Usage",            NULL, usage, false },
	{ "UsageList",        NULL, usage_list, false },
	{ "Vulnerability",    "How far it reaches", vulnerability, false },
	{ NULL, NULL, NULL, false },
};
// clang-format on
