"""Debian packages of the host: for root they are installed, for others named."""

import os
import shutil
import subprocess
import sys

from . import paths, proc
from .errors import CrmError
from .lock import locked
from .progress import PROGRESS


def _has_venv():
    command = [sys.executable, "-c", "import ensurepip"]
    return subprocess.run(command, capture_output=True).returncode == 0


def _has_cjk():
    if shutil.which("fc-list"):
        done = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True)
        if "CJK" in done.stdout:
            return True
    return os.path.isdir("/usr/share/fonts/opentype/noto")


def browser():
    """Path of a Chromium or Chrome that Odoo's browser tests find, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    return None


#: What a need is called, how to see that it is met, Debian's packages for it.
NEEDS = {
    "venv": (_has_venv, [f"python{paths.python_tag()}-venv"]),
    "pdf": (lambda: shutil.which("wkhtmltopdf"), ["wkhtmltopdf"]),
    "fonts": (_has_cjk, ["fonts-noto-cjk"]),
    "browser": (browser, ["chromium"]),
    "node": (lambda: shutil.which("npm"), ["npm"]),
}
#: What goes missing without it.
WITHOUT = {
    "pdf": "printing to PDF",
    "fonts": "Chinese in PDF files",
    "browser": "browser tests",
    "node": "prettier (formatting of XML and JavaScript)",
}


def missing(*needs):
    return [need for need in needs if not NEEDS[need][0]()]


def ensure(*needs):
    """Meet needs; return those that stay unmet, having said so.

    :raises CrmError: when Python itself lacks what is needed
    """
    unmet = missing(*needs)
    if unmet and paths.is_root() and shutil.which("apt-get"):
        with locked("apt"):
            unmet = missing(*needs)
            if unmet:
                install([package for need in unmet for package in NEEDS[need][1]])
        unmet = missing(*needs)
    if not unmet:
        return []
    packages = " ".join(package for need in unmet for package in NEEDS[need][1])
    line = f"apt-get install --no-install-recommends {packages}"
    if "venv" in unmet:
        raise CrmError(f"this Python cannot make virtual environments; as root: {line}")
    lost = ", ".join(WITHOUT[need] for need in unmet)
    PROGRESS.say(f"Going on without {lost}. To have it, type as root: {line}")
    return unmet


def install(packages):
    """apt-get install, with one apt-get update when a package is not known."""
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with PROGRESS.step(f"Installing {', '.join(packages)}") as step:
        if not all(_known(package) for package in packages):
            proc.run(
                ["apt-get", "-q", "update"],
                "apt-update",
                step=step,
                error="apt-get update failed (is the network there?)",
                env=environ,
            )
        gone = [package for package in packages if not _known(package)]
        if gone:
            raise CrmError(f"Debian packages gone from the archive: {', '.join(gone)}")
        _install(packages, step, environ)


def _install(packages, step, environ):
    command = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    # No terminal of its own: a container may have no /dev/pts.
    command += ["-o", "APT::Status-Fd=1", "-o", "Dpkg::Use-Pty=0"]
    command += ["install", "--no-install-recommends", *packages]

    def apt():
        proc.run(
            command,
            "apt-install",
            on_line=lambda line: _percent(line, step),
            error=f"apt-get cannot install {', '.join(packages)}",
            env=environ,
        )

    try:
        apt()
    except CrmError as error:
        # An installation was killed once; apt wants this done before anything else.
        repair = "dpkg --configure -a"
        if not error.log or repair not in error.log.read_text(errors="replace"):
            raise
        proc.run(repair.split(), "dpkg", error=f"{repair} failed", env=environ)
        apt()


def _known(package):
    done = subprocess.run(["apt-cache", "show", package], capture_output=True)
    return done.returncode == 0


def _percent(line, step):
    kind, _colon, rest = line.partition(":")
    parts = rest.split(":", 2)
    if kind in ("dlstatus", "pmstatus") and len(parts) == 3:
        step.update(float(parts[1]) / 100, parts[2].strip())
