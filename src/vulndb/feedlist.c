/* Which feeds there are: what a publisher or an http mirror has is told by tables, a folder is
 * looked through. */
#include "version/ecosystem.h"
#include "vulndb/feed.h"
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

/* Alpine's releases: what is not there (any more, or yet) is no failure */
enum { ALPINE_FIRST = 10, ALPINE_LAST = 26 };
enum { OWN_FILES_MAX = 256, OWN_NAME_BYTES = 60 };

// clang-format off
static const struct single { /* a feed of one file */
	str name;
	enum feed_kind kind;
	const char *path, *publisher;
} singles[] = {
	{ STR_INIT("debian/tracker"), FEED_DEBIAN, "debian/tracker.json",
	  "https://security-tracker.debian.org/tracker/data/json" },
	{ STR_INIT("wolfi/security"), FEED_WOLFI, "wolfi/security.json",
	  "https://packages.wolfi.dev/os/security.json" },
	{ STR_INIT("chainguard/security"), FEED_CHAINGUARD, "chainguard/security.json",
	  "https://packages.cgr.dev/chainguard/security.json" },
	{ STR_INIT("kev"), FEED_KEV, "kev.json",
	  "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json" },
	{ STR_INIT("epss"), FEED_EPSS, "epss.csv.gz",
	  "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz" },
};

static const struct form { /* an archive in a folder of the mirror */
	str folder, end;
	enum feed_kind kind;
} forms[] = {
	{ STR_INIT("cve"), STR_INIT(".zip"),     FEED_CVE_ZIP },
	{ STR_INIT("cve"), STR_INIT(".tar"),     FEED_CVE_TAR },
	{ STR_INIT("cve"), STR_INIT(".tar.gz"),  FEED_CVE_TAR },
	{ STR_INIT("cve"), STR_INIT(".tgz"),     FEED_CVE_TAR },
	{ STR_INIT("cve"), STR_INIT(".tar.zst"), FEED_CVE_TAR },
	{ STR_INIT("redhat"), STR_INIT(".tar"),     FEED_CSAF_TAR },
	{ STR_INIT("redhat"), STR_INIT(".tar.gz"),  FEED_CSAF_TAR },
	{ STR_INIT("redhat"), STR_INIT(".tar.zst"), FEED_CSAF_TAR },
};
// clang-format on

static const char publisher_osv[] = "https://osv-vulnerabilities.storage.googleapis.com";
static const char publisher_redhat[] = "https://security.access.redhat.com/data/csaf/v2/vex";
static const char publisher_alpine[] = "https://secdb.alpinelinux.org";
static const str repositories[] = { STR_INIT("main"), STR_INIT("community") };

static int order_feeds(const void *x, const void *y)
{
	return str_cmp(((const struct feed *)x)->name, ((const struct feed *)y)->name);
}

static void add(struct feeds *into, struct arena *a, str name, enum feed_kind kind, bool remote,
                str where)
{
	vec_add(a, &into->list,
	        ((struct feed){ .name = arena_str(a, name),
	                        .kind = kind,
	                        .where = arena_str(a, where).p,
	                        .remote = remote }));
}

/* "Rocky Linux" in a URL; names come from our own table */
static str in_url(struct arena *a, str name)
{
	size_t space = str_chr(name, ' ');
	return space == name.n ? name
	                       : arena_printf(a, "%.*s%%20%.*s", STR_FMT(str_upto(name, space)),
	                                      STR_FMT(in_url(a, str_from(name, space + 1))));
}

/* Red Hat tells in a file which of its archives is the newest. */
static void list_redhat(str base, struct arena *a, struct feeds *out)
{
	add(out, a, STR("csaf/redhat/archive"), FEED_CSAF_TAR, true,
	    arena_concat(a, base, STR("/archive_latest.txt")));
	if (out->list.n)
		out->list.v[out->list.n - 1].pointer = true;
}

