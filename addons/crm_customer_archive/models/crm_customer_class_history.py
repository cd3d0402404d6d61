"""Which class each customer had when, and the figures and the rule that decided.

Both tables are written by the computation and the procedures only; nobody has rights to
create, write or delete in them.
"""

from odoo import api, fields, models

from .crm_customer_class_engine import FIGURES


class CrmCustomerClassFigures(models.AbstractModel):
    _name = "crm.customer.class.figures"
    _inherit = ["crm.customer.visible.mixin"]
    _description = "Figures That Decide About a Class"

    _customer_field = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    scheme_id = fields.Many2one(
        "crm.customer.scheme",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    class_id = fields.Many2one(
        "crm.customer.class", index=True, readonly=True, ondelete="restrict"
    )
    rule_id = fields.Many2one(
        "crm.customer.class.rule",
        string="Deciding Rule",
        readonly=True,
        ondelete="set null",
        help="The rule that won the class.",
    )
    amount = fields.Monetary(
        readonly=True,
        help="Sales of the scheme's period without taxes, company currency.",
    )
    share = fields.Float(
        string="Share (%)", digits=(16, 4), readonly=True, aggregator="avg"
    )
    share_base = fields.Selection(
        [
            ("company", "Our total sales"),
            ("purchases", "Own purchases"),
            ("percentile", "Percentile"),
        ],
        string="Share Of",
        readonly=True,
    )
    rank = fields.Integer(
        string="Sales Rank",
        readonly=True,
        aggregator="min",
        help="1 is the largest customer; 0: bought nothing.",
    )
    growth = fields.Float(
        string="Growth (%)",
        digits=(16, 4),
        readonly=True,
        aggregator="avg",
        help="Against the period before; only where a rule asks for it.",
    )
    margin = fields.Monetary(readonly=True, help="Company currency.")
    margin_rate = fields.Float(
        string="Margin Rate (%)", digits=(16, 4), readonly=True, aggregator="avg"
    )
    quantity = fields.Float(digits=(20, 4), readonly=True)
    weight = fields.Float(string="Weight (t)", digits=(20, 4), readonly=True)
    frequency = fields.Integer(string="Number of Purchases", readonly=True)


class CrmCustomerStanding(models.Model):
    _name = "crm.customer.standing"
    _description = "Customer Grading"
    _inherit = ["crm.customer.class.figures"]
    _order = "scheme_id, class_id, class_rank, id"
    _rec_name = "partner_id"
    _log_access = False

    date = fields.Date(string="Computed On", readonly=True)
    figures_class_id = fields.Many2one(
        "crm.customer.class",
        string="Class by Figures",
        readonly=True,
        ondelete="set null",
        help="What the figures alone give; a judgement may have won a higher class.",
    )
    figures_rule_id = fields.Many2one(
        "crm.customer.class.rule",
        string="Rule by Figures",
        readonly=True,
        ondelete="set null",
    )
    class_rank = fields.Integer(string="Rank in Class", readonly=True, aggregator=None)
    is_top = fields.Boolean(
        string="Among the Largest",
        readonly=True,
        help="Among the largest of the class; how many is said by the scheme.",
    )
    lower_since = fields.Date(
        string="Below Since",
        readonly=True,
        help="Since when the figures would give a lower class than the one held.",
    )
    user_id = fields.Many2one(related="partner_id.user_id", string="Account Manager")
    customer_number = fields.Char(related="partner_id.customer_number")
    industry_id = fields.Many2one(related="partner_id.industry_id", string="Trade")

    _partner_uniq = models.UniqueIndex("(partner_id, scheme_id, company_id)")

    def init(self):
        # Every computation rewrites the figures of all rows: room for them beside.
        self.env.cr.execute("ALTER TABLE crm_customer_standing SET (fillfactor = 60)")

    def action_open_customer(self):
        """Open the customer's file."""
        self._policy_require_one()
        return self.partner_id.action_open_customer_file()


class CrmCustomerClassHistory(models.Model):
    _name = "crm.customer.class.history"
    _description = "Class History"
    _inherit = ["crm.customer.class.figures", "crm.guard.mixin"]
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"

    _guarded_fields = (
        *("partner_id", "scheme_id", "company_id", "class_id", "previous_class_id"),
        *("movement", "date_from", "date_to", "origin", "rule_id", "judgement_id"),
        *("proposal_id", "user_id", "decided_on", "period_from", "period_to"),
        *("excluded", *FIGURES),
    )
    _unlink_states = ("proposed",)

    previous_class_id = fields.Many2one(
        "crm.customer.class", readonly=True, ondelete="restrict"
    )
    movement = fields.Selection(
        [
            ("new", "First class"),
            ("up", "Up"),
            ("down", "Down"),
            ("out", "No class any more"),
            ("same", "Confirmed"),
        ],
        readonly=True,
    )
    date_from = fields.Date(string="From", required=True, readonly=True, index=True)
    date_to = fields.Date(
        string="Until",
        readonly=True,
        help="The day the next class began; empty: the class held now.",
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("applied", "Applied"),
            ("refused", "Refused"),
            ("overtaken", "Overtaken"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        index=True,
    )
    origin = fields.Selection(
        [("computed", "Computed"), ("judged", "Judged")],
        default="computed",
        required=True,
        readonly=True,
    )
    judgement_id = fields.Many2one(
        "crm.customer.class.judgement",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    proposal_id = fields.Many2one(
        "crm.customer.class.proposal",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    excluded = fields.Boolean(
        readonly=True, help="Struck off the proposal before it was decided."
    )
    user_id = fields.Many2one("res.users", string="Decided by Person", readonly=True)
    decided_on = fields.Date(readonly=True)
    period_from = fields.Date(string="Sales From", readonly=True)
    period_to = fields.Date(string="Sales Until", readonly=True)

    _current_uniq = models.UniqueIndex(
        "(partner_id, scheme_id, company_id) "
        "WHERE state = 'applied' AND date_to IS NULL",
        "The customer already has a class in this scheme.",
    )

    @api.model
    def _current(self, partners, scheme, company):
        """Return the classes these customers hold now in a scheme."""
        return self.search(
            [
                ("partner_id", "in", partners.ids),
                ("scheme_id", "=", scheme.id),
                ("company_id", "=", company.id),
                ("state", "=", "applied"),
                ("date_to", "=", False),
            ]
        )

    def action_strike_off(self):
        """Leave these customers out of a proposal that is not decided yet.

        :return: True
        :raises UserError: the proposal has been submitted
        """
        return self._exclude(True)

    def action_put_back(self):
        """Take these customers into the proposal again; returns True."""
        return self._exclude(False)

    def _exclude(self, excluded):
        self.env["crm.customer.scheme"]._check_may_compute()
        self._check_transition_states()
        self._write_guarded({"excluded": excluded})
        return True

    def _check_transition_states(self):
        self.check_access("read")
        for record in self:
            record._check_transition_state(("proposed",))
        self.proposal_id._check_open()
