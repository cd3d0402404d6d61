"""What a visit found out, and what is done about it (VIS-74 to VIS-107, VIS-124)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.crm_policy.models.arguments import TEXT, arguments


class CrmVisitFinding(models.Model):
    _name = "crm.visit.finding"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.guard.mixin"]
    _description = "Visit Finding"
    _order = "visit_id desc, sequence, id"

    _guarded_fields = (
        "follow_up_done_at",
        "follow_up_note",
        "company_id",
        "follow_up_state",
    )
    # What a finding says is part of the report and closes with it.
    _report_fields = frozenset(
        ("visit_id", "topic_id", "name", "description", "severity")
    )

    visit_id = fields.Many2one(
        "crm.visit", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="visit_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="visit_id.partner_id", string="Customer")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Finding", required=True)
    topic_id = fields.Many2one("crm.visit.topic", index=True, ondelete="restrict")
    topic_help = fields.Text(related="topic_id.help_text", string="What to Find Out")
    description = fields.Text(string="Details")
    severity = fields.Selection(
        [
            ("info", "Information"),
            ("minor", "Minor Problem"),
            ("major", "Major Problem"),
        ],
        required=True,
        default="info",
        help="Problems count as handled or unhandled on the daily visit report "
        "(VIS-127).",
    )
    owner_id = fields.Many2one(
        "res.users",
        string="Follow-up By",
        index="btree_not_null",
        tracking=True,
        domain=[("share", "=", False)],
    )
    date_due = fields.Date(
        string="Follow-up Due", index=True, tracking=True, help="Local calendar date."
    )
    follow_up_state = fields.Selection(
        [("none", "No Follow-up"), ("open", "Open"), ("done", "Done")],
        string="Follow-up",
        compute="_compute_follow_up_state",
        store=True,
        index=True,
    )
    follow_up_done_at = fields.Datetime(
        string="Followed Up On", readonly=True, copy=False, tracking=True
    )
    follow_up_note = fields.Text(string="What Was Done", readonly=True, copy=False)
    follow_up_late = fields.Boolean(
        string="Follow-up Late",
        compute="_compute_follow_up_late",
        search="_search_follow_up_late",
    )
    visit_state = fields.Selection(related="visit_id.state", string="Visit State")

    @api.constrains("owner_id", "date_due")
    def _check_follow_up(self):
        for finding in self:
            if bool(finding.owner_id) != bool(finding.date_due):
                raise ValidationError(
                    self.env._(
                        "%s: a follow-up has both a person (Follow-up By) and a date "
                        "(Follow-up Due).",
                        finding.name,
                    )
                )

    @api.depends("owner_id", "follow_up_done_at")
    def _compute_follow_up_state(self):
        for finding in self:
            if finding.follow_up_done_at:
                finding.follow_up_state = "done"
            else:
                finding.follow_up_state = "open" if finding.owner_id else "none"

    @api.depends("follow_up_state", "date_due", "company_id")
    def _compute_follow_up_late(self):
        for finding in self:
            finding.follow_up_late = (
                finding.follow_up_state == "open"
                and finding.date_due < finding.company_id._policy_today()
            )

    def _search_follow_up_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("follow_up_state", "=", "open") & Domain(
            "date_due", "<", self.env.company._policy_today()
        )
        return late if True in value else ~late

    # -------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        visits = self.env["crm.visit"].browse(
            {vals["visit_id"] for vals in vals_list if vals.get("visit_id")}
        )
        visits.check_access("write")
        visits._check_open_for("finding_ids")
        return super().create(vals_list)

    def write(self, vals):
        changed = self._report_fields & vals.keys()
        if any(
            not self._guarded_equal(finding, name, vals[name])
            for finding in self
            for name in changed
        ):
            visits = self.visit_id | self.env["crm.visit"].browse(vals.get("visit_id"))
            visits.check_access("write")
            visits._check_open_for("finding_ids")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reported(self):
        self.visit_id._check_open_for("finding_ids")

    # ---------------------------------------------------------------- actions

    def _schedule_follow_ups(self):
        """Put the open follow-ups on their owners' to-do lists, in one batch."""
        open_findings = self.filtered(
            lambda finding: (
                finding.follow_up_state == "open"
                and finding.owner_id not in finding.activity_ids.user_id
            )
        )
        activity_type = self.env.ref("crm_visit.activity_type_follow_up")
        model_id = self.env["ir.model"]._get_id(self._name)
        # sudo: the owner's to-do is made for him by whoever reports the visit
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": finding.id,
                    "activity_type_id": activity_type.id,
                    "user_id": finding.owner_id.id,
                    "date_deadline": finding.date_due,
                    "summary": finding.name,
                    "automated": True,
                }
                for finding in open_findings
            ]
        )

    @arguments(note=TEXT)
    def action_follow_up_done(self, note=None):
        """Record that the follow-up is done.

        :param note: what was done (plain text, optional)
        :raises AccessError: the user is neither the owner, nor responsible for the
            visit, nor a manager
        :raises UserError: the finding has no open follow-up
        """
        is_manager = self.env.user.has_group("crm_policy.group_manager")
        for finding in self:
            if finding.follow_up_state != "open":
                raise UserError(
                    self.env._("%s has no open follow-up.", finding.display_name)
                )
            # sudo: the owner need not see the visit the finding comes from
            responsible = finding.sudo().visit_id.user_id
            if not is_manager and self.env.user not in (finding.owner_id | responsible):
                raise AccessError(
                    self.env._(
                        "The follow-up of %(finding)s is done by %(owner)s.",
                        finding=finding.display_name,
                        owner=finding.owner_id.display_name,
                    )
                )
        self._write_guarded(
            {
                "follow_up_done_at": fields.Datetime.now(),
                "follow_up_note": note or False,
            }
        )
        # sudo: the to-do may be another person's
        self.sudo().activity_feedback(
            ["crm_visit.activity_type_follow_up"], feedback=note
        )
        return True

    def action_follow_up_reopen(self):
        """Open a follow-up again that was not done after all (managers)."""
        if not self.env.user.has_group("crm_policy.group_manager"):
            raise AccessError(
                self.env._("Only a manager opens a finished follow-up again.")
            )
        self._write_guarded({"follow_up_done_at": False, "follow_up_note": False})
        self._schedule_follow_ups()
        return True
