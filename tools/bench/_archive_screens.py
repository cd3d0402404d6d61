"""The salesperson's list, a quarter's round, duplicates while typing, an import.

``CRM_BENCH_CUSTOMERS`` gives the number of customers (100,000 by default); the import
takes a tenth of it.
"""

import os
from pathlib import Path

CUSTOMERS = int(os.environ.get("CRM_BENCH_CUSTOMERS", "100000"))
LIST_RATIO, ROUND_SECONDS, TYPING_MS, IMPORT_RATIO = 1.5, 60.0, 100.0, 0.5
SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "bench_archive_screens.py"


def screens(bench):
    with bench.database() as database:
        printed = bench.script(
            f"screens of {CUSTOMERS:,} customers", database, SCRIPT, str(CUSTOMERS)
        )
    found = {}
    for line in printed.splitlines():
        if line.startswith("@figure"):
            _mark, label, value = line.split()
            found[label] = float(value)
    return _list(bench, found) + _others(bench, found)


def _list(bench, found):
    rows = [
        (
            who.replace("_", " "),
            1000 * found[f"list_{who}_wall"],
            1000 * found[f"list_{who}_busy"],
            int(found[f"list_{who}_queries"]),
            found["list_user_wall"] / found[f"list_{who}_wall"],
            found["list_user_busy"] / found[f"list_{who}_busy"],
        )
        for who in ("user", "superuser", "superuser_same_200")
    ]
    bench.table(
        f"Opening the customer list, 200 of {CUSTOMERS:,} customers are the user's",
        ("who", "ms", "CPU ms", "queries", "user's times", "CPU times"),
        rows,
    )
    problems = [
        f"the salesperson's list takes {row[4]:.2f} times the {row[0]}'s"
        for row in rows
        if row[4] > LIST_RATIO
    ]
    if found["list_page_queries"]:
        problems.append("the list's number of queries depends on the page")
    return problems


def _others(bench, found):
    speed = found["import_customers"] / found["import_partners"]
    bench.table(
        f"The archive, {CUSTOMERS:,} customers",
        ("what", "found", "limit"),
        [
            ("round of a quarter, seconds", found["round"], ROUND_SECONDS),
            ("duplicates typed, median ms", found["typing_median"], "-"),
            ("duplicates typed, p95 ms", found["typing"], TYPING_MS),
            ("import, plain partners a second", found["import_partners"], "-"),
            ("import, customers a second", found["import_customers"], "-"),
            ("import, customers / plain partners", speed, IMPORT_RATIO),
        ],
    )
    problems = []
    if found["round"] > ROUND_SECONDS:
        problems.append(f"opening a round takes {found['round']:.0f} s")
    if found["typing"] > TYPING_MS:
        problems.append(f"duplicates while typing take {found['typing']:.0f} ms")
    if speed < IMPORT_RATIO:
        problems.append(f"customers are imported at {speed:.2f} of partners' speed")
    return problems