static void list_osv(const char *base, struct arena *a, struct feeds *out)
{
	const struct ecosystem *eco;
	for (size_t i = 0; (eco = ecosystem_at(i)); i++)
		if (eco->purl_type[0])
			add(out, a, arena_concat(a, STR("osv/"), eco->name), FEED_OSV_ZIP, true,
			    arena_printf(a, "%s/%.*s/all.zip", base,
			                 STR_FMT(in_url(a, eco->name))));
}

static void list_alpine(const char *base, const char *release, bool remote, struct arena *a,
                        struct feeds *out)
{
	for (size_t i = 0; i < LEN(repositories); i++) {
		str path =
		        arena_printf(a, "%s/%s/%.*s.json", base, release, STR_FMT(repositories[i]));
		struct stat st;
		if (remote || (path.n && stat(path.p, &st) == 0))
			add(out, a,
			    arena_printf(a, "alpine/%s/%.*s", release, STR_FMT(repositories[i])),
			    FEED_ALPINE, remote, path);
	}
}

static void list_alpine_remote(const char *base, struct arena *a, struct feeds *out)
{
	list_alpine(base, "edge", true, a, out);
	for (unsigned i = ALPINE_FIRST; i <= ALPINE_LAST; i++)
		list_alpine(base, arena_printf(a, "v3.%u", i).p, true, a, out);
}

static void list_remote(const char *from, struct arena *a, struct feeds *out)
{
	str base = str_c(from);
	while (str_ends(base, STR("/")))
		base.n--;
	list_osv(from ? arena_printf(a, "%.*s/osv", STR_FMT(base)).p : publisher_osv, a, out);
	list_alpine_remote(
	        from ? arena_printf(a, "%.*s/alpine", STR_FMT(base)).p : publisher_alpine, a, out);
	if (from)
		list_redhat(arena_printf(a, "%.*s/csaf/redhat", STR_FMT(base)), a, out);
	for (size_t i = 0; i < LEN(singles); i++)
		add(out, a, singles[i].name, singles[i].kind, true,
		    from ? arena_printf(a, "%.*s/%s", STR_FMT(base), singles[i].path)
		         : str_c(singles[i].publisher));
}

