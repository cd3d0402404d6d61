"""What a complaint cost, by kind, with the figures that went in (CMP-44, GAP-18)."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list
from odoo.tools.safe_eval import safe_eval

from odoo.addons.crm_policy.models.arguments import NUMBER, arguments

from .crm_complaint_loss_kind import FIGURES

# The loss is drafted with the consolidated opinion and corrected to what was paid.
LOSS_STATES = (
    "gmo_summary",
    "analysed",
    "decision",
    "decided",
    "executing",
    "executed",
    "answered",
    "closed",
)
LOSS_TOTALS = ("loss_total", "loss_for_deduction", "loss_for_sanction", "loss_final")
SNAPSHOT = ("formula", "formula_resold", "formula_unsold")


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = LOSS_TOTALS
    _positive_fields = ("loss_recovered",)

    loss_ids = fields.One2many(
        "crm.complaint.loss", "complaint_id", "Losses", copy=False
    )
    loss_recovered = fields.Monetary(
        "Recovered",
        compute="_compute_loss_recovered",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        tracking=True,
        help="What suppliers or others liable pay back, in company currency; it "
        "reduces the loss charged inside the company (GAP-91). Taken from the joint "
        "handling; the office may correct it.",
    )
    loss_total = fields.Monetary(
        compute="_compute_losses",
        store=True,
        precompute=True,
        help="Loss by the Loss Calculation Standard, in company currency, untaxed, "
        "before anything is recovered. A case not substantiated has none (GAP-92).",
    )
    loss_for_deduction = fields.Monetary(
        "Loss for Deductions",
        compute="_compute_losses",
        store=True,
        precompute=True,
        help="Loss that bonus deductions divide: by the standard, with a share of the "
        "price for returned goods, less what is recovered (GAP-18).",
    )
    loss_for_sanction = fields.Monetary(
        "Loss for Sanctions",
        compute="_compute_losses",
        store=True,
        precompute=True,
        help="Loss that decides about personal sanctions: for returned goods what "
        "resale lost, or the actual loss, less what is recovered (CMP-73, CMP-74).",
    )
    loss_final = fields.Boolean(
        compute="_compute_losses",
        store=True,
        precompute=True,
        help="No goods are waiting to be sold again: the loss for sanctions is fixed "
        "(GAP-17).",
    )

    _recovered_positive = models.Constraint(
        "CHECK(loss_recovered >= 0)", "What is recovered cannot be negative."
    )

    @api.depends("amount_recovered")
    def _compute_loss_recovered(self):
        for complaint in self:
            complaint.loss_recovered = complaint.amount_recovered

    @api.depends(
        "loss_ids.amount",
        "loss_ids.amount_sanction",
        "loss_ids.resale_state",
        "loss_recovered",
        "not_substantiated",
    )
    def _compute_losses(self):
        for complaint in self:
            lines = complaint.loss_ids
            if complaint.not_substantiated:
                lines = lines.browse()
            standard = sum(lines.mapped("amount"))
            sanction = sum(lines.mapped("amount_sanction"))
            recovered = complaint.loss_recovered
            complaint.loss_total = standard
            complaint.loss_for_deduction = max(standard - recovered, 0.0)
            complaint.loss_for_sanction = max(sanction - recovered, 0.0)
            complaint.loss_final = "waiting" not in lines.mapped("resale_state")

    # ------------------------------------------------------------------- checks

    def _check_loss_open(self):
        """Raise unless the user may enter losses of these complaints now.

        :raises UserError: no consolidated opinion is being written yet
        :raises AccessError: neither the GM's office nor accounting
        """
        for complaint in self:
            if complaint.state not in LOSS_STATES:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "Losses of %(document)s are drafted with the consolidated "
                        "opinion; it is now in the step %(state)s.",
                        document=complaint.display_name,
                        state=labels[complaint.state],
                    )
                )
            if not self.env.su and not complaint._is_accounting():
                complaint._check_gm_office()

    def _is_accounting(self):
        # sudo: membership of the department is checked, its members are not shown
        accounting = (
            self.env["hr.department"]
            ._policy_department("accounting", self.company_id)
            .sudo()
        )
        return self.env.user in accounting.member_ids.user_id

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        # Nothing is recovered of a case that has only begun.
        complaints.filtered("loss_recovered")._check_loss_open()
        return complaints

    def write(self, vals):
        if "loss_recovered" in vals:
            self._check_loss_open()
        return super().write(vals)

    # ------------------------------------------------------------------ actions

    def action_propose_losses(self):
        """Add a line of loss for each resolution that has none yet (CMP-44).

        Figures come from the resolution, the order and the price list; every one can
        be corrected afterwards.

        :return: ids of the lines added
        """
        self._check_loss_open()
        vals_list = []
        for complaint in self:
            kinds = self.env["crm.complaint.loss.kind"]._in_force(
                complaint.company_id, complaint.date
            )
            for line in complaint.resolution_ids - complaint.loss_ids.resolution_id:
                for kind in kinds.filtered(
                    lambda k, line=line: line.kind_id in k.resolution_kind_ids
                ):
                    vals_list.append(complaint._prepare_loss(kind, line))
        return self.env["crm.complaint.loss"].create(vals_list).ids

    def _prepare_loss(self, kind, resolution):
        """Return the values of the line of loss a resolution causes."""
        self.ensure_one()
        price = self._loss_price()
        used = kind._formula_names(kind.formula)
        vals = {
            "complaint_id": self.id,
            "kind_id": kind.id,
            "resolution_id": resolution.id,
            "quantity": resolution.quantity,
            "price": price,
            "price_a": self._loss_price_a() or price,
        }
        paid = resolution.claim_currency_id._convert(
            resolution.amount, self.currency_id, self.company_id, self.date
        )
        # What is paid to the customer, or what the work costs, as far as proposed.
        if "processing_cost" in used:
            vals["processing_cost"] = paid
        else:
            vals["amount_paid"] = paid
        if kind.formula_unsold:
            vals["actual_loss"] = self.currency_id.round(resolution.quantity * price)
        return vals

    def _loss_price(self):
        """Return the actual selling price per unit, untaxed, in company currency."""
        self.ensure_one()
        # sudo: the price of the order decides, also for who cannot open orders
        document = self.sudo()
        lines = document.sale_order_id.order_line.filtered(
            lambda line: line.product_id == document.product_id
        )
        if not lines:
            return document.product_id.with_company(self.company_id).lst_price
        line = lines[0]
        unit_price = line.price_reduce_taxexcl
        unit_price = line.product_uom_id._compute_price(
            unit_price, document.product_id.uom_id
        )
        return line.currency_id._convert(
            unit_price,
            self.currency_id,
            self.company_id,
            line.order_id.date_order or self.date,
            round=False,
        )

    def _loss_price_a(self):
        """Return the A-grade selling price per unit, untaxed, in company currency."""
        # sudo: a price needed for the calculation, also for who cannot open products
        product = self.sudo().product_id.with_company(self.company_id)
        return product.lst_price

    def action_request_decision(self):
        """Draft the losses of the resolutions before the decision (CMP-44)."""
        for complaint in self:
            if complaint.state == "gmo_summary":
                complaint.action_propose_losses()
        return super().action_request_decision()

    def _approval_done(self, step):
        res = super()._approval_done(step)
        self.sudo().loss_ids._start_resale()  # sudo: deciders do not edit losses
        return res

    @api.model
    def _cron_resale(self):
        """Fix the loss of goods whose time to be sold again is over (CMP-74)."""
        waiting = self.env["crm.complaint.loss"].search(
            [("resale_state", "=", "waiting"), ("resale_until", "!=", False)]
        )
        late = waiting.browse()
        for company, lines in waiting.grouped("company_id").items():
            today = company._policy_today()
            late |= lines.filtered(lambda line, today=today: line.resale_until < today)
        late._write_guarded({"resale_state": "unsold"})
        complaints = late.complaint_id
        words = self.env._(
            "The time to sell returned goods again is over: the actual loss counts for "
            "sanctions."
        )
        complaints._message_log_batch(bodies=dict.fromkeys(complaints.ids, words))


class CrmComplaintLoss(models.Model):
    """One kind of loss of a complaint; every figure that went in stays with it.

    The formula in force when the line was made is kept, so that a later standard
    changes no case of before.
    """

    _name = "crm.complaint.loss"
    _inherit = ["crm.complaint.child", "crm.guard.mixin"]
    _description = "Complaint Loss"
    _order = "complaint_id, id"
    _positive_fields = FIGURES
    _guarded_fields = (
        *SNAPSHOT,
        "rate",
        "amount",
        "amount_sanction",
        "resale_state",
        "resale_until",
    )

    complaint_id = fields.Many2one(required=True)
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    currency_id = fields.Many2one(related="complaint_id.currency_id")
    kind_id = fields.Many2one(
        "crm.complaint.loss.kind",
        "Kind of Loss",
        required=True,
        ondelete="restrict",
        index=True,
    )
    kind_code = fields.Char(related="kind_id.code")
    resolution_id = fields.Many2one(
        "crm.complaint.resolution", index="btree_not_null", ondelete="set null"
    )
    uom_id = fields.Many2one(related="complaint_id.uom_id")
    quantity = fields.Float(
        digits="Product Unit",
        help="Quantity actually concerned, in the product's unit.",
    )
    price = fields.Float(
        "Selling Price",
        digits="Product Price",
        help="Actual selling price per unit, untaxed, in company currency.",
    )
    price_a = fields.Float(
        "A-Grade Price",
        digits="Product Price",
        help="A-grade selling price per unit, untaxed, in company currency.",
    )
    amount_paid = fields.Monetary(
        "Paid or Granted",
        help="Compensation paid or allowance granted, in company currency, untaxed.",
    )
    processing_cost = fields.Monetary(help="Cost of reprocessing (工缴费用).")
    haulage_cost = fields.Monetary(help="Cost of haulage (搬运费).")
    wastage_cost = fields.Monetary(help="Material wasted in reprocessing (损耗).")
    resale_price = fields.Float(
        digits="Product Price",
        help="Price per unit the returned goods were sold again at, untaxed.",
    )
    actual_loss = fields.Monetary(
        help="What was really lost with goods not sold again, in company currency."
    )
    rate = fields.Float("Rate (%)", digits=(16, 4))
    formula = fields.Char()
    formula_resold = fields.Char()
    formula_unsold = fields.Char()
    amount = fields.Monetary(
        "Loss by the Standard",
        compute="_compute_amount",
        store=True,
        precompute=True,
        help="Loss by the standard, in company currency: counts for deductions.",
    )
    resale_state = fields.Selection(
        [
            ("none", "No Resale"),
            ("waiting", "May Be Sold Again"),
            ("resold", "Sold Again"),
            ("unsold", "Not Sold"),
        ],
        default="none",
        required=True,
        index=True,
    )
    resale_until = fields.Date(
        help="Last day to sell the goods again (CMP-72); set by the decision."
    )
    amount_sanction = fields.Monetary(
        "Loss for Sanctions", compute="_compute_amount", store=True, precompute=True
    )
    note = fields.Char()

    _figures_positive = models.Constraint(
        "CHECK(quantity >= 0 AND price >= 0 AND price_a >= 0 AND amount_paid >= 0 AND"
        " processing_cost >= 0 AND haulage_cost >= 0 AND wastage_cost >= 0 AND"
        " resale_price >= 0 AND actual_loss >= 0)",
        "A figure of a loss cannot be negative.",
    )
    _quantity_check = models.Constraint(
        "CHECK(amount >= 0 AND amount_sanction >= 0)", "A loss cannot be negative."
    )

    @api.depends(*FIGURES, *SNAPSHOT, "resale_state")
    def _compute_amount(self):
        for line in self:
            line.amount = line._evaluate(line.formula)
            formula = line.formula
            if line.resale_state == "resold":
                formula = line.formula_resold or formula
            elif line.resale_state in ("waiting", "unsold"):
                formula = line.formula_unsold or formula
            line.amount_sanction = line._evaluate(formula)

    def _evaluate(self, formula):
        """Return what a formula yields with this line's figures, never below zero."""
        if not formula:
            return 0.0
        figures = {name: self[name] or 0.0 for name in FIGURES}
        try:
            value = safe_eval(formula, figures)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "The loss “%(kind)s” cannot be calculated by “%(formula)s”: "
                    "%(error)s",
                    kind=self.kind_id.name,
                    formula=formula,
                    error=error,
                )
            ) from error
        # Goods sold again above the A-grade price lost nothing.
        return self.currency_id.round(max(value, 0.0))

    def _formula_label(self):
        """Return the formula with the labels of its figures, for print."""
        self.ensure_one()
        text = f" {self.formula or ''} "
        for name in sorted(FIGURES, key=len, reverse=True):
            label = self._fields[name]._description_string(self.env)
            if name == "rate":
                text = text.replace("rate / 100", f"{self.rate:g}%")
            text = text.replace(f" {name} ", f" {label} ")
        return text.replace("*", "×").strip()

    @api.depends("kind_id", "complaint_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                f"{line.complaint_id.display_name} · {line.kind_id.name or ''}"
            )

    # ---------------------------------------------------------------- lifecycle

    @api.model
    def _guarded_create_vals(self, vals_list):
        """Keep the standard in force with the line."""
        own = super()._guarded_create_vals(vals_list)
        kinds = self.env["crm.complaint.loss.kind"]
        for vals, own_vals in zip(vals_list, own, strict=True):
            kind = kinds.browse(vals.get("kind_id"))
            own_vals.update(kind._snapshot() if kind else {})
        return own

    @api.model_create_multi
    def create(self, vals_list):
        complaints = self.env["crm.complaint"].browse(
            {vals["complaint_id"] for vals in vals_list if vals.get("complaint_id")}
        )
        complaints._check_loss_open()
        lines = super().create(vals_list)
        lines._log_loss(self.env._("Loss entered"))
        lines._start_resale()
        return lines

    def write(self, vals):
        if self._guard_open_fields() >= set(vals):
            return super().write(vals)
        complaints = self.complaint_id
        if vals.get("complaint_id"):
            complaints |= complaints.browse(vals["complaint_id"])
        complaints._check_loss_open()
        res = super().write(vals)
        if "kind_id" in vals:
            for line in self:
                line._write_guarded(line.kind_id._snapshot())
            self._start_resale()
        if not {*FIGURES, "kind_id"}.isdisjoint(vals):
            self._log_loss(self.env._("Loss corrected"))
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_check_open(self):
        self.complaint_id._check_loss_open()
        self._log_loss(self.env._("Loss deleted"))

    def _log_loss(self, title):
        """Leave a trace of the figures on the complaint, for the office only."""
        for complaint, lines in self.grouped("complaint_id").items():
            losses = [
                f"{line.kind_id.name} {line.currency_id.format(line.amount)}"
                for line in lines
            ]
            # sudo: the trace is written whoever was allowed to enter the loss
            complaint.sudo().message_post(
                body=self.env._(
                    "%(title)s: %(losses)s",
                    title=title,
                    losses=format_list(self.env, losses),
                ),
                author_id=self.env.user.partner_id.id,
            )

    # ------------------------------------------------------------------- resale

    def _start_resale(self, date=None):
        """Start the time to sell goods again (CMP-72), once the case is decided.

        :param date: day responsibility is judged; default: day of the decision
        """
        for line in self.filtered("kind_id.resale_months"):
            complaint = line.complaint_id
            start = date or (
                complaint.decided_at
                and complaint.company_id._policy_date(complaint.decided_at)
            )
            if line.resale_state in ("resold", "unsold"):
                continue
            months = relativedelta(months=line.kind_id.resale_months)
            line._write_guarded(
                {
                    "resale_state": "waiting",
                    "resale_until": start and start + months,
                }
            )

    @arguments(price=NUMBER)
    def action_resold(self, price):
        """Record that the goods were sold again in time (CMP-73).

        :param price: price per unit, untaxed, in company currency
        :raises UserError: the goods are not waiting to be sold, or too late
        """
        self.complaint_id._check_loss_open()
        for line in self:
            line._check_waiting()
            if (
                line.resale_until
                and line.company_id._policy_today() > line.resale_until
            ):
                raise UserError(
                    self.env._(
                        "%(line)s: the time to sell the goods again ended on %(date)s.",
                        line=line.display_name,
                        date=line.resale_until,
                    )
                )
            line.write({"resale_price": price})
            line._write_guarded({"resale_state": "resold"})
        return True

    @arguments(actual_loss=NUMBER)
    def action_not_resold(self, actual_loss):
        """Record that the goods were not sold and what was really lost (CMP-74).

        :param actual_loss: in company currency
        :raises UserError: the goods are not waiting to be sold
        """
        self.complaint_id._check_loss_open()
        for line in self:
            line._check_waiting()
            line.write({"actual_loss": actual_loss})
            line._write_guarded({"resale_state": "unsold"})
        return True

    def _check_waiting(self):
        if self.resale_state != "waiting":
            labels = dict(self._fields["resale_state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(line)s is not waiting to be sold again: %(state)s.",
                    line=self.display_name,
                    state=labels[self.resale_state],
                )
            )
