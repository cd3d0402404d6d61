"""Odoo's merging of partners, for customers: with log, custodian, and nothing lost."""

from contextlib import contextmanager

import psycopg2

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..models.res_partner_merge import KEYS

# The platform merges at most three at a time: the remaining one and two others.
CHUNK = 2


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    merge_reason = fields.Text(
        string="Reason",
        help="Required to merge customers on file whose credit codes differ.",
    )

    def action_merge(self):
        """Merge; who merged chosen customers is shown the one that remains."""
        # sudo: whether it is a customer's file
        files = self.partner_ids.sudo().crm_customer_id
        chosen = bool(files) and not self.line_ids
        remains = self.dst_partner_id or self.partner_ids._merge_destination()
        action = super().action_merge()
        if not chosen or not remains.exists():
            return action
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": remains.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        # sudo: whether a file is touched decides which rules apply
        if len(partners) < 2 or not partners.sudo().crm_customer_id:
            return super()._merge(
                partner_ids, dst_partner=dst_partner, extra_checks=extra_checks
            )
        chosen = dst_partner and dst_partner in partners
        destination = dst_partner if chosen else partners._merge_destination()
        reason = (self.merge_reason if self else False) or False
        partners._check_merge(destination, reason)
        sources = partners - destination
        for start in range(0, len(sources), CHUNK):
            chunk = sources[start : start + CHUNK]
            with self._merging(chunk, destination, reason):
                super()._merge(
                    (chunk | destination).ids, destination, extra_checks=False
                )
        return None

    @contextmanager
    def _merging(self, sources, destination, reason):
        """Prepare for the platform's merge of the block, and check what it did."""
        sources._merge_log(destination, reason)
        keys = {
            name: next((source[name] for source in sources if source[name]), False)
            for name in KEYS
        }
        sources._merge_prepare(destination)
        before = (sources | destination)._merge_counts()
        if sources.filtered("is_crm_customer"):
            sources.filtered("is_crm_customer")._merge_release()
        protected = self.env["crm.customer.protected.field"]._protected_names()
        try:
            with self.env.cr.savepoint(), destination._grant_protected(protected):
                yield
                self.env.flush_all()
        except psycopg2.errors.UniqueViolation as error:
            raise UserError(
                self.env._(
                    "%(customer)s and the duplicates each have a record of which a "
                    "customer may have one only (%(detail)s). Settle that first.",
                    customer=destination.display_name,
                    detail=error.diag.table_name or "",
                )
            ) from error
        self._check_nothing_lost(before, destination)
        if destination.is_crm_customer:
            destination._merge_finish(keys)

    def _check_nothing_lost(self, before, destination):
        """Raise where merging would have dropped a record of ours.

        The platform deletes what clashes with a database rule.
        """
        after = destination._merge_counts()
        for (model, field), count in before.items():
            ours = (self.env[model]._original_module or "").startswith("crm_")
            if ours and after.get((model, field), 0) < count:
                raise UserError(
                    self.env._(
                        "Merging would lose records of “%s”. Settle them first.",
                        self.env["ir.model"]._get(model).name,
                    )
                )

    def _update_reference_fields(self, src_partners, dst_partner):
        """Records of ours that name a document by model and id follow it.

        Decisions stay under the id they were taken on: their chain covers it.
        """
        res = super()._update_reference_fields(src_partners, dst_partner)
        for model in self.env.values():
            if (
                model._abstract
                or model._transient
                or not model._auto
                or model._name == "crm.approval"
                or not (model._original_module or "").startswith("crm_")
            ):
                continue
            for field in model._fields.values():
                if field.type != "many2one_reference" or not field.store:
                    continue
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE %s IN %s AND %s = 'res.partner'",
                        SQL.identifier(model._table),
                        SQL.identifier(field.name),
                        dst_partner.id,
                        SQL.identifier(field.name),
                        tuple(src_partners.ids),
                        SQL.identifier(field.model_field),
                    )
                )
        self.env.invalidate_all()
        return res
