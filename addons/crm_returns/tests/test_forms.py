"""The printed forms and the words they carry."""

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestForms(ReturnCase):
    def _html(self, xml_id, document, lang=None):
        html, _kind = (
            self.env["ir.actions.report"]
            .with_context(lang=lang or "en_US", force_report_rendering=True)
            ._render_qweb_html(xml_id, document.ids)
        )
        return html.decode()

    def test_application(self):
        """F-86: customer, goods, standard, reason and who signed."""
        order = self._sell({self.product: 10})
        document = self._approve(self._return((order.order_line, 3)))
        html = self._html("crm_returns.report_return_application", document)
        for words in (
            document.name,
            "Ningxia Trading",
            "Jacket",
            "Wrong model chosen",
            "Sales Head",
            "General Manager",
        ):
            self.assertIn(words, html)

    def test_file_names(self):
        """The PDF is called after the form and its number."""
        order = self._sell({self.product: 10})
        document = self._return((order.order_line, 3))
        for xml_id, name in (
            ("action_report_return_application", "Return/Exchange Application"),
            ("action_report_return_note", "Finished Goods Return Note"),
        ):
            report = self.env.ref(f"crm_returns.{xml_id}")
            self.assertEqual(
                safe_eval(report.print_report_name, {"object": document}),
                f"{name} {document.name}",
            )

    def test_several_at_once(self):
        """One sheet per return, all in one article."""
        order = self._sell({self.product: 10})
        both = self._return((order.order_line, 3)) | self._return((order.order_line, 2))
        html = self._html("crm_returns.report_return_application", both)
        self.assertEqual(html.count('class="page crm_form"'), 2)
        self.assertEqual(html.count('class="article"'), 1)

    def test_return_note(self):
        """F-97: four labelled copies, approved and actual quantity."""
        order = self._sell({self.product: 10})
        document = self._approve(self._return((order.order_line, 3)))
        self._receive(document, {document.line_ids: 2}, backorder=False)
        html = self._html("crm_returns.report_return_note", document)
        for number in range(1, 5):
            self.assertIn(f"Copy {number}:", html)
        self.assertIn("3.00", html)
        self.assertIn("2.00", html)
