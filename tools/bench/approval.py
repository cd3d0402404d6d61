"""Asking for and giving an approval over XML-RPC, beside one write on the document.

Together they may cost three times one write of a tracked field.
"""

import time
from pathlib import Path

COUNT, LIMIT = 60, 3.0
SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "bench_rows.py"


def run(bench):
    template = bench.workbench.template()
    with bench.workbench.database("bench-approval", template) as database:
        printed = bench.script(
            "complaints to decide", database, SCRIPT, "undecided", str(COUNT)
        )
        line = next(row for row in printed.splitlines() if row.startswith("@ids"))
        ids = [int(part) for part in line.split()[1:]]
        with bench.workbench.serving(database, log_level="error") as instance:
            taken = _measure(instance, ids)
    write, ask, give = (sorted(seconds)[len(seconds) // 2] for seconds in taken)
    ratio = (ask + give) / write
    bench.table(
        "Milliseconds per call over XML-RPC",
        ("write", "ask", "approve", "ask and approve / write", "at most"),
        [(write * 1000, ask * 1000, give * 1000, ratio, LIMIT)],
    )
    if ratio > LIMIT:
        return [f"asking and approving cost {ratio:.2f} writes, not {LIMIT}"]
    return []


def _measure(instance, ids):
    """Seconds of each write, request and approval, taken in turns."""
    asker, decider = instance.user(), instance.user("bench_gm")
    taken = ([], [], [])
    for number, record in enumerate(ids):
        calls = (
            lambda record=record, number=number: asker.call(
                "crm.complaint", "write", [record], {"user_id": 2 - number % 2}
            ),
            lambda record=record: asker.call(
                "crm.complaint", "action_request_approval", [record], "decision"
            ),
            lambda record=record: decider.call(
                "crm.complaint", "action_approve", [record]
            ),
        )
        for seconds, call in zip(taken, calls, strict=True):
            start = time.perf_counter()
            call()
            if number >= 5:  # the first ones warm the caches
                seconds.append(time.perf_counter() - start)
    return taken
