"""Joint handling with other companies and suppliers of material (CMP-53, GAP-91)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from .passes import passes


class CrmComplaintJoint(models.Model):
    """One outside party a complaint is handled with; the clock of the case runs on."""

    _name = "crm.complaint.joint"
    _inherit = ["crm.complaint.child", "crm.guard.mixin"]
    _positive_fields = ("claimed_amount", "recovered_amount")
    _description = "Joint Handling of a Complaint"
    _order = "complaint_id, id"
    _check_company_auto = True
    _guarded_fields = ("closed_at", "closed_by_id")
    _transitions = {
        "settle": {"from": ("open",), "to": "settled", "check": "_check_settle"},
        "reject": {"from": ("open",), "to": "rejected", "check": "_check_reject"},
    }
    _unlink_states = ("open",)

    complaint_id = fields.Many2one(required=True)
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("open", "Open"),
            ("settled", "Settled"),
            ("rejected", "Rejected by the Other Party"),
        ],
        default="open",
        required=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Other Party",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        help="The supplier of the material, or another company.",
    )
    kind = fields.Selection(
        [("supplier", "Supplier"), ("carrier", "Carrier"), ("other", "Other Company")],
        required=True,
        default="supplier",
    )
    department_ids = fields.Many2many(
        "hr.department",
        string="Units Concerned",
        help="Who handles it with the office.",
    )
    material = fields.Char(help="Material or service of theirs that is concerned.")
    notified_on = fields.Date("Informed on")
    responsibility = fields.Text("Their Responsibility")
    result = fields.Text()
    claimed_amount = fields.Monetary("Claimed from Them", help="In company currency.")
    recovered_amount = fields.Monetary(
        "Recovered from Them",
        help="In company currency; reduces the loss inside the house (GAP-91).",
    )
    closed_at = fields.Datetime(copy=False)
    closed_by_id = fields.Many2one("res.users", copy=False, index="btree_not_null")

    can_act = fields.Boolean(
        compute="_compute_can_act", help="The user may settle it with the other party."
    )

    _amounts_positive = models.Constraint(
        "CHECK(claimed_amount >= 0 AND recovered_amount >= 0)",
        "Amounts claimed from other parties cannot be negative.",
    )

    @api.depends("partner_id", "complaint_id")
    def _compute_display_name(self):
        for joint in self:
            # sudo: the names only, for whoever sees the case and not the other party
            names = joint.sudo()
            parts = (names.complaint_id.display_name, names.partner_id.display_name)
            joint.display_name = " · ".join(part for part in parts if part)

    @api.depends("complaint_id.state", "complaint_id.routing_department_id")
    @api.depends_context("uid")
    def _compute_can_act(self):
        for joint in self:
            joint.can_act = bool(joint.complaint_id) and passes(joint._check_office)

    @api.model_create_multi
    def create(self, vals_list):
        joints = super().create(vals_list)
        joints._check_office()
        return joints

    def write(self, vals):
        if not self._guard_open_fields():
            self._check_office()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_office(self):
        self._check_office()

    def _check_office(self):
        """The office handles it, with quality while it holds the case."""
        if self.env.su:
            return
        for complaint in self.complaint_id:
            if complaint.state in ("draft", "closed", "cancelled"):
                raise UserError(
                    self.env._(
                        "%s is not being handled: no other party is called in.",
                        complaint.display_name,
                    )
                )
            try:
                complaint._check_gm_office()
            except AccessError:
                complaint._check_holder()

    def _check_settle(self):
        self._check_office()
        if not (self.result or "").strip():
            raise UserError(self.env._("Result: say how it was settled."))

    def _check_reject(self):
        self._check_settle()
        if self.recovered_amount:
            raise UserError(
                self.env._("Recovered from Them: nothing is, when they reject.")
            )

    def action_settle(self):
        """The other party has settled its part.

        :raises UserError: no result
        """
        return self._transition(
            "settle", closed_at=fields.Datetime.now(), closed_by_id=self.env.uid
        )

    def action_reject(self):
        """The other party rejects its responsibility; the result says why."""
        return self._transition(
            "reject", closed_at=fields.Datetime.now(), closed_by_id=self.env.uid
        )


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    joint_ids = fields.One2many(
        "crm.complaint.joint", "complaint_id", "Joint Handling", copy=False
    )
    joint_open = fields.Boolean(
        "Joint Handling Open", compute="_compute_joint", search="_search_joint_open"
    )
    amount_recovered = fields.Monetary(
        "Recovered from Others",
        compute="_compute_amount_recovered",
        store=True,
        precompute=True,
        help="Recovered from suppliers and other companies, in company currency; it "
        "reduces the loss inside the house (GAP-91).",
    )
    _guarded_fields = ("amount_recovered",)

    @api.depends("joint_ids.state")
    def _compute_joint(self):
        for complaint in self:
            complaint.joint_open = any(
                joint.state == "open" for joint in complaint.joint_ids
            )

    def _search_joint_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = [("joint_ids", "any", [("state", "=", "open")])]
        if set(value) == {True}:
            return found
        return ["!", *found] if set(value) == {False} else []

    @api.depends("joint_ids.recovered_amount", "joint_ids.state")
    def _compute_amount_recovered(self):
        for complaint in self:
            settled = complaint.joint_ids.filtered(lambda one: one.state == "settled")
            complaint.amount_recovered = sum(settled.mapped("recovered_amount"))

    def _approval_check(self, step):
        """The consolidated opinion waits for the other parties (CMP-53)."""
        if step in ("decision", "plan") and self.joint_open:
            raise UserError(
                self.env._(
                    "%(document)s is still handled with %(parties)s: settle that "
                    "first, or note that they reject.",
                    document=self.display_name,
                    parties=format_list(
                        self.env,
                        self.joint_ids.filtered(lambda one: one.state == "open").mapped(
                            "partner_id.display_name"
                        ),
                    ),
                )
            )
        return super()._approval_check(step)
