#include "../test.h"
#include "center/vault.h"
#include <fcntl.h>
#include <sys/stat.h>

static char folder[] = "/tmp/test_vault_XXXXXX", file[64];

static void start(void)
{
	if (!file[0])
		snprintf(file, sizeof file, "%s/key", mkdtemp(folder));
	unlink(file);
}

__attribute__((destructor)) static void end(void)
{
	if (file[0]) {
		unlink(file);
		rmdir(folder);
	}
}

TEST(what_is_sealed_opens_for_what_it_belongs_to_and_for_nothing_else)
{
	struct buf sealed = BUF(4096);
	struct secret back = { 0 };
	struct error e = { 0 };
	struct vault *v = NULL;

	start();
	EXPECT_OK(vault_open(file, true, &v, &e), &e);
	EXPECT_OK(vault_seal(v, STR("hunter2"), STR("registry 7"), &sealed, &e), &e);
	EXPECT_INT(sealed.n, 1 + 8 + 12 + 7 + 16);
	EXPECT(str_find(buf_view(&sealed), STR("hunter2")) == sealed.n);
	EXPECT(vault_is_current(v, buf_view(&sealed)));
	EXPECT_OK(vault_unseal(v, buf_view(&sealed), STR("registry 7"), &back, &e), &e);
	EXPECT_STR(secret_view(&back), STR("hunter2"));
	secret_done(&back);
	EXPECT_INT(vault_unseal(v, buf_view(&sealed), STR("registry 8"), &back, &e), ERR_FORMAT);
	for (size_t i = 0; i < sealed.n; i++) { /* every byte counts */
		sealed.p[i] ^= 1;
		int r = vault_unseal(v, buf_view(&sealed), STR("registry 7"), &back, &e);
		EXPECT(r == ERR_FORMAT || (r == ERR_NOTFOUND && i >= 1 && i < 9));
		sealed.p[i] ^= 1;
	}
	for (size_t n = 0; n < sealed.n; n++)
		EXPECT(vault_unseal(v, str_upto(buf_view(&sealed), n), STR("registry 7"), &back,
		                    &e) < 0);
	EXPECT(!secret_is_set(&back));
	vault_free(v);
	buf_done(&sealed);
}

TEST(the_same_secret_is_sealed_differently_each_time)
{
	struct buf one = BUF(4096), two = BUF(4096);
	struct error e = { 0 };
	struct vault *v = NULL;

	start();
	EXPECT_OK(vault_open(file, true, &v, &e), &e);
	EXPECT_OK(vault_seal(v, STR(""), STR(""), &one, &e), &e);
	EXPECT_OK(vault_seal(v, STR(""), STR(""), &two, &e), &e);
	EXPECT(!str_eq(buf_view(&one), buf_view(&two)));
	vault_free(v);
	buf_done(&one);
	buf_done(&two);
}

TEST(after_a_rotation_old_values_open_and_new_ones_have_the_new_key)
{
	struct buf old = BUF(4096), fresh = BUF(4096);
	struct secret back = { 0 };
	struct error e = { 0 };
	struct vault *v = NULL;

	start();
	EXPECT_OK(vault_open(file, true, &v, &e), &e);
	EXPECT_OK(vault_seal(v, STR("s"), STR("x"), &old, &e), &e);
	vault_free(v);
	EXPECT_OK(vault_rotate(file, &e), &e);
	EXPECT_OK(vault_open(file, false, &v, &e), &e);
	EXPECT(!vault_is_current(v, buf_view(&old)));
	EXPECT_OK(vault_unseal(v, buf_view(&old), STR("x"), &back, &e), &e);
	EXPECT_STR(secret_view(&back), STR("s"));
	EXPECT_OK(vault_seal(v, STR("s"), STR("x"), &fresh, &e), &e);
	EXPECT(vault_is_current(v, buf_view(&fresh)));
	vault_free(v);
	unlink(file); /* another key altogether */
	EXPECT_OK(vault_open(file, true, &v, &e), &e);
	EXPECT_INT(vault_unseal(v, buf_view(&old), STR("x"), &back, &e), ERR_NOTFOUND);
	vault_free(v);
	secret_done(&back);
	buf_done(&old);
	buf_done(&fresh);
}

TEST(key_files_that_are_refused)
{
	static const struct {
		const char *why, *text;
		mode_t mode;
		int code;
	} rows[] = {
		{ "others may read it",
		  "0011223344556677 "
		  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
		  0640, ERR_DENIED },
		{ "empty", "", 0600, ERR_FORMAT },
		{ "short key", "0011223344556677 00112233445566778899aabbccddeeff\n", 0600,
		  ERR_FORMAT },
		{ "no hex",
		  "001122334455667g "
		  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
		  0600, ERR_FORMAT },
		{ "good",
		  "# made by hand\n0011223344556677 "
		  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
		  0600, 0 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct error e = { 0 };
		struct vault *v = NULL;
		start();
		autoclose int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, rows[i].mode);
		EXPECT(fd >= 0 && fchmod(fd, rows[i].mode) == 0 &&
		       write(fd, rows[i].text, strlen(rows[i].text)) >= 0);
		EXPECT_INT(vault_open(file, true, &v, &e), rows[i].code);
		EXPECT(str_find(str_c(e.msg), STR("aabbcc")) ==
		       strlen(e.msg)); /* never a key in a message */
		vault_free(v);
	}
}

TEST(a_key_file_is_made_for_its_owner_alone)
{
	struct error e = { 0 };
	struct vault *v = NULL;
	struct stat st;

	start();
	EXPECT_INT(vault_open(file, false, &v, &e), ERR_NOTFOUND);
	EXPECT_OK(vault_open(file, true, &v, &e), &e);
	EXPECT_INT(stat(file, &st), 0);
	EXPECT_INT(st.st_mode & 0777, 0600);
	vault_free(v);
}
