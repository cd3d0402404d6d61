"""The deadline cron over open stays of documents, a tenth of them late.

From 10,000 to 100,000 stays its time may grow with exponent 1.1 at most and stays
under 60 seconds; a run with nothing new to remind of takes under 2 seconds.
"""

import math
from pathlib import Path

SIZES = (10_000, 100_000)
EXPONENT, SECONDS, IDLE_SECONDS = 1.1, 60.0, 2.0
SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "bench_rows.py"


def run(bench):
    rows, problems = [], []
    for size in SIZES:
        with bench.database() as database:
            printed = bench.script(
                f"{size:,} open stays", database, SCRIPT, "deadlines", str(size)
            )
        seconds = {
            row.split()[1]: float(row.split()[2])
            for row in printed.splitlines()
            if row.startswith("@seconds")
        }
        [reminders] = [
            int(row.split()[1])
            for row in printed.splitlines()
            if row.startswith("@reminders")
        ]
        rows.append((size, reminders, seconds["all"], seconds["nothing"]))
        if reminders != size // 10:
            problems.append(f"{reminders} reminders for {size // 10} late stays")
    bench.table(
        "The deadline cron",
        ("open stays", "reminders", "seconds", "seconds with nothing new"),
        rows,
    )
    return problems + _limits(rows)


def _limits(rows):
    problems = []
    (small, _few, first, _idle), (large, _many, second, idle) = rows
    exponent = math.log(second / first) / math.log(large / small)
    print(f"  grows with exponent {exponent:.2f} (at most {EXPONENT})")
    if exponent > EXPONENT:
        problems.append(f"grows with exponent {exponent:.2f}")
    if second > SECONDS:
        problems.append(f"{second:.0f} s for {large:,} stays, not {SECONDS:.0f}")
    if idle > IDLE_SECONDS:
        problems.append(f"{idle:.1f} s with nothing new, not {IDLE_SECONDS:.0f}")
    return problems
