"""Ten years of complaints for the benchmark; times what reads and judges them.

Rows are copied in SQL from complaints that went their way by the model's own methods:
nine tenths are closed, as many as asked were closed last month, the rest is under way.
"""

import random
import time
from datetime import timedelta
from functools import partial

from bench_rows import clone, columns, complaint
from script_env import environment, parser

YEARS, CUSTOMERS, PRODUCTS = 10, 2000, 200
#: The way of a closed complaint: step, department, days it stays.
WAY = (
    ("received", "gmo", 0.4),
    ("quality", "quality", 0.9),
    ("production", "manufacturing", 0.8),
    ("gmo_check", "gmo", 0.5),
    ("sales_opinion", "sales", 2.5),
    ("gmo_summary", "gmo", 0.4),
    ("executing", "sales", 5.0),
)
#: Who keeps a copy of a closed one.
KEEPERS = ("quality", "manufacturing", "sales", "accounting", "gmo")
#: Where those under way are, all in equal numbers.
STANDING = ("quality", "production", "gmo_check", "sales_opinion", "executing")
ROUNDS = 9
#: The department whose list is opened, and its person.
DEPARTMENT, LOGIN = "quality", "bench_quality"


def several(env, model, first, count, names):
    """Ids of copies of a record that differ in name."""
    changes = {name: f"'B' || n || ' {name}'" for name in names}
    return [first.id, *clone(env, model.replace(".", "_"), first.id, count, changes)]


def pick(ids, step=1):
    """SQL that takes one of the ids by the number of the row."""
    return f"(ARRAY[{','.join(map(str, ids))}])[1 + mod(n.n / {step}, {len(ids)})]"


def people(env):
    """A person of the department, and base points of nobody but two workers."""
    departments = env["hr.department"]
    department = departments._policy_department(DEPARTMENT, env.company)
    user = env["res.users"].create(
        {
            "name": LOGIN,
            "login": LOGIN,
            "password": LOGIN,
            "group_ids": [(4, env.ref("crm_policy.group_user").id)],
        }
    )
    env["hr.employee"].create(
        {"name": LOGIN, "user_id": user.id, "department_id": department.id}
    )
    worker = env["hr.employee"].create(
        {
            "name": "Bench worker",
            "department_id": departments._policy_department(
                "manufacturing", env.company
            ).id,
        }
    )
    return user, worker


def moments(env, count, month_count, open_count):
    """When the complaint of a row came, was answered and closed, as SQL by column."""
    today = env.company._policy_today()
    last_month = today.replace(day=1) - timedelta(days=15)
    # Number of the row: under way, closed last month, closed before.
    older = max(count - open_count - month_count, 1)
    reported = (
        f"CASE WHEN n.n <= {open_count} THEN '{today}'::timestamp"
        " - (mod(n.n, 20)) * interval '1 day' - interval '2 hours'"
        f" WHEN n.n <= {open_count + month_count} THEN '{last_month}'::timestamp"
        " - (10 + mod(n.n, 4)) * interval '1 day'"
        f" ELSE '{last_month}'::timestamp - interval '45 days'"
        f" - ((n.n - {open_count + month_count})::float8 / {older} * {YEARS * 365})"
        " * interval '1 day' END"
    )
    taken = "(8 + mod(n.n, 8))"
    is_open = f"n.n <= {open_count}"
    closed = f"CASE WHEN NOT ({is_open}) THEN {reported} + {taken} * interval '1 day'"
    return {
        "date": f"({reported})::date",
        "reported_at": reported,
        "received_at": f"{reported} + interval '3 hours'",
        "response_due": f"{reported} + interval '1 day'",
        "first_response_at": f"CASE WHEN NOT ({is_open}) OR mod(n.n, 10) > 0 THEN"
        f" {reported} + interval '2 hours' END",
        "case_due": f"{reported} + interval '13 days'",
        "case_closed_at": f"{closed} END",
        "case_closed_late": f"NOT ({is_open}) AND {taken} > 13",
        "closed_at": f"{closed} END",
        "executed_at": f"{closed} END",
    }


