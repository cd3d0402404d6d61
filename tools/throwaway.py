"""Throw-away databases and servers for tests and benchmarks.

Their PostgreSQL is a second embedded server with fsync switched off, so nothing of it
is worth keeping; with a server of the user's own, databases begin with ``crmtest-``.
"""

import contextlib
import os
import socket
from pathlib import Path

from . import database, paths, server, settings, stack
from .errors import CrmError
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


class Server(server.Server):
    """A server for people whose passwords nobody guards."""

    script = "start_throwaway.py"


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
        if demo:
            folder = paths.PROJECT / "tools" / "demo"
            return self.derived("demo", folder, self._load_demo)
        # What is installed does not know the addons' tests.
        digest = paths.tree_digest(paths.ADDONS, left_out=("tests",))
        name = f"{PREFIX}all-{digest}"

        def make():
            self.databases.make(name, demo=False, lasting=False)

        return self._made("all", name, make)

    def derived(self, kind, source, fill, extra=""):
        """Name of a template made out of the one with all our addons.

        :param kind: short name of what is in it
        :param source: folder that decides whether it is still good, with the scripts
            that Odoo runs for us
        :param fill: called with the name of the database to fill
        :param extra: what else decides, such as a date
        """
        base = self.template()
        sources = [paths.tree_digest(folder) for folder in (source, database.SCRIPTS)]
        digest = paths.file_digest(extra="".join([base, *sources, extra]))
        name = f"{PREFIX}{kind}-{digest}"

        def make():
            making = f"{name}.making"
            self.databases.copy(base, making)
            fill(making)
            self.databases.rename(making, name)

        return self._made(kind, name, make)

    def with_people(self):
        """Name of a template with the company the addons' own tests begin with."""

        def fill(name):
            self.databases.script("Making the tests' people", name, "make_people.py")

        return self.derived("people", paths.ADDONS / "crm_policy" / "tests", fill)

    def _load_demo(self, name):
        self.databases.script("Making the demo company", name, "load_demo.py")

    def _made(self, kind, name, make):
        with locked(f"template-{kind}", quiet=True):
            if not self.databases.exists(name):
                for old in self.names(f"{PREFIX}{kind}-"):
                    self.databases.drop(old)
                make()
        return name

    def own_name(self, name):
        """A database name that other jobs of the run do not use."""
        job = os.environ.get("CRM_TEST_JOB")
        return f"{PREFIX}{job}-{name}" if job else f"{PREFIX}{name}"

    def names(self, prefix=PREFIX):
        rows = self.databases.sql(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", prefix
        )
        return [name for (name,) in rows]

    @contextlib.contextmanager
    def database(self, name, template=None):
        """A database of your own; dropped when the block ends.

        :param name: unique within the job
        :param template: database to copy; the one with all addons when None,
            ``"prepared"`` for one with what they need but none of them
        """
        if template is None:
            template = self.template()
        elif template == "prepared":
            template = self.databases.prepared()
        name = self.own_name(name)
        self.databases.copy(template, name)
        try:
            yield name
        finally:
            self.databases.drop(name)

    @contextlib.contextmanager
    def serving(self, name, **options):
        """A server of a database; yields an ``Instance``."""
        options = {"max_cron_threads": 0, "workers": 0, **options}
        odoo = self._started(name, options)
        try:
            yield Instance(server.url(odoo.port), name, odoo.log)
        finally:
            odoo.stop()

    def _started(self, name, options, tries=3):
        """A server on a free port; somebody else may take it meanwhile."""
        port = free_port()
        log = self.logs / f"server-{name}-{port}.log"
        if options["workers"]:
            options = {**options, "gevent_port": port + server.SECOND_PORT_STEP}
        odoo = Server(self.databases, name, port, log=log, **options)
        try:
            return odoo.start()
        except CrmError as error:
            if "is taken" not in str(error) or not tries:
                raise
            log.unlink(missing_ok=True)
            return self._started(name, options, tries - 1)


class Instance:
    """A database that is being served."""

    def __init__(self, url, database, log):
        self.url, self.database, self.log = url, database, log

    def user(self, login="admin", password=None):
        """A client over XML-RPC; the password is the login unless given."""
        return XmlRpc(self.url, self.database, login, password or login)
