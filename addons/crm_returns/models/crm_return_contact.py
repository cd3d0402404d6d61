"""Talks with the customer about a return: payment asked for, attempts to persuade."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import DAY, TEXT, arguments


class CrmReturnContact(models.Model):
    """One contact. Repeated communication is part of standard C (RET-14); attempts
    to make the customer give up are part of every audit (RET-18, RET-19). Entries
    are evidence: they are added, never changed.
    """

    _name = "crm.return.contact"
    _description = "Contact About a Return"
    _rec_name = "summary"
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
            ("review", "Internal review"),
            ("persuasion", "Persuaded to keep the goods"),
            ("other", "Other talk"),
        ],
        required=True,
        default="persuasion",
        help="Internal review: the causes gone through with the people concerned "
        "(RET-18).",
    )
    outcome = fields.Selection(
        [
            ("insists", "Customer insists"),
            ("considers", "Customer considers it"),
            ("gives_up", "Customer gives up"),
        ],
        help="How an attempt to persuade the customer ended (RET-18, RET-19).",
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
            if vals.get("kind", "persuasion") == "persuasion":
                vals.setdefault("outcome", "insists")
        contacts = super().create(vals_list)
        contacts._check_date()
        contacts.return_id.filtered(lambda r: r.state == "draft")._refresh_facts()
        return contacts

    def _check_date(self):
        for contact in self:
            if contact.date > contact.company_id._policy_today():
                raise UserError(self.env._("Date: a contact cannot lie in the future."))

    def write(self, vals):
        if set(vals) & {"return_id", "date", "user_id", "kind", "summary", "outcome"}:
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


class CrmReturn(models.Model):
    _inherit = "crm.return"

    @arguments(kind=TEXT, summary=TEXT, outcome=TEXT, date=DAY)
    def record_contact(self, kind, summary, outcome=None, date=None):
        """Record a talk about one return, as the person who had it.

        :param kind: payment, review (internal), persuasion or other
        :param summary: what was said and agreed
        :param outcome: of a persuasion: insists (the default), considers, gives_up
        :param date: day of the talk, today by default; never in the future
        :return: id of the entry
        :raises UserError: unknown kind or outcome, no summary, a day in the future
        """
        self._policy_require_one()
        Contact = self.env["crm.return.contact"]
        vals = {"return_id": self.id, "kind": kind, "summary": (summary or "").strip()}
        if outcome:
            vals["outcome"] = outcome
        if date:
            vals["date"] = date
        for name in ("kind", "outcome"):
            known = dict(Contact._fields[name]._description_selection(self.env))
            if name in vals and vals[name] not in known:
                raise UserError(
                    self.env._(
                        "%(field)s: “%(value)s” is none of %(known)s.",
                        field=name,
                        value=vals[name],
                        known=format_list(self.env, known),
                    )
                )
        if not vals["summary"]:
            raise UserError(self.env._("Summary: write what was said and agreed."))
        return Contact.create(vals).id
