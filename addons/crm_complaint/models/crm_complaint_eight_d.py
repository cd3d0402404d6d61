"""The 8D report for the customer: only what may leave the company (CMP-50, CMP-51)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from .passes import passes

DISCIPLINES = (
    "d1_team",
    "d2_problem",
    "d3_containment",
    "d4_root_cause",
    "d5_chosen",
    "d6_implemented",
    "d7_prevention",
    "d8_closure",
)
# What must be written before the report is released.
REQUIRED = ("d2_problem", "d3_containment", "d4_root_cause", "d5_chosen")


class CrmComplaintEightD(models.Model):
    """A report written for the customer and released by the office.

    Its texts are its own and translatable: nothing of shares, persons or amounts is
    taken over by itself. It is released after the decision only.
    """

    _name = "crm.complaint.eight.d"
    _inherit = ["crm.complaint.child", "mail.thread", "crm.guard.mixin"]
    _description = "8D Report"
    _order = "complaint_id desc, revision desc"
    _transitions = {
        "release": {
            "from": ("draft",),
            "to": "released",
            "check": "_check_release",
        },
    }
    _guarded_fields = ("revision", "released_at", "released_by_id")

    complaint_id = fields.Many2one(required=True)
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    partner_id = fields.Many2one(related="complaint_id.partner_id", string="Customer")
    revision = fields.Integer(default=1, readonly=True)
    state = fields.Selection(
        [("draft", "Draft"), ("released", "Released")],
        default="draft",
        required=True,
        copy=False,
        tracking=True,
    )
    d1_team = fields.Text(translate=True)
    d2_problem = fields.Text(translate=True)
    d3_containment = fields.Text("D3 Immediate Actions", translate=True)
    d4_root_cause = fields.Text(translate=True)
    d5_chosen = fields.Text("D5 Corrective Actions Chosen", translate=True)
    d6_implemented = fields.Text("D6 Implemented and Verified", translate=True)
    d7_prevention = fields.Text(translate=True)
    d8_closure = fields.Text(translate=True)
    released_at = fields.Datetime("Released on", copy=False)
    released_by_id = fields.Many2one("res.users", "Released by", copy=False)

    can_write = fields.Boolean(
        compute="_compute_can_write", help="The user may write the reports of the case."
    )
    can_release = fields.Boolean(
        compute="_compute_can_write", help="The user releases reports to the customer."
    )

    _revision_uniq = models.Constraint(
        "UNIQUE(complaint_id, revision)", "A complaint has one 8D report of a revision."
    )

    @api.depends("complaint_id", "revision")
    def _compute_display_name(self):
        for report in self:
            report.display_name = self.env._(
                "8D %(number)s rev. %(revision)s",
                number=report.complaint_id.display_name,
                revision=report.revision,
            )

    @api.depends("complaint_id.state", "complaint_id.routing_department_id")
    @api.depends_context("uid")
    def _compute_can_write(self):
        for report in self:
            case = report.complaint_id
            report.can_write = case and passes(case._may_plan_actions)
            report.can_release = case and passes(case._is_verifier)

    # ---------------------------------------------------------------- lifecycle

    @api.model
    def _guarded_create_vals(self, vals_list):
        own = super()._guarded_create_vals(vals_list)
        ids = [vals.get("complaint_id") for vals in vals_list]
        last = dict(
            self.sudo()._read_group(  # sudo: only counts revisions
                [("complaint_id", "in", ids)], ["complaint_id"], ["revision:max"]
            )
        )
        last = {complaint.id: revision for complaint, revision in last.items()}
        for vals, own_vals in zip(vals_list, own, strict=True):
            complaint_id = vals.get("complaint_id")
            last[complaint_id] = last.get(complaint_id, 0) + 1
            own_vals["revision"] = last[complaint_id]
        return own

    @api.model_create_multi
    def create(self, vals_list):
        reports = super().create(vals_list)
        reports._check_author()
        return reports

    def write(self, vals):
        if not self._guard_open_fields() >= set(vals):
            self._check_author()
            if not {*DISCIPLINES, "complaint_id"}.isdisjoint(vals) and any(
                report.state == "released" for report in self
            ):
                raise UserError(
                    self.env._(
                        "A released 8D report stays as the customer has it; make a new "
                        "revision."
                    )
                )
        return super().write(vals)

    def _check_author(self):
        for complaint in self.complaint_id:
            if not complaint._may_plan_actions():
                raise AccessError(
                    self.env._(
                        "The 8D report of %s is written by quality management, the "
                        "General manager's office or the department that holds it.",
                        complaint.display_name,
                    )
                )

    # ------------------------------------------------------------------ actions

    def _check_release(self):
        self.ensure_one()
        complaint = self.complaint_id
        if not complaint._is_verifier():
            raise AccessError(
                self.env._(
                    "%s is released by quality management or the General manager's "
                    "office.",
                    self.display_name,
                )
            )
        complaint._check_binding(self.display_name)
        missing = [name for name in REQUIRED if not (self[name] or "").strip()]
        if missing:
            raise UserError(
                self.env._(
                    "%(report)s is not complete. Fill in: %(fields)s.",
                    report=self.display_name,
                    fields=format_list(
                        self.env,
                        [
                            self._fields[name]._description_string(self.env)
                            for name in missing
                        ],
                    ),
                )
            )

    def action_release(self):
        """Release the report for the customer (after the decision).

        :raises UserError: not decided, or not complete
        """
        for report in self:
            report._transition(
                "release",
                released_at=fields.Datetime.now(),
                released_by_id=self.env.uid,
            )
        return True

    def action_new_revision(self):
        """Start the next revision from this one.

        :return: id of the new draft
        """
        self._policy_require_one()
        report = self.copy()
        return report.id

    def action_open_new_revision(self):
        """Button: start the next revision and open it."""
        return self.browse(self.action_new_revision())._get_records_action()

    def action_send(self):
        """Open the mail to the customer with the released report."""
        self._policy_require_one()
        self._check_released()
        template = self.env.ref("crm_complaint.mail_template_eight_d")
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
            },
        }

    def _check_released(self):
        for report in self:
            if report.state != "released":
                raise UserError(
                    self.env._("%s is not released yet.", report.display_name)
                )

    def _disciplines(self):
        """Return [(label, text)] of the eight disciplines in the language in force."""
        self.ensure_one()
        return [
            (self._fields[name]._description_string(self.env), self[name] or "")
            for name in DISCIPLINES
        ]

    def _print_languages(self):
        """Return the languages to print: Chinese, then the customer's."""
        self.ensure_one()
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        wanted = ["zh_CN", self.sudo().partner_id.lang]  # sudo: the language only
        languages = [code for code in dict.fromkeys(wanted) if code in installed]
        return languages or [self.env.lang or "en_US"]


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    eight_d_ids = fields.One2many("crm.complaint.eight.d", "complaint_id", "8D Reports")
    eight_d_count = fields.Integer(compute="_compute_eight_d_count")
    can_open_eight_d = fields.Boolean(
        compute="_compute_eight_d_count",
        help="There is an 8D report to open, or the user may draft the first.",
    )

    @api.depends("eight_d_ids", "state", "routing_department_id", "routing_user_id")
    @api.depends_context("uid")
    def _compute_eight_d_count(self):
        for complaint in self:
            complaint.eight_d_count = len(complaint.eight_d_ids)
            complaint.can_open_eight_d = complaint.eight_d_ids or passes(
                complaint._may_plan_actions
            )

    def action_open_eight_d(self):
        """Open the 8D report; the first is drafted from what may go out."""
        self._policy_require_one()
        if not self.eight_d_ids:
            self.env["crm.complaint.eight.d"].create(self._prepare_eight_d())
        return self.eight_d_ids._get_records_action(name=self.env._("8D Reports"))

    def _prepare_eight_d(self):
        """Return a draft: the customer's own words, and actions meant for them."""
        visible = self.action_ids.filtered(
            lambda a: a.customer_visible and a.state != "cancelled"
        )

        def words(kinds, states=("open", "done", "effective")):
            return "\n".join(
                action.name
                for action in visible
                if action.kind in kinds and action.state in states
            )

        return {
            "complaint_id": self.id,
            "d2_problem": self.description,
            "d3_containment": words(("containment",)),
            "d5_chosen": words(("corrective",)),
            "d6_implemented": words(("corrective",), ("done", "effective")),
            "d7_prevention": words(("preventive",)),
        }
