"""Sales allowance certificates (销货折让证明单, F-98): money without goods (SM-16).

Issued by sales on a decided complaint, signed by the (deputy) manager and the (deputy)
general manager, sealed by the customer, proven in one accepted way, then booked by
accounting as a reversal of the invoice at the allowance price (RET-55, RET-56, RET-71
to RET-74).
"""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

STATES = [
    ("draft", "Draft"),
    ("signature", "In Signature"),
    ("signed", "Signed"),
    ("sealed", "Sealed by Customer"),
    ("booked", "Booked"),
    ("refused", "Refused"),
]
TRANSITIONS = {
    # asking and deciding are the approval's business
    "seal": {"from": ("signed",), "to": "sealed", "check": "_check_sealed"},
    "book": {"from": ("sealed",), "to": "booked"},
    "unbook": {"from": ("booked",), "to": "sealed"},
}
PROTECTED = (
    "complaint_id",
    "invoice_id",
    "line_ids",
    "line_ids.invoice_line_id",
    "line_ids.quantity",
    "line_ids.price_unit",
)
PROOF_FIELDS = ("proof_type_id", "proof_reference", "proof_attachment_ids")
# Resolutions of a complaint that give the customer money off (RET-55).
ALLOWANCE_RESOLUTIONS = ("allowance", "compensation")


