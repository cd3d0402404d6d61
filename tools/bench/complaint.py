"""Complaints: filing over XML-RPC, and 200,000 of ten years read and judged.

Filing one record per call must reach 1.2 times the rate of Odoo's leads (crm.lead), a
hundred per call 1.5 times; both are measured in turns in one run. The morning jobs
over 20,000 complaints under way and the review of 5,000 closed ones take less than 30
seconds each; the dashboard's groupings and the list of a department at most one and a
half times what bare SQL and the superuser take. Queries of less than a millisecond pay
as much again for planning their rules: up to one millisecond more is not counted.

Tickets of helpdesk_mgmt_sla and claims of crm_claim (OCA) are filed in the same run, on
a database without our addons, each told beside the leads of that database.
"""

import time
from pathlib import Path

from . import _oca

COUNT, MONTH, OPEN = 200_000, 5_000, 20_000
SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "bench_complaint.py"
MORNING_SECONDS, STATEMENT_SECONDS, RATIO = 30.0, 30.0, 1.5
PLANNING_MS = 1.0
ROUNDS, SINGLES, CALLS, BATCH = 6, 40, 3, 100
LIMITS = {"one per call": 1.2, "a hundred per call": 1.5}
#: Installed for the comparison only.
OCA = (
    "odoo-addon-helpdesk-mgmt-sla==19.0.1.0.0.4",
    "odoo-addon-helpdesk-mgmt==19.0.1.3.2",
    "odoo-addon-crm-claim==19.0.1.0.1",
)
DESCRIPTION = "The customer reports a defect"


def run(bench):
    with bench.server() as instance:
        user = instance.user()
        vals = _lead(user)
        vals["crm.complaint"] = {
            "partner_id": vals["crm.lead"]["partner_id"],
            "description": DESCRIPTION,
            "demand": "Replacement",
            "amount_claim": 100.0,
        }
        rates = _measure(user, vals)
    return _report(bench, rates, _others(bench)) + _ten_years(bench)


def _lead(user):
    partner = user.call("res.partner", "create", {"name": "Benchmark customer"})
    return {
        "crm.lead": {
            "name": "Benchmark",
            "partner_id": partner,
            "description": DESCRIPTION,
            "expected_revenue": 100.0,
        }
    }


def _others(bench):
    """Rates of tickets with a service level, claims and leads; {} without OCA's."""
    with _oca.served(bench, "helpdesk_mgmt_sla,crm_claim", *OCA) as instance:
        if not instance:
            return {}
        user = instance.user()
        vals = _lead(user)
        partner = vals["crm.lead"]["partner_id"]
        team = user.call("helpdesk.ticket.team", "create", {"name": "B", "use_sla": 1})
        stages = user.call("helpdesk.ticket.stage", "search", [("closed", "=", True)])
        level = {"name": "Two days", "team_ids": [team], "days": 2}
        user.call("helpdesk.sla", "create", {**level, "stage_id": stages[0]})
        plain = {"name": "Benchmark", "description": DESCRIPTION, "partner_id": partner}
        vals["helpdesk.ticket"] = {**plain, "team_id": team}
        vals["crm.claim"] = plain
        rates = _measure(user, vals)
        without = [("ticket_sla_ids", "=", False)]
        if user.call("helpdesk.ticket", "search_count", without):
            print("  tickets have no service level: their rates say nothing")
        return rates


def _ten_years(bench, count=COUNT, month=MONTH, under_way=OPEN):
    with bench.database() as database:
        printed = bench.script(
            f"{count:,} complaints",
            database,
            SCRIPT,
            *(str(number) for number in (count, month, under_way)),
        )
    rows = [line[1:].split() for line in printed.splitlines() if line[:1] == "@"]
    found = {}
    for tag, *words in rows:
        found.setdefault(tag, []).append(words)
    [[cases]] = found["cases"]
    problems = [] if int(cases) == month else [f"{cases} cases in the review"]
    problems += _jobs(bench, found["seconds"], "morning", under_way, MORNING_SECONDS)
    problems += _jobs(bench, found["seconds"], "statement", month, STATEMENT_SECONDS)
    problems += _groupings(bench, found["grouping"])
    return problems + _lists(bench, found["list"])


def _jobs(bench, rows, kind, count, limit):
    taken = [
        (label.partition(".")[2], float(seconds))
        for label, seconds in rows
        if label.startswith(kind)
    ]
    whole = sum(seconds for _label, seconds in taken)
    title = {
        "morning": f"Morning jobs over {count:,} complaints under way",
        "statement": f"Review of {count:,} complaints closed in the month",
    }[kind]
    bench.table(title, ("", "seconds"), [*taken, ("together", whole)])
    return [f"{title}: {whole:.0f} s, not {limit:.0f}"] if whole > limit else []


def _groupings(bench, rows):
    """Each grouping with all its figures, as the dashboard shows them."""
    table, problems = [], []
    for group in dict.fromkeys(row[0] for row in rows):
        mine = [row for row in rows if row[0] == group]
        ours, bare = (sum(float(row[i]) * 1000 for row in mine) for i in (2, 3))
        ratio = ours / bare
        table.append((group, len(mine), ours, bare, ratio, RATIO))
        if ratio > RATIO:
            problems.append(f"grouping by {group}: {ratio:.2f} times bare SQL")
    bench.table(
        "Groupings of the dashboard over ten years",
        ("by", "figures", "ms", "bare SQL ms", "ratio", "at most"),
        table,
    )
    return problems


def _lists(bench, rows):
    """The queries of the list; the whole request is told, too, without a limit."""
    table, problems = [], []
    for label, *seconds in rows:
        own, own_request, bare, bare_request = (float(one) * 1000 for one in seconds)
        ratio = own / bare
        table.append((label, own, bare, ratio, RATIO, own_request, bare_request))
        if ratio > RATIO and own - bare > PLANNING_MS:
            problems.append(f"list of {label}: {ratio:.2f} times the superuser's")
    bench.table(
        "List of a department with its rules, beside the superuser's",
        ("", "ms", "superuser ms", "ratio", "at most", "request ms", "superuser's"),
        table,
    )
    return problems


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


def _report(bench, rates, others):
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
    rows = [
        (model, kind, rate, others[kind, "crm.lead"], rate / others[kind, "crm.lead"])
        for (kind, model), rate in others.items()
        if model != "crm.lead"
    ]
    if rows:
        bench.table(
            "Those of OCA, on a database without our addons",
            ("", "", "per second", "crm.lead", "ratio"),
            rows,
        )
    return problems
