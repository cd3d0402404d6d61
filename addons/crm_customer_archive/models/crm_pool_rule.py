"""When a customer nobody looks after returns to the public pool (公海).

Not asked for by the written policies; off unless a company switches it on. All
figures are data. The first rule that fits a customer counts.
"""

from odoo import api, fields, models
from odoo.tools import SQL


class CrmPoolRule(models.Model):
    _name = "crm.pool.rule"
    _description = "Rule of the Public Pool"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )
    applies_to = fields.Selection(
        [
            ("prospect", "Prospects (not yet on file)"),
            ("file", "Customers on file"),
            ("all", "Prospects and customers"),
        ],
        default="all",
        required=True,
    )
    stage_ids = fields.Many2many(
        "crm.customer.stage", string="Stages", help="Empty: every stage."
    )
    class_ids = fields.Many2many(
        "crm.customer.class",
        string="Classes",
        help="Empty: every class, and customers without one.",
    )
    spare_key = fields.Boolean(
        string="Spare Key Accounts",
        default=True,
        help="Customers with an approved or running key account plan stay with their "
        "account managers.",
    )
    days = fields.Integer(
        default=90,
        help="Calendar days without contact or order after which a customer returns.",
    )
    warning_days = fields.Integer(
        default=7,
        help="Calendar days before the return in which the account manager is warned. "
        "Nobody loses a customer sooner after the warning.",
    )
    claim_limit = fields.Integer(
        default=10, help="Customers a person may claim in the period; 0: none."
    )
    claim_days = fields.Integer(
        string="Period of Claims",
        default=30,
        help="Calendar days in which the claims of a person are counted.",
    )
    wait_days = fields.Integer(
        default=30,
        help="Calendar days the former account manager waits before claiming a "
        "customer back.",
    )

    _positive = models.Constraint(
        "CHECK (days > 0 AND warning_days >= 0 AND warning_days < days"
        " AND claim_limit >= 0 AND claim_days > 0 AND wait_days >= 0)",
        "The days of a pool rule must be above zero, the warning comes before the "
        "return, and no figure is negative.",
    )

    @api.model
    def _for_company(self, company):
        # sudo: the figures apply to people who need not read the rules
        return self.sudo().search([("company_id", "in", (company.id, False))])

    def _condition(self):
        """Return the SQL condition on alias ``partner`` that this rule fits."""
        self.ensure_one()
        states = {
            "prospect": ("draft", "refused"),
            "file": ("archived",),
            "all": ("draft", "refused", "archived"),
        }[self.applies_to]
        conditions = [SQL("partner.state IN %s", states)]
        if self.stage_ids:
            conditions.append(SQL("partner.stage_id IN %s", tuple(self.stage_ids.ids)))
        if self.class_ids:
            # Kept per company beside each other in one column.
            conditions.append(
                SQL(
                    "(partner.customer_class_id ->> partner.company_id::text)::int"
                    " IN %s",
                    tuple(self.class_ids.ids),
                )
            )
        if self.spare_key:
            conditions.append(
                SQL(
                    "NOT EXISTS (SELECT FROM crm_account_plan plan"
                    " WHERE plan.customer_id = partner.id AND plan.kind = 'key'"
                    " AND plan.state IN ('approved', 'running'))"
                )
            )
        return SQL("(%s)", SQL(" AND ").join(conditions))


class CrmPoolEntry(models.Model):
    _name = "crm.pool.entry"
    _description = "Stay of a Customer in the Public Pool"
    _inherit = "crm.customer.visible.mixin"
    _order = "date_in desc, id desc"

    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    rule_id = fields.Many2one("crm.pool.rule", readonly=True, ondelete="set null")
    state = fields.Selection(
        [
            ("open", "In the pool"),
            ("claimed", "Claimed"),
            ("assigned", "Assigned"),
        ],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    cause = fields.Selection(
        [
            ("idle", "No contact or order"),
            ("returned", "Returned"),
        ],
        required=True,
        readonly=True,
    )
    date_in = fields.Datetime(string="Into the Pool", required=True, readonly=True)
    reason_in = fields.Text(string="Why Returned", readonly=True)
    former_user_id = fields.Many2one(
        "res.users", string="Former Account Manager", readonly=True, index=True
    )
    last_contact_date = fields.Date(readonly=True)
    returned_by_id = fields.Many2one("res.users", readonly=True)
    date_out = fields.Datetime(string="Out of the Pool", readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users", string="New Account Manager", readonly=True, index=True
    )
    assigned_by_id = fields.Many2one("res.users", readonly=True)
    reason_out = fields.Text(string="Why Assigned", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(customer_id) WHERE date_out IS NULL",
        "This customer is already in the public pool.",
    )

    def _end(self):
        """End stays that no claim or assignment ended."""
        self.write({"state": "assigned", "date_out": fields.Datetime.now()})

    def _merge_conflicts(self):
        """One customer is in the pool once: the other stays end with the merging."""
        self[1:]._end()
        return self.browse()

    @api.depends("customer_id.name", "date_in")
    def _compute_display_name(self):
        for entry in self:
            # sudo: the rule on entries has decided that the customer may be named
            entry.display_name = entry.sudo().customer_id.name or ""
