"""Documents and seal specimens of a customer file (ARC-60, GAP-84).

========= ============================================================================
valid     not ended, or without end
expiring  ends within the reminder days of its kind
expired   ended
replaced  a newer document of the customer took its place
========= ============================================================================

The state follows from the dates and from the successor; nobody writes it. What a file
holds is looked at, not what its name says, and before anything is stored.
"""

import base64
import binascii
from contextvars import ContextVar
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, format_list, human_size
from odoo.tools.mimetypes import guess_mimetype

# What the content of a file with this ending looks like to the platform.
MIMETYPES = {
    "pdf": ("application/pdf",),
    "jpg": ("image/jpeg",),
    "jpeg": ("image/jpeg",),
    "png": ("image/png",),
    "gif": ("image/gif",),
    "bmp": ("image/x-ms-bmp", "image/bmp"),
    "doc": ("application/msword",),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "xls": ("application/vnd.ms-excel",),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
}
MEGABYTE = 1024 * 1024
# Whether the running call erases a person's data: an approved request does.
ERASING = ContextVar("crm_customer_document_erasing", default=False)


class CrmCustomerDocument(models.Model):
    _name = "crm.customer.document"
    _description = "Customer Document"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "crm.guard.mixin",
        "crm.customer.visible.mixin",
    ]
    _order = "customer_id, type_sequence, date_issued desc, id desc"
    _mail_post_access = "read"

    _guarded_fields = ("replaced_by_id", "file_size", "mimetype", "checksum")
    _unlink_states = ("valid", "expiring", "expired", "replaced")

    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("is_crm_customer", "=", True)],
        tracking=True,
    )
    company_id = fields.Many2one(related="customer_id.company_id", store=True)
    type_id = fields.Many2one(
        "crm.customer.document.type",
        string="Kind",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    type_sequence = fields.Integer(related="type_id.sequence", store=True)
    restricted = fields.Boolean(related="type_id.restricted", store=True, index=True)
    is_seal = fields.Boolean(related="type_id.is_seal")
    number = fields.Char(
        string="Document Number", tracking=True, help="As printed on the document."
    )
    issued_by = fields.Char(tracking=True)
    date_issued = fields.Date(string="Issued On", tracking=True)
    date_expiry = fields.Date(
        string="Valid Until",
        index="btree_not_null",
        tracking=True,
        help="Last day on which it is valid; empty: without end.",
    )
    state = fields.Selection(
        [
            ("valid", "Valid"),
            ("expiring", "Expiring"),
            ("expired", "Expired"),
            ("replaced", "Replaced"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain=[("share", "=", False)],
        default=lambda self: self.env.uid,
        index=True,
        tracking=True,
        help="Is reminded before the document expires.",
    )
    replaced_by_id = fields.Many2one(
        "crm.customer.document",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    replaces_id = fields.Many2one(
        "crm.customer.document",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('customer_id', '=', customer_id), ('type_id', '=', type_id), "
        "('state', '!=', 'replaced'), ('id', '!=', id)]",
        help="The older document this one takes the place of.",
    )
    content = fields.Binary(string="File", attachment=True, copy=False)
    filename = fields.Char(string="File Name")
    file_size = fields.Integer(readonly=True, copy=False, help="In bytes.")
    mimetype = fields.Char(
        string="Content Type",
        readonly=True,
        copy=False,
        help="What the file holds, told by its content.",
    )
    checksum = fields.Char(
        readonly=True, copy=False, help="Changes with every bit of the content."
    )
    note = fields.Text()
    active = fields.Boolean(default=True)

    _dates_in_order = models.Constraint(
        "CHECK (date_expiry IS NULL OR date_issued IS NULL "
        "OR date_expiry >= date_issued)",
        "A document cannot expire before it was issued.",
    )

    # ------------------------------------------------------------- constraints

    @api.constrains("customer_id", "type_id", "date_issued", "date_expiry")
    def _check_document(self):
        for document in self:
            customer = document.customer_id
            if not customer.sudo().is_crm_customer:  # sudo: the flag only
                raise ValidationError(
                    self.env._(
                        "%s is no customer: documents belong to the file of the "
                        "company.",
                        customer.display_name,
                    )
                )
            today = (document.company_id or self.env.company)._policy_today()
            if document.date_issued and document.date_issued > today:
                raise ValidationError(
                    self.env._(
                        "“Issued On” (%(date)s) of %(type)s lies in the future.",
                        date=document.date_issued,
                        type=document.type_id.name,
                    )
                )
            if document.type_id.expires and not document.date_expiry:
                raise ValidationError(
                    self.env._(
                        "%s ends one day: give “Valid Until”.", document.type_id.name
                    )
                )

    @api.constrains("replaces_id", "customer_id", "type_id")
    def _check_replaces(self):
        for document in self.filtered("replaces_id"):
            old = document.replaces_id
            if (old.customer_id, old.type_id) != (
                document.customer_id,
                document.type_id,
            ) or old == document:
                raise ValidationError(
                    self.env._(
                        "%(new)s can take the place only of another document of the "
                        "same kind and customer.",
                        new=document.display_name,
                    )
                )

    # ---------------------------------------------------------------- computes

    @api.depends("type_id", "number")
    def _compute_display_name(self):
        for document in self:
            document.display_name = " ".join(
                filter(None, (document.type_id.name, document.number))
            )

    @api.depends("date_expiry", "replaced_by_id", "type_id.reminder_days")
    def _compute_state(self):
        for document in self:
            today = (document.company_id or self.env.company)._policy_today()
            end = document.date_expiry
            soon = today + timedelta(days=document.type_id.reminder_days)
            if document.replaced_by_id:
                document.state = "replaced"
            elif end and end < today:
                document.state = "expired"
            elif end and end <= soon:
                document.state = "expiring"
            else:
                document.state = "valid"

    # ------------------------------------------------------------------ checks

    @api.model
    def _known_extensions(self):
        return tuple(MIMETYPES)

    @api.model
    def _check_file(self, content, filename, document_type):
        """Raise unless the file is small enough and is what its name says.

        :param content: base64, as clients send it
        :return: dict of ``mimetype``, ``file_size`` and ``checksum``
        :raises ValidationError: naming the file and the rule
        """
        filename = (filename or "").strip()
        if isinstance(content, str):
            content = content.encode()
        # Four characters carry three bytes: too large is known without decoding.
        self._check_file_size(len(content) * 3 // 4 - 2, filename, document_type)
        try:
            raw = base64.b64decode(content, validate=True)
        except binascii.Error as error:
            raise ValidationError(
                self.env._("“%s” did not arrive whole: send the file again.", filename)
            ) from error
        self._check_file_size(len(raw), filename, document_type)
        extension = filename.rpartition(".")[2].lower() if "." in filename else ""
        allowed = document_type._extensions()
        if extension not in allowed:
            raise ValidationError(
                self.env._(
                    "“%(file)s”: as “%(type)s” files of these types are filed: "
                    "%(allowed)s.",
                    file=filename or "-",
                    type=document_type.name,
                    allowed=format_list(self.env, allowed),
                )
            )
        mimetype = guess_mimetype(raw)
        if not raw or mimetype not in MIMETYPES[extension]:
            raise ValidationError(
                self.env._(
                    "“%(file)s” is not what its name says: its content is %(found)s.",
                    file=filename,
                    found=mimetype if raw else self.env._("empty"),
                )
            )
        return {
            "mimetype": mimetype,
            "file_size": len(raw),
            "checksum": self.env["ir.attachment"]._compute_checksum(raw),
        }

    @api.model
    def _check_file_size(self, size, filename, document_type):
        limit = document_type.max_size_mb * MEGABYTE
        if size > limit:
            raise ValidationError(
                self.env._(
                    "“%(file)s” has %(size)s: files of “%(type)s” have %(limit)s at "
                    "most.",
                    file=filename or "-",
                    size=human_size(size),
                    type=document_type.name,
                    limit=human_size(limit),
                )
            )

    def _check_may_file(self):
        """Raise unless the user may file documents of these kinds."""
        restricted = self.filtered("restricted")
        if not restricted or self.env.su or self._sees_restricted():
            return
        for document in restricted:
            heads = document.customer_id.crm_department_id
            # sudo: org chart
            if self.env.user not in heads.sudo().policy_head_ids:
                raise AccessError(
                    self.env._(
                        "“%s” is filed only by the archive custodian, accounting and "
                        "the head of the customer's department.",
                        document.type_id.name,
                    )
                )

    @api.model
    def _sees_restricted(self):
        return any(
            self.env.user.has_group(group)
            for group in (
                "crm_customer_archive.group_archive_custodian",
                "crm_policy.group_director",
                "account.group_account_invoice",
            )
        )

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        self._prepare_files(vals_list)
        documents = super().create(vals_list)
        documents._check_may_file()
        documents._replace_older()
        documents._inform()
        return documents

    @api.model
    def _guarded_create_vals(self, vals_list):
        own_vals = super()._guarded_create_vals(vals_list)
        for vals, own in zip(vals_list, own_vals, strict=True):
            if vals.get("content"):
                kind = self.env["crm.customer.document.type"].browse(
                    vals.get("type_id") or self.default_get(["type_id"]).get("type_id")
                )
                own.update(self._check_file(vals["content"], vals["filename"], kind))
        return own_vals

    @api.model
    def _prepare_files(self, vals_list):
        for vals in vals_list:
            if vals.get("content"):
                vals.setdefault("filename", False)

    def write(self, vals):
        if vals.keys() & {"content", "type_id", "customer_id", "filename"}:
            self._check_may_change(vals)
        if vals.get("content"):
            for document in self:
                facts = self._check_file(
                    vals["content"],
                    vals.get("filename", document.filename),
                    document.type_id.browse(vals.get("type_id")) or document.type_id,
                )
                document.check_access("write")
                document._write_guarded(facts)
        result = super().write(vals)
        if "type_id" in vals or "customer_id" in vals:
            self._check_may_file()
        if "replaces_id" in vals:
            self._replace_older()
        return result

    def _check_may_change(self, vals):
        """A document of a customer on file is evidence: a newer one replaces it."""
        for document in self:
            changed = [
                name
                for name in ("content", "type_id", "customer_id")
                if name in vals
                and document[name]
                and not self._guarded_equal(document, name, vals[name])
            ]
            # sudo: the state of the file only
            if changed and document.customer_id.sudo().customer_number:
                raise UserError(
                    self.env._(
                        "%(document)s of %(customer)s is on file and is kept: file a "
                        "newer document that replaces it.",
                        document=document.display_name,
                        customer=document.customer_id.display_name,
                    )
                )

    def _inform(self):
        """Tell whom the kind of document names that a new one is on file (ARC-188)."""
        # sudo: whoever files does not see the members of a group
        for document in self.sudo().filtered("type_id.inform_group_ids"):
            users = document.type_id.inform_group_ids.all_user_ids.filtered(
                lambda user, document=document: (
                    user.id != self.env.uid
                    and document.with_user(user).has_access("read")
                )
            )
            document.message_notify(
                partner_ids=users.partner_id.ids,
                subject=self.env._("Filed: %s", document.display_name),
                body=self.env._(
                    "%(document)s of %(customer)s has been filed.",
                    document=document.display_name,
                    customer=document.customer_id.display_name,
                ),
            )

    def _replace_older(self):
        for document in self.filtered("replaces_id"):
            old = document.replaces_id
            old.check_access("write")
            old._write_guarded({"replaced_by_id": document.id})
            old.activity_unlink(["crm_customer_archive.activity_document_expiry"])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_file(self):
        if ERASING.get():
            return
        for document in self:
            # sudo: the state of the file only
            if document.customer_id.sudo().customer_number:
                raise UserError(
                    self.env._(
                        "%s belongs to a customer on file and is kept: archive it or "
                        "file a newer one.",
                        document.display_name,
                    )
                )

    # ----------------------------------------------------------------- actions

    def action_replace(self):
        """Open a form for the document that takes the place of this one."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "views": [(False, "form")],
            "name": self.env._("Newer Document"),
            "context": {
                "default_customer_id": self.customer_id.id,
                "default_type_id": self.type_id.id,
                "default_replaces_id": self.id,
                "default_number": self.number,
                "default_issued_by": self.issued_by,
            },
        }

    # ------------------------------------------------------------------- crons

    @api.model
    def _cron_expiry(self):
        """Age the states by today's date and remind of documents that end.

        One reminder per document: the activity stays until the document is replaced.
        """
        self._age_states()
        ending = self.search(
            [("state", "in", ("expiring", "expired")), ("activity_ids", "=", False)]
        )
        kind = self.env.ref("crm_customer_archive.activity_document_expiry")
        model_id = self.env["ir.model"]._get_id(self._name)
        todo = [
            {
                "activity_type_id": kind.id,
                "automated": True,
                "res_model_id": model_id,
                "res_id": document.id,
                "user_id": document._reminded_user().id,
                "date_deadline": document.date_expiry,
                "summary": self.env._(
                    "%(document)s of %(customer)s ends on %(date)s",
                    document=document.display_name,
                    customer=document.customer_id.name,
                    date=document.date_expiry,
                ),
            }
            for document in ending
            if document._reminded_user()
        ]
        # no mail for each: the list of activities is the reminder
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            todo
        )
        return len(todo)

    def _reminded_user(self):
        user = self.user_id.filtered("active")
        return user or self.customer_id.user_id.filtered("active")

    @api.model
    def _age_states(self):
        """Recompute the states that today's date has overtaken."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT d.id
                  FROM crm_customer_document d
                  JOIN crm_customer_document_type t ON t.id = d.type_id
                 WHERE d.date_expiry IS NOT NULL AND d.replaced_by_id IS NULL
                   AND ((d.state = 'valid'
                         AND d.date_expiry <= %(today)s + t.reminder_days)
                     OR (d.state IN ('valid', 'expiring') AND d.date_expiry < %(today)s)
                   )
                """,
                today=self.env.company._policy_today(),
            )
        )
        late = self.browse([row[0] for row in rows])
        self.env.add_to_compute(self._fields["state"], late)
        late.flush_recordset(["state"])
