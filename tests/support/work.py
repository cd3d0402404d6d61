"""Everyday work that tests begin with, done by the people whose work it is."""

from tests.support.clients import Json2
from tests.support.codes import credit_code

#: A signature as the screen gives it: a picture of one point.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)


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


def draft_customer(site, number, login="sales1", **vals):
    """Id of a customer registered but not submitted."""
    vals = registration(number, **vals)
    return site.user(login, Json2).call("res.partner", "register", vals=vals)


def customer(site, number, login="sales1", **vals):
    """Id of a customer on file; ``vals`` of the registration."""
    new = draft_customer(site, number, login, **vals)
    site.user(login, Json2).call("res.partner", "action_submit", [new])
    site.user("sales_head", Json2).call("res.partner", "action_approve", [new])
    return new


def delivered_line(
    site, partner, quantity=10, login="sales1", invoiced=True, product=None
):
    """Id of an order line that is delivered and, unless told otherwise, invoiced."""
    goods = [(product or site.jacket, quantity)]
    [result] = delivered_lines(site, partner, goods, login, invoiced)
    return result


def delivered_lines(site, partner, goods, login="sales1", invoiced=True):
    """Ids of the lines of one order, as ``delivered_line``.

    :param goods: (product, quantity) of each line
    """
    seller = site.user(login, Json2)
    order = seller.create(
        "sale.order",
        partner_id=partner,
        order_line=[
            (0, 0, {"product_id": product, "product_uom_qty": quantity})
            for product, quantity in goods
        ],
    )
    seller.call("sale.order", "action_confirm", [order])
    storage = site.user("storage", Json2)
    [picking] = storage.search("stock.picking", [("sale_id", "=", order)])
    assert storage.call("stock.picking", "button_validate", [picking]) is True
    if invoiced:
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
    return seller.search("sale.order.line", [("order_id", "=", order)])


#: Who fills which part of a complaint, on its way from quality to the decision.
PARTS = {
    "quality": (
        "quality",
        {
            "category_id": ("crm.complaint.category", "code", "quality"),
            "cause": "面料低于标准克重",
            "responsible_department_id": (
                "hr.department",
                "policy_code",
                "manufacturing",
            ),
        },
    ),
    "production": (
        "manufacturing",
        {
            "production_cause": "七号织机调校有误",
            "countermeasure": "每班检查调校",
            "production_unit": "织造车间",
            "shift": "夜班",
            "production_date": "2026-03-01",
        },
    ),
    "manager_instruction": ("manufacturing", {"manager_instruction": "停机检修"}),
    # Only asked where the instruction says so.
    "rd": ("rd", {"rd_opinion": "改用较重的纱线"}),
    "gmo_check": ("gmo", {"gmo_check": "同意"}),
    "sales_opinion": (
        "sales1",
        {"sales_opinion": "同意", "negotiation_result": "客户接受"},
    ),
    "supervisor_reading": ("sales_head", {}),
    "gmo_summary": (
        "gmo",
        {
            "summary": "我方责任",
            "amount_settlement": 1000,
            "improvement_tracked": "yes",
        },
    ),
}


#: What a salesperson writes on a complaint, whoever complains.
COMPLAINT = {
    "order_reference": "SO-1",
    "delivery_date": "2026-03-02",
    "delivered_quantity": 100,
    "defective_quantity": 5,
    "description": "缝线开裂",
    "demand": "减价",
    "opinion": "属实",
}


def complaint(site, partner, state="quality", resolution=("allowance", 0, 1000)):
    """Id of a complaint of the first salesperson, carried until it is in a state.

    :param resolution: kind, quantity and amount of what is decided
    """
    seller, office = site.user("sales1", Json2), site.user("gmo", Json2)
    vals = {**COMPLAINT, "partner_id": partner, "product_id": site.jacket}
    new = seller.call("crm.complaint", "file_complaint", vals=vals, submit=True)
    facts = office.call("crm.complaint", "answer_department", [new])
    while facts["state"] != state and facts["state"] in PARTS:
        login, part = PARTS[facts["state"]]
        holder = site.user(login, Json2)
        part = {name: value_of(holder, value) for name, value in part.items()}
        if facts["state"] == "gmo_summary":
            kind, quantity, amount = resolution
            line = {"quantity": quantity, "amount": amount}
            line["kind_id"] = value_of(
                holder, ("crm.complaint.resolution.kind", "code", kind)
            )
            part["resolution_ids"] = [(0, 0, line)]
        facts = holder.call("crm.complaint", "answer_department", [new], vals=part)
    if state == "decided":
        site.user("sales_head", Json2).call("crm.complaint", "action_approve", [new])
    assert seller.value("crm.complaint", new, "state") == state
    return new


