"""Credit terms: investigated and applied for, decided by the head of sales."""

from .clock import local_day

#: Of how many customers in ten the terms are applied for.
ON_TERMS = 8
STANDING = (
    "付款及时，无逾期记录，银行信用良好。",
    "偶有延迟付款，沟通后均能付清。",
    "新客户，同行反映信用良好。",
)


def terms(world, login, customers):
    """Apply for the terms of customers just put on file; the manager approves."""
    rng = world.rng
    asking = customers.sudo().filtered(lambda partner: partner.id % 10 < ON_TERMS)
    applications = world.people.of(login)["crm.credit.application"].create(
        [
            {
                "partner_id": customer.id,
                "payment_term_id": world.terms[customer.id % len(world.terms)].id,
                "investigated_on": local_day(world.now),
                "production_situation": "经营门店稳定，年采购计划明确，库存周转正常。",
                "credit_standing": rng.choice(STANDING),
                "bank_information": "基本户开户行账户正常，无冻结记录。",
                "annual_turnover": rng.randrange(20, 400) * 50000,
                "supplier_references": "两家供应商均表示合作正常。",
            }
            for customer in asking
        ]
    )
    applications.action_submit()
    world.people.act(applications, "sales_head").action_approve("同意，月结。")
