"""Where everything lies. Only this module knows folder names."""

import ast
import hashlib
import os
import re
import sys
import time
from pathlib import Path

from .errors import CrmError

#: The clone of the project.
PROJECT = Path(__file__).resolve().parent.parent
#: Parent of the data of embedded PostgreSQL servers that root starts.
ROOT_DATA = Path("/var/lib/crm-policy")
ADDONS = PROJECT / "addons"
DATABASE_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_.-]{0,54}$")


def crm_home():
    """Folder of everything downloaded or generated (``CRM_HOME``)."""
    home = Path(os.environ.get("CRM_HOME") or PROJECT / ".crm").expanduser()
    return Path(os.path.abspath(home))


def home_key():
    """Short name of this CRM_HOME that no other CRM_HOME has."""
    return hashlib.sha256(str(crm_home()).encode()).hexdigest()[:12]


def keep_caches_home():
    """Let the programs we call write their caches below CRM_HOME as well."""
    cache = crm_home() / "cache"
    folders = {
        "PYTHONPYCACHEPREFIX": "python",
        "PIP_CACHE_DIR": "pip",
        "npm_config_cache": "npm",
        "RUFF_CACHE_DIR": "ruff",
        "PYLINTHOME": "pylint",
    }
    for variable, name in folders.items():
        os.environ.setdefault(variable, str(cache / name))
    # Odoo is thousands of files: to compile them at each start takes seconds.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def ensure_home():
    """Make CRM_HOME and say clearly when that cannot be done."""
    home = crm_home()
    try:
        for name in ("log", "run", "tmp"):
            (home / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CrmError(
            f"cannot make {home}: {error.strerror}; set CRM_HOME to a folder "
            "that can be written"
        ) from error
    return home


def log_file(name):
    """A new log file; the 20 newest of the same name are kept."""
    folder = crm_home() / "log"
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.glob(f"{name}-2*.log"))[:-19]:
        old.unlink(missing_ok=True)
    return folder / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"


def file_digest(*paths, extra=""):
    """Digest of the contents of files, for stamps."""
    digest = hashlib.sha256(extra.encode())
    for path in paths:
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()[:16]


def tree_digest(folder, left_out=()):
    """Digest of names and contents of all files below a folder.

    :param left_out: names of folders that are not looked into
    """
    digest = hashlib.sha256()
    for path in sorted(Path(folder).rglob("*")):
        name = path.relative_to(folder)
        if {"__pycache__", *left_out} & set(name.parts) or not path.is_file():
            continue
        digest.update(str(name).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def check_database_name(name):
    """Refuse names that would need quoting somewhere on the way."""
    if not DATABASE_NAME.match(name):
        raise CrmError(
            f"database name {name!r}: letters, digits, '_', '-' and '.' only, "
            "beginning with a letter, at most 55 characters"
        )
    return name


def is_root():
    return os.geteuid() == 0


def python_tag():
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def own_addons():
    """Names of the addons of this project, in the order of the alphabet."""
    return sorted(path.parent.name for path in ADDONS.glob("*/__manifest__.py"))


def manifest(addon):
    """The manifest of one of our addons."""
    path = ADDONS / addon / "__manifest__.py"
    try:
        return ast.literal_eval(path.read_text())
    except (OSError, SyntaxError, ValueError) as error:
        raise CrmError(f"{path.relative_to(PROJECT)}: {error}") from error
