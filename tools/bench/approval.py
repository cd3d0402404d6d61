"""Asking for and giving an approval over XML-RPC, beside one write on the document.

Together they may cost three times one write that leaves a trace: the complaint is given
to another salesperson, as the trace of a decision is compared. A write of a text that
nothing tracks is measured beside it.
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
    plain, write, ask, give = (sorted(times)[len(times) // 2] for times in taken)
    ratio = (ask + give) / write
    bench.table(
        "Milliseconds per call over XML-RPC",
        ("untracked write", "write", "ask", "approve", "both / write", "at most"),
        [(plain * 1000, write * 1000, ask * 1000, give * 1000, ratio, LIMIT)],
    )
    if ratio > LIMIT:
        return [f"asking and approving cost {ratio:.2f} writes, not {LIMIT}"]
    return []


def _measure(instance, ids):
    """Seconds of each write, request and approval, taken in turns."""
    asker, decider = instance.user(), instance.user("bench_gm")
    # The new salesperson is not told by mail: only the trace is compared.
    quiet = {"mail_auto_subscribe_no_notify": True}
    [seller] = asker.call("res.users", "search", [("login", "=", "bench_sales")])
    taken = ([], [], [], [])
    for number, record in enumerate(ids):
        calls = (
            (asker, "write", {"summary": f"text {number}"}, {}),
            (asker, "write", {"user_id": seller}, {"context": quiet}),
            (asker, "action_request_approval", "decision", {}),
            (decider, "action_approve", {}),
        )
        for seconds, (user, method, *arguments, named) in zip(
            taken, calls, strict=True
        ):
            start = time.perf_counter()
            user.call("crm.complaint", method, [record], *arguments, **named)
            if number >= 5:  # the first ones warm the caches
                seconds.append(time.perf_counter() - start)
    return taken
