"""Addons come, stay and go: alone, together, upgraded, removed, installed again."""

import contextlib
import itertools
import re
from pathlib import Path

import pytest

from tests.support import leftovers, site
from tools import checklog, paths

pytestmark = pytest.mark.installation

UNINSTALL = Path(site.__file__).with_name("uninstall.py")
NUMBER = Path(site.__file__).with_name("take_numbers.py")
DECISIONS = Path(site.__file__).with_name("check_decisions.py")
NUMBERS = itertools.count(1)
#: What goes with documents, or is the platform's own note of an addon.
GOES_TOO = re.compile(
    "row of (ir_|mail_|rating_rating|crm_approval_delegation|crm_routing_|"
    "crm_policy_rule_month|crm_problem_signal)"
)
#: Each addon with those of ours that it needs, in the order of installation.
CHAIN = {
    "crm_policy": (),
    "crm_customer_archive": ("crm_policy",),
    "crm_complaint": ("crm_policy", "crm_customer_archive"),
    "crm_visit": ("crm_policy", "crm_customer_archive"),
    "crm_returns": ("crm_policy", "crm_customer_archive", "crm_complaint"),
    "crm_visit_complaint": (
        "crm_policy",
        "crm_customer_archive",
        "crm_complaint",
        "crm_visit",
    ),
}
#: What stays when an addon goes, as far as it was installed by hand.
WITHOUT = {
    "crm_customer_archive": CHAIN["crm_customer_archive"],
    "crm_complaint": ("crm_policy", "crm_customer_archive", "crm_visit"),
    "crm_visit": (*CHAIN["crm_returns"], "crm_returns"),
    "crm_returns": CHAIN["crm_visit_complaint"],
}


class Lab:
    """Databases grown from one another, each made once and kept."""

    def __init__(self, workbench, stack):
        self.workbench, self.databases = workbench, workbench.databases
        self.stack, self.made = stack, {}

    def copy(self, source):
        return self.stack.enter_context(
            self.workbench.database(f"install-{next(NUMBERS)}", source)
        )

    def install(self, name, *addons):
        return self.run(name, "-i", ",".join(addons))

    def run(self, name, *arguments):
        """Run Odoo; its log must hold no warning or error."""
        log = self.databases.run_odoo("Working", name, *arguments, log="test-install")
        return self.check(log)

    def uninstall(self, name, *addons):
        log = self.databases.script("Uninstalling", name, UNINSTALL, *addons)
        return self.check(log)

    def work(self, name):
        """Take document numbers, which makes counters of the company's own."""
        self.databases.script("Numbering", name, NUMBER)

    def busy(self):
        """A copy of the company with documents of every kind."""
        name = self.copy(site.company(self.workbench, "busy"))
        site.take_facts(self.workbench, name)
        return name

    def records(self, name):
        """(addon, model, id) of all records that came with an addon of ours."""
        return self.databases.sql(
            "SELECT module, model, res_id FROM ir_model_data WHERE module = ANY(%s)",
            list(CHAIN),
            database=name,
        )

    @staticmethod
    def check(log):
        problems = checklog.problems(log)
        assert not problems, problems
        return log

    def empty(self):
        """A database with Odoo's base alone."""
        if "empty" not in self.made:
            name = self.workbench.own_name("install-empty")
            self.databases.drop(name)
            self.stack.callback(self.databases.drop, name)
            self.databases.click_odoo(
                "Making an empty database",
                "initdb",
                "--no-demo",
                "--no-cache",
                "-n",
                name,
                "-m",
                "base",
            )
            self.made["empty"] = name
        return self.made["empty"]

    def grown(self, start, addons):
        """A database with some addons installed one after another.

        A prepared company has worked with each before the next one came.
        """
        if not addons:
            return self.empty() if start == "empty" else self.databases.prepared()
        key = (start, *addons)
        if key not in self.made:
            name = self.copy(self.grown(start, addons[:-1]))
            self.install(name, addons[-1])
            if start == "prepared":
                self.work(name)
            self.made[key] = name
        return self.made[key]

    def installed(self, name):
        rows = self.databases.sql(
            "SELECT name FROM ir_module_module WHERE state = 'installed'", database=name
        )
        return {module for (module,) in rows}


@pytest.fixture(scope="module")
def lab(workbench):
    with contextlib.ExitStack() as stack:
        yield Lab(workbench, stack)


def test_every_addon_is_here():
    """The table above knows all addons and their dependencies."""
    own = set(paths.own_addons())
    assert set(CHAIN) == own
    for addon, needs in CHAIN.items():
        assert set(paths.manifest(addon)["depends"]) & own <= set(needs), addon


@pytest.mark.parametrize("addon", CHAIN)
def test_alone(lab, addon):
    """On an empty database an addon brings what it needs, and no more of ours."""
    name = lab.grown("empty", (*CHAIN[addon], addon))
    ours = lab.installed(name) & set(CHAIN)
    expected = {*CHAIN[addon], addon}
    if {"crm_visit", "crm_complaint"} <= expected:
        expected.add("crm_visit_complaint")
    assert ours == expected


