"""Money of a return: the original invoice's lines reversed (RET-62 to RET-70, SM-16).

Price, discount, tax and currency are those of the invoice; the quantity is what came
back. A draft is made and posted by accounting, once, with proof of the return.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

PROOF_FIELDS = ("proof_type_id", "proof_reference", "proof_attachment_ids")
PROOF_STATES = ("in_warehouse", "in_quality", "with_accounting")


class CrmReturn(models.Model):
    _inherit = "crm.return"

    credit_note_ids = fields.One2many(
        "account.move", "crm_return_id", "Credit Notes", readonly=True
    )
    credit_note_count = fields.Integer(compute="_compute_credit_note_count")
    proof_type_id = fields.Many2one(
        "crm.return.proof.type",
        string="Proof of Return",
        tracking=True,
        copy=False,
        check_company=True,
        ondelete="restrict",
        domain="[('for_return', '=', True)]",
        help="Exactly one of the ways the policy accepts (RET-66).",
    )
    proof_reference = fields.Char(
        copy=False, help="Number of the document that proves the return."
    )
    proof_attachment_ids = fields.Many2many(
        "ir.attachment",
        "crm_return_proof_attachment_rel",
        "return_id",
        "attachment_id",
        string="Scans of the Proof",
        copy=False,
    )

    has_excess = fields.Boolean(
        string="Beyond the Ratio",
        compute="_compute_has_excess",
        help="More came back than the over-quantity acceptance ratio allows (GAP-29).",
    )

    @api.depends("line_ids.quantity_result")
    def _compute_has_excess(self):
        for record in self:
            record.has_excess = "beyond" in record.line_ids.mapped("quantity_result")

    def _compute_credit_note_count(self):
        self._count_linked(("account.move", "crm_return_id", "credit_note_count"))

    # ----------------------------------------------------------------- checks

    def _check_proof_vals(self, vals):
        """The proof is obtained after the goods are received (RET-66)."""
        names = [name for name in PROOF_FIELDS if vals.get(name)]
        if names and not self:
            raise UserError(
                self.env._("A proof of return is entered after the goods are back.")
            )
        names = [name for name in PROOF_FIELDS if name in vals]
        if names:
            self._check_in_states(PROOF_STATES, names)

    def _check_proof(self):
        """Raise unless the return is proven in one accepted way (RET-66)."""
        for record in self:
            if not record.proof_type_id.for_return:
                raise UserError(
                    self.env._(
                        "Proof of Return of %s is missing: obtain one of the accepted "
                        "documents before posting (RET-66).",
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
                        "Scans of the Proof of %(document)s: attach “%(proof)s” "
                        "before posting (RET-66).",
                        document=record.name,
                        proof=record.proof_type_id.name,
                    )
                )

    def _check_quantities_accepted(self):
        """Raise when more came back than the ratio allows (GAP-29)."""
        for line in self.line_ids:
            if line.quantity_result == "beyond":
                raise UserError(
                    self.env._(
                        "%(product)s on %(document)s: %(received)s came back, "
                        "%(approved)s were approved; beyond the over-quantity "
                        "acceptance ratio a new decision is needed (RET-64, RET-65).",
                        product=line.product_id.display_name,
                        document=line.return_id.name,
                        received=line.qty_received,
                        approved=line.qty_approved,
                    )
                )

    def _own_proof_scans(self):
        """Let whoever may read the return read the scans of its proof."""
        for record in self:
            # sudo: the salesperson's upload becomes the return's
            scans = record.sudo().proof_attachment_ids.filtered(lambda a: not a.res_id)
            scans.write({"res_model": self._name, "res_id": record.id})

    # ---------------------------------------------------------------- actions

    def action_create_credit_notes(self):
        """Draft the credit notes of the goods received, per original invoice.

        :return: list of ids of the drafts
        :raises UserError: nothing (left) to credit, or quantity not accepted
        :raises AccessError: not of accounting
        """
        self._check_accountant()
        self.check_access("read")
        notes = self.env["account.move"]
        for record in self:
            record._check_transition_state(("with_accounting",))
            record._check_quantities_accepted()
            record._approval_lock()
            # sudo: orders and returns are read to find the invoices; the credit
            # notes themselves are made with the accountant's own rights
            allocation = record.sudo()._credit_allocation()
            if not allocation:
                raise UserError(
                    self.env._(
                        "%s: nothing is left to credit; the goods received were not "
                        "invoiced or are credited already.",
                        record.name,
                    )
                )
            for invoice, parts in allocation.items():
                notes |= record._create_credit_note(invoice.with_env(self.env), parts)
        return notes.ids

    def action_credit(self):
        """Draft the credit notes and show them."""
        self.action_create_credit_notes()
        return self.action_view_credit_notes()

    def action_settle(self):
        """Close returns of goods that were never invoiced (nothing to credit)."""
        self._check_accountant()
        self.check_access("read")
        for record in self:
            if record._has_creditable():
                record._check_proof()
            record._check_quantities_accepted()
            # sudo: as in action_create_credit_notes
            document = record.sudo()
            if document._credit_allocation() or document.credit_note_ids.filtered(
                lambda m: m.state == "draft"
            ):
                raise UserError(
                    self.env._(
                        "%s: credit the invoiced goods first.", record.display_name
                    )
                )
            record._settle()
        return True

    def action_view_credit_notes(self):
        """Open the credit notes of this return."""
        return self._open_records(
            "account.action_move_out_refund_type", self.credit_note_ids
        )

    # ---------------------------------------------------------------- helpers

    def _credit_allocation(self):
        """Say which invoice lines the goods received are credited from.

        :return: {invoice: [(invoice line, return line, quantity in the invoice
            line's unit)]}
        """
        self.ensure_one()
        result = {}
        drafted = self.line_ids._credited_quantities(("draft", "posted"))
        left = {}
        for line in self.line_ids:
            source = line.sale_line_id
            wanted = line._qty_creditable() - drafted.get(line.id, 0.0)
            for invoice_line in line._invoice_lines():
                uom = invoice_line.product_uom_id
                if invoice_line not in left:
                    left[invoice_line] = invoice_line._return_creditable()
                quantity = min(
                    source.product_uom_id._compute_quantity(
                        wanted, uom, rounding_method="HALF-UP"
                    ),
                    left[invoice_line],
                )
                if uom.compare(quantity, 0.0) <= 0:
                    continue
                left[invoice_line] -= quantity
                wanted -= uom._compute_quantity(
                    quantity, source.product_uom_id, rounding_method="HALF-UP"
                )
                result.setdefault(invoice_line.move_id, []).append(
                    (invoice_line, line, quantity)
                )
        return result

    def _create_credit_note(self, invoice, parts):
        """Return the draft reversal of ``invoice``, cut down to ``parts``."""
        today = self.company_id._policy_today()
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": [Command.set(invoice.ids)],
                "company_id": invoice.company_id.id,
                "journal_id": invoice.journal_id.id,
                "date": today,
                "reason": self.name,
            }
        )
        wizard.refund_moves()
        note = wizard.new_move_ids
        originals = invoice.invoice_line_ids.sorted("id")
        copies = note.invoice_line_ids.sorted("id")
        pairs = dict(zip(originals, copies, strict=True))
        wanted = {}
        for invoice_line, line, quantity in parts:
            wanted.setdefault(invoice_line.id, []).append((line, quantity))
        commands = []
        for original, copied in pairs.items():
            entries = wanted.get(original.id)
            if not entries or copied.product_id != original.product_id:
                commands.append(Command.delete(copied.id))
                continue
            for number, (line, quantity) in enumerate(entries):
                vals = {
                    "quantity": quantity,
                    "crm_return_line_id": line.id,
                    "crm_reversed_line_id": original.id,
                }
                if not number:
                    commands.append(Command.update(copied.id, vals))
                    continue
                [data] = copied.with_context(include_business_fields=True).copy_data(
                    vals
                )
                data.pop("move_id", None)
                commands.append(Command.create(data))
        note.write({"invoice_line_ids": commands, "crm_return_id": self.id})
        return note

    def _sync_credited(self):
        """Follow the posted credit notes: quantities, and settled or not."""
        # sudo: accountants keep the figures of returns they need not edit
        records = self.sudo()
        credited = records.line_ids._credited_quantities(("posted",))
        for line in records.line_ids:
            quantity = credited.get(line.id, 0.0)
            if not line.product_uom_id.is_zero(quantity - line.qty_credited):
                line._write_guarded({"qty_credited": quantity})
        for record in records:
            notes = record.credit_note_ids
            posted = notes.filtered(lambda m: m.state == "posted")
            drafts = notes.filtered(lambda m: m.state == "draft")
            done = posted and not drafts and not record._credit_allocation()
            if record.state == "with_accounting" and done:
                record._settle()
            elif record.state == "settled" and not done and notes:
                record._transition("unsettle", date_settled=False)

    def _settle(self):
        for record in self:
            record._transition("settle", date_settled=record.company_id._policy_today())
        self._sync_complaint_loss()

    def _has_creditable(self):
        """Tell whether anything came back that does not go to the customer again."""
        return any(
            line.product_uom_id.compare(line._qty_creditable(), 0) > 0
            for line in self.sudo().line_ids  # sudo: units and ledger of the goods
        )


class CrmReturnLine(models.Model):
    _inherit = "crm.return.line"

    def _invoice_lines(self):
        """Return the posted invoice lines these goods were billed on, newest first."""
        self.ensure_one()
        return self.sale_line_id.invoice_lines.filtered(
            lambda line: (
                line.display_type == "product"
                and line.move_id.state == "posted"
                and line.move_id.move_type == "out_invoice"
            )
        ).sorted(lambda line: (line.move_id.invoice_date, line.id), reverse=True)

    @api.model
    def _credit_line_domain(self, lines, states):
        return [
            ("crm_return_line_id", "in", lines.ids),
            ("parent_state", "in", states),
            ("move_id.move_type", "=", "out_refund"),
            ("display_type", "=", "product"),
        ]

    def _credited_quantities(self, states):
        """Return {line id: quantity on credit notes in these states}."""
        # sudo: sums of credit notes, for whoever settles or reads the return
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                self._credit_line_domain(self, states),
                ["crm_return_line_id", "product_uom_id"],
                ["quantity:sum"],
            )
        )
        result = {}
        for line, uom, quantity in groups:
            result[line.id] = result.get(line.id, 0.0) + uom._compute_quantity(
                quantity, line.product_uom_id, rounding_method="HALF-UP"
            )
        return result
