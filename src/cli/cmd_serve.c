/* cli/cmd_serve.c — `plimsoll serve`: the security center, from an empty folder on. */
#include "api/api.h"
#include "api/oidc.h"
#include "base/log.h"
#include "base/time.h"
#include "center/founding.h"
#include "center/sessions.h"
#include "center/settings.h"
#include "center/vault.h"
#include "cli/commands.h"
#include "cli/house.h"
#include "cli/options.h"
#include "cli/screen.h"
#include "net/server.h"
#include "work/work.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

enum { GRACE_MS = 30000, TICK_S = 60, SWEEP_S = 3600 };

struct settings {
	struct house_options house;
	const char *role, *listen, *subscription, *db, *from, *cache_dir;
	unsigned workers, threads, rate;
	uint64_t cache_max;
	unsigned refresh_s, max_data_age;
	bool behind_proxy, rotate_key, quiet, verbose;
	struct oidc_options oidc;
	struct option_list oidc_roles;
	char address[128];
	uint16_t port;
};

static const char about[] =
        "The security center: watches registries, scans what is pushed, answers Azure's routes and "
        "its\n"
        "own. Started in an empty folder it makes a TLS key and certificate, an admin token, a\n"
        "subscription and a store, says so on the terminal, and is there. The token is shown "
        "once;\n"
        "without a terminal it lies in admin-token of the data folder. One that was lost is made "
        "anew by\n"
        "`plimsoll token create --local`.\n\n"
        "Several processes share a PostgreSQL with --store, and then the same --key-file: some "
        "with\n"
        "--role api, some with --role worker. SIGTERM ends it gracefully, SIGHUP reads the "
        "certificate\n"
        "again.\n\n"
        "People sign in at /login with a token, with a link (`plimsoll token link`), or with "
        "OpenID\n"
        "Connect: --oidc-role says which claim of the ID token gives which role, where.\n\n"
        "Examples:\n"
        "  plimsoll serve\n"
        "  plimsoll serve --listen 0.0.0.0:8420 --cert center.pem --key center.key\n"
        "  plimsoll serve --role worker --store postgresql://plimsoll@db/plimsoll --key-file "
        "secrets.key";

static bool has_role(const struct settings *s, const char *role)
{
	return !s->role || !strcmp(s->role, "all") || !strcmp(s->role, role);
}

/* "127.0.0.1:8420", "[::1]:8420" */
static int read_listen(struct settings *s, struct error *e)
{
	str text = str_c(s->listen && *s->listen ? s->listen : "127.0.0.1:8420");
	size_t colon = str_rchr(text, ':');
	str host = str_upto(text, colon);
	uint64_t port;

	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = str_mem(host.p + 1, host.n - 2);
	if (colon == text.n || !host.n || host.n >= sizeof s->address ||
	    !str_u64(str_from(text, colon + 1), &port) || port > UINT16_MAX)
		return error_set(e, ERR_USAGE,
		                 "--listen %.*s: ADDRESS:PORT, such as 127.0.0.1:8420",
		                 STR_FMT(text));
	snprintf(s->address, sizeof s->address, "%.*s", STR_FMT(host));
	s->port = (uint16_t)port;
	return 0;
}

/* "groups=admins:Owner@/": the claim's value may hold colons and signs of equality */
static int read_claims(struct settings *s, struct arena *a, struct error *e)
{
	struct oidc_rule *rules = arena_many(a, s->oidc_roles.texts.n, struct oidc_rule);

	for (size_t i = 0; i < s->oidc_roles.texts.n; i++) {
		str text = str_c(s->oidc_roles.texts.v[i]), what;
		size_t equals = str_chr(text, '='), at = str_rchr(text, '@'), colon;
		str scope = at < text.n && str_starts(str_from(text, at), STR("@/"))
		                    ? str_from(text, at + 1)
		                    : STR("/");
		what = str_upto(text, at < text.n && str_starts(str_from(text, at), STR("@/"))
		                              ? at
		                              : text.n);
		colon = str_rchr(what, ':');
		if (equals >= colon || colon == what.n)
			return error_set(e, ERR_USAGE, "--oidc-role %.*s: CLAIM=VALUE:ROLE[@SCOPE]",
			                 STR_FMT(text));
		rules[i] = (struct oidc_rule){
			arena_str(a, str_upto(what, equals)).p,
			arena_str(a, str_mem(what.p + equals + 1, colon - equals - 1)).p,
			arena_str(a, str_from(what, colon + 1)).p, arena_str(a, scope).p
		};
	}
	s->oidc.rules = rules;
	s->oidc.rules_n = s->oidc_roles.texts.n;
	if (s->oidc.issuer && !s->oidc.rules_n)
		return error_set(e, ERR_USAGE, "--oidc-issuer without --oidc-role lets nobody in");
	return 0;
}

