/* bodies as the senders' documentation has them: Docker distribution's "notifications", "Webhook schema reference" and
 * "Event Grid schema" of Azure Container Registry, Harbor's "configure webhooks" */
#include "../test.h"
#include "api/hookread.h"

#define D "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TARGET(type, tag) \
	"\"target\":{\"mediaType\":\"" type "\",\"digest\":\"" D "\",\"repository\":\"team/app\"" tag "}"
#define IMAGE "application/vnd.oci.image.manifest.v1+json"
#define EVENT(id, action, target) "{\"id\":\"" id "\",\"action\":\"" action "\"," target "}"
#define HARBOR(type, tag) \
	"{\"type\":\"" type "\",\"occur_at\":1737446601,\"operator\":\"admin\",\"event_data\":{" \
	"\"resources\":[{\"digest\":\"" D "\",\"tag\":\"" tag "\"}]," \
	"\"repository\":{\"repo_full_name\":\"library/x\"}}}"

static struct arena arena = ARENA(4u << 20);
static struct error err;

static struct hook_batch read_body(const char *body)
{
	struct hook_batch b = { 0 };
	EXPECT_OK(hookread(str_c(body), &arena, &b, &err), &err);
	return b;
}

TEST(what_is_kept)
{
	static const struct {
		const char *name, *body;
		size_t kept, left_out, damaged;
		enum event_kind kind;
	} rows[] = {
		// clang-format off
		{ "push of a manifest", "{\"events\":[" EVENT("1", "push", TARGET(IMAGE, "")) "]}", 1, 0, 0, EVENT_PUSH },
		{ "push of an index", "{\"events\":[" EVENT("1", "push", TARGET("application/vnd.oci.image.index.v1+json", "")) "]}", 1, 0, 0, EVENT_PUSH },
		{ "push of a blob", "{\"events\":[" EVENT("1", "push", TARGET("application/octet-stream", "")) "]}", 0, 1, 0, 0 },
		{ "push of a layer", "{\"events\":[" EVENT("1", "push", TARGET("application/vnd.docker.image.rootfs.diff.tar.gzip", "")) "]}", 0, 1, 0, 0 },
		{ "mount of a blob", "{\"events\":[" EVENT("1", "mount", TARGET("application/octet-stream", "")) "]}", 0, 1, 0, 0 },
		{ "an action of tomorrow", "{\"events\":[" EVENT("1", "sign", TARGET(IMAGE, "")) "]}", 0, 1, 0, 0 },
		{ "pull", "{\"events\":[" EVENT("1", "pull", TARGET(IMAGE, "")) "]}", 1, 0, 0, EVENT_PULL },
		{ "a HEAD is no pull", "{\"events\":[{\"id\":\"1\",\"action\":\"pull\",\"request\":{\"method\":\"HEAD\"}," TARGET(IMAGE, "") "}]}", 0, 1, 0, 0 },
		{ "delete of a digest, no kind told", "{\"events\":[{\"id\":\"1\",\"action\":\"delete\",\"target\":{\"digest\":\"" D "\",\"repository\":\"a\"}}]}", 1, 0, 0, EVENT_DELETE },
		{ "delete of a tag", "{\"events\":[{\"id\":\"1\",\"action\":\"delete\",\"target\":{\"tag\":\"v1\",\"repository\":\"a\"}}]}", 1, 0, 0, EVENT_DELETE },
		{ "a batch of two", "{\"events\":[" EVENT("1", "push", TARGET(IMAGE, "")) "," EVENT("2", "pull", TARGET(IMAGE, "")) "]}", 2, 0, 0, EVENT_PUSH },
		{ "an empty batch", "{\"events\":[]}", 0, 0, 0, 0 },
		{ "a damaged one costs itself alone", "{\"events\":[7," EVENT("1", "push", TARGET(IMAGE, "")) "]}", 1, 0, 1, EVENT_PUSH },
		{ "a push without a digest", "{\"events\":[{\"id\":\"1\",\"action\":\"push\",\"target\":{\"repository\":\"a\"}}]}", 0, 0, 1, 0 },
		{ "a repository with a space", "{\"events\":[{\"id\":\"1\",\"action\":\"delete\",\"target\":{\"repository\":\"a b\"}}]}", 0, 0, 1, 0 },
		{ "acr push", EVENT("9c", "push", TARGET("application/vnd.docker.distribution.manifest.v2+json", ",\"tag\":\"v1\"")), 1, 0, 0, EVENT_PUSH },
		{ "acr quarantine", EVENT("9c", "quarantine", TARGET(IMAGE, ",\"tag\":\"v1\"")), 1, 0, 0, EVENT_PUSH },
		{ "acr delete of a repository", "{\"id\":\"9\",\"action\":\"delete\",\"target\":{\"repository\":\"a\"}}", 1, 0, 0, EVENT_DELETE },
		{ "acr ping", "{\"id\":\"9\",\"action\":\"ping\"}", 0, 1, 0, 0 },
		{ "acr chart", EVENT("9", "chart_push", TARGET("application/vnd.acr.helm.chart", "")), 0, 1, 0, 0 },
		{ "grid push", "[{\"id\":\"1\",\"eventType\":\"Microsoft.ContainerRegistry.ImagePushed\",\"data\":{\"action\":\"push\"," TARGET(IMAGE, "") "}}]", 1, 0, 0, EVENT_PUSH },
		{ "grid delete", "[{\"id\":\"1\",\"eventType\":\"Microsoft.ContainerRegistry.ImageDeleted\",\"data\":{" TARGET(IMAGE, "") "}}]", 1, 0, 0, EVENT_DELETE },
		{ "grid chart", "[{\"id\":\"1\",\"eventType\":\"Microsoft.ContainerRegistry.ChartPushed\",\"data\":{}}]", 0, 1, 0, 0 },
		{ "harbor push", HARBOR("PUSH_ARTIFACT", "v1"), 1, 0, 0, EVENT_PUSH },
		{ "harbor pull by digest", HARBOR("PULL_ARTIFACT", D), 1, 0, 0, EVENT_PULL },
		{ "harbor delete", HARBOR("DELETE_ARTIFACT", "v1"), 1, 0, 0, EVENT_DELETE },
		{ "harbor scan", HARBOR("SCANNING_COMPLETED", "v1"), 0, 1, 0, 0 },
		// clang-format on
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		struct hook_batch b = read_body(rows[i].body);
		if (b.events.n != rows[i].kept || b.left_out != rows[i].left_out || b.damaged != rows[i].damaged)
			test_fail(__FILE__, __LINE__, "%s: kept %zu, left out %zu, damaged %zu (%.*s)", rows[i].name,
			          b.events.n, b.left_out, b.damaged, STR_FMT(b.why));
		else if (b.events.n && b.events.v[0].kind != rows[i].kind)
			test_fail(__FILE__, __LINE__, "%s: kind %d", rows[i].name, b.events.v[0].kind);
	}
}

