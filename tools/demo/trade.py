"""Orders, deliveries, invoices and payments.

The clerk confirms the orders of four weeks in one go, the store delivers, accounting
invoices what was delivered, and customers pay: most in time, some late, a few not yet.
Only for looks the orders are dated back over those weeks afterwards.
"""

from datetime import timedelta

from odoo import Command

from . import words
from .clock import at, local_day, workday

#: Orders of the two years, and quotations still open at the end.
ORDERS, QUOTATIONS = 160, 8
#: Weeks from one round of orders to the next, and when it is delivered: days after the
#: Monday, hour, and which part of what is left.
ROUND = 4
DELIVERIES = ((3, 14, 0.7), (9, 16, 1))
#: Hour at which accounting invoices on the next working day.
INVOICED = 10
#: How customers pay: parts of them that pay in time, late, and very late.
IN_TIME, LATE = 0.72, 0.93


def begin(world):
    """Begin the rounds of orders and what follows from them, and open quotations."""
    days = _rounds(world)
    counts = _share_out(
        ORDERS - QUOTATIONS,
        [
            words.SEASON[day.month - 1] * (0.7 + 0.6 * index / len(days))
            for index, day in enumerate(days)
        ],
    )
    world.payments = {}
    for monday, count in zip(days, counts, strict=True):
        world.begin(orders(world, monday, count), at(monday, 9.5))
    world.begin(payments(world, days[0]), at(days[0] + timedelta(days=2), 15))
    world.begin(quotations(world), hours_left=6)


def _rounds(world):
    """Return the Mondays of the rounds: the last one was invoiced this week or last, so
    that the month has sales to show."""
    monday = local_day(world.end)
    monday -= timedelta(days=monday.weekday())
    while at(_invoiced(monday), INVOICED) >= world.end:
        monday -= timedelta(weeks=1)
    rounds = []
    while monday >= local_day(world.start) + timedelta(weeks=ROUND):
        rounds.append(monday)
        monday -= timedelta(weeks=ROUND)
    return rounds[::-1]


def _invoiced(monday):
    """Return the day on which a round is invoiced: after its last delivery."""
    return workday(monday + timedelta(days=DELIVERIES[-1][0] + 1))


def _share_out(total, weights):
    """Split a whole number by weights so that the parts add up."""
    parts, given, passed = [], 0, 0.0
    for weight in weights:
        passed += weight
        wanted = round(total * passed / sum(weights))
        parts.append(wanted - given)
        given = wanted
    return parts


def orders(world, monday, count):
    """The orders of one round, delivered and invoiced."""
    rng = world.rng
    entered = _enter(world, count)
    entered.action_confirm()
    for days, hour, part in DELIVERIES:
        yield at(monday + timedelta(days=days), hour)
        waiting = entered.sudo().picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        going = waiting.filtered(lambda _picking, part=part: rng.random() < part)
        if going:
            world.people.act(going, "storage").button_validate()
            world.delivered += list(going.move_ids.sale_line_id)
    yield at(_invoiced(monday), INVOICED)
    _invoice(world, entered)


def _enter(world, count):
    rng = world.rng
    customers = world.active.sorted("id")
    # A few customers order every round, most of them now and then.
    weights = [1 + ((index * 7919) % 11) ** 2 for index in range(len(customers))]
    return world.people.of("clerk")["sale.order"].create(
        [
            _order_vals(world, customer)
            for customer in rng.choices(customers, weights, k=count)
        ]
    )


def _order_vals(world, customer):
    rng = world.rng
    lines = {}
    for _index in range(rng.choice((1, 1, 1, 2, 2, 3))):
        [product] = rng.choices(world.products, world.shares)
        lines[product] = rng.choice((6, 10, 12, 20, 20, 24, 30, 40, 50, 60))
    return {
        "partner_id": customer.id,
        "user_id": customer.user_id.id,
        "client_order_ref": f"CG{local_day(world.now):%y%m}{rng.randrange(1000):03d}",
        "payment_term_id": (customer.property_payment_term_id or world.cash).id,
        "pricelist_id": (
            world.dollar_pricelist if customer.is_foreign else world.pricelist
        ).id,
        "order_line": [
            Command.create({"product_id": product.id, "product_uom_qty": quantity})
            for product, quantity in lines.items()
        ],
    }