static bool exists(const char *path)
{
	struct stat st;
	return path && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool holds_json(const char *dir)
{
	DIR *d = opendir(dir);
	bool yes = false;
	for (struct dirent *entry; d && !yes && (entry = readdir(d));)
		yes = str_ends(str_c(entry->d_name), STR(".json"));
	if (d)
		closedir(d);
	return yes;
}

static void take_ecosystem(const char *dir, const char *entry, struct arena *a, struct feeds *out)
{
	str name = arena_printf(a, "osv/%s", entry), path = arena_printf(a, "%s/%s", dir, entry);
	str zip = arena_concat(a, path, STR("/all.zip"));
	if (exists(zip.p))
		add(out, a, name, FEED_OSV_ZIP, false, zip);
	else if (path.n && holds_json(path.p))
		add(out, a, name, FEED_OSV_FILES, false, path);
}

static void take_archive(const char *dir, const char *entry, struct arena *a, struct feeds *out)
{
	str folder = str_base(str_c(dir));
	for (size_t i = 0; i < LEN(forms); i++)
		if (str_eq(folder, forms[i].folder) && str_ends(str_c(entry), forms[i].end))
			add(out, a,
			    arena_printf(a, "%s%s/%s",
			                 forms[i].kind == FEED_CSAF_TAR ? "csaf/" : "",
			                 forms[i].folder.p, entry),
			    forms[i].kind, false, arena_printf(a, "%s/%s", dir, entry));
}

/* "2024", a folder of documents */
static void take_year(const char *dir, const char *entry, struct arena *a, struct feeds *out)
{
	uint64_t year;
	str path = arena_printf(a, "%s/%s", dir, entry);
	if (strlen(entry) == 4 && str_u64(str_c(entry), &year) && path.n && holds_json(path.p))
		add(out, a, arena_printf(a, "csaf/redhat/%s", entry), FEED_CSAF_FILES, false, path);
}

static void take_release(const char *dir, const char *entry, struct arena *a, struct feeds *out)
{
	list_alpine(dir, entry, false, a, out);
}

static void list_folder(const char *dir, struct arena *a, struct feeds *out,
                        void (*each)(const char *, const char *, struct arena *, struct feeds *))
{
	DIR *d = dir ? opendir(dir) : NULL;
	for (struct dirent *entry; d && (entry = readdir(d));)
		if (entry->d_name[0] != '.' &&
		    strlen(entry->d_name) < 40) /* a feed's name goes into keys */
			each(dir, entry->d_name, a, out);
	if (d)
		closedir(d);
}

static void list_local(const char *from, struct arena *a, struct feeds *out)
{
	list_folder(arena_printf(a, "%s/osv", from).p, a, out, take_ecosystem);
	list_folder(arena_printf(a, "%s/alpine", from).p, a, out, take_release);
	list_folder(arena_printf(a, "%s/cve", from).p, a, out, take_archive);
	str redhat = arena_printf(a, "%s/csaf/redhat", from);
	list_folder(redhat.p, a, out, take_archive);
	list_folder(redhat.p, a, out, take_year);
	if (redhat.n && holds_json(redhat.p))
		add(out, a, STR("csaf/redhat/files"), FEED_CSAF_FILES, false, redhat);
	for (size_t i = 0; i < LEN(singles); i++) {
		str path = arena_printf(a, "%s/%s", from, singles[i].path);
		if (exists(path.p))
			add(out, a, singles[i].name, singles[i].kind, false, path);
	}
}

int feed_list(const char *from, struct arena *a, struct feeds *out, struct error *e)
{
	str s = str_c(from);
	if (!from || str_starts(s, STR("http://")) || str_starts(s, STR("https://"))) {
		list_remote(from, a, out);
	} else {
		struct stat st;
		if (stat(from, &st) < 0)
			return error_errno(e, errno, "%s", from);
		list_local(from, a, out);
	}
	if (a->failed)
		return error_set(e, ERR_LIMIT, "%s: too many feeds", from);
	if (!out->list.n)
		return error_set(e, ERR_NOTFOUND,
		                 "%s: no feeds in it (osv/ECOSYSTEM/all.zip, debian/tracker.json)",
		                 from);
	qsort(out->list.v, out->list.n, sizeof *out->list.v, order_feeds);
	return 0;
}

void feed_add_redhat(struct arena *a, struct feeds *out)
{
	list_redhat(str_c(publisher_redhat), a, out);
	if (out->list.n)
		qsort(out->list.v, out->list.n, sizeof *out->list.v, order_feeds);
}

/* A feed for each file; false: they are too many for that, or a name is too long for a key */
static bool add_files(const char *dir, struct arena *a, struct feeds *out)
{
	size_t before = out->list.n;
	bool fits = true;
	DIR *d = opendir(dir);
	for (struct dirent *entry; d && fits && (entry = readdir(d));) {
		str name = str_c(entry->d_name);
		if (!str_ends(name, STR(".json")))
			continue;
		fits = name.n <= OWN_NAME_BYTES && out->list.n - before < OWN_FILES_MAX;
		add(out, a, arena_concat(a, STR("own/"), name), FEED_OSV_FILES, false, str_c(dir));
		if (out->list.n)
			out->list.v[out->list.n - 1].only = arena_str(a, name).p;
	}
	if (d)
		closedir(d);
	if (!fits)
		out->list.n = before;
	return fits;
}

int feed_add_own(const char *dir, struct arena *a, struct feeds *out, struct error *e)
{
	str path = str_c(dir);
	while (path.n > 1 && str_ends(path, STR("/")))
		path.n--;
	if (!holds_json(dir))
		return error_set(e, ERR_NOTFOUND, "%s: no advisories (name.json) in it", dir);
	if (!add_files(dir, a, out))
		add(out, a, arena_concat(a, STR("own/"), str_upto(str_base(path), 40)),
		    FEED_OSV_FILES, false, str_c(dir));
	qsort(out->list.v, out->list.n, sizeof *out->list.v, order_feeds);
	return 0;
}
