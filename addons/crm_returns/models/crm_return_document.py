"""Papers of the purchase, taken back on the day of return (RET-26, F-96)."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import LINES, arguments

OPEN_STATES = ("approved", "inspected")


class CrmReturnDocumentType(models.Model):
    _name = "crm.return.document.type"
    _description = "Purchase Document"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Key used by other programs.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )

    _code_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), code)", "Another purchase document has this code."
    )


class CrmReturnDocument(models.Model):
    """One paper of the purchase: taken back, or why it cannot be."""

    _name = "crm.return.document"
    _inherit = ["crm.return.child", "crm.guard.mixin"]
    _description = "Document Taken Back"
    _order = "return_id, sequence, id"
    _guarded_fields = ("taken_on", "user_id")

    type_id = fields.Many2one(
        "crm.return.document.type",
        string="Document",
        required=True,
        index=True,
        ondelete="restrict",
    )
    sequence = fields.Integer(related="type_id.sequence", store=True)
    taken_back = fields.Boolean()
    reference = fields.Char(string="Document No.", help="Number of the document.")
    missing_reason = fields.Char(
        string="Why Not",
        help="Why the document cannot be taken back, such as never issued or lost.",
    )
    taken_on = fields.Date(readonly=True, help="Day on which it was ticked off.")
    user_id = fields.Many2one("res.users", string="Ticked Off By", readonly=True)

    @api.depends("type_id")
    def _compute_display_name(self):
        for record in self:
            record.display_name = record.type_id.name

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_open()
        records.filtered("taken_back")._stamp(True)
        return records

    def write(self, vals):
        if set(vals) & {
            "return_id",
            "type_id",
            "taken_back",
            "reference",
            "missing_reason",
        }:
            self._check_open()
        res = super().write(vals)
        if "taken_back" in vals:
            self._stamp(vals["taken_back"])
        if "return_id" in vals:
            self._check_open()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collected(self):
        self._check_open()

    def _check_open(self):
        """Raise unless the goods are still to be collected at the customer."""
        self.return_id._check_salesperson()
        self.return_id._check_in_states(OPEN_STATES, ["document_ids"])

    def _stamp(self, taken):
        for company, records in self.grouped("company_id").items():
            records._write_guarded(
                {
                    "taken_on": company._policy_today() if taken else False,
                    "user_id": self.env.uid if taken else False,
                }
            )


class CrmReturn(models.Model):
    _inherit = "crm.return"

    document_ids = fields.One2many(
        "crm.return.document", "return_id", "Documents Taken Back", copy=False
    )

    def _prepare_documents(self):
        """List the papers to be taken back, as the company's types name them."""
        # sudo: the procedure prepares the list, whoever approved
        wanted = self.sudo().filtered(lambda record: not record.document_ids)
        types = (
            self.env["crm.return.document.type"]
            .sudo()  # sudo: as above
            .search([("company_id", "in", (*self.sudo().company_id.ids, False))])
        )
        self.env["crm.return.document"].sudo().create(
            [
                {"return_id": record.id, "type_id": kind.id}
                for record in wanted
                for kind in types
                if kind.company_id in (record.company_id, kind.company_id.browse())
            ]
        )

    @arguments(documents=LINES)
    def take_back_documents(self, documents):
        """Tick off the papers of the purchase taken back from the customer (RET-26).

        :param documents: list of ``{"type": code of a document type, "reference",
            "missing_reason"}``; one with a reason is not taken back
        :return: True; ticking the same paper again changes nothing
        :raises UserError: unknown type or key, or not the time for it
        :raises AccessError: somebody else looks after the return
        """
        self._policy_require_one()
        self.check_access("write")
        self._check_salesperson()
        self._prepare_documents()
        for entry in documents:
            unknown = sorted(set(entry) - {"type", "reference", "missing_reason"})
            paper = self.document_ids.filtered(
                lambda one, entry=entry: one.type_id.code == entry.get("type")
            )[:1]
            if unknown or not paper:
                raise UserError(
                    self.env._(
                        "documents: each names a type (%(known)s), and may have "
                        "reference and missing_reason (%(unknown)s).",
                        known=format_list(
                            self.env, self.document_ids.type_id.mapped("code")
                        ),
                        unknown=format_list(self.env, unknown)
                        or entry.get("type")
                        or "-",
                    )
                )
            paper.write(
                {
                    "taken_back": not entry.get("missing_reason"),
                    "reference": entry.get("reference", paper.reference),
                    "missing_reason": entry.get("missing_reason", False),
                }
            )
        return True
