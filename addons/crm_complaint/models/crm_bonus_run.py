"""A month's bonus deductions: computed, released by HR, exported for payroll.

Of a person's bonus the demerits come first, apart from the cap; losses take at most the
company's cap (50 %) of the whole bonus, and never more than is left of it; the excess
is carried to the following months (CMP-117, CMP-118, CMP-104, GAP-22). Nothing reaches
payroll before HR has released the month (GAP-74).
"""

import base64
import csv
import io

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import float_round

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

STATES = [
    ("draft", "In Preparation"),
    ("computed", "Computed"),
    ("released", "Released"),
]
PREPARERS = ("hr.group_hr_user", "account.group_account_invoice")
EXPORT_COLUMNS = (
    ("employee_id", 18),
    ("department_id", 22),
    ("amount_bonus", 14),
    ("amount_demerit", 14),
    ("amount_loss", 14),
    ("amount_deducted", 14),
    ("amount_paid", 14),
    ("amount_carried", 16),
)


class CrmBonusRun(models.Model):
    _name = "crm.bonus.run"
    _inherit = ["crm.document.mixin"]
    _description = "Bonus Deductions of a Month"
    _order = "month desc, id desc"
    _number_code = "crm.bonus.run"
    _transitions = {
        "compute": {
            "from": ("draft", "computed"),
            "to": "computed",
            "check": "_check_compute",
        },
        "release": {"from": ("computed",), "to": "released", "check": "_check_release"},
    }
    _guarded_fields = ("released_at", "released_by_id", "release_note", "computed_at")

    state = fields.Selection(
        STATES, default="draft", required=True, index=True, tracking=True, copy=False
    )
    month = fields.Date(
        required=True,
        index=True,
        help="First day of the month whose bonuses are reduced.",
    )
    computed_at = fields.Datetime("Computed on", copy=False)
    released_at = fields.Datetime("Released on", copy=False)
    released_by_id = fields.Many2one("res.users", "Released by", copy=False)
    release_note = fields.Text(
        "Legal Check",
        copy=False,
        help="What HR checked before payroll may act: the law on deductions from "
        "wages (GAP-74).",
    )
    line_ids = fields.One2many("crm.bonus.run.line", "run_id", "Persons")
    instalment_ids = fields.One2many("crm.bonus.instalment", "run_id", "Instalments")
    amount_deducted = fields.Monetary(
        "Deducted", compute="_compute_amount_deducted", store=True
    )

    _month_uniq = models.UniqueIndex(
        "(company_id, month)", "This month's deductions are in preparation already."
    )

    @api.constrains("month")
    def _check_month(self):
        for run in self:
            if run.month.day != 1:
                raise ValidationError(
                    self.env._("The month of a run is named by its first day.")
                )

    @api.depends("line_ids.amount_deducted")
    def _compute_amount_deducted(self):
        for run in self:
            run.amount_deducted = sum(run.line_ids.mapped("amount_deducted"))

    @api.depends("name", "month")
    def _compute_display_name(self):
        for run in self:
            month = run.month.strftime("%Y-%m") if run.month else ""
            run.display_name = f"{run.name or ''} {month}".strip()

    # ------------------------------------------------------------------- checks

    @api.model
    def _first_open_month(self, company, month):
        """Return the first month not released yet, ``month`` or a later one."""
        # sudo: which months are closed, not what is in them
        last = self.sudo().search(
            [("company_id", "=", company.id), ("state", "=", "released")],
            order="month desc",
            limit=1,
        )
        if last and last.month >= month:
            return last.month + relativedelta(months=1)
        return month

    def _check_preparer(self):
        if not any(self.env.user.has_group(group) for group in PREPARERS):
            raise AccessError(
                self.env._("A month's deductions are prepared by HR or accounting.")
            )

    def _check_compute(self):
        self._check_preparer()
        earlier = self.sudo().search(  # sudo: whether one is open, not what is in it
            [
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
                "|",
                ("state", "!=", "released"),
                ("month", ">", self.month),
            ],
            limit=1,
        )
        if earlier:
            raise UserError(
                self.env._(
                    "%(document)s cannot be computed: %(other)s must be released "
                    "first, and no later month may be released already.",
                    document=self.display_name,
                    other=earlier.display_name,
                )
            )

    def _check_release(self):
        self.env["crm.complaint"]._check_hr()
        # sudo: the ledger as it stands, whatever the user may see of it
        run = self.sudo()
        over = run.line_ids.filtered(
            lambda line: (
                run.currency_id.compare_amounts(line.amount_deducted, line.amount_bonus)
                > 0
            )
        )
        if over:
            raise UserError(
                self.env._(
                    "%s would lose more than the whole bonus.",
                    over[0].employee_id.name,
                )
            )
        held = run.instalment_ids.deduction_id.filtered(lambda d: d.state != "open")
        if held:
            raise UserError(
                self.env._(
                    "%s is held by HR: compute the month again.", held[0].display_name
                )
            )

    # ------------------------------------------------------------------ actions

    def action_compute(self):
        """Compute what the month takes from each person; may be repeated.

        :raises UserError: another month is not released yet
        :raises AccessError: the user is neither HR nor accounting
        """
        for run in self:
            run._transition("compute", computed_at=fields.Datetime.now())
            # sudo: the ledger is written by the procedure only
            own = run.sudo()
            own.instalment_ids.unlink()
            own.line_ids.unlink()
            run._compute_run()
        return True

    def _compute_run(self):
        """Write one line per person and one instalment per entry taken from."""
        # sudo: bonuses and the ledger of all persons, for the computation
        run = self.sudo()
        bonuses = run.env["crm.performance.bonus"].search_fetch(
            [("company_id", "=", run.company_id.id), ("month", "=", run.month)]
        )
        entries = run.env["crm.bonus.deduction"].search_fetch(
            [
                ("company_id", "=", run.company_id.id),
                ("state", "=", "open"),
                ("month_from", "<=", run.month),
                # The whole bonus is that of one month (CMP-104).
                "|",
                ("whole_bonus", "=", False),
                ("month_from", "=", run.month),
            ],
            order="date, id",
        )
        by_person = entries.grouped("employee_id")
        lines, instalments = [], []
        for bonus in bonuses:
            own = by_person.get(bonus.employee_id, entries.browse())
            taken = run._take(bonus.amount, own)
            if not own:
                continue
            demerit = sum(amount for e, amount in taken if e.kind == "demerit")
            loss = sum(amount for e, amount in taken if e.kind == "loss")
            lines.append(
                {
                    "run_id": run.id,
                    "company_id": run.company_id.id,
                    "employee_id": bonus.employee_id.id,
                    "department_id": bonus.employee_id.department_id.id,
                    "amount_bonus": bonus.amount,
                    "amount_demerit": demerit,
                    "amount_loss": loss,
                    "amount_deducted": demerit + loss,
                    "amount_paid": bonus.amount - demerit - loss,
                    "amount_carried": sum(own.mapped("amount_open"))
                    - loss
                    - sum(
                        a for e, a in taken if e.kind == "demerit" and not e.whole_bonus
                    ),
                }
            )
            instalments += [
                {
                    "run_id": run.id,
                    "company_id": run.company_id.id,
                    "deduction_id": entry.id,
                    "amount": amount,
                }
                for entry, amount in taken
            ]
        run.env["crm.bonus.run.line"]._add_rows(lines)
        run.env["crm.bonus.instalment"]._add_rows(instalments)

    def _take(self, bonus, entries):
        """Return [(ledger entry, amount taken)] of one person's bonus of the month.

        Whole-bonus sanctions first, then other sanctions, then losses within the cap;
        within a kind the oldest case first.
        """
        currency = self.company_id.currency_id
        cap = float_round(
            bonus * self.company_id.complaint_bonus_cap / 100.0,
            precision_rounding=currency.rounding,
            rounding_method="DOWN",
        )
        left, taken = bonus, []
        for entry in entries.filtered(lambda e: e.whole_bonus):
            taken.append((entry, left))
            left = 0.0
        for kind in ("demerit", "loss"):
            room = left if kind == "demerit" else min(cap, left)
            for entry in entries.filtered(
                lambda e, kind=kind: e.kind == kind and not e.whole_bonus
            ):
                amount = currency.round(min(room, entry.amount_open))
                if amount > 0:
                    taken.append((entry, amount))
                    room -= amount
                    left -= amount
        return taken

    @arguments(note=TEXT)
    def action_release(self, note):
        """Release the month to payroll, after the legal check (GAP-74).

        :param note: what was checked; required
        :raises AccessError: the user is not HR; UserError: not computed, or a deduction
            in it was held since
        """
        if not (note or "").strip():
            raise UserError(
                self.env._("Releasing deductions to payroll needs a note of the check.")
            )
        for run in self:
            run._transition(
                "release",
                released_at=fields.Datetime.now(),
                released_by_id=self.env.uid,
                release_note=note,
            )
            # sudo: the ledger is written by the procedure only
            run.sudo()._book_instalments()
        return True

    def _book_instalments(self):
        for instalment in self.instalment_ids:
            entry = instalment.deduction_id
            whole = entry.whole_bonus
            amount = entry.amount + instalment.amount if whole else entry.amount
            taken = entry.amount_taken + instalment.amount
            done = whole or entry.currency_id.compare_amounts(taken, amount) >= 0
            entry._write_guarded(
                {
                    "amount": amount,
                    "amount_taken": taken,
                    "state": "done" if done else "open",
                }
            )
        # There was no bonus in the month of the sanction: nothing is left to take.
        gone = self.env["crm.bonus.deduction"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("whole_bonus", "=", True),
                ("state", "=", "open"),
                ("month_from", "in", self.mapped("month")),
            ]
        )
        if gone:
            gone._write_guarded({"state": "done"})

    # ------------------------------------------------------------- for payroll

    def _check_export(self):
        self._policy_require_one()
        self.check_access("read")
        self._check_preparer()
        if self.state != "released":
            raise UserError(
                self.env._(
                    "%s is not released by HR: nothing reaches payroll before.",
                    self.display_name,
                )
            )

    def payroll_rows(self):
        """Return the month's deductions for a payroll program.

        :return: list of dicts: ``employee_id``, ``employee``, ``barcode`` (badge),
            ``month``, ``bonus``, ``demerit``, ``loss``, ``deducted``, ``paid``,
            ``carried`` in company currency
        :raises UserError: HR has not released the month
        """
        self._check_export()
        # sudo: names and badges of the persons, for whoever prepares payroll
        return [
            {
                "employee_id": line.employee_id.id,
                "employee": line.employee_id.name,
                "barcode": line.employee_id.barcode or "",
                "month": self.month.strftime("%Y-%m"),
                "bonus": line.amount_bonus,
                "demerit": line.amount_demerit,
                "loss": line.amount_loss,
                "deducted": line.amount_deducted,
                "paid": line.amount_paid,
                "carried": line.amount_carried,
            }
            for line in self.sudo().line_ids  # sudo: as above
        ]

    @arguments(file_format=TEXT)
    def export_payroll(self, file_format="xlsx"):
        """Return the month's deductions as a file for payroll.

        :param file_format: xlsx or csv (UTF-8 with byte order mark, for Excel)
        :return: dict of ``name`` and ``content`` (base64)
        :raises UserError: HR has not released the month, or an unknown format
        """
        self._check_export()
        if file_format not in ("xlsx", "csv"):
            raise UserError(self.env._("Payroll files are xlsx or csv."))
        content = getattr(self, f"_payroll_{file_format}")()
        # sudo: that it was taken out is noted by whoever did, editor or not
        self.sudo().message_post(
            body=self.env._("Exported for payroll (%s)", file_format),
            author_id=self.env.user.partner_id.id,
        )
        name = f"{self.name}_{self.month:%Y-%m}.{file_format}"
        return {"name": name, "content": base64.b64encode(content).decode()}

    def _payroll_xlsx(self):
        # sudo: names of persons and departments, as on the screen
        lines = self.sudo().line_ids
        title = self.month.strftime("%Y-%m")
        return self.env["crm.xlsx"]._workbook([(title, EXPORT_COLUMNS, lines)])

    def _payroll_csv(self):
        rows = self.payroll_rows()
        output = io.StringIO()
        writer = csv.DictWriter(
            output,
            ["month", "employee_id", "barcode", "employee", "bonus", "demerit", "loss"]
            + ["deducted", "paid", "carried"],
        )
        writer.writeheader()
        writer.writerows(rows)
        return output.getvalue().encode("utf-8-sig")

    def action_export(self):
        """Download the released month as an Excel file."""
        file = self.export_payroll("xlsx")
        # sudo: the attachment is the run's own, readable by its readers
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": file["name"],
                    "datas": file["content"],
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }


