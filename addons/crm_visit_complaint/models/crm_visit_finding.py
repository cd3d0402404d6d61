"""A complaint heard on a visit is filed once, with a link both ways."""

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError


class CrmVisitFinding(models.Model):
    _inherit = "crm.visit.finding"

    complaint_ids = fields.One2many(
        "crm.complaint", "visit_finding_id", string="Complaints", readonly=True
    )
    complaint_id = fields.Many2one(
        "crm.complaint",
        compute="_compute_complaint_id",
        search="_search_complaint_id",
        help="The complaint this finding was taken in as; a cancelled one does not "
        "count.",
    )

    @api.depends("complaint_ids.state")
    def _compute_complaint_id(self):
        for finding in self:
            finding.complaint_id = finding._standing_complaint()

    def _search_complaint_id(self, operator, value):
        if operator not in ("in", "not in", "any"):
            return NotImplemented
        if operator == "any":
            return [("complaint_ids", "any", value)]
        return [("complaint_ids", operator, value)]

    def _standing_complaint(self):
        """Return the complaint made from this finding that was not cancelled."""
        self.ensure_one()
        # sudo: that there is one counts, also for those who may not read it
        complaints = self.sudo().complaint_ids.filtered(
            lambda c: c.state != "cancelled"
        )
        return complaints.sudo(False)[:1]

    def _prepare_complaint_vals(self):
        """Return the values of the complaint this finding is taken in as."""
        self.ensure_one()
        # sudo: the customer of the visit is known to those who went
        visit = self.sudo().visit_id
        return {
            "company_id": visit.company_id.id,
            "partner_id": visit.partner_id.id,
            "contact_id": visit.contact_id.id,
            "channel": "visit" if visit.mode == "onsite" else "phone",
            "date": visit.date_held,
            "description": "\n".join(filter(None, (self.name, self.description))),
        }

    def file_complaint(self):
        """Take this finding in as a draft complaint; once, however often it is called.

        :return: id of the complaint
        :raises UserError: the visit has not been held, or somebody else is just
            filing the complaint
        """
        self._policy_require_one()
        self.visit_id.check_access("write")
        try:
            # sudo: who may not edit the finding any more may still file it
            self.sudo().lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._("%s is being changed by somebody else.", self.display_name)
            ) from error
        if not self.visit_id.date_held:
            raise UserError(
                self.env._(
                    "%s: the visit has not been held yet; a complaint is filed from "
                    "what was heard on it.",
                    self.display_name,
                )
            )
        complaint = self._standing_complaint()
        if not complaint:
            complaint = self.env["crm.complaint"].create(self._prepare_complaint_vals())
            complaint._write_guarded({"visit_finding_id": self.id})
            complaint.message_post(
                body=self.env._("Heard on the visit %s.", self.visit_id.display_name)
            )
            self.message_post(body=self.env._("Taken in as a complaint."))
        return complaint.id

    def action_file_complaint(self):
        """Take this finding in as a complaint and open it."""
        complaint_id = self.file_complaint()
        return self.env["crm.complaint"].browse(complaint_id).get_formview_action()

    def action_view_complaint(self):
        """Open the complaint made from this finding."""
        self._policy_require_one()
        return self.complaint_id.get_formview_action()