TEST(what_an_event_says)
{
	struct hook_batch b = read_body(
	        "{\"events\":[{\"id\":\"32\",\"timestamp\":\"2026-11-20T10:00:00Z\",\"action\":\"pull\","
	        "\"target\":{\"mediaType\":\"" IMAGE "\",\"digest\":\"" D "\",\"repository\":\"team/app\",\"tag\":\"V1\"},"
	        "\"request\":{\"useragent\":\"containerd/1.7\"}}]}");

	EXPECT_INT(b.events.n, 1);
	EXPECT_STR(b.events.v[0].source, STR("32"));
	EXPECT_STR(b.events.v[0].repository, STR("team/app"));
	EXPECT_STR(b.events.v[0].tag, STR("V1"));
	EXPECT_STR(b.events.v[0].digest, STR(D));
	EXPECT_STR(b.events.v[0].agent, STR("containerd/1.7"));
	EXPECT_INT(b.events.v[0].happened_at, 1795168800);
}

TEST(who_has_no_ids_repeats_himself_in_the_same_words)
{
	struct hook_batch one = read_body(HARBOR("PUSH_ARTIFACT", "v1")), two = read_body(HARBOR("PUSH_ARTIFACT", "v1"));
	struct hook_batch other = read_body(HARBOR("PUSH_ARTIFACT", "v2")), digest = read_body(HARBOR("PULL_ARTIFACT", D));

	EXPECT_STR(one.events.v[0].source, two.events.v[0].source);
	EXPECT(!str_eq(one.events.v[0].source, other.events.v[0].source));
	EXPECT_INT(one.events.v[0].happened_at, 1737446601);
	EXPECT_STR(digest.events.v[0].tag, STR(""));
}

TEST(event_grid_shakes_hands)
{
	struct hook_batch b = read_body("[{\"id\":\"1\",\"eventType\":\"Microsoft.EventGrid.SubscriptionValidationEvent\","
	                                "\"data\":{\"validationCode\":\"512d38b6\"}}]");
	EXPECT_INT(b.events.n, 0);
	EXPECT_STR(b.validation, STR("512d38b6"));
}

TEST(what_is_none_of_them)
{
	struct hook_batch b;

	EXPECT_INT(hookread(STR("{"), &arena, &b, &err), ERR_FORMAT);
	EXPECT_INT(hookread(STR("{}"), &arena, &b, &err), ERR_FORMAT);
	EXPECT_INT(hookread(STR("7"), &arena, &b, &err), ERR_FORMAT);
	EXPECT_INT(hookread(STR(""), &arena, &b, &err), ERR_FORMAT);
}

TEST(no_more_than_a_thousand_at_a_time)
{
	struct buf body cleanup(buf_done) = BUF(1 << 20);
	struct hook_batch b;

	buf_add(&body, STR("{\"events\":["));
	for (int i = 0; i <= EVENT_BATCH_MAX; i++)
		buf_printf(&body, "%s{}", i ? "," : "");
	buf_add(&body, STR("]}"));
	EXPECT_INT(hookread(buf_view(&body), &arena, &b, &err), ERR_LIMIT);
}
