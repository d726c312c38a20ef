#!/usr/bin/env python3
"""`db update` from a folder and from an HTTP mirror: what is kept, what is asked for again, what a broken
feed leaves behind; `db info` and `db lookup`; exit statuses. PLIMSOLL and WORK as tests/run gives them."""
import http.server, io, json, os, pathlib, resource, signal, subprocess, sys, tarfile, threading, zipfile

PLIMSOLL, WORK = os.environ['PLIMSOLL'], pathlib.Path(os.environ['WORK'])
failures = passes = 0


def check(name, ok, why=''):
    global failures, passes
    passes, failures = passes + bool(ok), failures + (not ok)
    if not ok:
        print(f'FAIL {name}: {why}')


def run(*arguments, db):
    return subprocess.run([PLIMSOLL, 'db', *arguments, '--db', str(db)], capture_output=True, text=True)


def record(name, package, fixed, **more):
    return json.dumps({'id': name, 'modified': '2024-05-06T07:08:09Z', 'published': '2024-05-06T07:08:09Z', **more,
                       'affected': [{'package': {'ecosystem': 'npm', 'name': package}, 'ranges': [
                           {'type': 'SEMVER', 'events': [{'introduced': '0'}, {'fixed': fixed}]}]}]})


def archive(*records):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        for r in records:
            z.writestr(zipfile.ZipInfo(json.loads(r)['id'] + '.json'), r)
    return out.getvalue()


TRACKER = json.dumps({'openssl': {'CVE-2024-0001': {'releases': {'bookworm': {
    'status': 'resolved', 'fixed_version': '3.0.11-1', 'urgency': 'low'}}}}}).encode()


class Cutting(http.server.BaseHTTPRequestHandler):
    """Cuts every answer after `cut` bytes, until it is told to be whole; keeps what it was asked."""
    body, tag, cut, log = b'', '"one"', None, []

    def do_GET(self):
        if self.path != '/osv/npm/all.zip' or (self.cut and self.headers.get('Range')):  # no use to go on at once
            self.send_error(404)
            return
        ask, first = self.headers.get('Range'), 0
        if ask and self.headers.get('If-Range') == self.tag:
            first = int(ask[6:].rstrip('-'))
        self.log.append((ask, self.headers.get('If-Range'), self.headers.get('User-Agent')))
        rest = self.body[first:]
        if first >= len(self.body):
            self.send_response(416)
            self.send_header('Content-Length', '0')
            self.end_headers()
            return
        self.send_response(206 if first else 200)
        if first:
            self.send_header('Content-Range', f'bytes {first}-{len(self.body) - 1}/{len(self.body)}')
        self.send_header('ETag', self.tag)
        self.send_header('Content-Length', str(len(rest)))
        self.end_headers()
        self.wfile.write(rest if self.cut is None else rest[:self.cut])
        self.close_connection = True

    def log_message(self, *_):
        pass


class Mirror(http.server.BaseHTTPRequestHandler):
    files, log = {}, []

    def do_GET(self):
        body = self.files.get(self.path)
        tag = f'"{hash(body)}"'
        status = 404 if body is None else 304 if self.headers.get('If-None-Match') == tag else 200
        self.log.append((self.path, status))
        self.send_response(status)
        self.send_header('ETag', tag)
        self.send_header('Last-Modified', 'Mon, 06 May 2024 10:00:00 GMT')
        self.send_header('Content-Length', str(len(body) if status == 200 else 0))
        self.end_headers()
        if status == 200:
            self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Mirror)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f'http://127.0.0.1:{server.server_port}'
db = WORK / 'deep' / 'er' / 'mirror.db'

Mirror.files = {'/osv/npm/all.zip': archive(record('GHSA-1', 'left-pad', '1.3.0', aliases=['CVE-2024-0002'])),
                '/debian/tracker.json': TRACKER}
