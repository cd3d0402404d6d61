"""Mail that comes in: automatic mail is known as such, odd characters are read."""

import codecs

from odoo import api, models

# Header: whether its value says that no person wrote the mail (RFC 3834 and use).
AUTOMATIC_SIGNS = {
    "Auto-Submitted": lambda value: value.split(";")[0].strip() != "no",
    "Precedence": lambda value: value.strip() in ("bulk", "junk", "list", "auto_reply"),
    "X-Autoreply": lambda value: value.strip() != "no",
    "X-Autorespond": bool,
    "X-Auto-Response-Suppress": lambda value: value.strip() != "none",
    "List-Id": bool,
}


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """Tell the complaint that its mail is automatic: no receipt answers it."""
        routes = super().message_route(
            message, message_dict, model, thread_id, custom_values
        )
        if not routes or not self._is_automatic_mail(message):
            return routes
        return [
            (name, res_id, {**(values or {}), "automatic_mail": True}, *others)
            if name == "crm.complaint" and not res_id
            else (name, res_id, values, *others)
            for name, res_id, values, *others in routes
        ]

    @api.model
    def _is_automatic_mail(self, message):
        """Tell whether a machine sent a mail by itself, such as an absence note."""
        return any(
            says(str(message[header]).lower())
            for header, says in AUTOMATIC_SIGNS.items()
            if message[header]
        )

    @api.model
    def message_parse(self, message, save_original=False):
        self._repair_mail(message)
        return super().message_parse(message, save_original=save_original)

    @api.model
    def _repair_mail(self, message):
        """Make a mail readable that would be lost: it says what it does not hold.

        A text in characters nobody knows is read as UTF-8, several parts that are none
        as one text.
        """
        for part in message.walk():
            if part.get_content_maintype() == "multipart" and not part.is_multipart():
                part.set_type("text/plain")
                part.set_param("charset", "utf-8")
            charset = part.get_content_charset()
            if part.get_content_maintype() != "text" or charset is None:
                continue
            try:
                codecs.lookup(charset)
            except (LookupError, ValueError):
                part.del_param("charset")  # an empty one is not replaced
                part.set_param("charset", "utf-8")