class CrmReturnAllowance(models.Model):
    """One allowance on one invoice, for one decided complaint."""

    _name = "crm.return.allowance"
    _inherit = [
        "crm.document.mixin",
        "crm.approval.mixin",
        "crm.customer.withheld.mixin",
        "crm.return.head.mixin",
    ]
    _description = "Sales Allowance Certificate"
    _order = "date desc, id desc"
    _check_company_auto = True
    _number_code = "crm.return.allowance"
    _policy_topic = "returns"
    _transitions = TRANSITIONS
    _guarded_fields = ("sealed_on", "booked_on", "amount_untaxed", "partner_id")
    _approval_steps = {
        "allowance": {
            "from": ("draft",),
            "pending": "signature",
            "approved": "signed",
            "refused": "refused",
            "void": "draft",
            "protected": PROTECTED,
            "locked": ("sealed", "booked"),
        },
    }

    state = fields.Selection(
        STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    complaint_id = fields.Many2one(
        "crm.complaint",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        help="The decided complaint that grants the allowance (RET-54, RET-55).",
    )
    invoice_id = fields.Many2one(
        "account.move",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted'),"
        " ('commercial_partner_id', '=', partner_id)]",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        index=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        required=True,
        index=True,
        default=lambda self: self.env.user,
    )
    department_id = fields.Many2one(
        "hr.department", compute="_compute_department_id", store=True
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._policy_today()
    )
    reason = fields.Text(help="Why the allowance is granted.")
    invoice_currency_id = fields.Many2one(
        related="invoice_id.currency_id", string="Invoice Currency"
    )
    line_ids = fields.One2many(
        "crm.return.allowance.line", "allowance_id", "Allowance Lines"
    )
    amount_untaxed = fields.Monetary(
        compute="_compute_amount_untaxed",
        store=True,
        currency_field="invoice_currency_id",
        help="Allowance without tax, in the currency of the invoice.",
    )

    # Proof (RET-71 to RET-73)
    sealed_on = fields.Date(
        readonly=True, copy=False, help="When the customer signed and sealed (RET-56)."
    )
    proof_type_id = fields.Many2one(
        "crm.return.proof.type",
        string="Proof of Allowance",
        tracking=True,
        copy=False,
        check_company=True,
        ondelete="restrict",
        domain="[('for_allowance', '=', True)]",
    )
    proof_reference = fields.Char(copy=False)
    proof_attachment_ids = fields.Many2many(
        "ir.attachment",
        "crm_return_allowance_proof_rel",
        "allowance_id",
        "attachment_id",
        string="Scans of the Proof",
        copy=False,
    )
    credit_note_ids = fields.One2many(
        "account.move", "crm_allowance_id", "Credit Notes", readonly=True
    )
    booked_on = fields.Date(readonly=True, copy=False)

    # --------------------------------------------------------------- computes

    @api.depends("complaint_id")
    def _compute_partner_id(self):
        for record in self:
            # sudo: whose complaint it is, also for who cannot open it
            complaint = record.sudo().complaint_id
            record.partner_id = complaint.partner_id.commercial_partner_id

    @api.depends("line_ids.amount")
    def _compute_amount_untaxed(self):
        for record in self:
            record.amount_untaxed = sum(record.line_ids.mapped("amount"))

    @api.model
    def _get_approval_step_labels(self):
        return {"allowance": self.env._("Sales allowance certificate")}

    def _approval_amount(self, step):
        self.ensure_one()
        return self.amount_untaxed, self.invoice_currency_id, self.date

    # ----------------------------------------------------------------- checks

    @api.constrains("complaint_id", "invoice_id")
    def _check_invoice(self):
        for record in self.sudo():  # sudo: whose invoice it is decides
            invoice = record.invoice_id
            if invoice.move_type != "out_invoice" or invoice.state != "posted":
                raise ValidationError(
                    self.env._("%s is no posted invoice.", invoice.display_name)
                )
            if invoice.commercial_partner_id != record.partner_id:
                raise ValidationError(
                    self.env._(
                        "Invoice %s is of another customer.", invoice.display_name
                    )
                )

    def _approval_check(self, step):
        res = super()._approval_check(step)
        self._check_salesperson()
        if not self.line_ids:
            raise UserError(
                self.env._("Allowance Lines: enter the goods and their allowance.")
            )
        self._check_granted()
        return res

    def _check_granted(self):
        """Raise unless the complaint decided an allowance of at least this amount."""
        # sudo: what was decided binds, also for who cannot open the complaint
        complaint = self.sudo().complaint_id
        complaint._approval_require("decision")
        kinds = complaint.resolution_ids.mapped("kind_code")
        if not set(kinds) & set(ALLOWANCE_RESOLUTIONS):
            raise UserError(
                self.env._(
                    "Complaint %s decided neither allowance nor compensation (RET-55).",
                    complaint.display_name,
                )
            )
        # sudo: as above
        own = self.sudo().credit_note_ids
        others = complaint.settlement_move_ids.filtered(
            lambda m: m.state == "posted" and m not in own
        )
        complaint._check_granted(
            self.display_name, self.amount_untaxed, self.invoice_currency_id, others
        )
        self.line_ids._check_within()

    def _check_proof(self):
        """Raise unless the allowance is proven in one accepted way (RET-71)."""
        for record in self:
            if not record.proof_type_id.for_allowance:
                raise UserError(
                    self.env._(
                        "Proof of Allowance of %s is missing: obtain one of the "
                        "accepted documents before booking (RET-71).",
                        record.name,
                    )
                )
            if (
                record.proof_type_id.attachment_required
                # sudo: that the scan is there counts, whoever attached it
                and not record.sudo().proof_attachment_ids
            ):
                raise UserError(
                    self.env._(
                        "Scans of the Proof of %s are missing (RET-72, RET-73).",
                        record.name,
                    )
                )

    def _check_sealed(self):
        self._approval_require("allowance")
        self._check_proof()

    # -------------------------------------------------------------- lifecycle

    def write(self, vals):
        if set(PROOF_FIELDS) & set(vals):
            for record in self:
                record._check_transition_state(("signed", "sealed"))
        res = super().write(vals)
        if "proof_attachment_ids" in vals:
            for record in self:
                # sudo: the salesperson's upload becomes the certificate's
                scans = record.sudo().proof_attachment_ids.filtered(
                    lambda a: not a.res_id
                )
                scans.write({"res_model": self._name, "res_id": record.id})
        return res

    @api.model_create_multi
    def create(self, vals_list):
        if any(set(PROOF_FIELDS) & set(vals) for vals in vals_list):
            raise UserError(
                self.env._("The proof is entered after the certificate is signed.")
            )
        return super().create(vals_list)

    # ---------------------------------------------------------------- actions

    @arguments(comment=TEXT)
    def action_submit(self, comment=None):
        """Ask for the signatures of the managers (RET-56).

        :return: True
        :raises UserError: complaint not decided, or more than it grants
        """
        self.check_access("write")
        for record in self:
            record.action_request_approval("allowance", comment)
        return True

    def action_seal(self):
        """Record that the customer signed and sealed, with the proof (RET-56).

        :return: True
        :raises UserError: not signed inside, or proof missing
        """
        self.check_access("write")
        for record in self:
            record._transition("seal", sealed_on=record.company_id._policy_today())
        return True

    def action_create_credit_note(self):
        """Draft the credit note of the allowance; posting it books the certificate.

        :return: ids of the drafts
        :raises UserError: not sealed, or drafted already
        :raises AccessError: not of accounting
        """
        self._check_accountant()
        self.check_access("read")
        notes = self.env["account.move"]
        for record in self:
            record._check_transition_state(("sealed",))
            record._check_sealed()
            # sudo: credit notes of colleagues count as well
            if record.sudo().credit_note_ids.filtered(lambda m: m.state != "cancel"):
                raise UserError(
                    self.env._("%s has its credit note already.", record.display_name)
                )
            notes |= record._create_credit_note()
        return notes.ids

    def action_credit(self):
        """Draft the credit note and show it."""
        self.action_create_credit_note()
        return self.action_view_credit_notes()

    def action_view_credit_notes(self):
        """Show the credit notes of this certificate."""
        return self._open_records(
            "account.action_move_out_refund_type", self.credit_note_ids
        )

    # ---------------------------------------------------------------- helpers

    def _create_credit_note(self):
        invoice = self.invoice_id
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": [Command.set(invoice.ids)],
                "company_id": invoice.company_id.id,
                "journal_id": invoice.journal_id.id,
                "date": self.company_id._policy_today(),
                "reason": self.name,
            }
        )
        wizard.refund_moves()
        note = wizard.new_move_ids
        wanted = self.line_ids.grouped("invoice_line_id")
        commands = []
        for original, copied in zip(
            invoice.invoice_line_ids.sorted("id"),
            note.invoice_line_ids.sorted("id"),
            strict=True,
        ):
            lines = wanted.get(original)
            if not lines:
                commands.append(Command.delete(copied.id))
                continue
            commands.append(
                Command.update(
                    copied.id,
                    {
                        "quantity": lines.quantity,
                        "price_unit": lines.price_unit,
                        "discount": 0.0,
                        "crm_reversed_line_id": original.id,
                        # The goods stay sold: the order's quantities do not change.
                        "sale_line_ids": [Command.clear()],
                    },
                )
            )
        # sudo: the complaint settled may be none the accountant may open
        note.sudo().write({"complaint_id": self.complaint_id.id})
        note.write({"invoice_line_ids": commands, "crm_allowance_id": self.id})
        return note

    def _sync_booked(self):
        """Follow the posted credit note: booked or not."""
        for record in self.sudo():  # sudo: follows what accounting posted
            posted = record.credit_note_ids.filtered(lambda m: m.state == "posted")
            if record.state == "sealed" and posted:
                record._transition("book", booked_on=record.company_id._policy_today())
            elif record.state == "booked" and not posted:
                record._transition("unbook", booked_on=False)

    def _print_copies(self):
        """Return the labels of the two copies of the certificate (RET-55, RET-56)."""
        return [self.env._("Copy 1: sales"), self.env._("Copy 2: accounting")]


