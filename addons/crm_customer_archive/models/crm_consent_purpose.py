"""What personal data are used for, and how long they are kept (GAP-75, GAP-95)."""

from odoo import api, fields, models


class CrmConsentPurpose(models.Model):
    _name = "crm.consent.purpose"
    _description = "Purpose of Personal Data"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short key by which programs and imports name this record.",
    )
    name = fields.Char(required=True, translate=True)
    description = fields.Text(
        translate=True, help="What the person is told when asked for consent."
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is already in use.")


class CrmRetentionPeriod(models.Model):
    _name = "crm.retention.period"
    _description = "Retention Period"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    code = fields.Selection(
        [
            ("accounting", "Accounting documents"),
            ("customer", "Files of private customers"),
            ("contact", "Contacts of customers"),
            ("enquiry", "Enquiries that led to no sale"),
            ("consent", "Consents withdrawn (evidence)"),
            ("contact_log", "What was said in contacts"),
        ],
        string="Kind of Data",
        required=True,
        help="Private customers and contacts are proposed for erasing when their time "
        "is over; in the other kinds what names a person goes by itself, accounting "
        "stays.",
    )
    months = fields.Integer(
        required=True,
        help="Calendar months the data are kept after they were used last; zero: "
        "until the company decides.",
    )
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Empty: for all companies that have no period of their own.",
    )
    note = fields.Text(translate=True, help="Law or decision the period rests on.")
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE active",
        "This kind of data already has a retention period in this company.",
    )
    _months_positive = models.Constraint(
        "CHECK (months >= 0)", "A retention period cannot be negative."
    )

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for period in self:
            period.display_name = labels.get(period.code)

    def _months_of(self, code, company):
        """Return the months a kind of data is kept in a company; 0: no limit."""
        # sudo: policy data
        periods = self.sudo().search(
            [("code", "=", code), ("company_id", "in", (company.id, False))]
        )
        own = periods.filtered("company_id") or periods
        return own[:1].months
