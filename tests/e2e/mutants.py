"""Damage by structure: tar members, compressed streams, JSON, lines of text, zip archives and binary files, each changed in
one or a few places. Everything is drawn from a random.Random that the caller seeds, so that the same seed gives the same bytes.
A mutator takes (random, bytes) and gives bytes; the lists at the end of a section name them."""
import copy
import io
import json
import struct
import tarfile

BLOCK = 512
NUMBERS = [0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]
HUGE = [0, -1, 1 << 31, (1 << 31) - 1, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 1 << 64, 10 ** 40, 1e308, -0.5]


# --- any bytes ---

def flip_bits(r, data):
    out = bytearray(data)
    for _ in range(r.choice((1, 1, 2, 8, 40))):
        if out:
            out[r.randrange(len(out))] ^= 1 << r.randrange(8)
    return bytes(out)


def set_number(r, data):
    width, order = r.choice((1, 2, 4, 8)), r.choice("<>")
    at = r.randrange(max(1, len(data) - width + 1))
    number = struct.pack(order + {1: "B", 2: "H", 4: "I", 8: "Q"}[width], r.choice(NUMBERS) & ((1 << (8 * width)) - 1))
    return data[:at] + number + data[at + width:]


def cut(r, data):
    return data[:r.randrange(len(data))] if data else data


def blank(r, data):
    at, n = r.randrange(max(1, len(data))), r.choice((1, 16, 512, 4096))
    return data[:at] + r.choice((b"\0", b"\xff"))[:1] * min(n, len(data) - at) + data[at + n:]


def repeat(r, data):
    at = r.randrange(max(1, len(data)))
    piece = data[at:at + r.choice((1, 16, 200))]
    return data[:at] + piece * r.choice((2, 3, 1000)) + data[at:]


def drop(r, data):
    at = r.randrange(max(1, len(data)))
    return data[:at] + data[at + r.choice((1, 4, 512)):]


def extend(r, data):
    return data + r.choice((b"\0" * 1024, data, b"PK\5\6", b"\n" * 5000, r.randbytes(3000)))


def noise(r, data):
    return r.randbytes(max(64, len(data)))


BYTES = [flip_bits, flip_bits, set_number, set_number, cut, blank, repeat, drop, extend]


