"""``./crm lint``: linters and formatters, each one a part that can run alone."""

import os
import shutil
import subprocess
from pathlib import Path

from . import host, odoo_source, paths, proc, python_env, stack
from .errors import CrmError
from .lock import locked
from .progress import PROGRESS

PRETTIER_SUFFIXES = (".xml", ".js", ".json", ".yml", ".yaml", ".scss")
ODOO_CHECKS = (
    "used-before-assignment",
    "undefined-variable",
    "eval-used",
    "unreachable",
    "function-redefined",
    "sql-injection",
    "missing-gettext",
    "gettext-variable",
    "gettext-placeholders",
    "gettext-repr",
    "raise-unlink-override",
)
LOCK = paths.PROJECT / "package-lock.json"


def files_of(*suffixes, below=""):
    """Files of the project that git knows or would add, with these suffixes."""
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", below or "."],
        capture_output=True,
        text=True,
        cwd=paths.PROJECT,
    )
    if done.returncode:
        folder = paths.PROJECT / below
        names = [str(path.relative_to(paths.PROJECT)) for path in folder.rglob("*")]
        hidden = [name for name in names if name.startswith((".crm", "node_modules"))]
        names = sorted(set(names) - set(hidden))
    else:
        names = done.stdout.splitlines()
    return [
        name
        for name in dict.fromkeys(names)
        if name.endswith(suffixes) and (paths.PROJECT / name).is_file()
    ]


def _run(command, environ=None):
    """Run a linter in the project; what it says is printed when it finds fault."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=paths.PROJECT,
        # Some linters look for configuration in the user's home.
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": "", **(environ or {})},
    )
    if done.returncode:
        PROGRESS.say(done.stdout.rstrip())
    return done.returncode == 0


def ruff(files, fix):
    files = [name for name in files if name.endswith(".py") or name == "crm"]
    if not files:
        return True
    program = python_env.program("ruff")
    check = [program, "check", *(["--fix"] if fix else []), *files]
    format_ = [program, "format", *([] if fix else ["--check"]), *files]
    return all([_run(check), _run(format_)])


def pylint(files, fix):
    """pylint-odoo looks at whole addons, so one changed file checks its addon."""
    addons = _addons(files, ".py")
    if not addons:
        return True
    command = [python_env.program("pylint"), "--rcfile=.pylintrc", "--jobs=2"]
    return _run([*command, *[f"addons/{name}" for name in addons]])


def odoo(files, fix):
    """The checkers of Odoo's ``test_lint``, on our addons instead of on all."""
    addons = _addons(files, ".py")
    if not addons:
        return True
    root = odoo_source.get().root
    for folder in (root / "odoo/addons", root / "addons"):
        checkers = folder / "test_lint" / "tests"
        if checkers.is_dir():
            break
    plugins = ["_odoo_checker_sql_injection", "_odoo_checker_gettext"]
    plugins += ["_odoo_checker_unlink_override"]
    command = [python_env.program("pylint"), "--rcfile=/dev/null", "--reports=n"]
    command += ["--disable=all", f"--enable={','.join(ODOO_CHECKS)}", "--jobs=2"]
    command += ["--score=n", f"--load-plugins={','.join(plugins)}"]
    names = [f"addons/{name}" for name in addons]
    environ = {"PYTHONPATH": str(checkers), "ADDONS_PATH": str(paths.ADDONS)}
    return _run([*command, *names], environ)


def oca(files, fix):
    """oca-odoo-pre-commit-hooks: XML, CSV and manifest of addons, and their terms."""
    options = ["--fix"] if fix else []
    manifests = [f"addons/{name}/__manifest__.py" for name in _addons(files)]
    terms = [name for name in files if name.endswith((".po", ".pot"))]
    fine = True
    if manifests:
        program = python_env.program("oca-checks-odoo-module")
        fine = _run([program, *options, *manifests])
    if terms:
        fine = _run([python_env.program("oca-checks-po"), *options, *terms]) and fine
    return fine


def prettier(files, fix):
    files = [name for name in files if name.endswith(PRETTIER_SUFFIXES)]
    files = [name for name in files if Path(name).name != "package-lock.json"]
    if not files:
        return True
    modules = node_modules()
    if not modules:
        if os.environ.get("CI"):
            raise CrmError("prettier cannot run without npm, and CI skips nothing")
        return True
    plugin = modules / "@prettier/plugin-xml/src/plugin.js"
    how = ["--write", "--log-level=warn"] if fix else ["--check"]
    program = modules / ".bin/prettier"
    cache = f"--cache-location={paths.crm_home() / 'cache' / 'prettier'}"
    return _run([program, f"--plugin={plugin}", cache, *how, *files])


#: Parts in the order they run.
PARTS = {
    "ruff": ruff,
    "pylint": pylint,
    "odoo": odoo,
    "oca": oca,
    "prettier": prettier,
}


def _addons(files, suffix=""):
    own = set(paths.own_addons())
    found = {
        name.split("/")[1]
        for name in files
        if name.startswith("addons/") and name.endswith(suffix)
    }
    return sorted(found & own)


def node_modules():
    """Folder of the npm packages, installed from the lock file; None without npm."""
    folder = paths.crm_home() / f"npm-{paths.file_digest(LOCK)}"
    if (folder / ".complete").exists():
        return folder / "node_modules"
    if host.ensure("node"):
        return None
    with locked("npm"):
        if not (folder / ".complete").exists():
            _npm(folder)
    return folder / "node_modules"


def _npm(folder):
    for left in folder.parent.glob("npm-*"):
        shutil.rmtree(left)
    part = folder.with_name(f"{folder.name}.part-{os.getpid()}")
    part.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(paths.PROJECT / name, part)
    with PROGRESS.step("Installing prettier") as step:
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        error = "npm cannot install prettier"
        proc.run(command, "npm", step=step, error=error, cwd=part)
    (part / ".complete").touch()
    part.rename(folder)


def command(options):
    stack.connect_packages(test_packages=True)
    parts = list(PARTS) if options.part in (None, "all") else [options.part]
    files = []
    for name in options.files:
        path = os.path.relpath(name, paths.PROJECT)
        files += files_of("", below=path) if os.path.isdir(name) else [path]
    files = files or [*files_of(""), "crm"]
    failed = []
    for name in parts:
        with PROGRESS.step(f"Linting: {name}"):
            if not PARTS[name](list(dict.fromkeys(files)), options.fix):
                failed.append(name)
    if failed:
        print(f"lint: {', '.join(failed)} found something")
        return 1
    print("lint: all clean")
    return 0