def rows(env, count, month_count, open_count):
    """Complaints with their stays; those of last month have a loss, judged."""
    first = complaint(env, "closed")
    customers = several(
        env, "res.partner", first.partner_id, CUSTOMERS, ("name", "complete_name")
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)",
        [customers],
    )
    products = several(
        env, "product.product", first.product_id, PRODUCTS, ("default_code",)
    )
    causes = env["crm.complaint.cause"].search([], limit=20).ids
    departments = departments_of(env, ("manufacturing", "storage", "quality"))
    is_open = f"n.n <= {open_count}"
    clone(
        env,
        "crm_complaint",
        first.id,
        count,
        {
            "name": "'Z' || n",
            "state": f"CASE WHEN {is_open} THEN (ARRAY{list(STANDING)})"
            f"[1 + mod(n.n, {len(STANDING)})] ELSE 'closed' END",
            "partner_id": pick(customers),
            "product_id": pick(products, 3),
            "cause_id": pick(causes, 2),
            "responsible_department_id": pick(departments, 5),
            **moments(env, count, month_count, open_count),
            "loss_total": "10 + mod(n.n, 5000)",
            "loss_for_deduction": "10 + mod(n.n, 5000)",
            "loss_for_sanction": "10 + mod(n.n, 5000)",
            "loss_final": "TRUE",
            "amount_decision": "100 + mod(n.n, 9000)",
            "routing_passage_id": "NULL::int",
            "routing_department_key": f"CASE WHEN {is_open} THEN"
            f" (ARRAY{[way_key(env, state) for state in STANDING]})"
            f"[1 + mod(n.n, {len(STANDING)})] ELSE '{way_key(env)}' END",
            "copy_department_key": f"CASE WHEN NOT ({is_open}) THEN"
            f" '{key(departments_of(env, KEEPERS))}' END",
            "repeat_week": "mod(n.n, 9) = 0",
            "repeat_month": "mod(n.n, 5) = 0",
        },
    )
    stays(env)


def departments_of(env, codes):
    departments = env["hr.department"]
    return [departments._policy_department(code, env.company).id for code in codes]


def key(ids):
    """Ids as the documents keep them for the access rules."""
    return f",{','.join(map(str, sorted(set(ids))))},"


def way_key(env, last=None):
    """The departments a complaint has passed until a step, or to its end."""
    steps = [step for step, _code, _days in WAY]
    passed = WAY[: steps.index(last) + 1] if last else WAY
    return key(departments_of(env, [code for _step, code, _days in passed]))


def stays(env):
    """The stays of all copies at the departments, and the clocks of their cases."""
    now = env.cr.now()
    stay = complaint(env, "quality").passage_ids[:1]
    env.flush_all()
    same = columns(env, "crm_routing_passage", CHANGED)
    company = env.company
    steps, passed = [], 0.0
    for number, (step, code, days) in enumerate(WAY):
        department = env["hr.department"]._policy_department(code, company).id
        steps.append(f"({number}, '{step}', {department}, {passed}, {days})")
        passed += days
    standing = [name for name, _code, _days in WAY]
    env.cr.execute(
        f"INSERT INTO crm_routing_passage ({', '.join([*same, *CHANGED])})"
        f" SELECT {', '.join(f't.{name}' for name in same)},"
        " 'crm.complaint', c.id, c.name, 'stay', w.step, w.department, NULL,"
        " c.received_at + w.passed * interval '1 day',"
        " CASE WHEN here.last = w.number THEN"
        " CASE WHEN mod(c.id, 10) = 0 THEN %s - interval '1 day'"
        " ELSE %s + interval '1 day' END"
        " ELSE c.received_at + (w.passed + w.days) * interval '1 day' END,"
        " CASE WHEN here.last IS DISTINCT FROM w.number"
        " THEN c.received_at + (w.passed + w.days) * interval '1 day' END,"
        " FALSE, CASE WHEN here.last = w.number AND mod(c.id, 10) = 0"
        " THEN %s - interval '1 day' ELSE %s + interval '1 day' END, 0, FALSE"
        " FROM crm_complaint c"
        " CROSS JOIN LATERAL (SELECT array_position(%s, c.state) - 1 AS last) here"
        f" JOIN (VALUES {', '.join(steps)})"
        " AS w(number, step, department, passed, days)"
        " ON here.last IS NULL OR w.number <= here.last,"
        " crm_routing_passage t WHERE t.id = %s AND c.name LIKE 'Z%%'",
        [now, now, now, now, standing, stay.id],
    )
    env.cr.execute(
        f"INSERT INTO crm_routing_passage ({', '.join([*same, *CHANGED])})"
        f" SELECT {', '.join(f't.{name}' for name in same)},"
        " 'crm.complaint', c.id, c.name, 'case', 'case', NULL, NULL, c.received_at,"
        " c.case_due, c.case_closed_at, c.case_closed_late, NULL, 0, FALSE"
        " FROM crm_complaint c, crm_routing_passage t"
        " WHERE t.id = %s AND c.name LIKE 'Z%%'",
        [stay.id],
    )
    env.cr.execute(
        "UPDATE crm_complaint c SET routing_passage_id = p.id,"
        " routing_department_id = p.department_id, routing_due = p.date_due"
        " FROM crm_routing_passage p WHERE p.model = 'crm.complaint'"
        " AND p.res_id = c.id AND p.kind = 'stay' AND p.date_out IS NULL"
        " AND c.name LIKE 'Z%'"
    )
    env.cr.execute(
        "INSERT INTO crm_complaint_copy_department_rel (complaint_id, department_id)"
        " SELECT c.id, d.id FROM crm_complaint c, unnest(%s) AS d(id)"
        " WHERE c.state = 'closed' AND c.name LIKE 'Z%%'",
        [departments_of(env, KEEPERS)],
    )


