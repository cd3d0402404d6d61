"""What the printed registers and reports need to know."""

from odoo import models

# A landscape sheet of the register takes about so many lines of small print, the
# ruling between two cases half a line, and a column of a tenth of its width about so
# many Chinese characters a line.
SHEET_LINES = 46
RULING = 0.5
CONTENT_WIDTH = 22
DEMAND_WIDTH = 12
NAME_WIDTH = 13


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

        The printer cuts long tables anywhere, so the rows are shared out by the room
        their texts take.

        :return: list of dicts: company, cases, number and count of the sheet, and the
            total and the period of the register
        """
        sheets = []
        for company, cases in self.grouped("company_id").items():
            ordered = cases.sorted(lambda c: (c.date, c.name or "~", c.id))
            parts, room = [self.browse()], SHEET_LINES
            for case in ordered:
                lines = case._book_lines() + RULING
                if lines > room and parts[-1]:
                    parts.append(self.browse())
                    room = SHEET_LINES
                parts[-1] += case
                room -= lines
            sheets += [
                {
                    "company": company,
                    "cases": part,
                    "number": number,
                    "count": len(parts),
                    "last": number == len(parts),
                    "total": len(ordered),
                    "first_day": ordered[0].date,
                    "last_day": ordered[-1].date,
                }
                for number, part in enumerate(parts, 1)
            ]
        return sheets

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


class CrmFieldResponse(models.Model):
    _inherit = "crm.field.response"

    def _report_due(self):
        """Return when the report is due (naive UTC), or False before it is."""
        stays = self.passage_ids.filtered(lambda stay: stay.step == "reporting")
        return stays[:1].date_due
