"""A class won by judgement: a criterion, the evidence, and who approved it (GAP-40).

========== ========= ========== ============================ ======================
from       step      to         who                          what must hold
========== ========= ========== ============================ ======================
           (create)  draft      account manager, desk        class of the scheme
draft      submit    review     account manager, desk        reason, evidence
refused    submit    review     account manager, desk        reason, evidence
review     approve   approved   authority "judge"            files unchanged
review     reject    refused    authority "judge"            comment
review     withdraw  draft      who submitted
approved   (newer)   replaced                                a newer one is approved
approved   revoke    revoked    director                     reason
========== ========= ========== ============================ ======================
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

# What a file's name may say about content that is recognised by its first bytes.
EVIDENCE_TYPES = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
}
MEGABYTE = 1024 * 1024


class CrmCustomerClassJudgement(models.Model):
    _name = "crm.customer.class.judgement"
    _description = "Class by Judgement"
    _inherit = [
        "crm.document.mixin",
        "crm.approval.mixin",
        "crm.customer.visible.mixin",
    ]
    _order = "date desc, id desc"

    _customer_field = "partner_id"
    _number_code = "crm.customer.class.judgement"
    _policy_topic = "grading"
    _guarded_fields = ("valid_to", "revoke_reason")
    _transitions = {
        "replace": {"from": ("approved",), "to": "replaced"},
        "revoke": {
            "from": ("approved",),
            "to": "revoked",
            "groups": ("crm_policy.group_director",),
        },
    }
    _approval_steps = {
        "judge": {
            "from": ("draft", "refused"),
            "pending": "review",
            "approved": "approved",
            "refused": "refused",
            "void": "draft",
            "protected": (
                *("partner_id", "scheme_id", "class_id", "rule_id", "date"),
                *("reason", "evidence_ids", "evidence_digest"),
            ),
            "locked": ("approved", "replaced", "revoked"),
        },
    }

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("is_crm_customer", "=", True)],
        tracking=True,
    )
    scheme_id = fields.Many2one(
        "crm.customer.scheme",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["crm.customer.scheme"]._in_force(
            self.env.company
        ),
    )
    class_id = fields.Many2one(
        "crm.customer.class",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('scheme_id', '=', scheme_id)]",
        tracking=True,
    )
    present_class_id = fields.Many2one(
        "crm.customer.class", compute="_compute_present_class"
    )
    rule_id = fields.Many2one(
        "crm.customer.class.rule",
        string="Criterion",
        ondelete="restrict",
        domain="[('class_id', '=', class_id), ('kind', '=', 'judgement')]",
        help="Which of the criteria of the class the customer meets.",
    )
    reason = fields.Text(help="Why the customer meets the criterion.", tracking=True)
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._policy_today(),
        help="Local date of the company.",
    )
    valid_to = fields.Date(
        string="Holds Until",
        readonly=True,
        copy=False,
        help="Last day on which the judgement counts; empty: until the next one.",
    )
    evidence_ids = fields.Many2many(
        "ir.attachment",
        "crm_class_judgement_evidence_rel",
        "judgement_id",
        "attachment_id",
        bypass_search_access=True,
        copy=False,
    )
    evidence_digest = fields.Char(compute="_compute_evidence_digest")
    needs_evidence = fields.Boolean(related="class_id.needs_evidence")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("review", "In review"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("replaced", "Replaced"),
            ("revoked", "Revoked"),
        ],
        default="draft",
        required=True,
        readonly=True,
        index=True,
        copy=False,
        tracking=True,
    )
    revoke_reason = fields.Text(readonly=True, copy=False)

    # ------------------------------------------------------------- constraints

    @api.constrains("partner_id", "company_id")
    def _check_customer(self):
        for record in self:
            partner = record.partner_id
            if not partner.is_crm_customer:
                raise ValidationError(
                    self.env._("%s has no customer file.", partner.display_name)
                )
            if partner.company_id and partner.company_id != record.company_id:
                raise ValidationError(
                    self.env._(
                        "%(customer)s is a customer of %(company)s.",
                        customer=partner.display_name,
                        company=partner.company_id.name,
                    )
                )

    @api.constrains("scheme_id", "class_id", "rule_id", "company_id")
    def _check_class(self):
        for record in self:
            if record.class_id.scheme_id != record.scheme_id or (
                record.scheme_id.company_id not in (record.company_id, False)
                and record.scheme_id.company_id
            ):
                raise ValidationError(
                    self.env._(
                        "Class “%(class)s” is not one of scheme “%(scheme)s”.",
                        **{
                            "class": record.class_id.name,
                            "scheme": record.scheme_id.name,
                        },
                    )
                )
            rule = record.rule_id
            if rule and (rule.class_id != record.class_id or rule.kind != "judgement"):
                raise ValidationError(
                    self.env._(
                        "“%(rule)s” is no criterion by which “%(class)s” is judged.",
                        **{"rule": rule.name, "class": record.class_id.name},
                    )
                )

    @api.constrains("date")
    def _check_date(self):
        for record in self:
            if record.date > record.company_id._policy_today():
                raise ValidationError(
                    self.env._("The date of a judgement cannot be in the future.")
                )

    @api.constrains("evidence_ids")
    def _check_evidence_files(self):
        for record in self:
            # sudo: the files of one's own document, also before it is saved
            for file in record.evidence_ids.sudo():
                record._check_evidence_file(file)

    def _check_evidence_file(self, file):
        """Refuse files that are empty, too large or not what their name says."""
        limit = self.company_id.evidence_max_mb
        if file.type != "binary" or not file.file_size:
            raise ValidationError(self.env._("“%s” is not a file.", file.name))
        if file.file_size > limit * MEGABYTE:
            raise ValidationError(
                self.env._(
                    "“%(file)s” is %(size)s MB large; evidence may have %(limit)s MB.",
                    file=file.name,
                    size=round(file.file_size / MEGABYTE, 1),
                    limit=limit,
                )
            )
        content = guess_mimetype(file.raw or b"", default="")
        name = (file.name or "").lower()
        allowed = EVIDENCE_TYPES.get(content)
        known = tuple(end for ends in EVIDENCE_TYPES.values() for end in ends)
        if (allowed and not name.endswith(allowed)) or (
            not allowed and name.endswith(known)
        ):
            raise ValidationError(
                self.env._(
                    "“%(file)s” is not what its name says: it contains %(content)s.",
                    file=file.name,
                    content=content or self.env._("something else"),
                )
            )

    # ---------------------------------------------------------------- computes

    @api.depends("evidence_ids")
    def _compute_evidence_digest(self):
        for record in self:
            # sudo: a digest of the files, shown to nobody
            files = record.evidence_ids.sudo().sorted("id")
            record.evidence_digest = ",".join(file.checksum or "" for file in files)

    @api.depends("partner_id", "scheme_id", "company_id")
    def _compute_present_class(self):
        # sudo: the class is shown to those who read the judgement
        history = (
            self.env["crm.customer.class.history"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("scheme_id", "in", self.scheme_id.ids),
                    ("state", "=", "applied"),
                    ("date_to", "=", False),
                ]
            )
        )
        found = {(h.partner_id, h.scheme_id, h.company_id): h.class_id for h in history}
        for record in self:
            key = (record.partner_id, record.scheme_id, record.company_id)
            record.present_class_id = found.get(key, False)

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._own_evidence()
        return records

    def write(self, vals):
        res = super().write(vals)
        if "evidence_ids" in vals:
            self._own_evidence()
        return res

    def _own_evidence(self):
        """Files put in on the form belong to the document and follow its access."""
        for record in self:
            # sudo: only files the user has just uploaded, which belong to nothing
            loose = record.evidence_ids.sudo().filtered(
                lambda file: not file.res_id and file.create_uid.id == self.env.uid
            )
            loose.write({"res_model": self._name, "res_id": record.id})
            foreign = record.evidence_ids.sudo().filtered(  # sudo: as above
                lambda file, record=record: (
                    (file.res_model, file.res_id) != (self._name, record.id)
                )
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "“%s” belongs to another document; upload it here.",
                        foreign[0].name,
                    )
                )

    # ----------------------------------------------------------------- actions

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "judge": self.env._("Class by judgement"),
        }

    def _approval_department(self, step):
        department = self.partner_id.crm_department_id
        return department or super()._approval_department(step)

    def _approval_check(self, step):
        res = super()._approval_check(step)
        for record in self:
            if record.partner_id.state not in ("archived", "suspended"):
                raise UserError(
                    self.env._(
                        "%s is not on file: only customers on file have a class.",
                        record.partner_id.display_name,
                    )
                )
            if not (record.reason or "").strip():
                raise UserError(
                    self.env._("Say why the customer belongs to the class (Reason).")
                )
            if record._lacks_criterion():
                raise UserError(
                    self.env._(
                        "Name the criterion of class “%s” that the customer meets.",
                        record.class_id.name,
                    )
                )
            if record.needs_evidence and not record.evidence_ids:
                raise UserError(
                    self.env._(
                        "Class “%s” needs evidence: attach a file that proves it.",
                        record.class_id.name,
                    )
                )
        return res

    def _lacks_criterion(self):
        self.ensure_one()
        criteria = self.class_id.rule_ids.filtered(lambda r: r.kind == "judgement")
        return bool(criteria) and not self.rule_id

    def action_submit(self):
        """Ask for the decision on the judgement.

        :return: True
        :raises UserError: reason, criterion or evidence is missing
        """
        for record in self:
            record.action_request_approval("judge")
        return True

    @arguments(reason=TEXT)
    def action_revoke(self, reason):
        """Take an approved judgement back: the customer falls to its other class.

        :return: True
        :raises AccessError: not a director; UserError: no reason, or not approved
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the judgement is revoked."))
        self.check_access("read")
        self._transition("revoke", revoke_reason=reason)
        self._carry_out()
        return True

    def _approval_done(self, step):
        res = super()._approval_done(step)
        for record in self:
            months = record.scheme_id.judgement_months
            if months:
                until = record.date + relativedelta(months=months, days=-1)
                record._write_guarded({"valid_to": until})
            older = self.search(
                [
                    ("partner_id", "=", record.partner_id.id),
                    ("scheme_id", "=", record.scheme_id.id),
                    ("company_id", "=", record.company_id.id),
                    ("state", "=", "approved"),
                    ("id", "!=", record.id),
                ]
            )
            if older:
                older._transition("replace")
        self._carry_out()
        return res

    def _carry_out(self):
        """Give the customers the class they have now."""
        engine = self.env["crm.customer.class.engine"]
        groups = self.grouped(lambda record: (record.scheme_id, record.company_id))
        for (scheme, company), records in groups.items():
            engine._judgement_decided(scheme, company, records.partner_id)
