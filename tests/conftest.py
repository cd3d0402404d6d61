"""Fixtures of the tests from outside: databases and servers of their own."""

import itertools
import os
from pathlib import Path

import pytest

from tests.support import site as sites
from tests.support.home import Home
from tools import paths
from tools.throwaway import Instance, Workbench, free_port

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def workbench():
    """Makes throw-away databases; see tools/throwaway.py."""
    return Workbench()


@pytest.fixture
def database(workbench):
    """Name of a fresh database with all addons, without demo data."""
    with workbench.database(f"fresh-{next(NUMBERS)}") as name:
        yield name


@pytest.fixture(scope="module")
def server(workbench):
    """A served fresh database with all addons, without demo data, for one module."""
    with (
        workbench.database(f"served-{next(NUMBERS)}") as name,
        workbench.serving(name) as instance,
    ):
        yield instance


@pytest.fixture(scope="session")
def living_home(tmp_path_factory):
    """A home with packages, used by tests of ./crm one after another."""
    result = Home(tmp_path_factory.mktemp("living") / "home").with_packages()
    yield result
    result.close()


@pytest.fixture(scope="module")
def demo_server(living_home):
    """The demo company as ``./crm run`` makes and serves it."""
    port = free_port()
    log = living_home.folder / "log" / "server.log"
    living_home.run("stop")
    before = log.stat().st_size if log.exists() else 0
    code, _out, err = living_home.run("run", "--port", str(port), "--detach")
    assert code == 0, err
    yield Instance(f"http://127.0.0.1:{port}", "crm", log)
    living_home.run("stop")
    # Where the run looks for warnings and errors.
    folder = Path(os.environ.get("CRM_TEST_LOGS") or paths.crm_home() / "log")
    (folder / "server-demo.log").write_bytes(log.read_bytes()[before:])


@pytest.fixture(scope="session")
def site(workbench):
    """A served company with people in every role and documents; ``support.site``."""
    with sites.site(workbench, work="worked") as running:
        yield running
