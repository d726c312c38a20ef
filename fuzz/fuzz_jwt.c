/* ID tokens and key sets as a provider might send them: the first line is the set, the rest the
 * token. What is taken was signed; what is not says why. */
#include "api/jwt.h"
#include "base/json.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(4 << 20);
	struct jwt_wants wants = { STR("joe"), STR("c"), STR(""), 1300819000 };
	str rest = str_mem(data, n), set;
	struct json *claims = NULL;
	struct error e = { 0 };
	int r;

	if (!str_line(&rest, &set))
		return 0;
	r = jwt_verify(set, rest, &a, &claims, &e);
	assert(r >= 0 || e.msg[0]);
	assert((r == 1) == (claims != NULL));
	if (r == 1 && jwt_check(claims, &wants, &e) < 0)
		assert(e.msg[0]);
	json_free(claims);
	claims = NULL;
	if (json_parse("claims", rest, &claims, &e) == 0) { /* claims without a signature */
		(void)(jwt_check(claims, &wants, &e) == 0);
		(void)jwt_claim_has(claims, set, STR("x"));
	}
	json_free(claims);
	return 0;
}
