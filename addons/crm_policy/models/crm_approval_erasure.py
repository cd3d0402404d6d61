"""Decisions outlive the erasure of a person named in what was decided on (GAP-95)."""

from odoo import fields, models


class CrmApproval(models.Model):
    _inherit = "crm.approval"

    erased_values = fields.Text(
        string="Approved Values after Erasure",
        readonly=True,
        help="The values decided on as they read since personal data in them were "
        "erased (JSON). The decision stands: nothing but the person was taken out.",
    )
    erased_at = fields.Datetime(
        string="Personal Data Erased",
        readonly=True,
        help="When personal data were last erased from the values decided on.",
    )

    def _note_erased(self):
        """Note the values of the documents after personal data in them were erased.

        For decisions that carried their documents before (``_approval_carried``): they
        carry them still. What was decided on stays in the chain of decisions.
        """
        for approval in self.sudo():  # sudo: the procedure's own bookkeeping
            document = approval._document()
            if not document._approval_carries(approval):
                approval.write(
                    {
                        "erased_values": document._approval_values(approval.step),
                        "erased_at": fields.Datetime.now(),
                    }
                )
