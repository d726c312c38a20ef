/* Layers are written by tar(1), read by the worker's own code without its jail, and merged. */
#include "../test.h"
#include "scan/merge.h"
#include "scan/order.h"
#include "scan/worker.h"

struct image_of {
	struct arena arena, layers[8];
	struct layer_result results[8];
	size_t n;
	struct scan_report report;
	struct merged merged;
};

/* A stanza of dpkg's status for each name; shell code to put it into a file */
#define STATUS(name)             \
	"printf 'Package: " name \
	"\\nStatus: install ok installed\\nVersion: 1\\nArchitecture: all\\n\\n' > "
#define NPM(dir, name)                                                                      \
	"mkdir -p " dir " && printf '{\"name\":\"" name "\",\"version\":\"1.0.0\"}' > " dir \
	"/package.json && "
#define OS(path) "printf 'ID=debian\\nVERSION_ID=12\\n' > " path " && "

/* The tar of what `script` makes in an empty folder, behind a request */
static struct stream *layer_stream(const char *script, struct wanted_list wanted, struct buf *bytes)
{
	char command[4096];
	FILE *f;
	size_t got;

	buf_clear(bytes);
	worker_request_write(bytes, wanted);
	snprintf(command, sizeof command,
	         "d=$(mktemp -d) && cd $d && { %s true; } && tar --sort=name -c --no-recursion -- "
	         "$(find * ${nodirs:+! -type d} | LC_ALL=C sort); rm -r $d",
	         script);
	f = popen(command, "r");
	do {
		char *p = buf_room(bytes, 65536);
		got = fread(p, 1, 65536, f);
		buf_grown(bytes, got);
	} while (got);
	EXPECT_INT(pclose(f), 0);
	return stream_mem(buf_view(bytes));
}

static void add(struct image_of *i, const char *script, struct wanted_list wanted)
{
	struct buf bytes cleanup(buf_done) = BUF(MIB(16));
	struct sink out = SINK(-1);
	struct error e = { 0 };

	EXPECT_OK(worker_read("layer", layer_stream(script, wanted, &bytes), NULL, &out, &e), &e);
	i->layers[i->n] = ARENA(MIB(8));
	i->results[i->n] = (struct layer_result){ .arena = &i->layers[i->n] };
	struct stream *back = stream_mem(buf_view(&out.bytes));
	EXPECT_OK(layer_result_read(back, &i->results[i->n], &e), &e);
	stream_free(back);
	buf_done(&out.bytes);
	i->n++;
}

static void merge(struct image_of *i)
{
	struct error e = { 0 };
	for (size_t l = 0; l < i->n; l++)
		vec_push(&i->arena, &i->report.image.layers);
	EXPECT_OK(merge_layers(i->results, i->n, &i->arena, &i->report, &i->merged, &e), &e);
}

static void image_done(struct image_of *i)
{
	for (size_t l = 0; l < i->n; l++) {
		layer_result_done(&i->results[l]);
		arena_done(&i->layers[l]);
	}
	arena_done(&i->arena);
}

/* "name@path name@path", sorted as they came */
static void expect_packages(struct image_of *i, const char *want)
{
	struct buf got cleanup(buf_done) = BUF(1 << 16);
	for (size_t p = 0; p < i->report.packages.n; p++) {
		const struct package *x = &i->report.packages.v[p];
		buf_printf(&got, "%s%.*s@%.*s", p ? " " : "", STR_FMT(x->name), STR_FMT(x->path));
	}
	EXPECT_STR(buf_view(&got), str_c(want));
}

#define MERGE_TEST(name, want, ...)                                                  \
	TEST(name)                                                                   \
	{                                                                            \
		static const char *const scripts[] = { __VA_ARGS__ };                \
		struct image_of i cleanup(image_done) = { .arena = ARENA(MIB(16)) }; \
		for (size_t l = 0; l < LEN(scripts); l++)                            \
			add(&i, scripts[l], (struct wanted_list){ 0 });              \
		merge(&i);                                                           \
		expect_packages(&i, want);                                           \
	}

MERGE_TEST(an_upper_file_replaces_a_lower_one, "new@var/lib/dpkg/status",
           "mkdir -p var/lib/dpkg && " STATUS("old") "var/lib/dpkg/status &&",
           "mkdir -p var/lib/dpkg && " STATUS("new") "var/lib/dpkg/status &&")
MERGE_TEST(a_whiteout_hides_a_file, "b@app/node_modules/b/package.json",
           NPM("app/node_modules/a", "a") NPM("app/node_modules/b", "b"),
           "mkdir -p app/node_modules/a && touch app/node_modules/a/.wh.package.json &&")
MERGE_TEST(a_whiteout_hides_a_folder, "b@app/node_modules/b/package.json",
           NPM("app/node_modules/a", "a") NPM("app/node_modules/b", "b"),
           "mkdir -p app/node_modules && touch app/node_modules/.wh.a &&")
