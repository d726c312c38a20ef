#include "inventory/apkdb.h"
#include "inventory/conda.h"
#include "inventory/copyright.h"
#include "inventory/dartlock.h"
#include "inventory/detector.h"
#include "inventory/dotnet.h"
#include "inventory/dpkg.h"
#include "inventory/haskell.h"
#include "inventory/hexlock.h"
#include "inventory/java.h"
#include "inventory/lockfile.h"
#include "inventory/npm.h"
#include "inventory/npmlock.h"
#include "inventory/osrelease.h"
#include "inventory/php.h"
#include "inventory/program.h"
#include "inventory/pylock.h"
#include "inventory/python.h"
#include "inventory/releasefile.h"
#include "inventory/requirements.h"
#include "inventory/rpmdb.h"
#include "inventory/rproject.h"
#include "inventory/ruby.h"
#include "inventory/rustlock.h"
#include "inventory/swiftlock.h"
#include "inventory/uvlock.h"
#include "inventory/yarnlock.h"

/* What a path must look like. The base name is compared first, as a layer has a million paths:
 * whole, or with a * for any bytes. The folder is a tail of the path before it, from a
 * slash on
 * ("apk/db" is met by "lib/apk/db"), or any tail after a *; "share/doc/" and a * is any folder
 * right below such a one; empty for any folder. */
struct row {
	struct detector d;
	str folder, base;
	bool lock; /* of a lock file: in folders of somebody else's code it is left alone */
};

#define ROW(kind, folder, base, read, database)                                                 \
	{                                                                                       \
		{ kind, read, database, false, false }, STR_INIT(folder), STR_INIT(base), false \
	}

#define TEXT(kind, folder, base, read)                                                      \
	{                                                                                   \
		{ kind, read, false, false, true }, STR_INIT(folder), STR_INIT(base), false \
	}

#define ASIDE(kind, folder, base, read)                                                     \
	{                                                                                   \
		{ kind, read, false, true, false }, STR_INIT(folder), STR_INIT(base), false \
	}

#define LOCK(kind_, base_, read_)                                                                 \
	{                                                                                         \
		.d = { .kind = (kind_), .read = (read_), .text = true }, .base = STR_INIT(base_), \
		.lock = true                                                                      \
	}

