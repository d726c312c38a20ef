/* Ruby, .NET and PHP: files as RubyGems, Bundler, the .NET SDK, NuGet and Composer write them. */
#include "base/buf.h"
#include "inventory/dotnet.h"
#include "inventory/php.h"
#include "inventory/ruby.h"
#include "reader.h"

struct row {
	const char *rule;
	detector_read *read;
	const char *path, *text, *want; /* "name@version" of each; ! development, ~ locked, * main */
};

static void expect_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct reading r cleanup(reading_done);
		struct buf got cleanup(buf_done) = BUF(1 << 16);
		read_bytes(&r, rows[i].read, rows[i].path, str_c(rows[i].text));
		EXPECT_OK(r.result, &r.e);
		for (size_t k = 0; k < r.found.packages.n; k++) {
			const struct package *p = &r.found.packages.v[k];
			buf_printf(&got, "%s%.*s@%.*s%s%s%s", k ? " " : "", STR_FMT(p->name), STR_FMT(p->version),
				   p->traits & PACKAGE_LOCKED ? "~" : "", p->traits & PACKAGE_DEVELOPMENT ? "!" : "",
				   p->traits & PACKAGE_MAIN ? "*" : "");
		}
		if (!str_eq(buf_view(&got), str_c(rows[i].want)))
			test_fail(__FILE__, __LINE__, "%s: got %.*s", rows[i].rule, STR_FMT(buf_view(&got)));
	}
}

TEST(ruby_gems)
{
	static const struct row rows[] = {
		{ "stub and fields", ruby_read, "var/lib/gems/3.1.0/specifications/nokogiri-1.13.10-x86_64-linux.gemspec",
		  "# -*- encoding: utf-8 -*-\n# stub: nokogiri 1.13.10 x86_64-linux lib\n\nGem::Specification.new do |s|\n"
		  "  s.name = \"nokogiri\".freeze\n  s.version = \"1.13.10\"\n  s.platform = \"x86_64-linux\".freeze\nend\n",
		  "nokogiri@1.13.10" },
		{ "no stub, another variable, single quotes", ruby_read, "specifications/a-b-1.0.gemspec",
		  "Gem::Specification.new do |spec|\n  spec.name = 'a-b'\n  spec.version = '1.0.pre1'\nend\n", "a-b@1.0.pre1" },
		{ "a version by code is the file name's", ruby_read, "specifications/json-pure-2.6.1-java.gemspec",
		  "Gem::Specification.new do |s|\n  s.name = 'json-pure'\n  s.version = JSON::VERSION\nend\n", "json-pure@2.6.1" },
		{ "a file name alone", ruby_read, "specifications/x-y-0.1.gemspec", "", "x-y@0.1" },
		{ "Gemfile.lock", ruby_read_lock, "app/Gemfile.lock",
		  "GIT\n  remote: https://github.com/x/g.git\n  revision: abc\n  specs:\n    g (0.2.0)\n\nPATH\n  remote: .\n  specs:\n"
		  "    shop (0.1.0)\n      rack\n\nGEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.13.10-x86_64-linux)\n"
		  "      racc (~> 1.4)\n    rack (2.2.6.4)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rack (~> 2.2)\n\nBUNDLED WITH\n   2.4.1\n",
		  "g@0.2.0~ shop@0.1.0~* nokogiri@1.13.10~ rack@2.2.6.4~" },
	};
	expect_rows(rows, LEN(rows));
}

TEST(ruby_licenses_and_authors)
{
	struct reading r cleanup(reading_done);
	read_bytes(&r, ruby_read, "specifications/a-1.gemspec",
		   STR("Gem::Specification.new do |s|\n  s.name = \"a\"\n  s.version = \"1\"\n"
		       "  s.licenses = [\"Ruby\".freeze, %q<BSD-2-Clause>.freeze]\n  s.authors = [\"A B\".freeze]\nend\n"));
	EXPECT_STR(find(&r, "a")->license, STR("Ruby, BSD-2-Clause"));
	EXPECT_STR(find(&r, "a")->maintainer, STR("A B"));
}

