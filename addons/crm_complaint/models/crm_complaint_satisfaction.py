"""How content the customer is once a complaint is closed, by the platform's rating."""

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_policy.models.arguments import TEXT, WHOLE, arguments


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = ("satisfaction", "satisfaction_at", "satisfaction_text")

    satisfaction = fields.Float(
        digits=(3, 1),
        copy=False,
        aggregator="avg",
        help="The customer's last rating after closing, 1 to 5; 0: none.",
    )
    satisfaction_at = fields.Datetime("Rated on", copy=False)
    satisfaction_text = fields.Text("Customer's Remark", copy=False)

    def _satisfaction_partner(self):
        """Return who is asked: the person who complained, or the customer."""
        return self.contact_id or self.partner_id

    def _rating_get_partner(self):
        return self._satisfaction_partner()

    def _rating_apply_get_default_subtype_id(self):
        return self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")

    def _ask_satisfaction(self):
        """Ask by mail; where there is no address, let the salesperson telephone."""
        template = self.env.ref("crm_complaint.mail_template_satisfaction")
        for complaint in self.sudo():  # sudo: asked whoever closes
            company = complaint.company_id
            if not company.complaint_satisfaction or complaint.customer_refusal:
                continue
            if complaint._satisfaction_partner().email:
                complaint.rating_send_request(template, force_send=False)
            else:
                complaint.activity_schedule(
                    "crm_complaint.activity_type_satisfaction",
                    date_deadline=company._policy_today(),
                    user_id=complaint.user_id.id,
                    note=self.env._(
                        "No e-mail address: telephone the customer, enter the rating."
                    ),
                )

    @arguments(score=WHOLE, comment=TEXT)
    def action_record_satisfaction(self, score, comment=False):
        """Enter what the customer said on the telephone.

        :param score: 1 to 5
        :param comment: the customer's words
        :raises UserError: not closed, or no such score
        """
        for complaint in self:
            complaint.check_access("write")
            complaint._check_transition_state(("closed",))
            if not 1 <= score <= 5:
                raise UserError(self.env._("A rating goes from 1 to 5, not %s.", score))
            # sudo: ratings belong to the platform; the user may write the case
            document = complaint.sudo()
            token = document._rating_get_access_token()
            document.rating_apply(score, token=token, feedback=comment or "")
        return True

    def rating_apply(
        self,
        rate,
        token=None,
        rating=None,
        feedback=None,
        subtype_xmlid=None,
        notify_delay_send=False,
    ):
        applied = super().rating_apply(
            rate, token, rating, feedback, subtype_xmlid, notify_delay_send
        )
        for complaint in self:
            complaint._take_rating(rate, feedback)
        return applied

    def _take_rating(self, rate, feedback):
        """Keep the score; a low one comes back to the manager."""
        self._write_guarded(
            {
                "satisfaction": rate,
                "satisfaction_at": fields.Datetime.now(),
                "satisfaction_text": feedback or False,
            }
        )
        # sudo: the customer rates; the company's figures and activities are ours
        complaint = self.sudo()
        complaint.activity_unlink(["crm_complaint.activity_type_satisfaction"])
        if rate > complaint.company_id.complaint_satisfaction_low:
            return
        manager = complaint._satisfaction_manager()
        if manager:
            complaint.activity_schedule(
                "crm_complaint.activity_type_low_score",
                date_deadline=complaint.company_id._policy_today(),
                user_id=manager.id,
                note=self.env._(
                    "The customer rated %(score)s of 5: %(remark)s",
                    score=f"{rate:g}",
                    remark=feedback or "-",
                ),
            )

    def _satisfaction_manager(self):
        """Return who looks into a low score: head of sales, or of the office."""
        department = self.department_id or self._sales_department()
        heads = department._policy_heads(but=self.user_id)
        if not heads:
            office = self.env["hr.department"]._policy_department(
                "gmo", self.company_id
            )
            heads = office.manager_id.user_id
        return heads[:1]