def _invoice(world, entered):
    """Accounting invoices the round, all orders of a customer together."""
    invoices = world.people.act(entered, "accounting")._create_invoices()
    invoices.action_post()
    for invoice in invoices.sudo():
        _plan_payment(world, invoice)


def _plan_payment(world, invoice):
    """Settle when the invoice will be paid, if at all."""
    rng = world.rng
    draw = rng.random()
    if draw < IN_TIME:
        days = rng.randint(-9, 0)
    elif draw < LATE:
        days = rng.randint(4, 45)
    else:
        days = rng.randint(90, 260)
    day = invoice.invoice_date_due + timedelta(days=days)
    world.payments[invoice.id] = day


def payments(world, day):
    """Accounting books once a round what came in since the last one."""
    while True:
        today = local_day(world.now)
        paid = [key for key, when in world.payments.items() if when <= today]
        if paid:
            pay(world, paid)
        day += timedelta(weeks=ROUND)
        yield at(day + timedelta(days=2), 15)


def pay(world, invoice_ids):
    """Book one payment per customer, and settle all invoices in one go."""
    for key in invoice_ids:
        del world.payments[key]
    env = world.people.of("accounting")
    invoices = env["account.move"].browse(invoice_ids)
    groups = invoices.grouped(lambda move: (move.partner_id, move.currency_id))
    vals_list = []
    for (partner, currency), moves in groups.items():
        vals = {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": partner.id,
            "amount": sum(moves.mapped("amount_residual")),
            "currency_id": currency.id,
            "date": local_day(world.now),
            "journal_id": world.bank.id,
            "memo": " ".join(moves.mapped("name")),
            "invoice_ids": [Command.set(moves.ids)],
        }
        vals_list.append(vals)
    paid = env["account.payment"].create(vals_list)
    paid.action_post()
    plan = [
        (payment.move_id | moves).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        for payment, moves in zip(paid, groups.values(), strict=True)
    ]
    env["account.move.line"]._reconcile_plan(plan)


def quotations(world):
    """Quotations nobody has accepted yet, half of them sent."""
    offers = _enter(world, QUOTATIONS)
    yield world.now + timedelta(minutes=50)
    offers[: QUOTATIONS // 2].action_quotation_sent()


def finish(world):
    """Date the confirmed orders back over the weeks before, but not before the file."""
    world.env.flush_all()
    world.env.cr.execute(
        """
        WITH ranked AS (
            SELECT id, date_order AS day,
                   row_number() OVER (PARTITION BY date_order ORDER BY id) AS rank,
                   count(*) OVER (PARTITION BY date_order) AS n
              FROM sale_order
             WHERE state = 'sale'
        ), back AS (
            SELECT id, day - make_interval(
                       days => (%s * (n - rank) / n)::int,
                       mins => (id * 37 %% 90)::int) AS day
              FROM ranked
        ), workdays AS (
            SELECT id, day - make_interval(
                       days => greatest(extract(isodow FROM day)::int - 5, 0)) AS day
              FROM back
        )
        UPDATE sale_order AS sale
           SET date_order = moved.day, create_date = moved.day
          FROM (SELECT workdays.id,
                       greatest(day, archived_date + interval '26 hours') AS day
                  FROM workdays
                  JOIN sale_order USING (id)
                  JOIN res_partner ON res_partner.id = sale_order.partner_id) AS moved
         WHERE moved.id = sale.id AND moved.day < sale.date_order
        """,
        [7 * ROUND - 1],
    )
    world.env["sale.order"].invalidate_model(["date_order", "create_date"])
