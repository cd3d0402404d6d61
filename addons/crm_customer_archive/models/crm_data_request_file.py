"""The password of files given out under a data request (GAP-54)."""

import base64
import secrets

from cryptography.fernet import Fernet

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import hmac

from .crm_data_request import GRANTED_STATES

# Letters and digits that are not mistaken for each other when typed from a screen.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 4, 5


class CrmDataRequest(models.Model):
    _inherit = "crm.data.request"

    file_password_sealed = fields.Char(
        string="File Password (encrypted)",
        copy=False,
        readonly=True,
        groups=fields.NO_ACCESS,
        help="Encrypted with a key of this database; erased when access ends.",
    )
    file_password_needed = fields.Boolean(
        compute="_compute_file_password_needed",
        compute_sudo=True,
        help="A file granted is of a level whose files carry a password (GAP-54).",
    )

    @api.depends("form", "state", "scope_partner_ids.confidentiality_level_id")
    def _compute_file_password_needed(self):
        for rec in self:
            rec.file_password_needed = (
                rec.form == "electronic"
                and rec.state in GRANTED_STATES
                and rec.scope_partner_ids._needs_file_password()
            )

    def take_file_password(self):
        """Make a password for the files of this request and give it to its holder.

        Each call makes a new one and shows it this once; files exported before keep
        the password they were given.

        :return: the password
        :raises UserError: no electronic files were granted, or not in force today
        :raises AccessError: somebody else's request
        """
        self.ensure_one()
        self._check_requester()
        if self.form != "electronic":
            raise UserError(
                self.env._(
                    "%s was not granted as electronic files (ARC-199).",
                    self.display_name,
                )
            )
        if not self.in_force:
            raise UserError(self.env._("%s grants no access today.", self.display_name))
        password = "-".join(
            "".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH))
            for _ in range(GROUPS)
        )
        self._write_guarded(
            {"file_password_sealed": self._password_box().encrypt(password.encode())}
        )
        self.message_post(body=self.env._("A file password was made and shown."))
        return password

    def action_take_file_password(self):
        """Show a new file password, this once.

        :return: the notification for the web client
        """
        password = self.take_file_password()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Password of the files of %s", self.display_name),
                "message": self.env._(
                    "%s — note it now, it is not shown again. Pass it on by another "
                    "way than the file.",
                    password,
                ),
            },
        }

    def _write_guarded(self, vals):
        if vals.get("state") in ("ended", "cancelled", "returned", "refused"):
            vals = {**vals, "file_password_sealed": False}
        return super()._write_guarded(vals)

    # ----------------------------------------------------------------- helpers

    def _password_box(self):
        """Return what locks and opens the password of this request."""
        # sudo: the secret of the database
        key = hmac(self.sudo().env, "crm.data.request.file_password", self.id)
        return Fernet(base64.urlsafe_b64encode(bytes.fromhex(key)))

    def _file_password(self):
        """Return the password of the first of these requests that has one.

        :raises UserError: none was taken yet
        """
        for rec in self:
            # sudo: nobody reads the field
            sealed = rec.sudo().file_password_sealed
            if sealed:
                return rec._password_box().decrypt(sealed.encode()).decode()
        raise UserError(
            self.env._(
                "Files of these customers carry a password (GAP-54). Take it first "
                "with the button File Password of %s.",
                self[:1].display_name,
            )
        )