r = run('update', '--from', url, db=db)
check('update from a mirror', r.returncode == 0 and 'Generation 1: 2 records, 2 packages' in r.stdout, r)
r = run('info', '-f', 'json', db=db)
info = json.loads(r.stdout)
check('info', info['generation'] == 1 and [s['name'] for s in info['sources']] == ['debian/tracker', 'osv/npm'], r)
check("a server's date, where records have none", info['sources'][0]['date'] == '2024-05-06T10:00:00Z', info)
check('the newest record is the date, not the day a mirror was copied', info['sources'][1]['date'] == '2024-05-06T07:08:09Z'
      and info['date'] == '2024-05-06T07:08:09Z', info)
here = WORK / 'here'
(here / 'osv' / 'npm').mkdir(parents=True)
(here / 'osv' / 'npm' / 'all.zip').write_bytes(Mirror.files['/osv/npm/all.zip'])
run('update', '--from', str(here), db=WORK / 'here.db')
r = run('info', '-f', 'json', db=WORK / 'here.db')
check('a folder and its server give one date', json.loads(r.stdout)['date'] == info['date'], r)

Mirror.log.clear()
r = run('update', '--from', url, db=db)
check('nothing new', r.returncode == 0 and 'Nothing new' in r.stdout, r)
check('conditional requests', [s for p, s in Mirror.log if s != 404] == [304, 304], Mirror.log)

Mirror.files['/osv/npm/all.zip'] = archive(record('GHSA-1', 'left-pad', '1.4.0'), record('GHSA-2', 'right-pad', '1.0.0'))
Mirror.files['/debian/tracker.json'] = TRACKER[:-20]
r = run('update', '--from', url, db=db)
check('a broken feed is named', r.returncode == 4 and 'debian/tracker: ' in r.stderr and 'byte' in r.stderr, r)
check('the others are in', 'Generation 2: 3 records' in r.stdout and '2 packages, 2 advisories' in r.stdout, r)
r = run('lookup', 'CVE-2024-0001', db=db)
check('its last good data stays', r.returncode == 0 and 'openssl: introduced 0, fixed 3.0.11-1' in r.stdout, r)

del Mirror.files['/debian/tracker.json']
r = run('update', '--from', url, db=db)
check('a feed that vanishes is no empty feed', r.returncode == 4 and run('lookup', 'openssl', db=db).returncode == 0, r)

zip_bomb = io.BytesIO()
with zipfile.ZipFile(zip_bomb, 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('GHSA-9.json', b'[' * (64 << 20))
    for i in range(3):
        z.writestr(f'GHSA-{i}.json', record(f'GHSA-{i}', 'left-pad', '1.0.0'))
Mirror.files = {'/osv/npm/all.zip': zip_bomb.getvalue(), '/debian/tracker.json': TRACKER}
r = run('update', '--from', url, db=db)
check('a record that is too large is left out', r.returncode == 0 and 'osv/npm: 1 records left out' in r.stderr, r)

for name, body in {'no zip': b'nothing', 'a cut zip': archive(record('GHSA-1', 'a', '1'))[:90], 'an empty file': b''}.items():
    Mirror.files['/osv/npm/all.zip'] = body
    r = run('update', '--from', url, db=db)
    check(name, r.returncode == 4 and 'osv/npm' in r.stderr and run('lookup', 'left-pad', db=db).returncode == 0, r)

# --- a download that broke goes on in the next run ---

cutter = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Cutting)
threading.Thread(target=cutter.serve_forever, daemon=True).start()
broken = WORK / 'broken'
broken.mkdir()


def bring(name):
    Cutting.log.clear()
    return run('update', '-q', '--from', f'http://127.0.0.1:{cutter.server_port}', db=broken / name)


def parts():
    return sorted(broken.glob('download-*.part'))


