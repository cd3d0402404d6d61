"""The standard for returns: A, and B or C or D (RET-11 to RET-15, GAP-34).

Each criterion is proposed from facts while the application is a draft and judged once
more when it is submitted; the results stay as they were then.
"""

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

RESULTS = [("met", "Met"), ("open", "To be shown"), ("not_met", "Not met")]
# Complaint states in which the fault is decided (B).
DECIDED = ("decided", "executing", "collecting", "closed")


class CrmReturn(models.Model):
    _inherit = "crm.return"

    warranty_state = fields.Selection(
        RESULTS,
        string="A: Warranty",
        readonly=True,
        copy=False,
        index=True,
        help="Every product is within its warranty (RET-12).",
    )
    quality_state = fields.Selection(
        RESULTS,
        string="B: Quality",
        readonly=True,
        copy=False,
        help="Quality or the contract's acceptance standard is not met, shown by a "
        "decided complaint (RET-13).",
    )
    finance_state = fields.Selection(
        RESULTS,
        string="C: Finance",
        readonly=True,
        copy=False,
        help="These deliveries are overdue and the customer was asked for payment "
        "repeatedly (RET-14).",
    )
    other_state = fields.Selection(
        RESULTS,
        string="D: Other",
        readonly=True,
        copy=False,
        help="A major change at the customer, with its evidence (RET-15).",
    )
    eligible = fields.Boolean(
        string="Standard Met",
        readonly=True,
        copy=False,
        index=True,
        help="A and at least one of B, C, D (RET-11).",
    )
    criteria_note = fields.Text(string="Standard Checked", readonly=True, copy=False)
    override_reason = fields.Text(
        copy=False,
        tracking=True,
        help="Why the general manager admits a return that misses the standard "
        "(GAP-34).",
    )
    override_user_id = fields.Many2one(
        "res.users", string="Admitted By", readonly=True, copy=False
    )
    override_date = fields.Datetime(string="Admitted On", readonly=True, copy=False)

    # ----------------------------------------------------------------- judge

    def _refresh_facts(self):
        """Judge the standard anew from today's facts; keep the results."""
        if not self:
            return
        # sudo: deliveries and invoices are facts, also for who cannot open them
        records = self.sudo()
        facts = records.line_ids.sale_line_id._return_facts()
        for record in records:
            record.line_ids._refresh_warranty(facts)
            results = {
                "warranty_state": record._judge_warranty(),
                "quality_state": record._judge_quality(),
                "finance_state": record._judge_finance(),
                "other_state": record._judge_other(),
            }
            notes = {name: note for name, (_result, note) in results.items()}
            vals = {name: result for name, (result, _note) in results.items()}
            vals["eligible"] = vals["warranty_state"] == "met" and "met" in (
                vals["quality_state"],
                vals["finance_state"],
                vals["other_state"],
            )
            vals["criteria_note"] = "\n".join(notes.values())
            vals["amount_total"] = sum(record.line_ids.mapped("amount"))
            record._write_guarded(vals)

    def _judge_warranty(self):
        """A: every line is delivered and within its warranty (RET-12)."""
        today = self.company_id._policy_today()
        if not self.line_ids:
            return "open", self.env._("A (RET-12): no goods entered yet.")
        for line in self.line_ids:
            if not line.date_delivered:
                return "not_met", self.env._(
                    "A (RET-12): %s was not delivered.", line.product_id.display_name
                )
            if not line.warranty_end or line.warranty_end < today:
                return "not_met", self.env._(
                    "A (RET-12): the warranty of %(product)s ended on %(date)s.",
                    product=line.product_id.display_name,
                    date=line.warranty_end or line.date_delivered,
                )
        return "met", self.env._(
            "A (RET-12): within warranty until %s.",
            min(self.line_ids.mapped("warranty_end")),
        )

    def _judge_quality(self):
        """B: a decided complaint shows the fault (RET-13)."""
        complaint = self.complaint_id
        if complaint.state in DECIDED:
            return "met", self.env._(
                "B (RET-13): complaint %s is decided.", complaint.display_name
            )
        if complaint and complaint.state not in ("not_substantiated", "cancelled"):
            return "open", self.env._(
                "B (RET-13): complaint %s is not decided yet.", complaint.display_name
            )
        if self.reason_id.criterion == "b":
            return "open", self.env._("B (RET-13): no decided complaint is linked.")
        return "not_met", self.env._("B (RET-13): no quality fault claimed.")

    def _judge_finance(self):
        """C: these deliveries are overdue in spite of repeated talks (RET-14)."""
        today = self.company_id._policy_today()
        overdue = self.line_ids.sale_line_id.invoice_lines.move_id.filtered(
            lambda m: (
                m.move_type == "out_invoice"
                and m.state == "posted"
                and m.amount_residual > 0
                and (m.invoice_date_due or m.invoice_date) < today
            )
        )
        if not overdue:
            return "not_met", self.env._("C (RET-14): nothing of it is overdue.")
        asked = len(self.contact_ids.filtered(lambda c: c.kind == "payment"))
        wanted = self.company_id.return_contact_min
        if asked < wanted:
            return "open", self.env._(
                "C (RET-14): %(invoices)s overdue; %(asked)s of %(wanted)s contacts "
                "about payment recorded.",
                invoices=", ".join(overdue.mapped("name")),
                asked=asked,
                wanted=wanted,
            )
        return "met", self.env._(
            "C (RET-14): %(invoices)s overdue after %(asked)s contacts about payment.",
            invoices=", ".join(overdue.mapped("name")),
            asked=asked,
        )

    def _judge_other(self):
        """D: the reason is a major change at the customer, with evidence (RET-15)."""
        if self.reason_id.criterion != "d":
            return "not_met", self.env._("D (RET-15): no other major change claimed.")
        if self.reason_id.evidence_required and not (self.evidence or "").strip():
            return "open", self.env._(
                "D (RET-15): %s; its evidence is to be written down.",
                self.reason_id.name,
            )
        return "met", self.env._("D (RET-15): %s.", self.reason_id.name)

    def _check_eligible(self):
        """Raise unless the standard is met or the general manager admitted it.

        :raises UserError: names each criterion with its clause
        """
        for record in self:
            record._refresh_facts()
            if not record.eligible and not record.override_user_id:
                raise UserError(
                    self.env._(
                        "%(document)s does not meet the standard for returns: A and "
                        "one of B, C, D (RET-11).\n%(note)s",
                        document=record.display_name,
                        note=record.criteria_note,
                    )
                )

    # --------------------------------------------------------------- override

    def _check_override_vals(self, vals):
        """Only the general manager writes the override, on a draft (GAP-34)."""
        if not vals.get("override_reason") and not any(
            record.override_reason for record in self
        ):
            return
        if "override_reason" not in vals:
            return
        if not self.env.user.has_group("crm_policy.group_gm"):
            raise AccessError(
                self.env._(
                    "Only the general manager admits a return that misses the standard."
                )
            )
        if self:
            self._check_in_states(("draft",), ["override_reason"])

    def _stamp_override(self, vals_list):
        for record, vals in zip(self, vals_list, strict=True):
            if "override_reason" not in vals:
                continue
            given = bool((vals["override_reason"] or "").strip())
            record._write_guarded(
                {
                    "override_user_id": self.env.uid if given else False,
                    "override_date": fields.Datetime.now() if given else False,
                }
            )

    def _drop_override(self, names):
        """An override is for the request as it was: it falls when that changes."""
        if not names:
            return
        for record in self.filtered("override_user_id"):
            record._write_guarded({"override_user_id": False, "override_date": False})
            record.message_post(
                body=self.env._(
                    "The application changed: the general manager's admission no "
                    "longer holds."
                )
            )

    def action_override_criteria(self, reason):
        """Admit returns that miss the standard; for the general manager (GAP-34).

        :param reason: why; kept on the return and in its log
        :return: True
        :raises AccessError: not the general manager; UserError: no reason
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Admitting a return needs a reason."))
        self.write({"override_reason": reason})
        return True

    def action_check_criteria(self):
        """Judge the standard of draft applications from today's facts (RET-16)."""
        self.check_access("write")
        self._check_in_states(("draft",), ["eligible"])
        self._refresh_facts()
        return True


