"""Credit notes of returns: posted by accounting only, with proof, once (RET-62)."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare


class AccountMove(models.Model):
    _inherit = "account.move"

    crm_return_id = fields.Many2one(
        "crm.return",
        string="Return Request",
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The return whose goods this credit note credits.",
    )

    crm_allowance_id = fields.Many2one(
        "crm.return.allowance",
        string="Allowance Certificate",
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The sales allowance certificate this credit note books.",
    )

    def write(self, vals):
        for name in ("crm_return_id", "crm_allowance_id"):
            if name in vals:
                self._check_return_link(name, vals[name])
        if vals.get("state") == "posted":
            self._check_return_credit()
            self._check_allowance_credit()
        returns, allowances = self.crm_return_id, self.crm_allowance_id
        res = super().write(vals)
        if "state" in vals and (returns | self.crm_return_id):
            (returns | self.crm_return_id)._sync_credited()
        if "state" in vals:
            (allowances | self.crm_allowance_id)._sync_booked()
        return res

    def unlink(self):
        returns, allowances = self.crm_return_id, self.crm_allowance_id
        res = super().unlink()
        returns._sync_credited()
        allowances._sync_booked()
        return res

    def _check_return_link(self, name, value):
        for move in self:
            if move[name] and move[name].id != value:
                raise UserError(
                    self.env._(
                        "%(note)s credits %(document)s; that cannot change.",
                        note=move.display_name,
                        document=move.sudo()[name].name,  # sudo: to name it
                    )
                )

    def _check_allowance_credit(self):
        """Raise unless these credit notes are what their certificates grant."""
        # sudo: the certificate binds accountants who may not open its complaint
        for note in self.sudo().filtered("crm_allowance_id"):
            allowance = note.crm_allowance_id
            allowance._check_transition_state(("sealed",))
            allowance._check_sealed()
            allowance._check_granted()
            wanted = {
                line.invoice_line_id: (line.quantity, line.price_unit)
                for line in allowance.line_ids
            }
            found = {}
            for line in note.invoice_line_ids.filtered(
                lambda entry: entry.display_type == "product"
            ):
                original = line.crm_reversed_line_id
                if original and (line.tax_ids, line.account_id, line.discount) == (
                    original.tax_ids,
                    original.account_id,
                    0.0,
                ):
                    found[original] = (line.quantity, line.price_unit)
                else:
                    found[line] = None
            if wanted != found or note.currency_id != allowance.invoice_currency_id:
                raise UserError(
                    self.env._(
                        "%(note)s must credit what certificate %(document)s grants, "
                        "at the taxes and accounts of the invoice.",
                        note=note.display_name,
                        document=allowance.name,
                    )
                )

    def _check_credit_total(self):
        """Raise when an invoice would be credited for more than it billed."""
        invoice = self.reversed_entry_id
        notes = invoice.reversal_move_ids.filtered(
            lambda m: m.move_type == "out_refund" and m.state == "posted"
        )
        total = sum((notes | self).mapped("amount_total"))
        if (
            invoice
            and invoice.currency_id.compare_amounts(total, invoice.amount_total) > 0
        ):
            raise UserError(
                self.env._(
                    "%(note)s: %(total)s would be credited of invoice %(invoice)s "
                    "over %(amount)s; an allowance was granted on it already.",
                    note=self.display_name,
                    total=invoice.currency_id.format(total),
                    invoice=invoice.name,
                    amount=invoice.currency_id.format(invoice.amount_total),
                )
            )

    def _check_return_credit(self):
        """Raise unless these credit notes may be posted for their returns."""
        # sudo: the rules of the return bind accountants who may not read it
        notes = self.sudo().filtered(
            lambda m: m.crm_return_id or m.invoice_line_ids.crm_return_line_id
        )
        for note in notes:
            documents = note.crm_return_id | note.line_ids.crm_return_line_id.return_id
            if documents != note.crm_return_id:
                raise UserError(
                    self.env._("%s mixes several returns.", note.display_name)
                )
            documents._check_transition_state(("with_accounting",))
            documents._check_proof()
            documents._check_quantities_accepted()
            note._check_return_lines()
            note._check_credit_total()
        lines = notes.line_ids.crm_return_line_id
        posted = lines._credited_quantities(("posted",))
        for line in lines:
            quantity = posted.get(line.id, 0.0) + sum(
                entry.product_uom_id._compute_quantity(
                    entry.quantity, line.product_uom_id, rounding_method="HALF-UP"
                )
                for entry in notes.invoice_line_ids
                if entry.crm_return_line_id == line and entry.parent_state != "posted"
            )
            if line.product_uom_id.compare(quantity, line._qty_creditable()) > 0:
                raise UserError(
                    self.env._(
                        "%(product)s on return %(document)s: %(quantity)s would be "
                        "credited, but %(received)s came back (RET-62, RET-63).",
                        product=line.product_id.display_name,
                        document=line.return_id.name,
                        quantity=quantity,
                        received=line._qty_creditable(),
                    )
                )

    def _check_return_lines(self):
        """Raise unless each line still is the original invoice's."""
        self.ensure_one()
        for line in self.invoice_line_ids.filtered(
            lambda entry: entry.display_type == "product"
        ):
            original = line.crm_reversed_line_id
            same = (
                original
                and original.move_id == self.reversed_entry_id
                and line.product_id == original.product_id
                and line.tax_ids == original.tax_ids
                and line.account_id == original.account_id
                and not float_compare(line.price_unit, original.price_unit, 6)
                and not float_compare(line.discount, original.discount, 6)
                and self.currency_id == original.currency_id
            )
            if not same:
                raise UserError(
                    self.env._(
                        "%(line)s on %(note)s: a return is credited at price, "
                        "discount, tax and account of the original invoice line.",
                        line=line.name or line.product_id.display_name or "-",
                        note=self.display_name,
                    )
                )

    def action_view_return(self):
        """Open the return this credit note belongs to."""
        self._policy_require_one()
        return self.crm_return_id.get_formview_action()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    crm_return_line_id = fields.Many2one(
        "crm.return.line",
        string="Return Request Line",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    crm_reversed_line_id = fields.Many2one(
        "account.move.line",
        string="Invoice Line Credited",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    crm_credited_line_ids = fields.One2many(
        "account.move.line", "crm_reversed_line_id", "Credited By"
    )

    def write(self, vals):
        for name in ("crm_return_line_id", "crm_reversed_line_id"):
            if name in vals and any(
                line[name] and line[name].id != vals[name] for line in self
            ):
                raise UserError(
                    self.env._(
                        "%s of a credit note cannot change.",
                        self._fields[name]._description_string(self.env),
                    )
                )
        return super().write(vals)

    def _return_creditable(self):
        """Return how much of this invoice line no credit note covers yet.

        In the line's own unit; drafts count, cancelled credit notes do not.
        """
        self.ensure_one()
        refunds = self.sale_line_ids.invoice_lines.filtered(
            lambda line: (
                line.move_id.move_type == "out_refund" and line.parent_state != "cancel"
            )
        )
        own = refunds.filtered(
            lambda line: (
                line.crm_reversed_line_id == self
                or (
                    not line.crm_reversed_line_id
                    and line.move_id.reversed_entry_id == self.move_id
                )
            )
        )
        covered = sum(
            line.product_uom_id._compute_quantity(
                line.quantity, self.product_uom_id, rounding_method="HALF-UP"
            )
            for line in own
        )
        invoiced = sum(
            source.product_uom_id._compute_quantity(
                source.qty_invoiced, self.product_uom_id, rounding_method="HALF-UP"
            )
            for source in self.sale_line_ids
        )
        return max(min(self.quantity - covered, invoiced), 0.0)
