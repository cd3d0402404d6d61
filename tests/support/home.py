"""A CRM_HOME of its own, in which the real ./crm runs."""

import os
import shutil
import signal
import subprocess
import sys

from tools import odoo_source, paths, python_env, server

CRM = paths.PROJECT / "crm"
#: Programs that ./crm and Python need besides the one that a test takes away.
PROGRAMS = "env sh bash git fc-list wkhtmltopdf chromium dpkg-deb apt-cache tar".split()


class Home:
    """A CRM_HOME of its own and the environment to run ./crm in."""

    def __init__(self, folder):
        self.folder = folder
        self.bin = folder.with_name(f"{folder.name}-bin")
        self.environ = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("CRM_", "ODOO_", "PG", "PYTHONPATH"))
        }
        self.environ["CRM_HOME"] = str(folder)
        self.environ["ODOO_HOME"] = str(odoo_source.get().root)

    def with_packages(self):
        """Share the Python environment that runs these tests."""
        self.folder.mkdir(exist_ok=True)
        link = self.folder / python_env.folder().name
        link.symlink_to(python_env.folder().resolve())
        return self

    def only_programs(self, *left_out, **fakes):
        """A PATH with few programs; ``fakes`` are shell scripts by name."""
        self.bin.mkdir(exist_ok=True)
        for name in {*PROGRAMS, "apt-get"} - set(left_out):
            found = shutil.which(name)
            if found and not (self.bin / name).exists():
                (self.bin / name).symlink_to(found)
        (self.bin / "python3").symlink_to(sys.executable)
        for name, text in fakes.items():
            path = self.bin / name.replace("_", "-")
            path.unlink(missing_ok=True)
            path.write_text(f"#!/bin/sh\n{text}\n")
            path.chmod(0o755)
        self.environ["PATH"] = str(self.bin)
        return self

    def popen(self, *arguments, prefix=()):
        command = [*prefix, sys.executable, CRM, *arguments]
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environ,
            start_new_session=True,
            # Nothing goes on when the tests are interrupted.
            preexec_fn=server.die_with_parent,
        )

    def run(self, *arguments, prefix=(), seconds=900):
        """Run to the end; returns exit code, output, errors."""
        child = self.popen(*arguments, prefix=prefix)
        try:
            out, err = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        return child.returncode, out, err

    def shell(self, text):
        """Type into ``./crm shell``; returns what it did, with its output."""
        return subprocess.run(
            [sys.executable, str(CRM), "shell"],
            input=text,
            capture_output=True,
            text=True,
            env=self.environ,
            cwd=paths.PROJECT,
        )

    def refused(self, *arguments, **options):
        """The line of a command that must end with exit code 2."""
        code, out, err = self.run(*arguments, **options)
        lines = [line for line in err.splitlines() if line.startswith("crm: ")]
        assert code == 2, f"exit code {code}\n{out}\n{err}"
        assert len(lines) == 1, err
        assert "Traceback" not in err
        return lines[0]

    def postmaster(self):
        """Process id of this home's PostgreSQL."""
        base = self.folder / "postgres"
        if paths.is_root():
            base = paths.ROOT_DATA / _key(self.folder)
        return int((base / "main" / "postmaster.pid").read_text().split()[0])

    def close(self):
        self.run("stop")
        base = paths.ROOT_DATA / _key(self.folder)
        if paths.is_root() and base.exists():
            shutil.rmtree(base)


def _key(folder):
    """The key of another CRM_HOME than the one of this process."""
    before = os.environ.get("CRM_HOME")
    os.environ["CRM_HOME"] = str(folder)
    try:
        return paths.home_key()
    finally:
        if before is None:
            del os.environ["CRM_HOME"]
        else:
            os.environ["CRM_HOME"] = before
