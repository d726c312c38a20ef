/* inventory/javameta.h — what says which library an archive is: pom.properties as Maven writes it
 * (java.util.Properties), META-INF/MANIFEST.MF (JAR File Specification, OSGi Core 3.2), and the file's
 * name. Input: hostile, read in the jail, a bounded part of any size. One thread. */
#pragma once
#include "base/arena.h"
#include "stream/stream.h"

struct pom { /* strings may be empty; a "${…}" that Maven did not fill in counts as absent */
	str group, artifact, version;
	str license; /* of a pom.xml: names with " or " between, as one may choose (POM reference, "Licenses") */
};

struct manifest { /* strings may be empty */
	str title, version, vendor_id; /* Implementation-… */
	str bundle_name, bundle_version; /* Bundle-SymbolicName without its directives, Bundle-Version */
	str specification_title, specification_version;
	str module; /* Automatic-Module-Name */
	str license; /* Bundle-License, its names with ", " between */
};

struct file_name { /* "log4j-core-2.14.1.jar": "log4j-core", "2.14.1" */
	str artifact, version;
};

int javameta_read_pom(struct stream *from, struct arena *a, struct pom *out, struct error *e) must_use;
int javameta_read_manifest(struct stream *from, struct arena *a, struct manifest *out,
			   struct error *e) must_use;
/* The manifest helps to see where the version starts, and gives one where the name has none. */
struct file_name javameta_split_name(str base_name, const struct manifest *m);
/* The group of an artifact that does not say it itself: of well-known libraries that are not built by
 * Maven, else guessed from the manifest's names; empty when nothing is plausible. */
str javameta_group(str artifact, str version, const struct manifest *m);
/* "org.mortbay.jasper.apache-el" is a group and an artifact in one; false when it is an artifact only. */
bool javameta_split_group(str name, str *group, str *artifact);
