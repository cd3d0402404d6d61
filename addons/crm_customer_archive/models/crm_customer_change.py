"""Staged change of protected values of a customer on file (ARC-55, ARC-59, ARC-72).

Live data stays untouched until the change is approved; then all its values are written
at once or, when one of them cannot be, none. What is asked for in one go is split by
kind, because each kind has deciders of its own.

====== ======== ========= ===================== =====================================
from   step     to        who                   what must hold
====== ======== ========= ===================== =====================================
-      request  draft     who may write         customer on file, values differ, no
                          the customer          open change of the same value
draft  submit   review    who asked or may      live values as when asked
                          write the customer
review approve  approved  authority by kind     live values as when asked; applied
review reject   refused   authority by kind     comment
review withdraw draft     who asked
draft  cancel   cancelled who asked or may
                          write the customer
====== ======== ========= ===================== =====================================
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

from .res_partner_protected import PROTECTED_STATES

_STEP = {
    "from": ("draft",),
    "pending": "review",
    "approved": "approved",
    "refused": "refused",
    "void": "draft",
    "protected": ("line_ids.new_value",),
    "locked": ("approved",),
}


class CrmCustomerChange(models.Model):
    _name = "crm.customer.change"
    _description = "Change of Protected Customer Data"
    _inherit = [
        "crm.document.mixin",
        "crm.approval.mixin",
        "crm.customer.visible.mixin",
    ]
    _order = "id desc"

    _policy_topic = "archive"
    _number_code = "crm.customer.change"
    _mail_post_access = "read"
    _guarded_fields = ("applied_at",)
    _transitions = {"cancel": {"from": ("draft",), "to": "cancelled"}}
    _approval_steps = {kind: _STEP for kind in ("identity", "bank", "owner", "class")}

    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        domain=[("is_crm_customer", "=", True)],
    )
    kind = fields.Selection(
        [
            ("identity", "Identity"),
            ("bank", "Bank accounts"),
            ("owner", "Account managers"),
            ("class", "Class"),
        ],
        required=True,
        readonly=True,
        index=True,
        help="Decides who decides.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("review", "In review"),
            ("approved", "Applied"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    reason = fields.Text(required=True, readonly=True)
    line_ids = fields.One2many(
        "crm.customer.change.line", "change_id", string="Values", readonly=True
    )
    requested_by_id = fields.Many2one(
        "res.users",
        string="Asked By",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.uid,
    )
    requested_date = fields.Date(
        string="Asked On",
        required=True,
        readonly=True,
        default=lambda self: self.env.company._policy_today(),
    )
    applied_at = fields.Datetime(readonly=True, copy=False)
    first_change_id = fields.Many2one(
        "crm.customer.change",
        string="Asked Together With",
        readonly=True,
        index="btree_not_null",
        help="The first of the changes asked for in one go.",
    )
    user_id = fields.Many2one(
        related="customer_id.user_id", string="Account Manager", store=True
    )
    summary = fields.Char(
        string="What Changes", compute="_compute_summary", compute_sudo=True
    )

    # ---------------------------------------------------------------- computes

    @api.depends("line_ids.new_value", "line_ids.old_value", "line_ids.field_name")
    @api.depends_context("lang")
    def _compute_summary(self):
        for change in self:
            change.summary = "; ".join(line._summary() for line in change.line_ids)

    # ------------------------------------------------------------------ checks

    @api.model
    def _get_approval_step_labels(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {**super()._get_approval_step_labels(), **kinds}

    def _approval_default_step(self):
        return self.kind

    def _approval_department(self, step):
        """The account manager's department decides."""
        return self.customer_id.crm_department_id or super()._approval_department(step)

    def _approval_check(self, step):
        res = super()._approval_check(step)
        self._check_fresh()
        return res

    def _check_party(self):
        """Raise unless the user asked for the change or may edit the customer."""
        for change in self:
            if change.requested_by_id != self.env.user:
                change.customer_id.check_access("write")

    def _check_fresh(self):
        """Raise where a live value is no longer what it was when the change was asked.

        Who approved has seen the old value beside the new one.
        """
        for change in self.sudo():  # sudo: deciders need not see the customer
            customer = change.customer_id
            if customer.state not in PROTECTED_STATES:
                raise UserError(
                    self.env._(
                        "%(customer)s is not on file any more: %(change)s cannot be "
                        "applied.",
                        customer=customer.display_name,
                        change=change.name,
                    )
                )
            stale = change.line_ids.filtered(lambda line: line._outdated())
            if stale:
                raise UserError(
                    self.env._(
                        "%(change)s cannot be applied: since it was asked for, other "
                        "values of %(customer)s have come into force (%(fields)s). "
                        "Refuse or cancel it and ask again.",
                        change=change.name,
                        customer=customer.display_name,
                        fields=format_list(self.env, stale.mapped("label")),
                    )
                )

    def _approval_decide(self, outcome, comment):
        if outcome == "approved":
            # Nobody decides on values that are gone, and nobody writes the customer
            # between this look and the decision.
            self._lock_customer()
            self._check_fresh()
        return super()._approval_decide(outcome, comment)

    def _lock_customer(self):
        # sudo: deciders lock a customer they need not see
        self.sudo().customer_id._approval_lock()

    # ----------------------------------------------------------------- actions

    def action_submit(self):
        """Put drafts up for decision.

        :return: True
        :raises UserError: not a draft, or the live values changed meanwhile
        """
        for change in self:
            change.check_access("read")
            change._check_party()
            # sudo: nobody has write access; who may submit is checked above
            change.sudo()._approval_request(change.kind, change.reason)
        return True

    def action_cancel(self):
        """Give up drafts.

        :return: True
        :raises UserError: not a draft; withdraw it first
        """
        self.check_access("read")
        self._check_party()
        return self._transition("cancel")

    def _approval_done(self, step):
        res = super()._approval_done(step)
        self._apply()
        return res

    def _apply(self):
        """Write all values of each change to its customer, in one go."""
        for change in self:
            change._check_fresh()
            customer = change.customer_id
            customer._write_protected(change.line_ids._prepare_values())
            # Constraints and database speak now or never: nothing stays half applied.
            self.env.flush_all()
            change._write_guarded({"applied_at": fields.Datetime.now()})
            customer.message_post(
                body=self.env._(
                    "Changed by %(change)s: %(summary)s. Reason: %(reason)s",
                    change=change.name,
                    summary=change.summary,
                    reason=change.reason,
                )
            )

    def _printed_decisions(self):
        """Return the decisions of the last request, to be printed."""
        self.ensure_one()
        return self._approval_current()

    # ------------------------------------------------------------ other programs

    @api.model
    @arguments(number=TEXT, client_reference=TEXT)
    def lookup(self, number=None, client_reference=None):
        """Find changes by number or by the caller's reference.

        :return: list of dicts, one per change the caller may read: ``id``,
            ``number``, ``customer_id``, ``kind``, ``state``, ``reason``,
            ``to_be_decided_by`` (names) and ``values`` (list of dicts with ``field``,
            ``label``, ``old`` and ``new`` as read by people)
        :raises UserError: neither is given
        """
        if not (number or client_reference):
            raise UserError(
                self.env._("Give the number of a change or a client reference.")
            )
        if number:
            changes = self.search([("name", "=", number)])
        else:
            changes = self.search(
                [
                    "|",
                    ("client_reference", "=", client_reference),
                    ("first_change_id.client_reference", "=", client_reference),
                ],
                order="id",
            )
        return [change._lookup_dict() for change in changes]

    def _lookup_dict(self):
        return {
            "id": self.id,
            "number": self.name,
            "customer_id": self.customer_id.id,
            "kind": self.kind,
            "state": self.state,
            "reason": self.reason,
            "to_be_decided_by": self.approval_pending_names or "",
            "values": [
                {
                    "field": line.field_name,
                    "label": line.label,
                    "old": line.old_display or "",
                    "new": line.new_display or "",
                }
                for line in self.line_ids
            ],
        }
