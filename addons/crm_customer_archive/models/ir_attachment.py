"""The file behind a customer document is reached only through the document."""

from odoo import api, models
from odoo.exceptions import AccessError

MODEL = "crm.customer.document"
GUARDED = {
    "datas",
    "raw",
    "db_datas",
    "store_fname",
    "res_field",
    "res_model",
    "res_id",
}


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _check_customer_document_file(self):
        """Raise where a client goes round the checks of the document.

        The document itself stores its file as superuser, as all binary fields do.
        """
        if not self.env.su and any(
            attachment.res_model == MODEL and attachment.res_field
            for attachment in self.sudo()  # sudo: only to know what they belong to
        ):
            raise AccessError(
                self.env._(
                    "The file of a customer document is changed in the document."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._check_customer_document_file()
        return attachments

    def write(self, vals):
        if GUARDED.intersection(vals):
            self._check_customer_document_file()
        result = super().write(vals)
        if {"res_model", "res_field"}.intersection(vals):
            self._check_customer_document_file()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_customer_document(self):
        self._check_customer_document_file()