MERGE_TEST(an_opaque_folder_hides_what_lies_below_and_keeps_its_own,
           "c@app/node_modules/c/package.json", NPM("app/node_modules/a", "a"),
           NPM("app/node_modules/c", "c") "touch app/node_modules/.wh..wh..opq &&")
MERGE_TEST(a_whiteout_beside_a_new_file_of_that_name_hides_the_lower_one_only,
           "a2@app/node_modules/a/package.json", NPM("app/node_modules/a", "a"),
           "mkdir -p app/node_modules && touch app/node_modules/.wh.a && " NPM("app/node_modules/a",
                                                                               "a2"))
MERGE_TEST(a_file_replaces_a_folder, "", NPM("app/node_modules/a", "a"),
           "mkdir app && touch app/node_modules &&")
MERGE_TEST(a_link_replaces_a_folder, "", NPM("app/node_modules/a", "a"),
           "mkdir app && ln -s /x app/node_modules &&")
MERGE_TEST(a_folder_replaces_a_link, "old@var/lib/dpkg/status",
           "mkdir -p var/lib opt/dpkg && ln -s /opt/dpkg var/lib/dpkg && " STATUS(
                   "moved") "opt/dpkg/status &&",
           "mkdir -p var/lib/dpkg && " STATUS("old") "var/lib/dpkg/status &&")
MERGE_TEST(a_plain_file_in_the_same_place_hides_nothing_else, "a@app/node_modules/a/package.json",
           NPM("app/node_modules/a", "a"),
           "mkdir -p app/node_modules/a && touch app/node_modules/a/index.js &&")
MERGE_TEST(usrmerge_links_lead_to_the_apk_database, "m@usr/lib/apk/db/installed",
           "mkdir -p usr/lib/apk/db && ln -s usr/lib lib && printf 'P:m\\nV:1-r0\\nA:x\\n\\n' > "
           "usr/lib/apk/db/installed &&")
MERGE_TEST(a_moved_database_counts_where_a_link_leads_to_it, "moved@opt/state/dpkg/status",
           "mkdir -p var/lib opt/state/dpkg && ln -s ../../opt/state/dpkg var/lib/dpkg && " STATUS(
                   "moved") "opt/state/dpkg/status &&")
MERGE_TEST(a_database_that_nothing_leads_to_does_not_count, "real@var/lib/dpkg/status",
           "mkdir -p srv/chroot/var/lib/dpkg var/lib/dpkg && " STATUS(
                   "chroot") "srv/chroot/var/lib/dpkg/status && " STATUS("real") "var/lib/dpkg/"
                                                                                 "status &&")
MERGE_TEST(an_upper_layer_writes_through_a_lower_link, "new@usr/lib/apk/db/installed",
           "mkdir -p usr/lib/apk/db && ln -s usr/lib lib && printf 'P:old\\nV:1-r0\\n\\n' > "
           "usr/lib/apk/db/installed &&",
           "nodirs=1 && mkdir -p lib/apk/db && printf 'P:new\\nV:1-r0\\n\\n' > "
           "lib/apk/db/installed &&")
MERGE_TEST(a_hard_link_has_what_its_first_name_has,
           "a@app/node_modules/a/package.json a@web/node_modules/a/package.json",
           NPM("app/node_modules/a",
               "a") "mkdir -p web/node_modules/a && "
                    "ln app/node_modules/a/package.json web/node_modules/a/package.json &&")
MERGE_TEST(links_in_a_circle_end, "",
           "mkdir -p var/lib && ln -s dpkg2 var/lib/dpkg && ln -s dpkg var/lib/dpkg2 &&")
MERGE_TEST(distroless_has_a_file_a_package,
           "base-files@var/lib/dpkg/status.d/base netbase@var/lib/dpkg/status.d/netbase",
           "mkdir -p var/lib/dpkg/status.d && cd var/lib/dpkg/status.d && "
           "printf 'Package: base-files\\nVersion: 12.4\\n' > base && printf 'Package: "
           "netbase\\nVersion: 6.4\\n' > netbase && "
           "touch base.md5sums && cd ../../../.. &&")

TEST(etc_os_release_leads_to_usr_lib)
{
	struct image_of i cleanup(image_done) = { .arena = ARENA(MIB(16)) };
	add(&i,
	    "mkdir -p etc usr/lib && " OS(
	            "usr/lib/os-release") "ln -s ../usr/lib/os-release etc/os-release &&",
	    (struct wanted_list){ 0 });
	merge(&i);
	EXPECT_STR(i.report.distro.id, STR("debian"));
	EXPECT_STR(i.report.distro.path, STR("usr/lib/os-release"));
}

