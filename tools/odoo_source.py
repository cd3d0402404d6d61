"""Getting Odoo 19: the one ``ODOO_HOME`` names, or Debian's package.

Debian carries Odoo as ``odoo-19`` in sid only. The host's apt is left alone: a
private apt state under CRM_HOME knows sid, takes the mirror from the host's own
sources and checks signatures with the archive keyring. The packages are unpacked,
never installed, so this needs no root.
"""

import ast
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from . import paths, proc
from .errors import CrmError
from .lock import locked
from .progress import PROGRESS

PACKAGE = "odoo-19"
RELEASE = "19.0"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
#: Packages that the Odoo package links to, with the version wanted: sid's
#: Font Awesome lacks the files of 4.7 which are the icons of the web client.
LINKED = {
    "libjs-jquery": None,
    "libjs-jquery-form": None,
    "libjs-underscore": None,
    "fonts-roboto-unhinted": None,
    "fonts-montserrat": None,
    "fonts-ocr-b": None,
    "fonts-font-awesome": re.compile(r"4\.7"),
    "fonts-inconsolata": re.compile(r"^0"),
}
#: sid has Odoo, bookworm the older fonts.
SUITES = ("sid", "bookworm")
#: Debian leaves this library out as not free; it only blurs the background of
#: video calls, but a missing file is an error in the browser's console.
MISSING_SCRIPT = (
    "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js",
    "/* Left out by Debian: blurs the background of video calls. */\n",
)
UNPACK_VERSION = 1


class Odoo:
    """A usable Odoo: the folder to import from and further addons folders."""

    def __init__(self, root):
        #: Folder that holds the Python package ``odoo``.
        self.root = Path(root)
        beside = self.root / "addons"
        #: Addons folders that Odoo does not know by itself.
        self.addons = [beside] if (beside / "web" / "__manifest__.py").exists() else []

    @property
    def release(self):
        return release_of(self.root)


def release_of(root):
    """The series in ``odoo/release.py``, as ``19.0``; None without Odoo."""
    try:
        text = (Path(root) / "odoo" / "release.py").read_text()
    except OSError:
        return None
    found = re.search(r"^version_info\s*=\s*\(([^)]*)\)", text, re.M)
    if not found:
        return None
    parts = [ast.literal_eval(part) for part in _plain(found.group(1))]
    return ".".join(str(part) for part in parts[:2])


def _plain(text):
    """The literal parts of a tuple such as ``19, 0, 0, FINAL, 0, ''``."""
    for part in text.split(","):
        if re.fullmatch(r"\s*(\d+|'[^']*'|\"[^\"]*\")\s*", part):
            yield part.strip()


def get():
    """The Odoo to use, fetched first when there is none."""
    home = os.environ.get("ODOO_HOME")
    if home:
        return existing(Path(home).expanduser())
    root = paths.crm_home() / PACKAGE
    packages = root / "usr/lib/python3/dist-packages"
    if not is_complete(root):
        with locked("odoo"):
            if not is_complete(root):
                fetch(root)
    return Odoo(packages)


def existing(home):
    """Odoo in a folder of the user's: a checkout or an unpacked package."""
    for root in (home, home / "usr/lib/python3/dist-packages"):
        release = release_of(root)
        if release == RELEASE:
            return Odoo(root.resolve())
        if release:
            raise CrmError(f"ODOO_HOME={home} holds Odoo {release}, not {RELEASE}")
    raise CrmError(f"ODOO_HOME={home} holds no Odoo (no odoo/release.py below it)")


def is_complete(root):
    try:
        stamp = (root / ".complete").read_text()
    except OSError:
        return False
    return stamp == str(UNPACK_VERSION)


