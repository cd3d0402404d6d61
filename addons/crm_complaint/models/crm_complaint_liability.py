"""Who answers for a complaint, and for which share (CMP-48, CMP-75 to CMP-77).

One person's fault is that person's in full; joint fault is split by weight. Shares of
departments, persons and suppliers add up to exactly 100 % before responsibility is
judged; a supplier's share burdens nobody inside (GAP-91).
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .amount_split import split_amount

KINDS = [
    ("department", "Department"),
    ("person", "Person"),
    ("supplier", "Supplier"),
]
PARTY_FIELDS = {
    "department": "department_id",
    "person": "employee_id",
    "supplier": "partner_id",
}


class CrmComplaintLiability(models.Model):
    _name = "crm.complaint.liability"
    _inherit = ["crm.guard.mixin"]
    _description = "Complaint Liability"
    _order = "complaint_id desc, sequence, id"
    _check_company_auto = True
    _guarded_fields = ("amount_deduction", "amount_sanction", "base_points")
    _rec_name = "party_name"
    # Shares may go as long as they may change: `_unlink_except_judged`.
    _unlink_states = ("open", "judged", "allocated")

    complaint_id = fields.Many2one(
        "crm.complaint", required=True, index=True, ondelete="cascade"
    )
    complaint_number = fields.Char(
        "Complaint Number", related="complaint_id.name", store=True
    )
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, string="Charged to", required=True, default="person")
    department_id = fields.Many2one(
        "hr.department",
        index="btree_not_null",
        compute="_compute_department_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        ondelete="restrict",
        help="The group unit, or the whole section where no unit can be named "
        "(CMP-111, CMP-112); for a person, where the person works.",
    )
    employee_id = fields.Many2one(
        "hr.employee",
        "Person",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Sales and service are charged to the person in principle (CMP-113).",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Supplier",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    party_name = fields.Char(
        "Responsible", compute="_compute_party_name", store=True, precompute=True
    )
    share = fields.Float(
        "Share (%)",
        digits=(5, 2),
        required=True,
        default=100.0,
        aggregator=None,
        help="Percent of the responsibility; all shares of a complaint add up to "
        "exactly 100 %.",
    )
    reason = fields.Char(help="Why this party answers for this share.")
    base_points = fields.Float(
        digits=(16, 2),
        readonly=True,
        aggregator=None,
        help="Base points of the person, or of all staff of the department, on the day "
        "responsibility was judged (GAP-25).",
    )
    amount_deduction = fields.Monetary(
        "Loss for Deductions",
        compute="_compute_amounts",
        store=True,
        currency_field="currency_id",
        help="Share of the loss by the calculation standard: the ground of bonus "
        "deductions (GAP-18), company currency without tax.",
    )
    amount_sanction = fields.Monetary(
        "Loss for Sanctions",
        compute="_compute_amounts",
        store=True,
        currency_field="currency_id",
        help="Share of the resale loss or actual loss: the ground of sanctions "
        "(CMP-73, CMP-74, GAP-18), company currency without tax.",
    )
    state = fields.Selection(
        related="complaint_id.liability_state", store=True, string="Stage"
    )

    _share_range = models.Constraint(
        "CHECK(share > 0 AND share <= 100)",
        "A share of responsibility is more than 0 % and at most 100 %.",
    )
    _person_uniq = models.UniqueIndex(
        "(complaint_id, employee_id) WHERE kind = 'person'",
        "A person has one share of a complaint.",
    )
    _department_uniq = models.UniqueIndex(
        "(complaint_id, department_id) WHERE kind = 'department'",
        "A department has one share of a complaint.",
    )
    _supplier_uniq = models.UniqueIndex(
        "(complaint_id, partner_id) WHERE kind = 'supplier'",
        "A supplier has one share of a complaint.",
    )

    @api.constrains("kind", "department_id", "employee_id", "partner_id")
    def _check_party(self):
        for line in self:
            name = PARTY_FIELDS[line.kind]
            if not line[name]:
                raise ValidationError(
                    self.env._(
                        "A share charged to a %(kind)s names the %(field)s.",
                        kind=dict(
                            self._fields["kind"]._description_selection(self.env)
                        )[line.kind],
                        field=self._fields[name]._description_string(self.env),
                    )
                )
            others = set(PARTY_FIELDS.values()) - {name}
            if line.kind == "person":
                others.discard("department_id")
            if any(line[other] for other in others):
                raise ValidationError(
                    self.env._(
                        "A share belongs to one party only: %s.", line.party_name
                    )
                )

    # ----------------------------------------------------------------- computes

    @api.depends("kind", "employee_id")
    def _compute_department_id(self):
        # sudo: the org chart is needed, not shown
        for line in self.sudo():
            if line.kind == "person":
                line.department_id = line.employee_id.department_id
            elif line.kind == "supplier":
                line.department_id = False
            else:
                line.department_id = line.department_id

    @api.depends("kind", "department_id", "employee_id", "partner_id")
    def _compute_party_name(self):
        # sudo: names only, for whoever may read the share
        for line in self.sudo():
            line.party_name = line[PARTY_FIELDS[line.kind]].name if line.kind else False

    @api.depends(
        "share",
        "kind",
        "complaint_id.loss_for_deduction",
        "complaint_id.loss_for_sanction",
        "complaint_id.loss_recovered",
        "complaint_id.liability_ids.share",
        "complaint_id.liability_ids.kind",
    )
    def _compute_amounts(self):
        for complaint, own in self.grouped("complaint_id").items():
            # sudo: the split is of the whole loss, also for who sees one share
            complaint, lines = complaint.sudo(), complaint.sudo().liability_ids
            lines |= own.sudo()
            for name, loss in (
                ("amount_deduction", complaint.loss_for_deduction),
                ("amount_sanction", complaint.loss_for_sanction),
            ):
                parts = lines._split_loss(loss, complaint.loss_recovered)
                for line in own:
                    line[name] = parts[line]

    def _split_loss(self, net, recovered):
        """Return {share: its part of the loss}, the parts to the fen.

        Each answers for its percentage of the whole loss. What was recovered pays the
        suppliers' shares first; what is recovered beyond relieves those inside.

        :param net: loss less what was recovered, company currency
        :param recovered: paid back by suppliers or others
        """
        rounding = self.company_id.currency_id[:1].rounding or 0.01
        # Not judged yet: what is missing to 100 % burdens nobody so far.
        missing = max(0.0, 100.0 - sum(self.mapped("share")))
        gross = net + recovered
        parts = split_amount(gross, [*self.mapped("share"), missing], rounding)
        split = dict(zip(self, parts[:-1], strict=True))
        inside = self.filtered(lambda line: line.kind != "supplier")
        if sum(split[line] for line in inside) > net:
            parts = split_amount(net, inside.mapped("share"), rounding)
            split.update(zip(inside, parts, strict=True))
        return split

    # ---------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        complaints = self.env["crm.complaint"].browse(
            {vals["complaint_id"] for vals in vals_list if vals.get("complaint_id")}
        )
        complaints._check_liability_editable()
        return super().create(vals_list)

    def write(self, vals):
        if set(vals) - self._get_guarded_fields():
            complaints = self.complaint_id
            if vals.get("complaint_id"):
                complaints |= complaints.browse(vals["complaint_id"])
            complaints._check_liability_editable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_judged(self):
        self.complaint_id._check_liability_editable()

    # ------------------------------------------------------------------ helpers

    def _staff(self):
        """Return the staff a share is split among: the person, or the department's.

        A section's staff are those of all its units (CMP-112, CMP-120).
        """
        self.ensure_one()
        # sudo: base points and the org chart are needed, not shown
        line = self.sudo()
        if line.kind == "person":
            return line.employee_id
        if line.kind == "supplier":
            return line.employee_id.browse()
        return line.employee_id.search(
            [
                ("department_id", "child_of", line.department_id.id),
                ("company_id", "=", line.company_id.id),
                ("performance_base_points", ">", 0),
            ],
            order="id",
        )

    @api.model
    def _raise_not_office(self):
        raise AccessError(
            self.env._("Responsibility is judged by the General manager's office.")
        )

    @api.model
    def _raise_shares(self, complaint, total):
        raise UserError(
            self.env._(
                "The shares of responsibility of %(document)s add up to %(total)s %%; "
                "they must be exactly 100 %%.",
                document=complaint.display_name,
                total=f"{total:.2f}",
            )
        )