TEST(a_hard_link_to_an_unread_name_asks_for_a_second_reading)
{
	const char *script = "mkdir -p a0 b/node_modules/a && printf "
	                     "'{\"name\":\"a\",\"version\":\"1.0.0\"}' > a0/00ab && "
	                     "ln a0/00ab b/node_modules/a/package.json && ";
	struct image_of i cleanup(image_done) = { .arena = ARENA(MIB(16)) };
	add(&i, script, (struct wanted_list){ 0 });
	merge(&i);
	expect_packages(&i, "");
	EXPECT_INT(i.merged.again.n, 1);
	if (!i.merged.again.n)
		return;
	EXPECT_STR(i.merged.again.v[0].wanted.path, STR("a0/00ab"));
	struct image_of second cleanup(image_done) = { .arena = ARENA(MIB(16)) };
	add(&second, script, (struct wanted_list){ &i.merged.again.v[0].wanted, 1 });
	merge(&second);
	EXPECT_INT(second.merged.again.n, 0);
	expect_packages(&second, "a@b/node_modules/a/package.json");
}

/* ELF magic, then build info with inline strings: go1.20.1 and no modules */
#define GO_PROGRAM(path)                                                               \
	"mkdir -p bin && { printf '\\177ELF%12s\\377 Go buildinf:\\10\\2%16s' '' ''; " \
	"printf '\\10go1.20.1\\0'; } > " path " && chmod 755 " path " && "

TEST(a_program_counts_once_and_under_another_name_when_its_first_is_gone)
{
	struct image_of i cleanup(image_done) = { .arena = ARENA(MIB(16)) };
	add(&i, GO_PROGRAM("bin/a") "ln bin/a bin/b && ", (struct wanted_list){ 0 });
	merge(&i);
	expect_packages(&i, "stdlib@bin/a");
	struct image_of later cleanup(image_done) = { .arena = ARENA(MIB(16)) };
	add(&later, GO_PROGRAM("bin/a") "ln bin/a bin/b && ", (struct wanted_list){ 0 });
	add(&later, "mkdir bin && touch bin/.wh.a && ", (struct wanted_list){ 0 });
	merge(&later);
	expect_packages(&later, "stdlib@bin/b");
	EXPECT_INT(later.merged.again.n, 0);
}

TEST(a_database_behind_a_link_to_a_strange_name_asks_for_a_second_reading)
{
	const char *script =
	        "mkdir -p var/lib/dpkg opt && ln -s /opt/packages var/lib/dpkg/status && " STATUS(
	                "moved") "opt/packages && ";
	struct image_of i cleanup(image_done) = { .arena = ARENA(MIB(16)) };
	add(&i, script, (struct wanted_list){ 0 });
	merge(&i);
	EXPECT_INT(i.merged.again.n, 1);
	if (!i.merged.again.n)
		return;
	struct image_of second cleanup(image_done) = { .arena = ARENA(MIB(16)) };
	add(&second, script, (struct wanted_list){ &i.merged.again.v[0].wanted, 1 });
	merge(&second);
	EXPECT_INT(second.merged.again.n, 0);
	expect_packages(&second, "moved@opt/packages");
}

TEST(a_layer_that_breaks_off_is_a_gap_and_keeps_what_was_found)
{
	struct image_of i cleanup(image_done) = { .arena = ARENA(MIB(16)) };
	struct buf bytes cleanup(buf_done) = BUF(MIB(16));
	struct sink out = SINK(-1);
	struct error e = { 0 };
	struct stream *whole = layer_stream(
	        "mkdir -p var/lib/dpkg && " STATUS("kept") "var/lib/dpkg/status && "
	                                                   "head -c 100000 /dev/zero > zz && ",
	        (struct wanted_list){ 0 }, &bytes);
	stream_free(whole);
	EXPECT_OK(worker_read("layer", stream_mem(str_upto(buf_view(&bytes), bytes.n - 60000)), NULL,
	                            &out, &e),
	          &e);
	i.layers[0] = ARENA(MIB(8));
	i.results[0] = (struct layer_result){ .arena = &i.layers[0] };
	struct stream *back = stream_mem(buf_view(&out.bytes));
	EXPECT_OK(layer_result_read(back, &i.results[0], &e), &e);
	stream_free(back);
	buf_done(&out.bytes);
	i.n = 1;
	merge(&i);
	expect_packages(&i, "kept@var/lib/dpkg/status");
	EXPECT_INT(i.report.gaps.n, 1);
	if (i.report.gaps.n)
		EXPECT_INT(i.report.gaps.v[0].kind, GAP_LAYER);
}

