"""Hotline entry: find the caller by telephone, note the case, file it (CMP-158)."""

import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.crm_complaint_priority import SEVERITIES

# Fewer digits than this fit too many telephones.
DIGITS_NEEDED = 6


class CrmComplaintHotline(models.TransientModel):
    _name = "crm.complaint.hotline"
    _description = "Hotline Entry"

    phone = fields.Char("Caller's Number")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_partner",
        store=True,
        readonly=False,
    )
    contact_id = fields.Many2one(
        "res.partner", "Caller", compute="_compute_partner", store=True, readonly=False
    )
    match_ids = fields.Many2many(
        "res.partner", string="Contacts with This Number", compute="_compute_match_ids"
    )
    open_ids = fields.Many2many(
        "crm.complaint", string="Open Complaints", compute="_compute_open_ids"
    )
    complainant_name = fields.Char()
    complainant_email = fields.Char()
    category_id = fields.Many2one("crm.complaint.category", "Class")
    severity = fields.Selection(SEVERITIES, default="moderate", required=True)
    order_reference = fields.Char()
    product_id = fields.Many2one("product.product")
    description = fields.Text("What the Caller Says", required=True)
    demand = fields.Text("What the Caller Wants")
    told = fields.Text(
        "What the Caller Was Told",
        help="Counts as the first response. Nothing may be promised before the "
        "decision (CMP-50).",
    )

    @api.depends("phone")
    def _compute_match_ids(self):
        for entry in self:
            entry.match_ids = entry._find_callers(entry.phone)

    @api.depends("phone")
    def _compute_partner(self):
        for entry in self:
            found = entry._find_callers(entry.phone)
            families = found.commercial_partner_id
            if len(families) == 1:
                entry.partner_id = families
                entry.contact_id = found[:1] - families
            else:
                entry.partner_id = entry.partner_id
                entry.contact_id = entry.contact_id

    @api.depends("partner_id")
    def _compute_open_ids(self):
        for entry in self:
            family = entry.partner_id.commercial_partner_id
            complaints = self.env["crm.complaint"]
            if family:
                complaints = complaints.search(
                    [
                        ("partner_id.commercial_partner_id", "=", family.id),
                        ("state", "not in", ("closed", "cancelled")),
                    ],
                    limit=10,
                )
            entry.open_ids = complaints

    @api.model
    def _find_callers(self, phone):
        """Return the contacts whose telephone ends in the digits of ``phone``."""
        digits = re.sub(r"\D", "", phone or "")[-11:]
        Partner = self.env["res.partner"]
        if len(digits) < DIGITS_NEEDED:
            return Partner
        # Numbers are stored as people wrote them: with blanks, dashes, a prefix.
        pattern = "%" + "%".join(digits)
        return Partner.search([("phone", "=ilike", pattern)], limit=20)

    def action_file(self):
        """File the draft complaint and open it."""
        self.ensure_one()
        if not (self.partner_id or self.complainant_name or self.phone):
            raise UserError(
                self.env._("Customer: note at least the caller's name or number.")
            )
        complaint = self.env["crm.complaint"].create(self._prepare_complaint_vals())
        complaint._send_receipt()
        if self.told:
            complaint.tell_customer(self.told)
        return complaint.get_formview_action()

    def _prepare_complaint_vals(self):
        return {
            "channel": "hotline",
            "partner_id": self.partner_id.commercial_partner_id.id,
            "contact_id": self.contact_id.id,
            "complainant_name": self.complainant_name or self.contact_id.name,
            "complainant_phone": self.phone,
            "complainant_email": self.complainant_email,
            "category_id": self.category_id.id,
            "severity": self.severity,
            "order_reference": self.order_reference,
            "product_id": self.product_id.id,
            "description": self.description,
            "demand": self.demand,
        }