static int check(struct settings *s, struct arena *a, struct error *e)
{
	if (read_claims(s, a, e) < 0)
		return e->code;
	if (s->role && strcmp(s->role, "all") && strcmp(s->role, "api") &&
	    strcmp(s->role, "worker"))
		return error_set(e, ERR_USAGE, "--role %s: all, api or worker", s->role);
	if (s->behind_proxy && (s->house.cert || s->house.key))
		return error_set(e, ERR_USAGE,
		                 "--behind-proxy is without TLS: no --cert and --key");
	return read_listen(s, e);
}

/* --- what is said --- */

static const char *fingerprint(const struct house *h, char out[96])
{
	struct certificate_facts facts;
	struct error ignored = { 0 };
	size_t n = 0;

	out[0] = 0;
	if (certificate_read(h->cert, center_now(&h->center), &facts, &ignored) == 0)
		for (size_t i = 0; i < sizeof facts.fingerprint.bytes; i++)
			n += (size_t)snprintf(out + n, 96 - n, "%s%02X", i ? ":" : "",
			                      facts.fingerprint.bytes[i]);
	return out;
}

/* On the terminal, for a person who starts it for the first time. The token is never in the log. */
static void welcome(const struct settings *s, const struct house *h, const char *url,
                    str subscription, const struct secret *token)
{
	char print[96];
	str text = secret_view(token);

	fprintf(stderr, "\nplimsoll's center is at %s\n", url);
	if (!s->behind_proxy)
		fprintf(stderr, "  certificate   %s\n  fingerprint   SHA-256 %s\n", h->cert,
		        fingerprint(h, print));
	fprintf(stderr, "  data          %s\n  subscription  %.*s\n", h->dir,
	        STR_FMT(subscription));
	if (text.n)
		fprintf(stderr,
		        "  admin token   %.*s\n                (shown this once)\n\nTo go on, in "
		        "another "
		        "terminal:\n\n  export PLIMSOLL_SERVER=%s PLIMSOLL_CA=%s\n  export "
		        "PLIMSOLL_TOKEN=%.*s\n  plimsoll registry add --help\n",
		        STR_FMT(text), url, h->cert, STR_FMT(text));
	fprintf(stderr, "\n");
}

/* Does a person read along? */
static bool is_watched(const struct settings *s)
{
	return isatty(STDERR_FILENO) && !s->quiet && (has_role(s, "api") || s->listen);
}

static int tell_token(const struct settings *s, const struct house *h, const struct secret *token,
                      struct error *e)
{
	int r;

	if (!secret_is_set(token) || is_watched(s))
		return 0;
	r = house_write_secret(h->token_file, token, e);
	if (r >= 0)
		log_info("serve.admin_token", KV("file", h->token_file));
	return r;
}

/* --- its parts --- */

struct running {
	struct house house;
	struct api *api;
	struct server *server;
	str subscription;
	struct secret token;
	struct arena arena;
	int64_t swept_ms;
	struct work *work;
};

static int put_refresh(void *every, struct db *d, struct error *e)
{
	return settings_put(d, SETTING_REFRESH_S, *(unsigned *)every, e);
}

static int start_house(const struct settings *s, struct running *x, struct error *e)
{
	int r = house_open(&s->house, &x->house, e);
	const struct center *c = &x->house.center;

	if (r >= 0)
		r = founding_key(c, e);
	if (r >= 0)
		r = founding_subscription(c, str_c(s->subscription), &x->arena, &x->subscription,
		                          e);
	if (r >= 0 && s->refresh_s)
		r = store_do(c->store, STORE_WRITE, put_refresh, (void *)(uintptr_t)&s->refresh_s,
		             e);
	if (r >= 0)
		r = founding_admin(c, NULL, &x->token, e);
	if (r >= 0)
		r = tell_token(s, &x->house, &x->token, e);
	return r < 0 ? r : 0;
}

static int start_server(struct settings *s, struct running *x, struct error *e)
{
	struct api_options a = { .center = &x->house.center,
		                 .ops_only = !has_role(s, "api"),
		                 .behind_proxy = s->behind_proxy,
		                 .rate_caller = s->rate,
		                 .db_path = s->db,
		                 .oidc = s->oidc.issuer ? &s->oidc : NULL };
	struct server_options o = { .address = s->address,
		                    .port = s->port,
		                    .cert_file = x->house.cert,
		                    .key_file = x->house.key,
		                    .plain = s->behind_proxy,
		                    .threads = s->threads };
	int r = s->behind_proxy ? 0 : house_certificate(&x->house, s->address, e);

	if (r == 1)
		log_info("serve.certificate", KV("file", x->house.cert));
	if (r >= 0)
		r = api_new(&a, &x->api, e);
	return r < 0 ? r : server_open(&o, api_answer, x->api, &x->server, e);
}

