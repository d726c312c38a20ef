#include "vulndb/bundle.h"
#include "stream/stream.h"
#include "vulndb/record.h"

static const char magic[BUNDLE_MAGIC_BYTES + 1] = "plimsoll-bundle\n";

void bundle_put_head(struct buf *b, const struct bundle_head *h)
{
	struct buf m cleanup(buf_done) = BUF(BUNDLE_MANIFEST_BYTES);
	record_put_uleb(&m, BUNDLE_FORM);
	record_put_uleb(&m, h->schema);
	record_put_str(&m, h->lineage);
	record_put_uleb(&m, h->generation);
	record_put_str(&m, h->state);
	record_put_uleb(&m, h->base_generation);
	record_put_str(&m, h->base_state);
	record_put_str(&m, h->data_date);
	record_put_uleb(&m, h->bytes);
	record_put_uleb(&m, h->inflated_bytes);
	record_put_uleb(&m, h->part_bytes);
	record_put_uleb(&m, h->parts.n);
	for (size_t i = 0; i < h->parts.n; i++)
		buf_add(&m, str_mem(h->parts.v[i].bytes, sizeof h->parts.v[i].bytes));
	buf_add(b, str_mem(magic, BUNDLE_MAGIC_BYTES));
	buf_u32(b, (uint32_t)m.n);
	buf_add(b, buf_view(&m));
	b->failed |= m.failed;
}

static bool is_state(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n == 64;
}

static bool is_sound(const struct bundle_head *h, uint64_t parts)
{
	uint64_t want = h->bytes / BUNDLE_PART_BYTES + (h->bytes % BUNDLE_PART_BYTES != 0);
	return h->part_bytes == BUNDLE_PART_BYTES && parts == want && parts <= BUNDLE_PARTS_MAX &&
	       is_state(h->lineage) && is_state(h->state) &&
	       (h->base_generation ? is_state(h->base_state) : !h->base_state.n) &&
	       h->generation > h->base_generation && h->data_date.n <= 40;
}

int bundle_parse_head(str manifest, struct arena *a, struct bundle_head *out, struct error *e)
{
	struct cursor c = CURSOR("manifest", manifest.p, manifest.n);
	uint64_t form = cur_uleb(&c);
	if (!cur_bad(&c) && form != BUNDLE_FORM)
		return error_set(e, ERR_UNSUPPORTED, "a bundle of another form: %llu",
		                 (unsigned long long)form);
	struct bundle_head h = { .schema = cur_uleb(&c) };
	h.lineage = arena_str(a, record_get_str(&c));
	h.generation = cur_uleb(&c);
	h.state = arena_str(a, record_get_str(&c));
	h.base_generation = cur_uleb(&c);
	h.base_state = arena_str(a, record_get_str(&c));
	h.data_date = arena_str(a, record_get_str(&c));
	h.bytes = cur_uleb(&c);
	h.inflated_bytes = cur_uleb(&c);
	h.part_bytes = cur_uleb(&c);
	uint64_t parts = cur_uleb(&c);
	if (cur_bad(&c) || !is_sound(&h, parts) || cur_left(&c) != parts * sizeof(struct digest))
		return error_set(e, ERR_FORMAT, "a damaged manifest");
	for (uint64_t i = 0; i < parts; i++) {
		struct digest d;
		memcpy(d.bytes, cur_bytes(&c, sizeof d.bytes).p, sizeof d.bytes);
		vec_add(a, &h.parts, d);
	}
	if (a->failed)
		return error_set(e, ERR_LIMIT, "a manifest of too many parts");
	*out = h;
	return 0;
}

static int check_signature(const struct signing_key *trust, str said, const uint8_t *tail,
                           struct error *e)
{
	uint8_t id[SIGNATURE_KEY_ID_BYTES];
	if (!trust)
		return 0;
	if (tail[0] != 1)
		return error_set(e, ERR_DENIED, "the bundle is not signed");
	signing_key_id(trust, id);
	if (memcmp(id, tail + 1, sizeof id) != 0)
		return error_set(e, ERR_DENIED, "the bundle is signed with another key");
	if (!signature_good(trust, said, tail + BUNDLE_TAIL_BYTES))
		return error_set(e, ERR_DENIED, "the bundle's signature is wrong");
	return 0;
}