def value_of(client, value):
    """The value, or the id of the record that ``(model, field, code)`` names."""
    if not isinstance(value, tuple):
        return value
    model, field, code = value
    return client.search(model, [(field, "=", code)])[0]


def requested_return(site, partner, line, quantity, kind="return"):
    """Id of a return whose customer was persuaded in vain; its decision waits."""
    seller = site.user("sales1", Json2)
    facts = seller.call(
        "crm.return",
        "request_return",
        vals={
            "partner_id": partner,
            "kind": kind,
            "reason": "model",
            "evidence": "客户来函",
            "lines": [{"sale_line_id": line, "quantity": quantity}],
            "submit": True,
        },
    )
    ids = [facts["id"]]
    seller.call(
        "crm.return", "record_contact", ids, kind="persuasion", summary="客户坚持退货"
    )
    return ids[0]


def approved_return(site, partner, line, quantity, kind="return"):
    """Id of a return that the whole chain has approved."""
    ids = [requested_return(site, partner, line, quantity, kind)]
    for login in ("sales_head", "marketing", "gm"):
        site.user(login, Json2).call("crm.return", "action_approve", ids)
    return ids[0]


def collected_return(site, partner, line, quantity, kind="return"):
    """Id of an approved return whose goods were inspected and collected."""
    seller, desk = site.user("sales1", Json2), site.user("desk", Json2)
    ids = [approved_return(site, partner, line, quantity, kind)]
    goods = seller.value("crm.return", ids[0], "line_ids")
    parts = [{"line": one, "function": "ok", "appearance": "ok"} for one in goods]
    sheet = desk.call("crm.return", "start_inspection", ids, parts=parts)
    desk.call(
        "crm.return.inspection",
        "action_sign",
        [sheet],
        signed_by="马晓燕",
        signature=SIGNATURE,
    )
    seller.call("crm.return", "action_inspect", ids)
    papers = ("contract", "receipt", "delivery_note", "warranty_card", "packing_list")
    seller.call(
        "crm.return",
        "take_back_documents",
        ids,
        documents=[{"type": code} for code in papers],
    )
    seller.write(
        "crm.return",
        ids,
        note_signed_by="马晓燕",
        note_signature=SIGNATURE,
        note_sealed=True,
    )
    seller.call("crm.return", "action_collect", ids)
    return ids[0]


def part_of_jacket(site, name):
    """Put a part on the parts list of the jacket, once."""
    desk = site.user("desk", Json2)
    template = site.user("admin", Json2).value(
        "product.product", site.jacket, "product_tmpl_id"
    )[0]
    part = {"product_tmpl_id": template, "name": name}
    known = desk.search(
        "crm.return.product.part", [(k, "=", v) for k, v in part.items()]
    )
    if not known:
        desk.create("crm.return.product.part", **part)


def received_return(site, partner, line, approved, received):
    """Id of a return with accounting, of which another quantity came back."""
    seller, storage = site.user("sales1", Json2), site.user("storage", Json2)
    ids = [collected_return(site, partner, line, approved)]
    [receipt] = seller.call("crm.return", "action_create_receipt", ids)
    [move] = storage.search("stock.move", [("picking_id", "=", receipt)])
    storage.write("stock.move", [move], quantity=received, picked=True)
    site.user("sales_head", Json2).call(
        "crm.return", "action_instruct_difference", ids, instruction="按实收数签收"
    )
    storage.call("stock.picking", "button_validate", [receipt])
    storage.call("crm.return", "action_to_quality", ids)
    quality = site.user("quality", Json2)
    lines = quality.value("crm.return", ids[0], "line_ids")
    quality.call("crm.return.line", "action_record_quality", lines, result="good")
    quality.call("crm.return", "action_judged", ids)
    proof = value_of(seller, ("crm.return.proof.type", "code", "red_invoice"))
    scan = {"name": "红字发票.png", "datas": SIGNATURE}
    seller.write(
        "crm.return",
        ids,
        proof_type_id=proof,
        proof_reference="RED-2",
        proof_attachment_ids=[(0, 0, scan)],
    )
    return ids[0]