class CrmReturnLine(models.Model):
    _inherit = "crm.return.line"

    def _allocate_deliveries(self, facts, quantities=None):
        """Say which deliveries the goods of these lines come from, newest first.

        :param facts: result of ``_return_facts``
        :param quantities: {line: quantity} instead of what the lines ask for
        :return: {line: [(stock.move, quantity in the line's unit)]}
        """
        result = {}
        left = {source_id: fact["moves"] for source_id, fact in facts.items()}
        for line in self:
            source = line.sale_line_id
            moves = left.get(source.id, [])
            quantity = (quantities or {}).get(line, line.quantity)
            if line.lot_id:
                usable = [m for m in moves if line.lot_id in m[0].sudo().lot_ids]
            else:
                usable = moves
            taken, _rest = source._take_from_moves(usable, quantity)
            result[line] = taken
            used = dict(taken)
            left[source.id] = [(m, n - used.get(m, 0.0)) for m, n in moves]
        return result

    def _refresh_warranty(self, facts):
        """Write delivery date, end of warranty and value of draft lines."""
        for line, taken in self._allocate_deliveries(facts).items():
            company = line.company_id
            dates = [company._policy_date(move.date) for move, _part in taken]
            months = line.product_id.product_tmpl_id._return_warranty_months(company)
            delivered = min(dates) if dates else False
            source = line.sale_line_id
            value = source.currency_id._convert(
                source.price_reduce_taxexcl * line.quantity,
                company.currency_id,
                company,
                line.return_id.date_request,
            )
            vals = {
                "date_delivered": delivered,
                "warranty_end": delivered + relativedelta(months=months)
                if delivered and months
                else False,
                "amount": value,
            }
            if any(line[name] != value for name, value in vals.items()):
                line._write_guarded(vals)
