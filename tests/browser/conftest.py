"""A browser for the tests of a module."""

import contextlib

import pytest

from tests.support import site as sites
from tests.support.browser import Browser
from tools import paths


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep a picture of what the screens showed when a test failed."""
    report = yield
    if report.when == "call" and report.failed:
        for index, page in enumerate(item.funcargs.get("pages", ())):
            path = paths.crm_home() / "log" / f"{item.name}-{index}.png"
            with contextlib.suppress(Exception):
                page.picture(path)
                report.sections.append((f"picture of {page.login}", str(path)))
            if page.errors:
                report.sections.append(("console", "\n".join(page.errors)))
    return report


@pytest.fixture(scope="session")
def site(workbench):
    """A served company with people in every role; its screens are still empty."""
    with sites.site(workbench) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    running = Browser()
    yield running
    running.close()


@pytest.fixture
def pages():
    return []


@pytest.fixture
def page(browser, site, pages):
    """``page("sales1")`` is the web client of a person; no error may be left."""

    def of(login):
        pages.append(browser.page(site, login))
        return pages[-1]

    with contextlib.ExitStack() as stack:
        stack.callback(lambda: [one.close() for one in pages])
        yield of
        for one in pages:
            one.check()
