/* inventory/releasefile.h — small files in which a run-time says its own version: the JDK's "release"
 * (openjdk.org, JEP 220), "rabbit.app" (an Erlang application resource, app(4)) and what Bitnami says of
 * its images' own software (.spdx-NAME.spdx: SPDX 2.3 in JSON). Input: hostile, read in the jail, at most
 * RELEASEFILE_MAX bytes. One thread. */
#pragma once
#include "inventory/inventory.h"

enum { RELEASEFILE_MAX = 1 << 20 };

/* A file that is something else under the same name adds nothing. */
int releasefile_read_java(struct file *f, struct inventory *into, struct error *e) must_use;
int releasefile_read_rabbitmq(struct file *f, struct inventory *into, struct error *e) must_use;
int releasefile_read_bitnami(struct file *f, struct inventory *into, struct error *e) must_use;