TEST(dotnet_packages)
{
	static const struct row rows[] = {
		{ "deps.json", dotnet_read, "app/shop.deps.json",
		  "{\"runtimeTarget\":{\"name\":\".NETCoreApp,Version=v8.0/linux-x64\"},\"targets\":{\".NETCoreApp,Version=v8.0\":{"
		  "\"Shop/1.0.0\":{\"runtime\":{\"Shop.dll\":{}}},\"Only.Refs/2.0.0\":{\"compileOnly\":true}}},"
		  "\"libraries\":{\"Shop/1.0.0\":{\"type\":\"project\"},"
		  "\"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1\":{\"type\":\"runtimepack\"},"
		  "\"Newtonsoft.Json/12.0.1\":{\"type\":\"package\"},\"Only.Refs/2.0.0\":{\"type\":\"package\"},"
		  "\"System.Runtime.Reference/8.0.0.0\":{\"type\":\"reference\"}}}",
		  "Shop@1.0.0* Microsoft.NETCore.App.Runtime.linux-x64@8.0.1 Newtonsoft.Json@12.0.1" },
		{ "deps.json: what has no files of its own nor below it is the shared framework's", dotnet_read, "app/shop.deps.json",
		  "{\"targets\":{\".NETCoreApp,Version=v6.0\":{\"A/1.0.0\":{\"runtime\":{\"lib/A.dll\":{}}},"
		  "\"Meta/2.0.0\":{\"dependencies\":{\"Inner\":\"1.0.0\"}},\"Inner/1.0.0\":{\"dependencies\":{\"A\":\"1.0.0\"}},"
		  "\"Native/3.0.0\":{\"runtimeTargets\":{\"runtimes/linux-x64/native/libn.so\":{}}},"
		  "\"System.Text.RegularExpressions/4.3.0\":{\"dependencies\":{\"System.Runtime\":\"4.3.0\"}},"
		  "\"System.Runtime/4.3.0\":{},\"Round/1.0.0\":{\"dependencies\":{\"Round\":\"1.0.0\"}}}},"
		  "\"libraries\":{\"A/1.0.0\":{\"type\":\"package\"},\"Meta/2.0.0\":{\"type\":\"package\"},"
		  "\"Native/3.0.0\":{\"type\":\"package\"},\"System.Text.RegularExpressions/4.3.0\":{\"type\":\"package\"},"
		  "\"System.Runtime/4.3.0\":{\"type\":\"package\"}}}",
		  "A@1.0.0 Meta@2.0.0 Native@3.0.0" },
		{ "packages.lock.json", dotnet_read_lock, "app/packages.lock.json",
		  "{\"version\":1,\"dependencies\":{\"net8.0\":{\"A\":{\"type\":\"Direct\",\"requested\":\"[1, )\",\"resolved\":\"1.0.0\"},"
		  "\"B\":{\"type\":\"Transitive\",\"resolved\":\"2.0.0\"},\"lib\":{\"type\":\"Project\"}}}}",
		  "A@1.0.0~ B@2.0.0~" },
		{ "packages.config", dotnet_read_config, "app/packages.config",
		  "<?xml version=\"1.0\"?>\n<packages>\n  <!-- <package id=\"No\" version=\"1\" /> -->\n"
		  "  <package id=\"A\" version=\"1.0.0\" targetFramework=\"net45\" />\n"
		  "  <package version = '2.0' id='B' developmentDependency=\"true\" />\n</packages>\n",
		  "A@1.0.0~ B@2.0~!" },
	};
	expect_rows(rows, LEN(rows));
}

TEST(php_packages)
{
	static const struct row rows[] = {
		{ "Composer 2", php_read, "app/vendor/composer/installed.json",
		  "{\"packages\":[{\"name\":\"monolog/monolog\",\"version\":\"2.1.0\"},{\"name\":\"symfony/yaml\",\"version\":\"v5.4.0\"},"
		  "{\"name\":\"x/y\",\"version\":\"dev-main\"}],\"dev\":true}",
		  "monolog/monolog@2.1.0 symfony/yaml@5.4.0 x/y@dev-main" },
		{ "Composer 1", php_read, "app/vendor/composer/installed.json", "[{\"name\":\"a/b\",\"version\":\"1.0\"}]", "a/b@1.0" },
		{ "composer.lock", php_read_lock, "app/composer.lock",
		  "{\"packages\":[{\"name\":\"a/b\",\"version\":\"v1.0\"}],\"packages-dev\":[{\"name\":\"c/d\",\"version\":\"2.0\"}]}",
		  "a/b@1.0~ c/d@2.0~!" },
	};
	expect_rows(rows, LEN(rows));
}
