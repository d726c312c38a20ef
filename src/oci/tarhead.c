#include "oci/tarhead.h"
#include <inttypes.h>
#include <stdio.h>

struct block { /* POSIX.1-1988 ustar */
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100];
	char magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct block) == TAR_BLOCK, "a block is a block");

static const uint64_t octal_max = 077777777777; /* 11 digits */

static void put_text(char *field, size_t room, str s)
{
	memcpy(field, s.n ? s.p : "", MIN(s.n, room));
}

static void put_octal(char *field, size_t room, uint64_t v)
{
	char digits[32];
	snprintf(digits, sizeof digits, "%0*" PRIo64, (int)room - 1, v);
	memcpy(field, digits, room);
}

static void put_block(struct buf *out, const struct tarhead *h)
{
	struct block b = { .type = h->type };
	const unsigned char *bytes = (const unsigned char *)&b;
	unsigned sum = 0;
	char text[8];

	put_text(b.name, sizeof b.name, h->path);
	put_text(b.link, sizeof b.link, h->link);
	put_octal(b.mode, sizeof b.mode, h->mode & 07777);
	put_octal(b.uid, sizeof b.uid, 0);
	put_octal(b.gid, sizeof b.gid, 0);
	put_octal(b.size, sizeof b.size, MIN(h->size_bytes, octal_max));
	put_octal(b.mtime, sizeof b.mtime, MIN((uint64_t)MAX(h->mtime, (int64_t)0), octal_max));
	memcpy(b.magic, "ustar", 6);
	memcpy(b.version, "00", 2);
	memset(b.sum, ' ', sizeof b.sum);
	for (size_t i = 0; i < sizeof b; i++)
		sum += bytes[i];
	snprintf(text, sizeof text, "%06o", sum);
	memcpy(b.sum, text, 7);
	buf_add(out, str_mem(&b, sizeof b));
}

/* "LENGTH key=value\n", where LENGTH counts itself */
static void put_record(struct buf *out, const char *key, str value)
{
	size_t rest = strlen(key) + value.n + 3, n = rest + 1, digits = 1;

	for (size_t power = 10; n >= power; power *= 10) {
		digits++;
		n = rest + digits;
	}
	buf_printf(out, "%zu %s=", n, key);
	buf_add(out, value);
	buf_addc(out, '\n');
}

static void pad(struct buf *out)
{
	while (out->n % TAR_BLOCK && !out->failed)
		buf_addc(out, 0);
}

static bool is_ascii(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

void tarhead_write(struct buf *out, const struct tarhead *h)
{
	struct buf records cleanup(buf_done) = BUF(64 << 10);
	bool ascii = is_ascii(h->path) && is_ascii(h->link);
	char size[24];

	if (!ascii) /* names are bytes, not text in some locale */
		put_record(&records, "hdrcharset", STR("BINARY"));
	if (!ascii || h->path.n > 100)
		put_record(&records, "path", h->path);
	if (h->link.n && (!ascii || h->link.n > 100))
		put_record(&records, "linkpath", h->link);
	snprintf(size, sizeof size, "%" PRIu64, h->size_bytes);
	if (h->size_bytes > octal_max)
		put_record(&records, "size", str_c(size));
	if (records.n) {
		struct tarhead pax = { .type = 'x',
			               .path = STR("PaxHeaders/member"),
			               .mode = 0644,
			               .size_bytes = records.n };
		put_block(out, &pax);
		buf_add(out, buf_view(&records));
		pad(out);
	}
	put_block(out, h);
	if (records.failed)
		out->failed = true;
}

void tarhead_end(struct buf *out)
{
	buf_addc(out, 0);
	pad(out);
	buf_addc(out, 0);
	pad(out);
}
