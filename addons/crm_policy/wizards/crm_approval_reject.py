"""Asks for the comment that every refusal needs; the document's method decides."""

from odoo import api, fields, models
from odoo.tools import format_list


class CrmApprovalReject(models.TransientModel):
    _name = "crm.approval.reject"
    _description = "Refuse with a Comment"

    res_model = fields.Char(required=True)
    res_ids = fields.Char(required=True, help="Document ids, separated by commas.")
    document_names = fields.Char(compute="_compute_document_names")
    comment = fields.Text(required=True)

    @api.depends("res_model", "res_ids")
    @api.depends_context("lang")
    def _compute_document_names(self):
        for wizard in self:
            wizard.document_names = format_list(
                self.env,
                wizard._documents()._filtered_access("read").mapped("display_name"),
            )

    def _documents(self):
        ids = [int(part) for part in (self.res_ids or "").split(",") if part.isdigit()]
        model = self.res_model or "crm.approval"
        if model not in self.env["crm.approval"]._approved_models():
            return self.env["crm.approval"]
        return self.env[model].browse(ids)

    def action_confirm(self):
        """Refuse the documents with the comment."""
        self.ensure_one()
        self._documents().action_reject(self.comment)
        return {"type": "ir.actions.act_window_close"}
