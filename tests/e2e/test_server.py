#!/usr/bin/env python3
"""The server of src/net under good and bad clients: curl, sockets that lie, openssl s_client. It drives server_echo,
which stands beside the program in its build folder."""
import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

BUILD = pathlib.Path(os.environ["PLIMSOLL"]).resolve().parents[2]
ECHO = BUILD / "tests/unit/net/server_echo"
WORK = pathlib.Path(os.environ.get("WORK") or tempfile.mkdtemp())


class Server:
    def __init__(self, kind="plain", **options):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        (self.folder / "data").write_bytes(os.urandom(3_000_017))
        self.kind = kind
        words = [str(ECHO), str(self.folder), kind, *(f"{k}={v}" for k, v in options.items())]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        line = self.process.stdout.readline()
        assert line.startswith("port "), line
        self.port = int(line.split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            assert self.process.wait(60) == 0, f"the server ended with {self.process.returncode}"
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def counts(self):
        words = self.say("counts").split()
        return {k: int(v) for k, v in zip(words[::2], words[1::2])}

    def context(self):
        c = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        return c

    def socket(self, timeout=20):
        s = socket.create_connection(("127.0.0.1", self.port), timeout)
        return self.context().wrap_socket(s, server_hostname="localhost") if self.kind == "tls" else s

    def client(self):
        if self.kind == "tls":
            return http.client.HTTPSConnection("localhost", self.port, timeout=30, context=self.context())
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def curl(self, path, *more):
        scheme = "https" if self.kind == "tls" else "http"
        return subprocess.run(
            ["curl", "-sS", "--max-time", "20", "--cacert", str(self.folder / "cert.pem"), *more,
             f"{scheme}://localhost:{self.port}{path}"], capture_output=True, check=False)


def all_of(s):
    """What comes until the other side ends."""
    out = b""
    with contextlib.suppress(ConnectionResetError, ssl.SSLError):
        while piece := s.recv(65536):
            out += piece
    return out


def answer_to(server, raw, end=False):
    with server.socket() as s:
        s.sendall(raw)
        if end:
            s.shutdown(socket.SHUT_WR)
        return all_of(s)


def status_of(raw):
    return int(raw.split()[1]) if raw.startswith(b"HTTP/1.1 ") else 0


def get(path="/", more="", version="1.1", method="GET"):
    return f"{method} {path} HTTP/{version}\r\nHost: h\r\nConnection: close\r\n{more}\r\n".encode()


def heads_have_one_reading(server):
    rows = [
        # a rule, the bytes, the status
        ("a request", get(), 200),
        ("an empty line before it", b"\r\n" + get(), 200),
        ("absolute-form", get("http://other:80/tell/x?y"), 200),
        ("OPTIONS *", get("*", method="OPTIONS"), 200),
        ("HTTP/1.0 needs no Host", b"GET / HTTP/1.0\r\n\r\n", 200),
        ("HTTP/1.1 does", b"GET / HTTP/1.1\r\n\r\n", 400),
        ("two Hosts", get(more="Host: h\r\n"), 400),
        ("a Host with a path", b"GET / HTTP/1.1\r\nHost: h/x\r\n\r\n", 400),
        ("a Host with a user", b"GET / HTTP/1.1\r\nHost: a@h\r\n\r\n", 400),
        ("a Host without a name", b"GET / HTTP/1.1\r\nHost: :80\r\n\r\n", 400),
        ("HTTP/2", get(version="2.0"), 505),
        ("no version", b"GET /\r\nHost: h\r\n\r\n", 400),
        ("a method nobody knows", get(method="BREW"), 501),
        ("BREW", get(method="BREW"), 501),
        ("small letters", get(method="get"), 501),
        ("CONNECT", b"CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        ("a method the path has not", get("/kib", method="DELETE"), 405),
        ("two spaces", b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("a space in the target", get("/a b"), 400),
        ("a bare LF", b"GET / HTTP/1.1\nHost: h\n\n\r\n\r\n", 400),
        ("a bare LF in a field", b"GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400),
        ("a bare CR in a field", b"GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", 400),
        ("a folded line", get(more="X: a\r\n b\r\n"), 400),
        ("a space before the colon", get(more="Content-Length : 3\r\n"), 400),
        ("a field without a name", get(more=": x\r\n"), 400),
        ("a field without a colon", get(more="nothing\r\n"), 400),
        ("NUL in a field", get(more="X: a\0b\r\n"), 400),
        ("both lengths", get(more="Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400),
        ("both lengths, the other way round", get(more="Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), 400),
        ("two different lengths", get(more="Content-Length: 3\r\nContent-Length: 4\r\n"), 400),
        ("two equal lengths", get(more="Content-Length: 0\r\nContent-Length: 0\r\n"), 200),
        ("a list of lengths", get(more="Content-Length: 0, 0\r\n"), 400),
        ("a signed length", get(more="Content-Length: +0\r\n"), 400),
        ("a hexadecimal length", get(more="Content-Length: 0x0\r\n"), 400),
        ("a length past 64 bits", get(more="Content-Length: 18446744073709551616\r\n"), 400),
        ("an empty length", get(more="Content-Length:\r\n"), 400),
        ("a coding nobody knows", get(more="Transfer-Encoding: xchunked\r\n"), 501),
        ("a vertical tab before a coding", get(more="Transfer-Encoding: \x0bchunked\r\n"), 400),
        ("two codings", get(more="Transfer-Encoding: gzip, chunked\r\n"), 501),
        ("two fields of codings", get(more="Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400),
        ("chunks in HTTP/1.0", get(more="Transfer-Encoding: chunked\r\n", version="1.0"), 400),
        ("an expectation nobody knows", get(more="Expect: miracles\r\n"), 417),
        ("a broken escape", get("/%4"), 400),
        ("a wrong escape", get("/%zz"), 400),
        ("NUL in the path", get("/tell/%00"), 400),
        ("no UTF-8 in the path", get("/tell/%ff"), 400),
        ("a fragment", get("/tell/#x"), 400),
        ("..", get("/tell/../x"), 400),
        (".. in escapes", get("/tell/%2e%2E/x"), 400),
        (".. behind an escaped slash", get("/tell/a%2f..%2fx"), 400),
        (".", get("/tell/./x"), 400),
        (".. at the end", get("/tell/.."), 400),
        ("... is a name", get("/tell/.../x"), 200),
        ("raw bytes over 127", b"GET /tell/\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("a target of 8000 bytes", get("/tell/" + "a" * 8000), 200),
        ("one of 9000", get("/tell/" + "a" * 9000), 414),
        ("one of 100000", get("/tell/" + "a" * 100_000), 414),
        ("a head of 40000 bytes", get(more="".join(f"X-{i}: {'y' * 990}\r\n" for i in range(40))), 431),
        ("101 fields", get(more="X: y\r\n" * 99), 431),
        ("a broken parameter", get("/items/x?wish=%f"), 400),
        ("no TLS where none is spoken", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    ]
    wrong = []
    for rule, raw, want in rows:
        got = answer_to(server, raw)
        if status_of(got) != want:
            wrong.append(f"{rule}: {got[:60]!r}, not {want}")
        if want >= 400 and want not in (405,) and rule != "a broken parameter":
            head, _, body = got.partition(b"\r\n\r\n")
            error = json.loads(body)["error"]
            assert error["code"] and error["message"], rule
            assert b"Connection: close" in head, rule
        assert b"\r\nServer:" not in got
    assert not wrong, "\n".join(wrong)


def what_a_handler_sees(server):
    text = answer_to(server, get("/tell//a%20b%2Fc///d?x=%31&y", "User-Agent:  me \r\n")).decode()
    for line in ("path: /tell/a b/c/d", "query: x=%31&y", "host: h", "peer: 127.0.0.1", "agent: me"):
        assert line + "\n" in text, (line, text)
    assert "host: other:80\n" in answer_to(server, get("http://other:80/tell/x")).decode()
    split = answer_to(server, get("/items/a?wish=1%0d%0aSet-Cookie:%20x"))
    assert b"X-Wish: 1\r\n" in split and b"Set-Cookie" not in split
    assert status_of(answer_to(server, get("/silent"))) == 500
    nothing = answer_to(server, get("/nothing"))
    assert b"204" in nothing and b"Content-Length" not in nothing and nothing.endswith(b"\r\n\r\n")
    head = answer_to(server, get("/kib", method="HEAD"))
    assert b"Content-Length: 1024\r\n" in head and head.endswith(b"\r\n\r\n")


def who_asks_behind_a_proxy(server):
    rows = [("X-Forwarded-For: 9.9.9.9, 192.0.2.7\r\n", "192.0.2.7"), ("X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1"),
            ("X-Forwarded-For: [2001:db8::1]:99\r\n", "2001:db8::1"), ("X-Forwarded-For: 192.0.2.7:99\r\n", "192.0.2.7"),
            ("X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 192.0.2.8\r\n", "192.0.2.8"),
            ("X-Forwarded-For: nonsense\r\n", "127.0.0.1"), ("X-Forwarded-For:\r\n", "127.0.0.1"), ("", "127.0.0.1")]
    for more, want in rows:
        got = answer_to(server, get("/tell/x", more)).decode()
        assert f"peer: {want}\n" in got, (more, got)
    assert "https: yes" in answer_to(server, get("/tell/x", "X-Forwarded-Proto: https\r\n")).decode()
    assert "https: no" in answer_to(server, get("/tell/x")).decode()


def claims_count_for_nothing_over_tls(server):
    got = answer_to(server, get("/tell/x", "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: http\r\n")).decode()
    assert "peer: 127.0.0.1\n" in got and "https: yes\n" in got


def bodies_in_every_cut(server):
    data = os.urandom(300_000)
    c = server.client()
    for headers, body in (({}, data), ({"Transfer-Encoding": "chunked"}, [data[:1], data[1:70000], data[70000:]])):
        c.request("POST", "/echo", body=body, headers=headers, encode_chunked=bool(headers))
        assert c.getresponse().read() == data
    chunked = b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" \
              b"3;x=\"y\"\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
    with server.socket() as s:
        for b in chunked:
            s.sendall(bytes([b]))
        assert all_of(s).endswith(b"\r\n\r\nabc0123456789")
    head = b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    for bad in (b"x\r\n", b"\r\n", b"-1\r\n", b" 1\r\na\r\n", b"1 \r\na\r\n", b"1\na\r\n", b"1\r\nab\r\n", b"1\r\na\n0\r\n\r\n",
                b"0\r\nA: b\n\r\n", b"0x1\r\na\r\n"):
        assert status_of(answer_to(server, head + bad)) == 400, bad
    assert status_of(answer_to(server, head + b"FFFFFFFFFFFFFFFFF\r\n")) == 413


def too_large_is_said_at_once(server):
    head = "POST /echo HTTP/1.1\r\nHost: h\r\n"
    assert status_of(answer_to(server, f"{head}Content-Length: 4194305\r\n\r\n".encode())) == 413
    assert status_of(answer_to(server, f"{head}Transfer-Encoding: chunked\r\n\r\n400001\r\n".encode())) == 413
    # an answer that comes while the client still sends is not lost in a reset
    got = server.curl("/echo", "-H", "Expect:", "--data-binary", f"@{big_file(20_000_000)}", "-w", "%{http_code}")
    assert got.stdout.endswith(b"413"), got
    many = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 65
    with server.socket() as s:
        with contextlib.suppress(OSError):
            s.sendall(many)
        assert status_of(all_of(s)) == 413


def big_file(n):
    path = WORK / f"big{n}"
    if not path.exists():
        path.write_bytes(b"\0" * n)
    return path


def a_body_that_waits_for_leave(server):
    with server.socket() as s:
        s.sendall(b"POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        assert s.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        s.sendall(b"hello")
        assert s.recv(1000).endswith(b"hello")
        s.sendall(b"POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n")
        assert status_of(s.recv(1000)) == 413


def addresses(_):
    folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
    rows = [("plain", "::1", "::1", "port"), ("plain", "::", "", "error USAGE"), ("plain", "0.0.0.0", "", "error USAGE"),
            ("tls", "localhost", "", "error USAGE"), ("plain", "127.0.0.2", "127.0.0.2", "port")]
    for kind, listen, connect, want in rows:
        with subprocess.Popen([str(ECHO), str(folder), kind, f"listen={listen}"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as p:
            line = p.stdout.readline()
            assert line.startswith(want), (listen, line)
            if connect:
                with socket.create_connection((connect, int(line.split()[1])), 5) as s:
                    s.sendall(get("/tell/x"))
                    assert f"peer: {s.getsockname()[0]}\n".encode() in all_of(s)
            p.stdin.close()


def pipelined(server):
    with server.socket() as s:
        s.sendall(b"".join(f"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n{i:03}".encode() for i in range(500)) +
                  get("/nothing"))
        got = all_of(s)
    bodies = [p[p.index(b"\r\n\r\n") + 4:] for p in got.split(b"HTTP/1.1 ")[1:]]
    assert bodies == [f"{i:03}".encode() for i in range(500)] + [b""]


def half_closed(server):
    assert answer_to(server, b"GET /slow/300 HTTP/1.1\r\nHost: h\r\n\r\n", end=True).endswith(b'"slept"')
    assert answer_to(server, b"GET /kib HTTP/1.1\r\nHo", end=True) == b""
    assert answer_to(server, b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel", end=True) == b""


def large_answers(server):
    data = (server.folder / "data").read_bytes()
    got = server.curl("/file")
    assert hashlib.sha256(got.stdout).digest() == hashlib.sha256(data).digest()
    assert server.curl("/file/1000/70001").stdout == data[1000:71001]
    assert server.curl("/file/2999999/100").returncode == 18  # shorter than promised: cut, not padded
    assert len(server.curl("/large/30000000").stdout) == 30_000_000
    (server.folder / "data").rename(server.folder / "away")
    assert server.curl("/file/1000/70001", "-w", "%{http_code}").stdout.endswith(b"500")
    (server.folder / "away").rename(server.folder / "data")
    assert server.curl("/large/99000000", "-w", "%{http_code}").stdout.endswith(b"500")
    c = server.client()
    for _ in range(3):  # and the connection goes on
        c.request("GET", "/file")
        assert c.getresponse().read() == data


def keep_alive(server):
    with server.socket() as s:
        for _ in range(3):
            s.sendall(b"GET /kib HTTP/1.1\r\nHost: h\r\n\r\n")
            got = b""
            while len(got.partition(b"\r\n\r\n")[2]) < 1024:
                got += s.recv(4096)
            assert b"Connection: close" not in got
        s.sendall(b"GET /kib HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert b"Connection: keep-alive" in s.recv(4096)
    assert b"Connection: close" in answer_to(server, b"GET /kib HTTP/1.0\r\n\r\n")


def deadlines(kind):
    with Server(kind, head=1, body=1, idle=1) as server:
        def drip(head, piece):
            start = time.monotonic()
            with server.socket() as s:
                s.settimeout(0.2)
                s.sendall(head)
                got = b""
                while time.monotonic() - start < 10:
                    try:
                        s.sendall(piece)
                        more = s.recv(4096)
                        if not more:
                            break
                        got += more
                    except TimeoutError:
                        continue
                    except OSError:
                        break
            return time.monotonic() - start, got

        took, got = drip(b"GET / HTTP/1.1\r\nHost: h\r\nX: ", b"a")
        assert took < 5 and status_of(got) == 408, (took, got)
        took, got = drip(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n", b"a")
        assert took < 5 and status_of(got) == 408, (took, got)
        took, got = drip(b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n")
        assert took < 5 and status_of(got) == 408, (took, got)
        for said in (b"", b"GET /kib HTTP/1.1\r\nHost: h\r\n\r\n"):  # says nothing, says nothing more
            start = time.monotonic()
            with server.socket() as s:
                s.sendall(said)
                all_of(s)
            assert time.monotonic() - start < 4
        with server.socket() as s:  # asks for much and reads nothing
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.sendall(b"GET /large/50000000 HTTP/1.1\r\nHost: h\r\n\r\n")
            time.sleep(4)
            assert server.counts()["open"] == 0
        if kind == "tls":  # a handshake that never comes
            start = time.monotonic()
            with socket.create_connection(("127.0.0.1", server.port), 10) as s:
                s.sendall(b"\x16\x03\x01")
                all_of(s)
            assert time.monotonic() - start < 4


def how_many(kind):
    with Server(kind, connections=40, address=10, head=30) as server:
        held = []
        refused = 0
        for _ in range(60):
            s = socket.create_connection(("127.0.0.1", server.port), 10)
            held.append(s)
        time.sleep(0.5)
        assert server.counts()["open"] == (40 if kind == "plain" else 10)
        for s in held:
            s.settimeout(0.05)
            try:
                refused += s.recv(1) == b""
            except TimeoutError:
                pass
            except OSError:
                refused += 1
        assert refused == (20 if kind == "plain" else 50), refused
        for s in held:
            s.close()
        time.sleep(0.5)
        assert status_of(answer_to(server, get())) == 200


def the_idle_make_room(_):
    with Server("plain", connections=5) as server:
        held = [server.socket() for _ in range(5)]
        for s in held:
            s.sendall(b"GET /kib HTTP/1.1\r\nHost: h\r\n\r\n")
            s.recv(4096)
        time.sleep(0.2)
        for _ in range(3):
            assert status_of(answer_to(server, get())) == 200
        for s in held:
            s.close()


def too_many_wait(_):
    with Server("plain", threads=1, waiting=2) as server:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            got = list(pool.map(lambda _: answer_to(server, get("/slow/500")), range(8)))
        busy = [g for g in got if status_of(g) == 503]
        assert sum(status_of(g) == 200 for g in got) == 3 and len(busy) == 5, [g[:30] for g in got]
        assert all(b"Retry-After: " in g and b'"code":"ServiceUnavailable"' in g for g in busy)
        assert server.counts()["requests"] == 3


def event_streams(server):
    got = answer_to(server, b"GET /events/3/50/0 HTTP/1.0\r\n\r\n")
    assert b"Content-Type: text/event-stream" in got and got.endswith(b"\r\n\r\ndata: 1\n\ndata: 2\n\ndata: 3\n\n")
    c = server.client()
    c.request("GET", "/events/3/50/0")
    assert c.getresponse().read() == b"data: 1\n\ndata: 2\n\ndata: 3\n\n"  # chunked, with its end
    before = server.counts()["streams"]
    with server.socket() as s:  # a reader who leaves ends the source
        s.sendall(get("/events/1000000/20/0"))
        s.recv(4096)
    wait_for(lambda: server.counts()["streams"] == before + 1)
    with server.socket() as s:  # one who does not read, too
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.sendall(get("/events/1000000/1/50000"))
        wait_for(lambda: server.counts()["streams"] == before + 2)
    assert answer_to(server, get("/events/5/10/0", method="HEAD")).endswith(b"\r\n\r\n")
    wait_for(lambda: server.counts()["streams"] == before + 3)


def a_silent_stream_has_a_heartbeat(_):
    with Server("tls") as server, server.socket(40) as s:
        s.sendall(get("/events/9/60000/0"))
        got, start = b"", time.monotonic()
        while b"\r\n:\n\n\r\n" not in got:
            got += s.recv(4096)
        assert 14 < time.monotonic() - start < 20 and got.count(b"data:") == 1


def streams_are_counted(_):
    with Server("plain", streams=2) as server:
        held = [server.socket() for _ in range(2)]
        for s in held:
            s.sendall(get("/events/100000/20/0"))
            assert status_of(s.recv(4096)) == 200
        assert status_of(answer_to(server, get("/events/1/20/0"))) == 429
        assert server.counts()["streams"] == 1
        start = time.monotonic()
        assert server.say("stop 5000") == "stopped"
        assert time.monotonic() - start < 3  # a stream does not hold the server up
        assert all(all_of(s).endswith(b"0\r\n\r\n") for s in held)  # a proper end
        assert server.counts()["streams"] == 3


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "did not come to pass"
        time.sleep(0.05)


def versions_of_tls(server):
    def try_it(*words):
        r = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile",
                            str(server.folder / "cert.pem"), "-verify_return_error", *words],
                           input=b"", capture_output=True, check=False)
        return r.returncode == 0, r.stdout + r.stderr

    loose = ("-cipher", "ALL:@SECLEVEL=0")
    assert not try_it("-tls1_1", *loose)[0] and not try_it("-tls1", *loose)[0]
    assert try_it("-tls1_2")[0] and try_it("-tls1_3")[0]
    for cipher in ("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA", "aNULL", "ECDHE-ECDSA-AES128-SHA256"):
        assert not try_it("-tls1_2", "-cipher", cipher + ":@SECLEVEL=0")[0], cipher
    assert b"ALPN protocol: http/1.1" in try_it("-alpn", "h2,http/1.1")[1]
    assert not try_it("-alpn", "h2")[0]
    assert not try_it("-verify_hostname", "elsewhere.example")[0]
    assert try_it("-verify_hostname", "localhost")[0] and try_it("-verify_ip", "127.0.0.1")[0]
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port), 5) as s:
            s.sendall(os.urandom(300))
    with socket.create_connection(("127.0.0.1", server.port), 5) as s:
        s.sendall(get())
        assert status_of(all_of(s)) == 400  # told what is wrong, in the clear
    assert status_of(answer_to(server, get())) == 200


def load(server, requests, connections, path="/kib", on_half=None):
    done = []
    lock = threading.Lock()

    def work(n):
        mine = 0
        c = server.client()
        for i in range(n):
            c.request("POST", "/echo", body=b"%d" % i)
            assert c.getresponse().read() == b"%d" % i
            mine += 1
            if on_half and i == n // 2:
                c.close()  # a new handshake in the midst of it
        with lock:
            done.append(mine)

    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        jobs = [pool.submit(work, requests // connections) for _ in range(connections)]
        if on_half:
            on_half()
        for j in jobs:
            j.result()
    return sum(done)


def none_is_lost(server):
    before = server.counts()["requests"]
    n = load(server, 10_048, 64)
    assert n == 10_048 and server.counts()["requests"] - before == n


def reload_under_load(_):
    with Server("tls") as server:
        def renew():
            for _ in range(5):
                time.sleep(0.1)
                assert server.say("reload") == "reloaded"
        assert load(server, 2000, 16, on_half=renew) == 2000
        old = ssl.get_server_certificate(("127.0.0.1", server.port))
        key = server.folder / "key.pem"
        key.rename(server.folder / "away")
        assert "NOTFOUND" in server.say("reload")
        key.write_text("-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----\n")
        assert "FORMAT" in server.say("reload")
        assert ssl.get_server_certificate(("127.0.0.1", server.port)) == old
        assert server.say("certificate") == "made" and server.say("reload") == "reloaded"
        assert ssl.get_server_certificate(("127.0.0.1", server.port)) != old
        assert key.stat().st_mode & 0o777 == 0o600
        assert not list(server.folder.glob("*.new"))


def stop_under_load(kind):
    """Whatever was begun is answered whole; whatever was not is refused by a closed port."""
    with Server(kind) as server:
        whole, cut, refused = [], [], []

        def work(_):
            while True:
                c = server.client()
                try:
                    c.connect()
                except OSError:
                    refused.append(1)
                    return
                try:
                    while True:
                        c.request("GET", "/slow/20")
                        r = c.getresponse()
                        body = r.read()
                        (whole if body == b'"slept"' else cut).append(1)
                        if r.will_close:
                            break
                except (ConnectionError, http.client.RemoteDisconnected, ssl.SSLError, OSError):
                    continue  # closed between two requests
                except http.client.IncompleteRead:
                    cut.append(1)

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            jobs = [pool.submit(work, i) for i in range(16)]
            time.sleep(1)
            start = time.monotonic()
            assert server.say("stop 5000") == "stopped"
            assert time.monotonic() - start < 3
            for j in jobs:
                j.result()
        assert not cut and len(whole) > 20 and refused
    with Server(kind) as server:  # what takes longer than the grace is cut, and the server ends
        with server.socket() as s:
            s.sendall(get("/slow/1500"))
            time.sleep(0.3)
            start = time.monotonic()
            assert server.say("stop 200") == "stopped"
            assert time.monotonic() - start < 4
            assert all_of(s) == b""


def refused_to_open(_):
    rows = [(["plain"], {"port": 1}, "SYSTEM"), ]
    with Server("plain") as server:
        rows[0][1]["port"] = server.port
        for kind, options, want in rows:
            words = [str(ECHO), str(server.folder), *kind, *(f"{k}={v}" for k, v in options.items())]
            got = subprocess.run(words, capture_output=True, text=True, input="", check=False)
            assert got.returncode == 1 and f"error {want}" in got.stdout, got
    folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
    (folder / "key.pem").write_text("no key")
    (folder / "cert.pem").write_text("no certificate")
    got = subprocess.run([str(ECHO), str(folder), "tls"], capture_output=True, text=True, input="", check=False)
    assert got.returncode == 1 and "error FORMAT" in got.stdout and "cert.pem" in got.stdout, got


BOTH = [heads_have_one_reading, what_a_handler_sees, bodies_in_every_cut, too_large_is_said_at_once,
        a_body_that_waits_for_leave, pipelined, large_answers, keep_alive, event_streams, none_is_lost]
PLAIN = [who_asks_behind_a_proxy, half_closed]
TLS = [claims_count_for_nothing_over_tls, versions_of_tls]
OWN = [(deadlines, "plain"), (deadlines, "tls"), (how_many, "plain"), (how_many, "tls"), (the_idle_make_room, "plain"),
       (too_many_wait, "plain"), (streams_are_counted, "plain"), (a_silent_stream_has_a_heartbeat, "tls"), (reload_under_load, "tls"), (stop_under_load, "plain"),
       (stop_under_load, "tls"), (refused_to_open, "plain"), (addresses, "both")]


def main():
    if not ECHO.exists():
        print(f"{ECHO} is not built")
        return 77
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    passed = failed = 0

    def attempt(case, name, argument):
        nonlocal passed, failed
        if only not in name:
            return
        try:
            case(argument)
            passed += 1
        except Exception as e:  # pylint: disable=broad-except
            failed += 1
            print(f"FAIL {name}: {type(e).__name__}: {e}")

    for kind, cases in (("plain", BOTH + PLAIN), ("tls", BOTH + TLS)):
        if any(only in f"{c.__name__}({kind})" for c in cases):
            with Server(kind) as server:
                for case in cases:
                    attempt(case, f"{case.__name__}({kind})", server)
                wait_for(lambda s=server: s.counts()["open"] == 0)
    for case, kind in OWN:
        attempt(case, f"{case.__name__}({kind})", kind)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
