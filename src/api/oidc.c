#include "api/oidc.h"