TEST(an_answer_that_breaks_off_is_refused)
{
	struct buf bytes cleanup(buf_done) = BUF(MIB(16));
	struct sink out = SINK(-1);
	struct error e = { 0 };
	EXPECT_OK(worker_read("layer", layer_stream(NPM("a/node_modules/a", "a"),
	                                         (struct wanted_list){ 0 }, &bytes),
	                            NULL, &out, &e),
	          &e);
	for (size_t n = 0; n < out.bytes.n; n += 7) {
		struct arena a cleanup(arena_done) = ARENA(MIB(8));
		struct layer_result r = { .arena = &a };
		struct stream *back = stream_mem(str_upto(buf_view(&out.bytes), n));
		EXPECT_INT(layer_result_read(back, &r, &e), ERR_CRASH);
		/* it is merged all the same, with the reason as its gap: nothing half may be left
		 */
		EXPECT(!r.entries.n && !r.packages.n && !r.gaps.n && !r.distros.n && !r.plain.n &&
		       !r.dirs.n);
		stream_free(back);
		layer_result_done(&r);
	}
	buf_done(&out.bytes);
}

/* --- files that a distribution package owns --- */

static void expect_owners(struct image_of *i, const char *want)
{
	struct buf got cleanup(buf_done) = BUF(1 << 16);
	order_packages(&i->report);
	for (size_t p = 0; p < i->report.packages.n; p++) {
		const struct package *x = &i->report.packages.v[p];
		if (x->type == PACKAGE_NPM)
			buf_printf(&got, "%s%.*s:%.*s", got.n ? " " : "", STR_FMT(x->name), STR_FMT(x->owner));
	}
	EXPECT_STR(buf_view(&got), str_c(want));
}

#define OWNER_TEST(name, want, ...)                                                  \
	TEST(name)                                                                   \
	{                                                                            \
		static const char *const scripts[] = { __VA_ARGS__ };                \
		struct image_of i cleanup(image_done) = { .arena = ARENA(MIB(16)) }; \
		for (size_t l = 0; l < LEN(scripts); l++)                            \
			add(&i, scripts[l], (struct wanted_list){ 0 });              \
		merge(&i);                                                           \
		expect_owners(&i, want);                                             \
	}
#define LIST(name, path)                                          \
	"mkdir -p var/lib/dpkg/info && echo /" path               \
	"/package.json > var/lib/dpkg/info/" name ".list && "
#define APK(record, path)                                                                        \
	"mkdir -p lib/apk/db && printf 'P:npm\nV:" record "\nF:" path "\nR:package.json\n\n" \
	"P:curl\nV:1\n\n' > lib/apk/db/installed && "

OWNER_TEST(a_list_of_the_same_layer_owns, "a:node-a b:", LIST("node-a", "usr/node_modules/a")
           NPM("usr/node_modules/a", "a") NPM("app/node_modules/b", "b"))
OWNER_TEST(a_path_through_a_link_is_the_same_file, "a:node-a",
           "mkdir usr && ln -s usr/lib lib && " LIST("node-a", "lib/node_modules/a")
           NPM("usr/lib/node_modules/a", "a"))
OWNER_TEST(what_a_later_layer_put_there_is_not_owned, "a:",
           LIST("node-a", "usr/node_modules/a") NPM("usr/node_modules/a", "a"),
           NPM("usr/node_modules/a", "a"))
OWNER_TEST(an_upgrade_by_the_package_manager_is_owned, "a:node-a",
           LIST("node-a", "usr/node_modules/a") NPM("usr/node_modules/a", "a"),
           NPM("usr/node_modules/a", "a"),
           LIST("node-a", "usr/node_modules/a") NPM("usr/node_modules/a", "a"))
OWNER_TEST(a_removed_list_owns_nothing, "a:",
           LIST("node-a", "usr/node_modules/a") NPM("usr/node_modules/a", "a"),
           "mkdir -p var/lib/dpkg/info && touch var/lib/dpkg/info/.wh.node-a.list &&")
OWNER_TEST(a_list_elsewhere_owns_nothing, "a:",
           "mkdir -p opt/dpkg/info && echo /usr/node_modules/a/package.json > opt/dpkg/info/x.list && "
           NPM("usr/node_modules/a", "a"))
OWNER_TEST(apk_owns_what_its_record_brought, "npm:npm",
           APK("1", "usr/node_modules/npm") NPM("usr/node_modules/npm", "npm"))
OWNER_TEST(apk_an_unchanged_record_does_not_own_what_came_between, "npm:",
           APK("1", "usr/node_modules/npm") NPM("usr/node_modules/npm", "npm"),
           NPM("usr/node_modules/npm", "npm"), APK("1", "usr/node_modules/npm"))
OWNER_TEST(apk_a_changed_record_owns_what_it_brought, "npm:npm",
           APK("1", "usr/node_modules/npm") NPM("usr/node_modules/npm", "npm"),
           NPM("usr/node_modules/npm", "npm"),
           APK("2", "usr/node_modules/npm") NPM("usr/node_modules/npm", "npm"))
