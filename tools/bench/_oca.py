"""Addons of OCA as published on PyPI, installed for a comparison only."""

import contextlib
import tempfile
from pathlib import Path

from .. import proc, python_env
from ..errors import CrmError


@contextlib.contextmanager
def served(bench, addons, *requirements):
    """A served database with these addons and none of ours; None without them.

    :param addons: names of addons, between commas
    :param requirements: what pip installs, with versions
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = _fetch(Path(folder), requirements)
        except CrmError as error:
            print(f"\n{addons} of OCA are not to be had here: {error}")
            yield None
            return
        databases = bench.workbench.databases
        databases.odoo.addons.append(path)
        try:
            with bench.workbench.database(f"bench-{bench.name}-oca", "prepared") as db:
                databases.run_odoo(f"Installing {addons} of OCA", db, "-i", addons)
                with bench.workbench.serving(db, log_level="error") as instance:
                    yield instance
        finally:
            databases.odoo.addons.remove(path)


def _fetch(folder, requirements):
    command = [python_env.program("python"), "-m", "pip", "install", "--no-deps"]
    command += ["--no-input", "--disable-pip-version-check", "--target", folder]
    proc.run([*command, *requirements], "pip-oca", error="fetching them failed")
    return folder / "odoo" / "addons"