whole = archive(*(record(f'GHSA-{i}', f'package-{i}', '1.0.0', details=os.urandom(400).hex()) for i in range(400)))
Cutting.body, Cutting.cut = whole, 1000
r = bring('a.db')
check('a cut download is named', r.returncode == 4 and 'osv/npm' in r.stderr, r)
check('its part is kept', len(parts()) == 1 and 0 < parts()[0].stat().st_size < len(whole), parts())
check('the program says who asks', all((a or '').startswith('plimsoll/') for _, _, a in Cutting.log), Cutting.log)
have = parts()[0].stat().st_size if parts() else 0
check('what is kept is its front', have and parts()[0].read_bytes() == whole[:have])
Cutting.cut = None
r = bring('a.db')
check('the next run asks for the rest', Cutting.log[0][:2] == (f'bytes={have}-', '"one"'), Cutting.log)
check('and reads the whole', r.returncode == 0 and run('lookup', 'package-399', db=broken / 'a.db').returncode == 0, r)
check('nothing stays', not parts(), parts())

Cutting.cut = 1000
bring('b.db')
Cutting.cut, Cutting.tag = None, '"two"'
Cutting.body = archive(record('GHSA-7', 'other', '1.0.0'))
r = bring('b.db')
check('another file since then is read from its start', r.returncode == 0 and not parts() and
      run('lookup', 'other', db=broken / 'b.db').returncode == 0, r)

Cutting.body, Cutting.tag, Cutting.cut = whole, '"three"', 1000
bring('c.db')
parts()[0].write_bytes(whole + b'more')
Cutting.cut = None
r = bring('c.db')
check('a part that is too long is thrown away', r.returncode == 0 and not parts() and
      run('lookup', 'package-399', db=broken / 'c.db').returncode == 0, r)

Cutting.cut = 1000
bring('d.db')
for p in parts():
    p.write_bytes(os.urandom(p.stat().st_size))
Cutting.cut = None
r = bring('d.db')
check('a part that was damaged is no database', r.returncode == 4 and not parts(), r)
check('and is not gone on with again', bring('d.db').returncode == 0)

Cutting.tag, Cutting.cut = 'W/"weak"', 1000
bring('e.db')
check('a weak tag cannot be gone on with', not parts(), parts())
Cutting.tag, Cutting.cut = '"old"', 1000
bring('e.db')
for p in parts():
    os.utime(p, (1, 1))
Cutting.body, Cutting.tag, Cutting.cut = archive(record('GHSA-7', 'other', '1.0.0')), 'W/"weak"', None
bring('e.db')
check('an old part is swept away', not parts(), parts())

# --- Red Hat's documents: an archive that a file names, folders of years ---

VEX = json.dumps({'document': {'category': 'csaf_vex', 'tracking': {'current_release_date': '2024-05-06T07:08:09Z'}},
                  'product_tree': {'branches': [
                      {'product': {'product_id': 'A9', 'product_identification_helper': {
                          'cpe': 'cpe:/a:redhat:enterprise_linux:9::appstream'}}},
                      {'product': {'product_id': 'E9', 'product_identification_helper': {
                          'cpe': 'cpe:/a:redhat:rhel_eus:9.2::appstream'}}},
                      *({'product': {'product_id': f'curl-0:{v}.x86_64', 'product_identification_helper': {
                          'purl': f'pkg:rpm/redhat/curl@{v}?arch=x86_64'}}} for v in ('7.1-2.el9', '7.1-9.el9', '7.0-1.el9_2'))],
                  'relationships': [{'product_reference': f'curl-0:{v}.x86_64', 'relates_to_product_reference': of,
                                     'full_product_name': {'product_id': f'{of}:curl-0:{v}.x86_64'}}
                                    for of, v in (('A9', '7.1-2.el9'), ('A9', '7.1-9.el9'), ('E9', '7.0-1.el9_2'))]},
                  'vulnerabilities': [{'cve': 'CVE-2024-0042', 'product_status': {'fixed': [
                      'A9:curl-0:7.1-2.el9.x86_64', 'A9:curl-0:7.1-9.el9.x86_64', 'E9:curl-0:7.0-1.el9_2.x86_64']}}]})
