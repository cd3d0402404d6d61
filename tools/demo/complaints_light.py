"""Complaints on a lighter way: goods damaged on the way, questions to the service."""

from odoo import Command

from . import complaints
from .clock import later

#: Where each one has arrived by now, and its class.
STANDING = (
    ("recorded", "transport"),
    ("classified", "transport"),
    ("invalid", "transport"),
    ("assigned", "transport"),
    ("analysed", "transport"),
    ("executed", "transport"),
    ("answered", "transport"),
    ("assigned", "service"),
    ("closed", "service"),
    ("closed", "transport"),
)
#: Hours of work from the form to the last step.
HOURS = 14


def begin(world):
    for number, (end, category) in enumerate(STANDING):
        world.begin(light(world, number, end, category), hours_left=HOURS + number)


def light(world, number, end, category):
    """One complaint of a lighter flow, everybody answering in time."""
    document = complaints.form(world, number, end)
    document.write(
        {
            "category_id": world.env.ref(f"crm_complaint.category_{category}").id,
            "description": "外箱受潮破损，两箱短少，收货单已注明。"
            if category == "transport"
            else "客户询问成衣水洗保养方法及备用扣补寄。",
        }
    )
    while document.state not in ("closed", end):
        yield later(world.now, world.rng.uniform(0.3, 1.1))
        _step(world, document, turned_down=end == "invalid")


def _step(world, document, turned_down):
    """Whoever's turn it is takes the next step."""
    state = document.state
    desk = world.people.act(document, "service")
    if state == "draft":
        complaints.as_holder(world, document, document.user_id).action_submit()
    elif state == "recorded":
        code = "storage" if document.flow == "gcmp" else "service"
        departments = world.env["hr.department"]
        desk.responsible_department_id = departments._policy_department(
            code, world.company
        )
        desk.action_classify()
    elif state == "classified" and turned_down:
        desk.action_turn_down("签收单未注明破损，照片系拆箱后拍摄，理由不充分。")
    elif state == "classified":
        desk.validity_reason = "收货单与照片相符，理由充分，要求合理。"
        desk.action_accept()
    elif state == "decision":
        complaints.decide(world, document)
    elif state == "executed":
        desk.customer_answer = "破损部分已按商定折让，短少两箱随下批补发。"
        desk.customer_reaction = "客户表示接受。"
        desk.action_report_result()
    elif state == "answered":
        desk.evaluation = "装车前须检查篷布，破损应在签收时当场注明。"
        desk.action_close()
    else:
        _responsible(document, complaints.as_holder(world, document))


def _responsible(document, holder):
    """The responsible department finds the cause, plans and carries out."""
    if document.state == "assigned" and document.flow == "ticket":
        holder.cause = "随附的洗涤说明不够详细。"
        holder.execution_result = "已电话说明洗涤方法，备用扣当日寄出。"
        holder.action_solve()
    elif document.state == "assigned":
        holder.cause = "承运车辆篷布破损，途中淋雨。"
        holder.responsible_persons = "装车班组"
        holder.action_analyse()
    elif document.state == "analysed":
        kind = document.env.ref("crm_complaint.resolution_kind_allowance")
        holder.write(
            {
                "plan": "受潮部分折让，短少部分随下批补发。",
                "recovery_measures": "向承运人索赔。",
                "amount_claim": 600.0,
                "amount_settlement": 600.0,
                "resolution_ids": [Command.create({"kind_id": kind.id, "amount": 600})],
            }
        )
        holder.action_request_plan()
    elif document.state == "decided":
        holder.action_execute()
    elif document.state == "executing":
        holder.execution_result = "折让已办理，补发已安排。"
        holder.action_confirm_execution()
