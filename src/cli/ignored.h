/* cli/ignored.h — the ignore file of a scan: found, read, and what is soon or already out of date said. */
#pragma once
#include "policy/ignorefile.h"

/* `given`: --ignorefile; NULL: .trivyignore or .trivyignore.yaml of the folder one is in, where there is
 * one. *out is empty without any. Remarks go to stderr unless quiet; an entry that has ended is said
 * even then, for its findings count again. */
int ignored_open(const char *given, bool quiet, struct arena *a, struct ignore_list *out,
                 struct error *e) must_use;
