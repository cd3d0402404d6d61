"""The life of an installation: made, killed on the way, used, saved, restored."""

import os
import re
import signal
import subprocess
import time
import urllib.request
import zipfile

import pytest

from tools import throwaway
from tools.rpc import XmlRpc

pytestmark = pytest.mark.installation
PORT = throwaway.free_port()


def sql(home, statement, database="crm"):
    code, out, err = home.run("psql", "--db", database, "-XAtc", statement)
    assert code == 0, err
    return out.strip()


def kill_when(home, text, seconds=300):
    """Start ./crm run and kill -9 all of it when ``text`` shows."""
    child = home.popen("run", "--port", str(PORT), "--detach")
    end = time.monotonic() + seconds
    for line in child.stderr:
        if text in line:
            break
        assert time.monotonic() < end, line
    # Into the middle of the step that has just begun.
    time.sleep(3)
    os.killpg(child.pid, signal.SIGKILL)
    left = subprocess.run(
        ["pgrep", "-f", f"(click-odoo|start_odoo|load_demo|prepare).*{home.folder}"],
        capture_output=True,
        text=True,
    )
    for pid in left.stdout.split():
        os.kill(int(pid), signal.SIGKILL)
    child.communicate()


@pytest.mark.parametrize(
    "step",
    ["Installing Odoo's modules", "Preparing languages", "Installing the addons"],
)
def test_1_killed_while_making(living_home, step):
    """A database half made has another name, and is made again."""
    kill_when(living_home, step)
    code, _out, err = living_home.run("psql", "-XAtc", "SELECT 1")
    assert code == 2
    assert "no database crm yet" in err


def test_2_run(living_home):
    code, out, err = living_home.run("run", "--port", str(PORT), "--detach")
    assert code == 0, err
    assert f"http://127.0.0.1:{PORT}" in out
    assert re.search(r"admin +admin", out)
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/web/login") as page:
        assert page.status == 200
    code, out, _err = living_home.run("status")
    assert code == 0
    assert "answers" in out
    client = XmlRpc(f"http://127.0.0.1:{PORT}", "crm")
    (user,) = client.call("res.users", "read", [client.uid], ["lang", "tz"])
    assert (user["lang"], user["tz"]) == ("zh_CN", "Asia/Shanghai")
    languages = client.call("res.lang", "search_read", [], fields=["code"])
    assert {"zh_CN", "en_US"} <= {language["code"] for language in languages}
    (company,) = client.call("res.company", "read", [1], ["currency_id", "country_id"])
    assert company["currency_id"][1] == "CNY"
    assert client.call("account.account", "search_count", []) > 50


def test_3_local_only(living_home):
    """Nobody but this machine reaches the server, nor PostgreSQL over TCP."""
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in open(table).read().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == "0A":
                address, port = local.rsplit(":", 1)
                listening.add((address, int(port, 16)))
    ours = {address for address, port in listening if port == PORT}
    assert ours == {"0100007F"}
    assert sql(living_home, "SHOW listen_addresses") == ""
    assert sql(living_home, "SELECT current_user") == "crm"


def test_4_a_second_run_is_refused_and_names_the_first(living_home):
    line = living_home.refused("run", "--port", str(PORT))
    assert "already running" in line


def test_5_restart_makes_nothing_anew(living_home):
    """How long it takes is measured by ./crm bench restart."""
    code, out, _err = living_home.run("stop")
    assert (code, out.strip()) == (0, "stopped Odoo and PostgreSQL")
    code, _out, err = living_home.run("run", "--port", str(PORT), "--detach")
    assert code == 0, err
    assert err.splitlines() == ["* Starting PostgreSQL", "* Starting Odoo"]


def test_6_killed_server_is_noticed(living_home):
    """kill -9 of Odoo and of PostgreSQL; the next run comes up on the same data."""
    before = sql(living_home, "SELECT count(*) FROM res_partner")
    found = subprocess.run(
        ["pgrep", "-f", f"start_odoo.py.*{living_home.folder}"],
        capture_output=True,
        text=True,
    )
    for pid in found.stdout.split():
        os.kill(int(pid), signal.SIGKILL)
    code, _out, _err = living_home.run("status")
    assert code == 1
    os.kill(living_home.postmaster(), signal.SIGKILL)
    time.sleep(1)
    code, _out, err = living_home.run("run", "--port", str(PORT), "--detach")
    assert code == 0, err
    assert sql(living_home, "SELECT count(*) FROM res_partner") == before


def test_7_shell(living_home):
    done = living_home.shell("print('users', env['res.users'].search_count([]))\n")
    assert done.returncode == 0, done.stderr
    assert re.search(r"users \d+", done.stdout)


def test_8_upgrade(living_home):
    """Not under a running server; without changes there is nothing to do."""
    assert "./crm stop first" in living_home.refused("upgrade")
    living_home.run("stop")
    code, out, err = living_home.run("upgrade")
    assert code == 0, err
    assert "nothing changed" in out


def test_9_backup_and_restore(living_home, tmp_path):
    """Database and files, into a database of another name."""
    file = tmp_path / "saved.zip"
    code, _out, err = living_home.run("backup", file)
    assert code == 0, err
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    assert "dump.sql" in names
    assert any(name.startswith("filestore/") for name in names)
    assert "is there already" in living_home.refused("backup", file)
    assert "is there already" in living_home.refused("restore", file, "--db", "crm")
    code, _out, err = living_home.run("restore", file, "--db", "second")
    assert code == 0, err
    count = "SELECT count(*) FROM ir_attachment"
    assert sql(living_home, count, "second") == sql(living_home, count)
    files = living_home.folder / "data" / "filestore"
    saved = {path.name for path in (files / "crm").rglob("*") if path.is_file()}
    again = {path.name for path in (files / "second").rglob("*") if path.is_file()}
    assert saved == again


def test_restore_refuses_what_is_no_backup(living_home, tmp_path):
    text = tmp_path / "text.zip"
    text.write_text("no zip")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme", "nothing")
    assert "no backup" in living_home.refused("restore", text, "--db", "third")
    assert "no dump.sql" in living_home.refused("restore", other, "--db", "third")
    assert "no file" in living_home.refused("restore", tmp_path / "x", "--db", "third")
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("dump.sql", "CREATE TABLE half (")
    living_home.refused("restore", broken, "--db", "third")
    assert sql(living_home, "SELECT 1 FROM pg_database WHERE datname ~ 'third'") == ""


def test_backup_of_nothing(living_home, tmp_path):
    line = living_home.refused("backup", tmp_path / "x.zip", "--db", "nobody")
    assert "no database nobody" in line
    assert not list(tmp_path.iterdir())
