"""The company's grading scheme: choosing another one classifies its customers by it."""

from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    evidence_max_mb = fields.Integer(
        string="Largest Evidence File (MB)",
        default=20,
        help="Files attached as evidence may not be larger.",
    )
    customer_scheme_id = fields.Many2one(
        "crm.customer.scheme",
        string="Grading Scheme in Force",
        compute="_compute_customer_scheme_id",
    )

    _evidence_max_mb_positive = models.Constraint(
        "CHECK (evidence_max_mb > 0)",
        "The largest size of an evidence file must be above zero.",
    )

    @api.depends("policy_grading_profile_id")
    def _compute_customer_scheme_id(self):
        for company in self:
            company.customer_scheme_id = self.env["crm.customer.scheme"]._in_force(
                company
            )

    def write(self, vals):
        changed = self.browse()
        if "policy_grading_profile_id" in vals:
            changed = self.filtered(
                lambda company: (
                    company.policy_grading_profile_id.id
                    != vals["policy_grading_profile_id"]
                )
            )
        res = super().write(vals)
        changed._grading_scheme_changed()
        return res

    def _grading_scheme_changed(self):
        """Classify all customers by the scheme now in force, at once.

        Who moves is shown by the preview before; afterwards moves are applied or
        proposed as the scheme says.
        """
        engine = self.env["crm.customer.class.engine"]
        for company in self:
            scheme = self.env["crm.customer.scheme"]._in_force(company)
            if scheme:
                engine._run(scheme, company, apply=True)
            else:
                engine._sync_customers(company)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    evidence_max_mb = fields.Integer(
        related="company_id.evidence_max_mb", readonly=False
    )
