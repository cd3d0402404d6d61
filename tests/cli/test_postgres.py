"""The embedded PostgreSQL is found and brought up whatever was left lying about."""

import ctypes
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tools import proc
from tools.postgres import Cluster

PR_SET_CHILD_SUBREAPER = 36


@pytest.fixture(scope="module")
def cluster(workbench):
    """A server of its own; the workbench has made the environment."""
    result = Cluster("trial", durable=False)
    yield result
    result.stop(immediate=True)
    shutil.rmtree(result.data, ignore_errors=True)
    shutil.rmtree(result.socket, ignore_errors=True)
    result._token_file().unlink(missing_ok=True)


@pytest.fixture
def running(cluster):
    return cluster.ensure()


@pytest.fixture
def no_reaper():
    """Killed servers stay zombies of this process, as where process 1 is no init."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    pids = []
    yield pids
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0)
    for pid in pids:
        os.waitpid(pid, 0)


def answer(cluster, statement="SELECT 7"):
    return cluster._psql(statement).stdout.strip()


def pid_of(cluster):
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def test_killed_and_never_reaped(cluster, no_reaper):
    """A zombie is no server, and its lock files are in nobody's way."""
    cluster.stop()
    cluster.ensure()
    killed = pid_of(cluster)
    no_reaper.append(killed)
    os.kill(killed, signal.SIGKILL)
    time.sleep(0.5)
    assert proc.alive(killed), "not a zombie: the test proves nothing"
    assert not cluster.running()
    cluster.ensure()
    assert pid_of(cluster) != killed
    assert answer(cluster) == "7"


def test_killed_while_a_client_works(running):
    """The new server waits until the last process of the old one is gone."""
    # Some seconds of work without a pause, at which it would see that it is alone.
    rows = "generate_series(1, 50000) a, generate_series(1, 1000) b"
    client = subprocess.Popen(
        [running.program("psql"), "-h", running.socket, "-U", "postgres", "-Xc"]
        + [f"SELECT count(*) FROM {rows}"],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    time.sleep(0.5)
    killed = pid_of(running)
    os.kill(killed, signal.SIGKILL)
    assert client.poll() is None, "it has done its work: the test proves nothing"
    running.ensure()
    client.wait()
    assert pid_of(running) != killed
    assert answer(running) == "7"


@pytest.mark.parametrize("text", [None, "", "1\n", "99999999\n/nowhere\n"])
def test_lock_file_says_nothing(running, text):
    """A running server is known without its lock file, and stopped too."""
    server = running._postmasters()
    lock = running.data / "postmaster.pid"
    if text is None:
        lock.unlink()
    else:
        lock.write_text(text)
    assert running.running()
    running.ensure()
    assert running._postmasters() == server
    assert running.stop()
    assert not running.running()
    assert answer(running.ensure()) == "7"


def test_number_given_to_another_program(cluster):
    """After a restart of the machine a lock may name any process."""
    cluster.ensure()
    cluster.stop(immediate=True)
    status = os.stat(cluster.data)
    lines = f"{os.getppid()}\n{cluster.data}\n"
    for path in (
        cluster.data / "postmaster.pid",
        cluster.socket / ".s.PGSQL.5432.lock",
    ):
        Path(path).write_text(lines)
        os.chown(path, status.st_uid, status.st_gid)
    assert not cluster.running()
    assert answer(cluster.ensure()) == "7"


def test_on_its_way_out(running):
    """A server that was just told to stop is started again."""
    os.kill(pid_of(running), signal.SIGINT)
    assert answer(running.ensure()) == "7"


def test_folder_deleted_under_it(running):
    shutil.rmtree(running.data)
    assert answer(running.ensure()) == "7"
    assert len(running._postmasters()) == 1
