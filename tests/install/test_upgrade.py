"""A company that began with the addons as they were released before is brought up."""

import re
import subprocess

import pytest

from tests.support import leftovers, site
from tools import checklog, paths

pytestmark = pytest.mark.installation

VERSION = re.compile(r'"version": "[\d.]+"')


def _git(*arguments):
    done = subprocess.run(
        ["git", *arguments], cwd=paths.PROJECT, capture_output=True, check=False
    )
    return done.stdout if done.returncode == 0 else b""


def released(folder):
    """The addons before the first of them got its present version.

    Without history, or when nothing was released before, they are the present ones:
    then the upgrade has nothing to change, and must not.
    """
    raised = []
    for addon in paths.own_addons():
        file = f"addons/{addon}/__manifest__.py"
        [version] = VERSION.findall((paths.PROJECT / file).read_text())
        found = _git("log", "--format=%ct %H", f"-S{version}", "--", file).split()
        # The oldest commit with this version; one before it is of an older version.
        if found and _git("show", f"{found[-1].decode()}^:{file}"):
            raised.append((int(found[-2]), found[-1].decode()))
    if not raised:
        return paths.ADDONS
    _time, commit = min(raised)
    archive = _git("archive", f"{commit}^", "addons")
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    return folder / "addons"


def test_released_company_upgrades(workbench, tmp_path, monkeypatch):
    """Nothing is warned of, lost or missing; the structure is a new database's."""
    databases = workbench.databases
    new = leftovers.picture(databases, workbench.template())
    with workbench.database("upgraded", databases.prepared()) as name:
        with monkeypatch.context() as then:
            then.setattr(paths, "ADDONS", released(tmp_path))
            installed = ",".join(paths.own_addons())
            databases.run_odoo("Installing what was released", name, "-i", installed)
            databases.script(
                "Making the test company",
                name,
                site.SCRIPT,
                tmp_path / "facts.json",
                "--worked",
            )
        before = leftovers.picture(databases, name)
        log = databases.run_odoo("Upgrading", name, "-u", ",".join(paths.own_addons()))
        problems = checklog.problems(log)
        assert not problems, problems
        after = leftovers.picture(databases, name)
        versions = databases.sql(
            "SELECT name, latest_version FROM ir_module_module WHERE name = ANY(%s)",
            paths.own_addons(),
            database=name,
        )
    assert dict(versions) == {
        addon: paths.manifest(addon)["version"] for addon in paths.own_addons()
    }
    missing = leftovers.losses(
        leftovers.structure(new, "xml id"), leftovers.structure(after, "xml id")
    )
    assert not missing, f"missing\n{leftovers.told(missing)}"
    obsolete = leftovers.leftovers(leftovers.structure(new), leftovers.structure(after))
    assert not obsolete, f"left over\n{leftovers.told(obsolete)}"
    lost = leftovers.losses(_business(before), _business(after))
    assert not lost, f"lost\n{leftovers.told(lost)}"


def _business(picture):
    """The rows of documents and files, which an upgrade never removes."""
    return {
        kind: rows
        for kind, rows in picture.items()
        if kind.startswith("row of ") and not kind.startswith("row of ir_")
    }
