/* api/hooks.h — POST /hooks/…: what registries tell of pushes, pulls and deletes. The registry is named by its id,
 * by a name that only one has, or by subscription and name; the secret that was shown when the registry was added
 * comes as Authorization (Bearer, Basic's password, or bare as Harbor sends it), as X-Plimsoll-Secret, or as the
 * last segment of the path for senders that can set no header. An event is in the store before it is answered. */
#pragma once
#include "api/api.h"

extern const struct route_set hook_routes;
