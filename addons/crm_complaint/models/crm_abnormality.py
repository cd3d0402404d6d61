"""Abnormality handling form (异常处理单): no loss, but something to improve (CMP-03).

The salesperson, or whoever went there, proposes it; the General manager's office
confirms that no complaint form is needed (GAP-15). When a loss appears after all it
becomes a complaint.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

from .passes import passes

TRANSITIONS = {
    "propose": {"from": ("draft",), "to": "proposed", "check": "_check_propose"},
    "confirm": {"from": ("proposed",), "to": "improving", "check": "_check_confirm"},
    "improve": {"from": ("improving",), "to": "improved", "check": "_check_improve"},
    "again": {
        "from": ("improved",),
        "to": "improving",
        "check": "_routing_check_holder",
    },
    "close": {"from": ("improved",), "to": "closed", "check": "_check_close"},
    "cancel": {"from": ("draft",), "to": "cancelled", "check": "_check_edit"},
    "convert": {
        "from": ("proposed", "improving", "improved", "closed"),
        "to": "converted",
    },
}
# What each step fills in; the rest belongs to the draft.
STEP_PARTS = {
    "cause": ("improving",),
    "improvement": ("improving",),
    "effect": ("improved",),
    "department_id": ("draft", "proposed"),
}
DRAFT_PARTS = (
    "partner_id",
    "product_id",
    "lot_id",
    "sale_order_id",
    "quantity",
    "description",
    "handling",
    "source",
)


class CrmAbnormality(models.Model):
    _name = "crm.abnormality"
    _inherit = ["crm.document.mixin", "crm.routing.mixin"]
    _description = "Abnormality Handling Form"
    _order = "date desc, id desc"
    _check_company_auto = True
    _policy_topic = "complaint"
    _positive_fields = ("quantity",)
    _number_code = "crm.abnormality"
    _transitions = TRANSITIONS
    _guarded_fields = (
        "user_id",
        "complaint_id",
        "confirmed_at",
        "confirmed_by_id",
        "closed_at",
        "loss",
    )
    _routing_states = {"proposed": "gmo", "improving": None, "improved": "gmo"}

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("improving", "Being Improved"),
            ("improved", "Improved"),
            ("closed", "Closed"),
            ("converted", "Became a Complaint"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        index=True,
        tracking=True,
        copy=False,
    )
    date = fields.Date(
        required=True,
        index=True,
        default=lambda self: self.env.company._policy_today(),
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        "res.users", "Filed by", default=lambda self: self.env.user, index=True
    )
    source = fields.Selection(
        [("customer", "Customer"), ("visit", "Visit"), ("inside", "Own Unit")],
        default="customer",
        required=True,
    )
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", check_company=True
    )
    lot_id = fields.Many2one("stock.lot", check_company=True)
    sale_order_id = fields.Many2one(
        "sale.order", index="btree_not_null", check_company=True
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(
        digits="Product Unit", help="Quantity concerned, in the product's unit."
    )
    description = fields.Text("Abnormality", required=True)
    handling = fields.Text(
        "Handled on the Spot", help="What sales or another unit did about it."
    )
    department_id = fields.Many2one(
        "hr.department",
        "Unit to Improve",
        index="btree_not_null",
        help="The unit that must improve; the form goes there.",
    )
    cause = fields.Text(copy=False)
    improvement = fields.Text(copy=False)
    effect = fields.Text("Effect Checked", copy=False)
    confirmed_at = fields.Datetime(copy=False)
    confirmed_by_id = fields.Many2one("res.users", copy=False, index="btree_not_null")
    closed_at = fields.Datetime(copy=False)
    loss = fields.Text("Loss That Appeared", copy=False)
    can_act = fields.Boolean(
        compute="_compute_can_act",
        help="The next step is the user's, who is of the department that holds it.",
    )
    complaint_id = fields.Many2one(
        "crm.complaint", copy=False, index="btree_not_null", ondelete="restrict"
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "The quantity of an abnormality cannot be negative."
    )

    @api.model
    def _guarded_initial(self, name):
        return self.env.uid if name == "user_id" else super()._guarded_initial(name)

    @api.depends("name", "product_id")
    def _compute_display_name(self):
        for form in self:
            goods = form.product_id.display_name or ""
            form.display_name = f"{form.name or ''} {goods}".strip()

    def _routing_department(self, state):
        if state == "improving":
            return self.department_id
        return super()._routing_department(state)

    # -------------------------------------------------------------------- checks

    @api.depends("state", "routing_department_id", "routing_user_id")
    @api.depends_context("uid")
    def _compute_can_act(self):
        for form in self:
            form.can_act = form.state == "draft" or passes(form._routing_check_holder)

    def _check_edit(self):
        self.check_access("write")

    def _check_propose(self):
        self._check_edit()
        if not self.department_id:
            raise UserError(self.env._("Unit to Improve: say whom the form goes to."))

    def _check_confirm(self):
        self._routing_check_holder()
        if not self.department_id:
            raise UserError(self.env._("Unit to Improve: say whom the form goes to."))

    def _check_improve(self):
        self._routing_check_holder()
        if not self.cause or not self.improvement:
            raise UserError(
                self.env._("Write down the cause and how it is improved first.")
            )

    def _check_close(self):
        self._routing_check_holder()
        if not self.effect:
            raise UserError(self.env._("Effect Checked: say what the check showed."))

    def write(self, vals):
        if not self._guard_open_fields() and not self.env.su:
            for form in self:
                for name in STEP_PARTS.keys() & vals.keys():
                    form._check_transition_state(STEP_PARTS[name])
                    if form.state != "draft":
                        form._routing_check_holder()
                if set(DRAFT_PARTS) & vals.keys():
                    form._check_transition_state(("draft",))
        return super().write(vals)

    # ------------------------------------------------------------------- actions

    def action_propose(self):
        """Send it to the office, which confirms that no loss arose (GAP-15)."""
        return self._transition("propose")

    def action_confirm(self):
        """No complaint form is needed; the unit concerned improves (CMP-03)."""
        return self._transition(
            "confirm",
            confirmed_at=fields.Datetime.now(),
            confirmed_by_id=self.env.uid,
        )

    def action_improve(self):
        """The unit has found the cause and improved."""
        return self._transition("improve")

    def action_again(self):
        """The improvement does not do; back to the unit."""
        return self._transition("again")

    def action_close(self):
        """The office has checked the effect."""
        return self._transition("close", closed_at=fields.Datetime.now())

    def action_cancel(self):
        """Drop a draft."""
        return self._transition("cancel")

    @arguments(loss=TEXT)
    def action_convert(self, loss):
        """A loss has appeared: make a draft complaint of it, once.

        :param loss: which loss; required
        :return: id of the complaint
        :raises UserError: no customer is named, or no words on the loss
        """
        self._policy_require_one()
        if self.complaint_id:
            return self.complaint_id.id
        self.check_access("read")
        self._check_transition_state(TRANSITIONS["convert"]["from"])
        if self.env.user != self.user_id:
            self.env["crm.complaint"].new(
                {"company_id": self.company_id.id}
            )._check_gm_office()
        if not (loss or "").strip():
            raise UserError(self.env._("Say which loss has appeared."))
        if not self.partner_id:
            raise UserError(self.env._("Customer: a complaint needs one."))
        # sudo: the office files it for the salesperson who reported the abnormality
        complaint = (
            self.env["crm.complaint"].sudo().create(self._prepare_complaint_vals(loss))
        )
        self._transition("convert", complaint_id=complaint.id, loss=loss)
        return complaint.id

    def _prepare_complaint_vals(self, loss):
        vals = {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "sale_order_id": self.sale_order_id.id,
            "defective_quantity": self.quantity,
            "description": "\n\n".join((self.description, loss)),
            "opinion": self.handling,
        }
        if not self.partner_id.commercial_partner_id.user_id:
            vals["user_id"] = self.user_id.id
        return vals

    def action_convert_wizard(self):
        """Ask which loss has appeared."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("A Loss Has Appeared"),
            "res_model": "crm.abnormality.convert",
            "view_mode": "form",
            "target": "new",
            "context": {"default_abnormality_id": self.id},
        }

    def action_view_complaint(self):
        """Open the complaint it became."""
        return self.complaint_id._get_records_action()


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    abnormality_ids = fields.One2many(
        "crm.abnormality", "complaint_id", "Abnormality Forms", readonly=True
    )
