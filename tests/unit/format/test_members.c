#include "../test.h"
#include "base/buf.h"
#include "format/members.h"

/* what the peer (tar, python's zipfile) writes */
static str made(struct buf *out, const char *command)
{
	FILE *f = popen(command, "r");
	size_t got;
	do {
		char *p = buf_room(out, 65536);
		got = fread(p, 1, 65536, f);
		buf_grown(out, got);
	} while (got);
	EXPECT_INT(pclose(f), 0);
	return buf_view(out);
}

TEST(clean_path_never_climbs)
{
	static const struct {
		const char *from, *want;
	} rows[] = {
		{ "./a//b/../c/", "a/c" },
		{ "/etc/passwd", "etc/passwd" },
		{ "../../x", "x" },
		{ "a/../..", "" },
		{ ".", "" },
		{ "", "" },
		{ "a/b", "a/b" },
		{ "...", "..." },
		{ "a/./b/.", "a/b" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		char out[64];
		EXPECT_STR(members_clean_path(str_c(rows[i].from), out), str_c(rows[i].want));
	}
}

TEST(tar_members_as_gnu_and_pax_write_them)
{
	static const char *const formats[] = { "gnu", "pax" };
	for (size_t i = 0; i < LEN(formats); i++) {
		struct buf bytes cleanup(buf_done) = BUF(1 << 22);
		struct error e = { 0 };
		struct members *m = NULL;
		struct member each;
		char command[512], text[16] = "";
		unsigned files = 0, hard = 0, symbolic = 0, dirs = 0;
		snprintf(command, sizeof command,
		         "d=$(mktemp -d) && cd $d && mkdir -p d && echo hello > d/%0150d && echo x "
		         "> d/a && "
		         "ln d/a d/\xc3\xa4 && ln -s ../t d/s && truncate -s 20G d/sparse && "
		         "tar --sort=name --format=%s -S -c d; rm -r $d",
		         7, formats[i]);
		str tar = made(&bytes, command);
		EXPECT_OK(members_open_tar(stream_mem(tar), &m, &e), &e);
		while (members_next(m, &each, &e) > 0) {
			files += each.type == MEMBER_FILE;
			hard += each.type == MEMBER_HARDLINK && str_eq(each.link, STR("d/a"));
			if (each.type == MEMBER_HARDLINK)
				EXPECT_STR(each.path, STR("d/\xc3\xa4"));
			symbolic += each.type == MEMBER_SYMLINK && str_eq(each.link, STR("../t"));
			dirs += each.type == MEMBER_DIR;
			if (each.path.n > 100) {
				ssize_t got =
				        stream_read_full(members_stream(m), text, sizeof text, &e);
				EXPECT_STR(str_mem(text, (size_t)got), STR("hello\n"));
			}
			if (str_ends(each.path, STR("sparse")))
				EXPECT_INT(each.size_bytes, 20ll << 30);
		}
		EXPECT_INT(e.code, 0);
		EXPECT_INT(files, 3);
		EXPECT_INT(hard, 1);
		EXPECT_INT(symbolic, 1);
		EXPECT_INT(dirs, 1);
		members_free(m);
	}
}

TEST(zip_inside_a_zip_is_read_as_it_streams)
{
	struct buf bytes cleanup(buf_done) = BUF(1 << 22);
	struct error e = { 0 };
	struct members *outer = NULL, *inner = NULL;
	struct member each;
	char text[16];
	str zip =
	        made(&bytes,
	             "python3 -c \"import zipfile,io,sys\n"
	             "i=io.BytesIO()\n"
	             "z=zipfile.ZipFile(i,'w',zipfile.ZIP_DEFLATED); z.writestr('a','first'); "
	             "z.writestr('b','second'); z.close()\n"
	             "o=io.BytesIO(); z=zipfile.ZipFile(o,'w'); z.writestr('in.jar',i.getvalue()); "
	             "z.close(); sys.stdout.buffer.write(o.getvalue())\"");
	EXPECT_OK(members_open_zip(stream_mem(zip), &outer, &e), &e);
	EXPECT_INT(members_next(outer, &each, &e), 1);
	EXPECT_STR(each.path, STR("in.jar"));
	/* a borrowed stream below: only read, freed by its archive */
	EXPECT_OK(members_open_zip(members_stream(outer), &inner, &e), &e);
	EXPECT_INT(members_next(inner, &each, &e), 1);
	EXPECT_INT(members_next(inner, &each, &e), 1);
	EXPECT_STR(each.path, STR("b"));
	ssize_t got = stream_read_full(members_stream(inner), text, sizeof text, &e);
	EXPECT_STR(str_mem(text, got > 0 ? (size_t)got : 0), STR("second"));
	EXPECT_INT(members_next(inner, &each, &e), 0);
	members_free(inner);
	EXPECT_INT(members_next(outer, &each, &e), 0);
	members_free(outer);
}

TEST(a_cut_tar_is_an_error_and_an_empty_one_is_not)
{
	struct buf bytes cleanup(buf_done) = BUF(1 << 22);
	struct error e = { 0 };
	struct members *m = NULL;
	struct member each;
	str tar = made(&bytes, "tar -c --sort=name /etc/passwd 2>/dev/null");
	EXPECT_OK(members_open_tar(stream_mem(str_upto(tar, 700)), &m, &e), &e);
	EXPECT_INT(members_next(m, &each, &e), 1);
	EXPECT_INT(stream_drain(members_stream(m), &e), ERR_FORMAT);
	members_free(m);
	EXPECT_OK(members_open_tar(stream_mem(STR("")), &m, &e), &e);
	EXPECT_INT(members_next(m, &each, &e), 0);
	members_free(m);
	int r = members_open_tar(stream_mem(STR("this is no archive at all")), &m, &e);
	if (r == 0) {
		r = members_next(m, &each, &e);
		members_free(m);
	}
	EXPECT_INT(r, ERR_FORMAT);
}

/* libarchive steps over a head whose checksum is wrong and looks for the next; tar and Go stop
 * there */
TEST(a_damaged_head_is_an_error_after_what_can_be_read)
{
	struct buf bytes cleanup(buf_done) = BUF(1 << 20);
	struct error e = { 0 };
	struct members *m = NULL;
	struct member each;
	str tar = made(&bytes, "d=$(mktemp -d) && cd $d && touch a b c && tar -c a b c; rm -r $d");
	unsigned files = 0;
	int r;

	((char *)bytes.p)[512 + 10] ^= 1; /* in the padding of the second name */
	EXPECT_OK(members_open_tar(stream_mem(tar), &m, &e), &e);
	while ((r = members_next(m, &each, &e)) > 0)
		files++;
	EXPECT_INT(files, 2);
	EXPECT_INT(r, ERR_FORMAT);
	EXPECT_INT(members_next(m, &each, &e), ERR_FORMAT);
	members_free(m);
}

/* pax(1), "pax Extended Header": "LENGTH KEY=VALUE\n"; libarchive warns and goes on without */
TEST(a_malformed_extended_head_is_an_error_too)
{
	struct buf bytes cleanup(buf_done) = BUF(1 << 20);
	struct error e = { 0 };
	struct members *m = NULL;
	struct member each;
	str tar = made(&bytes, "d=$(mktemp -d) && cd $d && touch a && "
	                       "tar --format=pax --pax-option=comment:=x -c a; rm -r $d");
	unsigned files = 0;
	int r;

	size_t at = str_find(tar, STR(" comment=x"));
	EXPECT(at > 512 && at < tar.n);
	((char *)bytes.p)[at - 1] = 'z';
	EXPECT_OK(members_open_tar(stream_mem(tar), &m, &e), &e);
	while ((r = members_next(m, &each, &e)) > 0)
		files++;
	EXPECT_INT(files, 1);
	EXPECT_INT(r, ERR_FORMAT);
	members_free(m);
}

/* A tar of 10 KB may say that a file in it is 8 EiB long */
TEST(holes_of_sparse_files_have_a_ceiling)
{
	static const struct {
		const char *make;
		int want;
	} rows[] = {
		{ "d=$(mktemp -d) && cd $d && truncate -s 100M a && echo >>a && tar -cSf - a; rm "
		  "-r $d",
		  0 },
		{ "d=$(mktemp -d) && cd $d && truncate -s 1T a && echo >>a && tar -cSf - a; rm -r "
		  "$d",
		  ERR_LIMIT },
		{ "d=$(mktemp -d) && cd $d && truncate -s 1T a && echo >>a && tar --format=pax "
		  "-cSf - a; rm -r "
		  "$d",
		  ERR_LIMIT },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf bytes cleanup(buf_done) = BUF(1 << 22);
		struct error e = { 0 };
		struct members *m = NULL;
		struct member each;
		str tar = made(&bytes, rows[i].make);
		EXPECT_OK(members_open_tar(stream_mem(tar), &m, &e), &e);
		EXPECT_INT(members_next(m, &each, &e), 1);
		EXPECT_INT(stream_drain(members_stream(m), &e), rows[i].want);
		members_free(m);
	}
}