#: What differs between the stays.
CHANGED = (
    *("model", "res_id", "document_name", "kind", "step", "department_id", "user_id"),
    *("date_in", "date_due", "date_out", "closed_late", "reminder_next"),
    *("reminder_count", "inquiry_pending"),
)


def judged(env, worker):
    """Two shares for each complaint of last month, as the office judges them."""
    month = env.company._policy_today().replace(day=1)
    cases = env["crm.complaint"].search(
        [
            ("name", "=like", "Z%"),
            ("state", "=", "closed"),
            ("closed_at", ">=", month - timedelta(days=20)),
        ]
    )
    department = worker.department_id
    one = cases[:1]
    liability = env["crm.complaint.liability"]
    env["crm.complaint.liability"].create(
        [
            {
                "complaint_id": one.id,
                "kind": "person",
                "employee_id": worker.id,
                "share": 60,
            },
            {
                "complaint_id": one.id,
                "kind": "department",
                "department_id": department.id,
                "share": 40,
            },
        ]
    )
    env.flush_all()
    table = liability._table
    same = columns(env, table, ("complaint_id", *AMOUNTS))
    env.cr.execute(
        f"INSERT INTO {table} ({', '.join([*same, 'complaint_id', *AMOUNTS])})"
        f" SELECT {', '.join(f't.{name}' for name in same)}, c.id,"
        " round((c.loss_total * t.share / 100)::numeric, 2),"
        " round((c.loss_total * t.share / 100)::numeric, 2)"
        f" FROM crm_complaint c, {table} t"
        " WHERE t.complaint_id = %s AND c.id = ANY(%s)",
        [one.id, (cases - one).ids],
    )
    env.cr.execute(
        "UPDATE crm_complaint SET liability_state = 'judged' WHERE id = ANY(%s)",
        [cases.ids],
    )
    env.invalidate_all()
    return len(cases)


AMOUNTS = ("amount_deduction", "amount_sanction")


def timed(env, label, function):
    """Print the seconds a piece of work takes, and commit it."""
    env.flush_all()
    env.invalidate_all()
    start = time.perf_counter()
    result = function()
    env.flush_all()
    env.cr.commit()
    print("@seconds", label, time.perf_counter() - start)
    return result


def morning(env):
    """The jobs that look at complaints every morning."""
    for label, model, method in (
        ("deadlines", "crm.routing.passage", "_cron_deadlines"),
        ("first_response", "crm.complaint", "_cron_first_response"),
        ("repeats", "crm.complaint", "_cron_repeats"),
        ("resale", "crm.complaint", "_cron_resale"),
        ("actions", "crm.complaint.action", "_cron_late"),
        ("notifications", "crm.complaint.notification", "_cron_late"),
        ("duties", "crm.complaint.duty.round", "_cron_rounds"),
    ):
        timed(env, f"morning.{label}", getattr(env[model], method))


def statement(env):
    """The review of last month, from its opening to its confirmation."""
    statements = env["crm.complaint.statement"]
    month = env.company._policy_today().replace(day=1) - timedelta(days=1)
    record = statements.browse(
        timed(env, "statement.collect", lambda: statements.open_month(str(month)))
    )
    record.confirmation_ids.write({"waived_reason": "Benchmark"})
    for label in (
        *("action_check_all", "action_finish_statistics", "action_allocate"),
        "action_confirm",
    ):
        timed(env, f"statement.{label[7:]}", getattr(record, label))
    print("@cases", record.case_count)