def half(r, data):
    """What is left after this is no whole document of any kind."""
    return data[:len(data) // 2]


# --- lines ---

def lines_mutated(r, data):
    lines = data.split(b"\n")
    i, j = r.randrange(len(lines)), r.randrange(len(lines))
    line = lines[i]
    way = r.randrange(12)
    if way == 0:
        del lines[i]
    elif way == 1:
        lines.insert(j, line)
    elif way == 2:
        lines[i], lines[j] = lines[j], line
    elif way == 3:
        lines[i] = line[:r.randrange(len(line) + 1)]
    elif way == 4:
        lines[i] = line + b"x" * r.choice((100, 9000, 70000, 1 << 20))
    elif way == 5:
        lines[i] = line.replace(b":", r.choice((b"", b"::", b"\0", b"=")), 1)
    elif way == 6:
        at = r.randrange(len(line) + 1)
        lines[i] = line[:at] + r.choice((b"\0", b"\xff\xfe", b"\x1b[2J", b"\t", b"\r", b"\xe2\x80\xae", b'"', b"'")) + line[at:]
    elif way == 7:
        lines[i] = b" " * r.choice((1, 3, 5000)) + line
    elif way == 8:
        return b"\r\n".join(lines)
    elif way == 9:
        return b"\xef\xbb\xbf" + data
    elif way == 10:
        return data + b"\n".join(lines[i:j + 1] * 300)
    else:
        lines[i:i] = [b"", r.choice((b"garbage", b":", b"- - - -", b"[[", b"{" * 3000, b"- " * 3000, b"&a *a"))]
    return b"\n".join(lines)


LINES = [lines_mutated] * 4 + [flip_bits, cut, repeat]


# --- JSON ---

def json_value(r):
    return r.choice([None, True, "", "\0", "x" * 70000, "../../../etc/passwd", "\ud800", "\x1b[31m", [], {}, [[]], {"": ""},
                     "sha256:" + "0" * 64, "sha512:00", "9" * 400, *HUGE])


def json_places(value, found=None):
    found = [] if found is None else found
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            found.append((value, key))
            json_places(value[key], found)
    return found


def json_change(r, document):
    """One place of a parsed document changed."""
    places = json_places(document)
    if not places:
        return json_value(r)
    inside, key = r.choice(places)
    way = r.randrange(8)
    if way == 0:
        del inside[key]
    elif way == 1 and isinstance(inside, list):
        inside += [inside[key]] * r.choice((1, 2000))
    elif way == 2:
        inside[key] = [inside[key]]
    elif way == 3:
        inside[key] = {"a": inside[key]}
    elif way == 4:
        other, where = r.choice(places)
        try:
            inside[key] = copy.deepcopy(other[where])
        except (KeyError, IndexError):
            pass
    elif way == 5 and isinstance(inside, dict):
        inside[r.choice(("", key.upper(), key + "x", "\0"))] = inside.pop(key)
    else:
        inside[key] = json_value(r)
    return document


def json_mutated(r, data):
    try:
        text = data.decode()
        document = json.loads(text)
    except ValueError:
        return flip_bits(r, data)
    way = r.randrange(12)
    if way == 0:
        return data.replace(b":", b":" + b"[" * r.choice((50, 200, 100000)), 1)
    if way == 1:
        return data.replace(b"{", b'{"a":{' * 3000, 1)
    if way == 2:  # a key twice
        return data.replace(b"{", data[:data.find(b",")] + b"," if data[:1] == b"{" and b"," in data else b"{", 1)
    if way == 3:
        return data + r.choice((b"}", b"{}", data, b"\0", b"\n\n x"))
    if way == 4:
        return text.encode(r.choice(("utf-16", "utf-8-sig", "utf-32-be")))
    if way == 5:
        return flip_bits(r, data)
    for _ in range(r.choice((1, 1, 2, 5))):
        document = json_change(r, document)
    return json.dumps(document).encode()


JSON = [json_mutated] * 5 + [cut, flip_bits]


# --- zip ---

ZIP_FIELDS = {  # offset, width of the fields behind a signature
    b"PK\3\4": [(4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)],
    b"PK\1\2": [(6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (34, 2), (42, 4)],
    b"PK\5\6": [(4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)],
}


def zip_field(r, data):
    mark = r.choice(list(ZIP_FIELDS))
    spots = [i for i in range(len(data)) if data.startswith(mark, i)]
    if not spots:
        return flip_bits(r, data)
    at, (offset, width) = r.choice(spots), r.choice(ZIP_FIELDS[mark])
    number = r.choice(NUMBERS) & ((1 << (8 * width)) - 1)
    return data[:at + offset] + number.to_bytes(width, "little") + data[at + offset + width:]


def zip64_end(r, data):
    """A zip64 end record with wild counts, and the 32-bit one pointing to it."""
    at = data.rfind(b"PK\5\6")
    if at < 0:
        return data
    wild = [r.choice([0, 1, len(data), at, (1 << 32) - 1, (1 << 63), (1 << 64) - 1]) for _ in range(5)]
    record = b"PK\6\6" + struct.pack("<QHHIIQQQQ", r.choice((44, 0, wild[0])), 45, 45, 0, 0, *wild[1:5])
    locator = b"PK\6\7" + struct.pack("<IQI", 0, r.choice((at, wild[0])), 1)
    end = data[at:at + 8] + b"\xff" * 12 + data[at + 20:]
    return data[:at] + record + locator + end


ZIP = [zip_field] * 5 + [zip64_end, zip64_end, flip_bits, cut, drop, repeat, extend]


# --- ELF ---

def elf_field(r, data):
    """The file's header, or an entry of its tables of segments and sections."""
    offsets = [(16, 2), (18, 2), (24, 8), (32, 8), (40, 8), (52, 2), (54, 2), (56, 2), (58, 2), (60, 2), (62, 2)]
    sections = int.from_bytes(data[40:48], "little")
    for i in range(8):
        offsets += [(sections + 64 * i + at, n) for at, n in ((0, 4), (4, 4), (24, 8), (32, 8), (40, 4), (56, 8))]
    at, width = r.choice([(a, n) for a, n in offsets if a + n <= len(data)] or [(0, 1)])
    number = r.choice([*NUMBERS, len(data), len(data) - 1, (1 << 63) - 1, (1 << 64) - 1]) & ((1 << (8 * width)) - 1)
    return data[:at] + number.to_bytes(width, "little") + data[at + width:]


ELF = [elf_field] * 5 + [flip_bits, set_number, cut, blank]


# --- pages: SQLite, ndb, Berkeley DB ---

def page_field(r, data):
    """A number in the head of the file or of a page, where counts and links stand."""
    page = r.choice((512, 512, 4096))
    at = r.choice(range(0, max(1, len(data)), page)) + r.randrange(64)
    width, order = r.choice((1, 2, 2, 4, 4)), r.choice(("little", "big"))
    number = r.choice([*NUMBERS, len(data), len(data) // page]) & ((1 << (8 * width)) - 1)
    return data[:at] + number.to_bytes(width, order) + data[at + width:]


def page_swap(r, data):
    """A page where another one was: links in circles, the wrong kind of page."""
    pages = [data[i:i + 512] for i in range(0, len(data), 512)]
    pages[r.randrange(len(pages))] = r.choice(pages)
    return b"".join(pages)


PAGES = [page_field] * 5 + [page_swap, flip_bits, set_number, cut, blank, drop]


# --- tar ---

def checksummed(head):
    head = bytearray(head)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def split_tar(data):
    """A tar as a list of [head, body with its padding]."""
    parts = []
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        ends = [m.offset for m in tar.getmembers()] + [None]
        for member, end in zip(tar.getmembers(), ends[1:]):
            end = end if end is not None else member.offset_data + (member.size + BLOCK - 1) // BLOCK * BLOCK
            parts.append([data[member.offset:member.offset + BLOCK], data[member.offset + BLOCK:end]])
    return parts


def join_tar(parts, end=b"\0" * 1024):
    return b"".join(head + body for head, body in parts) + end


def plain_head(name, kind, size, link=b""):
    head = bytearray(BLOCK)
    head[0:100] = name[:100].ljust(100, b"\0")
    head[100:124] = b"0000644\0" + b"0000000\0" * 2
    head[124:136] = b"%011o\0" % size
    head[136:148] = b"00000000000\0"
    head[156:157] = kind
    head[157:257] = link[:100].ljust(100, b"\0")
    head[257:265] = b"ustar\00000"
    return checksummed(head)


def padded(body):
    return body + b"\0" * (-len(body) % BLOCK)


TAR_FIELDS = [(0, 100), (100, 8), (108, 8), (124, 12), (136, 12), (148, 8), (156, 1), (157, 100), (257, 6), (263, 2), (345, 155)]


def field_value(r, width):
    value = r.choice([b"", b"\0" * width, b"\xff" * width, b"\x80" + r.randbytes(width - 1), b"\x80" + b"\0" * (width - 2) + b"\1",
                      b"7" * width, b"-1", b" 12 ", b"zzzz", b"../" * (width // 3), b"/" * width, b"a" * width, r.randbytes(width),
                      b"\xff" * (width - 1) + b"\0"])
    return value[:width].ljust(width, b"\0")


def tar_header(r, data):
    parts = split_tar(data)
    part = r.choice(parts)
    at, width = r.choice(TAR_FIELDS)
    head = part[0][:at] + field_value(r, width) + part[0][at + width:]
    part[0] = head if at == 148 else checksummed(head)
    return join_tar(parts)


def tar_kind(r, data):
    parts = split_tar(data)
    part = r.choice(parts)
    kind = r.choice(b"\0" b"01234567LKSMVXDNxgAZ?").to_bytes(1, "little")
    part[0] = checksummed(part[0][:156] + kind + part[0][157:])
    return join_tar(parts)


def tar_pax(r, data):
    parts = split_tar(data)
    key = r.choice((b"path", b"size", b"linkpath", b"GNU.sparse.size", b"GNU.sparse.map", b"GNU.sparse.major", b"GNU.sparse.name",
                    b"GNU.sparse.realsize", b"mtime", b"SCHILY.xattr.x", b"hdrcharset", b""))
    value = r.choice((b"", b"-1", b"0", b"1", b"99999999999999999999999", b"18446744073709551615", b"x" * 9000, b"../../x", b"a\0b",
                      b"\xff\xfe", b"1.5", b"/" * 300, b"1,2,3,4", b"\n"))
    record = b" " + key + b"=" + value + b"\n"
    length = r.choice((len(record) + 1 + len(str(len(record))), 0, 3, 1 << 40, -1, len(record)))
    body = b"%d" % length + record
    body = r.choice((body, body * 2, b"5 a=\n" + body, body[:-1], b"\0" * 512 + body, body + b"7 x=1\n"))
    at = r.randrange(len(parts) + 1)
    size = r.choice((len(body), len(body), len(body) + 1, 1 << 33, 0))
    parts.insert(at, [plain_head(b"pax", r.choice((b"x", b"x", b"g", b"X")), size), padded(body)])
    return join_tar(parts)


def tar_long_name(r, data):
    parts = split_tar(data)
    name = r.choice((b"a/" * 5000, b"x" * 100000, b"\0", b"srv/x\0tail", b"../" * 200 + b"etc/os-release", b"/", b"", b".wh." + b"w" * 4000))
    size = r.choice((len(name), len(name) + 1, 1 << 32, 8 << 30, 0))
    at = r.randrange(len(parts) + 1)
    parts[at:at] = [[plain_head(b"././@LongLink", r.choice((b"L", b"K")), size), padded(name)]] * r.choice((1, 1, 2, 300))
    return join_tar(parts)


def tar_sparse(r, data):
    """Old GNU sparse: runs that overlap, run past the end, or go on in extension blocks."""
    parts = split_tar(data)
    head = bytearray(plain_head(b"srv/sparse", b"S", r.choice((0, 512, 4096))))
    head[257:265] = b"ustar  \0"
    for i in range(4):
        for j in range(2):
            at = 386 + 24 * i + 12 * j
            head[at:at + 12] = r.choice((b"%011o\0" % r.choice((0, 512, 1 << 20, (1 << 33) - 1)), b"\x80" + r.randbytes(11), b"x" * 12))
    head[482:483] = r.choice((b"\0", b"\1"))
    head[483:495] = r.choice((b"%011o\0" % 512, b"\x80" + b"\0" * 6 + b"\7\xff\xff\xff\xff", b"\xff" * 12))
    parts.insert(r.randrange(len(parts) + 1), [checksummed(head), r.randbytes(512) * r.choice((0, 1, 8))])
    return join_tar(parts)


def tar_links(r, data):
    """Links in circles, to themselves, out of the image, onto what is read."""
    parts = split_tar(data)
    names = [b"etc/os-release", b"var/lib/dpkg/status", b"var/lib/dpkg", b"lib", b"a", b"b", b"c", b"a/b", b"usr", b"srv", b".", b"/", b".."]
    for _ in range(r.choice((1, 2, 3, 40))):
        name, link = r.choice(names), r.choice([*names, b"../" * 30 + b"etc", b"/proc/self/mem", b"x" * 99, b""])
        parts.insert(r.randrange(len(parts) + 1), [plain_head(name, r.choice((b"1", b"2", b"2")), r.choice((0, 0, 512)), link), b""])
    return join_tar(parts)


def tar_whiteout(r, data):
    parts = split_tar(data)
    for _ in range(r.choice((1, 1, 3))):
        base = r.choice((b".wh.", b".wh..", b".wh...", b".wh..wh.", b".wh..wh..opq", b".wh..wh..opq/x", b".wh..wh.plnk", b".wh.x/y",
                         b".wh.\xff", b".wh.a\nb", b"x/.wh.", b".wh..wh..wh..opq", b".wh.etc", b"../.wh.x", b"//.wh..wh..opq"))
        folder = r.choice((b"", b"etc/", b"var/lib/dpkg/", b"app/", b"./", b"/", b"../"))
        parts.insert(r.randrange(len(parts) + 1), [plain_head(folder + base, r.choice((b"0", b"5", b"1", b"2")), 0), b""])
    return join_tar(parts)


def tar_order(r, data):
    parts = split_tar(data)
    r.shuffle(parts)
    return join_tar(parts + [copy.copy(r.choice(parts)) for _ in range(r.choice((0, 1, 30)))])


def tar_joined(r, data):
    """Two archives in one file, with or without an end between them, or something after the end."""
    return r.choice((data + data, join_tar(split_tar(data), b"") * 2, data + r.randbytes(2000), data + b"\0" * 50000 + data,
                     b"\0" * 512 + data, data[:-1024], data[:-1024] + b"\0" * 512, data[:-1024] + b"\0" * 511))


def tar_cut(r, data):
    return data[:r.randrange(len(data) - 1024)]


def tar_deep(r, data):
    parts = split_tar(data)
    name = r.choice((b"d/" * 49 + b"f", b"/".join([b".."] * 33), b"./" * 49, b"a//b/./c/../x"))
    parts[:0] = [[plain_head(name, b"5", 0), b""]] * r.choice((1, 2000))
    return join_tar(parts)


TAR = [tar_header] * 6 + [tar_kind] * 2 + [tar_pax] * 4 + [tar_long_name] * 2 + [tar_sparse] * 2 + [
    tar_links] * 3 + [tar_whiteout] * 3 + [tar_order, tar_joined, tar_joined, tar_cut, tar_cut, tar_deep, flip_bits, blank, drop]


# --- compressed streams ---

def gzip_head(r, data):
    """Flags, extra fields, names and comments that are not there or never end; another method."""
    at = r.choice((2, 3, 3, 3, 8, 9))
    flagged = data[:at] + bytes([r.randrange(256)]) + data[at + 1:]
    extra = data[:3] + b"\4" + data[4:10] + struct.pack("<H", r.choice((0, 5, 65535))) + data[10:]
    named = data[:3] + b"\x18" + data[4:10] + b"n" * r.choice((1, 100000)) + r.choice((b"\0\0", b"\0", b"")) + data[10:]
    return r.choice((flagged, flagged, extra, named))


def gzip_tail(r, data):
    """The CRC, or the length."""
    at = r.choice((-8, -4))
    tail = bytearray(data[-8:])
    tail[at] ^= 1 << r.randrange(8)
    return data[:-8] + bytes(tail)


def gzip_more(r, data):
    empty = bytes.fromhex("1f8b08000000000000030300000000000000")[:18] + b"\0\0"
    return r.choice((data + data, empty + data, data + empty, data + b"\0" * 999, data + b"garbage", data + data[:10], empty * 2000 + data,
                     data + r.randbytes(4000)))


GZIP = [gzip_head] * 3 + [gzip_more] * 2 + [flip_bits] * 3 + [set_number, drop, repeat, blank]


def zstd_head(r, data):
    """The frame's descriptor: window, dictionary, content size; skippable frames; block headers."""
    out = bytearray(data)
    out[r.choice((4, 4, 5, 6, 7, 8, 9, 10, 11, 12))] = r.choice((0, 1, 0x7f, 0x80, 0xe3, 0xf8, 0xff, r.randrange(256)))
    skip = bytes([0x50 + r.randrange(16)]) + b"\x2a\x4d\x18" + struct.pack("<I", r.choice((0, 4, 1 << 20, 0xffffffff))) + b"skip"
    return r.choice((bytes(out), bytes(out), skip + data, data + skip, data + data, data + b"garbage"))


ZSTD = [zstd_head] * 5 + [flip_bits] * 2 + [drop, repeat, blank, set_number]
