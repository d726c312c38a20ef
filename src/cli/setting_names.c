/* cli/setting_names.c — see the header. */
#include "cli/setting_names.h"
#include "base/attr.h"

bool setting_known(str name, bool *is_flag)
{
	static const char *const flags[] = {
		"agent",
		"all",
		"all-platforms",
		"attached-sboms",
		"attached-vex",
		"behind-proxy",
		"exit-on-eol",
		"force",
		"ignore-unfixed",
		"insecure",
		"insecure-unsigned",
		"local",
		"no-cache",
		"offline",
		"password-stdin",
		"plan",
		"quiet",
		"redhat-vex",
		"rotate-key",
		"show-suppressed",
		"verbose",
		"wait",
		"whole-layers",
	};
	static const char *const others[] = {
		"advisories",
		"ca",
		"ca-cert",
		"cache-dir",
		"cache-max",
		"cert",
		"containerd-root",
		"credential-ref",
		"data-dir",
		"db",
		"ecosystem",
		"exclude",
		"expires",
		"fail-on",
		"format",
		"from",
		"ignorefile",
		"include",
		"input",
		"jobs",
		"key",
		"key-file",
		"leave-out",
		"listen",
		"max-data-age",
		"oidc-ca",
		"oidc-client-id",
		"oidc-client-secret-file",
		"oidc-issuer",
		"oidc-name-claim",
		"oidc-redirect-uri",
		"oidc-role",
		"oidc-scopes",
		"output",
		"parallel",
		"password-ref",
		"platform",
		"podman-root",
		"poll",
		"rate",
		"refresh",
		"registry-ca",
		"resource-group",
		"role",
		"server",
		"severity",
		"severity-source",
		"since",
		"store",
		"subscription",
		"temp-dir",
		"template",
		"threads",
		"timeout",
		"token",
		"trigger",
		"trust",
		"url",
		"username",
		"vex",
		"why-not",
		"workers",
	};
	for (size_t i = 0; i < LEN(flags); i++)
		if (str_eq(name, str_c(flags[i])))
			return *is_flag = true;
	*is_flag = false;
	for (size_t i = 0; i < LEN(others); i++)
		if (str_eq(name, str_c(others[i])))
			return true;
	return false;
}

bool setting_is_command(str name)
{
	static const char *const commands[] = { "scan", "sbom", "diff", "explain", "db", "cache", "serve", "backup", "token", "registry", "import", "plan" };

	for (size_t i = 0; i < LEN(commands); i++)
		if (str_eq(name, str_c(commands[i])))
			return true;
	return false;
}
