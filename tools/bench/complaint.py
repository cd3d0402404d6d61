"""Filing complaints over XML-RPC, beside Odoo's own leads (crm.lead).

One record per call must reach 1.2 times the leads' rate, a hundred per call 1.5 times.
Both are measured in turns in one run.
"""

import time

ROUNDS, SINGLES, CALLS, BATCH = 6, 40, 3, 100
LIMITS = {"one per call": 1.2, "a hundred per call": 1.5}


def run(bench):
    with bench.server() as instance:
        user = instance.user()
        partner = user.call("res.partner", "create", {"name": "Benchmark customer"})
        vals = {
            "crm.lead": {
                "name": "Benchmark",
                "partner_id": partner,
                "description": "The customer reports a defect",
                "expected_revenue": 100.0,
            },
            "crm.complaint": {
                "partner_id": partner,
                "description": "The customer reports a defect",
                "demand": "Replacement",
                "amount_claim": 100.0,
            },
        }
        rates = _measure(user, vals)
    return _report(bench, rates)


def _measure(user, vals):
    """{(kind of call, model): records per second}; models take turns."""
    for model, values in vals.items():  # warm up
        for _number in range(5):
            user.call(model, "create", values)
        user.call(model, "create", [values] * BATCH)
    taken = {}
    for _round in range(ROUNDS):
        for model, values in vals.items():
            start = time.perf_counter()
            for _number in range(SINGLES):
                user.call(model, "create", values)
            taken.setdefault(("one per call", model), []).append(
                SINGLES / (time.perf_counter() - start)
            )
            start = time.perf_counter()
            for _number in range(CALLS):
                user.call(model, "create", [values] * BATCH)
            taken.setdefault(("a hundred per call", model), []).append(
                CALLS * BATCH / (time.perf_counter() - start)
            )
    return {key: sorted(rates)[len(rates) // 2] for key, rates in taken.items()}


def _report(bench, rates):
    rows, problems = [], []
    for kind, limit in LIMITS.items():
        complaints, leads = rates[kind, "crm.complaint"], rates[kind, "crm.lead"]
        ratio = complaints / leads
        rows.append((kind, complaints, leads, ratio, limit))
        if ratio < limit:
            problems.append(f"filing {kind}: {ratio:.2f} times crm.lead, not {limit}")
    bench.table(
        "Records per second over XML-RPC",
        ("", "crm.complaint", "crm.lead", "ratio", "at least"),
        rows,
    )
    return problems
