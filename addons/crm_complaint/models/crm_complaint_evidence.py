"""Photos and files of a complaint: how large, how many, of which kind.

The limits are the company's data and hold on every path: mail, portal, chatter, RPC.
Files are stored as they are and never unpacked.
"""

import base64
import binascii
from pathlib import PurePath

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import LINES, arguments

MODEL = "crm.complaint"
MEGABYTE = 1024 * 1024


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    @arguments(files=LINES)
    def add_evidence(self, files):
        """Add photos or files to the complaint; the same file twice is kept once.

        :param files: list of ``{"name": file name, "content": base64 text}``
        :return: ids of the files, in the order given
        :raises UserError: not one complaint, or a file that is not allowed
        """
        self._policy_require_one()
        self.check_access("write")
        return self._add_files(self._decode_files(files)).ids

    def action_view_files(self):
        """Open the complaint's files; scans of internal forms are marked there."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_complaint.action_complaint_files"
        )
        action["domain"] = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        action["context"] = {
            "default_res_model": self._name,
            "default_res_id": self.id,
        }
        return action

    @api.model
    def _decode_files(self, files):
        """Return ``[(name, bytes)]`` of files as programs send them."""
        if not isinstance(files, list) or not files:
            raise UserError(self.env._("Send at least one file."))
        decoded = []
        for file in files:
            name = file.get("name") if isinstance(file, dict) else None
            content = file.get("content") if isinstance(file, dict) else None
            if not isinstance(name, str) or not isinstance(content, str):
                raise UserError(
                    self.env._("A file has a name and a content in base64.")
                )
            try:
                decoded.append((name, base64.b64decode(content, validate=True)))
            except binascii.Error as error:
                raise UserError(
                    self.env._("The content of %s is no base64.", name)
                ) from error
        return decoded

    def _add_files(self, files):
        """Attach ``[(name, bytes)]``; what is there already is not doubled."""
        self.ensure_one()
        Attachment = self.env["ir.attachment"]
        known = {
            (file.name, file.checksum): file
            for file in Attachment.search(
                [("res_model", "=", self._name), ("res_id", "=", self.id)]
            )
        }
        result, fresh = [], []
        for name, content in files:
            file = known.get((name, Attachment._compute_checksum(content)))
            result.append(file)
            if not file:
                fresh.append(
                    {
                        "name": name,
                        "raw": content,
                        "res_model": self._name,
                        "res_id": self.id,
                    }
                )
        made = iter(Attachment.create(fresh))
        return Attachment.union(*[file or next(made) for file in result])

    # ---------------------------------------------------------------------- limits

    @api.model
    def _file_refusal(self, name, size, company):
        """Say why a file may not be kept with a complaint, or nothing."""
        # sudo: limits bind whoever sends the file
        company = (company or self.env.company).sudo()
        allowed = company._complaint_file_types()
        kind = PurePath(name or "").suffix.lower().lstrip(".")
        if allowed and kind not in allowed:
            return self.env._(
                "%(name)s: files of this kind are not taken. Taken are: %(allowed)s.",
                name=name,
                allowed=format_list(self.env, sorted(allowed)),
            )
        largest = company.complaint_file_size
        if largest and size > largest * MEGABYTE:
            return self.env._(
                "%(name)s is larger than %(largest)s MB.",
                name=name,
                largest=f"{largest:g}",
            )
        return None

    @api.model
    def _limit_mail_attachments(self, msg_dict, company):
        """Leave out of a mail what may not be kept; return why, file by file."""
        files = msg_dict.get("attachments") or []
        company = company or self.env.company
        most = company.sudo().complaint_file_count  # sudo: limits bind everybody
        kept, dropped = [], []
        for file in files:
            name, content = file[0], file[1] or b""
            if isinstance(content, str):
                content = content.encode()
            elif not isinstance(content, bytes):
                content = bytes(content)
            refusal = self._file_refusal(name, len(content), company)
            if not refusal and most and len(kept) >= most:
                refusal = self.env._("%s: too many files", name)
            if refusal:
                dropped.append(refusal)
            else:
                kept.append(file)
        msg_dict["attachments"] = kept
        return dropped


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        files._check_complaint_files()
        return files

    def write(self, vals):
        result = super().write(vals)
        if {"res_model", "res_id", "raw", "datas", "name"} & vals.keys():
            self._check_complaint_files()
        return result

    def _check_complaint_files(self):
        """Raise unless files of complaints keep to the company's limits.

        :raises ValidationError: the kind, size or number of files is not allowed
        """
        files = self.filtered(
            lambda file: file.res_model == MODEL and file.res_id and not file.res_field
        )
        if not files:
            return
        # sudo: limits bind whoever adds the file
        complaints = self.env[MODEL].sudo().browse(set(files.mapped("res_id")))
        companies = {
            complaint.id: complaint.company_id for complaint in complaints.exists()
        }
        for file in files:
            refusal = complaints._file_refusal(
                file.name, file.file_size, companies.get(file.res_id)
            )
            if refusal:
                raise ValidationError(refusal)
        counts = self.sudo()._read_group(  # sudo: as above
            [
                ("res_model", "=", MODEL),
                ("res_id", "in", list(companies)),
                ("res_field", "=", False),
            ],
            ["res_id"],
            ["__count"],
        )
        for res_id, count in counts:
            # sudo: limits bind everybody
            most = companies[res_id].sudo().complaint_file_count
            if most and count > most:
                raise ValidationError(
                    self.env._("A complaint keeps at most %s files.", most)
                )
