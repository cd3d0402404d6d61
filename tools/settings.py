"""Odoo's configuration: config/odoo.conf, what the environment says, and ours."""

import configparser
import os
from pathlib import Path

from . import paths, python_env
from .errors import CrmError
from .postgres import Cluster

BASE = paths.PROJECT / "config" / "odoo.conf"
#: Environment variables that name a PostgreSQL server, with Odoo's options.
DATABASE_VARIABLES = {
    "CRM_DB_HOST": "db_host",
    "CRM_DB_PORT": "db_port",
    "CRM_DB_USER": "db_user",
    "CRM_DB_PASSWORD": "db_password",
}


def base_options():
    """The options of config/odoo.conf."""
    parser = configparser.RawConfigParser()
    try:
        parser.read(BASE)
        return dict(parser["options"]) if parser.has_section("options") else {}
    except configparser.Error as error:
        raise CrmError(f"{BASE.relative_to(paths.PROJECT)}: {error}") from error


def external():
    """Connection settings of the user's own server, {} when there is none."""
    options = base_options()
    found = {
        name: options[name]
        for name in DATABASE_VARIABLES.values()
        if options.get(name, "False").lower() not in ("false", "none", "")
    }
    for variable, name in DATABASE_VARIABLES.items():
        if os.environ.get(variable):
            found[name] = os.environ[variable]
    if found and "db_host" not in found and "db_port" not in found:
        # A user name alone does not say which server is meant.
        return {}
    return found


class Target:
    """A PostgreSQL server with the folder of Odoo's files that goes with it."""

    def __init__(self, name="main", durable=True):
        self.name = name
        folder = "data" if name == "main" else f"data-{name}"
        self.data_dir = paths.crm_home() / folder
        self.connection = external()
        self.cluster = None if self.connection else Cluster(name, durable)

    def ensure(self):
        if self.cluster:
            self.cluster.ensure()
            self.connection = self.cluster.settings()
        return self

    def stop(self, immediate=False):
        return bool(self.cluster) and self.cluster.stop(immediate)

    def filestore(self, database):
        return self.data_dir / "filestore" / database

    def libpq(self):
        """The connection with the names of libpq."""
        names = {"db_host": "host", "db_port": "port", "db_user": "user"}
        names["db_password"] = "password"
        return {names[key]: value for key, value in self.connection.items()}

    def environment(self):
        """Environment for PostgreSQL's programs and for Odoo's."""
        environ = dict(os.environ)
        for key, value in self.libpq().items():
            environ[f"PG{key.upper()}"] = value
        # Addons and tests read PGDATABASE of nobody.
        environ.pop("PGDATABASE", None)
        environ["PYTHONUNBUFFERED"] = "1"
        folders = [str(python_env.folder() / "bin")]
        if self.cluster:
            folders.append(str(self.cluster.program("psql").parent))
        path = environ.get("PATH", os.defpath)
        environ["PATH"] = os.pathsep.join([*folders, path])
        return environ

    def write_conf(self, odoo, name=None, **options):
        """Write Odoo's configuration file and return its path.

        :param odoo: the Odoo of ``odoo_source.get()``
        :param options: what this use needs besides
        """
        merged = base_options()
        merged.update(self.connection)
        # Odoo warns of an addons folder without addons.
        own = [str(paths.ADDONS)] if paths.own_addons() else []
        more = [
            path.strip()
            for path in merged.get("addons_path", "").split(",")
            if path.strip() and path.strip().lower() != "false"
        ]
        more = [str((paths.PROJECT / path).resolve()) for path in more]
        addons = dict.fromkeys(own + more + [str(path) for path in odoo.addons])
        merged["addons_path"] = ",".join(addons)
        merged["data_dir"] = str(self.data_dir)
        merged.update({key: str(value) for key, value in options.items()})
        path = paths.crm_home() / "run" / f"odoo-{name or self.name}.conf"
        text = "[options]\n" + "".join(f"{k} = {v}\n" for k, v in merged.items())
        write_private(path, text)
        return path


def write_private(path, text):
    """Write a file only its owner reads, whole or not at all."""
    part = Path(f"{path}.part-{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    part.replace(path)
