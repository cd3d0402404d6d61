"""Approved values: what a decision covers, and its voiding when they change."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class CrmApprovalMixin(models.AbstractModel):
    _inherit = "crm.approval.mixin"

    def _approval_values(self, step):
        """Return the protected values of a step as canonical JSON text."""
        self.ensure_one()
        record = self.sudo()  # sudo: a digest of values, shown to nobody
        values = {}
        for path in self._approval_steps[step].get("protected", ()):
            name, _dot, sub = path.partition(".")
            if sub:
                values[path] = [
                    [line.id, line._fields[sub].convert_to_read(line[sub], line, False)]
                    for line in record[name].sorted("id")
                ]
            else:
                field = record._fields[name]
                if field.type in ("one2many", "many2many"):
                    values[path] = sorted(record[name].ids)
                elif field.type == "many2one":
                    values[path] = record[name].id
                else:
                    values[path] = field.convert_to_read(record[name], record, False)
        return json.dumps(values, sort_keys=True, default=str)

    def _approval_carries(self, approval):
        """Tell whether the document still has the values that were decided on."""
        now = self._approval_values(approval.step)
        return now in (approval.approved_values, approval.erased_values) or (
            self._approval_renamed(approval.approved_values, approval.step) == now
        )

    def _approval_carried(self):
        """Return the decisions and requests that carry these documents' values now."""
        # sudo: approvals belong to nobody; this only compares them
        approvals = (
            self.env["crm.approval"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("state", "in", ("waiting", "pending", "approved")),
                ]
            )
        )
        return approvals.filtered(
            lambda approval: self.browse(approval.res_id)._approval_carries(approval)
        )

    @api.model
    def _approval_renamed(self, approved_values, step):
        """Hook: return values decided on as they read today.

        For records that were merged into others since. Called on values that differ.
        """
        return approved_values

    def _approval_holds(self):
        """Tell whether decisions carry all these documents' approved values."""
        return not self._approval_unfounded()

    def _approval_unfounded(self):
        """Return those of these documents whose approved values no decision carries.

        The number of queries does not depend on the number of documents.
        """
        # sudo: approvals belong to nobody; this only compares them
        approvals = (
            self.env["crm.approval"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("outcome", "in", (False, "approved", "refused")),
                ]
            )
        )
        by_request = approvals.grouped(lambda a: (a.res_id, a.request))
        unfounded = self.browse()
        for record in self:
            entries = by_request.get((record.id, record.approval_request))
            if not entries or any(
                entry.state != "approved"
                or entry.outcome != "approved"
                or not record._approval_carries(entry)
                for entry in entries
            ):
                unfounded |= record
        return unfounded

    def _approval_require(self, step):
        """Raise unless this step is approved and the approved values still hold."""
        for record in self:
            # sudo: read to protect the document, not to show it
            document = record.sudo()
            if not (
                document.approval_state == "approved"
                and document.approval_step == step
                and document._approval_holds()
            ):
                raise UserError(
                    self.env._(
                        "%(document)s needs the decision “%(step)s” first.",
                        document=document.display_name,
                        step=self._approval_step_label(step),
                    )
                )

    def write(self, vals):
        decided = self.browse()
        if self._approval_touches(vals):
            decided = self.filtered(
                lambda r: r.approval_state in ("pending", "approved")
            )
        res = super().write(vals)
        decided._approval_revoke_if_changed()
        return res

    @api.model
    def _approval_touches(self, vals):
        """Tell whether writing these fields may change a value decided on."""
        for spec in self._approval_steps.values():
            for path in spec.get("protected", ()):
                name = path.partition(".")[0]
                if name in vals or self._fields[name].compute:
                    return True
        return False

    def _approval_revoke_if_changed(self):
        """Void the decisions whose approved values are no longer the document's."""
        for record in self.sudo():  # sudo: the procedure's own bookkeeping
            if record.approval_state not in ("pending", "approved"):
                continue
            step = record.approval_step
            spec = record._approval_spec(step)
            if not spec.get("protected"):
                continue
            now = record._approval_values(step)
            changed = record._approval_current().filtered(
                lambda a, record=record: (
                    a.state in ("pending", "waiting", "approved")
                    and not record._approval_carries(a)
                )
            )
            if not changed:
                continue
            if "state" in record._fields and record.state in spec.get("locked", ()):
                raise UserError(
                    self.env._(
                        "%(document)s is decided and carried out; the values decided "
                        "on (%(fields)s) cannot change any more.",
                        document=record.display_name,
                        fields=record._approval_changed_labels(changed[0], now),
                    )
                )
            record._approval_revoke(
                self.env._(
                    "Changed after the decision was asked for: %s. It must be asked "
                    "for again.",
                    record._approval_changed_labels(changed[0], now),
                )
            )

    def _approval_changed_labels(self, approval, now):
        old, new = json.loads(approval.approved_values or "{}"), json.loads(now)
        labels = []
        for path in new:
            if old.get(path) != new[path]:
                name = path.partition(".")[0]
                labels.append(self._fields[name]._description_string(self.env))
        return format_list(self.env, dict.fromkeys(labels))

    def _approval_revoke(self, reason):
        """Cancel what is pending and void what was approved, with a visible reason."""
        self.ensure_one()
        approvals = self._approval_current()
        step = self.approval_step
        approvals.filtered(lambda a: a.state in ("pending", "waiting")).write(
            {"state": "cancelled"}
        )
        approved = approvals.filtered(lambda a: a.state == "approved")
        if approved:
            self._approval_record_void(approved, reason)
        was_approved = self.approval_state == "approved"
        self._write_guarded(
            {
                "approval_state": "voided" if was_approved else "none",
                **self._approval_state_vals(self._approval_spec(step), "void"),
            }
        )
        if hasattr(self, "message_post"):
            self.message_post(body=reason)
        self._approval_voided(step)

    def _approval_record_void(self, approved, reason):
        """Enter the voiding of decisions into the chain as a decision of its own."""
        first = approved[0]
        # sudo: approvals are nobody's to create; the voiding is a fact of procedure
        void = (
            self.env["crm.approval"]
            .sudo()
            .create(
                {
                    "res_model": first.res_model,
                    "res_id": first.res_id,
                    "document_name": self.display_name,
                    "company_id": first.company_id.id,
                    "step": first.step,
                    "level": first.level,
                    "request": first.request,
                    "amount": first.amount,
                    "requested_by": first.requested_by.id,
                    "requested_at": first.requested_at,
                    "state": "void",
                    "outcome": "void",
                    "decided_by": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                    "comment": reason,
                    "approved_values": json.dumps({"voids": sorted(approved.ids)}),
                }
            )
        )
        void._append_to_chain()
        approved.write({"state": "voided", "void_id": void.id})


class CrmApprovalLineMixin(models.AbstractModel):
    """Lines whose values are decided on with their document."""

    _name = "crm.approval.line.mixin"
    _description = "Line of a document decided by authority"

    # Many2one to the document whose `_approval_steps` protect this line's fields.
    _approval_parent = None

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines[self._approval_parent]._approval_revoke_if_changed()
        return lines

    def write(self, vals):
        documents = self[self._approval_parent]
        res = super().write(vals)
        (documents | self[self._approval_parent])._approval_revoke_if_changed()
        return res

    def unlink(self):
        documents = self[self._approval_parent]
        res = super().unlink()
        documents.exists()._approval_revoke_if_changed()
        return res