def fetch(root):
    """Download, verify, unpack aside and rename."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise CrmError(
            "no apt-get to fetch Odoo with and ODOO_HOME is not set; set ODOO_HOME "
            "to a checkout of Odoo 19.0 or to an unpacked package of it"
        )
    clean(root)
    downloads = paths.crm_home() / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    apt = PrivateApt(paths.crm_home() / "apt")
    apt.update()
    wanted = [(PACKAGE, apt.version(PACKAGE, None))]
    wanted += [(name, apt.version(name, want)) for name, want in LINKED.items()]
    archives = apt.download(wanted, downloads)
    aside = root.with_name(f"{root.name}.part-{os.getpid()}")
    with PROGRESS.step("Unpacking Odoo") as step:
        aside.mkdir()
        for number, archive in enumerate(archives):
            step.update(number / len(archives), archive.name)
            proc.run(
                ["dpkg-deb", "-x", archive, aside],
                "unpack",
                error=f"cannot unpack {archive.name}",
            )
        finish(aside)
        aside.rename(root)
    shutil.rmtree(downloads)


def finish(aside):
    """Put in what the package leaves out, check, and stamp the tree."""
    packages = aside / "usr/lib/python3/dist-packages"
    release = release_of(packages)
    if release != RELEASE:
        raise CrmError(
            f"Debian's {PACKAGE} holds Odoo {release}, not {RELEASE}; set ODOO_HOME"
        )
    script = packages / "odoo" / MISSING_SCRIPT[0]
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(MISSING_SCRIPT[1])
    broken = [
        str(path.relative_to(aside))
        for path in packages.rglob("*")
        if path.is_symlink() and not path.exists()
    ]
    if broken:
        raise CrmError(f"links of {PACKAGE} that lead nowhere: {', '.join(broken[:5])}")
    (aside / ".complete").write_text(str(UNPACK_VERSION))


def clean(root):
    """Remove what an interrupted run left."""
    for left in root.parent.glob(f"{root.name}.part-*"):
        shutil.rmtree(left)
    if root.exists():
        shutil.rmtree(root)


class PrivateApt:
    """apt with its own sources, lists and cache, next to the host's."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.expired = False
        for part in ("lists/partial", "cache/archives/partial"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        self._write_sources()

    def _write_sources(self):
        if not KEYRING.exists():
            raise CrmError(
                f"{KEYRING} is missing (Debian package debian-archive-keyring), so "
                "Odoo cannot be verified; install it or set ODOO_HOME"
            )
        site = self._site()
        lines = [f"deb [signed-by={KEYRING}] {site} {suite} main" for suite in SUITES]
        (self.folder / "sources.list").write_text("\n".join(lines) + "\n")

    @staticmethod
    def _site():
        """The mirror of Debian's main archive that this machine uses."""
        found = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(LABEL)"],
            capture_output=True,
            text=True,
        )
        lines = [line.split() for line in found.stdout.splitlines()]
        for uri, *_names in lines:
            if uri.rstrip("/").endswith("/debian"):
                return uri
        # Before the first ``apt-get update`` the origin is empty, so it comes second.
        for uri, *names in lines:
            if names == ["Debian", "Debian"]:
                return uri
        raise CrmError(
            "the apt sources of this machine name no Debian mirror to take Odoo "
            "from; set ODOO_HOME to an Odoo 19.0"
        )

    def options(self):
        folder = self.folder
        options = {
            "Dir::Etc::SourceList": folder / "sources.list",
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null",
            "Dir::State": folder,
            "Dir::State::Lists": folder / "lists",
            "Dir::State::status": "/dev/null",
            "Dir::Cache": folder / "cache",
            "Debug::NoLocking": "1",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            # apt's own user cannot read a folder below somebody's home.
            "APT::Sandbox::User": "",
        }
        if self.expired:
            options["Acquire::Check-Valid-Until"] = "false"
        return [
            word
            for item in options.items()
            for word in ("-o", "=".join(map(str, item)))
        ]

    def update(self):
        with PROGRESS.step("Reading Debian's package lists") as step:
            try:
                self._update(step)
            except CrmError as error:
                text = error.log.read_text(errors="replace") if error.log else ""
                if not re.search(r"expired|not valid yet", text):
                    raise
                self.expired = True
                PROGRESS.say(
                    "The mirror's list of sid is past its date; signatures are still "
                    "checked, the date is not."
                )
                self._update(step)

    def _update(self, step):
        proc.run(
            # Without this apt calls a mirror it cannot reach a warning.
            ["apt-get", *self.options(), "-o", "APT::Update::Error-Mode=any", "update"],
            "apt-lists",
            step=step,
            error="cannot read Debian's package lists (is the network there?)",
        )

    def version(self, package, wanted):
        """The newest version on offer, of those that match ``wanted``."""
        found = subprocess.run(
            ["apt-cache", *self.options(), "madison", package],
            capture_output=True,
            text=True,
        )
        versions = [
            line.split("|")[1].strip()
            for line in found.stdout.splitlines()
            if "|" in line
        ]
        for version in versions:
            if not wanted or wanted.search(version.split("really")[-1]):
                return version
        raise CrmError(
            f"the package {package} is gone from the Debian archive"
            + (f" (only {', '.join(versions)})" if versions else "")
            + "; set ODOO_HOME to a checkout of Odoo 19.0"
        )

    def download(self, wanted, folder):
        """Download packages; return the verified files in ``folder``."""
        names = [f"{package}={version}" for package, version in wanted]
        part = folder / "part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        with PROGRESS.step("Downloading Odoo") as step:
            expected = self._expected(names)
            missing = [e for e in expected if not verified(folder / e[0], e[1])]
            if missing:
                proc.run(
                    ["apt-get", *self.options(), "-o", "APT::Status-Fd=1"]
                    + ["download", *[entry[2] for entry in missing]],
                    "apt-download",
                    on_line=lambda line: _percent(line, step),
                    error="cannot download Odoo from the Debian archive",
                    cwd=part,
                )
            for name, digest, _wanted in missing:
                if not verified(part / name, digest):
                    raise CrmError(f"{name} was damaged on the way; try again")
                (part / name).rename(folder / name)
        return [folder / name for name, _digest, _wanted in expected]

    def _expected(self, names):
        """File name, SHA-256 and apt's name of each package."""
        result = []
        for name in names:
            found = subprocess.run(
                ["apt-get", *self.options(), "--print-uris", "download", name],
                capture_output=True,
                text=True,
            )
            match = re.search(r"'\S+' (\S+) \d+ SHA256:(\w+)", found.stdout)
            if not match:
                raise CrmError(f"the Debian archive does not offer {name} any more")
            result.append((match.group(1), match.group(2), name))
        return result


def verified(path, digest):
    try:
        with open(path, "rb") as stream:
            actual = hashlib.sha256()
            while block := stream.read(1 << 20):
                actual.update(block)
    except OSError:
        return False
    return actual.hexdigest() == digest


def _percent(line, step):
    if line.startswith("dlstatus:"):
        parts = line.split(":", 3)
        step.update(float(parts[2]) / 100, parts[3].strip())