static int start_work(const struct settings *s, struct running *x, struct error *e)
{
	struct work_options o = { .workers = s->workers,
		                  .db_path = s->db,
		                  .cache_dir = s->cache_dir,
		                  .cache_bytes = s->cache_max,
		                  .version = PLIMSOLL_VERSION,
		                  .feeds = s->from,
		                  .max_data_age_days = s->max_data_age };

	int r = work_start(&x->house.center, &o, &x->work, e);
	if (r >= 0 && x->api)
		api_attach_work(x->api, x->work);
	return r;
}

static void stop(struct running *x)
{
	bool ended = true;

	if (x->server)
		server_stop(x->server, GRACE_MS);
	if (x->work) {
		if (x->api)
			api_attach_work(x->api, NULL);
		ended = work_stop(x->work, GRACE_MS);
	}
	server_free(x->server);
	api_free(x->api);
	secret_done(&x->token);
	if (!ended) { /* somebody still works in what stands here: nothing is taken from under him */
		log_warn("serve.unfinished");
		_exit(EXIT_SUCCESS);
	}
	house_close(&x->house);
	arena_done(&x->arena);
}

/* --- while it runs --- */

static void reload(const struct settings *s, struct running *x)
{
	struct error e = { 0 };

	if (!x->server || s->behind_proxy)
		return;
	if (server_reload(x->server, &e) < 0)
		log_error("serve.reload", KV("why", e.msg));
	else
		log_info("serve.reload", KV("certificate", x->house.cert));
}

/* Once an hour: a certificate of our own that ends soon, sessions that have ended. */
static void tick(const struct settings *s, struct running *x)
{
	struct error e = { 0 };
	int64_t now_ms = time_mono_ms();

	if (!x->server || now_ms - x->swept_ms < SWEEP_S * 1000)
		return;
	x->swept_ms = now_ms;
	if (sessions_sweep(&x->house.center, &e) < 0)
		log_warn("serve.sweep", KV("why", e.msg));
	if (!s->behind_proxy && house_certificate(&x->house, s->address, &e) == 1)
		reload(s, x);
}

static void wait_for_signals(const struct settings *s, struct running *x, const sigset_t *set)
{
	const struct timespec second = { TICK_S, 0 };

	for (;;) {
		int got = sigtimedwait(set, NULL, &second);
		if (got == SIGHUP)
			reload(s, x);
		else if (got == SIGTERM || got == SIGINT)
			return;
		tick(s, x);
	}
}

/* A start that failed has shown nothing, and the token is made only once: it is kept in its file. */
static void keep_token(const struct house *h, const struct secret *token)
{
	struct error e = { 0 };

	if (!secret_is_set(token))
		return;
	if (house_write_secret(h->token_file, token, &e) < 0)
		fprintf(stderr, "plimsoll: the admin token is lost: %s\n", e.msg);
	else
		fprintf(stderr, "plimsoll: the admin token is in %s\n", h->token_file);
}

static int serve(struct settings *s, struct error *e)
{
	struct running x = { .arena = ARENA(1 << 20) };
	char url[256] = "";
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL); /* before there are threads, so in all of them */
	r = start_house(s, &x, e);
	if (r >= 0 && (has_role(s, "api") || s->listen))
		r = start_server(s, &x, e);
	if (r >= 0 && has_role(s, "worker"))
		r = start_work(s, &x, e);
	if (r >= 0) {
		if (x.server)
			snprintf(url, sizeof url,
			         strchr(s->address, ':') ? "%s://[%s]:%u" : "%s://%s:%u",
			         s->behind_proxy ? "http" : "https", s->address,
			         server_port(x.server));
		if (is_watched(s))
			welcome(s, &x.house, url, x.subscription, &x.token);
		secret_done(&x.token);
		log_info("serve.ready", KV("url", url), KV("role", s->role ? s->role : "all"),
		         KV("data", x.house.dir), KVS("subscription", x.subscription));
		wait_for_signals(s, &x, &set);
		log_info("serve.stop");
	} else if (is_watched(s)) {
		keep_token(&x.house, &x.token);
	}
	stop(&x);
	return r < 0 ? r : 0;
}

static int rotate(const struct settings *s, struct error *e)
{
	char file[4096];
	int r = house_key_file(&s->house, file, e);

	if (r >= 0)
		r = vault_rotate(file, e);
	if (r >= 0)
		fprintf(stderr,
		        "plimsoll: %s has a fresh key; start the center's processes again\n", file);
	return r;
}

