#!/usr/bin/env python3
"""npm, PyPI, Maven and Go matching against a second, short implementation of the OSV schema's
evaluation, with orders of its own (PyPI: the `packaging` module): for versions around every event of
every package of a mirror, the records that hold the version must be exactly those of the findings.

usage: osv_matching.py MATCHLIST DATABASE MIRROR [ECOSYSTEM...]   (VERSIONS=number a package)"""
import functools, glob, json, os, random, re, subprocess, sys, zipfile
from packaging.version import InvalidVersion, Version

SEMVER = re.compile(r'^[v=\s]*(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$')


def semver_key(text):
    m = SEMVER.match(text)
    if not m:
        return None
    numbers = [int(m[i] or 0) for i in (1, 2, 3)]
    pre = [(0, int(p), '') if p.isdigit() else (1, 0, p) for p in m[4].split('.')] if m[4] else None
    return (*numbers, pre is None, pre or [])


def go_key(text):
    text = text.removeprefix('go')
    m = re.match(r'^(\d+(?:\.\d+){1,2})(rc|beta)(\d+)$', text)
    if m:
        text = '%s-%s.%s' % m.groups()
    return semver_key(text)


def pypi_key(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None


MAVEN = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp']
ALIAS = {'ga': '', 'final': '', 'release': '', 'cr': 'rc'}


def maven_items(text):
    """Maven 3.9's tokens: (separator, token), nulls trimmed before a hyphen, a qualifier and the end."""
    text, items, sep = text.lower(), [], ''
    for token, s in re.findall(r'(\d+|[^\d.\-]+|(?<=[.\-])(?=[.\-])|^(?=[.\-])|(?<=[.\-])$)([.\-]?)', text):
        if items and not sep:
            sep = '-'  # a change between digits and letters
        short = {'a': 'alpha', 'b': 'beta', 'm': 'milestone'}.get(token)
        items.append([sep, token, short, s])
        sep = s
    for i, item in enumerate(items):  # a1 is alpha-1 only where a digit follows at once
        if item[2] and item[3] == '' and i + 1 < len(items) and items[i + 1][1].isdigit():
            item[1] = item[2]
        item[1] = ALIAS.get(item[1], item[1]) or ('0' if item[1] == '' else '')
    out = [(s, t) for s, t, _, _ in items]
    i = len(out) - 1
    while i > 0:
        s, t = out[i]
        if (t == '' or t.isdigit() and int(t) == 0) and (i == len(out) - 1 or out[i + 1][0] == '-' or
                                                       not out[i + 1][1].isdigit()):
            del out[i]
        i -= 1
    return out


def maven_compare(a, b):
    x, y = maven_items(a), maven_items(b)

    def rank(item, other):
        if item is None:  # padding that equals a null of the other's kind
            item = (other[0], '0' if other[1].isdigit() else '')
        s, t = item
        if t.isdigit():
            return (3 if s != '-' else 2, int(t), '')
        return (0, MAVEN.index(t) if t in MAVEN else len(MAVEN), t if t not in MAVEN else '')

    for i in range(max(len(x), len(y))):
        p, q = x[i] if i < len(x) else None, y[i] if i < len(y) else None
        if p is None and q is not None or q is None and p is not None:
            have = p or q
            if have[1].isdigit():
                c = (int(have[1]) > 0)
            else:
                r = MAVEN.index(have[1]) if have[1] in MAVEN else len(MAVEN)
                c = (r > MAVEN.index('')) - (r < MAVEN.index(''))
            if c:
                return c if p else -c
            continue
        rp, rq = rank(p, q), rank(q, p)
        if rp != rq:
            return 1 if rp > rq else -1
    return 0


def maven_key(text):
    return functools.cmp_to_key(maven_compare)(text) if text else None


KEYS = {'npm': ('npm', semver_key), 'PyPI': ('pypi', pypi_key), 'Maven': ('maven', maven_key), 'Go': ('golang', go_key)}


def normal(ecosystem, name):
    return re.sub(r'[-_.]+', '-', name).lower() if ecosystem == 'PyPI' else name


def load(mirror):
    """The newest copy of every record, by package."""
    newest = {}
    for path in sorted(glob.glob(mirror + '/osv/*/all.zip')):
        with zipfile.ZipFile(path) as z:
            for entry in z.infolist():
                r = json.loads(z.read(entry))
                if r['id'] not in newest or r['modified'] > newest[r['id']]['modified']:
                    newest[r['id']] = r
    table = {}
    for r in newest.values():
        for a in [] if 'withdrawn' in r else r.get('affected', []):
            p = a.get('package') or {}
            eco = p.get('ecosystem', '')
            if eco in KEYS and p.get('name'):
                table.setdefault((eco, normal(eco, p['name'])), {}).setdefault(r['id'], []).append(a)
    return table


def in_range(key, version, events):
    points = []
    for e in events:
        for kind, v in e.items():
            if kind in ('introduced', 'fixed', 'last_affected', 'limit'):
                k = None if kind == 'introduced' and v == '0' else key(v)
                if k is None and not (kind == 'introduced' and v == '0') and v != '*':
                    return None
                points.append((kind, k))
    limits = [k for kind, k in points if kind == 'limit' and k is not None]
    if limits and not any(version < k for k in limits):
        return False
    vulnerable = False
    points = [p for p in points if p[0] != 'limit']
    points.sort(key=lambda p: (p[1] is not None, functools.cmp_to_key(
        lambda a, b: 0 if a is None or b is None else (a > b) - (a < b))(p[1])))
    for kind, k in points:
        if kind == 'introduced' and (k is None or version >= k):
            vulnerable = True
        elif kind == 'fixed' and version >= k or kind == 'last_affected' and version > k:
            vulnerable = False
    return vulnerable


def affected(key, text, entries):
    version = key(text)
    odd = False
    for a in entries:
        if text in (a.get('versions') or []):
            return True
        if version is None:
            continue
        if any(key(v) == version for v in a.get('versions') or [] if key(v) is not None):
            return True
        for r in a.get('ranges') or []:
            if r['type'] not in ('ECOSYSTEM', 'SEMVER'):
                continue
            verdict = in_range(key, version, r['events'])
            if verdict:
                return True
            odd = odd or verdict is None
    return None if odd else False


def candidates(ecosystem, records, rng):
    seen = set()
    for entries in records.values():
        for a in entries:
            seen.update((a.get('versions') or [])[:2] + (a.get('versions') or [])[-2:])
            for r in a.get('ranges') or []:
                if r['type'] in ('ECOSYSTEM', 'SEMVER'):
                    seen.update(v for e in r['events'] for v in e.values())
    near = {v + s for v in seen for s in ({'npm': ['-rc.1', '+b'], 'PyPI': ['rc1', '.post1', '.0'],
                                           'Maven': ['-SNAPSHOT', '.1', '.Final'], 'Go': ['-0.1', '+incompatible']}[ecosystem])}
    if ecosystem == 'Go':
        near |= {'v' + v for v in seen}
    both = sorted(v for v in seen | near if v and v != '*' and '\t' not in v and '\n' not in v)
    most = int(os.environ.get('VERSIONS', '10'))
    return both if len(both) <= most else sorted(rng.sample(both, most))


def main():
    matchlist, database, mirror = sys.argv[1:4]
    wanted = sys.argv[4:] or list(KEYS)
    table, rng = load(mirror), random.Random(7)
    status = 0
    for ecosystem in wanted:
        kind, key = KEYS[ecosystem]
        queries = [(name, v, records) for (eco, name), records in sorted(table.items()) if eco == ecosystem
                   for v in candidates(ecosystem, records, rng)]
        queries = [q for q in queries if key(q[1]) is not None]
        text = ''.join(f'{kind}\t{name}\t{v}\n' for name, v, _ in queries)
        got = [{} for _ in queries]
        for line in subprocess.run([matchlist, database], input=text, text=True, check=True,
                                   stdout=subprocess.PIPE).stdout.splitlines():
            n, finding, *_, advisories = line.split('\t')
            for record in advisories.split(','):
                if record in got[int(n)]:
                    sys.exit(f'{queries[int(n)][:2]}: {record} is in two findings')
                got[int(n)][record] = finding
        pairs = differ = odd = 0
        for (name, v, records), found in zip(queries, got):
            for record, entries in records.items():
                want = affected(key, v, entries)
                pairs += 1
                if want is None:
                    odd += 1
                elif want != (record in found):
                    differ += 1
                    if differ <= 20:
                        print(f'{ecosystem} {name} {v} {record}: peer {want}, we {record in found}')
            for record in found:
                if record not in records:
                    differ += 1
                    print(f'{ecosystem} {name} {v} {record}: not about this package')
        print(f'{ecosystem}: {len(queries)} versions, {pairs} pairs with records, {odd} with an odd event left out, '
              f'{differ} differ', flush=True)
        status |= differ != 0 or not queries
    return status


if __name__ == '__main__':
    sys.exit(main())
