"""Twenty-five returns in every state, some of them out of decided complaints."""

import base64
from datetime import timedelta

from odoo import Command

from .clock import later, local_day
from .people import draw_seal

#: Where the returns end that come from complaints, and those asked for on their own.
FROM_COMPLAINTS = ("settled",) * 5 + ("verification", "in_quality", "with_accounting")
#: Days after delivery in which the customer may still give goods back.
NOT_LONG_AGO = 330
#: The technical department has a plan for everything that came back before.
RECENT = timedelta(days=20)
OWN = (
    *("settled",) * 4,
    "not_eligible",
    "refused",
    "withdrawn",
    "draft",
    "draft",
    "supervisor_audit",
    "marketing_audit",
    "general_manager",
    "approved",
    "inspected",
    "collected",
    "in_transit",
    "in_warehouse",
    "in_quality",
)
#: Reasons of a major change at the customer with their evidence (criterion D).
REASONS = (
    ("model", "客户提供订货单与实物照片，所选款式与团购单位要求不符。"),
    ("business", "客户提供近三个月销售报表，门店客流下降四成。"),
    ("dissolved", "客户提供合伙人散伙协议复印件。"),
    ("trade", "客户提供营业执照变更通知，转营家纺。"),
)


def begin(world):
    """Begin the stories of all returns."""
    rng = world.rng
    settled = [end for end in OWN if end == "settled"]
    for index, _end in enumerate(settled):
        part = 0.35 + 0.5 * (index + rng.random()) / len(settled)
        world.begin(own(world, index, "settled"), part=part)
    for index, end in enumerate(end for end in OWN if end != "settled"):
        world.begin(
            own(world, index, end, quick=True), hours_left=22 + rng.randrange(9)
        )
    world.begin(loans(world), hours_left=40)
    world.begin(allowances(world), hours_left=14)
    parts(world)
    for index, end in enumerate(FROM_COMPLAINTS):
        if end == "settled":
            world.begin(from_complaint(world, end), part=0.45 + 0.1 * index)
        else:
            world.begin(from_complaint(world, end, quick=True), hours_left=20)


def own(world, number, end, quick=False):
    """A customer asks to give goods back; the salesperson applies for it."""
    while not _returnable(world):
        yield later(world.now, 9)
    line = world.rng.choice(_returnable(world))
    world.complained.append(line)
    code, evidence = REASONS[number % len(REASONS)]
    quantity = max(int(line.qty_delivered * world.rng.choice((0.1, 0.2, 0.5))), 1)
    vals = {
        "partner_id": line.order_id.partner_id.id,
        "reason_id": world.env.ref(f"crm_returns.reason_{code}").id,
        "evidence": evidence,
        "handling_method": "退回成品库，检验合格后重新入库。",
        "line_ids": [Command.create({"sale_line_id": line.id, "quantity": quantity})],
    }
    if end == "not_eligible":
        vals["reason_id"] = world.env.ref("crm_returns.reason_quality").id
        vals["evidence"] = False
    seller = line.order_id.user_id
    document = world.env["crm.return"].with_user(seller).create(vals)
    yield from _run(world, document, end, quick)


def from_complaint(world, end, quick=False):
    """The goods a complaint's decision sends back, while they are under warranty."""
    since = local_day(world.now) - timedelta(days=NOT_LONG_AGO)
    complaints = [
        complaint
        for complaint in world.to_return
        if complaint.resolution_ids.kind_id.code in ("return", "exchange")
        and complaint.state in ("executing", "closed")
        and complaint.delivery_date > since
    ]
    if not complaints:
        yield from own(world, 0, end, quick)
        return
    # The old ones are settled by today, the new ones are on their way.
    complaint = complaints[0 if end == "settled" else -1]
    world.to_return.remove(complaint)
    line = complaint.sale_order_id.order_line.filtered(
        lambda line: line.product_id == complaint.product_id
    )[:1]
    resolution = complaint.resolution_ids[:1]
    document = (
        world.env["crm.return"]
        .with_user(complaint.user_id)
        .create(
            {
                "partner_id": complaint.partner_id.id,
                "complaint_id": complaint.id,
                "kind": resolution.kind_id.code,
                "reason_id": world.env.ref("crm_returns.reason_quality").id,
                "handling_method": "退回检验，不良品返修或报废。",
                "line_ids": [
                    Command.create(
                        {"sale_line_id": line.id, "quantity": resolution.quantity}
                    )
                ],
            }
        )
    )
    yield from _run(world, document, end, quick)


def _returnable(world):
    """Return the order lines that were delivered and invoiced not long ago."""
    since = local_day(world.now) - timedelta(days=NOT_LONG_AGO)
    return [
        line
        for line in world.delivered[:-5]
        if line not in world.complained
        and local_day(line.order_id.date_order) > since
        and line.qty_invoiced
        and not line.order_id.partner_id.is_foreign
    ]


