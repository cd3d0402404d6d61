"""Further investigations of customers on credit terms (ARC-196)."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What nobody changes any more.
EVIDENCE = ("application_id", "date", "user_id", "finding", "result")


class CrmCreditInvestigation(models.Model):
    """A further look at the situation of a customer on credit terms (ARC-196)."""

    _name = "crm.credit.investigation"
    _description = "Credit Investigation"
    _order = "date desc, id desc"

    application_id = fields.Many2one(
        "crm.credit.application", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="application_id.company_id", store=True)
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._policy_today(),
        help="Local date.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Investigated By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    finding = fields.Text(
        required=True, help="Business situation and financial condition."
    )
    result = fields.Selection(
        [
            ("keep", "Keep the terms"),
            ("watch", "Keep watching"),
            ("end", "End the terms"),
        ],
        required=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        investigations = super().create(
            [{**vals, "user_id": self.env.uid} for vals in vals_list]
        )
        for investigation in investigations:
            investigation._check_complete()
            application = investigation.application_id
            application._check_transition_state(("active",))
            application._write_guarded(
                {
                    "next_investigation": application._next_investigation(
                        investigation.date
                    )
                }
            )
        investigations.application_id.activity_feedback(
            ["crm_customer_archive.activity_type_credit_investigation"]
        )
        return investigations

    def write(self, vals):
        if set(vals) & set(EVIDENCE):
            raise UserError(
                self.env._("An investigation is evidence: record another one instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        raise UserError(
            self.env._("An investigation is evidence: record another one instead.")
        )

    def _check_complete(self):
        self.ensure_one()
        if not (self.finding or "").strip():
            raise UserError(self.env._("Say what the investigation found (Finding)."))
        if self.date > self.application_id.company_id._policy_today():
            raise ValidationError(
                self.env._("The investigation cannot lie in the future (Date).")
            )
