/* cli/setting_names.h — what may stand in plimsoll.yaml: the options of all commands, as a command
 * knows only its own. tests/e2e/test_settings.sh holds the table against `--list-options`. */
#pragma once
#include "base/str.h"

bool setting_known(str name, bool *is_flag); /* "fail-on" */
bool setting_is_command(str name);           /* "scan": one that has options */
