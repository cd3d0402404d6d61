"""Fixtures of the tests from outside: databases and servers of their own."""

import itertools

import pytest

from tests.support import site as sites
from tools.throwaway import Workbench

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


@pytest.fixture(scope="module")
def demo_server(workbench):
    """A served copy of the demo company, for one module."""
    template = workbench.template(demo=True)
    with (
        workbench.database(f"demo-{next(NUMBERS)}", template) as name,
        workbench.serving(name) as instance,
    ):
        yield instance


@pytest.fixture(scope="session")
def site(workbench):
    """A served company with people in every role; see ``support.site``."""
    with sites.site(workbench) as running:
        yield running
