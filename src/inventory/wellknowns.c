/* inventory/wellknowns.c — the table of wellknown.h: whose version string looks like what. Found by
 * looking into the programs as Debian and their makers build them; the names are Bitnami's where it has
 * one, as advisories are matched by them. */
#include "inventory/wellknown.h"

// clang-format off
#define ROW(name, files, before, head, after) { name, files, STR_INIT(before), STR_INIT(head), STR_INIT(after), 0, false }
#define NAMED(name, files, before, after) { name, files, STR_INIT(before), { 0 }, STR_INIT(after), 0, true }

const struct signature wellknown_signatures[] = {
	/*  name         files                                        before                    head  after */
	ROW("openssl",   "openssl libcrypto.so* libssl.so* libcrypto-* libssl-*", "OpenSSL ",    "",   " "),
	ROW("busybox",   "busybox busybox.* [ sh ash",                "BusyBox v",              "",   " "),
	ROW("nginx",     "nginx nginx-debug",                         "nginx version: nginx/",  "",   ""),
	ROW("curl",      "curl",                                      "curl ",                  "",   " ("),
	ROW("curl",      "curl",                                      "curl/",                  "",   ""),
	ROW("curl",      "libcurl.so* libcurl-gnutls.so* libcurl-nss.so*", "libcurl/",          "",   ""),
	ROW("node",      "node nodejs node.exe libnode.so*",          "node.js/v",              "",   ""),
	ROW("node",      "node nodejs libnode.so*",                   "/download/release/v",    "",   "/"),
	NAMED("python",  "python?.* python3.* python2.* libpython*.so*", "\0",                  "\0"),
	ROW("php",       "php php?* php-cgi* php-fpm* libphp*.so*",   "X-Powered-By: PHP/",     "",   "\0"),
	ROW("perl",      "perl perl5* libperl.so*",                   "\0v",                    "5.", "\0"),
	ROW("ruby",      "ruby ruby?.* libruby*.so*",                 "ruby ",                  "",   "p"),
	ROW("apache",    "httpd apache2 httpd-* libhttpd.so*",        "Apache/",                "",   ""),
	ROW("haproxy",   "haproxy",                                   " version ",              "",   ", released "),
	ROW("memcached", "memcached",                                 "memcached ",             "",   ""),
	ROW("postgresql", "postgres",                                 "postgres (PostgreSQL) ", "",   ""),
	ROW("bash",      "bash rbash",                                "@(#)Bash version ",      "",   "("),
	{ 0 }
};
// clang-format on
