#include "vulndb/trackers.h"
#include "base/attr.h"

// clang-format off
static const struct tracker trackers[] = {
	{ STR_INIT("debian/tracker"), STR_INIT("debian-tracker"),   STR_INIT("Debian"),     STR_INIT("Debian"),
	  STR_INIT("https://security-tracker.debian.org/tracker/"), true },
	{ STR_INIT("alpine/"),        STR_INIT("alpine-secdb"),     STR_INIT("Alpine"),     STR_INIT("Alpine"),
	  STR_INIT("https://security.alpinelinux.org/vuln/"), false },
	{ STR_INIT("wolfi/"),         STR_INIT("wolfi-secdb"),      STR_INIT("Wolfi"),      STR_INIT("Chainguard"),
	  STR_INIT("https://images.chainguard.dev/security/"), false },
	{ STR_INIT("chainguard/"),    STR_INIT("chainguard-secdb"), STR_INIT("Chainguard"), STR_INIT("Chainguard"),
	  STR_INIT("https://images.chainguard.dev/security/"), false },
	{ STR_INIT("csaf/redhat/"),   STR_INIT("redhat-vex"),       STR_INIT("Red Hat"),    STR_INIT("Red Hat"),
	  STR_INIT("https://access.redhat.com/security/cve/"), false },
};
// clang-format on

const struct tracker *tracker_of(str feed)
{
	for (size_t i = 0; i < LEN(trackers); i++)
		if (str_starts(feed, trackers[i].feed))
			return &trackers[i];
	return NULL;
}

str tracker_word(str feed)
{
	const struct tracker *t = tracker_of(feed);
	if (str_starts(feed, STR("cve/")))
		return STR("cve");
	return t ? t->word : str_starts(feed, STR("own/")) ? feed : STR("osv");
}

bool tracker_retells(str id)
{
	return str_starts(id, STR("DEBIAN-")) || str_starts(id, STR("ALPINE-"));
}
