/* model/reference.h — the name of an image in a registry: "alpine", "ghcr.io/a/b:1.2@sha256:…" (the
 * grammar of distribution's reference package). Strings are in the arena. Any thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"

struct image_reference {
	str host;       /* "docker.io", "127.0.0.1:5000", "[::1]:5000" */
	str repository; /* "library/alpine" */
	str tag;        /* "latest" where neither tag nor digest is given; else may be empty */
	str digest;     /* "sha256:…", or empty */
};

int reference_parse(str text, struct arena *a, struct image_reference *out,
                    struct error *e) must_use;
/* "docker.io/library/alpine:latest": what it is called, without digest */
str reference_name(struct arena *a, const struct image_reference *r);
/* Where its registry is reached: Docker Hub's API has another name than its images. */
str reference_api_host(const struct image_reference *r);
