"""What the company measures, shares out and settles around its complaints.

Joint handling with suppliers, a call to a customer that is under way, the month's
bonuses and what is deducted from them, service figures of the month.
"""

from dateutil.relativedelta import relativedelta

from odoo import Command

from .clock import at, later, local_day, workday

#: Months back whose bonuses are paid, and whose service is measured, oldest first.
MONTHS = (2, 1)
#: Bonus of a month of the workers, in yuan.
BONUSES = (1800.0, 1650.0, 1600.0, 1500.0, 1450.0)
#: Suppliers called in: their name, material, part in it, step of the case, claim and,
#: where it is settled, what they pay and how it was settled.
JOINTS = (
    (
        "绍兴锦源纺织有限公司",
        "羊毛混纺面料",
        "同批坯布染色批差超出合同约定的四级。",
        "gmo_check",
        800.0,
        600.0,
        "对方确认批差，承担面料损失六百元，从下批货款中扣除。",
    ),
    (
        "温州华联服装辅料厂",
        "树脂纽扣",
        "纽扣缝线孔边缘锋利，易割断缝线。",
        "production",
        150.0,
        None,
        None,
    ),
)
#: Indicators of the service: name, measure, target in percent, direction.
INDICATORS = (
    ("投诉按时结案率", "timely", 90.0, "min"),
    ("当月重复投诉率", "repeat_month", 5.0, "max"),
)


def begin(world):
    """Begin the stories; the desk and the indicators are there from the beginning."""
    world.env["crm.complaint.desk"].create(
        {
            "name": "客户投诉邮箱",
            "alias_name": "tousu",
            "user_id": world.people.of("service").uid,
        }
    )
    indicators = world.env["crm.service.kpi"].create(
        [
            {
                "name": name,
                "measure": measure,
                "target": target,
                "direction": direction,
                "profile_id": world.env.ref("crm_policy.profile_pcb").id,
                "category_id": world.env.ref("crm_complaint.category_quality").id,
            }
            for name, measure, target, direction in INDICATORS
        ]
    )
    for row in JOINTS:
        world.begin(joint(world, *row), hours_left=3)
    world.begin(under_way(world), hours_left=3)
    last = local_day(world.end).replace(day=1)
    for back in MONTHS:
        following = last - relativedelta(months=back - 1)
        world.begin(service(world, indicators, back), at(workday(following), 10))
        world.begin(bonuses(world, back), at(workday(following.replace(day=12)), 14))


def joint(world, supplier, material, responsibility, step, claim, paid, result):
    """The office handles a case together with the supplier (CMP-53)."""
    case = world.env["crm.complaint"].search([("state", "=", step)], limit=1)
    if not case:
        return
    partner = world.env["res.partner"].create({"name": supplier, "is_company": True})
    handling = world.people.act(world.env["crm.complaint.joint"], "gmo").create(
        {
            "complaint_id": case.id,
            "partner_id": partner.id,
            "kind": "supplier",
            "material": material,
            "responsibility": responsibility,
            "claimed_amount": claim,
            "notified_on": local_day(world.now),
        }
    )
    if paid is None:
        return
    yield later(world.now, 2)
    handling.write({"recovered_amount": paid, "result": result})
    handling.action_settle()


def under_way(world):
    """Quality is at a customer; the report is still to come (CMP-29 to CMP-31)."""
    line = world.delivered[-6]
    call = world.people.act(
        world.env["crm.field.response"], line.order_id.user_id
    ).create(
        {
            "partner_id": line.order_id.partner_id.id,
            "product_id": line.product_id.id,
            "place": "客户二楼卖场",
            "abnormality": "一箱成衣领口有水渍，客户要求当场确认原因。",
        }
    )
    yield later(world.now, 1)
    quality = world.people.act(call, "quality")
    team = [world.people.of(login).uid for login in ("quality", "manufacturing")]
    quality.person_ids = [Command.set(team)]
    quality.action_go()


def service(world, indicators, back):
    """The office computes the service figures of the month before."""
    month = local_day(world.end).replace(day=1) - relativedelta(months=back)
    yield later(world.now, 1)
    world.people.act(world.env["crm.service.kpi.month"], "gmo").create(
        [{"kpi_id": indicator.id, "month": month} for indicator in indicators]
    ).action_compute()


def bonuses(world, back):
    """Accounting enters the bonuses and computes the month; HR releases it."""
    month = local_day(world.end).replace(day=1) - relativedelta(months=back)
    staff = world.env["hr.employee"].search(
        [("department_id.policy_code", "=", "manufacturing"), ("user_id", "=", False)]
    )
    world.people.act(world.env["crm.performance.bonus"], "accounting").create(
        [
            {"employee_id": employee.id, "month": month, "amount": amount}
            for employee, amount in zip(staff, BONUSES, strict=True)
        ]
    )
    run = world.people.act(world.env["crm.bonus.run"], "accounting").create(
        {"month": month}
    )
    run.action_compute()
    yield later(world.now, 5)
    world.people.act(run, "hr").action_release(
        "已核对扣罚依据，损失罚扣未超过当月绩效奖金的一半。"
    )
