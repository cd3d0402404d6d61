"""The printed forms of handling: F-88, F-91 to F-95, F-99 and the label."""

from odoo import Command
from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestHandlingForms(ReturnCase):
    def _html(self, report, records):
        html, _kind = (
            self.env["ir.actions.report"]
            .with_context(lang="en_US", force_report_rendering=True)
            ._render_qweb_html(f"crm_returns.{report}", records.ids)
        )
        return html.decode()

    def test_forms(self):
        """Each form carries its title, its goods and the words of its step."""
        self._setup_workshop()
        order = self._sell({self.product: 10}, discount=10)
        document = self._receive(self._approve(self._return((order.order_line, 3))))
        document.with_user(self.user_storage).action_to_quality()
        item = document.item_ids.with_user(self.user_quality)
        item.action_judge("defective", "Seam open", "Button")
        document.with_user(self.user_quality).action_judged()
        plan = document.sudo().plan_ids
        plan.with_user(self.user_technical).part_ids = [
            Command.create(
                {"item_id": item.id, "product_id": self.product2.id, "quantity": 2}
            )
        ]
        self._plan(document)
        plan.with_user(self.user_pmc).action_schedule("2026-12-01", "2026-12-02")
        for report, records, words in (
            ("report_return_handling", document, ("Copy 2:", "Button", item.name)),
            ("report_return_certificate", document, ("Jacket", "269.97", order.name)),
            ("report_plan", plan, ("Seam open", "Trousers", "General Manager")),
            ("report_plan_liaison", plan, ("Approved Rework Plan", "12/01/2026")),
            ("report_plan_material", plan, ("Copy 1:", plan.repair_ids.name)),
            ("report_plan_inspection", plan, ("Inspection Request", item.name)),
            ("report_return_ledger", item, ("Ledger", item.name, "Jacket")),
            ("report_return_label", item, ("Identification Label", item.name)),
        ):
            html = self._html(report, records)
            self.assertEqual(html.count('class="article"'), 1, report)
            for word in words:
                self.assertIn(word, html, report)
