"""Recomputing the classes of all customers, beside the bare aggregate.

``CRM_BENCH_CUSTOMERS`` gives the number of customers (100,000 by default), with ten
invoices each. From a tenth of them to all the time may grow with exponent 1.1 at most;
it stays under 60 seconds and under three times the aggregate that
answers the same without keeping anything.
"""

import math
import os
from pathlib import Path

CUSTOMERS = int(os.environ.get("CRM_BENCH_CUSTOMERS", "100000"))
SIZES = ((CUSTOMERS // 10, CUSTOMERS), (CUSTOMERS, 10 * CUSTOMERS))
EXPONENT, SECONDS, RATIO = 1.1, 60.0, 3.0
SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "bench_archive.py"


def classes(bench):
    rows, problems = [], []
    for customers, sales in SIZES:
        with bench.database() as database:
            printed = bench.script(
                f"{customers:,} customers, {sales:,} invoices",
                database,
                SCRIPT,
                *("classes", str(customers), str(sales)),
            )
        taken = {}
        for line in printed.splitlines():
            if line.startswith("@seconds"):
                _mark, label, seconds, found = line.split()
                taken.setdefault(label, []).append(float(seconds))
                if int(found) < customers:
                    problems.append(f"{label}: {found} of {customers} customers")
        bare, again = min(taken["bare"]), min(taken["again"])
        rows.append((customers, sales, bare, taken["first"][0], again, again / bare))
    bench.table(
        "Classes of all customers, seconds",
        ("customers", "invoices", "bare SQL", "first time", "again", "again / bare"),
        rows,
    )
    return problems + _limits(rows)


def _limits(rows):
    problems = []
    small, large = rows
    exponent = math.log(large[4] / small[4]) / math.log(large[0] / small[0])
    print(f"  grows with exponent {exponent:.2f} (at most {EXPONENT})")
    if exponent > EXPONENT:
        problems.append(f"classes grow with exponent {exponent:.2f}")
    if max(large[3], large[4]) > SECONDS:
        problems.append(f"classes take {max(large[3], large[4]):.0f} s")
    if large[5] > RATIO:
        problems.append(f"classes take {large[5]:.1f} times the bare aggregate")
    return problems
