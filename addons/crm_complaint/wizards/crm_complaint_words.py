"""Small forms that ask for the words a step needs; the rules are the documents' own."""

from odoo import fields, models


class CrmComplaintMemorandumAnswer(models.TransientModel):
    _name = "crm.complaint.memorandum.answer"
    _description = "Answer to a Memorandum"

    memorandum_id = fields.Many2one(
        "crm.complaint.memorandum", required=True, readonly=True
    )
    decision = fields.Selection(
        [("accept", "Accept"), ("dismiss", "Dismiss")], required=True
    )
    answer = fields.Text(required=True)

    def action_confirm(self):
        """Answer the memorandum."""
        self.ensure_one()
        if self.decision == "accept":
            self.memorandum_id.action_accept(self.answer)
        else:
            self.memorandum_id.action_dismiss(self.answer)
        return {"type": "ir.actions.act_window_close"}


class CrmFieldResponseInstruct(models.TransientModel):
    _name = "crm.field.response.instruct"
    _description = "Instruction on a Field Response"

    response_id = fields.Many2one("crm.field.response", required=True, readonly=True)
    instruction = fields.Text(required=True)

    def action_confirm(self):
        """Instruct on the report."""
        self.ensure_one()
        self.response_id.action_instruct(self.instruction)
        return {"type": "ir.actions.act_window_close"}


class CrmAbnormalityConvert(models.TransientModel):
    _name = "crm.abnormality.convert"
    _description = "Loss of an Abnormality"

    abnormality_id = fields.Many2one("crm.abnormality", required=True, readonly=True)
    loss = fields.Text("Loss That Has Appeared", required=True)

    def action_confirm(self):
        """Make a complaint of the abnormality and open it."""
        self.ensure_one()
        complaint_id = self.abnormality_id.action_convert(self.loss)
        return self.env["crm.complaint"].browse(complaint_id).get_formview_action()
