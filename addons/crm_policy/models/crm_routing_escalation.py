"""The end of the longest stay: past it the general manager hears of it (RET-50)."""

from odoo import api, fields, models
from odoo.tools import SQL

from .reminders import remind_batch

ACTIVITY = "crm_policy.mail_activity_type_longest_stay"


class CrmRoutingLimit(models.Model):
    _inherit = "crm.routing.limit"

    escalate = fields.Boolean(
        string="Tell the General Manager",
        help="Once a document has stayed longer than the longest stay, the general "
        "manager finds it among the activities, until it leaves the department "
        "(RET-50).",
    )


class CrmRoutingPassage(models.Model):
    _inherit = "crm.routing.passage"

    _guarded_fields = ("escalation_due", "escalated_at")

    escalation_due = fields.Datetime(
        string="Longest Stay Ends",
        readonly=True,
        help="When the longest stay the time limit allows is over, with or without "
        "an extension.",
    )
    escalated_at = fields.Datetime(
        string="General Manager Told On",
        readonly=True,
        help="When the general manager was told of a stay past its longest.",
    )

    _escalation_idx = models.Index(
        "(escalation_due) WHERE date_out IS NULL AND escalated_at IS NULL "
        "AND escalation_due IS NOT NULL"
    )

    @api.model
    def _get_escalation_domain(self, now):
        return [
            ("date_out", "=", False),
            ("escalated_at", "=", False),
            ("escalation_due", "<", now),
        ]

    @api.model
    def _escalate_batch(self, now, limit):
        """Tell the general manager of one batch of stays; return their number."""
        passages = self._take(
            SQL(
                "date_out IS NULL AND escalated_at IS NULL AND escalation_due < %s", now
            ),
            SQL("escalation_due, id"),
            limit,
        )
        if passages:
            passages._tell_general_manager()
            passages._write_guarded({"escalated_at": now})
            self.env.flush_all()
        return len(passages)

    def _tell_general_manager(self):
        """Put each stay on the activity list of its company's general manager."""
        # sudo: who holds the office, not the persons' data
        group = self.env.ref("crm_policy.group_gm").sudo()
        office = group.all_user_ids.filtered(lambda user: user.active)
        rows = []
        for passage in self:
            document = self.env[passage.model].browse(passage.res_id)
            for user in office.filtered(
                lambda user, passage=passage: passage.company_id in user.company_ids
            ):
                words = passage.with_context(lang=user.lang)
                rows.append((document, user, {"summary": words._escalation_words()}))
        remind_batch(self.env, ACTIVITY, rows)

    def _escalation_words(self):
        self.ensure_one()
        units = dict(self._fields["unit"]._description_selection(self.env))
        return self.env._(
            "%(document)s has been at %(department)s (%(step)s) longer than "
            "%(days)s %(unit)s",
            document=self.document_name,
            department=self.department_id.name or "-",
            step=self._step_name(),
            days=f"{self.limit_id.max_days:g}",
            unit=units.get(self.unit, "").lower(),
        )

    def _close(self, moment):
        """Take the document off the general manager's list when it leaves."""
        res = super()._close(moment)
        # sudo: time limits bind whoever forwards the document
        told = self.sudo().filtered("escalated_at")
        for model, passages in told.grouped("model").items():
            # sudo: the activities are those of the general manager's office
            self.env["mail.activity"].sudo().search(
                [
                    ("activity_type_id", "=", self.env.ref(ACTIVITY).id),
                    ("res_model", "=", model),
                    ("res_id", "in", passages.mapped("res_id")),
                ]
            ).action_archive()
        return res
