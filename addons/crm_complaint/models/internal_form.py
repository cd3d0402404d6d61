"""The internal form never goes to the customer (CMP-51).

A printout of an internal report carries a mark in its bytes. Wherever such a file
would leave the company - a mail, a message a customer can read, a public link, a
portal user's download, a mail template - it is recognised and refused.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_list
from odoo.tools.mail import email_normalize_all

# A comment to every reader of PDF and HTML; survives renaming and copying.
MARK_PDF = b"\n%CRM-POLICY-INTERNAL-FORM\n"
MARK_HTML = b"<!--CRM-POLICY-INTERNAL-FORM-->"
MARK = b"CRM-POLICY-INTERNAL-FORM"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    crm_internal = fields.Boolean(
        "Internal Form",
        help="The printout never goes to a customer: it is refused in mails, public "
        "links and for portal users (CMP-51).",
    )

    def _check_internal_reader(self):
        if self.crm_internal and (
            self.env.user.share or not self.env.user._is_internal()
        ):
            raise AccessError(
                self.env._(
                    "%s is an internal form; customers do not get it (CMP-51).",
                    self.name,
                )
            )

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        report = self._get_report(report_ref)
        report._check_internal_reader()
        content, kind = super()._render_qweb_pdf(report_ref, res_ids, data)
        if report.crm_internal and kind == "pdf" and isinstance(content, bytes):
            content += MARK_PDF
        return content, kind

    def _render_qweb_html(self, report_ref, docids, data=None):
        report = self._get_report(report_ref)
        report._check_internal_reader()
        content, kind = super()._render_qweb_html(report_ref, docids, data)
        if report.crm_internal and isinstance(content, bytes):
            content += MARK_HTML
        return content, kind


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    crm_internal_form = fields.Boolean(
        "Internal Form",
        help="Printout or scan of an internal form: stays inside the company "
        "(CMP-51). Printouts are known by themselves and so are copies of them; a scan "
        "of a signed form is marked by hand. The mark is never taken off.",
    )

    _internal_form_checksum = models.Index("(checksum) WHERE crm_internal_form")

    def _get_datas_related_values(self, data, mimetype):
        values = super()._get_datas_related_values(data, mimetype)
        values["crm_internal_form"] = MARK in (data or b"")
        return values

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        wanted = attachments.browse(
            attachment.id
            for attachment, vals in zip(attachments, vals_list, strict=True)
            if vals.get("crm_internal_form")
        )
        (wanted | attachments._copies_of_internal_forms())._keep_mark()
        if any(vals.get("public") or vals.get("access_token") for vals in vals_list):
            attachments._check_internal_form_private()
        return attachments

    def _copies_of_internal_forms(self):
        """Return those whose content is, byte for byte, that of a marked file.

        Files of the client (with an address) and of fields are none of them.
        """
        # sudo: what a file is shows in files the user may not see, too
        unmarked = self.sudo().filtered(
            lambda file: (
                file.file_size
                and not file.crm_internal_form
                and not file.url
                and not file.res_field
            )
        )
        if not unmarked:
            return unmarked
        known = (
            self.env["ir.attachment"]
            .sudo()  # sudo: as above
            ._read_group(
                [
                    ("crm_internal_form", "=", True),
                    ("checksum", "in", unmarked.mapped("checksum")),
                    ("res_field", "=", False),
                ],
                aggregates=["checksum:array_agg_distinct"],
            )[0][0]
        )
        return unmarked.filtered(lambda file: file.checksum in known)

    def _keep_mark(self):
        # sudo: the mark is set whoever brings the file; it is never taken off
        lost = self.sudo().filtered(lambda file: not file.crm_internal_form)
        if lost:
            lost.write({"crm_internal_form": True})

    def write(self, vals):
        if "crm_internal_form" in vals and not vals["crm_internal_form"]:
            raise AccessError(
                self.env._("The mark of an internal form is never taken off (CMP-51).")
            )
        # sudo: what the file is decides, whoever may open it
        marked = self.sudo().filtered("crm_internal_form")
        res = super().write(vals)
        if not {"raw", "datas"}.isdisjoint(vals):
            # Another content in its place, a scan for instance, is the form still.
            (marked | self._copies_of_internal_forms())._keep_mark()
        touched = {"public", "access_token", "raw", "datas", "crm_internal_form"}
        if not touched.isdisjoint(vals):
            self._check_internal_form_private()
        return res

    def _check_internal_form_private(self):
        # sudo: what the file is decides, whoever may open it
        for attachment in self.sudo():
            if attachment.crm_internal_form and (
                attachment.public or attachment.access_token
            ):
                raise ValidationError(
                    self.env._(
                        "%s is an internal form: no public link to it (CMP-51).",
                        attachment.name,
                    )
                )

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self.env.user.share:
            return result
        # sudo: customers are refused the file whatever record it hangs on
        internal = self.browse(self.sudo().filtered("crm_internal_form").ids)
        if not internal:
            return result
        forbidden = (result[0] if result else self.browse()) | internal
        return forbidden, lambda: AccessError(
            self.env._("This is an internal form; customers do not get it (CMP-51).")
        )


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        messages._check_internal_forms()
        return messages

    def write(self, vals):
        res = super().write(vals)
        if not {
            "attachment_ids",
            "partner_ids",
            "is_internal",
            "subtype_id",
        }.isdisjoint(vals):
            self._check_internal_forms()
        return res

    def _check_internal_forms(self):
        """Raise where a message a customer could read carries an internal form."""
        # sudo: what the files are and who reads, whoever writes the message
        for message in self.sudo():
            forms = message.attachment_ids.filtered("crm_internal_form")
            if not forms:
                continue
            outsiders = message.partner_ids.filtered(lambda p: not p._crm_is_staff())
            note = message.is_internal or message.subtype_id.internal
            if not note and message.model == "discuss.channel":
                members = self.env["discuss.channel.member"].search(
                    [("channel_id", "=", message.res_id)]
                )
                note = all(
                    member.partner_id and member.partner_id._crm_is_staff()
                    for member in members
                )
            if outsiders or not (note or message.message_type == "user_notification"):
                self._raise_internal_form(forms[0])

    @api.model
    def _raise_internal_form(self, form):
        raise UserError(
            self.env._(
                "“%(file)s” is an internal form and must not reach the customer "
                "(CMP-51). Write an internal note to colleagues instead.",
                file=form.name,
            )
        )


class MailScheduledMessage(models.Model):
    _inherit = "mail.scheduled.message"

    @api.constrains("attachment_ids", "partner_ids", "is_note")
    def _check_internal_forms(self):
        """Refuse at once what would be refused when its time has come."""
        # sudo: what the files are and who reads, whoever writes the message
        for message in self.sudo():
            forms = message.attachment_ids.filtered("crm_internal_form")
            outsiders = message.partner_ids.filtered(lambda p: not p._crm_is_staff())
            if forms and (outsiders or not message.is_note):
                self.env["mail.message"]._raise_internal_form(forms[0])


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        mails = super().create(vals_list)
        mails._check_internal_form_recipients()
        return mails

    def write(self, vals):
        res = super().write(vals)
        if not {
            "attachment_ids",
            "recipient_ids",
            "email_to",
            "email_cc",
        }.isdisjoint(vals):
            self._check_internal_form_recipients()
        return res

    def _check_internal_form_recipients(self):
        """Raise where a mail would carry an internal form out of the company."""
        # sudo: what the files are and who receives, whoever sends
        for mail in self.sudo():
            forms = mail.attachment_ids.filtered("crm_internal_form")
            if not forms:
                continue
            emails = email_normalize_all(f"{mail.email_to or ''},{mail.email_cc or ''}")
            users = self.env["res.users"].sudo()  # sudo: as above
            staff = users.search(
                [("share", "=", False), ("email_normalized", "in", emails)]
            )
            strangers = set(emails) - set(staff.mapped("email_normalized"))
            outside = mail.recipient_ids.filtered(lambda p: not p._crm_is_staff())
            if strangers or outside:
                raise UserError(
                    self.env._(
                        "“%(file)s” is an internal form; it is not mailed to "
                        "%(recipients)s (CMP-51).",
                        file=forms[0].name,
                        recipients=format_list(
                            self.env,
                            [*sorted(strangers), *outside.mapped("display_name")],
                        ),
                    )
                )


class MailTemplate(models.Model):
    _inherit = "mail.template"

    @api.constrains("report_template_ids")
    def _check_internal_reports(self):
        for template in self:
            internal = template.report_template_ids.filtered("crm_internal")
            if internal:
                raise ValidationError(
                    self.env._(
                        "Template %(template)s cannot attach %(report)s: it is an "
                        "internal form (CMP-51).",
                        template=template.name,
                        report=internal[0].name,
                    )
                )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _crm_is_staff(self):
        """Tell whether this partner is an internal user of ours."""
        self.ensure_one()
        # sudo: whether there is such a user, nothing of the user is shown
        users = self.sudo().with_context(active_test=False).user_ids
        return any(not user.share for user in users)
