/* oci/daemon.h — images of a Docker host, asked through the Engine API ($DOCKER_HOST, else
 * /var/run/docker.sock, else $XDG_RUNTIME_DIR/docker.sock). Only GET. One thread. */
#pragma once
#include "oci/target.h"

/* `name` as docker knows it, or an ID. *image gets name and labels; *out is what `docker save`
 * writes. */
int daemon_open(const char *name, const struct source_options *o, struct arena *a,
                struct image *image, struct stream **out, struct error *e) must_use;
