"""What ./crm test adds to pytest: tests that open a browser or install can be left
out, and Odoo's own linters look at our addons only."""

import gc
import inspect
import os
import shutil
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

PROJECT = Path(__file__).resolve().parent.parent
BROWSER_CALLS = ("start_tour(", "browser_js(")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_configure(config):
    for marker in (
        "browser: opens a browser",
        "installation: installs or removes the system or addons, takes long",
    ):
        config.addinivalue_line("markers", marker)


def pytest_collection_modifyitems(items):
    fast = os.environ.get("CRM_TEST_FAST") == "1"
    no_browser = not any(shutil.which(name) for name in BROWSERS)
    for item in items:
        reason = fast and left_out_when_fast(item)
        if reason:
            item.add_marker(pytest.mark.skip(reason=f"--fast: {reason}"))
        elif no_browser and uses_browser(item):
            item.add_marker(pytest.mark.skip(reason="chromium is not installed"))


def left_out_when_fast(item):
    """What the test needs that ``--fast`` leaves out, or None."""
    if uses_browser(item):
        return "no browser"
    if item.get_closest_marker("installation"):
        return "no installations"
    return None


def uses_browser(item):
    """True for tests marked so and for Odoo's tests that start a tour."""
    if item.get_closest_marker("browser"):
        return True
    function = getattr(item, "function", None)
    if not function:
        return False
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        return False
    return any(call in source for call in BROWSER_CALLS)


@pytest.fixture(scope="session", autouse=True)
def seldom_collected():
    """Garbage is looked for seldom, and never among Odoo's own classes and registry.

    Not too seldom: Odoo looks through all environments of a transaction for each new
    one, and garbage keeps them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def kept_caches():
    """With ``--fast``, a test leaves the caches that it did not invalidate.

    A server keeps them as well when a transaction is rolled back. Odoo's tests empty
    them all after each test, which is safer, and an eighth of the time of ours: they do
    so at the end of a class here, and after each test in the whole run.
    """
    if os.environ.get("CRM_TEST_FAST") != "1" or "odoo.tests" not in sys.modules:
        yield
        return
    from odoo.orm.registry import Registry
    from odoo.tests import TransactionCase

    clear_cache, set_up = Registry.clear_cache, TransactionCase.setUp
    stale = set()

    def clear_and_note(registry, *names):
        stale.update(names or ("default",))
        clear_cache(registry, *names)

    def clear_stale(registry):
        if stale:
            clear_cache(registry, *stale)
            stale.clear()

    def set_up_to_keep(case):
        # It takes the method for the end of the test.
        with patch.object(Registry, "clear_all_caches", clear_stale):
            set_up(case)

    with (
        patch.object(Registry, "clear_cache", clear_and_note),
        patch.object(TransactionCase, "setUp", set_up_to_keep),
    ):
        yield


@pytest.fixture(scope="module", autouse=True)
def only_our_addons(request):
    """Odoo's ``test_lint`` walks all addons it finds: here, ours."""
    if not request.module.__name__.startswith("odoo.addons.test_lint."):
        yield
        return
    from odoo.modules import Manifest

    ours = [
        manifest
        for manifest in Manifest.all_addon_manifests()
        if Path(manifest.path).is_relative_to(PROJECT / "addons")
    ]
    assert ours, "no addons of this project are in the addons path"
    with patch.object(Manifest, "all_addon_manifests", lambda: list(ours)):
        yield