def _run(world, document, end, quick):
    """Take a return step by step to where it ends."""
    rng = world.rng
    for _step in range(20):
        state = document.sudo().state
        if state in (end, "settled", "refused", "withdrawn", "not_eligible"):
            return
        yield later(world.now, rng.uniform(0.3, 1.4) if quick else rng.uniform(2, 9))
        _step_of(world, document, end)
    raise RuntimeError(
        f"return {document.sudo().name} stays in {document.sudo().state}"
    )


def _step_of(world, document, end):
    """Whoever's turn it is takes the next step."""
    people, state = world.people, document.sudo().state
    if end == "withdrawn" and state == "marketing_audit":
        people.act(document, "marketing").action_withdraw_return(
            "经协商客户同意保留货物，下季给予换款支持。"
        )
    elif state == "draft":
        _submit(document, end)
    elif document.sudo().approval_state == "pending":
        _decide(document.sudo(), refuse=end == "refused")
    elif state == "approved" and document.sudo().inspection_required:
        _inspect(world, document)
    elif state == "inspected":
        _collect(document)
    elif state in ("approved", "collected"):
        document.action_create_receipt()
    elif state == "in_transit":
        _receive(world, document.sudo())
    elif state == "in_warehouse":
        people.act(document, "storage").action_to_quality()
    elif state == "in_quality":
        _judge(world, people.act(document, "quality"))
    elif state == "with_accounting":
        _credit(world, people.act(document, "accounting"))


def _submit(document, end):
    if end == "not_eligible":
        document.explanation = "货物无质量问题且无重大变故，已向客户说明，客户理解。"
        document.action_not_eligible()
        document.action_tell_customer(document.explanation, "paper")
    else:
        document.action_submit()


def _decide(document, refuse):
    pending = document.approval_ids.filtered(lambda entry: entry.state == "pending")
    decider = document.with_user(pending.candidate_ids[:1])
    if document.state == "supervisor_audit":
        decider.record_contact(
            "persuasion", "上门与客户沟通，建议换款或延期销售，客户仍坚持退货。"
        )
    if refuse:
        decider.action_reject("退货数量占比过大，请业务员再与客户协商。")
    else:
        decider.action_approve("同意。")


def _inspect(world, document):
    """The service section judges the goods at the customer, who signs."""
    engineer = world.people.of("service").user
    document.action_assign_engineer(engineer.id, local_day(world.now))
    parts = []
    for line in document.sudo().line_ids:
        whole = {"line": line.id, "quantity": line.quantity}
        parts.append({**whole, "function": "ok", "appearance": "ok"})
        parts.append(
            {
                **whole,
                "part": "吊牌",
                "function": "none",
                "appearance": "ok",
                "note": "齐全",
            }
        )
    mine = document.with_user(engineer)
    sheet = document.env["crm.return.inspection"].browse(mine.start_inspection(parts))
    sheet.with_user(engineer).action_sign(_signer(document), _signature())
    mine.action_inspect()


def _collect(document):
    """The salesperson takes the papers back; the customer signs and stamps."""
    document.take_back_documents(
        [
            {"type": "contract"},
            {"type": "receipt"},
            {"type": "delivery_note"},
            {"type": "warranty_card", "missing_reason": "服装类产品未发保修单"},
            {"type": "packing_list"},
        ]
    )
    document.write(
        {
            "note_signed_by": _signer(document),
            "note_signature": _signature(),
            "note_sealed": True,
        }
    )
    document.action_collect()


def _signer(document):
    customer = document.sudo().partner_id
    return (customer.child_ids[:1] or customer).name


def _signature():
    return base64.b64encode(draw_seal()).decode()


def _receive(world, document):
    """The store receives the goods into quarantine."""
    for picking in document.picking_ids.filtered(lambda item: item.state != "done"):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        world.people.act(picking, "storage").button_validate()


def _judge(world, document):
    for line in document.line_ids:
        line.write(
            {
                "qa_result": world.rng.choice(("good", "good", "defective")),
                "qa_note": "外观、尺寸、功能逐件检验完毕。",
            }
        )
    document.action_judged()


def _credit(world, document):
    """Accounting obtains the proof and posts the credit note."""
    scan = document.env["ir.attachment"].create(
        {"name": f"红字发票-{document.name}.png", "raw": draw_seal()}
    )
    document.write(
        {
            "proof_type_id": world.env.ref("crm_returns.proof_red_invoice").id,
            "proof_reference": f"红字-{document.name}",
            "proof_attachment_ids": [Command.set(scan.ids)],
        }
    )
    document.action_create_credit_notes()
    notes = document.credit_note_ids
    if notes:
        notes.action_post()
    # Of the last weeks' goods some still wait for their plan.
    recent = world.now > world.end - RECENT
    if world.rng.random() < 0.6 or not recent:
        _handle(world, document.sudo().plan_ids)


