"""Odoo databases: made under another name, then renamed when complete."""

import contextlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from . import odoo_source, paths, proc, python_env
from .errors import CrmError
from .lock import locked
from .progress import PROGRESS

SCRIPTS = paths.PROJECT / "tools" / "scripts"
#: PostgreSQL's code for a database that is not there.
NO_DATABASE = "3D000"
#: What the demo company and every test database have besides our addons' needs.
BASE_MODULES = ("l10n_cn", "rpc")
MODULE_LINE = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
PROGRESS_LINE = re.compile(r"@progress ([\d.]+) (.*)")


class Databases:
    """The databases of one server.

    :param target: a ``settings.Target`` that is up
    :param odoo: the Odoo of ``odoo_source.get()``
    """

    def __init__(self, target, odoo):
        self.target, self.odoo = target, odoo
        self.install_log = None

    @contextlib.contextmanager
    def logging_to(self, folder):
        """Collect Odoo's logs of installations in ``folder``/install.log."""
        self.install_log = Path(folder) / "install.log"
        try:
            yield
        finally:
            self.install_log = None

    # -- SQL ------------------------------------------------------------------
    def sql(self, statement, *parameters, database="postgres", names=()):
        """Rows of one statement; raises CrmError, with ``code`` of PostgreSQL."""
        task = {
            "connection": {**self.target.libpq(), "dbname": database},
            "statements": [[statement, list(parameters)]],
            "names": list(names),
        }
        done = subprocess.run(
            [python_env.program("python"), SCRIPTS / "sql.py"],
            input=json.dumps(task),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise CrmError(f"cannot talk to PostgreSQL: {done.stderr.strip()[-300:]}")
        answer = json.loads(done.stdout)
        if "error" in answer:
            if proc.DISK_FULL.search(answer["error"]):
                raise CrmError(f"disk full: {answer['error']}")
            refused = answer["code"] is None
            where = self.target.connection.get("db_host", "this machine")
            error = CrmError(
                f"database refused ({where}): {answer['error']}"
                if refused
                else f"database {database}: {answer['error']}"
            )
            error.code = answer["code"]
            raise error
        return answer["rows"]

    def exists(self, name):
        return bool(self.sql("SELECT 1 FROM pg_database WHERE datname = %s", name))

    def release(self, name):
        """Odoo series of a database (``19.0``), None when it is not Odoo's."""
        try:
            rows = self.sql(
                "SELECT latest_version FROM ir_module_module WHERE name = 'base'",
                database=name,
            )
        except CrmError as error:
            if getattr(error, "code", None) == "42P01":
                return None
            raise
        version = rows[0][0] if rows else None
        return ".".join(version.split(".")[:2]) if version else None

    def check(self, name):
        """Refuse a database that this Odoo cannot serve."""
        release = self.release(name)
        if release is None:
            raise CrmError(f"database {name} is not a database of Odoo")
        if release != odoo_source.RELEASE:
            raise CrmError(
                f"database {name} is of Odoo {release}, this is Odoo "
                f"{odoo_source.RELEASE}: use --db with another name"
            )

    def require(self, name):
        """Refuse a database that is not there or not ours."""
        if not self.exists(name):
            raise CrmError(f"no database {name} yet; ./crm run --db {name} makes it")
        self.check(name)

    def drop(self, name):
        """Drop a database with its files; nothing happens when it is not there."""
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = %s AND usename = current_user",
            name,
        )
        self.sql("DROP DATABASE IF EXISTS {0}", names=[name])
        shutil.rmtree(self.target.filestore(name), ignore_errors=True)

    def rename(self, old, new):
        """Give a complete database its name; the rename in PostgreSQL decides."""
        files = self.target.filestore(new)
        if files.exists():
            # Files without a database: left by one dropped by hand.
            shutil.rmtree(files)
        if self.target.filestore(old).exists():
            self.target.filestore(old).rename(files)
        self.sql("ALTER DATABASE {0} RENAME TO {1}", names=[old, new])

    def copy(self, source, name):
        """Copy a database with its files (which are shared by hard links)."""
        self.drop(name)
        # The files first: a database without its files would look complete.
        if self.target.filestore(source).exists():
            shutil.copytree(
                self.target.filestore(source),
                self.target.filestore(name),
                copy_function=_link,
            )
        # PostgreSQL copies a template for one at a time.
        with locked(f"copy-{self.target.name}", quiet=True):
            self.sql("CREATE DATABASE {0} TEMPLATE {1}", names=[name, source])

    # -- Odoo -----------------------------------------------------------------
    def conf(self, name, **options):
        return self.target.write_conf(
            self.odoo, name=f"{self.target.name}-{name}", db_name=name, **options
        )

    def odoo_command(self, *arguments, script="start_odoo.py"):
        return [python_env.program("python"), SCRIPTS / script, *arguments]

    def run_odoo(self, title, name, *arguments, log="odoo", share=(0.0, 1.0)):
        """Run Odoo's command line to its end, moving the bar by its log."""
        options = {"max_cron_threads": 0, "workers": 0, "log_level": "info"}
        command = self.odoo_command("-c", self.conf(name, **options), "-d", name)
        return self._watched(
            title, [*command, "--no-http", "--stop-after-init", *arguments], log, share
        )

    def script(self, title, name, script, *arguments, log=None):
        """Run one of our scripts with an Odoo environment of the database."""
        command = [python_env.program("python"), SCRIPTS / script]
        command += ["-c", self.conf(name), "-d", name, *arguments]
        return self._watched(title, command, log or Path(script).stem)

    def click_odoo(self, title, program, *arguments, name="postgres"):
        command = [python_env.program(f"click-odoo-{program}")]
        command += ["-c", self.conf(name), *arguments]
        return self._watched(title, command, f"click-odoo-{program}")

    def _watched(self, title, command, log, share=(0.0, 1.0)):
        def on_line(line):
            module = MODULE_LINE.search(line)
            ours = PROGRESS_LINE.search(line)
            if module:
                name, number, total = module.groups()
                part = share[0] + (share[1] - share[0]) * int(number) / int(total)
                step.update(part, f"{name} ({number}/{total})")
            elif ours:
                step.update(float(ours.group(1)), ours.group(2))

        with PROGRESS.step(title) as step:
            path = proc.run(
                command,
                log,
                on_line=on_line,
                error=f"{title.lower()} failed",
                env=self.target.environment(),
                cwd=paths.PROJECT,
            )
        if self.install_log:
            with open(self.install_log, "a") as stream:
                stream.write(path.read_text(errors="replace"))
        return path

    # -- making ---------------------------------------------------------------
    def prepared(self):
        """Template with what our addons need, languages, company and accounts.

        It is made once for the Odoo and the modules it holds; making and testing
        databases copies it.
        """
        modules = self.foreign_modules()
        odoo_files = [self.odoo.root / "odoo" / "release.py", SCRIPTS / "prepare.py"]
        extra = ",".join(modules)
        if not self.target.cluster:
            # A server may be shared, the folder of the files is not.
            extra += paths.home_key()
        key = paths.file_digest(*odoo_files, extra=extra)
        name = f"crm-prepared-{key}"
        with locked(f"prepare-{self.target.name}"):
            if self.exists(name):
                return name
            making = f"{name}.making"
            self.drop(making)
            self.click_odoo(
                "Installing Odoo's modules",
                "initdb",
                *("--log-level", "info", "--no-demo", "--cache-prefix", "crmcache"),
                *("--cache-max-size", "2", "-n", making, "-m", ",".join(modules)),
            )
            self.script("Preparing languages and accounts", making, "prepare.py")
            self.rename(making, name)
            for (old,) in self.sql(
                "SELECT datname FROM pg_database WHERE datname LIKE 'crm-prepared-%%'"
            ):
                if old != name:
                    self.drop(old)
        return name

    def foreign_modules(self):
        """Odoo's modules that our addons depend on."""
        own = set(paths.own_addons())
        modules = set(BASE_MODULES)
        for name in own:
            manifest = paths.manifest(name)
            modules.update(set(manifest.get("depends", [])) - own)
        return sorted(modules)

    def make(self, name, demo=True, addons=None, lasting=True):
        """Make a database with our addons, if it is not there yet.

        :param lasting: False for one that ``./crm upgrade`` never meets
        :return: True when it was made now
        """
        with locked(f"database-{name}"):
            if self.exists(name):
                self.check(name)
                return False
            making = f"{name}.making"
            self.copy(self.prepared(), making)
            addons = paths.own_addons() if addons is None else addons
            if addons:
                self.run_odoo("Installing the addons", making, "-i", ",".join(addons))
            if demo:
                self.script("Making the demo company", making, "load_demo.py")
            if lasting:
                self.click_odoo(
                    "Noting the state of the addons",
                    "update",
                    *("-d", making, "--only-compute-hashes"),
                    name=making,
                )
            self.sql(
                "UPDATE ir_config_parameter SET value = gen_random_uuid()::text "
                "WHERE key IN ('database.uuid', 'database.secret')",
                database=making,
            )
            self.rename(making, name)
        return True


def _link(source, target):
    """Attachments never change, so copies of a database can share them."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