def medians(*functions):
    """Median seconds of each; they take turns, so what slows one slows the others."""
    taken = [[] for _function in functions]
    for _number in range(ROUNDS):
        for function, seconds in zip(functions, taken, strict=True):
            start = time.perf_counter()
            function()
            seconds.append(time.perf_counter() - start)
    return [sorted(seconds)[ROUNDS // 2] for seconds in taken]


#: Bare SQL of each grouping of the dashboard and of each of its measures.
COLUMNS = {
    "month": "date_trunc('month', date)",
    "cause": "cause_id",
    "category": "category_id",
    "responsible": "responsible_department_id",
    "product": "product_id",
    "customer": "partner_id",
}
FIGURES = {
    "count": "count(*)",
    "loss": "sum(loss_total)",
    "on_time": "avg(CASE WHEN case_closed_at IS NOT NULL THEN"
    " CASE WHEN case_closed_late THEN 0.0 ELSE 100.0 END END)",
    "repeated": "avg(CASE WHEN repeat_week THEN 100.0 ELSE 0.0 END)",
    "days_to_close": "avg(extract(epoch FROM closed_at - received_at) / 86400.0)",
}


def dashboard(env):
    """Each grouping over the ten years, as the dashboard asks and in bare SQL."""
    reader = env["res.users"].search([("login", "=", "admin")])
    charts = env["crm.complaint.chart"].with_user(reader).with_context(lang="en_US")
    for group, column in COLUMNS.items():
        for measure, figure in FIGURES.items():
            chart = charts.new(
                {"group_by": group, "measure": measure, "months": YEARS * 12 + 1}
            )
            since = chart._domain()[0][2]

            def bare(column=column, figure=figure, since=since):
                env.cr.execute(
                    f"SELECT {column}, {figure} FROM crm_complaint WHERE active"
                    " AND state != 'cancelled' AND date >= %s AND company_id = %s"
                    " GROUP BY 1",
                    [since, env.company.id],
                )
                env.cr.fetchall()

            chart._points(), bare()
            print("@grouping", group, measure, *medians(chart._points, bare))


def listing(env, user):
    """The list of complaints as a department opens it, and as the superuser."""
    shown = {name: {} for name in ("name", "date", "state", "amount_decision")}
    shown["partner_id"] = {"fields": {"display_name": {}}}
    shown["routing_department_id"] = {"fields": {"display_name": {}}}
    customer = env["res.partner"].search([("name", "ilike", "B77 ")], limit=1)
    for label, domain in (
        ("all", []),
        ("open", [("state", "not in", ("closed", "cancelled"))]),
        ("late", [("routing_late", "=", True)]),
        ("of a customer", [("partner_id", "child_of", customer.id)]),
        # As the search box asks what was typed, by the rules of customers, too.
        ("by a name", [("partner_id", "child_of", "B77 ")]),
    ):

        def opened(model, domain=domain):
            model.env.invalidate_all()
            model.web_search_read(
                domain, shown, limit=80, count_limit=10001, order=None
            )

        def queried(model, domain=domain):
            """The two queries of the list alone: its first page, and its count."""
            from odoo.tools import SQL

            page = model._search(domain, limit=80, order=model._order)
            whole = model._search(domain, limit=10001)
            return page.select(), SQL("SELECT count(*) FROM %s l", whole.subselect())

        superuser = env["crm.complaint"]
        calls = []
        for model in (superuser.with_user(user), superuser):
            calls += [partial(run_all, env, queried(model)), partial(opened, model)]
        for call in calls:  # warm up
            call()
        print("@list", label.replace(" ", "_"), *medians(*calls))


def run_all(env, queries):
    for query in queries:
        env.cr.execute(query)
        env.cr.fetchall()


def main(env, options):
    random.seed(1)
    open_count, month_count = options.open, options.month
    user, worker = people(env)
    env["crm.routing.passage"]._cron_deadlines()
    start = time.perf_counter()
    rows(env, options.count, month_count, open_count)
    print("@made", judged(env, worker), time.perf_counter() - start)
    env.cr.commit()
    for table in ("crm_complaint", "crm_routing_passage", "crm_complaint_liability"):
        env.cr.execute(f"ANALYZE {table}")
    env.cr.commit()
    dashboard(env)
    listing(env, user)
    morning(env)
    statement(env)


if __name__ == "__main__":
    arguments = parser()
    for name in ("count", "month", "open"):
        arguments.add_argument(name, type=int)
    options = arguments.parse_args()
    with environment(options) as env:
        main(env, options)
