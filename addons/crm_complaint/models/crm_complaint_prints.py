"""What the printed registers and reports need to know."""

from odoo import models
from odoo.tools import format_list

# A landscape sheet of the registers takes about so many lines of small print, the
# ruling between two cases half a line, and a column of a tenth of its width about so
# many Chinese characters a line.
SHEET_LINES = 46
RULING = 0.5
CONTENT_WIDTH = 22
DEMAND_WIDTH = 12
NAME_WIDTH = 13
# The same of the tracking register, which bears a line more above its table.
TRACKING_LINES = 44
CUSTOMER_WIDTH = 13
GOODS_WIDTH = 10
STEP_WIDTH = 6
TRACKED_UNIT_WIDTH = 5
ORDER_WIDTH = 5


def _lines(text, width):
    """Return how many lines a text takes in a column of ``width`` characters."""
    # Latin letters take about half the room of a Chinese character.
    return sum(
        1 + int(sum(1 if ord(sign) > 255 else 0.55 for sign in part)) // width
        for part in (text or "").splitlines() or [""]
    )


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    def _book_sheets(self):
        """Split the register (CMP-126) into sheets, one company after the other.

        :return: list of dicts: company, cases, number and count of the sheet, and the
            total and the period of the register
        """
        sheets = []
        for company, cases in self.grouped("company_id").items():
            ordered = cases.sorted(lambda c: (c.date, c.name or "~", c.id))
            sheets += ordered._share_out(company, SHEET_LINES, "_book_lines")
        return sheets

    def _tracking_sheets(self):
        """Split the tracking register (CMP-32) likewise."""
        sheets = []
        for company, cases in self.grouped("company_id").items():
            ordered = cases.sorted(lambda c: (c.name or "~", c.id))
            sheets += ordered._share_out(company, TRACKING_LINES, "_tracking_lines")
        return sheets

    def _share_out(self, company, room_of_sheet, measure):
        """Share the cases of one company out over sheets, in their order.

        The printer cuts long tables anywhere, so the rows are shared out by the room
        their texts take.
        """
        parts, room = [self.browse()], room_of_sheet
        for case in self:
            lines = getattr(case, measure)() + RULING
            if lines > room and parts[-1]:
                parts.append(self.browse())
                room = room_of_sheet
            parts[-1] += case
            room -= lines
        return [
            {
                "company": company,
                "cases": part,
                "number": number,
                "count": len(parts),
                "last": number == len(parts),
                "total": len(self),
                "first_day": self[:1].date,
                "last_day": self[-1:].date,
            }
            for number, part in enumerate(parts, 1)
        ]

    def _book_lines(self):
        """Return how many lines this case takes in the register."""
        names = _lines(self.partner_id.display_name, NAME_WIDTH) + 2
        goods = _lines(self.product_id.display_name, NAME_WIDTH) + 1
        return max(
            names,
            goods,
            _lines(self.description, CONTENT_WIDTH),
            _lines(self.demand, DEMAND_WIDTH) + bool(self.amount_claim),
            1 + len(self.resolution_ids),
        )

    def _tracking_lines(self):
        """Return how many lines this case takes in the tracking register."""
        steps = dict(self._fields["state"]._description_selection(self.env))
        return max(
            _lines(self.partner_id.display_name, CUSTOMER_WIDTH),
            _lines(self.product_id.name, GOODS_WIDTH),
            _lines(self.sale_order_id.name or self.order_reference, ORDER_WIDTH),
            _lines(self.responsible_department_id.name, TRACKED_UNIT_WIDTH),
            _lines(steps[self.state], STEP_WIDTH),
            _lines(self.routing_department_id.name, TRACKED_UNIT_WIDTH),
            _lines(self.decided_by_id.name, TRACKED_UNIT_WIDTH),
        )

    def _form_responsible(self):
        """Name who answers for which share (CMP-33), as far as the reader may know."""
        self.ensure_one()
        shares = self.env["crm.complaint.liability"].search(
            [("complaint_id", "=", self.id)]
        )
        return format_list(
            self.env, [f"{line.party_name} {line.share:g} %" for line in shares]
        )

    def _form_sanctions(self):
        """Name the sanctions on the form (CMP-44, CMP-45) the reader may know of."""
        self.ensure_one()
        sanctions = self.env["crm.sanction"].search(
            [("complaint_id", "=", self.id), ("state", "!=", "cancelled")]
        )
        # sudo: names of persons, for whoever may read the sanction
        return format_list(
            self.env,
            [
                f"{found.employee_id.name} {found.grade_id.name} × {found.count}"
                for found in sanctions.sudo()
            ],
        )


class CrmFieldResponse(models.Model):
    _inherit = "crm.field.response"

    def _report_due(self):
        """Return when the report is due (naive UTC), or False before it is."""
        stays = self.passage_ids.filtered(lambda stay: stay.step == "reporting")
        return stays[:1].date_due
