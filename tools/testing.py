"""``./crm test``: everything that is checked by running it.

Two lanes at a time on two cores: the addons' own tests inside Odoo with their
coverage, and the system from outside. Each job is a pytest of its own with a
database of its own.
"""

import os
import re
import shutil
import subprocess
import threading
from functools import partial

from . import checklog, host, paths, proc, python_env, stack, throwaway
from .lock import locked
from .progress import PROGRESS

#: Percent of the lines of addon code that the addons' tests must run.
LEAST_COVERAGE = 90
OUTCOME = re.compile(r"(\d+) (passed|failed|skipped|error)")
PERCENT = re.compile(r"\[\s*(\d+)%\]")
#: pytest's exit code when a selection holds no test.
NO_TESTS = 5
#: Odoo's linters that cannot say anything here, with the reason.
LINT_LEFT_OUT = {
    "test_eslint.py": "needs Odoo's own eslint set-up; ./crm lint checks JavaScript",
    "test_checkers.py": "tests Odoo's checkers themselves, not addons",
    "test_pylint.py": "walks all of Odoo; ./crm lint runs its checkers on our addons",
}


class Job:
    """One pytest with its database, log and result."""

    def __init__(self, name, title):
        self.name, self.title = name, title
        self.folder = paths.crm_home() / "tmp" / "test" / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.output = self.folder / "output.txt"
        self.code, self.fraction, self.child = None, 0.0, None

    def run(self, command, environ, only_some):
        command = [*command, "-v", "-rsfE", "--tb=short"]
        with open(self.output, "w", errors="replace") as output:
            self.child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=environ,
                cwd=paths.PROJECT,
                start_new_session=True,
            )
            for line in self.child.stdout:
                output.write(line)
                output.flush()
                found = PERCENT.search(line)
                if found:
                    self.fraction = int(found.group(1)) / 100
        self.code = self.child.wait()
        self.fraction = 1.0
        if only_some and self.code == NO_TESTS:
            self.code = 0

    def counts(self):
        """Passed, failed and skipped; one failure when pytest itself fell over."""
        lines = [line for line in self.lines() if re.match(r"=.* in [\d.]+s", line)]
        numbers = dict.fromkeys(("passed", "failed", "skipped", "error"), 0)
        # Parts of a test ("9 subtests passed") are not counted apart.
        for number, word in OUTCOME.findall(lines[-1] if lines else ""):
            numbers[word] += int(number)
        failed = numbers["failed"] + numbers["error"]
        return numbers["passed"], failed or int(bool(self.code)), numbers["skipped"]

    def lines(self):
        return self.output.read_text(errors="replace").splitlines()

    def report(self):
        """What went wrong, in pytest's words, and what was left out."""
        lines = self.lines()
        starts = [
            number
            for number, line in enumerate(lines)
            if re.match(r"=+ (FAILURES|ERRORS|short test summary info) =+", line)
        ]
        if starts:
            return "\n".join(lines[starts[0] :])
        return "\n".join(lines[-40:] if self.code else lines[-1:])


