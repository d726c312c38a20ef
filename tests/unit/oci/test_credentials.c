#include "../test.h"
#include "oci/credentials.h"
#include <stdio.h>
#include <sys/stat.h>

static struct image_reference image_of(struct arena *a, const char *name)
{
	struct image_reference r = { 0 };
	struct error e = { 0 };
	EXPECT_OK(reference_parse(str_c(name), a, &r, &e), &e);
	return r;
}

TEST(auths_are_found_by_the_longest_key)
{
	static const char file[] =
	        "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"aHViOnAx\"}," /* hub:p1 */
	        "\"quay.io\":{\"auth\":\"cXVheTpwOng=\"}," /* quay:p:x */
	        "\"quay.io/team\":{\"username\":\"team\",\"password\":\"p2\"},"
	        "\"quay.io/team/app\":{\"identitytoken\":\"refresh\"},"
	        "\"http://127.0.0.1:5000/v2/\":{\"auth\":\"bG9jYWw6cDM=\"}," /* local:p3 */
	        "\"empty.io\":{}}}";
	static const struct {
		const char *image, *username, *password, *identity;
		int found;
	} rows[] = {
		{ "alpine", "hub", "p1", "", 1 },
		{ "quay.io/other/app", "quay", "p:x", "", 1 },
		{ "quay.io/teamwork/app", "quay", "p:x", "", 1 },
		{ "quay.io/team/other", "team", "p2", "", 1 },
		{ "quay.io/team/app:1", "", "", "refresh", 1 },
		{ "127.0.0.1:5000/a", "local", "p3", "", 1 },
		{ "127.0.0.1:5001/a", "", "", "", 0 },
		{ "empty.io/a", "", "", "", 0 },
		{ "evil.io/a", "", "", "", 0 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 16);
		struct image_reference image = image_of(&a, rows[i].image);
		struct credentials c cleanup(credentials_done) = { 0 };
		struct error e = { 0 };
		EXPECT_INT(credentials_read("f", str_c(file), &image, &c, &e), rows[i].found);
		EXPECT_STR(secret_view(&c.username), str_c(rows[i].username));
		EXPECT_STR(secret_view(&c.password), str_c(rows[i].password));
		EXPECT_STR(secret_view(&c.identity), str_c(rows[i].identity));
	}
}

TEST(damaged_credential_files_say_so_without_their_content)
{
	static const char *const rows[] = {
		"{\"auths\":{\"q.io\":{\"auth\":\"bm9jb2xvbg==\"}}}", /* nocolon */
		"{\"auths\":{\"q.io\":{\"auth\":\"*secret*\"}}}",
		"{\"auths\":",
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 16);
		struct image_reference image = image_of(&a, "q.io/a");
		struct credentials c cleanup(credentials_done) = { 0 };
		struct error e = { 0 };
		EXPECT_INT(credentials_read("f", str_c(rows[i]), &image, &c, &e), ERR_FORMAT);
		EXPECT(!strstr(e.msg, "secret") && !strstr(e.msg, "nocolon"));
	}
}

/* --- files and helpers --- */

struct home {
	char dir[64], path[128];
};

static void write_file(const char *dir, const char *name, const char *text, mode_t mode)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) || chmod(path, mode))
		abort();
}

static void remove_all(const char *dir)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	if (system(command))
		abort();
}

static void home_make(struct home *h)
{
	strcpy(h->dir, "/tmp/plimsoll-test-XXXXXX");
	if (!mkdtemp(h->dir))
		abort();
	snprintf(h->path, sizeof h->path, "%s:/usr/bin:/bin", h->dir);
	setenv("PATH", h->path, 1);
	setenv("DOCKER_CONFIG", h->dir, 1);
	unsetenv("REGISTRY_AUTH_FILE");
	unsetenv("XDG_RUNTIME_DIR");
}

static int find(const char *name, const char *username, struct credentials *c, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	struct image_reference image = image_of(&a, name);
	return credentials_find(&image, username, "typed", c, e);
}

TEST(the_first_source_that_knows_the_registry_wins)
{
	struct credentials c cleanup(credentials_done) = { 0 };
	struct error e = { 0 };
	struct home h;
	char auth[128];
	home_make(&h);
	EXPECT_INT(find("q.io/a", NULL, &c, &e), 0);
	write_file(h.dir, "config.json",
	           "{\"auths\":{\"q.io\":{\"username\":\"docker\"},\"r.io\":{\"username\":\"r\"}}}",
	           0600);
	write_file(h.dir, "auth.json", "{\"auths\":{\"q.io\":{\"username\":\"podman\"}}}", 0600);
	EXPECT_INT(find("q.io/a", NULL, &c, &e), 1);
	EXPECT_STR(secret_view(&c.username), STR("docker"));
	snprintf(auth, sizeof auth, "%s/auth.json", h.dir);
	setenv("REGISTRY_AUTH_FILE", auth, 1);
	EXPECT_INT(find("q.io/a", NULL, &c, &e), 1);
	EXPECT_STR(secret_view(&c.username), STR("podman"));
	EXPECT_INT(find("r.io/a", NULL, &c, &e), 1);
	EXPECT_STR(secret_view(&c.username), STR("r"));
	EXPECT_INT(find("q.io/a", "me", &c, &e), 1);
	EXPECT_STR(secret_view(&c.username), STR("me"));
	EXPECT_STR(secret_view(&c.password), STR("typed"));
	unsetenv("REGISTRY_AUTH_FILE");
	remove_all(h.dir);
}

TEST(helpers_are_asked_before_auths)
{
	struct credentials c cleanup(credentials_done) = { 0 };
	struct error e = { 0 };
	struct home h;
	home_make(&h);
	write_file(h.dir, "config.json",
	           "{\"credsStore\":\"all\",\"credHelpers\":{\"q.io\":\"one\",\"bad.io\":\"../../"
	           "x\",\"gone.io\":\"gone\"},"
	           "\"auths\":{\"z.io\":{\"username\":\"file\"}}}",
	           0600);
	write_file(h.dir, "docker-credential-one",
	           "#!/bin/sh\nread s\necho "
	           "\"{\\\"Username\\\":\\\"one\\\",\\\"Secret\\\":\\\"$1-$s\\\"}\"\n",
	           0700);
	write_file(h.dir, "docker-credential-all",
	           "#!/bin/sh\nread s\ncase $s in\n"
	           "https://index.docker.io/v1/) echo "
	           "'{\"Username\":\"<token>\",\"Secret\":\"id\"}';;\n"
	           "fail.io) echo 'Secret leaked'; exit 1;;\n"
	           "*) echo credentials not found in native keychain; exit 1;;\nesac\n",
	           0700);
	EXPECT_INT(find("q.io/a", NULL, &c, &e), 1);
	EXPECT_STR(secret_view(&c.password), STR("get-q.io"));
	EXPECT_INT(find("alpine", NULL, &c, &e), 1);
	EXPECT_STR(secret_view(&c.identity), STR("id"));
	EXPECT_INT(find("z.io/a", NULL, &c, &e), 1);
	EXPECT_STR(secret_view(&c.username), STR("file"));
	EXPECT_INT(find("y.io/a", NULL, &c, &e), 0);
	EXPECT_INT(find("fail.io/a", NULL, &c, &e), ERR_DENIED);
	EXPECT(!strstr(e.msg, "leaked"));
	EXPECT_INT(find("bad.io/a", NULL, &c, &e), ERR_FORMAT);
	EXPECT_INT(find("gone.io/a", NULL, &c, &e), ERR_NOTFOUND);
	remove_all(h.dir);
}
