"""What other programs call, over XML-RPC and JSON-2: plain arguments, plain answers."""

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import (
    FLAG,
    NUMBER,
    TEXT,
    VALUES,
    arguments,
    check_argument,
)

HEADER_KEYS = {
    "client_reference",
    "company_id",
    "partner_id",
    "kind",
    "reason",
    "complaint",
    "demand",
    "evidence",
    "handling_method",
    "lines",
    "submit",
}
LINE_KEYS = {"sale_line_id", "quantity", "lot"}


class CrmReturn(models.Model):
    _inherit = "crm.return"

    @api.model
    @arguments(vals=VALUES)
    def request_return(self, vals):
        """File an application for return; the same client reference only once.

        :param vals: dict with ``partner_id`` (id of the customer), ``reason`` (code
            of a return reason), ``lines`` (list of ``{"sale_line_id", "quantity",
            "lot"}``; quantity in the order line's unit, lot by its name, optional),
            and optionally ``kind`` (return, exchange), ``complaint`` (number),
            ``demand`` (the customer's words), ``evidence``, ``handling_method``,
            ``company_id``, ``client_reference`` and ``submit`` (true: ask for
            approval at once)
        :return: facts of the return, as ``lookup`` gives them
        :raises UserError: names the key and the rule
        """
        unknown = sorted(set(vals) - HEADER_KEYS)
        if unknown:
            raise UserError(
                self.env._(
                    "A return has no field: %(unknown)s. Known: %(known)s.",
                    unknown=format_list(self.env, unknown),
                    known=format_list(self.env, sorted(HEADER_KEYS)),
                )
            )
        check_argument(self.env, "submit", vals.get("submit", False), FLAG)
        company = self.env.company
        if vals.get("company_id"):
            company = self.env["res.company"].browse(vals["company_id"])
        record = self._find_by_client_reference(vals.get("client_reference"), company)
        if not record:
            record = self.with_company(company).create(
                self._prepare_request_vals(vals, company)
            )
        if vals.get("submit") and record.state == "draft":
            record.action_submit()
        return record._facts()

    @api.model
    def _prepare_request_vals(self, vals, company):
        for key in ("partner_id", "reason", "lines"):
            if not vals.get(key):
                raise UserError(self.env._("A return needs: %s.", key))
        self._check_request_types(vals)
        partner = self.env["res.partner"].browse(vals["partner_id"]).exists()
        if not partner:
            raise UserError(
                self.env._("partner_id: there is no customer %s.", vals["partner_id"])
            )
        reason = self.env["crm.return.reason"].search(
            [("code", "=", vals["reason"]), ("company_id", "in", (company.id, False))],
            order="company_id",
            limit=1,
        )
        if not reason:
            raise UserError(
                self.env._("reason: there is no return reason “%s”.", vals["reason"])
            )
        data = {
            "company_id": company.id,
            "partner_id": partner.commercial_partner_id.id,
            "reason_id": reason.id,
            "line_ids": [
                Command.create(line_vals)
                for line_vals in self._prepare_request_lines(vals["lines"])
            ],
        }
        for key in (
            "kind",
            "demand",
            "evidence",
            "handling_method",
            "client_reference",
        ):
            if vals.get(key):
                data[key] = vals[key]
        if vals.get("complaint"):
            complaint = self.env["crm.complaint"].search(
                [("name", "=", vals["complaint"]), ("company_id", "=", company.id)],
                limit=1,
            )
            if not complaint:
                raise UserError(
                    self.env._(
                        "complaint: there is no complaint “%s”.", vals["complaint"]
                    )
                )
            data["complaint_id"] = complaint.id
        return data

    @api.model
    def _check_request_types(self, vals):
        """Raise unless each value has the type it needs, naming its key."""
        kinds = [code for code, _label in self._fields["kind"].selection]
        if vals.get("kind") and vals["kind"] not in kinds:
            raise UserError(
                self.env._(
                    "%(key)s: one of %(known)s.",
                    key="kind",
                    known=format_list(self.env, kinds),
                )
            )
        lines = vals["lines"]
        if not isinstance(lines, list) or not all(
            isinstance(line, dict) for line in lines
        ):
            raise UserError(self.env._("lines: a list of order lines is expected."))
        for key, value in (
            ("partner_id", vals["partner_id"]),
            *(("sale_line_id", line.get("sale_line_id") or 0) for line in lines),
        ):
            if not isinstance(value, int):
                raise UserError(self.env._("%s: an id is expected.", key))
        for line in lines:
            check_argument(self.env, "quantity", line.get("quantity", 0), NUMBER)
            check_argument(self.env, "lot", line.get("lot"), TEXT)

    @api.model
    def _prepare_request_lines(self, lines):
        result, names = [], set()
        for line in lines:
            unknown = sorted(set(line) - LINE_KEYS)
            if unknown or not line.get("sale_line_id") or not line.get("quantity"):
                raise UserError(
                    self.env._(
                        "lines: each line needs sale_line_id and quantity, may have "
                        "lot, and nothing else (%s).",
                        format_list(self.env, unknown) or "-",
                    )
                )
            if line.get("lot"):
                names.add(line["lot"])
        sources = self.env["sale.order.line"].browse(
            [line["sale_line_id"] for line in lines]
        )
        if len(sources.exists()) != len(set(sources.ids)):
            raise UserError(self.env._("lines: an order line named does not exist."))
        # sudo: lots are named by those who have no access to the stock
        lots = self.env["stock.lot"].sudo().search([("name", "in", list(names))])
        for line, source in zip(lines, sources, strict=True):
            vals = {"sale_line_id": source.id, "quantity": line["quantity"]}
            if line.get("lot"):
                lot = lots.filtered(
                    lambda rec, line=line, source=source: (
                        rec.name == line["lot"]
                        and rec.product_id == source.sudo().product_id
                    )  # sudo: as above
                )[:1]
                if not lot:
                    raise UserError(
                        self.env._("lines: there is no lot “%s”.", line["lot"])
                    )
                vals["lot_id"] = lot.id
            result.append(vals)
        return result

    @api.model
    @api.readonly
    @arguments(number=TEXT)
    def lookup(self, number):
        """Return the facts of one return the user may see.

        :param number: its number, or the client reference it was filed under
        :return: dict of plain values; False where there is nothing
        :raises UserError: no such return
        """
        record = self.search(
            ["|", ("name", "=", number), ("client_reference", "=", number)], limit=1
        )
        if not number or not record:
            raise UserError(self.env._("There is no return “%s”.", number))
        return record._facts()

    def _facts(self):
        self.ensure_one()
        self.check_access("read")
        # sudo: names of the document's own department, receipts and credit notes;
        # the return itself was read with the user's rights
        document = self.sudo()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            "id": document.id,
            "number": document.name or False,
            "client_reference": document.client_reference or False,
            "state": document.state,
            "state_label": labels[document.state],
            "kind": document.kind,
            "customer_id": document.partner_id.id,
            "customer": document.partner_id.display_name,
            "reason": document.reason_id.code,
            "complaint": document.complaint_id.name or False,
            "date": document.date_request.isoformat(),
            "department": document.routing_department_id.name or False,
            "due": document.routing_due.isoformat(sep=" ")
            if document.routing_due
            else False,
            "late": document.routing_late,
            "eligible": document.eligible,
            "warranty": document.warranty_state or False,
            "quality": document.quality_state or False,
            "finance": document.finance_state or False,
            "other": document.other_state or False,
            "admitted": bool(document.override_user_id),
            "decision": document.approval_state,
            "to_be_decided_by": document.approval_pending_names or False,
            "amount": document.amount_total,
            "currency": document.currency_id.name,
            **document._way_facts(),
            "lines": [line._facts() for line in document.line_ids],
            "receipts": document.picking_ids.mapped("name"),
            "credit_notes": [
                {
                    "id": note.id,
                    "number": note.name or False,
                    "state": note.state,
                    "amount": note.amount_total,
                    "currency": note.currency_id.name,
                }
                for note in document.credit_note_ids
            ],
        }

    def _way_facts(self):
        """Return what was done before the goods come: talks, copies, collection."""
        parts_list = self._signed_inspection()
        return {
            "talks": [
                {
                    "date": talk.date.isoformat(),
                    "by": talk.user_id.name,
                    "kind": talk.kind,
                    "outcome": talk.outcome or False,
                    "summary": talk.summary,
                }
                for talk in self.contact_ids
            ],
            "copies_to": self.copy_department_ids.mapped("name"),
            "engineer": self.engineer_id.name or False,
            "inspected": parts_list.date.isoformat() if parts_list else False,
            "fault_found": parts_list.has_fault,
            "documents": {
                paper.type_id.code: paper.taken_back for paper in self.document_ids
            },
            "collected": self.collect_date.isoformat() if self.collect_date else False,
            "bulky": self.bulky,
            "arrival": self.arrival_date.isoformat() if self.arrival_date else False,
            "customer_to_be_told": self.letter_due,
            "answer": self.letter_text or False,
        }


class CrmReturnLine(models.Model):
    _inherit = "crm.return.line"

    def _facts(self):
        self.ensure_one()
        return {
            "id": self.id,
            "sale_line_id": self.sale_line_id.id,
            "order": self.sale_order_id.name,
            "product_id": self.product_id.id,
            "product": self.product_id.display_name,
            "lot": self.lot_id.name or False,
            "unit": self.product_uom_id.name,
            "requested": self.quantity,
            "approved": self.qty_approved,
            "received": self.qty_received,
            "credited": self.qty_credited,
            "warranty_end": self.warranty_end.isoformat()
            if self.warranty_end
            else False,
            "quality_result": self.qa_result,
        }