// clang-format off
static const struct row rows[] = { /* the first that fits counts; without a reader: leave it alone */
	/*  kind          folder           base name       reader            database */
	ROW("os-release", "",              "os-release*",  osrelease_read,   true),
	ROW("dpkg",       "dpkg",          "status",       dpkg_read,        true),
	ASIDE("dpkg-files", "dpkg/info",     "*.list",     dpkg_read_list),
	ASIDE("dpkg-files", "dpkg/status.d", "*.md5sums",  dpkg_read_sums),
	ASIDE("dpkg-license", "share/doc/*", "copyright",  copyright_read),
	ROW("dpkg",       "dpkg/status.d", "*",            dpkg_read,        true),
	ROW("apk",        "apk/db",        "installed",    apkdb_read,       true),
	ROW("rpm",        "rpm",           "rpmdb.sqlite", rpmdb_read,       true),
	ROW("rpm",        "rpm",           "Packages.db",  rpmdb_read,       true),
	ROW("rpm",        "rpm",           "Packages",     rpmdb_read,       true),
	ROW("rpm-log",    "rpm",           "rpmdb.sqlite-wal",     rpmdb_read_wal,      true),
	ROW("rpm-log",    "rpm",           "rpmdb.sqlite-journal", rpmdb_read_wal,      true),
	ROW("rpm-list",   "rpmmanifest",   "container-manifest-2", rpmdb_read_manifest, true),
	ROW("npm",        "",              "package.json", npm_read,         false),
	ROW("jdk",        "",              "release",      releasefile_read_java,     false),
	ROW("rabbitmq",   "ebin",          "rabbit.app",   releasefile_read_rabbitmq, false),
	ROW("bitnami",    "*",             ".spdx-*",      releasefile_read_bitnami,  false),
	TEXT("python",    "*.dist-info",   "METADATA",     python_read),
	TEXT("python",    "DIST-INFO",     "METADATA",     python_read),
	TEXT("python",    "*.egg-info",    "PKG-INFO",     python_read),
	TEXT("python",    "EGG-INFO",      "PKG-INFO",     python_read),
	TEXT("python",    "",              "*.egg-info",   python_read),
	ROW("python-egg", "",              "*.egg",        python_read_egg,  false),
	ROW("conda",      "conda-meta",    "*.json",       conda_read,       false),
	TEXT("r",         "",              "DESCRIPTION",  rproject_read_description),
	LOCK("npm-lock",                      "package-lock.json",   npmlock_read),
	LOCK("npm-lock",                      "npm-shrinkwrap.json", npmlock_read),
	LOCK("yarn-lock",                     "yarn.lock",           yarnlock_read),
	LOCK("pnpm-lock",                     "pnpm-lock.yaml",      yarnlock_read_pnpm),
	LOCK("bun-lock",                      "bun.lock",            npmlock_read_bun),
	TEXT("gem",       "specifications",         "*.gemspec",   ruby_read),
	TEXT("gem",       "specifications/default", "*.gemspec",   ruby_read),
	LOCK("gem-lock",                      "Gemfile.lock",        ruby_read_lock),
	LOCK("gem-lock",                      "gems.locked",         ruby_read_lock),
	ROW("dotnet",     "",              "*.deps.json",  dotnet_read,      false),
	LOCK("nuget-lock",                    "packages.lock.json",  dotnet_read_lock),
	LOCK("nuget-config",                  "packages.config",     dotnet_read_config),
	ROW("php",        "composer",      "installed.json",       php_read,            false),
	LOCK("php-lock",                      "composer.lock",       php_read_lock),
	LOCK("cargo-lock",                    "Cargo.lock",          rustlock_read),
	LOCK("freeze",                        "cabal.project.freeze", haskell_read_freeze),
	LOCK("hex-lock",                      "mix.lock",            hexlock_read),
	LOCK("hex-lock",                      "rebar.lock",          hexlock_read),
	LOCK("pdm-lock",                      "pdm.lock",            pylock_read_pdm),
	LOCK("pipfile-lock",                  "Pipfile.lock",        pylock_read_pipfile),
	LOCK("poetry-lock",                   "poetry.lock",         pylock_read_poetry),
	LOCK("pub-lock",                      "pubspec.lock",        dartlock_read),
	LOCK("pylock",                        "pylock.toml",         pylock_read_standard),
	LOCK("pylock",                        "pylock.*.toml",       pylock_read_standard),
	LOCK("renv-lock",                     "renv.lock",           rproject_read_renv),
	LOCK("requirements",                  "*requirements*.txt",  requirements_read),
	LOCK("stack-lock",                    "stack.yaml.lock",     haskell_read_stack),
	LOCK("swift-lock",                    "Package.resolved",    swiftlock_read),
	LOCK("swift-lock",                    ".package.resolved",   swiftlock_read),
	LOCK("uv-lock",                       "uv.lock",             uvlock_read),
};

const char *const detector_roots[] = {
	"etc/os-release",
	"usr/lib/os-release",
	"var/lib/dpkg/status",
	"var/lib/dpkg/status.d",
	"lib/apk/db/installed",
	"usr/lib/apk/db/installed",
	"var/lib/rpm/rpmdb.sqlite",
	"var/lib/rpm/rpmdb.sqlite-wal",
	"var/lib/rpm/Packages.db",
	"var/lib/rpm/Packages",
	"usr/lib/sysimage/rpm/rpmdb.sqlite",
	"usr/lib/sysimage/rpm/rpmdb.sqlite-wal",
	"usr/lib/sysimage/rpm/Packages.db",
	"usr/lib/sysimage/rpm/Packages",
	"usr/share/rpm/rpmdb.sqlite",
	"usr/share/rpm/rpmdb.sqlite-wal",
	"usr/share/rpm/Packages.db",
	"usr/share/rpm/Packages",
	"var/lib/rpmmanifest/container-manifest-2",
	NULL,
};
// clang-format on

