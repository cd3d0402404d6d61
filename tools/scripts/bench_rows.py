"""Complaints by the thousand for the benchmarks; times the deadline cron on them."""

import random
import time
from datetime import timedelta

from script_env import environment, parser


def columns(env, table, but):
    """Names of a table's columns without ``but``, quoted."""
    env.cr.execute(
        "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = %s::regclass "
        "AND attnum > 0 AND NOT attisdropped AND attname <> ALL(%s)",
        (table, ["id", *but]),
    )
    return [name for (name,) in env.cr.fetchall()]


def clone(env, table, row_id, count, changes):
    """Copy a row ``count`` times; ``changes`` is {column: SQL of generate_series n}."""
    same = ", ".join(columns(env, table, changes))
    other = ", ".join(changes)
    values = ", ".join(changes.values())
    env.cr.execute(
        f"INSERT INTO {table} ({same}, {other}) SELECT {same}, {values} "
        f"FROM {table}, generate_series(1, %s) AS n(n) WHERE {table}.id = %s "
        "RETURNING id",
        (count, row_id),
    )
    ids = [row[0] for row in env.cr.fetchall()]
    # Foreign keys to the table are checked by plans made while it was small.
    env.cr.execute(f"ANALYZE {table}")
    return ids


def complaint(env, state):
    """A complaint brought to ``state`` as its procedure would leave it."""
    customer = env["res.partner"].create({"name": "Benchmark customer"})
    product = env["product.product"].create({"name": "Benchmark product"})
    record = env["crm.complaint"].create(
        {
            "partner_id": customer.id,
            "product_id": product.id,
            "category_id": env["crm.complaint.category"].search([], limit=1).id,
            "delivered_quantity": 10,
            "defective_quantity": 1,
            "delivery_date": "2026-01-05",
            "description": "x",
            "demand": "x",
            "opinion": "x",
            "amount_claim": 160000,
        }
    )
    record._write_guarded({"state": state})
    return record


def undecided(env, count):
    """Complaints whose consolidated opinion is written, and the people of the run."""
    record = complaint(env, "gmo_summary")
    record.write(
        {"summary": "x", "improvement_tracked": "no", "amount_settlement": 100}
    )
    kind = env["crm.complaint.resolution.kind"].search(
        [("code", "=", "allowance")], limit=1
    )
    kind = kind or env["crm.complaint.resolution.kind"].search([], limit=1)
    line = env["crm.complaint.resolution"].create(
        {"complaint_id": record.id, "kind_id": kind.id, "quantity": 1, "amount": 100}
    )
    env.flush_all()
    ids = clone(env, "crm_complaint", record.id, count, {"name": "'B' || n"})
    stay = record.passage_ids.filtered(lambda p: not p.date_out)[:1]
    for new_id in ids:
        clone(
            env, "crm_complaint_resolution", line.id, 1, {"complaint_id": str(new_id)}
        )
        clone(env, "crm_routing_passage", stay.id, 1, {"res_id": str(new_id)})
    people = (("bench_gm", "group_gm"), ("bench_sales", "group_user"))
    env["res.users"].create(
        [
            {
                "name": login,
                "login": login,
                "password": login,
                "group_ids": [(4, env.ref(f"crm_policy.{group}").id)],
            }
            for login, group in people
        ]
    )
    print("@ids", *ids)


def deadlines(env, count):
    """Open stays, a tenth of them late; times the cron twice."""
    env["crm.routing.passage"]._cron_deadlines()
    record = complaint(env, "quality")
    env.flush_all()
    stay = record.passage_ids.filtered(lambda p: p.kind == "stay")[:1]
    ids = clone(env, "crm_complaint", record.id, count, {"name": "'D' || n"})
    now = env.cr.now()
    random.Random(1).shuffle(ids)
    late = ids[: count // 10]
    for res_ids, due in ((late, now - timedelta(days=1)), (ids[count // 10 :], None)):
        due = due or now + timedelta(days=1)
        env.cr.execute(
            "CREATE TEMP TABLE bench_ids ON COMMIT DROP AS "
            "SELECT row_number() OVER () AS n, id FROM unnest(%s) AS id",
            (res_ids,),
        )
        clone(
            env,
            "crm_routing_passage",
            stay.id,
            len(res_ids),
            {
                "res_id": "(SELECT b.id FROM bench_ids b WHERE b.n = n.n)",
                "date_due": f"'{due}'::timestamp",
                "reminder_next": f"'{due}'::timestamp",
            },
        )
        env.cr.execute("DROP TABLE bench_ids")
    env.cr.commit()
    env.cr.execute("ANALYZE crm_routing_passage")
    env.cr.execute("ANALYZE crm_complaint")
    env.cr.commit()
    env.invalidate_all()
    for label in ("all", "nothing"):
        start = time.perf_counter()
        env["crm.routing.passage"]._cron_deadlines()
        env.cr.commit()
        print("@seconds", label, time.perf_counter() - start)
    reminders = env["crm.routing.notice"].search_count(
        [("res_id", "in", late), ("model", "=", "crm.complaint")]
    )
    print("@reminders", reminders)


if __name__ == "__main__":
    options = parser()
    options.add_argument("kind", choices=["undecided", "deadlines"])
    options.add_argument("count", type=int)
    options = options.parse_args()
    with environment(options) as env:
        {"undecided": undecided, "deadlines": deadlines}[options.kind](
            env, options.count
        )
