"""Classes of a grading scheme, with what hangs on them: card, owner, visits."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmCustomerClass(models.Model):
    _name = "crm.customer.class"
    _description = "Customer Class"
    _order = "scheme_sequence, scheme_id, sequence, id"
    _rec_names_search = ["code", "name", "card"]

    scheme_id = fields.Many2one(
        "crm.customer.scheme", required=True, index=True, ondelete="cascade"
    )
    scheme_sequence = fields.Integer(
        string="Place of the Scheme", related="scheme_id.sequence", store=True
    )
    profile_id = fields.Many2one(related="scheme_id.profile_id", store=True, index=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, index=True)
    sequence = fields.Integer(
        default=10,
        help="Classes are tried in this order and the first that is won counts; the "
        "first is the highest.",
    )
    code = fields.Char(
        required=True,
        copy=True,
        help="Short key by which programs and imports name this class; unique in its "
        "scheme.",
    )
    name = fields.Char(string="Class", required=True, translate=True)
    card = fields.Char(translate=True, help="Card the customer carries, if any.")
    color = fields.Integer()
    description = fields.Text(translate=True, help="Whom the class is for.")
    active = fields.Boolean(default=True)

    owner_role = fields.Char(
        translate=True,
        help="Who develops and maintains customers of this class under the policy.",
    )
    owner_group_id = fields.Many2one(
        "res.groups",
        ondelete="set null",
        help="Members of this group look after customers of this class.",
    )
    assessor = fields.Char(
        translate=True, help="Who assesses that a customer belongs to this class."
    )
    visit_interval = fields.Integer(
        help="A customer of this class is seen at least every so many calendar days, "
        "weeks or months; 0: no interval."
    )
    visit_interval_unit = fields.Selection(
        [("day", "Days"), ("week", "Weeks"), ("month", "Months")],
        string="Unit of the Visit Interval",
        default="month",
        required=True,
    )
    needs_evidence = fields.Boolean(
        string="Evidence Needed",
        default=True,
        help="A judgement that a customer belongs to this class needs a file that "
        "proves it (GAP-40).",
    )
    rule_ids = fields.One2many("crm.customer.class.rule", "class_id", copy=True)
    rule_text = fields.Text(string="How It Is Won", compute="_compute_rule_text")
    customer_count = fields.Integer(
        compute="_compute_customer_count",
        help="Customers of this class in the company you work in.",
    )

    _code_uniq = models.UniqueIndex(
        "(scheme_id, code)", "This code is already used in the scheme."
    )
    _visit_interval_positive = models.Constraint(
        "CHECK (visit_interval >= 0)", "The visit interval cannot be negative."
    )

    @api.depends("name", "card")
    @api.depends_context("crm_class_with_scheme")
    def _compute_display_name(self):
        for record in self:
            name = record.name or ""
            if self.env.context.get("crm_class_with_scheme"):
                name = f"{record.scheme_id.code}: {name}"
            record.display_name = name

    @api.depends("rule_ids.rule_text")
    def _compute_rule_text(self):
        for record in self:
            record.rule_text = "\n".join(record.rule_ids.mapped("rule_text"))

    @api.depends_context("company", "uid")
    def _compute_customer_count(self):
        counts = dict(
            self.env["crm.customer.standing"]._read_group(
                [
                    ("class_id", "in", self.ids),
                    ("company_id", "=", self.env.company.id),
                ],
                ["class_id"],
                ["__count"],
            )
        )
        for record in self:
            record.customer_count = counts.get(record, 0)

    @api.constrains("scheme_id")
    def _check_scheme_kept(self):
        """History names classes: a class does not wander to another scheme."""
        # sudo: history of customers the administrator need not see
        used = self.env["crm.customer.class.history"].sudo()
        for record in self:
            if used.search_count(
                [("class_id", "=", record.id), ("scheme_id", "!=", record.scheme_id.id)]
            ):
                raise ValidationError(
                    self.env._(
                        "Customers have been in class “%s”: it stays in its scheme.",
                        record.name,
                    )
                )

    def write(self, vals):
        res = super().write(vals)
        if {"active", "scheme_id"}.intersection(vals):
            schemes = self.scheme_id
            schemes.class_ids.rule_ids.condition_ids._check_bands()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: as above
        used = self.env["crm.customer.class.history"].sudo()
        found = used.search([("class_id", "in", self.ids)], limit=1)
        if found:
            raise ValidationError(
                self.env._(
                    "Customers have been in class “%s”: archive it instead.",
                    found.class_id.name,
                )
            )

    def action_open_customers(self):
        """Open the customers of this class."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_customer_standing"
        )
        action["domain"] = [("class_id", "=", self.id)]
        action["context"] = {}
        return action
