"""A PostgreSQL of one's own for tests: made in a folder, reached over loopback or its socket, stopped, killed.

    with postgres.Server(folder) as server:  # makes and starts it
        use(server.url)
        server.kill(); server.start()

It refuses to be root's: then it runs as `postgres`, and `folder` and those above it must let that user pass. Without
PostgreSQL 15 or later, postgres.programs() is None. `fsync=False` is faster, and unfit for a test that pulls the plug.
"""
import glob
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time


def programs():
    """The folder of initdb and pg_ctl, or None."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda p: int(p.split("/")[4]))
    beside = shutil.which("initdb")
    path = found[-1] if found else beside
    return pathlib.Path(path).parent if path else None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, folder=None, fsync=False, settings=(), password=None):
        self.bin, self.password, self.child = programs(), password, None
        if not self.bin:
            raise FileNotFoundError("no PostgreSQL is installed")
        self.own = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="plimsoll-pg-"))
        self.folder.mkdir(exist_ok=True)
        self.data, self.port = self.folder / "data", free_port()
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            who = pwd.getpwnam(self.user)
            os.chown(self.folder, who.pw_uid, who.pw_gid)
            os.chmod(self.folder, 0o755)
        how = ["-U", "plimsoll", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8", "-D", self.data]
        if password:
            secret = self.folder / "secret"
            secret.write_text(password + "\n")
            secret.chmod(0o644)
            how += ["-A", "scram-sha-256", f"--pwfile={secret}"]
        else:
            how += ["-A", "trust"]
        self._run("initdb", *how)
        lines = {"listen_addresses": "'127.0.0.1'", "port": self.port, "unix_socket_directories": f"'{self.folder}'",
                 "fsync": "on" if fsync else "off", "max_connections": 200, "shared_buffers": "'64MB'",
                 "log_min_messages": "warning", "autovacuum_naptime": "10s", **dict(settings)}
        text = "".join(f"{k} = {v}\n" for k, v in lines.items())
        self._run_as("sh", "-c", f"cat >>{self.data}/postgresql.conf", input=text)

    def _as(self, *command):
        who = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"] if os.geteuid() == 0 else []
        return [*who, *map(str, command)]

    def _run_as(self, *command, **more):
        done = subprocess.run(self._as(*command), cwd="/", text=True, capture_output=True, timeout=120,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/"}, **more)
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def _run(self, program, *arguments):
        return self._run_as(self.bin / program, *arguments)

    @property
    def url(self):
        secret = f":{self.password}" if self.password else ""
        return f"postgresql://plimsoll{secret}@127.0.0.1:{self.port}/postgres"

    def database(self, name):
        """A new, empty database of that name; its URL."""
        self.sql(f'CREATE DATABASE "{name}"')
        return self.url.rpartition("/")[0] + "/" + name

    def sql(self, text, database="postgres"):
        """What psql prints of it, unaligned."""
        return subprocess.run([self.bin / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d",
                               self.url.rpartition("/")[0] + "/" + database, "-c", text],
                              check=True, capture_output=True, text=True, timeout=120).stdout.strip()

    def start(self):
        """Ready when it returns. A child of ours, for in a container nobody else may tell that it is gone."""
        with open(self.folder / "log", "ab") as log, open(os.devnull, "rb") as null:
            self.child = subprocess.Popen(self._as(self.bin / "postgres", "-D", self.data), cwd="/", stdin=null, stdout=log,
                                          stderr=log, start_new_session=True, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
        until = time.monotonic() + 60
        while subprocess.run([self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False).returncode:
            if self.child.poll() is not None or time.monotonic() > until:
                raise RuntimeError("PostgreSQL does not start: " + (self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)
        return self

    def stop(self, how="fast"):
        """smart waits for everybody, fast ends their connections, immediate is a crash that is told."""
        if self.pid():
            self.child.send_signal({"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[how])
            self.child.wait(timeout=60)

    def restart(self, how="fast"):
        self.stop(how)
        self.start()

    def pid(self):
        return self.child.pid if self.child and self.child.poll() is None else None

    def _family(self):
        """The server and what it has started."""
        pid = self.pid()
        if not pid:
            return []
        os.kill(pid, signal.SIGSTOP)  # so that it starts no other meanwhile
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout.split()
        return [pid, *map(int, children)]

    def kill(self):
        """kill -9 of the server and of all its children, as when a machine goes down; start() recovers."""
        family = self._family()
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if family:
            self.child.wait(timeout=30)
        until = time.monotonic() + 30
        while any(os.path.exists(f"/proc/{p}") and self._alive(p) for p in family) and time.monotonic() < until:
            time.sleep(0.02)

    @staticmethod
    def _alive(pid):
        try:
            return " Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:3]
        except OSError:
            return False

    def freeze(self, still=True):
        """Stops the server where it stands, connections open, or lets it go on."""
        for pid in self._family():
            os.kill(pid, signal.SIGSTOP if still else signal.SIGCONT)

    def close(self):
        self.kill()
        shutil.rmtree(self.folder if self.own else self.data, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()
