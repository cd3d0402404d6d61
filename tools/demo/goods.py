"""Garments, their prices and the production that fills the store."""

from datetime import timedelta

from odoo import Command

from . import words
from .clock import at, local_day, workday

#: Yuan for one dollar, as the demo company books it.
DOLLAR = 7.12
#: Weeks from one hand-over of production to the next.
HALF_YEAR = 26
#: What the places outside the store are called, by their usage.
PLACES = {
    "customer": "客户",
    "supplier": "供应商",
    "production": "生产",
    "inventory": "盘点差异",
}


def make(world):
    """Make categories, products, a price list in dollars and the way money comes in."""
    env = world.env
    _store(world)
    root = env["product.category"].create({"name": "服装"})
    names = dict.fromkeys(row[2] for row in words.PRODUCTS)
    categories = {
        name: env["product.category"].create({"name": name, "parent_id": root.id})
        for name in names
    }
    for number, category in enumerate(categories.values()):
        if "warranty_policy" in category._fields and number == 0:
            category.write({"warranty_policy": "own", "warranty_months": 18})
    templates = env["product.template"].create(
        [
            {
                "default_code": f"HC-{code}",
                "name": name,
                "categ_id": categories[category].id,
                "type": "consu",
                "is_storable": True,
                "list_price": price,
                "standard_price": cost,
                "weight": 1.2 if price > 500 else 0.4,
                "description_sale": "一等品（A 级）",
                "sale_ok": True,
                "purchase_ok": False,
                "invoice_policy": "delivery",
            }
            for code, name, category, price, cost, _share in words.PRODUCTS
        ]
    )
    world.products = templates.product_variant_id
    world.shares = [row[5] for row in words.PRODUCTS]
    _dollars(world)
    _bank(world)


def _store(world):
    """The store and the places goods come from and go to have Chinese names."""
    env = world.env
    warehouse = env["stock.warehouse"].search(
        [("company_id", "=", world.company.id)], limit=1
    )
    warehouse.name = "成品仓"
    warehouse.in_type_id.name = "收货"
    warehouse.out_type_id.name = "发货"
    for usage, name in PLACES.items():
        env["stock.location"].search(
            [("usage", "=", usage), ("company_id", "in", (world.company.id, False))],
            limit=1,
        ).name = name


def _dollars(world):
    env = world.env
    dollar = env.ref("base.USD")
    dollar.active = True
    env["res.currency.rate"].create(
        {
            "currency_id": dollar.id,
            "company_id": world.company.id,
            "name": world.start.date(),
            "inverse_company_rate": DOLLAR,
        }
    )
    world.dollar_pricelist = env["product.pricelist"].create(
        {
            "name": "出口美元价目表",
            "currency_id": dollar.id,
            "company_id": world.company.id,
            "item_ids": [
                Command.create(
                    {
                        "applied_on": "3_global",
                        "compute_price": "percentage",
                        "percent_price": -8,
                    }
                )
            ],
        }
    )


def _bank(world):
    """Payments go to the bank account at once: nobody reconciles statements here."""
    journal = world.env["account.journal"].search(
        [("company_id", "=", world.company.id), ("type", "=", "bank")], limit=1
    )
    lines = journal.inbound_payment_method_line_ids
    lines += journal.outbound_payment_method_line_ids
    lines.payment_account_id = journal.default_account_id
    world.bank = journal


def begin(world):
    """Begin the production."""
    world.begin(production(world), hours=0)


def production(world):
    """Twice a year production hands finished garments over to the store."""
    warehouse = world.env["stock.warehouse"].search(
        [("company_id", "=", world.company.id)], limit=1
    )
    source = world.env["stock.location"].search(
        [("usage", "=", "production"), ("company_id", "=", world.company.id)], limit=1
    )
    day = world.start.date()
    while True:
        _hand_over(world, warehouse, source)
        day += timedelta(weeks=HALF_YEAR)
        yield at(workday(day), 9)


def _hand_over(world, warehouse, source):
    """Fill the store up to a stock that lasts for more than the busiest half-year."""
    store = warehouse.lot_stock_id
    moves = []
    for product, share in zip(world.products, world.shares, strict=True):
        missing = share * 800 - product.with_context(location=store.id).qty_available
        if missing > 0:
            moves.append(
                {
                    "product_id": product.id,
                    "product_uom": product.uom_id.id,
                    "product_uom_qty": missing // 10 * 10 + 10,
                    "quantity": missing // 10 * 10 + 10,
                    "picked": True,
                    "location_id": source.id,
                    "location_dest_id": store.id,
                }
            )
    if not moves:
        return
    receipt = world.people.of("storage")["stock.picking"].create(
        {
            "picking_type_id": warehouse.int_type_id.id,
            "location_id": source.id,
            "location_dest_id": store.id,
            "origin": f"生产入库 {local_day(world.now):%Y-%m}",
            "move_ids": [Command.create(vals) for vals in moves],
        }
    )
    receipt.action_confirm()
    receipt.button_validate()
