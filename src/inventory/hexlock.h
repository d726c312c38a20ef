/* inventory/hexlock.h — packages of Hex that were locked: Elixir's mix.lock (terms of Elixir; its
 * source, mix/dep/lock.ex and hex's mix_hex/utils) and Erlang's rebar.lock (terms of Erlang; rebar3.org,
 * "Dependencies"). Both are told by their tuples: {:hex, :name, "1.0.0", …}, {pkg,<<"name">>,<<"1.0.0">>}.
 * Input: hostile, read in the jail, see inventory/lockfile.h. One thread. */
#pragma once
#include "inventory/inventory.h"

/* What comes from git has no version; a package of an organisation's own is "organisation/name". */
int hexlock_read(struct file *f, struct inventory *into, struct error *e) must_use;
