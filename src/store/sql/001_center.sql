-- What the center knows, first version. Words in braces: store/db.h. Dates are seconds since 1970 UTC, truth is 0 or 1.

CREATE TABLE setting (
	name {text} PRIMARY KEY,
	value TEXT NOT NULL
);

-- Scopes and plans

CREATE TABLE subscription (
	id {text} PRIMARY KEY,                    -- a GUID in lower case
	name {text} NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE TABLE pricing (                            -- what a plan is switched to, where somebody switched it
	scope {text} NOT NULL,                    -- resource ID in lower case
	name {text} NOT NULL,                     -- "Containers"
	tier {text} NOT NULL,                     -- Free, Standard
	sub_plan {text},
	extensions TEXT NOT NULL DEFAULT '[]',    -- JSON as it was put
	enforce BIGINT NOT NULL DEFAULT 0,
	enabled_at BIGINT,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (scope, name)
);

CREATE TABLE ledger (                             -- what was billed: once a digest and subscription
	subscription_id {text} NOT NULL,
	digest {text} NOT NULL,
	registry_id BIGINT NOT NULL,
	repository {text} NOT NULL,
	billed_at BIGINT NOT NULL,
	PRIMARY KEY (subscription_id, digest)
);
CREATE INDEX ledger_by_day ON ledger (subscription_id, billed_at);

-- Registries and what is in them

CREATE TABLE registry (
	id {id},
	subscription_id {text} NOT NULL REFERENCES subscription (id),
	resource_group {text} NOT NULL,
	name {text} NOT NULL,
	url {text} NOT NULL,                      -- https://host[:port], http:// where it is allowed
	credential {bytes},                       -- sealed (center/vault.h)
	credential_ref {text},                    -- file:PATH, env:NAME instead
	ca TEXT,                                  -- PEM
	hook_hash {bytes},                        -- of the secret that events carry
	triggers BIGINT NOT NULL,                 -- set of enum trigger
	include_patterns TEXT NOT NULL DEFAULT '',-- a pattern a line; none: all
	exclude_patterns TEXT NOT NULL DEFAULT '',
	poll_s BIGINT NOT NULL,
	parallel BIGINT NOT NULL,                 -- scans at a time
	state {text} NOT NULL,                    -- new, ready, unsupported, failing
	state_why TEXT NOT NULL DEFAULT '',
	state_at BIGINT NOT NULL,
	has_catalog BIGINT,                       -- NULL: not known yet
	created_at BIGINT NOT NULL,
	created_by {text} NOT NULL,
	synced_at BIGINT,
	event_at BIGINT,                          -- the last event that came
	deleted_at BIGINT
);
CREATE UNIQUE INDEX registry_by_name ON registry (subscription_id, lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE repository (
	id {id},
	registry_id BIGINT NOT NULL REFERENCES registry (id),
	name {text} NOT NULL,
	first_seen BIGINT NOT NULL,
	deleted_at BIGINT,
	UNIQUE (registry_id, name)
);

CREATE TABLE distribution (                       -- os-release of images, each combination once
	id {id},
	identity {bytes} NOT NULL UNIQUE,
	os_id {text} NOT NULL, id_like {text} NOT NULL, version_id {text} NOT NULL,
	codename {text} NOT NULL, name {text} NOT NULL, path {text} NOT NULL,
	ecosystem {text} NOT NULL                 -- "Debian:12", empty when unknown
);

CREATE TABLE profile (                            -- what data say or do not say of a kind of image
	id {id},
	distribution_id BIGINT NOT NULL REFERENCES distribution (id),
	types BIGINT NOT NULL,                    -- set of 1 << package_type that the image has
	gaps TEXT NOT NULL DEFAULT '[]',          -- JSON: those that come and go with the data
	matters BIGINT NOT NULL DEFAULT 0,        -- one of them matters
	eol_at {text} NOT NULL DEFAULT '',
	eol_ended BIGINT NOT NULL DEFAULT 0,
	generation_id BIGINT,                     -- judged with; NULL: not yet
	UNIQUE (distribution_id, types)
);

CREATE TABLE manifest (                           -- a digest, once for the fleet
	id {id},
	digest {text} NOT NULL UNIQUE,
	media_type {text} NOT NULL DEFAULT '',
	kind {text} NOT NULL,                     -- unknown, image, index, other
	state {text} NOT NULL,                    -- waiting, scanned, failed, unsupported
	state_why TEXT NOT NULL DEFAULT '',
	profile_id BIGINT REFERENCES profile (id),
	config_digest {text} NOT NULL DEFAULT '',
	os {text} NOT NULL DEFAULT '', arch {text} NOT NULL DEFAULT '', variant {text} NOT NULL DEFAULT '',
	built_at BIGINT,
	size_bytes BIGINT NOT NULL DEFAULT 0,
	layers TEXT NOT NULL DEFAULT '[]',        -- JSON: digest, size, created_by; lowest first
	about TEXT NOT NULL DEFAULT '{}',         -- JSON: labels, annotations, base image
	gaps TEXT NOT NULL DEFAULT '[]',          -- JSON: what the scan could not read
	gaps_matter BIGINT NOT NULL DEFAULT 0,
	packages BIGINT NOT NULL DEFAULT 0,
	scanner {text} NOT NULL DEFAULT '',       -- version that read it
	first_seen BIGINT NOT NULL,
	tried_at BIGINT,                          -- the last scan, whatever came of it
	scanned_at BIGINT,
	assessed_at BIGINT                        -- re-assessed by itself; a generation matched whole assesses all as well
);
CREATE INDEX manifest_by_profile ON manifest (profile_id);

CREATE TABLE manifest_child (                     -- images of an index
	parent_id BIGINT NOT NULL REFERENCES manifest (id),
	child_id BIGINT NOT NULL REFERENCES manifest (id),
	platform {text} NOT NULL,
	PRIMARY KEY (parent_id, child_id)
);
CREATE INDEX manifest_child_by_child ON manifest_child (child_id);

CREATE TABLE image (                              -- a manifest in a repository
	id {id},
	registry_id BIGINT NOT NULL REFERENCES registry (id), -- its repository's
	repository_id BIGINT NOT NULL REFERENCES repository (id),
	manifest_id BIGINT NOT NULL REFERENCES manifest (id),
	first_seen BIGINT NOT NULL,
	pushed_at BIGINT,
	pulled_at BIGINT,
	deleted_at BIGINT,
	UNIQUE (repository_id, manifest_id)
);
CREATE INDEX image_by_manifest ON image (manifest_id);
CREATE INDEX image_by_pull ON image (pulled_at);
CREATE INDEX image_by_registry ON image (registry_id, id);

CREATE TABLE tag (                                -- history: the row without until_at is today's
	repository_id BIGINT NOT NULL REFERENCES repository (id),
	name {text} NOT NULL,
	since_at BIGINT NOT NULL,
	until_at BIGINT,
	manifest_id BIGINT NOT NULL REFERENCES manifest (id),
	PRIMARY KEY (repository_id, name, since_at)
);
CREATE INDEX tag_by_manifest ON tag (manifest_id, repository_id);
CREATE UNIQUE INDEX tag_today ON tag (repository_id, name) WHERE until_at IS NULL;

-- Inventories: an image has parts, a part has packages; in one image a package stands in one part only

CREATE TABLE package (
	id {id},
	identity {bytes} NOT NULL UNIQUE,         -- SHA-256, first 16 bytes, of all that matching reads
	type BIGINT NOT NULL,                     -- enum package_type
	name {text} NOT NULL, version {text} NOT NULL, arch {text} NOT NULL,
	source {text} NOT NULL, source_version {text} NOT NULL, module {text} NOT NULL,
	license TEXT NOT NULL DEFAULT '',
	traits BIGINT NOT NULL DEFAULT 0,
	distribution_id BIGINT REFERENCES distribution (id), -- of those whose advisories are a release's
	owner_id BIGINT REFERENCES package (id),  -- the distribution's package that brought it
	gap TEXT NOT NULL DEFAULT '',             -- why it cannot be matched: its version cannot be ordered
	generation_id BIGINT                      -- matched with; NULL: not yet
);
CREATE INDEX package_by_name ON package (name, version);
CREATE INDEX package_by_owner ON package (owner_id);
CREATE INDEX package_unmatched ON package (id) WHERE generation_id IS NULL;

CREATE TABLE watch (                              -- under which keys of the advisory data a package is looked up
	watched {text} NOT NULL,
	package_id BIGINT NOT NULL REFERENCES package (id),
	PRIMARY KEY (watched, package_id)
);

CREATE TABLE part (
	id {id},
	digest {bytes} NOT NULL UNIQUE,           -- SHA-256 of its sorted packages and paths
	packages BIGINT NOT NULL,
	-- findings that count, by severity: of all its packages with the current data
	critical BIGINT NOT NULL DEFAULT 0, high BIGINT NOT NULL DEFAULT 0, medium BIGINT NOT NULL DEFAULT 0,
	low BIGINT NOT NULL DEFAULT 0, negligible BIGINT NOT NULL DEFAULT 0, unknown BIGINT NOT NULL DEFAULT 0,
	fixable BIGINT NOT NULL DEFAULT 0, exploited BIGINT NOT NULL DEFAULT 0, hidden BIGINT NOT NULL DEFAULT 0,
	gaps BIGINT NOT NULL DEFAULT 0,           -- packages that cannot be matched
	unmatched BIGINT NOT NULL DEFAULT 0       -- packages that wait to be matched
);

CREATE TABLE part_package (
	part_id BIGINT NOT NULL REFERENCES part (id),
	package_id BIGINT NOT NULL REFERENCES package (id),
	again BIGINT NOT NULL DEFAULT 0,          -- a lower layer of the same image has it too: it counts there
	paths TEXT NOT NULL,                      -- JSON: where, at most 20, with inner path and record
	PRIMARY KEY (part_id, package_id)
);
CREATE INDEX part_package_by_package ON part_package (package_id);

CREATE TABLE manifest_part (
	manifest_id BIGINT NOT NULL REFERENCES manifest (id),
	part_id BIGINT NOT NULL REFERENCES part (id),
	layer BIGINT NOT NULL,                    -- index into manifest.layers
	PRIMARY KEY (manifest_id, part_id)
);
CREATE INDEX manifest_part_by_part ON manifest_part (part_id);

-- Data and what they say

CREATE TABLE generation (
	id {id},
	follows BIGINT NOT NULL UNIQUE,           -- the generation before, 0: none; so that they make one line
	number BIGINT NOT NULL,                   -- of the advisory database
	state {text} NOT NULL,                    -- its content's digest; data may go back to an earlier one
	data_at BIGINT,                           -- newest record of its feeds
	sources TEXT NOT NULL,                    -- JSON: name, date, records
	seen_at BIGINT NOT NULL,
	changed BIGINT NOT NULL DEFAULT 0,        -- keys; below 0: all
	matched_at BIGINT                         -- every package was matched with it; NULL: not yet
);

CREATE TABLE vulnerability (
	id {id},
	name {text} NOT NULL UNIQUE,              -- "CVE-2026-0001", "GHSA-…"
	epss DOUBLE PRECISION, epss_percentile DOUBLE PRECISION, -- today's; NULL: not known
	kev BIGINT NOT NULL DEFAULT 0, ransomware BIGINT NOT NULL DEFAULT 0,
	kev_added {text} NOT NULL DEFAULT '', kev_due {text} NOT NULL DEFAULT ''
);

CREATE TABLE fact (                               -- what advisories tell of a vulnerability, each text once
	id {id},
	digest {bytes} NOT NULL UNIQUE,
	doc TEXT NOT NULL                         -- JSON: title, description, references, cwes, ratings, aliases, …
);

CREATE TABLE matched (                            -- package x vulnerability, from one generation until another
	package_id BIGINT NOT NULL REFERENCES package (id),
	vulnerability_id BIGINT NOT NULL REFERENCES vulnerability (id),
	from_gen BIGINT NOT NULL,
	until_gen BIGINT NOT NULL DEFAULT 9223372036854775807, -- not any more from this one on
	fact_id BIGINT NOT NULL REFERENCES fact (id),
	severity BIGINT NOT NULL,                 -- enum severity
	score DOUBLE PRECISION,                   -- CVSS of the chosen rating
	fix BIGINT NOT NULL,                      -- enum fix_status
	fixed_version {text} NOT NULL,
	state BIGINT NOT NULL,                    -- enum finding_state
	hidden BIGINT NOT NULL,                   -- enum hiding_kind: 0 counts
	detail TEXT NOT NULL,                     -- JSON: range, comparison, remediation, why hidden, …
	PRIMARY KEY (package_id, vulnerability_id, from_gen)
);
CREATE INDEX matched_by_vulnerability ON matched (vulnerability_id, package_id);

-- Work

CREATE TABLE event (                              -- accepted from registries; kept a while, so that repeats are known
	id {id},
	registry_id BIGINT NOT NULL REFERENCES registry (id),
	source {text} NOT NULL,                   -- the sender's own id of it
	kind BIGINT NOT NULL,                     -- enum event_kind
	repository {text} NOT NULL, tag {text} NOT NULL, digest {text} NOT NULL, media_type {text} NOT NULL,
	happened_at BIGINT NOT NULL,
	accepted_at BIGINT NOT NULL,
	accepted_ms BIGINT NOT NULL,              -- the same in ms, for the stages
	done_at BIGINT,
	UNIQUE (registry_id, source)
);
CREATE INDEX event_open ON event (id) WHERE done_at IS NULL;

CREATE TABLE job (
	id {id},
	kind {text} NOT NULL,                     -- work/jobs.h
	subject {text} NOT NULL,                  -- one open job a kind and subject
	registry_id BIGINT,                       -- whose limit counts; NULL: none
	priority BIGINT NOT NULL,                 -- low numbers first
	state {text} NOT NULL,                    -- ready, leased, dead; done: of kinds whose end people look for
	run_at BIGINT NOT NULL,                   -- 0: at once
	lease {text} NOT NULL DEFAULT '',         -- of whoever has it
	leased_until BIGINT NOT NULL DEFAULT 0,
	tries BIGINT NOT NULL DEFAULT 0,
	again BIGINT NOT NULL DEFAULT 0,          -- asked for once more while it ran
	payload TEXT NOT NULL DEFAULT '{}',
	progress TEXT NOT NULL DEFAULT '{}',      -- JSON, for people
	why TEXT NOT NULL DEFAULT '',             -- of the last failure, or what came of it
	created_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	UNIQUE (kind, subject)
);
CREATE INDEX job_next ON job (state, priority, run_at, id);

CREATE TABLE scan (                               -- each time that a digest was read, for people and for timing
	id {id},
	manifest_id BIGINT NOT NULL REFERENCES manifest (id),
	registry_id BIGINT NOT NULL REFERENCES registry (id),
	repository {text} NOT NULL,
	reason {text} NOT NULL,                   -- push, import, sync, pulled, running, asked
	state {text} NOT NULL,                    -- running, done, failed
	accepted_ms BIGINT NOT NULL,              -- when the event was accepted
	started_ms BIGINT NOT NULL,
	ended_ms BIGINT,
	stages TEXT NOT NULL DEFAULT '{}',        -- JSON: ms of each stage
	progress TEXT NOT NULL DEFAULT '{}',      -- JSON: layer, layers, bytes, size
	why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX scan_by_manifest ON scan (manifest_id, id);

-- Running images

CREATE TABLE place (                              -- a cluster or host that reports
	id {id},
	subscription_id {text} NOT NULL REFERENCES subscription (id),
	kind {text} NOT NULL,                     -- cluster, host
	resource_group {text} NOT NULL,
	name {text} NOT NULL,
	facts TEXT NOT NULL DEFAULT '{}',
	first_seen BIGINT NOT NULL,
	reported_at BIGINT NOT NULL,
	UNIQUE (subscription_id, kind, name)
);

CREATE TABLE running (
	id {id},
	place_id BIGINT NOT NULL REFERENCES place (id),
	owner {text} NOT NULL,                    -- "default/Deployment/web", a container's name
	container {text} NOT NULL,
	image {text} NOT NULL,                    -- as it was asked for
	digest {text} NOT NULL,
	manifest_id BIGINT REFERENCES manifest (id), -- NULL: not known to any registry
	first_seen BIGINT NOT NULL,
	last_seen BIGINT NOT NULL,
	ended_at BIGINT,
	UNIQUE (place_id, owner, container, digest)
);
CREATE INDEX running_now ON running (manifest_id) WHERE ended_at IS NULL;
CREATE INDEX running_by_digest ON running (digest);

-- Recommendations

CREATE TABLE posture (                            -- state of an assessment on a resource, and since when
	resource {text} NOT NULL,                 -- resource ID in lower case
	assessment {text} NOT NULL,               -- key, a GUID
	resource_id TEXT NOT NULL,                -- as it is shown
	subscription_id {text} NOT NULL,
	registry_id BIGINT,                       -- where it is one, or on one: who sees that sees this
	code {text} NOT NULL,                     -- Healthy, Unhealthy, NotApplicable
	cause {text} NOT NULL DEFAULT '',
	description TEXT NOT NULL DEFAULT '',
	first_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	custom TEXT,                              -- JSON as a customer put it; NULL: ours
	PRIMARY KEY (resource, assessment)
);
CREATE INDEX posture_by_subscription ON posture (subscription_id);
CREATE INDEX posture_by_registry ON posture (registry_id);

CREATE TABLE assessment_kind (                    -- a customer's own assessment metadata
	subscription_id {text} NOT NULL,
	assessment {text} NOT NULL,
	doc TEXT NOT NULL,
	PRIMARY KEY (subscription_id, assessment)
);

CREATE TABLE exemption (                          -- of a recommendation (standardAssignments)
	name {text} NOT NULL,                     -- GUID
	resource {text} NOT NULL,
	assessment {text} NOT NULL,
	category {text} NOT NULL,                 -- waiver, mitigated
	display_name TEXT NOT NULL, description TEXT NOT NULL,
	expires_at BIGINT,
	created_by {text} NOT NULL, created_at BIGINT NOT NULL,
	changed_by {text} NOT NULL, changed_at BIGINT NOT NULL,
	PRIMARY KEY (name, resource)
);
CREATE INDEX exemption_by_resource ON exemption (resource, assessment);

-- Who may what

CREATE TABLE token (
	id {id},
	name {text} NOT NULL,
	kind {text} NOT NULL,                     -- token, agent
	hash {bytes} NOT NULL UNIQUE,             -- SHA-256: tokens are 256 random bits
	created_by {text} NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT,
	used_at BIGINT,
	revoked_at BIGINT
);

CREATE TABLE token_role (
	token_id BIGINT NOT NULL REFERENCES token (id),
	role {text} NOT NULL,
	scope {text} NOT NULL,                    -- resource ID in lower case, "/" is everything
	PRIMARY KEY (token_id, role, scope)
);

CREATE TABLE session (                            -- browsers
	hash {bytes} PRIMARY KEY,
	subject {text} NOT NULL,
	roles TEXT NOT NULL,                      -- JSON: role and scope
	token_id BIGINT,                          -- it ends with the token
	csrf {bytes} NOT NULL,
	created_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);

CREATE TABLE login (                              -- one-time links, and sign-ins on their way through OIDC
	hash {bytes} PRIMARY KEY,
	kind {text} NOT NULL,                     -- link, oidc
	doc {bytes} NOT NULL,                     -- sealed
	expires_at BIGINT NOT NULL
);

CREATE TABLE audit (
	id {id},
	at BIGINT NOT NULL,
	actor {text} NOT NULL,
	peer {text} NOT NULL,
	action {text} NOT NULL,                   -- "registries/write"
	target {text} NOT NULL,
	outcome {text} NOT NULL,                  -- done, refused, failed
	detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_by_time ON audit (at);
