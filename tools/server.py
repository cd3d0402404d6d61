"""The Odoo server: starting, watching, stopping."""

import contextlib
import ctypes
import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from . import paths, proc
from .errors import CrmError
from .progress import PROGRESS

HOST = "127.0.0.1"
#: The port of live messages (with workers) lies this much above Odoo's.
SECOND_PORT_STEP = 3
START_SECONDS = 180
STOP_SECONDS = 20
#: Least free room to begin with; Odoo, its packages and databases take about 3 GB.
FREE_BYTES_FIRST = 4 * 2**30
FREE_BYTES = 200 * 2**20


def state_file():
    return paths.crm_home() / "run" / "server.json"


def state():
    """What ``./crm run`` noted of the server that runs, None when none does."""
    try:
        noted = json.loads(state_file().read_text())
    except (OSError, ValueError):
        return None
    return noted if _is_ours(noted["pid"]) else None


def _is_ours(pid):
    """A process number can have been given to another program since."""
    if not proc.alive(pid):
        return False
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as stream:
            return b"start_odoo.py" in stream.read()
    except OSError:
        return False


def url(port):
    return f"http://{HOST}:{port}"


def check_port(port, what="Odoo"):
    """Refuse a port that another program listens on or that is not allowed."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CrmError(
                    f"port {port} is taken by another program; choose another with "
                    "--port"
                ) from error
            raise CrmError(f"port {port} for {what}: {error.strerror}") from error


def check_disk(first):
    """Refuse to begin what will not fit."""
    free = shutil.disk_usage(paths.crm_home()).free
    least = FREE_BYTES_FIRST if first else FREE_BYTES
    if free < least:
        raise CrmError(
            f"disk full: {free >> 20} MB free below {paths.crm_home()}, "
            f"{least >> 20} MB are needed"
        )


def answers(port, seconds=3):
    """True when Odoo answers on the port and reaches its database server."""
    try:
        with urllib.request.urlopen(
            f"{url(port)}/web/health?db_server_status=1", timeout=seconds
        ) as answer:
            return answer.status == 200 and json.load(answer).get("status") == "pass"
    except (OSError, ValueError, urllib.error.URLError):
        return False


class Server:
    """One Odoo server process.

    :param databases: a ``database.Databases``
    :param name: database it serves
    """

    #: Which of our scripts starts Odoo.
    script = "start_odoo.py"

    def __init__(self, databases, name, port, workers=None, log=None, **options):
        self.databases, self.name, self.port = databases, name, port
        self.log = log or paths.crm_home() / "log" / "server.log"
        # No filter: with one, Odoo asks for the list of all databases at each call of
        # a program. Without, it serves those of ``db_name`` and no other.
        self.options = {"http_port": port, "db_name": name, "dbfilter": ""}
        self.options.update(options)
        if workers is not None:
            self.options["workers"] = workers
        self.workers = workers or 0
        self.child = None

    def start(self, detach=False, wait=True):
        """Start and wait until it answers."""
        target = self.databases.target
        conf = target.write_conf(
            self.databases.odoo, name=f"server-{self.port}", **self.options
        )
        self.log.parent.mkdir(parents=True, exist_ok=True)
        command = self.databases.odoo_command("-c", conf, script=self.script)
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=target.environment(),
                cwd=paths.PROJECT,
                start_new_session=True,
                preexec_fn=None if detach else die_with_parent,
            )
        if wait:
            with PROGRESS.step("Starting Odoo"):
                self._wait()
        return self

    def _wait(self):
        end = time.monotonic() + START_SECONDS
        try:
            while not answers(self.port):
                if self.child.poll() is not None:
                    text = proc.tail(self.log, 40)
                    if "Address already in use" in text:
                        raise CrmError(f"port {self.port} is taken by another program")
                    message = proc.explain(self.log, "Odoo did not start")
                    raise CrmError(message, log=self.log)
                if time.monotonic() > end:
                    raise CrmError(
                        f"Odoo does not answer after {START_SECONDS} s", log=self.log
                    )
                time.sleep(0.2)
        except BaseException:
            self.stop()
            raise

    def note(self):
        """Write down what ``status`` and ``stop`` need."""
        noted = {"pid": self.child.pid, "port": self.port, "database": self.name}
        part = state_file().with_suffix(f".part-{os.getpid()}")
        part.write_text(json.dumps(noted))
        part.replace(state_file())

    def stop(self):
        if self.child and self.child.poll() is None:
            self.child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(STOP_SECONDS)
        if self.child:
            # Workers and the event process go with the session they belong to.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()


def stop_noted():
    """Stop the server that was noted; True when there was one."""
    noted = state()
    if noted:
        pid = noted["pid"]
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        while _is_ours(pid) and time.monotonic() < end:
            time.sleep(0.1)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if _is_ours(pid):
                os.killpg(pid, signal.SIGKILL)
    state_file().unlink(missing_ok=True)
    return bool(noted)


def die_with_parent():
    """In a child: end with the parent, however that ends (Linux only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
