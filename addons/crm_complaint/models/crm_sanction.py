"""Administrative sanctions (行政处分) for complaints: proposed, verified, announced.

The monthly review proposes one per person by the band of the personal share
(CMP-78 to CMP-84), with the supervisor jointly and one grade lower (CMP-85). The office
circulates a memorandum (签呈) to the responsible department, the general manager
verifies, HR announces (人事公布单; CMP-101, CMP-105, CMP-70, CMP-71).
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

STATES = [
    ("draft", "Proposed"),
    ("circulated", "Memorandum Circulated"),
    ("verification", "General Manager's Verification"),
    ("approved", "Verified"),
    ("published", "Announced"),
    ("cancelled", "Dropped"),
]
OFFICE = ("crm_policy.group_gm_office", "crm_policy.group_director")
TRANSITIONS = {
    "circulate": {
        "from": ("draft",),
        "to": "circulated",
        "groups": OFFICE,
        "check": "_check_memorandum",
    },
    # circulated -> verification -> approved: the approval mixin
    "publish": {"from": ("approved",), "to": "published", "check": "_check_publish"},
    "drop": {"from": ("draft", "circulated"), "to": "cancelled", "groups": OFFICE},
}
PROTECTED = (
    "employee_id",
    "grade_id",
    "count",
    "amount_deduction",
    "memorandum",
    "date_effective",
)
# What the general manager reads and HR announces besides the values decided on.
FACTS = (
    "item",
    "amount_share",
    "scale_id",
    "complaint_id",
    "liability_id",
    "department_id",
    "principal_id",
)


class CrmSanction(models.Model):
    _name = "crm.sanction"
    _inherit = ["crm.document.mixin", "crm.approval.mixin"]
    _description = "Administrative Sanction"
    _order = "date desc, id desc"
    _check_company_auto = True
    _policy_topic = "complaint"
    _number_code = "crm.sanction"
    _transitions = TRANSITIONS
    _approval_steps = {
        "sanction": {
            "from": ("circulated",),
            "pending": "verification",
            "approved": "approved",
            "refused": "draft",
            "void": "circulated",
            "protected": PROTECTED,
        },
    }
    _positive_fields = ("amount_share", "amount_deduction")
    _guarded_fields = (
        "circulated_at",
        "opinion",
        "opinion_by_id",
        "opinion_at",
        "announcement_number",
        "published_at",
        "published_by_id",
    )

    state = fields.Selection(
        STATES, default="draft", required=True, index=True, tracking=True, copy=False
    )
    employee_id = fields.Many2one(
        "hr.employee",
        "Person",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_department_id",
        store=True,
        precompute=True,
        readonly=False,
        index=True,
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._policy_today()
    )
    complaint_id = fields.Many2one(
        "crm.complaint", index="btree_not_null", ondelete="restrict"
    )
    complaint_number = fields.Char(
        "Complaint Number", related="complaint_id.name", store=True
    )
    liability_id = fields.Many2one(
        "crm.complaint.liability", index="btree_not_null", ondelete="set null"
    )
    statement_id = fields.Many2one(
        "crm.complaint.statement", index="btree_not_null", copy=False
    )
    item = fields.Char(
        "Facts", help="What was proved: the sanctionable item and what happened."
    )
    amount_share = fields.Monetary(
        "Personal Share of the Loss",
        help="Company currency without tax; decides the band (GAP-19).",
    )
    scale_id = fields.Many2one("crm.sanction.scale", "Band", ondelete="restrict")
    principal_id = fields.Many2one(
        "crm.sanction",
        "Subordinate's Sanction",
        index="btree_not_null",
        copy=False,
        help="The supervisor is sanctioned jointly with this person (CMP-85).",
    )
    joint_ids = fields.One2many("crm.sanction", "principal_id", "Supervisor's Sanction")
    grade_id = fields.Many2one(
        "crm.sanction.grade",
        "Sanction",
        required=True,
        tracking=True,
        ondelete="restrict",
    )
    count = fields.Integer("Times", default=1, required=True, tracking=True)
    whole_bonus = fields.Boolean(compute="_compute_whole_bonus")
    amount_deduction = fields.Monetary(
        "Deduction",
        compute="_compute_amount_deduction",
        store=True,
        readonly=False,
        help="Money taken from the performance bonus for the sanction itself, besides "
        "the share of the loss; at least the amount of the conversion table.",
    )
    date_effective = fields.Date(
        help="Month whose bonus is deducted as a whole, for major demerits; empty: the "
        "month of the announcement (CMP-104)."
    )
    self_criticism = fields.Text(
        help="The written self-criticism (悔过书) of the person (CMP-78)."
    )
    # Memorandum
    memorandum = fields.Text(
        help="What the office proposes and why; circulated to the responsible "
        "department before the general manager verifies (CMP-105).",
    )
    circulated_at = fields.Datetime("Circulated on", copy=False)
    opinion = fields.Text("Opinion of the Department", copy=False)
    opinion_by_id = fields.Many2one("res.users", "Opinion by", copy=False)
    opinion_at = fields.Datetime("Opinion on", copy=False)
    # Announcement
    announcement_number = fields.Char(copy=False)
    published_at = fields.Datetime("Announced on", copy=False)
    published_by_id = fields.Many2one("res.users", "Announced by", copy=False)
    deduction_ids = fields.One2many("crm.bonus.deduction", "sanction_id", "Deductions")

    _count_positive = models.Constraint(
        "CHECK(count > 0)", "Sanctions are counted from 1."
    )
    _amounts_positive = models.Constraint(
        "CHECK(amount_share >= 0 AND amount_deduction >= 0)",
        "Amounts of a sanction cannot be negative.",
    )
    _liability_uniq = models.UniqueIndex(
        "(liability_id) WHERE liability_id IS NOT NULL AND principal_id IS NULL"
        " AND state != 'cancelled'",
        "This share of a complaint already led to a sanction.",
    )

    @api.constrains("count", "scale_id", "grade_id", "principal_id")
    def _check_count(self):
        """Fewer than the band says is lenient; more only where it says so."""
        for sanction in self:
            band = sanction.scale_id
            if (
                band
                and not sanction.principal_id
                and sanction.grade_id == band.grade_id
                and sanction.count > band.count
                and not band.count_open
            ):
                raise ValidationError(
                    self.env._(
                        "%(person)s: the band of the scale gives %(count)s sanctions "
                        "of this grade, not more.",
                        person=sanction.employee_id.name,
                        count=band.count,
                    )
                )

    @api.constrains("amount_deduction", "grade_id", "count", "employee_id")
    def _check_least_deduction(self):
        for sanction in self:
            least = sanction._least_deduction()
            if (
                sanction.currency_id.compare_amounts(sanction.amount_deduction, least)
                < 0
            ):
                raise ValidationError(
                    self.env._(
                        "%(person)s: the deduction is at least %(amount)s for this "
                        "sanction.",
                        # sudo: the name of the employee, no other data of HR
                        person=sanction.sudo().employee_id.name,
                        amount=sanction.currency_id.format(least),
                    )
                )

    # ----------------------------------------------------------------- computes

    @api.depends("employee_id")
    def _compute_department_id(self):
        # sudo: the org chart is needed, not shown
        for sanction in self.sudo():
            sanction.department_id = sanction.employee_id.department_id

    @api.depends("grade_id")
    def _compute_whole_bonus(self):
        for sanction in self:
            sanction.whole_bonus = sanction.grade_id.conversion == "whole_bonus"

    @api.depends("grade_id", "count", "employee_id", "scale_id")
    def _compute_amount_deduction(self):
        for sanction in self:
            sanction.amount_deduction = (
                sanction._least_deduction() if sanction.grade_id else 0.0
            )

    def _least_deduction(self):
        self.ensure_one()
        # sudo: the person's base points are needed, not shown
        points = self.sudo().employee_id.performance_base_points
        least = self.grade_id._least_deduction(self.count, points)
        if not self.principal_id:
            least += self.scale_id.extra_deduction
        return self.currency_id.round(least)

    @api.depends("name", "employee_id")
    def _compute_display_name(self):
        # sudo: the name only
        for sanction in self:
            person = sanction.sudo().employee_id.name or ""
            sanction.display_name = f"{sanction.name or ''} {person}".strip()

    # ------------------------------------------------------------------- checks

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "sanction": self.env._("Verification of the sanction"),
        }

    def _approval_amount(self, step):
        return self.amount_share, self.currency_id, self.date

    def _approval_check(self, step):
        res = super()._approval_check(step)
        self._check_office()
        if not self.opinion:
            raise UserError(
                self.env._(
                    "%s is verified after the responsible department has given its "
                    "opinion on the memorandum.",
                    self.display_name,
                )
            )
        return res

    def _check_office(self):
        if not any(self.env.user.has_group(group) for group in OFFICE):
            raise AccessError(
                self.env._("Sanctions are proposed by the General manager's office.")
            )

    def _check_memorandum(self):
        self.check_access("write")
        if not (self.memorandum or "").strip() or not (self.item or "").strip():
            raise UserError(
                self.env._(
                    "%s needs the facts and the text of the memorandum before it is "
                    "circulated.",
                    self.display_name,
                )
            )

    def _check_publish(self):
        self.env["crm.complaint"]._check_hr()
        self._approval_require("sanction")

    # ---------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._check_office()
        return super().create(vals_list)

    def write(self, vals):
        free = {"self_criticism"} | self._get_guarded_fields()
        if not self.env.su and set(vals) - free:
            self._check_office()
            closed = self.filtered(lambda s: s.state in ("published", "cancelled"))
            if closed:
                raise UserError(
                    self.env._(
                        "%s is announced or dropped: it does not change any more.",
                        closed[0].display_name,
                    )
                )
            self._check_facts_kept(vals)
        return super().write(vals)

    def _check_facts_kept(self, vals):
        """Raise where facts would change that are before the general manager."""
        for sanction in self:
            if sanction.state not in ("verification", "approved"):
                continue
            for name in set(FACTS).intersection(vals):
                if not self._guarded_equal(sanction, name, vals[name]):
                    raise UserError(
                        self.env._(
                            "%(field)s of %(document)s is before the general manager "
                            "or verified: it does not change any more.",
                            field=self._fields[name]._description_string(self.env),
                            document=sanction.display_name,
                        )
                    )

    # ------------------------------------------------------------------ actions

    def action_circulate(self):
        """Circulate the memorandum to the responsible department (CMP-105).

        :raises UserError: facts or memorandum are missing
        :raises AccessError: the user is not of the General manager's office
        """
        self._transition("circulate", circulated_at=fields.Datetime.now())
        for sanction in self:
            # sudo: the head of the department is told, not shown
            head = sanction.sudo().department_id._policy_heads()
            if head:
                sanction.sudo().activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=head.id,
                    summary=self.env._("Give your opinion on the sanction"),
                )
        return True

    @arguments(text=TEXT)
    def action_give_opinion(self, text):
        """Give the opinion of the responsible department on the memorandum.

        :param text: the opinion; required
        :raises AccessError: the user does not head the department
        """
        if not (text or "").strip():
            raise UserError(self.env._("Write down the opinion of the department."))
        for sanction in self:
            sanction._check_transition_state(("circulated",))
            # sudo: who heads the department decides, the org chart is not shown
            department = sanction.sudo().department_id
            user = self.env.user
            if user not in department.policy_head_ids and not user.has_group(
                "crm_policy.group_director"
            ):
                raise AccessError(
                    self.env._(
                        "The opinion on %(document)s is given by the head of "
                        "%(department)s.",
                        document=sanction.display_name,
                        department=department.name or self.env._("the department"),
                    )
                )
            sanction._write_guarded(
                {
                    "opinion": text,
                    "opinion_by_id": user.id,
                    "opinion_at": fields.Datetime.now(),
                }
            )
        # sudo: the reminder may be another head's
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        return True

    @arguments(text=TEXT)
    def action_write_self_criticism(self, text):
        """Hand in the written self-criticism (悔过书; CMP-78).

        :param text: its words; required
        :raises AccessError: it is another person's
        """
        if not (text or "").strip():
            raise UserError(self.env._("A self-criticism has words."))
        for sanction in self:
            # sudo: whose sanction it is, whether or not the user may read employees
            if sanction.sudo().employee_id.user_id != self.env.user:
                sanction._check_office()
            sanction._check_transition_state(
                ("circulated", "verification", "approved", "published")
            )
        # sudo: the person named cannot edit the sanction, only hand this in
        self.sudo().write({"self_criticism": text})
        return True

    def action_publish(self):
        """Announce the sanction (人事公布单) and enter its deduction (CMP-71).

        :raises AccessError: the user is not HR; UserError: not verified
        """
        for sanction in self:
            sanction._check_transition_state(("approved",))
        for company, sanctions in self.grouped("company_id").items():
            numbers = self.env["ir.sequence"]._policy_numbers(
                "crm.sanction.announcement", company, len(sanctions)
            )
            for sanction, number in zip(sanctions, numbers, strict=True):
                sanction._transition(
                    "publish",
                    announcement_number=number,
                    published_at=fields.Datetime.now(),
                    published_by_id=self.env.uid,
                )
        self.env["crm.bonus.deduction"]._add_rows(
            [vals for sanction in self for vals in sanction._prepare_deductions()]
        )
        return True

    def _prepare_deductions(self):
        """Return the ledger entries of the sanction's own money (GAP-22)."""
        self.ensure_one()
        # sudo: facts of the sanction, written to the ledger
        sanction = self.sudo()
        month = (
            sanction.date_effective
            or sanction.company_id._policy_date(sanction.published_at)
        ).replace(day=1)
        month = self.env["crm.bonus.run"]._first_open_month(sanction.company_id, month)
        common = {
            "company_id": sanction.company_id.id,
            "employee_id": sanction.employee_id.id,
            "department_id": sanction.department_id.id,
            "sanction_id": sanction.id,
            "complaint_id": sanction.complaint_id.id,
            "kind": "demerit",
            "date": sanction.company_id._policy_date(sanction.published_at),
            "month_from": month,
        }
        entries = []
        if sanction.whole_bonus:
            entries.append({**common, "whole_bonus": True, "amount": 0.0})
        if sanction.amount_deduction:
            entries.append({**common, "amount": sanction.amount_deduction})
        return entries

    @arguments(reason=TEXT)
    def action_drop(self, reason=None):
        """Drop a proposed sanction; the reason stays in the history."""
        if not (reason or "").strip():
            raise UserError(self.env._("Dropping a sanction needs a reason."))
        self._transition("drop")
        # sudo: the reminder of the head who was to give an opinion
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        for sanction in self:
            sanction.message_post(body=self.env._("Dropped: %s", reason))
        return True

    # ------------------------------------------------------------------ helpers

    @api.model
    def _propose(self, liabilities, statement):
        """Propose the sanctions of these persons' shares; for the monthly review.

        :return: the sanctions, those of supervisors included
        """
        Scale = self.env["crm.sanction.scale"].sudo()  # sudo: policy data
        vals_list, bands = [], []
        scales = {}
        for line in liabilities:
            company = line.company_id
            if company not in scales:
                scales[company] = Scale._scale(company, company._policy_today())
            band = scales[company]._band(line.amount_sanction)
            bands.append(band)
            complaint = line.complaint_id
            vals_list.append(
                {
                    "company_id": company.id,
                    "employee_id": line.employee_id.id,
                    "complaint_id": complaint.id,
                    "liability_id": line.id,
                    "amount_share": line.amount_sanction,
                    "scale_id": band.id,
                    "grade_id": band.grade_id.id,
                    "count": band.count,
                    "item": line.reason or complaint.cause or complaint.description,
                    "statement_id": statement.id,
                }
            )
        quiet = self.with_context(mail_create_nolog=True, tracking_disable=True)
        sanctions = quiet.create(vals_list)
        joint = []
        for sanction, band in zip(sanctions, bands, strict=True):
            supervisor = sanction._supervisor() if band.supervisor_grade_id else None
            if supervisor:
                joint.append(sanction._prepare_joint(supervisor, band))
        return sanctions | quiet.create(joint)

    def _prepare_joint(self, supervisor, band):
        """Return the values of the supervisor's sanction, one grade lower."""
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "employee_id": supervisor.id,
            "complaint_id": self.complaint_id.id,
            "liability_id": self.liability_id.id,
            "principal_id": self.id,
            "statement_id": self.statement_id.id,
            "scale_id": band.id,
            "grade_id": band.supervisor_grade_id.id,
            "count": band.supervisor_count,
            "item": self.item,
        }

    def _supervisor(self):
        """Return the employee's direct superior, else the head of the department."""
        self.ensure_one()
        # sudo: the org chart is needed, not shown
        employee = self.sudo().employee_id
        department, seen = employee.department_id, self.env["hr.department"]
        if employee.parent_id:
            return employee.parent_id
        while department and department not in seen.sudo():  # sudo: as above
            if department.manager_id and department.manager_id != employee:
                return department.manager_id
            seen |= department
            department = department.parent_id
        return employee.browse()
