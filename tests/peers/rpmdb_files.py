#!/usr/bin/env python3
"""Writes rpm databases in the formats that today's rpm no longer writes, and small ones for fuzzing.

    rpmdb_files.py KIND OUT [--from RPMDB.sqlite] [--page BYTES]

KIND is bdb (Berkeley DB hash, little-endian), bdb-big (big-endian), ndb, sqlite or header (one header as it
is). The headers are those of an SQLite database made by rpm, or three small ones. Berkeley DB files written
here are read by rpm's own bdb_ro back end.
"""
import argparse
import sqlite3
import struct
import zlib

STRING, INT32 = 6, 4
TAGS = {"name": 1000, "version": 1001, "release": 1002, "vendor": 1011, "license": 1014, "arch": 1022,
        "source": 1044, "module": 5096}


def header(epoch=None, **tags):
    """A header without regions: index entries by tag, then the data."""
    entries = sorted((TAGS[k], v) for k, v in tags.items())
    data, index = b"", b""
    if epoch is not None:
        data = struct.pack(">I", epoch)
        index = struct.pack(">4I", 1003, INT32, 0, 1)
    for tag, text in entries:
        index += struct.pack(">4I", tag, STRING, len(data), 1)
        data += text.encode() + b"\0"
    return struct.pack(">II", len(index) // 16, len(data)) + index + data


def small():
    return [
        (1, header(name="keel", version="1.2", release="3.el8", arch="x86_64", license="MIT", vendor="Ship Yard",
                   source="keel-1.2-3.el8.src.rpm")),
        (2, header(epoch=2, name="mast", version="5~rc1", release="1.el8", arch="noarch",
                   source="rigging-4-1.el8.src.rpm", module="rigging:4:80:ab", license="GPLv2+ " * 90)),
        (3, header(name="gpg-pubkey", version="0a1b2c3d", release="4e5f6071", license="pubkey")),
    ]


def read_sqlite(path):
    db = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    return db.execute("SELECT hnum, blob FROM Packages").fetchall()


def write_sqlite(path, records, page):
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA page_size = {page}")
    db.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    db.executemany("INSERT INTO Packages VALUES (?, ?)", records)
    db.commit()
    db.execute("VACUUM")
    db.close()


def ndb(records):
    pages = (len(records) + 2 + 255) // 256
    block = pages * 256
    slots, blobs = b"", b""
    for key, data in records:
        count = (16 + len(data) + 12 + 15) // 16
        slots += b"Slot" + struct.pack("<3I", key, block, count)
        head = b"BlbS" + struct.pack("<3I", key, 1700000000, len(data)) + data
        head += bytes(count * 16 - 12 - len(head))
        blobs += head + struct.pack("<2I", zlib.adler32(head), len(data)) + b"BlbE"
        block += count
    slots += (b"Slot" + bytes(12)) * (pages * 256 - 2 - len(records))
    top = b"RpmP" + struct.pack("<4I", 0, 46, pages, len(records) + 1)
    return top.ljust(32, b"\0") + slots + blobs


class Bdb:
    """A hash database: as many buckets as a power of two, chains of hash pages, overflow pages."""

    def __init__(self, page, big):
        self.page, self.order = page, ">" if big else "<"
        self.pages = [b""]

    def pack(self, fmt, *values):
        return struct.pack(self.order + fmt, *values)

    def hash(self, key):
        h = 0
        for byte in key:
            h = (h * 16777619 & 0xFFFFFFFF) ^ byte
        return h

    def put(self, number, kind, follows, entries, low, body):
        head = bytes(8) + self.pack("3I2H", number, 0, follows, entries, low) + bytes([0, kind])
        self.pages[number] = (head + body).ljust(self.page, b"\0")

    def overflow(self, data):
        room, first = self.page - 26, len(self.pages)
        parts = [data[i:i + room] for i in range(0, len(data), room)]
        for i, part in enumerate(parts):
            self.pages.append(b"")
            self.put(first + i, 7, first + i + 1 if i + 1 < len(parts) else 0, 1, len(part), part)
        return bytes([3, 0, 0, 0]) + self.pack("2I", first, len(data))

    def hash_page(self, number, follows, items):
        offsets, body, at = b"", b"", self.page
        for item in items:
            at -= len(item)
            offsets += self.pack("H", at)
            body = item + body
        gap = self.page - 26 - len(offsets) - len(body)
        self.put(number, 13, follows, len(items), at, offsets + bytes(gap) + body)

    def write(self, records, uid=bytes(20)):
        buckets = 1
        while buckets * 8 < len(records):
            buckets *= 2
        chains = [[] for _ in range(buckets)]
        for key, data in [(0, self.pack("I", len(records) + 1)), *records]:
            text = self.pack("I", key)
            chains[self.hash(text) & (buckets - 1)].append((text, data))
        self.pages += [b""] * buckets
        for bucket, chain in enumerate(chains):
            number, items, used = 1 + bucket, [], 26
            for text, data in chain:
                value = b"\1" + data if len(data) < self.page // 4 else self.overflow(data)
                size = 5 + len(value) + 4
                if used + size > self.page:
                    self.pages.append(b"")
                    self.hash_page(number, len(self.pages) - 1, items)
                    number, items, used = len(self.pages) - 1, [], 26
                items += [b"\1" + text, value]
                used += size
            self.hash_page(number, 0, items)
        last, mask = len(self.pages) - 1, buckets - 1
        meta = bytes(8) + self.pack("4I", 0, 0x61561, 9, self.page) + bytes([0, 8, 0, 0])
        meta += self.pack("5I", 0, last, 0, len(records) + 1, len(records) + 1) + self.pack("I", 0) + uid
        meta = meta[:72].ljust(72, b"\0")
        meta += self.pack("6I", mask, mask, mask >> 1, 0, len(records) + 1, 0) + self.pack("32I", *[1] * 32)
        self.pages[0] = meta.ljust(self.page, b"\0")
        return b"".join(self.pages)


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("kind", choices=["bdb", "bdb-big", "ndb", "sqlite", "header"])
    parse.add_argument("out")
    parse.add_argument("--from", dest="source")
    parse.add_argument("--page", type=int, default=4096)
    args = parse.parse_args()
    records = read_sqlite(args.source) if args.source else small()
    if args.kind == "sqlite":
        write_sqlite(args.out, records, args.page)
        return
    if args.kind == "header":
        data = records[0][1]
    elif args.kind == "ndb":
        data = ndb(records)
    else:
        data = Bdb(args.page, args.kind == "bdb-big").write(records)
    with open(args.out, "wb") as out:
        out.write(data)


if __name__ == "__main__":
    main()
