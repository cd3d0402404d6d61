"""A customer is developed: plan, diary, appraisal, promises, agreement, own prices."""

from datetime import timedelta

from odoo import Command

from .archive_use import files
from .clock import later, local_day

#: What was done on the way, over the phone the company assigned or in person.
STEPS = (
    ("mobile", "初次电话联系采购负责人，了解工装换季需求，约定上门时间。"),
    ("meeting", "携样衣上门介绍，客户对面料和交期满意，要求提供阶梯报价。"),
)
#: Scores of the appraisal, with their basis.
SCORES = (
    (82, "员工千余人，年工装采购约八十万元"),
    (85, "国有企业，付款有保障"),
    (80, "需要防静电工装，我方可生产"),
    (70, "现由两家供应商供货，价格略低"),
    (78, "已见采购经理和分管副总"),
    (72, "预计三个月成交，费用约三千元"),
)


def begin(world):
    """Begin what is done to win a customer in the last two weeks."""
    world.begin(development(world), hours_left=58)
    world.begin(assurance(world), hours_left=26)


def _file_plan(customer, kind, measure, cost, **texts):
    plans = customer.env["crm.account.plan"]
    return plans.browse(
        plans.file_plan(
            {
                "kind": kind,
                "customer_id": customer.id,
                "measures": [
                    {
                        "name": measure,
                        "user_id": plans.env.uid,
                        "date_due": str(
                            plans.env.company._policy_today() + timedelta(days=30)
                        ),
                        "cost": cost,
                    }
                ],
                **texts,
            }
        )
    )


def _decide(world, plan):
    plan.action_submit()
    yield later(world.now, 2)
    for login, opinion in (("sales_head", "情况属实。"), ("service", "同意。")):
        decided = world.people.act(plan, login)
        if decided.approval_can_decide:
            decided.action_approve(opinion)
        yield later(world.now, 2)


def development(world):
    """A plan to win a customer that has bought nothing yet, its diary and appraisal."""
    mine = files(world, "sales3")
    customer = (mine.filtered("stage_id.is_prospect") or mine)[:1]
    plan = _file_plan(
        customer,
        "development",
        "送样试穿并提交阶梯报价",
        3000,
        sales_target=800000,
        motive="下属三家工厂统一采购工装，重视交期和售后，偏好国产面料。",
        competition="现由两家同行供货，价格低约3%，但补单周期长。",
        expected_price="比现供价低5%以内",
        strengths="我方可两周补单、上门量体；不足是首单价格偏高。",
        strategy="以试穿和快速补单打开首单，给予阶梯特价，三个月内签约。",
    )
    yield from _decide(world, plan)
    plan.action_start()
    for channel, summary in STEPS:
        customer.env["crm.contact.log"].log_contact(
            {"partner_id": customer.id, "channel": channel, "summary": summary}
        )
        yield later(world.now, 5)
    plan.line_ids.action_done("样衣试穿合格，客户要求正式报价。", 2600)
    _own_prices(world, customer)
    evaluations = customer.env["crm.customer.evaluation"]
    template = evaluations.env.ref(
        "crm_customer_archive.evaluation_template_development"
    )
    evaluations.file_evaluation(
        customer.id,
        [
            {"indicator": indicator.id, "score": score, "basis": basis}
            for indicator, (score, basis) in zip(
                template.indicator_ids, SCORES, strict=False
            )
        ],
        template=template.code,
    )


def _own_prices(world, customer):
    """The customer gets prices of its own for two products."""
    today = local_day(world.now)
    customer = customer.with_env(world.env)
    customer.property_product_pricelist = world.env["product.pricelist"].create(
        {
            "name": f"{customer.customer_number}特价",
            "company_id": world.company.id,
            "item_ids": [
                Command.create(
                    {
                        "applied_on": "0_product_variant",
                        "product_id": product.id,
                        "compute_price": "fixed",
                        "fixed_price": round(product.lst_price * 0.92),
                        "min_quantity": quantity,
                        "date_start": f"{today} 00:00:00",
                        "date_end": f"{today + timedelta(days=180)} 15:00:00",
                    }
                )
                for product, quantity in zip(world.products, (50, 100), strict=False)
            ],
        }
    )


def assurance(world):
    """What is promised to a customer is reviewed before it is carried out."""
    plan = _file_plan(
        files(world, "sales2")[1],
        "assurance",
        "储备常用尺码二百套，专人跟单",
        1800,
        content="换季期间保证补单供应和上门调换。",
        promises="补单七日内交货；尺码不合三日内上门调换。",
    )
    yield later(world.now, 1)
    world.people.act(plan, "service").action_review_assurance(
        True, "仓储和售后均可满足，同意承诺。"
    )
    yield later(world.now, 1)
    yield from _decide(world, plan)
    plan.action_start()