pack = io.BytesIO()
with tarfile.open(fileobj=pack, mode='w:gz') as tar:
    member = tarfile.TarInfo('2024/cve-2024-0042.json')
    member.size = len(VEX)
    tar.addfile(member, io.BytesIO(VEX.encode()))
Mirror.files = {'/csaf/redhat/archive_latest.txt': b'csaf_vex_2024-08-04.tar.gz\n',
                '/csaf/redhat/csaf_vex_2024-08-04.tar.gz': pack.getvalue(),
                '/osv/npm/all.zip': archive(record('GHSA-1', 'left-pad', '1.3.0'))}
vex = WORK / 'vex.db'
r = run('update', '-q', '--from', url, db=vex)
r2 = run('lookup', 'CVE-2024-0042', db=vex)
check('an archive named by a file', r.returncode == 0 and 'fixed 7.1-2.el9' in r2.stdout, (r, r2))
check('the first erratum of the stream has the fix, EUS is left out', 'el9_2' not in r2.stdout and '7.1-9' not in r2.stdout, r2)
Mirror.files['/csaf/redhat/archive_latest.txt'] = b'../../secret\n'
r = run('update', '-q', '--from', url, db=vex)
check('a name that is a path is refused', r.returncode == 4 and 'no name of a file' in r.stderr, r)
check('and its last good data stays', run('lookup', 'CVE-2024-0042', db=vex).returncode == 0)
years = WORK / 'years/csaf/redhat/2024'
years.mkdir(parents=True)
(years / 'cve-2024-0042.json').write_text(VEX)
r = run('update', '-q', '--from', str(WORK / 'years'), db=WORK / 'years.db')
check('folders of years', r.returncode == 0 and 'csaf/redhat/2024' in run('info', db=WORK / 'years.db').stdout, r)

folder = WORK / 'folder'
(folder / 'osv/npm').mkdir(parents=True)
(folder / 'osv/npm/GHSA-1.json').write_text(record('GHSA-1', 'left-pad', '1.3.0'))
other = WORK / 'folder.db'
check('loose records', run('update', '-q', '--from', str(folder), db=other).returncode == 0)
r = run('lookup', 'left-pad', '-f', 'json', db=other)
check('lookup', json.loads(r.stdout)[0]['affected'][0]['ranges'] == [[{'introduced': '0'}, {'fixed': '1.3.0'}]], r)
check('lookup of nothing', run('lookup', 'CVE-1999-0001', db=other).returncode == 4)
os.chmod(other, 0o444)
check('a read-only file', run('info', db=other).returncode == 0)
check('an empty folder', run('update', '--from', str(WORK / 'deep'), db=other).returncode == 4)
check('no folder', run('update', '--from', str(WORK / 'nowhere'), db=other).returncode == 4)
check('no database', run('info', db=WORK / 'none.db').returncode == 3)
check('no verb', run('dance', db=other).returncode == 2)
check('no format', run('info', '-f', 'xml', db=other).returncode == 2)


def no_room():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100 << 10, 100 << 10))


big = WORK / 'big'
(big / 'osv/npm').mkdir(parents=True)
(big / 'osv/npm/all.zip').write_bytes(archive(*(record(f'GHSA-{i}', f'package-{i}', '1.0.0', details=os.urandom(200).hex())
                                                for i in range(3000))))
os.chmod(other, 0o644)
r = subprocess.run([PLIMSOLL, 'db', 'update', '--from', str(big), '--db', str(other)], capture_output=True, text=True,
                   preexec_fn=no_room)
check('a full disk', r.returncode == 4 and 'the new database' in r.stderr, r)
check('leaves what is there', run('lookup', 'left-pad', db=other).returncode == 0)
left = sorted(p.name for p in WORK.rglob('*') if p.suffix in ('.building', '.new'))
check('nothing is left lying', not left, left)
print(f'{passes} passed, {failures} failed, 0 skipped')
sys.exit(failures != 0)
