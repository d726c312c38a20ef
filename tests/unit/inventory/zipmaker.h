/* tests/unit/inventory/zipmaker.h — zip archives made in memory (APPNOTE 4.3): stored or "deflated"
 * (one stored block of RFC 1951, 3.2.4), with sizes in front or in a data descriptor. */
#pragma once
#include "base/buf.h"

enum zip_how { ZIP_STORED = 0, ZIP_DEFLATED = 1, ZIP_DESCRIPTOR = 2, ZIP_ENCRYPTED = 4 };

static inline void zip_le16(struct buf *b, unsigned v)
{
	buf_u8(b, (uint8_t)v);
	buf_u8(b, (uint8_t)(v >> 8));
}

static inline uint32_t zip_crc32(str s)
{
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < s.n; i++) {
		crc ^= (unsigned char)s.p[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static inline void zip_add(struct buf *b, const char *name, str content, int how)
{
	uint32_t packed = (uint32_t)content.n + (how & ZIP_DEFLATED ? 5 : 0), crc = zip_crc32(content);
	bool behind = how & ZIP_DESCRIPTOR;

	buf_add(b, STR("PK\3\4"));
	zip_le16(b, 20);
	zip_le16(b, (behind ? 8u : 0) | (how & ZIP_ENCRYPTED ? 1u : 0));
	zip_le16(b, how & ZIP_DEFLATED ? 8 : 0);
	buf_u32(b, 0); /* time */
	buf_u32(b, behind ? 0 : crc);
	buf_u32(b, behind ? 0 : packed);
	buf_u32(b, behind ? 0 : (uint32_t)content.n);
	zip_le16(b, (unsigned)strlen(name));
	zip_le16(b, 0);
	buf_add(b, str_c(name));
	if (how & ZIP_DEFLATED) {
		buf_u8(b, 1);
		zip_le16(b, (unsigned)content.n);
		zip_le16(b, ~(unsigned)content.n);
	}
	buf_add(b, content);
	if (!behind)
		return;
	buf_add(b, STR("PK\7\10"));
	buf_u32(b, crc);
	buf_u32(b, packed);
	buf_u32(b, (uint32_t)content.n);
}

/* A central directory without entries is enough for readers that go from front to back. */
static inline void zip_end(struct buf *b)
{
	buf_add(b, STR("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
}
