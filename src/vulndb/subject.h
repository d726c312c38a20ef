/* vulndb/subject.h — a package as advisories speak of it: by its source in a distribution's, by its
 * own name elsewhere, in canonical spelling. One thread. */
#pragma once
#include "model/package.h"
#include "version/ecosystem.h"

struct arena;
struct distro;

struct subject {
	const struct package *package;
	str ecosystem, name; /* canonical: the key */
	str shown;           /* the ecosystem as it is shown */
	str version;
	const struct ecosystem *eco;
	bool readable; /* the version means something in that order */
};

/* False: no advisories speak of it. What is borrowed is the package's, the rest is in `a`. */
bool subject_describe(struct arena *a, const struct package *p, const struct distro *d,
                      struct subject *out);
