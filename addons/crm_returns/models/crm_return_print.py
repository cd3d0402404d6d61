"""What the printed forms of a return need (2.4: F-86, F-87, F-89, F-90, F-97)."""

from odoo import api, models
from odoo.tools import format_list


class CrmReturn(models.Model):
    _inherit = "crm.return"

    @api.model
    def _print_list(self, names):
        """Return names as a list in words, in the language of the form."""
        return format_list(self.env, [name for name in names if name])

    def _print_decisions(self, level):
        """Return the decisions of one level of the application, as decided."""
        self.ensure_one()
        if self.approval_step == "excess":
            step = self.authority_route
        else:
            step = self.approval_step
        # sudo: the form shows who signed, to whoever may print the return
        return self.sudo().approval_ids.filtered(
            lambda a: (
                a.level == level
                and a.step == step
                and a.state in ("approved", "refused")
            )
        )

    def _print_application_copies(self):
        """Return the labels of the application; photocopies once approved (RET-22)."""
        self.ensure_one()
        original = self.env._("Original: sales")
        if not self.copy_department_ids:
            return [original]
        return [
            original,
            self.env._("Photocopy: PMC section"),
            self.env._("Photocopy: finance"),
        ]

    def _print_note_copies(self):
        """Return the labels of the note the customer signs (RET-27 to RET-30)."""
        return [
            self.env._("Copy 1: finance"),
            self.env._("Copy 2: finished-goods warehouse"),
            self.env._("Copy 3: customer"),
        ]

    def _print_two_copies(self):
        """Return the labels of what customer and company both keep."""
        return [self.env._("Copy 1: company"), self.env._("Copy 2: customer")]

    def _print_copies(self):
        """Return the labels of the four copies of the return note (RET-58, RET-61)."""
        return [
            self.env._("Copy 1: sales, follow-up"),
            self.env._("Copy 2: finished-goods storage"),
            self.env._("Copy 3: accounting section"),
            self.env._("Copy 4: sales"),
        ]

    def _print_parts(self):
        """Return the rows of the parts list; before it is begun, what to judge."""
        sheet = self.inspection_ids[:1]
        if sheet:
            return sheet.line_ids
        rows = self.env["crm.return.inspection.line"]
        for vals in self.line_ids._prepare_inspection_rows():
            rows |= rows.new(vals)
        return rows

    def _print_parts_list_copies(self):
        """Return the labels of the parts list (RET-25, RET-36)."""
        return [
            self.env._("Copy 1: technical department"),
            self.env._("Copy 2: customer"),
        ]
