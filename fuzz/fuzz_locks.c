/* fuzz/fuzz_locks.c — see fuzz/reader.h. The first byte picks the reader of lock files, a letter from a
 * on, so that the corpus can be read. */
#include "inventory/conda.h"
#include "inventory/dartlock.h"
#include "inventory/haskell.h"
#include "inventory/hexlock.h"
#include "inventory/pylock.h"
#include "inventory/requirements.h"
#include "inventory/rproject.h"
#include "inventory/rustlock.h"
#include "inventory/swiftlock.h"
#include "inventory/uvlock.h"
#include "reader.h"
#include "mutate_mixed.h"

static detector_read *const readers[] = {
	rustlock_read,       pylock_read_poetry,  pylock_read_pdm,
	pylock_read_standard, pylock_read_pipfile, uvlock_read,
	requirements_read,   dartlock_read,       swiftlock_read,
	hexlock_read,        rproject_read_renv,  rproject_read_description,
	haskell_read_stack,  haskell_read_freeze, conda_read,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n)
		read_fuzzed(readers[(unsigned)(data[0] - 'a') % LEN(readers)], "app/some.lock",
		            str_mem(data + 1, n - 1));
	return 0;
}

MUTATOR(mutate_mixed)
