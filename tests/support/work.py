"""Everyday work that tests begin with, done by the people whose work it is."""

from tests.support.clients import Json2
from tests.support.codes import credit_code


def registration(number, **vals):
    """Values of a complete registration form."""
    return {
        "name": f"银川{number}号服装有限公司",
        "client_reference": f"work-{number}",
        "credit_code": credit_code(number),
        "enterprise_type": "limited",
        "intermediary_type": "dealer",
        "legal_representative": "马建国",
        "customer_scope": "bought",
        "source": "exhibition",
        "country": "CN",
        "city": "银川市",
        "street": "解放东街1号",
        "main_contact_name": "马晓燕",
        "main_contact_phone": "13895001234",
        "main_contact_function": "采购经理",
        **vals,
    }


def draft_customer(site, number, login="sales1"):
    """Id of a customer registered but not submitted."""
    vals = registration(number)
    return site.user(login, Json2).call("res.partner", "register", vals=vals)


def customer(site, number, login="sales1"):
    """Id of a customer on file."""
    new = draft_customer(site, number, login)
    site.user(login, Json2).call("res.partner", "action_submit", [new])
    site.user("sales_head", Json2).call("res.partner", "action_approve", [new])
    return new


def delivered_line(site, partner, quantity=10, login="sales1"):
    """Id of an order line that is delivered and invoiced."""
    seller = site.user(login, Json2)
    line = {"product_id": site.jacket, "product_uom_qty": quantity}
    order = seller.create("sale.order", partner_id=partner, order_line=[(0, 0, line)])
    seller.call("sale.order", "action_confirm", [order])
    storage = site.user("storage", Json2)
    [picking] = storage.search("stock.picking", [("sale_id", "=", order)])
    assert storage.call("stock.picking", "button_validate", [picking]) is True
    wizard = seller.create(
        "sale.advance.payment.inv",
        advance_payment_method="delivered",
        sale_order_ids=[(6, 0, [order])],
    )
    seller.call("sale.advance.payment.inv", "create_invoices", [wizard])
    accounting = site.user("accounting", Json2)
    name = seller.value("sale.order", order, "name")
    [invoice] = accounting.search("account.move", [("invoice_origin", "=", name)])
    accounting.call("account.move", "action_post", [invoice])
    [result] = seller.search("sale.order.line", [("order_id", "=", order)])
    return result
