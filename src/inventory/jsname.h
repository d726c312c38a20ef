/* inventory/jsname.h — names of npm packages as lock files spell them: aliases, other sources than
 * the registry, the project's own parts. Views of what is given; no failure, any thread. */
#pragma once
#include "base/attr.h"
#include "base/str.h"

struct jsname {
	str name;
	str version; /* empty where a source other than the registry does not tell it */
	bool own;    /* a part of the project: workspace, linked folder */
};

/* A name and what is written as its version: "1.2.3", "npm:other@1.2.3", "git+ssh://…#sha",
 * "file:…", "workspace:…" */
struct jsname jsname_of(str name, str version);
/* "name@version", "@scope/name@version" */
struct jsname jsname_split(str spec);