/* What is in an executable, its bytes say. */
static const struct detector executable = { "program", program_read, false, false, false };
static const struct detector java_archive = { "java", java_read, false, false, false };

/* What stands between two stars is somewhere between them. */
static bool pieces_fit(str base, str want)
{
	size_t star = str_chr(want, '*');
	str head = str_upto(want, star), tail = str_from(want, str_rchr(want, '*') + 1), piece;

	if (star == want.n)
		return str_eq(base, want);
	if (base.n < head.n + tail.n || !str_starts(base, head) || !str_ends(base, tail))
		return false;
	base = str_upto(str_from(base, head.n), base.n - head.n - tail.n);
	want = str_upto(str_from(want, head.n), want.n - head.n - tail.n);
	while (str_split(&want, '*', &piece)) {
		size_t at = str_find(base, piece);
		if (piece.n && at == base.n)
			return false;
		base = piece.n ? str_from(base, at + piece.n) : base;
	}
	return true;
}

static bool base_fits(str base, str want)
{
	char first = want.p[0], last = want.p[want.n - 1];

	if (first != '*' && (!base.n || base.p[0] != first))
		return false;
	if (last != '*' && (!base.n || base.p[base.n - 1] != last))
		return false;
	return pieces_fit(base, want);
}

static bool folder_fits(str folder, str want)
{
	if (!want.n)
		return true;
	if (want.p[0] == '*')
		return str_ends(folder, str_from(want, 1));
	if (str_ends(want, STR("/*"))) {
		folder = str_dir(folder);
		want = str_upto(want, want.n - 2);
	}
	return str_ends(folder, want) &&
	       (folder.n == want.n || folder.p[folder.n - want.n - 1] == '/');
}

/* "libx.so", "libx.so.1.2", which need no x bit */
static bool is_shared_object(str base)
{
	size_t at = str_find(base, STR(".so"));
	return at < base.n && (at + 3 == base.n || base.p[at + 3] == '.');
}

const struct detector *detector_match(str path, unsigned mode)
{
	str base = str_base(path), folder = str_dir(path);

	for (size_t i = 0; i < LEN(rows); i++)
		if (base_fits(base, rows[i].base) && folder_fits(folder, rows[i].folder))
			return rows[i].d.read && !(rows[i].lock && lockfile_is_foreign(path))
			               ? &rows[i].d
			               : NULL;
	if (java_is_archive(base))
		return &java_archive;
	return mode & 0111 || is_shared_object(base) ? &executable : NULL;
}

const struct detector *detector_by_kind(str kind)
{
	if (str_eq(kind, str_c(executable.kind)))
		return &executable;
	if (str_eq(kind, str_c(java_archive.kind)))
		return &java_archive;
	for (size_t i = 0; i < LEN(rows); i++)
		if (rows[i].d.read && str_eq(str_c(rows[i].d.kind), kind))
			return &rows[i].d;
	return NULL;
}

/* Programs lie in such a folder; elsewhere a name without a reader of its own is no program. */
static unsigned mode_of(str path)
{
	str folder = str_base(str_dir(path));
	return str_eq(folder, STR("bin")) || str_eq(folder, STR("sbin")) ? 0755 : 0644;
}

void detector_own(struct inventory *into, str path, str owner)
{
	const struct detector *d = path.n ? detector_match(path, mode_of(path)) : NULL;
	struct owned_file *slot;

	if (!d || d->database || d->aside || into->owned.n >= OWNED_MAX)
		return;
	if (into->owned.n && str_eq(into->owned.v[into->owned.n - 1].owner, owner))
		owner = into->owned.v[into->owned.n - 1].owner;
	else
		owner = arena_str(into->arena, owner);
	slot = into->arena->failed ? NULL : vec_push(into->arena, &into->owned);
	if (slot)
		*slot = (struct owned_file){ arena_str(into->arena, path), owner };
}
