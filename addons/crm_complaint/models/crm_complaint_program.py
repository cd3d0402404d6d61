"""What other programs call, over XML-RPC and JSON-2: plain arguments, plain answers."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import (
    FLAG,
    TEXT,
    VALUES,
    WHOLE,
    arguments,
    check_values,
)


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    @api.model
    @arguments(vals=VALUES, submit=FLAG)
    def file_complaint(self, vals, submit=False):
        """File a complaint; filing the same client reference again changes nothing.

        :param vals: field names and values, ids for records; ``client_reference``
            makes the call safe to repeat
        :param submit: send it to the General manager's office at once
        :return: id of the complaint
        :raises UserError: a field is unknown, a value does not fit it, or the form is
            not complete
        """
        unknown = [name for name in vals if name not in self._fields]
        if unknown:
            raise UserError(
                self.env._(
                    "A complaint has no field: %s.", format_list(self.env, unknown)
                )
            )
        check_values(self, vals)
        company = self.env["res.company"].browse(vals.get("company_id"))
        complaint = self._find_by_client_reference(
            vals.get("client_reference"), company
        )
        if not complaint:
            complaint = self.create({"channel": "program", **vals})
        if submit and complaint.state == "draft":
            complaint.action_submit()
        return complaint.id

    @api.model
    @api.readonly
    @arguments(number=TEXT)
    def lookup(self, number):
        """Return the facts of one complaint the user may see.

        :param number: its number, or the client reference it was filed under
        :return: dict of plain values; False where there is nothing
        :raises UserError: no such complaint
        """
        complaint = self.search(
            ["|", ("name", "=", number), ("client_reference", "=", number)], limit=1
        )
        if not number or not complaint:
            raise UserError(self.env._("There is no complaint “%s”.", number))
        return complaint._facts()

    @api.model
    @api.readonly
    @arguments(limit=WHOLE, offset=WHOLE)
    def list_overdue(self, limit=100, offset=0):
        """Return what is late among the complaints the user may see, worst first.

        Late at the present step, late as a whole case, or late with the first
        response to the customer.

        :param limit: at most so many, 1000 at the highest
        :param offset: leave out so many of the first
        :return: list of dicts of plain values
        """
        late = self.search(
            [
                ("state", "not in", ("closed", "cancelled")),
                "|",
                "|",
                ("routing_late", "=", True),
                ("case_late", "=", True),
                ("response_late", "=", True),
            ],
            order="routing_due, case_due, id",
            limit=max(1, min(int(limit), 1000)),
            offset=max(0, int(offset)),
        )
        return [complaint._overdue_facts() for complaint in late]

    def _overdue_facts(self):
        facts = self._facts()
        names = (
            "id number client_reference state state_label customer_id customer date "
            "department holder due late case_due case_late foreign"
        ).split()
        return {
            **{name: facts[name] for name in names},
            "response_due": str(self.response_due)[:19] if self.response_due else False,
            "response_late": self.response_late,
        }

    @arguments(vals=VALUES, forward=FLAG)
    def answer_department(self, vals=None, forward=True):
        """Fill in the present step's part and pass the complaint on.

        Only whoever holds the complaint may; safe to repeat for the same step
        only while the complaint is still there.

        :param vals: fields of the present step (see `lookup`, ``step_fields``)
        :param forward: pass it on; False only saves
        :return: facts of the complaint afterwards, as `lookup` returns them
        """
        self._policy_require_one()
        check_values(self, vals or {})
        allowed = self._get_step_fields(self.state)
        unknown = [name for name in vals or {} if name not in allowed]
        if unknown:
            raise UserError(
                self.env._(
                    "The present step does not fill: %(fields)s. It fills: "
                    "%(allowed)s.",
                    fields=format_list(self.env, unknown),
                    allowed=format_list(self.env, allowed),
                )
            )
        self._check_step_holder()
        if vals:
            self.write(vals)
        if forward:
            self.action_forward()
        return self._facts()

    def _facts(self):
        self.ensure_one()
        # sudo: names of the documents' own departments, persons and kinds only;
        # the complaint itself was read with the user's rights
        self.check_access("read")
        document = self.sudo()
        labels = dict(self._fields["state"]._description_selection(self.env))

        def moment(value):
            return str(value)[:19] if value else False

        return {
            "id": document.id,
            "number": document.name or False,
            "client_reference": document.client_reference or False,
            "state": document.state,
            "state_label": labels[document.state],
            "customer_id": document.partner_id.id,
            "customer": document.partner_id.display_name,
            "date": moment(document.date),
            "department": document.routing_department_id.name or False,
            "holder": document.routing_user_id.name or False,
            "due": moment(document.routing_due),
            "late": document.routing_late,
            "case_due": moment(document.case_due),
            "case_late": document.case_late,
            "foreign": document.is_foreign,
            "flow": document.flow,
            "severity": document.severity or False,
            "priority": document.priority_id.code or False,
            "response_due": moment(document.response_due),
            "first_response_at": moment(document.first_response_at),
            "amount": document.amount_decision,
            "currency": document.currency_id.name,
            "decision": document.approval_state,
            "decided_by": document.decided_by_id.name or False,
            "decided_at": moment(document.decided_at),
            "not_substantiated": document.not_substantiated,
            "resolutions": [
                {
                    "kind": line.kind_id.code,
                    "quantity": line.quantity,
                    "amount": line.amount,
                    "currency": line.claim_currency_id.name,
                }
                for line in document.resolution_ids
            ],
            "step_fields": list(self._get_step_fields(document.state)),
            "parent": document.parent_id.name or False,
        }
