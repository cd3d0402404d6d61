"""Throw-away databases and servers for tests and benchmarks.

Their PostgreSQL is a second embedded server with fsync switched off, so nothing of it
is worth keeping; with a server of the user's own, databases begin with ``crmtest-``.
"""

import contextlib
import os
import socket
from pathlib import Path

from . import paths, server, settings, stack
from .lock import locked
from .rpc import XmlRpc

PREFIX = "crmtest-"


def free_port():
    """A port nobody listens on now, with the next but two free as well."""
    while True:
        with socket.socket() as probe:
            probe.bind((server.HOST, 0))
            port = probe.getsockname()[1]
        with socket.socket() as probe:
            try:
                probe.bind((server.HOST, port + server.SECOND_PORT_STEP))
            except (OSError, OverflowError):
                continue
        return port


class Workbench:
    """Makes throw-away databases from templates and serves them."""

    def __init__(self):
        target = settings.Target("test", durable=False)
        self.databases = stack.connect(test_packages=True, target=target)
        self.target, self.odoo = self.databases.target, self.databases.odoo
        #: Server logs of this run are looked through for warnings at its end.
        folder = os.environ.get("CRM_TEST_LOGS")
        self.logs = paths.crm_home() / "log" if not folder else Path(folder)

    def template(self, demo=False):
        """Name of a database with all our addons, made when there is none.

        :param demo: with the demo company
        """
        digest = paths.tree_digest(paths.ADDONS)
        kind = "all"
        if demo:
            digest += paths.tree_digest(paths.PROJECT / "tools" / "demo")
            kind = "demo"
        name = f"{PREFIX}{kind}-{digest}"[:50]
        with locked(f"template-{kind}", quiet=True):
            if not self.databases.exists(name):
                for old in self.names(f"{PREFIX}{kind}-"):
                    self.databases.drop(old)
                self.databases.make(name, demo=demo)
        return name

    def names(self, prefix=PREFIX):
        rows = self.databases.sql(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", prefix
        )
        return [name for (name,) in rows]

    @contextlib.contextmanager
    def database(self, name, template=None):
        """A database of your own; dropped when the block ends.

        :param name: unique within the run
        :param template: database to copy; the one with all addons when None,
            ``"prepared"`` for one with what they need but none of them
        """
        if template is None:
            template = self.template()
        elif template == "prepared":
            template = self.databases.prepared()
        name = f"{PREFIX}{name}"
        with locked(f"copy-{self.target.name}", quiet=True):
            # PostgreSQL copies a template for one at a time.
            self.databases.copy(template, name)
        try:
            yield name
        finally:
            self.databases.drop(name)

    @contextlib.contextmanager
    def serving(self, name, **options):
        """A server of a database; yields an ``Instance``."""
        port = free_port()
        log = self.logs / f"server-{name}-{port}.log"
        options = {"max_cron_threads": 0, "workers": 0, **options}
        workers = options["workers"]
        if workers:
            options.setdefault("gevent_port", port + server.SECOND_PORT_STEP)
        odoo = server.Server(self.databases, name, port, log=log, **options)
        odoo.start()
        try:
            yield Instance(server.url(port), name, log)
        finally:
            odoo.stop()


class Instance:
    """A database that is being served."""

    def __init__(self, url, database, log):
        self.url, self.database, self.log = url, database, log

    def user(self, login="admin", password=None):
        """A client over XML-RPC; the password is the login unless given."""
        return XmlRpc(self.url, self.database, login, password or login)
