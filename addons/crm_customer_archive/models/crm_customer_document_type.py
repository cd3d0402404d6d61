"""Kinds of documents of a customer file: licences, seal specimens, agreements.

Licences that have been merged or abolished stay as kinds a company may keep (GAP-84).
"""

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmCustomerDocumentType(models.Model):
    _name = "crm.customer.document.type"
    _description = "Kind of Customer Document"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short key by which programs and imports name this record.",
    )
    name = fields.Char(required=True, translate=True)
    is_seal = fields.Boolean(
        string="Seal Specimen",
        help="An impression of a seal; printed on the basic archive (ARC-60).",
    )
    is_legacy = fields.Boolean(
        string="Abolished",
        help="The authorities issue it no more; old ones are kept (GAP-84).",
    )
    on_basic_archive = fields.Boolean(
        string="Line on the Basic Archive",
        help="The printed basic archive keeps a line for it even while no document of "
        "this kind is filed (ARC-60).",
    )
    expires = fields.Boolean(
        string="Must Have an Expiry Date",
        help="A document of this kind is filed only with the day it ends.",
    )
    reminder_days = fields.Integer(
        default=30,
        help="Calendar days before its expiry from which a document counts as "
        "expiring and the responsible person is reminded.",
    )
    restricted = fields.Boolean(
        help="Seen and filed only by the archive custodian, accounting and the heads "
        "of the customer's department, not by everybody who sees the customer.",
    )
    extensions = fields.Char(
        string="File Types",
        required=True,
        default="pdf jpg jpeg png",
        help="Endings of the files that may be filed, separated by spaces. The "
        "content of each file must be what its name says.",
    )
    max_size_mb = fields.Float(
        string="Largest File (MB)",
        required=True,
        default=10.0,
        help="Larger files are refused before they are stored.",
    )
    applies_to = fields.Selection(
        [("all", "All customers"), ("company", "Companies"), ("person", "Persons")],
        required=True,
        default="all",
    )
    required_profile_ids = fields.Many2many(
        "crm.policy.profile",
        "crm_customer_document_type_profile_rel",
        string="Required By",
        help="In companies whose archive follows one of these policies, a customer is "
        "submitted for review only with a valid document of this kind.",
    )
    inform_group_ids = fields.Many2many(
        "res.groups",
        "crm_customer_document_type_group_rel",
        string="Told When Filed",
        help="Members of these groups are notified of every new document of this kind "
        "(ARC-188).",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is already in use.")
    _max_size_positive = models.Constraint(
        "CHECK (max_size_mb > 0)", "The largest file must be larger than nothing."
    )
    _reminder_positive = models.Constraint(
        "CHECK (reminder_days >= 0)", "The reminder days cannot be negative."
    )

    @api.constrains("extensions")
    def _check_extensions(self):
        for record in self:
            known = self.env["crm.customer.document"]._known_extensions()
            unknown = set(record._extensions()) - set(known)
            if unknown or not record._extensions():
                raise ValidationError(
                    self.env._(
                        "File types of “%(type)s”: the content of these can be "
                        "checked: %(known)s. Not known: %(unknown)s.",
                        type=record.name,
                        known=" ".join(sorted(known)),
                        unknown=" ".join(sorted(unknown)) or "-",
                    )
                )

    def _extensions(self):
        self.ensure_one()
        return re.findall(r"[a-z0-9]+", (self.extensions or "").lower())

    def _applies(self, partner):
        """Tell whether customers such as this one have documents of this kind."""
        self.ensure_one()
        kind = "company" if partner.is_company else "person"
        return self.applies_to in ("all", kind)
