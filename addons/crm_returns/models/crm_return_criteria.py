"""The standard for returns: A, and B or C or D (RET-11 to RET-15, GAP-34).

Each criterion is proposed from facts while the application is a draft and judged once
more when it is submitted; the results stay as they were then. What was found is kept
as facts and put into words in the reader's language.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date, format_list

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

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
        "decided complaint or a parts list the customer signed (RET-13).",
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
    criteria_findings = fields.Json(
        string="Findings",
        readonly=True,
        copy=False,
        help="What the check of each criterion found: a list of {“finding”: key, "
        "“facts”: {name: text, number or [model, id]}}.",
    )
    criteria_note = fields.Text(
        string="Standard Checked",
        compute="_compute_criteria_note",
        help="What the check of each criterion found, in the reader's language.",
    )
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
            vals = {name: judged[0] for name, judged in results.items()}
            vals["eligible"] = vals["warranty_state"] == "met" and "met" in (
                vals["quality_state"],
                vals["finance_state"],
                vals["other_state"],
            )
            vals["criteria_findings"] = [
                {"finding": finding, "facts": facts}
                for _result, finding, facts in results.values()
            ]
            vals["amount_total"] = sum(record.line_ids.mapped("amount"))
            record._write_guarded(vals)

    def _judge_warranty(self):
        """A: every line is delivered and within its warranty (RET-12).

        :return: result, key of ``_get_criteria_words`` and the facts it names
        """
        today = self.company_id._policy_today()
        if not self.line_ids:
            return "open", "no_goods", {}
        for line in self.line_ids:
            product = line.product_id
            if not line.date_delivered:
                return "not_met", "not_delivered", self._fact("product", product)
            if not line.warranty_end or line.warranty_end < today:
                end = line.warranty_end or line.date_delivered
                return (
                    "not_met",
                    "warranty_over",
                    {**self._fact("product", product), "date": end.isoformat()},
                )
        end = min(self.line_ids.mapped("warranty_end"))
        return "met", "in_warranty", {"date": end.isoformat()}

    def _judge_quality(self):
        """B: a decided complaint, or the parts list, shows the fault (RET-13)."""
        complaint = self.complaint_id
        if complaint.state in DECIDED:
            return "met", "fault_decided", self._fact("complaint", complaint)
        parts_list = self._signed_inspection()
        if parts_list.has_fault:
            return (
                "met",
                "fault_inspected",
                {
                    **self._fact("engineer", parts_list.engineer_id),
                    "date": parts_list.date.isoformat(),
                },
            )
        if complaint and complaint.state not in ("not_substantiated", "cancelled"):
            return "open", "fault_undecided", self._fact("complaint", complaint)
        if self.reason_id.criterion == "b":
            return "open", "no_complaint", {}
        return "not_met", "no_fault", {}

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
            return "not_met", "not_overdue", {}
        facts = {
            "invoices": format_list(self.env, overdue.mapped("name")),
            "asked": len(self.contact_ids.filtered(lambda c: c.kind == "payment")),
            "wanted": self.company_id.return_contact_min,
        }
        if facts["asked"] < facts["wanted"]:
            return "open", "asked_too_little", facts
        return "met", "overdue", facts

    def _judge_other(self):
        """D: the reason is a major change at the customer, with evidence (RET-15)."""
        if self.reason_id.criterion != "d":
            return "not_met", "no_change", {}
        facts = self._fact("reason", self.reason_id)
        if self.reason_id.evidence_required and not (self.evidence or "").strip():
            return "open", "change_unproved", facts
        return "met", "change_proved", facts

    @api.model
    def _fact(self, name, record):
        """Return ``record`` as a fact of a finding; named when it is read."""
        return {name: [record._name, record.id]}

    # ----------------------------------------------------------------- words

    @api.model
    def _get_criteria_words(self):
        """Return {finding: its words in the reader's language}."""
        return {
            "no_goods": self.env._("A (RET-12): no goods entered yet."),
            "not_delivered": self.env._("A (RET-12): %(product)s was not delivered."),
            "warranty_over": self.env._(
                "A (RET-12): the warranty of %(product)s ended on %(date)s."
            ),
            "in_warranty": self.env._("A (RET-12): within warranty until %(date)s."),
            "fault_decided": self.env._(
                "B (RET-13): complaint %(complaint)s is decided."
            ),
            "fault_inspected": self.env._(
                "B (RET-13): %(engineer)s found a fault at the customer on %(date)s; "
                "the customer signed the parts list."
            ),
            "fault_undecided": self.env._(
                "B (RET-13): complaint %(complaint)s is not decided yet."
            ),
            "no_complaint": self.env._(
                "B (RET-13): neither a decided complaint nor a signed parts list "
                "shows a fault."
            ),
            "no_fault": self.env._("B (RET-13): no quality fault claimed."),
            "not_overdue": self.env._("C (RET-14): nothing of it is overdue."),
            "asked_too_little": self.env._(
                "C (RET-14): %(invoices)s overdue; %(asked)s of %(wanted)s contacts "
                "about payment recorded."
            ),
            "overdue": self.env._(
                "C (RET-14): %(invoices)s overdue after %(asked)s contacts about "
                "payment."
            ),
            "no_change": self.env._("D (RET-15): no other major change claimed."),
            "change_unproved": self.env._(
                "D (RET-15): %(reason)s; its evidence is to be written down."
            ),
            "change_proved": self.env._("D (RET-15): %(reason)s."),
        }

    @api.depends("criteria_findings")
    @api.depends_context("lang")
    def _compute_criteria_note(self):
        words = self._get_criteria_words()
        for record in self:
            record.criteria_note = "\n".join(
                words[entry["finding"]]
                % {
                    name: self._criteria_fact_words(name, fact)
                    for name, fact in entry["facts"].items()
                }
                for entry in record.criteria_findings or ()
            )

    @api.model
    def _criteria_fact_words(self, name, fact):
        """Return one fact of a finding in the reader's language."""
        if name == "date":
            return format_date(self.env, fact)
        if isinstance(fact, list):
            model, record_id = fact
            # sudo: the finding names what was judged, also to who cannot open it
            named = self.env[model].sudo().browse(record_id).exists()
            return named.display_name or "-"
        return fact

    # ----------------------------------------------------------------- check

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

    @arguments(reason=TEXT)
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
                # sudo: which lots were delivered, also for who cannot open stock
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
