"""What goes wrong outside ends in one line and exit code 2."""

import ast
import importlib.machinery
import importlib.util
import os
import socket
import subprocess
import sys

import pytest

from tools import paths, throwaway

CRM = paths.PROJECT / "crm"
#: Runs ./crm as if the Python were the given one.
AS_PYTHON = """
import runpy, sys
sys.version_info = {version}
sys.argv = [{crm!r}, "status"]
runpy.run_path({crm!r}, run_name="__main__")
"""


@pytest.mark.parametrize("version", [(3, 8, 1, "final", 0), (3, 14, 0, "final", 0)])
def test_wrong_python(version, tmp_path):
    """Too old and too new; no other Python on PATH."""
    done = subprocess.run(
        [sys.executable, "-c", AS_PYTHON.format(version=version, crm=str(CRM))],
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path)},
    )
    assert done.returncode == 2
    expected = f"crm: Python 3.10 to 3.13 is needed, this is 3.{version[1]}\n"
    assert done.stderr == expected


def test_another_python_is_taken(tmp_path):
    """A suitable Python elsewhere on PATH takes over."""
    minor = sys.version_info[1]
    (tmp_path / f"python3.{minor}").symlink_to(sys.executable)
    done = subprocess.run(
        [sys.executable, "-c", AS_PYTHON.format(version=(3, 8, 1), crm=str(CRM))],
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path), "CRM_HOME": str(tmp_path / "home")},
    )
    assert done.returncode == 1
    assert "Odoo: not running" in done.stdout


@pytest.mark.parametrize(
    ("text", "taken"), [('exec {python} "$@"', True), ("exit 1", False), (None, False)]
)
def test_python_of_debian_is_taken(tmp_path, monkeypatch, text, taken):
    """Odoo runs in Debian's Python whichever one ./crm was typed with, if it can."""
    loader = importlib.machinery.SourceFileLoader("crm_entry", str(CRM))
    spec = importlib.util.spec_from_loader("crm_entry", loader)
    entry = importlib.util.module_from_spec(spec)
    loader.exec_module(entry)
    path = tmp_path / "python3"
    if text:
        path.write_text("#!/bin/sh\n" + text.format(python=sys.executable) + "\n")
        path.chmod(0o755)
    monkeypatch.setattr(entry, "OF_DEBIAN", str(path))
    assert entry.better_python() == (str(path) if taken else None)
    monkeypatch.setattr(entry, "OF_DEBIAN", sys.executable)
    assert entry.better_python() is None


def test_old_python_can_read_the_entry():
    """The line about the version must not be a syntax error instead."""
    assert ast.parse(CRM.read_text(), feature_version=(3, 6)).body


