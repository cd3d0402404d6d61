"""Whom a message may go to is offered from the customer files the user may read.

A keeper opens deliveries of customers whose files are closed to him: the document says
whose it is, addresses are in the file.
"""

from odoo import models


class Base(models.AbstractModel):
    _inherit = "base"

    def _message_add_suggested_recipients(self, force_primary_email=False):
        suggested = super()._message_add_suggested_recipients(force_primary_email)
        for recipients in suggested.values():
            recipients["partners"] = recipients["partners"]._filtered_access("read")
        return suggested
