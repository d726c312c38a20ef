/* center/resources.h — Azure's resource IDs of what the center knows, made and read:
 *   /subscriptions/{guid}[/resourceGroups/{rg}[/providers/{namespace}/{type}/{name}]]
 * Segments that are fixed are read in any case; a made ID has Azure's own spelling, names as they
 * were given. As a key in the store an ID is in lower case (resources_key). Any thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"

// clang-format off
#define RESOURCE_KINDS(X) /*     provider and type */ \
	X(SUBSCRIPTION, "") \
	X(GROUP,        "") \
	X(REGISTRY,     "Microsoft.ContainerRegistry/registries") \
	X(CLUSTER,      "Microsoft.Kubernetes/connectedClusters") \
	X(HOST,         "Microsoft.HybridCompute/machines") \
	X(OTHER,        "")
// clang-format on

enum resource_kind {
#define X(name, type) RESOURCE_##name,
	RESOURCE_KINDS(X)
#undef X
	        RESOURCE_KIND_COUNT
};

struct resource {
	enum resource_kind kind;
	str subscription; /* GUID as written; compare in any case */
	str group, name;  /* empty where the kind has none */
	str type;         /* "Microsoft.ContainerRegistry/registries" as written; OTHER too */
	str rest;         /* what follows: "/providers/Microsoft.Security/…"; may be empty */
};

bool resources_is_guid(str s); /* 8-4-4-4-12 hexadecimal digits, any case */
/* An ID or a path that begins with one, with or without the first slash; borrowed from `id`.
 * ERR_USAGE. */
int resources_parse(str id, struct resource *out, struct error *e) must_use;
str resources_make(struct arena *a, enum resource_kind kind, str subscription, str group, str name);
str resources_key(struct arena *a, str id); /* lower case, one slash in front, none behind */