def _handle(world, plan):
    """The goods are analysed, reworked where needed, and put away."""
    people, today = world.people, local_day(world.now)
    technical = people.act(plan, "technical")
    technical.write(
        {
            "analysis": "外观轻微脏污，个别车缝线头外露，尺寸合格。",
            "measures": "整烫、修线头；请车间加强末道检验。",
            "labour_cost": 120.0 if plan.has_rework else 0.0,
        }
    )
    technical.action_submit()
    _decide(plan, refuse=False)
    if plan.has_rework:
        people.act(plan, "pmc").action_schedule(today, today + timedelta(days=2))
        people.act(plan, "production").action_start()
        people.act(plan, "production").action_finish(labour=115.0)
        people.act(plan, "quality").action_pass_all()
        people.act(plan, "quality").action_inspected()
    people.act(plan, "storage").action_execute()


def loans(world):
    """Demo units go out; one is overdue already."""
    for days, kind, place in (
        (-2, "exhibition", "中国国际服装服饰博览会"),
        (12, "demo", "西北办事处"),
    ):
        yield later(world.now, 10)
        line = world.rng.choice(world.delivered)
        seller, today = line.order_id.user_id, local_day(world.now)
        loan = (
            world.env["crm.loan"]
            .with_user(seller)
            .create(
                {
                    "kind": kind,
                    "place": place,
                    "purpose": "新款样衣展示",
                    "date_out": today - timedelta(days=5),
                    "date_due": today + timedelta(days=days),
                    "line_ids": [Command.create({"product_id": line.product_id.id})],
                }
            )
        )
        loan.action_submit()
        _decide(loan.sudo(), refuse=False)
        loan.action_hand_over()
        for move in loan.sudo().picking_ids.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        world.people.act(loan.sudo().picking_ids, "storage").button_validate()


def parts(world):
    """The parts of one product, by which its parts lists begin."""
    product = world.products[0].product_tmpl_id
    world.env["crm.return.product.part"].create(
        [
            {
                "product_tmpl_id": product.id,
                "name": name,
                "quantity": quantity,
                "has_function": tested,
            }
            for name, quantity, tested in (
                ("纽扣", 4, False),
                ("拉链", 1, True),
                ("吊牌", 1, False),
            )
        ]
    )


def allowances(world):
    """Complaints settled by money off: one certificate booked, one being signed."""
    for last in ("booked", "signature"):
        yield later(world.now, 3)
        complaint, line = _to_allow(world)
        if not complaint:
            return
        seller = complaint.user_id
        resolution = complaint.resolution_ids[:1]
        quantity = min(complaint.defective_quantity or 1, line.quantity)
        amount = min(resolution.amount, line.price_subtotal)
        document = (
            world.env["crm.return.allowance"]
            .with_user(seller)
            .create(
                {
                    "complaint_id": complaint.id,
                    "invoice_id": line.move_id.id,
                    "reason": "依客诉核决给予折让。",
                    "line_ids": [
                        Command.create(
                            {
                                "invoice_line_id": line.id,
                                "quantity": quantity,
                                "price_unit": amount // quantity,
                            }
                        )
                    ],
                }
            )
        )
        document.action_submit()
        while last == "booked" and document.sudo().approval_state == "pending":
            yield later(world.now, 1)
            _decide(document.sudo(), refuse=False)
        if document.state == "signed":
            _book(world, document)


def _to_allow(world):
    """A complaint that grants money, nothing of it credited, and its invoice line."""
    complaints = world.env["crm.complaint"].search(
        [
            ("state", "in", ("executing", "closed")),
            ("resolution_ids.kind_id.code", "=", "allowance"),
            ("settlement_move_ids", "=", False),
        ],
        order="id desc",
    )
    taken = world.env["crm.return.allowance"].search([]).complaint_id
    for complaint in complaints - taken:
        lines = complaint.sale_order_id.order_line.filtered(
            lambda one, complaint=complaint: one.product_id == complaint.product_id
        ).invoice_lines
        for line in lines:
            if line.parent_state == "posted" and line.move_id.move_type == (
                "out_invoice"
            ):
                return complaint, line
    return None, None


def _book(world, document):
    """The customer seals the certificate; accounting books it."""
    scan = document.env["ir.attachment"].create(
        {"name": f"折让证明-{document.name}.png", "raw": draw_seal()}
    )
    proofs = world.env["crm.return.proof.type"].search([("for_allowance", "=", True)])
    document.write(
        {
            "proof_type_id": proofs[:1].id,
            "proof_reference": document.name,
            "proof_attachment_ids": [Command.set(scan.ids)],
        }
    )
    document.action_seal()
    books = world.people.act(document, "accounting")
    books.action_create_credit_note()
    books.credit_note_ids.action_post()
