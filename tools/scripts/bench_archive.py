"""Customers and their sales by the thousand for the benchmarks of the archive."""

import time
from datetime import timedelta

from bench_rows import clone
from script_env import environment, parser
from stdnum.cn import uscc

#: What the customers' names are made of: place, two signs, trade, legal form.
PLACES = "银川 吴忠 石嘴山 固原 中卫 兰州 天水 平凉 西安 宝鸡 榆林 呼和浩特".split()
SIGNS = "华美丽达兴隆盛泰和顺昌荣福瑞祥康宁安吉庆金银玉珠宝龙凤鹏飞腾宏伟远博大中天"
TRADES = "服饰 服装 商贸 百货 制衣 贸易 纺织品 职业装".split()
FORM = "有限公司"


def company_name(number):
    """Return a company's name, another one for each number below 100,000."""
    number, place = divmod(number, len(PLACES))
    number, trade = divmod(number, len(TRADES))
    second, first = divmod(number, len(SIGNS))
    second = (second + 7 * first) % len(SIGNS)
    return PLACES[place] + SIGNS[first] + SIGNS[second] + TRADES[trade] + FORM


def credit_code(number):
    """Return a valid unified social credit code for a number."""
    code = f"91640100{number:09d}"
    return code + uscc.calc_check_digit(code)


def customers_on_file(env, count):
    """Customers on file, each a company with a name, code and phone of its own."""
    first = env["res.partner"].create({"name": "Benchmark", "is_company": True})
    first.is_crm_customer = True
    first._write_guarded({"state": "archived"})
    env.flush_all()
    env.cr.execute(
        "CREATE TEMP TABLE bench_customers (n int PRIMARY KEY, name text,"
        " customer_name_key text, phone text, phone_key text, credit_code text)"
    )
    partners = env["res.partner"]
    for low in range(1, count + 1, 1000):
        rows = []
        for number in range(low, min(low + 1000, count + 1)):
            name, phone = company_name(number), f"0951-{number + 2000000}"
            rows.append(
                (
                    number,
                    name,
                    partners._name_key(name),
                    phone,
                    partners._phone_key(phone),
                    credit_code(number),
                )
            )
        marks = ", ".join(["%s"] * len(rows))
        env.cr.execute(f"INSERT INTO bench_customers VALUES {marks}", rows)
    env.cr.execute("ANALYZE bench_customers")

    def own(column):
        return f"(SELECT b.{column} FROM bench_customers b WHERE b.n = n.n)"

    this = "currval('res_partner_id_seq')"
    texts = ("name", "customer_name_key", "phone", "phone_key", "credit_code")
    return clone(
        env,
        "res_partner",
        first.id,
        count,
        {
            "id": "nextval('res_partner_id_seq')",
            "complete_name": own("name"),
            "customer_number": "'B' || n",
            "commercial_partner_id": this,
            "crm_customer_id": this,
            **{column: own(column) for column in texts},
        },
    )


def invoices(env, partner_ids, count):
    """Posted invoices of the last twelve months, an equal number per customer."""
    product = env["product.product"].create(
        {"name": "Benchmark", "type": "service", "taxes_id": False}
    )
    partner = env["res.partner"].browse(partner_ids[0])
    today = env.company._policy_today()
    day = today - timedelta(days=5)
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": day,
            "invoice_date_due": day,
            "invoice_line_ids": [
                (0, 0, {"product_id": product.id, "price_unit": 100, "tax_ids": False})
            ],
        }
    )
    move.action_post()
    env.flush_all()
    line = move.invoice_line_ids
    env.cr.execute("ALTER SEQUENCE account_move_id_seq INCREMENT 1")
    per_customer = count // len(partner_ids)
    env.cr.execute(
        "CREATE TEMP TABLE bench_sales AS SELECT row_number() OVER () AS n, p.id AS"
        " partner_id, %s::date - (g %% 350)::int AS day,"
        " (1000 + (p.id * 7919 + g * 104729) %% 100000) / 100.0 AS amount"
        " FROM unnest(%s) AS p(id), generate_series(1, %s) AS g",
        (today, partner_ids, per_customer),
    )
    env.cr.execute("CREATE UNIQUE INDEX ON bench_sales (n)")
    env.cr.execute("ANALYZE bench_sales")

    def sold(column):
        return f"(SELECT b.{column} FROM bench_sales b WHERE b.n = n.n)"

    ids = clone(
        env,
        "account_move",
        move.id,
        per_customer * len(partner_ids),
        {
            "name": "'BENCH/' || n",
            "partner_id": sold("partner_id"),
            "commercial_partner_id": sold("partner_id"),
            "invoice_date": sold("day"),
            "date": sold("day"),
        },
    )
    low = ids[0]
    clone(
        env,
        "account_move_line",
        line.id,
        len(ids),
        {
            "move_id": f"{low} + n - 1",
            "partner_id": sold("partner_id"),
            "date": sold("day"),
            "invoice_date": sold("day"),
            "balance": f"-{sold('amount')}",
            "credit": sold("amount"),
            "price_subtotal": sold("amount"),
        },
    )


BARE = """
    WITH sold AS (
        SELECT p.commercial_partner_id AS customer_id, SUM(-line.balance) AS amount
          FROM account_move move
          JOIN account_move_line line ON line.move_id = move.id
          JOIN res_partner p ON p.id = move.partner_id
         WHERE move.state = 'posted' AND move.company_id = %s
           AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
           AND line.display_type = 'product' AND move.invoice_date BETWEEN %s AND %s
         GROUP BY 1
    ), ranked AS (
        SELECT p.id, COALESCE(sold.amount, 0) AS amount,
               100 * PERCENT_RANK() OVER (ORDER BY COALESCE(sold.amount, 0)) AS share
          FROM res_partner p LEFT JOIN sold ON sold.customer_id = p.id
         WHERE p.is_crm_customer AND p.state IN ('archived', 'suspended')
    )
    SELECT id, amount, share, CASE WHEN share >= 90 THEN 'A' WHEN share >= 80 THEN 'B'
           WHEN share >= 70 THEN 'C' WHEN share >= 60 THEN 'D' ELSE 'E' END
      FROM ranked
"""


def classes(env, customers, sales):
    """Compute the classes of all: the first time, again, and as the bare aggregate."""
    invoices(env, customers_on_file(env, customers), sales)
    env.cr.commit()
    for table in ("res_partner", "account_move", "account_move_line"):
        env.cr.execute(f"ANALYZE {table}")
    env.cr.commit()
    scheme = env["crm.customer.scheme"]._in_force(env.company)
    period = scheme._period(env.company._policy_today())

    def bare():
        env.cr.execute(BARE, (env.company.id, *period))
        return len(env.cr.fetchall())

    def compute():
        return env["crm.customer.class.engine"]._run(scheme, env.company)["customers"]

    bare()
    for label, function in (
        ("bare", bare),
        ("first", compute),
        ("again", compute),
        ("again", compute),
        ("bare", bare),
    ):
        env.invalidate_all()
        start = time.perf_counter()
        found = function()
        env.cr.commit()
        print("@seconds", label, time.perf_counter() - start, found, flush=True)


if __name__ == "__main__":
    options = parser()
    options.add_argument("kind", choices=["classes"])
    options.add_argument("customers", type=int)
    options.add_argument("sales", type=int)
    options = options.parse_args()
    with environment(options) as env:
        classes(env, options.customers, options.sales)
