/* inventory/php.h — PHP packages by Composer: vendor/composer/installed.json (Composer 1: an array;
 * 2: an object with "packages") and composer.lock. Input: hostile, read in the jail, as a whole.
 * One thread. */
#pragma once
#include "inventory/inventory.h"

enum { PHP_BYTES_MAX = 32 << 20 };

int php_read(struct file *f, struct inventory *into, struct error *e) must_use;
int php_read_lock(struct file *f, struct inventory *into, struct error *e) must_use;
