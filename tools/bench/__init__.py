"""``./crm bench [NAME]``: measurements, never part of the tests.

A benchmark is a module beside this file with a docstring that says what it measures
and a function ``run(bench)``; ``bench`` is a ``Bench``. It returns the problems found
(texts), so that a limit that is not kept makes ``./crm bench`` fail. Compare only
within one run: two machines, or one machine at two times, are not alike.
"""

import contextlib
import importlib
import pkgutil
import statistics
import time

from .. import throwaway
from ..errors import CrmError
from ..lock import locked
from ..progress import PROGRESS


class Bench:
    """What a benchmark is given: throw-away databases, servers, clients, tables."""

    def __init__(self, name, workbench):
        self.name, self.workbench = name, workbench
        self.progress = PROGRESS

    @contextlib.contextmanager
    def server(self, demo=False, **options):
        """A served database of its own, with all addons; an ``Instance``.

        :param demo: with the demo company
        :param options: options of Odoo, such as ``workers=2``
        """
        template = self.workbench.template(demo=demo)
        with (
            self.workbench.database(f"bench-{self.name}", template) as database,
            self.workbench.serving(database, log_level="error", **options) as instance,
        ):
            yield instance

    @contextlib.contextmanager
    def database(self, demo=False):
        """A database of its own that is not served; its name."""
        template = self.workbench.template(demo=demo)
        with self.workbench.database(f"bench-{self.name}", template) as database:
            yield database

    def script(self, title, database, path, *arguments):
        """Run a script with an Odoo environment; returns what it printed.

        The script gets ``-c CONF -d DATABASE`` and the arguments; see
        tools/scripts/script_env.py.
        """
        log = self.workbench.databases.script(title, database, path, *arguments)
        return log.read_text(errors="replace")

    def sql(self, database, statement, *parameters):
        return self.workbench.databases.sql(statement, *parameters, database=database)

    @staticmethod
    def seconds(function, times=1, warm_up=0):
        """Median of the seconds one call takes."""
        for _number in range(warm_up):
            function()
        taken = []
        for _number in range(times):
            start = time.perf_counter()
            function()
            taken.append(time.perf_counter() - start)
        return statistics.median(taken)

    @staticmethod
    def table(title, header, rows):
        """Print rows in columns; numbers are set to the right."""
        rows = [list(row) for row in rows]
        cells = [[_text(value) for value in row] for row in rows]
        widths = [
            max(len(row[number]) for row in [list(header), *cells])
            for number in range(len(header))
        ]
        print(f"\n{title}")
        for row, values in zip([list(header), *cells], [header, *rows], strict=True):
            parts = [
                text.rjust(width)
                if isinstance(value, int | float)
                else text.ljust(width)
                for text, value, width in zip(row, values, widths, strict=True)
            ]
            print("  " + "  ".join(parts).rstrip())


def _text(value):
    return f"{value:,.3f}" if isinstance(value, float) else str(value)


def names():
    """The benchmarks there are."""
    return sorted(
        module.name
        for module in pkgutil.iter_modules(__path__)
        if not module.name.startswith("_")
    )


def command(options):
    chosen = [options.name] if options.name else names()
    unknown = set(chosen) - set(names())
    if unknown:
        known = ", ".join(names()) or "none yet"
        raise CrmError(f"no benchmark {', '.join(unknown)}; there are: {known}")
    problems = []
    with locked("test"):
        workbench = throwaway.Workbench()
        try:
            for name in chosen:
                module = importlib.import_module(f"{__name__}.{name}")
                print(f"\n== {name}: {(module.__doc__ or '').strip().splitlines()[0]}")
                found = module.run(Bench(name, workbench)) or []
                problems += [f"{name}: {problem}" for problem in found]
        finally:
            workbench.target.stop(immediate=True)
    for problem in problems:
        print(f"FAILED: {problem}")
    print(f"\n{len(chosen)} benchmarks, {len(problems)} limits not kept")
    return 1 if problems else 0