def test_port_taken(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = home.refused("run", "--port", str(port))
    assert f"port {port} is taken" in line
    assert "--port" in line


def test_no_apt_and_no_odoo_home(home):
    del home.environ["ODOO_HOME"]
    home.only_programs("apt-get")
    line = home.refused("psql")
    assert "no apt-get" in line
    assert "ODOO_HOME" in line


def test_package_gone_from_the_archive(home):
    """apt works, but its lists do not know the package."""
    del home.environ["ODOO_HOME"]
    home.only_programs(
        apt_get='case "$*" in *indextargets*) '
        "echo http://mirror.invalid/debian Debian Debian;; esac"
    )
    line = home.refused("psql")
    assert "odoo-19 is gone from the Debian archive" in line


def test_no_network(home):
    """What apt says is in the log, and its last lines are shown."""
    del home.environ["ODOO_HOME"]
    home.only_programs(
        apt_get='case "$*" in *indextargets*) '
        "echo http://mirror.invalid/debian Debian Debian;; "
        "*update*) echo E: Could not resolve mirror.invalid; exit 100;; esac"
    )
    _code, _out, err = home.run("psql")
    assert "Could not resolve" in err
    assert "network" in home.refused("psql")


@pytest.mark.installation
def test_network_gone_while_installing_packages(home):
    """pip cannot reach anything; the next run starts this step again."""
    home.environ.update(
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_EXTRA_INDEX_URL="",
        PIP_FIND_LINKS="",
        PIP_CONFIG_FILE="/dev/null",
        PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1",
    )
    line = home.refused("psql")
    assert "cannot install the Python packages of requirements.txt" in line
    stamps = list(home.folder.glob("venv-*/.complete-*"))
    assert not stamps


def test_database_refused(home):
    """Nobody listens where CRM_DB_HOST and CRM_DB_PORT point."""
    home.with_packages()
    home.environ.update(
        CRM_DB_HOST="127.0.0.1", CRM_DB_PORT="9", CRM_DB_USER="x", CRM_DB_PASSWORD="x"
    )
    line = home.refused("run", "--port", str(throwaway.free_port()))
    assert "database refused (127.0.0.1)" in line


def test_database_of_another_version(home, workbench):
    """A database of Odoo 18 is not touched."""
    home.with_packages()
    connection = workbench.target.connection
    for key, value in connection.items():
        home.environ[f"CRM_{key.upper()}"] = value
    with workbench.database("eighteen", "prepared") as name:
        workbench.databases.sql(
            "UPDATE ir_module_module SET latest_version = '18.0.1.3' "
            "WHERE name = 'base'",
            database=name,
        )
        for command in (
            ("run", "--port", str(throwaway.free_port()), "--db", name),
            ("upgrade", "--db", name),
        ):
            line = home.refused(*command)
            assert f"{name} is of Odoo 18.0" in line


def test_database_that_is_not_odoos(home, workbench):
    home.with_packages()
    for key, value in workbench.target.connection.items():
        home.environ[f"CRM_{key.upper()}"] = value
    name = f"{throwaway.PREFIX}foreign"
    workbench.databases.sql("CREATE DATABASE {0}", names=[name])
    try:
        assert "not a database of Odoo" in home.refused("psql", "--db", name)
    finally:
        workbench.databases.drop(name)


def test_full_disk_when_writing(home):
    """The kernel's own answer: no space left on device."""
    del home.environ["ODOO_HOME"]
    (home.folder / "apt").mkdir(parents=True)
    (home.folder / "apt" / "sources.list").symlink_to("/dev/full")
    assert "disk full" in home.refused("psql")


def small_disk(home, megabytes):
    """Command prefix that puts CRM_HOME on a file system of that size."""
    home.folder.mkdir(exist_ok=True)
    script = f'mount -t tmpfs -o size={megabytes}m crm "$CRM_HOME" && exec "$@"'
    how = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    return [*how, "sh", "-c", script, "sh"]


def test_full_disk_before_anything_is_done(home):
    prefix = small_disk(home, 64)
    line = home.refused("run", "--port", str(throwaway.free_port()), prefix=prefix)
    assert "disk full" in line
    assert "4096 MB are needed" in line


@pytest.mark.installation
def test_full_disk_while_making_the_environment(home):
    line = home.refused("psql", prefix=small_disk(home, 12))
    assert "disk full" in line


def test_odoo_home_without_odoo(home, tmp_path):
    home.environ["ODOO_HOME"] = str(tmp_path)
    assert "holds no Odoo" in home.refused("psql")


def test_odoo_home_of_another_version(home, tmp_path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, FINAL)\n")
    home.environ["ODOO_HOME"] = str(tmp_path)
    assert "holds Odoo 18.0, not 19.0" in home.refused("psql")


def test_crm_home_that_cannot_be_made(home, tmp_path):
    (tmp_path / "file").touch()
    home.environ["CRM_HOME"] = str(tmp_path / "file" / "home")
    assert "set CRM_HOME" in home.refused("psql")


@pytest.mark.parametrize("name", ["", "1x", "a b", "a'b", "x" * 60])
def test_bad_database_name(home, name):
    assert "database name" in home.refused("run", "--db", name)


def test_unknown_argument(home):
    code, _out, err = home.run("stop", "--colour")
    assert code == 2
    assert "--colour" in err


def test_half_unpacked_odoo_is_not_used(home):
    """A tree without its stamp is removed, whatever it holds."""
    del home.environ["ODOO_HOME"]
    home.only_programs("apt-get")
    packages = home.folder / "odoo-19/usr/lib/python3/dist-packages/odoo"
    packages.mkdir(parents=True)
    (packages / "release.py").write_text("version_info = (19, 0, 0, FINAL)\n")
    assert "no apt-get" in home.refused("psql")


def test_status_when_nothing_runs(home):
    code, out, _err = home.run("status")
    assert code == 1
    assert "Odoo: not running" in out
