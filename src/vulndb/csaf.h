/* vulndb/csaf.h — Red Hat's CSAF VEX documents (CSAF 2.0, profile 5), one a CVE, up to some MB: for
 * each product of Red Hat's and each component in it whether it is fixed, affected, not affected or
 * under investigation. Of the products Red Hat Enterprise Linux is taken (CPE
 * redhat:enterprise_linux), not the streams with updates of their own (EUS, AUS, ELS …), layered
 * products and containers. Hostile input, read in the jail. One thread. */
#pragma once
#include "base/json.h"
#include "vulndb/record.h"

enum { CSAF_BYTES = 64 << 20 };

/* 1: an advisory of origin ORIGIN_TRACKER; 0: a document that is no VEX, or says nothing of RHEL.
 * Components without an architecture are named by their source too, as "src:curl": what is not
 * fixed is told of a whole source package. Strings in `doc` and `a`. */
int csaf_read(const struct json *doc, struct arena *a, struct advisory *out,
              struct error *e) must_use;