class CrmBonusRunLine(models.Model):
    _name = "crm.bonus.run.line"
    _inherit = ["crm.written.rows.mixin"]
    _description = "Person of a Month's Bonus Deductions"
    _order = "run_id desc, department_id, id"
    _rec_name = "employee_id"

    run_id = fields.Many2one(
        "crm.bonus.run", required=True, index=True, ondelete="cascade"
    )
    month = fields.Date(related="run_id.month", store=True)
    run_state = fields.Selection(related="run_id.state", store=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    employee_id = fields.Many2one(
        "hr.employee", "Person", required=True, index=True, ondelete="restrict"
    )
    department_id = fields.Many2one("hr.department", index="btree_not_null")
    amount_bonus = fields.Monetary("Bonus of the Month")
    amount_demerit = fields.Monetary("For Sanctions")
    amount_loss = fields.Monetary("For Losses", help="At most the cap of the bonus.")
    amount_deducted = fields.Monetary("Deducted")
    amount_paid = fields.Monetary("Left to Pay")
    amount_carried = fields.Monetary(
        "Carried Forward", help="Open after this month, deducted in following ones."
    )


class CrmBonusInstalment(models.Model):
    _name = "crm.bonus.instalment"
    _inherit = ["crm.written.rows.mixin"]
    _description = "Instalment of a Bonus Deduction"
    _order = "month desc, id"

    run_id = fields.Many2one(
        "crm.bonus.run", required=True, index=True, ondelete="cascade"
    )
    month = fields.Date(related="run_id.month", store=True)
    run_state = fields.Selection(related="run_id.state", store=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    deduction_id = fields.Many2one(
        "crm.bonus.deduction", required=True, index=True, ondelete="restrict"
    )
    employee_id = fields.Many2one(related="deduction_id.employee_id", store=True)
    amount = fields.Monetary(help="Taken from this month's bonus.")
