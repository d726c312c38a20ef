#!/usr/bin/env python3
"""Debian findings against dpkg itself: for every package, the CVEs of its source package in the
tracker's JSON for a release whose fix `dpkg --compare-versions` puts above the installed version, and
those that are open, must be exactly the findings.

usage: debian_tracker.py MATCHLIST DATABASE TRACKER.JSON [RELEASE [STATUS-FILE]]

Packages: those of a dpkg status file (this machine's), and for every source package of the tracker
the versions of its archive, its fixes, and neighbours of them."""
import json, subprocess, sys

matchlist, database, tracker_path = sys.argv[1:4]
release = sys.argv[4] if len(sys.argv) > 4 else 'bookworm'
status = sys.argv[5] if len(sys.argv) > 5 else '/var/lib/dpkg/status'
number = {'bullseye': '11', 'bookworm': '12', 'trixie': '13'}[release]
tracker = json.load(open(tracker_path))
asked = {}


def below(a, b):
    if (a, b) not in asked:
        r = subprocess.run(['dpkg', '--compare-versions', a, 'lt', b], stderr=subprocess.DEVNULL)
        asked[a, b] = r.returncode == 0
    return asked[a, b]


def installed():
    for stanza in open(status, encoding='utf-8').read().split('\n\n'):
        f = dict(l.split(': ', 1) for l in stanza.splitlines() if ': ' in l and l[0] != ' ')
        if 'installed' not in f.get('Status', '').split():
            continue
        source, _, version = f.get('Source', '').partition(' ')
        yield f['Package'], f['Version'], source, version.strip('()')


def synthetic():
    for source, cves in tracker.items():
        known = set()
        for c in cves.values():
            r = c['releases'].get(release)
            if r:
                known.update(r.get('repositories', {}).values())
                if r.get('fixed_version', '0') != '0':
                    known.add(r['fixed_version'])
        for v in sorted(known)[:3]:
            yield source, v, '', ''
            yield 'lib' + source, v + '+b1', source, v
            yield 'lib' + source, v + '~bpo1', source, v + '~bpo1'


def expected(source, version):
    for cve, c in tracker.get(source, {}).items():
        r = c['releases'].get(release)
        if not r:
            continue
        if r['status'] != 'resolved' or (r['fixed_version'] != '0' and below(version, r['fixed_version'])):
            yield cve


packages = list(installed()) + list(synthetic())
text = ''.join('\t'.join(('deb', name, version, source, source_version)) + '\n'
               for name, version, source, source_version in packages)
got = [set() for _ in packages]
for line in subprocess.run([matchlist, database, 'Debian:' + number], input=text, text=True, check=True,
                           stdout=subprocess.PIPE).stdout.splitlines():
    n, cve = line.split('\t')[:2]
    if cve in got[int(n)]:
        sys.exit(f'{packages[int(n)]}: {cve} twice')
    got[int(n)].add(cve)
bad = total = 0
for p, found in zip(packages, got):
    want = set(expected(p[2] or p[0], p[3] or p[1]))
    total += len(want)
    if want != found:
        bad += 1
        print(p, 'missing', sorted(want - found)[:5], 'too many', sorted(found - want)[:5])
print(f'{len(packages)} packages, {total} findings, {len(asked)} comparisons by dpkg, {bad} packages differ')
sys.exit(bad != 0 or total == 0)