class TestUninstalled:
    """Both ways compare with companies that never had the addon."""

    @pytest.mark.parametrize("addon", CHAIN)
    def test_without_leftovers(self, lab, addon):
        """Installed and uninstalled, a database is as it was before."""
        needs, removed = CHAIN[addon], addon
        if addon == "crm_visit_complaint":
            # It comes by itself with the last of the two it joins, and goes with it.
            needs, removed = needs[:-1], needs[-1]
        before = leftovers.picture(lab.databases, lab.grown("prepared", needs))
        name = lab.copy(lab.grown("prepared", (*needs, removed)))
        assert addon in lab.installed(name)
        lab.uninstall(name, removed)
        after = leftovers.picture(lab.databases, name)
        assert addon not in lab.installed(name)
        found = leftovers.leftovers(before, after)
        assert not found, f"left behind\n{leftovers.told(found)}"
        lost = leftovers.losses(before, after)
        assert not lost, f"lost\n{leftovers.told(lost)}"

    @pytest.mark.parametrize("addon", [name for name in CHAIN if name != "crm_policy"])
    def test_at_work(self, lab, addon):
        """From a company with documents goes what is the addon's, nothing else."""
        name = lab.busy()
        before, models = leftovers.picture(lab.databases, name), lab.records(name)
        log = lab.uninstall(name, addon)
        assert "could not be deleted ([])" in log.read_text()
        after = leftovers.picture(lab.databases, name)
        staying = lab.installed(name) & set(CHAIN)
        assert addon not in staying
        own = {
            (f"row of {model.replace('.', '_')}", number)
            for module, model, number in models
            if module not in staying
        }
        lost = {
            kind: kept
            for kind, rows in leftovers.losses(before, after).items()
            if kind.startswith("row of ") and kind in after and not GOES_TOO.match(kind)
            if (kept := [number for number in rows if (kind, number) not in own])
        }
        assert not lost, f"lost\n{leftovers.told(lost)}"
        if addon in WITHOUT:
            # What joins two addons comes by itself: no company was ever without it.
            grown = lab.grown("prepared", WITHOUT[addon])
            assert lab.installed(grown) & set(CHAIN) == staying
            expected = leftovers.picture(lab.databases, grown)
            found = leftovers.leftovers(
                leftovers.structure(expected), leftovers.structure(after)
            )
            assert not found, f"left behind\n{leftovers.told(found)}"
        lab.databases.script("Checking decisions", name, DECISIONS)


def test_all_uninstalled_and_installed_again(lab):
    """From a company at work, all addons go without a trace and can come back."""
    before = leftovers.picture(lab.databases, lab.databases.prepared())
    name = lab.busy()
    lab.uninstall(name, "crm_policy")
    assert not lab.installed(name) & set(CHAIN)
    after = leftovers.picture(lab.databases, name)
    found = leftovers.leftovers(before, after)
    technical = {
        kind: names
        for kind, names in found.items()
        if not kind.startswith("row of ")
        or kind.startswith(("row of ir_", "row of crm_"))
    }
    # People and goods of the company stay; their departments are ours and go.
    for kind in ("member", "xml id"):
        technical.pop(kind, None)
    assert not technical, f"left behind\n{leftovers.told(technical)}"
    rows = lab.databases.sql(
        "SELECT module, name FROM ir_model_data WHERE module LIKE 'crm\\_%%'"
        " AND module IN (SELECT name FROM ir_module_module WHERE state <> 'installed')",
        database=name,
    )
    assert not rows
    lab.install(name, *CHAIN)
    assert lab.installed(name) >= set(CHAIN)


def test_upgraded_in_place(lab):
    """An upgrade warns of nothing, and changes nothing a company has set."""
    name = lab.busy()
    lab.databases.sql(
        "UPDATE crm_authority SET name = jsonb_build_object('en_US', 'Ours')"
        " WHERE id = (SELECT min(id) FROM crm_authority)"
        if _is_translated(lab, name, "crm_authority", "name")
        else "UPDATE crm_authority SET name = 'Ours'"
        " WHERE id = (SELECT min(id) FROM crm_authority)",
        database=name,
    )
    before = leftovers.picture(lab.databases, name)
    lab.run(name, "-u", ",".join(CHAIN))
    after = leftovers.picture(lab.databases, name)
    for pictured in (before, after):
        # The views of window actions are made anew each time.
        pictured.pop("row of ir_act_window_view")
    found = leftovers.leftovers(before, after)
    assert not found, f"new\n{leftovers.told(found)}"
    lost = leftovers.losses(before, after)
    assert not lost, f"lost\n{leftovers.told(lost)}"
    rows = lab.databases.sql(
        "SELECT name::text FROM crm_authority ORDER BY id LIMIT 1", database=name
    )
    assert "Ours" in rows[0][0]


def _is_translated(lab, name, table, column):
    [[kind]] = lab.databases.sql(
        "SELECT data_type FROM information_schema.columns"
        " WHERE table_name = %s AND column_name = %s",
        table,
        column,
        database=name,
    )
    return kind == "jsonb"
