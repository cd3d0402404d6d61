"""A data request on screen: customers its reader may not see, named by number.

One asks for files one does not see yet: no list offers them, so the form names them as
a program does, by customer number, and lists only what its reader may read.
"""

import re

from odoo import api, fields, models
from odoo.fields import Command

SEPARATORS = re.compile(r"[\s,，;；、]+")


class CrmDataRequest(models.Model):
    _inherit = "crm.data.request"

    customer_numbers = fields.Char(
        inverse="_inverse_customer_numbers",
        copy=False,
        help="Files of other account managers are asked for by customer number; "
        "several are set apart by commas or spaces.",
    )
    visible_partner_ids = fields.Many2many(
        "res.partner",
        string="Customers on Screen",
        compute="_compute_visible",
        inverse="_inverse_visible_partner_ids",
        domain="[('is_crm_customer', '=', True)]",
        help="The customers asked for, as far as the reader may see them.",
    )
    visible_scope_ids = fields.Many2many(
        "res.partner",
        string="Scope on Screen",
        compute="_compute_visible",
        help="The customers granted, as far as the reader may see them now.",
    )

    @api.depends("partner_ids", "scope_partner_ids")
    @api.depends_context("uid")
    def _compute_visible(self):
        # sudo: only ids are taken; what may be read of them is asked below
        requests = self.sudo()
        asked = requests.partner_ids | requests.scope_partner_ids
        seen = set(
            self.env["res.partner"]
            .with_context(active_test=False)
            .search([("id", "in", asked.ids)])
            .ids
        )
        for rec, request in zip(self, requests, strict=True):
            rec.visible_partner_ids = [
                file.id for file in request.partner_ids if file.id in seen
            ]
            rec.visible_scope_ids = [
                file.id for file in request.scope_partner_ids if file.id in seen
            ]

    def _inverse_visible_partner_ids(self):
        for rec in self:
            # sudo: files the user does not see stay asked for
            request = rec.sudo()
            wanted = rec.visible_partner_ids
            hidden = request.partner_ids - request.partner_ids.sudo(
                False
            )._filtered_access("read")
            # sudo: what the asker does not see stays in the scope
            request.partner_ids = [Command.set((hidden | wanted.sudo()).ids)]
        self._inverse_customer_numbers()

    def _inverse_customer_numbers(self):
        for rec in self.filtered("customer_numbers"):
            numbers = [part for part in SEPARATORS.split(rec.customer_numbers) if part]
            files = rec._files_of_numbers(numbers)
            # sudo: one asks for files one does not see yet; nothing of them is shown
            # before the release
            rec.sudo().partner_ids = [Command.link(file.id) for file in files]
