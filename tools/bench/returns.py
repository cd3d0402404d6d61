"""Returns: ten lines asked for and decided over RPC, what may come back, ageing.

What is left to return costs the same queries for ten lines and for a thousand; ageing
by the report at most one and a half times bare SQL.
"""

import time
from pathlib import Path

LINES, STAYS, ROUNDS = 1_000, 100_000, 8
AGEING_LIMIT = 1.5
SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "bench_returns.py"


def run(bench, lines=LINES, stays=STAYS):
    template = bench.workbench.template(demo=True)
    with bench.workbench.database("bench-returns", template) as database:
        printed = bench.script("delivered lines", database, SCRIPT, "order", str(lines))
        found = _rows(printed)
        problems = _remaining(bench, found["@remaining"])
        [[customer, *order_lines]] = found["@lines"]
        with bench.workbench.serving(database, log_level="error") as instance:
            _requests(bench, instance, int(customer), [int(i) for i in order_lines])
        printed = bench.script("stays", database, SCRIPT, "ageing", str(stays))
        problems += _ageing(bench, stays, _rows(printed)["@ageing"])
    return problems


def _rows(printed):
    """{tag: [the words of each line with it]}."""
    result = {}
    for line in printed.splitlines():
        if line.startswith("@"):
            tag, *words = line.split()
            result.setdefault(tag, []).append(words)
    return result


def _remaining(bench, rows):
    bench.table(
        "What may come back",
        ("lines", "queries", "milliseconds"),
        [(int(n), int(queries), float(took) * 1000) for n, queries, took in rows],
    )
    queries = {int(row[1]) for row in rows}
    if max(queries) > min(queries):
        return [f"what may come back takes {queries} queries, not the same"]
    return []


def _requests(bench, instance, customer, lines):
    """Ten lines asked for in one request and submitted, calls over RPC."""
    user = instance.user()
    taken = []
    for number in range(ROUNDS):
        part = lines[number * 10 : number * 10 + 10]
        start = time.perf_counter()
        user.call(
            "crm.return",
            "request_return",
            vals={
                "partner_id": customer,
                "reason": "model",
                "evidence": "x",
                "lines": [{"sale_line_id": line, "quantity": 1} for line in part],
                "submit": True,
            },
        )
        taken.append(time.perf_counter() - start)
    bench.table(
        "Requests of ten lines over RPC",
        ("seconds each",),
        [(sorted(taken)[len(taken) // 2],)],
    )


def _ageing(bench, stays, rows):
    [[report, bare]] = rows
    ratio = float(report) / float(bare)
    bench.table(
        f"Ageing of {stays} stays",
        ("report ms", "bare SQL ms", "ratio", "at most"),
        [(float(report) * 1000, float(bare) * 1000, ratio, AGEING_LIMIT)],
    )
    if ratio > AGEING_LIMIT:
        return [f"ageing takes {ratio:.2f} times bare SQL, not {AGEING_LIMIT}"]
    return []
