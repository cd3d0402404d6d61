"""Plans, evaluations and rankings on the customer's file (ARC-68, ARC-160)."""

from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    account_plan_ids = fields.One2many(
        "crm.account.plan", "customer_id", string="Account Plans", readonly=True
    )
    account_plan_count = fields.Integer(compute="_compute_account_counts")
    evaluation_ids = fields.One2many(
        "crm.customer.evaluation", "customer_id", string="Evaluations", readonly=True
    )
    evaluation_count = fields.Integer(compute="_compute_account_counts")
    ranking_line_ids = fields.One2many(
        "crm.account.ranking.line", "customer_id", string="Rankings", readonly=True
    )
    problem_proposal_ids = fields.One2many(
        "crm.problem.proposal",
        "customer_id",
        readonly=True,
        domain=[("state", "=", "proposed")],
    )
    is_key_account = fields.Boolean(
        string="Key Account",
        compute="_compute_is_key_account",
        search="_search_is_key_account",
        help="Has an approved or running key account plan.",
    )

    def _compute_account_counts(self):
        counts = {}
        for model in ("crm.account.plan", "crm.customer.evaluation"):
            found = {}
            if self.env[model].has_access("read"):
                found = dict(
                    self.env[model]._read_group(
                        [("customer_id", "in", self.ids)],
                        ["customer_id"],
                        ["__count"],
                    )
                )
            counts[model] = {partner.id: count for partner, count in found.items()}
        for partner in self:
            partner.account_plan_count = counts["crm.account.plan"].get(partner.id, 0)
            partner.evaluation_count = counts["crm.customer.evaluation"].get(
                partner.id, 0
            )

    @api.depends("account_plan_ids.state", "account_plan_ids.kind")
    def _compute_is_key_account(self):
        # sudo: that it is a key account is part of the file
        plans = self.env["crm.account.plan"].sudo()
        keys = plans.search(
            [("customer_id", "in", self.ids), *self._key_plan_domain()]
        ).customer_id
        for partner in self:
            partner.is_key_account = partner in keys

    @api.model
    def _key_plan_domain(self):
        return [("kind", "=", "key"), ("state", "in", ("approved", "running"))]

    @api.model
    def _search_is_key_account(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: as above
        plans = self.env["crm.account.plan"].sudo()._search(self._key_plan_domain())
        keys = Domain("id", "in", plans.subselect("customer_id"))
        wanted = Domain.FALSE
        if True in value:
            wanted |= keys
        if False in value:
            wanted |= ~keys
        return wanted

    def action_view_account_plans(self):
        """Open the account plans of this customer."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_account_plan"
        )
        action["domain"] = [("customer_id", "=", self.id)]
        action["context"] = {"default_customer_id": self.id}
        return action

    def action_view_evaluations(self):
        """Open the evaluations of this customer."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_customer_evaluation"
        )
        action["domain"] = [("customer_id", "=", self.id)]
        action["context"] = {"default_customer_id": self.id}
        return action
