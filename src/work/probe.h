/* work/probe.h — is a registry there, does it speak Registry v2, does it know us, has it a catalog? Asked now, by whoever
 * waits for it. Any thread. */
#pragma once
#include "center/registries.h"

struct center;

struct probed {
	enum registry_state state;
	str why;         /* in `a`; empty when ready */
	int has_catalog; /* 1, 0; -1: not known */
};

/* Below 0 only for what is no answer about the registry: memory, the store. */
int probe_registry(const struct center *c, const struct registry *r, struct arena *a, struct probed *out,
                   struct error *e) must_use;
