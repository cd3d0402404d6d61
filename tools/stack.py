"""Everything a command needs, made or started: Odoo, packages, PostgreSQL."""

from . import database, host, odoo_source, paths, python_env, settings


def connect_packages(test_packages=False, needs=("venv",)):
    """Odoo, with the Python environment that fits it."""
    paths.ensure_home()
    host.ensure(*needs)
    odoo = odoo_source.get()
    python_env.ensure(odoo, test=test_packages)
    return odoo


def connect(test_packages=False, needs=("venv",), target=None):
    """Odoo, environment and a server that is up, as ``Databases``."""
    odoo = connect_packages(test_packages, needs)
    return database.Databases((target or settings.Target()).ensure(), odoo)


def database_of(options):
    """The databases, with the one of ``--db`` known to be there."""
    paths.check_database_name(options.db)
    databases = connect()
    databases.require(options.db)
    return databases
