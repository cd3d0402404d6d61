"""``./crm test``: everything that is checked by running it.

Each job is a pytest of its own with a database of its own: the addons' tests inside
Odoo with their coverage, and the system from outside. As many jobs run at a time as
there are cores; see tools/test_plan.py for how they are cut and ordered.
"""

import json
import os
import re
import shutil
import subprocess
import threading
import time

from . import (
    checklog,
    host,
    paths,
    proc,
    python_env,
    stack,
    test_plan,
    throwaway,
)
from .errors import CrmError
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

FAST_LEFT_OUT = (
    "--fast left out what needs a browser or installations, and the coverage, and "
    "kept Odoo's caches from one test to the next; ./crm test does it all"
)


class Job:
    """One pytest with its database, log and result."""

    def __init__(self, part):
        self.part, self.name, self.title = part, part.name, part.title
        self.folder = paths.crm_home() / "tmp" / "test" / part.name
        self.folder.mkdir(parents=True)
        self.output = self.folder / "output.txt"
        self.output.touch()
        self.code, self.fraction, self.child = None, 0.0, None
        self.running, self.seconds = False, 0.0

    def run(self, command, environ, only_some):
        # Each test on a line of its own, but not each of the thousands of subtests.
        command = [*command, "-v", "-o", "verbosity_subtests=0", "-rsfE", "--tb=short"]
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
        for folder in (self.logs, paths.crm_home() / "tmp" / "test"):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        os.environ["CRM_TEST_LOGS"] = str(self.logs)
        os.environ["CRM_TEST_FAST"] = "1" if self.fast else "0"
        self.bench = throwaway.Workbench()
        self.problems, self.coverage, self.lock = [], "", threading.Lock()
        inside = [arg for arg in self.arguments if test_plan.is_path(arg, "addons")]
        outside = [arg for arg in self.arguments if test_plan.is_path(arg, "tests")]
        chosen = {*inside, *outside}
        #: What goes to every pytest.
        self.rest = [arg for arg in self.arguments if arg not in chosen]
        parts = test_plan.parts(inside, outside, not chosen, not self.only_some)
        self.jobs = [Job(part) for part in parts]

    # -- jobs -------------------------------------------------------------------
    def do(self, job):
        """Run one job; what goes wrong around its tests is a problem of the run."""
        start = time.monotonic()
        job.running = True
        try:
            if job.part.inside:
                self.addon_tests(job)
            else:
                self.outside_tests(job)
        except (CrmError, OSError) as error:
            self.problems.append(f"{job.title}: {error}")
            job.code = 1
        job.running, job.seconds = False, time.monotonic() - start

    def addon_tests(self, job):
        people = self.bench.with_people()
        with self.bench.database(f"inside-{job.name}", people) as name:
            command = [python_env.program("python"), "-m"]
            if self.fast:
                command += ["pytest"]
            else:
                command += ["tools.covered", job.folder / "coverage.json"]
            command += self._inside(name, job)
            command += [*job.part.arguments, *self.rest]
            if job.part.lint:
                command += self._linters()
            job.run(command, self._environ(), self.only_some)
        self._check_log(self.logs / f"inside-{job.name}.log", only_ours=True)

    def _linters(self):
        """Arguments that add Odoo's linters to a pytest inside Odoo."""
        folder = self.bench.odoo.root / "odoo/addons/test_lint/tests"
        if not folder.is_dir():
            folder = self.bench.odoo.root / "addons/test_lint/tests"
        return [*(f"--ignore={folder / name}" for name in LINT_LEFT_OUT), folder]

    def outside_tests(self, job):
        command = [python_env.program("python"), "-m", "pytest", "-p", "no:odoo"]
        command += ["-p", "tools.pytest_plugin", "-p", "no:cacheprovider"]
        command += ["--import-mode=importlib", *job.part.arguments, *self.rest]
        # Part of the names of the job's databases.
        environ = {**self._environ(), "CRM_TEST_JOB": f"j{self.jobs.index(job)}"}
        job.run(command, environ, self.only_some)

    def _inside(self, database, job):
        """Arguments of a pytest inside Odoo."""
        conf = self.bench.databases.conf(
            database, max_cron_threads=0, workers=0, list_db="False"
        )
        log = self.logs / f"inside-{job.name}.log"
        return [
            *("-p", "tools.pytest_plugin", "-p", "no:cacheprovider"),
            # It looks through all of Odoo for garbage at the end.
            *("-p", "no:unraisableexception"),
            *(f"--odoo-config={conf}", f"--odoo-database={database}", "--odoo-http"),
            *("--odoo-log-level=warn", f"--odoo-extra=logfile={log}"),
        ]

    def _environ(self):
        environ = self.bench.target.environment()
        environ["PYTHONPATH"] = str(paths.PROJECT)
        return environ

    # -- what the run is judged by besides its tests -----------------------------
    def _coverage(self):
        files = sorted((paths.crm_home() / "tmp" / "test").glob("*/coverage.json"))
        if not files:
            return
        whole = paths.crm_home() / "tmp" / "test" / "coverage.json"
        program = [python_env.program("python"), "-m", "slipcover", "--skip-covered"]
        program += ["--merge", *files, "--out", whole]
        done = subprocess.run(
            [str(part) for part in program],
            capture_output=True,
            text=True,
            cwd=paths.PROJECT,
        )
        self.coverage = done.stdout or done.stderr
        if done.returncode:
            self.problems.append("the coverage of the addons cannot be told")
            return
        percent = json.loads(whole.read_text())["summary"]["percent_covered"]
        self.coverage += f"\n{percent:.1f} % of the addons' lines are tested"
        if not self.only_some and percent < LEAST_COVERAGE:
            self.problems.append(
                f"{percent:.1f} % of the addons' lines are tested, {LEAST_COVERAGE} % "
                "is the least"
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
    def prepare(self):
        """Make the database with all addons, which most jobs copy."""
        with self.bench.databases.logging_to(self.logs):
            self.bench.template()
        self._check_log(self.logs / "install.log")

    def run(self):
        queue = Queue(self)
        lanes = [
            threading.Thread(target=queue.work, daemon=True)
            for _index in range(test_plan.lanes())
        ]
        try:
            with PROGRESS.step("Testing") as step:
                for lane in lanes:
                    lane.start()
                while any(lane.is_alive() for lane in lanes):
                    self._show(step)
                    for lane in lanes:
                        lane.join(0.3)
        except BaseException:
            queue.error = queue.error or KeyboardInterrupt()
            for job in self.jobs:
                if job.child and job.child.poll() is None:
                    proc.stop_group(job.child)
            raise
        if queue.error:
            raise queue.error
        self._coverage()
        self._check_logs()
        return self.report()

    def _show(self, step):
        whole = sum(job.part.seconds for job in self.jobs)
        if whole:
            done = sum(job.part.seconds * job.fraction for job in self.jobs)
            running = [job for job in self.jobs if job.running]
            text = ", ".join(f"{job.name} {job.fraction:.0%}" for job in running)
            step.update(done / whole, text)

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
        print("\n=== Seconds")
        for job in sorted(self.jobs, key=lambda job: -job.seconds):
            print(f"{job.seconds:6.0f}  {job.title}")
        if self.coverage:
            print(f"\n=== Coverage of the addons\n{self.coverage}")
        if self.fast:
            print(FAST_LEFT_OUT)
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


class Queue:
    """Jobs, longest first; those that need the template wait until it is made."""

    def __init__(self, run):
        self.run_, self.error = run, None
        self.waiting = list(run.jobs)
        self.changed = threading.Condition()
        self.to_prepare = any(job.part.template for job in run.jobs)
        self.prepared = not self.to_prepare

    def work(self):
        """Take and do jobs until none is left."""
        while task := self._take():
            try:
                task()
            except BaseException as error:
                # The main thread raises it; the other lanes take no more jobs.
                self.error = error
            with self.changed:
                self.changed.notify_all()

    def _take(self):
        with self.changed:
            while not self.error:
                if self.to_prepare:
                    self.to_prepare = False
                    return self._prepare
                for job in self.waiting:
                    if self.prepared or not job.part.template:
                        self.waiting.remove(job)
                        return lambda: self.run_.do(job)
                if not self.waiting:
                    break
                self.changed.wait()
        return None

    def _prepare(self):
        self.run_.prepare()
        self.prepared = True


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
            run.bench.target.stop()
