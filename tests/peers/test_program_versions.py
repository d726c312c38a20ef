#!/usr/bin/env python3
"""Programs that are known by their version strings, as Debian builds them: a package is unpacked where no dpkg
database is, and `plimsoll sbom dir:` has to list the program with the upstream version of the package.

A handful by default, all rows with ALL=1, those of some packages with PACKAGES="bash curl". Needs apt's mirror; DEBS names a folder of packages that are there
already. SYFT prints what its binary cataloger says of the same folder beside it.
"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PLIMSOLL = os.environ.get("PLIMSOLL_RELEASE") or os.environ["PLIMSOLL"]
SYFT = os.environ.get("SYFT")
HANDFUL = {"bash", "busybox-static", "libexpat1", "zlib1g", "libpng16-16", "memcached"}
# Debian's package, the name in our list
ROWS = """
openssl openssl|libssl3 openssl|busybox-static busybox|nginx nginx|curl curl|libcurl4 curl|libcurl3-gnutls curl|libnode108 node
python3.11-minimal python|libpython3.11 python|php8.2-cli php|libphp8.2-embed php|perl-base perl|libperl5.36 perl|libruby3.1 ruby
apache2-bin apache|haproxy haproxy|memcached memcached|postgresql-15 postgresql|mariadb-server-core mariadb
mariadb-client-core mariadb|libmariadb3 mariadb|redis-tools redis|libsqlite3-0 sqlite|bash bash|git git
openssh-client openssh|openssh-server openssh|zlib1g zlib|libpng16-16 libpng|libexpat1 expat|libpcre2-8-0 pcre2|libpcre3 pcre
libc6 glibc|musl musl|bind9 bind|dnsmasq-base dnsmasq|lighttpd lighttpd|varnish varnish|squid squid|mosquitto mosquitto
erlang-base erlang|libssh2-1 libssh2|libssh-4 libssh|libgnutls30 gnutls|libkrb5-3 krb5|systemd systemd|util-linux util-linux
mount util-linux|liblzma5 xz|xz-utils xz|libzstd1 zstd|zstd zstd|libbz2-1.0 bzip2|libtiff6 libtiff|libarchive13 libarchive
libgcrypt20 libgcrypt|libpcap0.8 libpcap|nghttp2-server nghttp2|libnghttp2-14 nghttp2|libc-ares2 c-ares|libuv1 libuv|sudo sudo
unbound unbound|postfix postfix|proftpd-core proftpd|vsftpd vsftpd|stunnel4 stunnel|openvpn openvpn|tor tor|keepalived keepalived
gawk gawk|lua5.4 lua|ffmpeg ffmpeg|libavcodec59 ffmpeg|openjdk-17-jre-headless openjdk|rabbitmq-server rabbitmq
"""


def upstream(version):
    version = re.sub(r"^\d+:", "", version)
    version = re.sub(r"-[^-]*$", "", version)
    return re.sub(r"([+~.](dfsg|really|ds|git)|\+\d).*", "", version)


def fetch(name, folder):
    if not list(folder.glob(f"{name}_*.deb")):
        subprocess.run(["apt-get", "download", "-qq", name], cwd=folder, stderr=subprocess.DEVNULL, timeout=300, check=False)
    found = sorted(folder.glob(f"{name}_*.deb"))
    return found[0] if found else None


def listed(folder):
    done = subprocess.run([PLIMSOLL, "sbom", f"dir:{folder}", "-q", "-f", "json"], stdout=subprocess.PIPE, check=False)
    found = collections.defaultdict(set)
    for p in json.loads(done.stdout)["packages"]:
        if p["type"] == "generic":
            found[p["name"]].add(p["version"])
    return found


def syft(folder):
    out = subprocess.run([SYFT, "scan", f"dir:{folder}", "-q", "-o", "json", "--override-default-catalogers", "binary"],
                         stdout=subprocess.PIPE, check=True).stdout
    return sorted({f"{a['name']} {a['version']}" for a in json.loads(out)["artifacts"] if a["type"] == "binary"})


def main():
    rows = [row.split() for row in re.split(r"[|\n]", ROWS) if row.strip()]
    if not os.environ.get("ALL"):
        wanted = set(os.environ.get("PACKAGES", "").split()) or HANDFUL
        rows = [row for row in rows if row[0] in wanted]
    wrong = missing = 0
    with tempfile.TemporaryDirectory() as temporary:
        debs = pathlib.Path(os.environ.get("DEBS") or temporary)
        for number, (package, name) in enumerate(rows):
            deb = fetch(package, debs)
            if not deb:
                missing += 1
                print(f"SKIP {package}: not to be had from apt's mirror")
                continue
            folder = pathlib.Path(temporary) / f"unpacked-{number}"
            subprocess.run(["dpkg-deb", "-x", deb, folder], check=True)
            version = subprocess.run(["dpkg-deb", "-f", deb, "Version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
            found, want = listed(folder), upstream(version)
            others = {n: v for n, v in found.items() if n != name}
            good = found.get(name) == {want}
            wrong += not good
            beside = f"  syft: {', '.join(syft(folder)) or '-'}" if SYFT else ""
            print(f"{'ok  ' if good else 'FAIL'} {package} {version}: {name} {' '.join(sorted(found.get(name, []))) or '-'}"
                  f"{f' (want {want})' if not good else ''}{f' and {others}' if others else ''}{beside}")
            subprocess.run(["rm", "-rf", folder], check=True)
    print(f"{len(rows) - wrong - missing} passed, {wrong} failed, {missing} skipped")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