class Run:
    """One ``./crm test``."""

    def __init__(self, options):
        self.fast = options.fast
        self.arguments = options.arguments
        self.only_some = bool(self.arguments)
        self.browser = not self.fast and "browser" not in host.missing("browser")
        self.logs = paths.crm_home() / "log" / "test"
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True)
        os.environ["CRM_TEST_LOGS"] = str(self.logs)
        os.environ["CRM_TEST_FAST"] = "1" if self.fast else "0"
        self.bench = throwaway.Workbench()
        self.jobs, self.problems, self.lock = [], [], threading.Lock()

    # -- jobs -------------------------------------------------------------------
    def lanes(self):
        """Jobs by lane, for what the arguments select."""
        inside = [arg for arg in self.arguments if _is_path(arg, "addons")]
        outside = [arg for arg in self.arguments if _is_path(arg, "tests")]
        rest = [arg for arg in self.arguments if arg not in inside + outside]
        lanes = [[], []]
        if inside or not outside:
            folders = inside or sorted(
                str(path.relative_to(paths.PROJECT))
                for path in paths.ADDONS.glob("*/tests")
            )
            if folders:
                lanes[0].append(partial(self.addon_tests, folders, rest))
        if outside or not inside:
            lanes[1].append(partial(self.outside_tests, outside or ["tests"], rest))
        if not self.only_some:
            lanes[1].insert(0, partial(self.lint_tests))
        return [lane for lane in lanes if lane]

    def addon_tests(self, folders, rest):
        job = self._job("addons", "Tests of the addons")
        data = job.folder / "coverage"
        with self.bench.database("inside") as name:
            command = [python_env.program("python"), "-m", "coverage", "run"]
            command += [f"--data-file={data}", f"--rcfile={_pyproject()}"]
            command += ["-m", *self._inside(name, job), *folders, *rest]
            job.run(command, self._environ(), self.only_some)
        self._coverage(data)
        self._check_log(self.logs / "inside-addons.log", only_ours=True)

    def lint_tests(self):
        job = self._job("lint", "Odoo's test_lint over the addons")
        folder = self.bench.odoo.root / "odoo/addons/test_lint/tests"
        if not folder.is_dir():
            folder = self.bench.odoo.root / "addons/test_lint/tests"
        left_out = [f"--ignore={folder / name}" for name in LINT_LEFT_OUT]
        with self.bench.database("lint") as name:
            command = [python_env.program("python"), "-m", *self._inside(name, job)]
            environ = {**self._environ(), "CRM_TEST_LINT": "1"}
            job.run([*command, *left_out, folder], environ, False)

    def outside_tests(self, folders, rest):
        if not (paths.PROJECT / "tests").is_dir():
            return
        job = self._job("outside", "Tests from outside")
        command = [python_env.program("python"), "-m", "pytest", "-p", "no:odoo"]
        command += ["-p", "tools.pytest_plugin", "-p", "no:cacheprovider"]
        command += ["--import-mode=importlib", *folders, *rest]
        job.run(command, self._environ(), self.only_some)

    def _job(self, name, title):
        job = Job(name, title)
        with self.lock:
            self.jobs.append(job)
        return job

    def _inside(self, database, job):
        """pytest inside Odoo."""
        conf = self.bench.databases.conf(
            database, max_cron_threads=0, workers=0, list_db="False"
        )
        log = self.logs / f"inside-{job.name}.log"
        return [
            *("pytest", "-p", "tools.pytest_plugin", "-p", "no:cacheprovider"),
            *(f"--odoo-config={conf}", f"--odoo-database={database}", "--odoo-http"),
            *("--odoo-log-level=warn", f"--odoo-extra=logfile={log}"),
        ]

    def _environ(self):
        environ = self.bench.target.environment()
        environ["PYTHONPATH"] = str(paths.PROJECT)
        return environ

    # -- what the run is judged by besides its tests -----------------------------
    def _coverage(self, data):
        program = [python_env.program("python"), "-m", "coverage", "report"]
        program += [f"--data-file={data}", f"--rcfile={_pyproject()}"]
        done = subprocess.run(
            [str(part) for part in program],
            capture_output=True,
            text=True,
            cwd=paths.PROJECT,
        )
        self.coverage = done.stdout or done.stderr
        found = re.search(r"^TOTAL.*?([\d.]+)%", self.coverage, re.M)
        percent = float(found.group(1)) if found else 0.0
        if not self.only_some and percent < LEAST_COVERAGE:
            self.problems.append(
                f"{percent} % of the addons' lines are tested, {LEAST_COVERAGE} % is "
                "the least"
            )

    def _check_log(self, path, only_ours=False):
        if not path.exists():
            return
        text = checklog.problems(path, only_ours)
        if text:
            self.problems.append(f"warnings or errors in {path}:\n{text}")

    def _check_logs(self):
        for path in sorted(self.logs.glob("server-*.log")):
            self._check_log(path)

    # -- the run ------------------------------------------------------------------
    def run(self):
        self.coverage = ""
        lanes = self.lanes()
        if not self.only_some or self.addon_tests in [
            job.func for lane in lanes for job in lane
        ]:
            with self.bench.databases.logging_to(self.logs):
                self.bench.template()
            self._check_log(self.logs / "install.log")
        threads = [_Lane(lane) for lane in lanes]
        try:
            with PROGRESS.step("Testing") as step:
                for thread in threads:
                    thread.start()
                while any(thread.is_alive() for thread in threads):
                    self._show(step)
                    for thread in threads:
                        thread.join(0.3)
        except BaseException:
            for job in list(self.jobs):
                if job.child and job.child.poll() is None:
                    proc.stop_group(job.child)
            raise
        for thread in threads:
            if thread.error:
                raise thread.error
        self._check_logs()
        return self.report()

    def _show(self, step):
        jobs = list(self.jobs)
        if jobs:
            text = ", ".join(f"{job.name} {job.fraction:.0%}" for job in jobs)
            step.update(sum(job.fraction for job in jobs) / max(len(jobs), 3), text)

    def report(self):
        totals = [0, 0, 0]
        for job in self.jobs:
            passed, failed, skipped = job.counts()
            totals = [
                a + b for a, b in zip(totals, (passed, failed, skipped), strict=True)
            ]
            print(
                f"\n=== {job.title}: {passed} passed, {failed} failed, "
                f"{skipped} skipped"
            )
            if failed or skipped:
                print(job.report())
        if self.coverage:
            print(f"\n=== Coverage of the addons\n{self.coverage}")
        if not self.only_some:
            for name, reason in LINT_LEFT_OUT.items():
                print(f"left out of test_lint: {name} ({reason})")
        if not self.fast and not self.browser:
            print("no browser: the tests that open one were skipped")
        if os.environ.get("CI") and totals[2] and not self.fast:
            self.problems.append("tests were skipped; with CI set none may be")
        for problem in self.problems:
            print(f"\nFAILED: {problem}")
        # What is wrong besides the tests counts as one failed test each.
        totals[1] += len(self.problems)
        print("\n{} passed, {} failed, {} skipped".format(*totals), flush=True)
        return 1 if totals[1] else 0


class _Lane(threading.Thread):
    def __init__(self, jobs):
        super().__init__(daemon=True)
        self.jobs, self.error = jobs, None

    def run(self):
        try:
            for job in self.jobs:
                job()
        except Exception as error:
            self.error = error


def _is_path(argument, folder):
    return argument == folder or argument.startswith((f"{folder}/", f"./{folder}/"))


def _pyproject():
    return paths.PROJECT / "pyproject.toml"


def command(options):
    paths.ensure_home()
    needs = ["venv", "pdf", "fonts"] + ([] if options.fast else ["browser"])
    host.ensure(*needs)
    with locked("test"):
        stack.connect_packages(test_packages=True)
        run = Run(options)
        try:
            return run.run()
        finally:
            run.bench.target.stop(immediate=True)
