"""Screens and imports of an archive with many customers, timed for the benchmark."""

import contextlib
import gc
import statistics
import time
from pathlib import Path

from bench_archive import company_name, credit_code, customers_on_file
from lxml import etree
from script_env import environment, parser

#: A name nobody on file has anything like.
OTHER = "三亚第{}渔业合作社{}号码头"
OWN, PAGE, TYPED, RUNS = 200, 80, 200, 25
#: What the web client asks to count at most.
COUNTED = 10001


def figure(label, value):
    print("@figure", label, value, flush=True)


def timed(env, function):
    """Seconds that pass, seconds computed here and in the database, the result."""
    start, busy = time.perf_counter(), time.process_time() + database_seconds(env)
    result = function()
    seconds = time.perf_counter() - start
    return seconds, time.process_time() + database_seconds(env) - busy, result


def database_seconds(env):
    """Processor seconds of the database's process of this session, 0 if it is far."""
    env.cr.execute("SELECT pg_backend_pid()")
    path = Path("/proc", str(env.cr.fetchone()[0]), "schedstat")
    with contextlib.suppress(OSError):
        if "postgres" in path.with_name("comm").read_text():
            return int(path.read_text().split()[0]) / 1e9
    return 0.0


def salesperson(env):
    return env["res.users"].create(
        {
            "name": "Benchmark",
            "login": "benchmark",
            "group_ids": [(6, 0, env.ref("crm_policy.group_user").ids)],
        }
    )


def list_columns(partners):
    """What the web client asks of each row: the columns of the customer list."""
    view = partners.env.ref("crm_customer_archive.res_partner_view_list_customer")
    views = partners.get_views([(view.id, "list")])
    described = views["models"]["res.partner"]["fields"]
    arch = etree.fromstring(views["views"]["list"]["arch"])
    named = {"fields": {"display_name": {}}}
    return {
        node.get("name"): named
        if described[node.get("name")]["type"] == "many2one"
        else {}
        for node in arch.iter("field")
    }


def customer_list(env, user, ids):
    """Open the customer list as the salesperson and as superuser, by turns.

    The salesperson's 200 are compared with the same search, which finds all to the
    superuser, and with one for the same 200, which shows what rules and log cost.
    """
    env.cr.execute(
        "UPDATE res_partner SET user_id = %s WHERE id = ANY(%s)", (user.id, ids[:OWN])
    )
    env.cr.execute("ANALYZE res_partner")
    env.cr.commit()
    everybody, partners = env["res.partner"], env["res.partner"].with_user(user)
    columns = list_columns(partners)
    opened = [("is_crm_customer", "=", True)]
    same_result = [*opened, ("user_id", "=", user.id)]
    cases = {
        "user": (partners, opened),
        "superuser": (everybody, opened),
        "superuser_same_200": (everybody, same_result),
    }

    def page(label, offset=0):
        model, domain = cases[label]
        env.invalidate_all()
        before = env.cr.sql_log_count
        seconds, busy, found = timed(
            env,
            lambda: model.web_search_read(
                domain, columns, offset=offset, limit=PAGE, count_limit=COUNTED
            ),
        )
        assert len(found["records"]) == PAGE
        assert label == "superuser" or found["length"] == OWN, found["length"]
        # Two of them asked for the time the database has computed.
        return seconds, busy, env.cr.sql_log_count - before - 2

    gc.collect()
    for label in cases:
        page(label)
    runs = {label: [] for label in cases}
    for _run in range(RUNS):
        for label, taken in runs.items():
            taken.append(page(label))
    for label, taken in runs.items():
        for place, kind in enumerate(("wall", "busy", "queries")):
            figure(f"list_{label}_{kind}", statistics.median(r[place] for r in taken))
    figure("list_page_queries", page("user", PAGE)[2] - page("user")[2])


def verification_round(env, count):
    rounds = env["crm.customer.verification.round"]
    seconds, busy, number = timed(env, rounds.open_round)
    env.flush_all()
    lines = env["crm.customer.verification"].search_count([("round_id", "=", number)])
    assert lines >= count, f"{lines} lines for {count} customers"
    figure("round", seconds)
    figure("round_busy", busy)


def typing(env, user, count):
    """A name, code and phone typed into a new form; the form warns at once.

    Every other one is on file already.
    """
    env.cr.execute("ANALYZE res_partner")
    env.cr.commit()
    partners = env["res.partner"].with_user(user)
    taken, warned = [], 0
    for index in range(TYPED + 5):
        env.invalidate_all()
        known = index % 2 == 0
        name = company_name((index * 7919) % count + 1)
        values = {
            "name": name if known else OTHER.format(*divmod(index, 10)),
            "is_company": True,
            "is_crm_customer": True,
            "credit_code": credit_code(
                (index * 104729) % count + 1 if known else 700000 + index
            ),
            "phone": f"0951-{index + (2000000 if known else 7000000)}",
        }
        new = partners.new(values)
        seconds, busy, warning = timed(env, lambda new=new: new.duplicate_warning)
        assert warning or not known, values
        warned += bool(warning)
        taken.append((1000 * seconds, 1000 * busy))
    for place, label in enumerate(("typing", "typing_busy")):
        times = [taken_by[place] for taken_by in taken[5:]]
        figure(label, statistics.quantiles(times, n=20)[-1])
        figure(f"{label}_median", statistics.median(times))
    assert warned < len(taken), "all warned: the names are not like real ones"


def imports(env, user, count):
    """Rows a second through ``load``, as customers and as plain partners.

    Customers have their credit code and legal representative besides, and each is
    looked for among those on file.
    """
    header = ["name", "is_company", "city", "street", "phone"]
    kinds = {
        "import_partners": (header, {}, env.user),
        "import_customers": (
            [*header, "credit_code", "legal_representative"],
            {"default_is_crm_customer": True},
            user,
        ),
    }
    rounds = 4
    total = {label: [0.0, 0.0] for label in kinds}
    for turn in range(rounds):
        for label, (columns, context, who) in kinds.items():
            rows = [
                [
                    *(f"{label} {n}", "1", "银川市", f"解放东街{n}号", f"0952{n:07d}"),
                    *(credit_code(500000 + n), "马建国"),
                ][: len(columns)]
                for n in range(turn * count // rounds, (turn + 1) * count // rounds)
            ]
            partners = env["res.partner"].with_user(who)
            partners = partners.with_context(import_file=True, **context)
            seconds, busy, result = timed(
                env,
                lambda rows=rows, p=partners, columns=columns: p.load(columns, rows),
            )
            assert result["ids"], str(result["messages"][:3])[:500]
            assert len(result["ids"]) == len(rows)
            env.flush_all()
            env.invalidate_all()
            total[label][0] += seconds
            total[label][1] += busy
    for label, (seconds, busy) in total.items():
        figure(label, count / seconds)
        figure(f"{label}_busy", count / busy)


def main():
    options = parser()
    options.add_argument("customers", type=int)
    options = options.parse_args()
    with environment(options) as env:
        user = salesperson(env)
        ids = customers_on_file(env, options.customers)
        env.cr.commit()
        customer_list(env, user, ids)
        typing(env, user, options.customers)
        verification_round(env, options.customers)
        env.cr.commit()
        imports(env, user, options.customers // 10)


if __name__ == "__main__":
    main()