class CrmReturnAllowanceLine(models.Model):
    """Allowance on one line of the invoice, in the line's unit and currency."""

    _name = "crm.return.allowance.line"
    _inherit = ["crm.approval.line.mixin", "crm.guard.mixin"]
    _description = "Line of a Sales Allowance Certificate"
    _approval_parent = "allowance_id"
    _guarded_fields = ("amount",)

    allowance_id = fields.Many2one(
        "crm.return.allowance", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="allowance_id.company_id", store=True)
    currency_id = fields.Many2one(related="allowance_id.invoice_currency_id")
    invoice_line_id = fields.Many2one(
        "account.move.line",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('move_id', '=', parent.invoice_id),"
        " ('display_type', '=', 'product')]",
    )
    product_id = fields.Many2one(related="invoice_line_id.product_id")
    uom_id = fields.Many2one(related="invoice_line_id.product_uom_id", string="Unit")
    invoiced = fields.Float(
        related="invoice_line_id.quantity", string="Invoiced", digits="Product Unit"
    )
    invoice_price = fields.Float(
        related="invoice_line_id.price_unit",
        string="Invoice Price",
        digits="Product Price",
    )
    quantity = fields.Float(
        required=True, digits="Product Unit", help="In the unit of the invoice line."
    )
    price_unit = fields.Float(
        string="Allowance per Unit",
        required=True,
        digits="Product Price",
        help="Without tax where the invoice's price is, in the invoice's currency.",
    )
    amount = fields.Monetary(
        compute="_compute_amount", store=True, help="Quantity times allowance."
    )

    _figures_positive = models.Constraint(
        "CHECK (quantity > 0 AND price_unit > 0)",
        "Quantity and allowance per unit must be more than zero.",
    )
    _line_uniq = models.Constraint(
        "UNIQUE (allowance_id, invoice_line_id)",
        "A line of the invoice stands on a certificate once.",
    )

    @api.depends("quantity", "price_unit", "currency_id")
    def _compute_amount(self):
        for line in self:
            currency = line.currency_id or line.env.company.currency_id
            line.amount = currency.round(line.quantity * line.price_unit)

    @api.constrains("invoice_line_id", "quantity", "price_unit", "allowance_id")
    def _check_within(self):
        """Raise unless each allowance fits what was billed and not credited yet."""
        for line in self.sudo():  # sudo: figures of the invoice bind
            source, allowance = line.invoice_line_id, line.allowance_id
            if source.move_id != allowance.invoice_id:
                raise ValidationError(
                    self.env._(
                        "%s is not on the invoice of the certificate.",
                        source.display_name,
                    )
                )
            own = allowance.credit_note_ids
            granted = sum(
                abs(entry.price_subtotal)
                for entry in source.crm_credited_line_ids
                if entry.parent_state == "posted" and entry.move_id not in own
            )
            left = source.price_subtotal - granted
            if (
                line.uom_id.compare(line.quantity, source.quantity) > 0
                or line.currency_id.compare_amounts(line.amount, left) > 0
            ):
                raise ValidationError(
                    self.env._(
                        "%(line)s: an allowance of %(amount)s for %(quantity)s is "
                        "more than the %(left)s billed for %(billed)s and not "
                        "credited yet.",
                        line=source.display_name,
                        amount=line.amount,
                        quantity=line.quantity,
                        left=left,
                        billed=source.quantity,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        for document in lines.allowance_id:
            if document.state not in ("draft", "signature", "signed"):
                document._check_transition_state(("draft",))
        return lines
