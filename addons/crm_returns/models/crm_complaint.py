"""Returns that come out of a complaint (RET-54, RET-57)."""

from odoo import fields, models

from .crm_return import CLOSED_STATES
from .crm_return_criteria import DECIDED

# Resolutions of a complaint that bring goods back.
RETURN_RESOLUTIONS = ("return", "exchange")
# Requests that ended without goods coming back.
NOT_RETURNED = ("refused", "withdrawn", "not_eligible")


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    return_ids = fields.One2many("crm.return", "complaint_id", "Returns")
    return_count = fields.Integer(compute="_compute_return_count")

    def _compute_return_count(self):
        counts = {}
        if self.env["crm.return"].has_access("read"):
            counts = dict(
                self.env["crm.return"]._read_group(
                    [("complaint_id", "in", self.ids)], ["complaint_id"], ["__count"]
                )
            )
        for complaint in self:
            complaint.return_count = counts.get(complaint, 0)

    def _return_kind(self):
        """Return how the decision brings goods back: “return” or “exchange” (RET-54).

        Where it decided both, what nobody asked for yet; False where it decided none.
        """
        self.ensure_one()
        # sudo: what was decided binds, also for who cannot open the complaint
        complaint = self.sudo()
        if complaint.state not in DECIDED:
            return False
        kinds = [
            line.kind_code
            for line in complaint.resolution_ids
            if line.kind_code in RETURN_RESOLUTIONS
        ]
        begun = complaint.return_ids.filtered(
            lambda record: record.state not in NOT_RETURNED
        ).mapped("kind")
        return next(
            (kind for kind in kinds if kind not in begun), (kinds or [False])[0]
        )

    def _unfinished_resolutions(self):
        """Goods on their way back and allowances not booked keep the case open."""
        found = super()._unfinished_resolutions()
        if self.customer_refusal:
            return found
        document = self.sudo()  # sudo: what is open stops also who cannot open it
        returns = document.return_ids.filtered(lambda r: r.state not in CLOSED_STATES)
        allowances = self.env["crm.return.allowance"].sudo()  # sudo: as above
        allowances = allowances.search(
            [
                ("complaint_id", "=", self.id),
                ("state", "not in", ("booked", "refused")),
            ]
        )
        return [*found, *(record.display_name for record in (*returns, *allowances))]

    def action_view_returns(self):
        """Open the returns of this complaint, or start the first."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_returns.action_crm_return"
        )
        action["domain"] = [("complaint_id", "=", self.id)]
        action["context"] = {
            "default_complaint_id": self.id,
            # sudo: which company it is, for departments that may not open its file
            "default_partner_id": self.sudo().partner_id.commercial_partner_id.id,
            "default_kind": self._return_kind() or "return",
        }
        return action
