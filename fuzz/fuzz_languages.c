/* fuzz/fuzz_languages.c — see fuzz/reader.h. Several readers of lock files and installed packages; the
 * first byte picks one. */
#include "inventory/copyright.h"
#include "inventory/dotnet.h"
#include "inventory/dpkg.h"
#include "inventory/npmlock.h"
#include "inventory/php.h"
#include "inventory/releasefile.h"
#include "inventory/ruby.h"
#include "inventory/yarnlock.h"
#include "reader.h"
#include "mutate_mixed.h"

static const struct {
	detector_read *read;
	const char *path;
} readers[] = {
	{ npmlock_read, "app/package-lock.json" },
	{ npmlock_read_bun, "app/bun.lock" },
	{ yarnlock_read, "app/yarn.lock" },
	{ yarnlock_read_pnpm, "app/pnpm-lock.yaml" },
	{ ruby_read, "specifications/a-1.0.gemspec" },
	{ ruby_read_lock, "app/Gemfile.lock" },
	{ dotnet_read, "app/a.deps.json" },
	{ dotnet_read_lock, "app/packages.lock.json" },
	{ dotnet_read_config, "app/packages.config" },
	{ php_read, "vendor/composer/installed.json" },
	{ php_read_lock, "app/composer.lock" },
	{ copyright_read, "usr/share/doc/a/copyright" },
	{ dpkg_read_list, "var/lib/dpkg/info/a:amd64.list" },
	{ dpkg_read_sums, "var/lib/dpkg/status.d/a.md5sums" },
	{ releasefile_read_java, "opt/jdk/release" },
	{ releasefile_read_rabbitmq, "opt/rabbitmq/ebin/rabbit.app" },
	{ releasefile_read_bitnami, "opt/bitnami/a/.spdx-a.spdx" },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	size_t which = n ? data[0] : 0;

	which = which >= 'a' ? which - 'a' : which; /* seeds begin with a letter */
	which %= LEN(readers);
	read_fuzzed(readers[which].read, readers[which].path, str_from(str_mem(data, n), 1));
	return 0;
}

MUTATOR(mutate_mixed)