int cmd_serve(int argc, char **argv)
{
	struct arena arena cleanup(arena_done) = ARENA(1 << 20);
	struct settings s = { 0 };
	struct error e = { 0 };
	const struct option_row rows[] = {
		// clang-format off
		{ "listen", 0, OPTION_TEXT, &s.listen, "ADDR:PORT", "where; 127.0.0.1:8420" },
		{ "role", 0, OPTION_TEXT, &s.role, "ROLE", "all, api or worker" },
		{ "data-dir", 0, OPTION_TEXT, &s.house.data_dir, "DIR", "what is kept in files; /var/lib/plimsoll for root, else ~/.local/share/plimsoll" },
		{ "store", 0, OPTION_TEXT, &s.house.store, "URL", "postgresql://… , or the file of an SQLite; DIR/center.db" },
		{ "key-file", 0, OPTION_TEXT, &s.house.key_file, "FILE", "key that seals secrets in the store; DIR/secrets.key" },
		{ "rotate-key", 0, OPTION_FLAG, &s.rotate_key, NULL, "put a fresh key first into the key file, and end; the others still open" },
		{ "cert", 0, OPTION_TEXT, &s.house.cert, "FILE", "TLS certificates, PEM; made in DIR/tls" },
		{ "key", 0, OPTION_TEXT, &s.house.key, "FILE", "their key" },
		{ "behind-proxy", 0, OPTION_FLAG, &s.behind_proxy, NULL, "plain http on loopback, for a proxy that does TLS and sets X-Forwarded-*" },
		{ "subscription", 0, OPTION_TEXT, &s.subscription, "GUID", "the default one; made on first start" },
		{ "workers", 0, OPTION_NUMBER, &s.workers, "N", "scans at a time; a core each, at most 4" },
		{ "threads", 0, OPTION_NUMBER, &s.threads, "N", "requests answered at a time; 8" },
		{ "rate", 0, OPTION_NUMBER, &s.rate, "N", "requests a minute of one caller; 6000" },
		{ "db", 0, OPTION_TEXT, &s.db, "FILE", "advisory database; DIR/advisories.db" },
		{ "from", 0, OPTION_TEXT, &s.from, "URL|DIR", "where advisories come from; their publishers" },
		{ "refresh", 0, OPTION_SECONDS, &s.refresh_s, "EVERY", "how often they are updated (30m, 12h); as set before, at first 6h" },
		{ "max-data-age", 0, OPTION_NUMBER, &s.max_data_age, "DAYS", "older advisories are a gap" },
		{ "cache-dir", 0, OPTION_TEXT, &s.cache_dir, "DIR", "what was read of layers; DIR/cache" },
		{ "cache-max", 0, OPTION_BYTES, &s.cache_max, "SIZE", "how much of it is kept; 4G" },
		{ "oidc-issuer", 0, OPTION_TEXT, &s.oidc.issuer, "URL", "people sign in with this OpenID Connect provider" },
		{ "oidc-client-id", 0, OPTION_TEXT, &s.oidc.client_id, "ID", "our name there" },
		{ "oidc-client-secret-file", 0, OPTION_TEXT, &s.oidc.client_secret_file, "FILE", "our secret there; none is a public client" },
		{ "oidc-role", 0, OPTION_LIST, &s.oidc_roles, "RULE", "CLAIM=VALUE:ROLE[@SCOPE], such as groups=ops:Owner; may be given again" },
		{ "oidc-redirect-uri", 0, OPTION_TEXT, &s.oidc.redirect_uri, "URL", "where it sends people back; https://HOST/login/oidc/callback" },
		{ "oidc-scopes", 0, OPTION_TEXT, &s.oidc.scopes, "SCOPES", "asked for beside openid; profile email" },
		{ "oidc-name-claim", 0, OPTION_TEXT, &s.oidc.name_claim, "CLAIM", "who it is; preferred_username, email or sub" },
		{ "oidc-ca", 0, OPTION_TEXT, &s.oidc.ca_file, "FILE", "certificate that the provider's is held against" },
		{ "quiet", 'q', OPTION_FLAG, &s.quiet, NULL, "warnings and errors only" },
		{ "verbose", 'v', OPTION_FLAG, &s.verbose, NULL, "more in the log" },
		{ 0 },
		// clang-format on
	};
	const struct command_line line = { "plimsoll serve [OPTION]...", about, rows, &arena };
	int n = options_read(&line, argc, argv, &e);

	if (n < 0)
		return e.code ? screen_fail(&e) : 0;
	if (n > 0)
		error_set(&e, ERR_USAGE, "serve takes no operands");
	log_level_set(s.quiet ? LOG_WARN : s.verbose ? LOG_DEBUG : LOG_INFO);
	if (!e.code && s.rotate_key)
		return rotate(&s, &e) < 0 ? screen_fail(&e) : 0;
	if (e.code || check(&s, &arena, &e) < 0 || serve(&s, &e) < 0)
		return screen_fail(&e);
	return 0;
}
