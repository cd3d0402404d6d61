"""An order of a thousand delivered lines, and stays of returns, for the benchmark."""

import time

from bench_rows import clone
from script_env import environment, parser


def order(env, count):
    """Print a delivered order's lines: asking what may come back takes few queries."""
    company = env.company
    company.block_unregistered_customers = False
    # Who asks for them; of the demo company.
    seller = env["res.users"].search([("login", "=", "sales1")])
    customer = env["res.partner"].create(
        {"name": "Bench", "is_company": True, "user_id": seller.id}
    )
    product = env["product.product"].create({"name": "Bench", "is_storable": True})
    sale = env["sale.order"].create(
        {
            "partner_id": customer.id,
            "user_id": seller.id,
            "order_line": [
                (
                    0,
                    0,
                    {"product_id": product.id, "product_uom_qty": 5, "price_unit": 9},
                )
                for _number in range(count)
            ],
        }
    )
    sale.action_confirm()
    for move in sale.picking_ids.move_ids:
        move.write({"quantity": move.product_uom_qty, "picked": True})
    sale.picking_ids.button_validate()
    env.cr.commit()
    for size in (10, count):
        env.flush_all()
        env.invalidate_all()
        lines = sale.order_line[:size]
        before, start = env.cr.sql_log_count, time.perf_counter()
        facts = lines._return_facts()
        for line in lines:
            line._returnable(facts[line.id])
        print(
            "@remaining",
            size,
            env.cr.sql_log_count - before,
            time.perf_counter() - start,
        )
    print("@lines", customer.id, *sale.order_line.ids)


def ageing(env, count):
    """Print seconds of the ageing per department: by the report, and by bare SQL."""
    department = env["hr.department"]._policy_department("quality", env.company)
    stay = env["crm.routing.passage"].sudo().search([("kind", "=", "stay")], limit=1)
    model = env["ir.model"]._get("crm.return")
    clone(
        env,
        "crm_routing_passage",
        stay.id,
        count,
        {
            "model": "'crm.return'",
            "model_id": str(model.id),
            "res_id": "1000000 + n",
            "department_id": str(department.id),
            "date_in": "now() - n * interval '1 minute'",
            "date_out": "NULL",
        },
    )
    env.cr.execute("ANALYZE crm_routing_passage")
    report, bare = [], []
    for _number in range(5):
        start = time.perf_counter()
        env["crm.return.ageing.report"]._read_group(
            [("is_open", "=", True)],
            ["department_id", "band"],
            ["days:avg", "__count"],
        )
        report.append(time.perf_counter() - start)
        start = time.perf_counter()
        env.cr.execute(
            "SELECT department_id, CASE"
            " WHEN moment <= date_in + interval '1 day' THEN 1"
            " WHEN moment <= date_in + interval '3 days' THEN 3"
            " WHEN moment <= date_in + interval '7 days' THEN 7"
            " WHEN moment <= date_in + interval '30 days' THEN 30 ELSE 31 END AS band,"
            " AVG(date_part('epoch', moment - date_in) / 86400), COUNT(*)"
            " FROM crm_routing_passage, (SELECT now() AT TIME ZONE 'UTC' AS moment) now"
            " WHERE kind = 'stay' AND company_id = %s"
            " AND model IN ('crm.return', 'crm.return.plan', 'crm.loan')"
            " AND date_out IS NULL GROUP BY 1, 2",
            [env.company.id],
        )
        env.cr.fetchall()
        bare.append(time.perf_counter() - start)
    print("@ageing", sorted(report)[2], sorted(bare)[2])


if __name__ == "__main__":
    arguments = parser()
    arguments.add_argument("what", choices=("order", "ageing"))
    arguments.add_argument("count", type=int)
    options = arguments.parse_args()
    with environment(options) as env:
        {"order": order, "ageing": ageing}[options.what](env, options.count)
