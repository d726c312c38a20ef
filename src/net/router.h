/* net/router.h — which handler answers a path, from one table. Patterns: "/api/v1/registries/{registry}" ;
 * {name} is one segment, {name*} one or more (a scope or a repository's name with slashes), fixed segments are
 * compared without case where the row says so (Azure's paths). The first row that fits wins; a path that fits
 * only with another method is 405 with Allow. A HEAD fits what a GET fits; a slash at the path's end does not
 * count. No allocation but in the caller's arena; any thread. */
#pragma once
#include "net/server.h"

enum { ROUTE_PARTS_MAX = 8 };

struct route_match {
	size_t row;                    /* of the table */
	unsigned allowed;              /* set of 1 << method, when nothing fits but by another method */
	size_t n;
	struct {
		str name, value;       /* value percent-decoded already; of {x*} without slashes at its ends */
	} parts[ROUTE_PARTS_MAX];
};

struct route_pattern {
	enum method method;
	const char *pattern;
	bool any_case;
};

/* 1 fits, 0 none; rows are `stride` bytes apart and begin with a struct route_pattern. */
int route_find(const void *rows, size_t stride, size_t n, enum method m, str path, struct route_match *out);
str route_part(const struct route_match *m, const char *name); /* empty when the pattern has none */

/* The value of a query's parameter, percent-decoded ('+' is a space) in the arena; empty when absent. The first
 * of several counts. ERR_USAGE for a broken escape, for NUL, and for text that is not UTF-8. */
int query_param(str query, const char *name, struct arena *a, str *out, struct error *e) must_use;
bool query_has(str query, const char *name);
/* walks all parameters: *rest starts as the query; 1 for one, 0 at the end */
int query_next(str *rest, struct arena *a, str *name, str *value, struct error *e) must_use;
