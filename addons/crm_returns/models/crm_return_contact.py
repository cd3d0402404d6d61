"""Talks with the customer about a return: payment asked for, attempts to persuade."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CrmReturnContact(models.Model):
    """One contact. Repeated communication is part of standard C (RET-14); attempts
    to make the customer give up are part of every audit (RET-18, RET-19). Entries
    are evidence: they are added, never changed.
    """

    _name = "crm.return.contact"
    _description = "Contact About a Return"
    _order = "date desc, id desc"

    return_id = fields.Many2one(
        "crm.return", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="return_id.company_id", store=True)
    date = fields.Date(required=True, default=lambda self: self._default_date())
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    kind = fields.Selection(
        [
            ("payment", "Payment asked for"),
            ("persuasion", "Persuaded to keep the goods"),
            ("other", "Other talk"),
        ],
        required=True,
        default="persuasion",
    )
    summary = fields.Text(required=True, help="What was said and agreed.")

    @api.model
    def _default_date(self):
        return self.env.company._policy_today()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("user_id", self.env.uid) != self.env.uid:
                raise AccessError(
                    self.env._("A contact is entered by the person who had it.")
                )
        contacts = super().create(vals_list)
        contacts._check_date()
        contacts.return_id.filtered(lambda r: r.state == "draft")._refresh_facts()
        return contacts

    def _check_date(self):
        for contact in self:
            if contact.date > contact.company_id._policy_today():
                raise UserError(self.env._("Date: a contact cannot lie in the future."))

    def write(self, vals):
        if set(vals) & {"return_id", "date", "user_id", "kind", "summary"}:
            raise UserError(
                self.env._(
                    "Contacts with the customer are evidence: add a new one instead "
                    "of changing an old one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if any(contact.return_id.state != "draft" for contact in self):
            raise UserError(
                self.env._("Contacts of a submitted return are evidence and stay.")
            )
