/* inventory/ruby.h — Ruby gems: specifications/NAME-VERSION.gemspec as RubyGems writes it for each
 * installed one (Gem::Specification#to_ruby; the stub line is rubygems/stub_specification's), and
 * Bundler's Gemfile.lock (gems.locked). Input: hostile, read in the jail, of any size, one line in
 * memory. One thread. */
#pragma once
#include "inventory/inventory.h"

/* Ruby is not run: what the lines do not tell plainly comes from the file's name. */
int ruby_read(struct file *f, struct inventory *into, struct error *e) must_use;
int ruby_read_lock(struct file *f, struct inventory *into, struct error *e) must_use;
