"""Standing in for an absent decider, between two dates (GAP-96)."""

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, ValidationError


class CrmApprovalDelegation(models.Model):
    _name = "crm.approval.delegation"
    _description = "Approval Delegation"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"

    user_id = fields.Many2one(
        "res.users",
        string="Absent Person",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        tracking=True,
        ondelete="restrict",
    )
    delegate_id = fields.Many2one(
        "res.users",
        string="Stand-in",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        domain=[("share", "=", False)],
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        required=True,
        tracking=True,
        default=fields.Date.context_today,
        help="First day, in the company's time zone.",
    )
    date_to = fields.Date(required=True, tracking=True, help="Last day, included.")
    model_ids = fields.Many2many(
        "ir.model",
        string="Document Types",
        help="Empty: for every type of document.",
    )
    reason = fields.Char(tracking=True)
    active = fields.Boolean(default=True, tracking=True)

    _dates_ordered = models.Constraint(
        "CHECK (date_to >= date_from)", "A delegation cannot end before it begins."
    )
    _other_person = models.Constraint(
        "CHECK (user_id <> delegate_id)", "Nobody can stand in for himself."
    )

    @api.depends("user_id", "delegate_id")
    def _compute_display_name(self):
        for record in self:
            record.display_name = (
                f"{record.user_id.name or ''} → {record.delegate_id.name or ''}"
            )

    @api.constrains("delegate_id")
    def _check_delegate(self):
        for record in self:
            if record.delegate_id.share or not record.delegate_id.active:
                raise ValidationError(
                    self.env._(
                        "%s cannot stand in: only active internal users can.",
                        record.delegate_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_principal()
        self._refresh_pending(records.user_id)
        return records

    def write(self, vals):
        self._check_principal()
        before = self.user_id
        res = super().write(vals)
        self._check_principal()
        self._refresh_pending(self.user_id | before)
        return res

    def _check_principal(self):
        """Only the absent person or a policy administrator hands over decisions."""
        if self.env.su or self.env.user.has_group("crm_policy.group_admin"):
            return
        for record in self:
            if record.user_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "Only %s or a policy administrator can hand over this "
                        "person's decisions.",
                        record.user_id.name,
                    )
                )

    @api.model
    @tools.ormcache("company_id", "today")
    def _any_in_force(self, company_id, today):
        """Tell whether anybody stands in for anybody today; mostly nobody does."""
        # sudo: as in _in_force
        return bool(
            self.sudo().search_count(
                [
                    ("company_id", "=", company_id),
                    ("date_from", "<=", today),
                    ("date_to", ">=", today),
                ],
                limit=1,
            )
        )

    @api.model
    def _refresh_pending(self, users):
        """List anew who may decide what waits for these users."""
        self.env.registry.clear_cache()
        # sudo: decisions waiting for the absent person are nobody's to edit
        self.env["crm.approval"].sudo().search(
            [("state", "=", "pending"), ("candidate_ids", "in", users.ids)]
        )._refresh_candidates()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_foreign(self):
        self._check_principal()

    def unlink(self):
        users = self.user_id
        res = super().unlink()
        self._refresh_pending(users)
        return res

    @api.model
    def _in_force(self, users, model, company):
        """Return the delegations of these users in force today for a document type."""
        return self._in_force_today(users, company).filtered(
            lambda delegation: delegation._covers(model)
        )

    @api.model
    def _in_force_today(self, users, companies):
        """Return these users' delegations in force today in one of the companies."""
        today = {company: company._policy_today() for company in companies}
        absent = [
            company
            for company in today
            if self._any_in_force(company.id, today[company])
        ]
        found = self.sudo().browse()  # sudo: as below
        if not absent:
            return found
        # sudo: a stand-in need not read other persons' delegations
        found = found.search(
            [
                ("user_id", "in", users.ids),
                ("company_id", "in", [company.id for company in absent]),
                ("date_from", "<=", max(today.values())),
                ("date_to", ">=", min(today.values())),
            ]
        )
        return found.filtered(
            lambda entry: entry.date_from <= today[entry.company_id] <= entry.date_to
        )

    def _covers(self, model):
        """Tell whether the delegation is for documents of this model."""
        self.ensure_one()
        return not self.model_ids or model in self.model_ids.mapped("model")
