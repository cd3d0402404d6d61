"""The virtual environment: pinned packages, checked by hash."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import paths, proc
from .errors import CrmError
from .lock import locked
from .progress import PROGRESS

RUN = paths.PROJECT / "requirements.txt"
TEST = paths.PROJECT / "requirements-test.txt"


def folder():
    """Folder of the environment of this Python."""
    return paths.crm_home() / f"venv-{paths.python_tag()}"


def program(name):
    """Path of a program of the environment."""
    return folder() / "bin" / name


def site_packages():
    return folder() / "lib" / f"python{paths.python_tag()}" / "site-packages"


def ensure(odoo, test=False):
    """Make the environment fit the requirements; return its Python."""
    wanted = [(RUN, "run")] + ([(TEST, "test")] if test else [])
    if any(not _is_current(path, kind) for path, kind in wanted):
        with locked("venv"):
            for path, kind in wanted:
                if not _is_current(path, kind):
                    _install(path, kind)
    _show_odoo(odoo)
    _link()
    return program("python")


def _stamp(kind):
    return folder() / f".complete-{kind}"


def _is_current(path, kind):
    try:
        return _stamp(kind).read_text() == paths.file_digest(path, extra=sys.version)
    except OSError:
        return False


def _install(path, kind):
    if kind == "run":
        # A changed or half made environment is made again: pip leaves behind
        # what is no longer asked for, and half of what it was doing when killed.
        shutil.rmtree(folder(), ignore_errors=True)
        with PROGRESS.step("Making the Python environment"):
            _create()
    title = {"run": "Installing Python packages", "test": "Installing test packages"}
    total = sum(1 for line in path.read_text().splitlines() if "==" in line)
    done = set()

    def on_line(line):
        if line.startswith(("Collecting ", "Requirement already")):
            done.add(line.split()[1])
            step.update(0.9 * len(done) / total, line.strip())

    with PROGRESS.step(title[kind]) as step:
        proc.run(
            [program("python"), "-m", "pip", "install", "--require-hashes"]
            + ["--no-input", "--disable-pip-version-check", "-r", path],
            f"pip-{kind}",
            on_line=on_line,
            error=f"cannot install the Python packages of {path.name}",
            env=_pip_environ(),
        )
    stamp = _stamp(kind)
    part = stamp.with_suffix(".part")
    part.write_text(paths.file_digest(path, extra=sys.version))
    part.rename(stamp)


def _pip_environ():
    environ = {**os.environ, "PIP_NO_COLOR": "1", "PIP_PROGRESS_BAR": "off"}
    if not Path("~/.rustup").expanduser().exists():
        # pip asks rustc for its version, which may be rustup making itself at home.
        environ.setdefault("RUSTUP_HOME", str(paths.crm_home() / "cache" / "rustup"))
    return environ


def _create():
    """A venv; needs ensurepip, which Debian keeps in a package of its own."""
    if subprocess.run(
        [sys.executable, "-c", "import ensurepip"], capture_output=True
    ).returncode:
        raise CrmError(
            "this Python has no ensurepip; on Debian type: apt-get install "
            f"python{paths.python_tag()}-venv"
        )
    error = f"cannot make a virtual environment in {folder()}"
    # venv itself calls ensurepip too, but keeps to itself what goes wrong in it.
    for command in (
        [sys.executable, "-m", "venv", "--without-pip", folder()],
        [program("python"), "-m", "ensurepip", "--upgrade", "--default-pip"],
    ):
        proc.run(command, "venv", error=error)


def _show_odoo(odoo):
    """Let ``import odoo`` and pip in the environment find Odoo."""
    path = site_packages() / "crm-odoo.pth"
    text = f"{odoo.root}\n"
    if not path.exists() or path.read_text() != text:
        part = path.with_suffix(".part")
        part.write_text(text)
        part.rename(path)


def _link():
    """CRM_HOME/venv, a name without version for people and editors."""
    link = paths.crm_home() / "venv"
    if not link.is_symlink() or os.readlink(link) != folder().name:
        part = Path(f"{link}.part-{os.getpid()}")
        part.unlink(missing_ok=True)
        part.symlink_to(folder().name)
        part.replace(link)
