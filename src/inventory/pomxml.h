/* inventory/pomxml.h — who a Maven project is, from its pom.xml (POM 4.0.0: groupId, artifactId and version of
 * project, else of its parent). A scanner, no XML processor: no entities, nothing outside is fetched. Input:
 * hostile, read in the jail; of a larger file the first POMXML_MAX bytes. One thread. */
#pragma once
#include "inventory/javameta.h"

enum { POMXML_MAX = 512 << 10 };

/* Of properties only the project's and the parent's own coordinates are known; what needs another, or is not
 * there, is empty. What is no pom.xml leaves *out empty; below 0: the stream failed. */
int pomxml_read(struct stream *from, struct arena *a, struct pom *out, struct error *e) must_use;
