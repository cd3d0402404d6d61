"""How the tests are cut into jobs that several lanes take from one queue.

A job is one pytest. Jobs are cut so that none is much longer than a lane's share of
all, and taken longest first, so that no lane idles at the end. The seconds here are
rough measurements on two cores; wrong ones cost time, never a test.
"""

import ast
import os
import re
from dataclasses import dataclass
from pathlib import Path

from . import paths

#: Tests of an addon are cut, and those of small addons joined, into jobs of about
#: this many seconds; to begin one takes five to ten.
ADDON_JOB_SECONDS = 120
#: What a test inside Odoo takes on average.
ADDON_TEST_SECONDS = 0.4
#: Seconds of the longer tests from outside, by file or by file and test.
SECONDS = {
    "cli/test_life": 300,
    "demo/test_demo": 200,
    "browser/test_tours": 195,
    "browser/test_walk": 170,
    "install/test_addons::TestUninstalled": 270,
    "install/test_addons::test_alone": 135,
    "rpc/test_api_doc": 170,
    "install/test_upgrade": 90,
    "install/test_addons::test_all_uninstalled_and_installed_again": 85,
    "browser/test_archive_tours": 85,
    "install/test_addons::test_upgraded_in_place": 40,
    "cli/test_refusals": 25,
    "install/test_addons::test_every_addon_is_here": 1,
}
OTHER_SECONDS = 15
#: What Odoo's linters for addons take, in a job that has an Odoo anyway.
LINT_SECONDS = 16
#: Files whose tests share nothing worth sharing: each test is a job.
CUT_BY_TEST = ("tests/install/test_addons.py",)
#: Files that use what another one made, or the same server: one job, in this order.
TOGETHER = (
    ("tests/cli/test_life.py", "tests/demo/test_demo.py"),
    (
        "tests/rpc/test_api_doc.py",
        "tests/rpc/test_story.py",
        "tests/rpc/test_concurrency.py",
        "tests/rpc/test_import.py",
    ),
)
#: These may begin before the database with all addons is there.
WITHOUT_TEMPLATE = ("tests/cli/",)
TEST = re.compile(r"^\s*def test_", re.M)


@dataclass
class Part:
    """What one job runs.

    :ivar name: short, also of the job's folder, log and database
    :ivar arguments: what pytest is told to run
    :ivar inside: tests of addons, which run inside Odoo
    :ivar template: begins when the database with all addons is there
    :ivar lint: runs Odoo's linters for addons as well
    """

    name: str
    title: str
    arguments: list
    seconds: float
    inside: bool = False
    template: bool = True
    lint: bool = False


def is_path(argument, folder):
    return argument == folder or argument.startswith((f"{folder}/", f"./{folder}/"))


def lanes():
    """How many jobs run at the same time."""
    return max(2, min(os.cpu_count() or 2, 4))


def parts(inside, outside, everything, lint=False):
    """All jobs, longest first, for paths below ``addons`` and below ``tests``.

    :param lint: with Odoo's linters for addons, in the shortest job of addons
    """
    result = []
    if inside or everything:
        result += _addon_parts(inside or ["addons"])
    if lint:
        shortest = min(result, key=lambda part: part.seconds)
        shortest.lint = True
        shortest.title += ", Odoo's test_lint over the addons"
        shortest.seconds += LINT_SECONDS
    if outside or everything:
        result += _outside_parts(outside or ["tests"])
    return sorted(result, key=lambda part: -part.seconds)


def _by_file(arguments):
    """Test files of files, folders and test names, each with what to run of it."""
    found = {}
    for argument in arguments:
        path = paths.PROJECT / argument.partition("::")[0]
        for file in sorted(path.rglob("test_*.py")) if path.is_dir() else [path]:
            name = os.path.relpath(file, paths.PROJECT)
            wanted = name if path.is_dir() else argument
            found.setdefault(name, []).append(wanted)
    return found


def _tests_in(file):
    try:
        return len(TEST.findall((paths.PROJECT / file).read_text()))
    except OSError:
        return 1


# -- the addons' own tests -----------------------------------------------------
def _addon_parts(arguments):
    by_addon = {}
    for file, wanted in _by_file(arguments).items():
        by_addon.setdefault(Path(file).parts[1], []).append((file, wanted))
    result = []
    for addon, files in sorted(by_addon.items()):
        shares = _shares(files)
        for number, (seconds, wanted) in enumerate(shares, 1):
            count = f" {number}/{len(shares)}" if len(shares) > 1 else ""
            name = addon.replace("crm_", "") + (f"-{number}" if count else "")
            title = f"Tests of {addon}{count}"
            result.append(Part(name, title, wanted, seconds, inside=True))
    return _joined(result)


def _joined(parts):
    """Jobs put together as long as none becomes longer than it should be."""
    result = []
    for part in sorted(parts, key=lambda part: part.seconds):
        last = result[-1] if result else None
        if last and last.seconds + part.seconds <= ADDON_JOB_SECONDS:
            last.name += f"-{part.name}"
            last.title += part.title.replace("Tests of", ",")
            last.arguments += part.arguments
            last.seconds += part.seconds
        else:
            result.append(part)
    return result


def _shares(files):
    """Files dealt to as few equal shares as keep each one short enough."""
    seconds = {file: _tests_in(file) * ADDON_TEST_SECONDS for file, _wanted in files}
    number = max(1, round(sum(seconds.values()) / ADDON_JOB_SECONDS))
    shares = [[0.0, []] for _index in range(min(number, len(files)))]
    for file, wanted in sorted(files, key=lambda item: -seconds[item[0]]):
        share = min(shares, key=lambda entry: entry[0])
        share[0] += seconds[file]
        share[1] += wanted
    return shares


# -- the tests from outside ----------------------------------------------------
def _outside_parts(arguments):
    result, files = [], _by_file(arguments)
    for first, *others in TOGETHER:
        if files.keys() >= {first, *others}:
            files[first] += [path for other in others for path in files.pop(other)]
    for file, wanted in files.items():
        short = file.removeprefix("tests/").removesuffix(".py")
        if file in CUT_BY_TEST and wanted == [file]:
            names = _names_in(file)
            found = [(f"{short}::{name}", [f"{file}::{name}"]) for name in names]
        else:
            found = [(short, wanted)]
        result += [
            Part(
                re.sub(r"\W+", "-", name),
                f"Tests from outside: {name}",
                wanted,
                SECONDS.get(name, OTHER_SECONDS),
                template=not file.startswith(WITHOUT_TEMPLATE),
            )
            for name, wanted in found
        ]
    return result


def _names_in(file):
    """Tests and classes of tests of a file, in its order."""
    return [
        node.name
        for node in ast.parse((paths.PROJECT / file).read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and node.name.lower().startswith("test")
    ]
