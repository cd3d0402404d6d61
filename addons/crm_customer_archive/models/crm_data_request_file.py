"""The file a data request gives out (ARC-199), and its password (GAP-54).

The granted request is the right to this file: its holder needs no right to export
whatever the system shows, which Odoo's own export right would be.
"""

import base64
import secrets

from cryptography.fernet import Fernet

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import hmac

from .crm_data_request import GRANTED_STATES
from .customer_file import customer_file

# Letters and digits that are not mistaken for each other when typed from a screen.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 4, 5
# What every file says of a customer, before the parts granted.
FIRST_COLUMNS = ("customer_number", "name", "user_id", "customer_class_id")
# Fields of the parts that make no column: other words for one, or a sheet of its own.
NO_COLUMNS = {
    *("child_ids", "parent_id", "type", "contact_address", "is_crm_customer"),
    *("id", ".id", "display_name", "complete_name", "crm_customer_id"),
}
CONTACT_COLUMNS = (
    *(("parent_id", 34), ("name", 14), ("function", 14), ("phone", 16)),
    ("email", 24),
)
COLUMN_WIDTH = 18


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
        self._policy_require_one()
        self._check_file()
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

    def action_download_file(self):
        """Download the granted files as one Excel workbook (ARC-199).

        :return: the download action for the web client
        :raises UserError: no electronic files were granted, or not in force today
        :raises AccessError: somebody else's request
        """
        self._policy_require_one()
        self._check_file()
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm_customer_archive/xlsx/{self._name}/{self.id}",
            "target": "download",
        }

    def _xlsx_file(self):
        """Return name and bytes of the workbook: the scope, and the parts granted."""
        self.ensure_one()
        self.check_access("read")
        self._check_file()
        Partner = self.env["res.partner"].with_context(active_test=False)
        # sudo: which files were granted; they are read as the holder
        customers = Partner.search(
            [("id", "in", self.sudo().scope_partner_ids.ids)],
            order="customer_number, name, id",
        )
        # sudo: the parts' field lists
        covered = self.sudo().field_set_ids._covered_names()
        names = [*FIRST_COLUMNS, *self._file_columns()]
        sheets = [
            (
                self.env._("Customers"),
                [(name, COLUMN_WIDTH) for name in names],
                customers,
            )
        ]
        if "child_ids" in covered:
            contacts = Partner.search(
                [("parent_id", "in", customers.ids)], order="parent_id, name, id"
            )
            columns = [
                column
                for column in CONTACT_COLUMNS
                if column[0] in covered | {"parent_id"}
            ]
            sheets.append((self.env._("Contacts"), columns, contacts))
            names.append("child_ids")
        with customer_file("xlsx") as file:
            customers._check_customer_export("export", names)
        return f"{self.name}.xlsx", file.seal(
            self.env["crm.xlsx"]._workbook(sheets, file)
        )

    def _file_columns(self):
        """Return the fields of the parts granted that their holder may read, in order.

        :return: list of technical names
        """
        names = []
        # sudo: the parts' field lists
        for part in self.sudo().field_set_ids.sorted():
            names += [name for name in part.field_names or () if name not in names]
        readable = self.env["res.partner"].fields_get(names, ["type"])
        return [
            name
            for name in names
            if name in readable
            and name not in NO_COLUMNS
            and name not in FIRST_COLUMNS
            and readable[name]["type"] not in ("binary", "properties")
        ]

    def _check_file(self):
        """Raise unless the user holds electronic files under this request today."""
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
