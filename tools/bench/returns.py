"""Returns: asked for and decided over RPC beside OCA's rma, what may come back, ageing.

A request of ten lines, with the talks the policy wants and the decisions of supervisor,
marketing manager and general manager, takes no longer than ten requests of one line
with ``rma``, which confirms them without anybody's decision. What is left to return
costs the same queries for ten lines and for a thousand; ageing by the report at most
one and a half times bare SQL.
"""

import contextlib
import time
import xmlrpc.client
from pathlib import Path

from . import _oca

LINES, STAYS, ROUNDS, SIZE = 1_000, 100_000, 8, 10
AGEING_LIMIT = 1.5
SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "bench_returns.py"
#: Installed for the comparison only.
RMA = "odoo-addon-rma==19.0.1.0.4.2"
DECIDERS = ("sales_head", "marketing", "gm")


def run(bench, lines=LINES, stays=STAYS, rounds=ROUNDS):
    template = bench.workbench.template(demo=True)
    with bench.workbench.database("bench-returns", template) as database:
        printed = bench.script("delivered lines", database, SCRIPT, "order", str(lines))
        found = _rows(printed)
        problems = _remaining(bench, found["@remaining"])
        [[customer, *order_lines]] = found["@lines"]
        order_lines = [int(line) for line in order_lines]
        with bench.workbench.serving(database, log_level="error") as instance:
            ours = _requests(instance, int(customer), order_lines, rounds)
        theirs = _rma_requests(bench, rounds)
        problems += _compare(bench, ours, theirs)
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


def _requests(instance, customer, lines, rounds):
    """Seconds of asking for ten lines and deciding on them, each step a call."""
    seller = instance.user("sales1")
    deciders = [instance.user(login) for login in DECIDERS]
    taken = []
    for number in range(rounds):
        part = lines[number * SIZE : number * SIZE + SIZE]
        start = time.perf_counter()
        facts = seller.call(
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
        ids = [facts["id"]]
        asked = time.perf_counter() - start
        seller.call("crm.return", "record_contact", ids, "persuasion", "x")
        for decider in deciders:
            decider.call("crm.return", "action_approve", ids)
        taken.append((time.perf_counter() - start, asked))
        assert seller.call("crm.return", "read", ids, ["state"])[0]["state"] == (
            "approved"
        )
    return _median(taken)


def _rma_requests(bench, rounds):
    """Seconds of ten requests of one line with OCA's rma; None without it."""
    with _oca.served(bench, "rma", RMA) as instance:
        return instance and _rma_measured(instance.user(), rounds)


def _rma_measured(user, rounds):
    """Seconds of ten requests, created and confirmed one by one, and in one go."""
    partner = user.call("res.partner", "create", {"name": "Bench"})
    product = user.call("product.product", "create", {"name": "Bench"})
    [operation] = user.call("rma.operation", "search", [], limit=1)
    # Only asking and deciding are compared: no receipts yet.
    manual = {"action_create_receipt": "manual_on_confirm"}
    user.call("rma.operation", "write", [operation], manual)
    vals = {
        "partner_id": partner,
        "partner_invoice_id": partner,
        "product_id": product,
        "product_uom_qty": 1,
        "operation_id": operation,
    }
    taken = []
    for _round in range(rounds):
        start = time.perf_counter()
        for _number in range(SIZE):
            _confirm(user, [user.call("rma", "create", vals)])
        single = time.perf_counter() - start
        start = time.perf_counter()
        new = user.call("rma", "create", [vals] * SIZE)
        _confirm(user, new)
        taken.append((single, time.perf_counter() - start))
        states = {row["state"] for row in user.call("rma", "read", new, ["state"])}
        assert states == {"confirmed"}, states
    return _median(taken)


def _confirm(user, ids):
    # It answers nothing, which XML-RPC cannot carry; by then it is done.
    with contextlib.suppress(xmlrpc.client.Fault):
        user.call("rma", "action_confirm", ids)


def _median(taken):
    return [sorted(column)[len(column) // 2] for column in zip(*taken, strict=True)]


def _compare(bench, ours, theirs):
    decided, asked = ours
    rows = [
        ("ours: one request of ten lines, asked for", asked),
        ("ours: the same, and decided by three people", decided),
    ]
    if theirs:
        single, batch = theirs
        rows += [
            ("rma: ten requests of one line, created and confirmed", single),
            ("rma: the same ten in two calls", batch),
        ]
    bench.table("Ten lines over XML-RPC, seconds", ("", "median"), rows)
    if theirs and decided > single:
        return [f"ten lines take {decided:.2f} s, with OCA's rma {single:.2f} s"]
    return []


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