int bundle_get_head(int fd, const struct signing_key *trust, struct arena *a,
                    struct bundle_head *out, struct error *e)
{
	enum { FIRST = BUNDLE_MAGIC_BYTES + 4 };
	struct stream *s cleanup(stream_cleanup) = stream_fd(fd, false);
	struct buf b cleanup(buf_done) =
	        BUF(FIRST + BUNDLE_MANIFEST_BYTES + BUNDLE_TAIL_BYTES + SIGNATURE_BYTES);
	char *p = buf_room(&b, FIRST);
	ssize_t n = stream_read_full(s, p, FIRST, e);
	if (n < 0)
		return (int)n;
	if (n < FIRST || memcmp(p, magic, BUNDLE_MAGIC_BYTES) != 0)
		return error_set(e, ERR_FORMAT, "no bundle of advisories");
	buf_grown(&b, FIRST);
	struct cursor c = CURSOR("bundle", p + BUNDLE_MAGIC_BYTES, 4);
	uint32_t length = cur_le32(&c);
	if (length > BUNDLE_MANIFEST_BYTES)
		return error_set(e, ERR_FORMAT, "a manifest of %u bytes", length);
	size_t rest = (size_t)length + BUNDLE_TAIL_BYTES + SIGNATURE_BYTES;
	p = buf_room(&b, rest);
	n = stream_read_full(s, p, rest, e);
	if (n < 0)
		return (int)n;
	if ((size_t)n < rest)
		return error_set(e, ERR_FORMAT, "the bundle is cut off");
	buf_grown(&b, rest);
	int r = check_signature(trust, str_upto(buf_view(&b), b.n - SIGNATURE_BYTES),
	                        (const uint8_t *)p + length, e);
	return r < 0 ? r : bundle_parse_head(str_mem(p, length), a, out, e);
}

struct payload {
	struct stream s;
	struct stream *from;
	const struct bundle_head *h;
	size_t part; /* the next one */
	uint64_t left;
	char *room;
	size_t n, at;
};

/* The next part, read whole; 1, or 0 behind the last */
static int next_part(struct payload *p, struct error *e)
{
	size_t want = (size_t)MIN(p->left, (uint64_t)BUNDLE_PART_BYTES);
	if (p->part == p->h->parts.n) {
		char more;
		ssize_t n = stream_read(p->from, &more, 1, e);
		return n > 0 ? error_set(e, ERR_FORMAT, "bytes behind the bundle's end") : (int)n;
	}
	ssize_t n = stream_read_full(p->from, p->room, want, e);
	if (n < 0)
		return (int)n;
	if ((size_t)n < want)
		return error_set(e, ERR_FORMAT, "the bundle is cut off");
	struct digest d = digest_of(str_mem(p->room, want));
	if (!digest_eq(&d, &p->h->parts.v[p->part]))
		return error_set(e, ERR_FORMAT, "part %zu of the bundle is not what was signed",
		                 p->part);
	p->part++;
	p->left -= want;
	p->n = want;
	p->at = 0;
	return 1;
}

static ssize_t payload_read(struct stream *s, void *to, size_t n, struct error *e)
{
	struct payload *p = (struct payload *)s;
	int r = p->at == p->n ? next_part(p, e) : 1;
	if (r <= 0)
		return r;
	n = MIN(n, p->n - p->at);
	memcpy(to, p->room + p->at, n);
	p->at += n;
	return (ssize_t)n;
}

static void payload_free(struct stream *s)
{
	struct payload *p = (struct payload *)s;
	stream_free(p->from);
	free(p->room);
	free(p);
}

struct stream *bundle_payload(int fd, const struct bundle_head *h)
{
	static const struct stream_ops ops = { payload_read, payload_free };
	struct payload *p = calloc(1, sizeof *p);
	if (!p || !(p->room = malloc(BUNDLE_PART_BYTES)))
		abort();
	p->s.ops = &ops;
	p->from = stream_fd(fd, false);
	p->h = h;
	p->left = h->bytes;
	return &p->s;
}
