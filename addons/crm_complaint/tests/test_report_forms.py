"""The forms around the complaint: printed in full, and never for the customer."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_charge import ChargeCase
from .common_documents import DocumentsMixin


@tagged("post_install", "-at_install")
class TestReportForms(DocumentsMixin, ChargeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(cls.env, "forms_portal", groups="base.group_portal")

    def _html(self, report, records, user=None):
        Report = self.env["ir.actions.report"].with_user(user or self.user_gmo)
        return Report._render_qweb_html(f"crm_complaint.{report}", records.ids)[0]

    def test_abnormality_and_investigation(self):
        """What was filled in at each step stands on the form (F-46, F-49)."""
        response, form = self._field_documents().values()
        form.department_id = self.departments["manufacturing"]
        form._write_guarded({"state": "improving"})
        form.sudo().write({"cause": "Clamp loose", "improvement": "New clamp"})
        html = self._html("report_abnormality", form).decode()
        for text in (form.name, "Labels crooked", "Clamp loose", "New clamp"):
            self.assertIn(text, html)
        self.assertIn("CRM-POLICY-INTERNAL-FORM", html)
        self.assertFalse(response._report_due())
        response.person_ids = self.user_quality
        response._write_guarded({"state": "reporting"})
        stay = response.passage_ids.filtered(lambda p: p.step == "reporting")
        self.assertEqual((stay.date_due - stay.date_in).days, 3)
        self.assertEqual(response._report_due(), stay.date_due)
        html = self._html("report_investigation", response).decode()
        for text in (response.name, "Seams open at work", self.user_quality.name):
            self.assertIn(text, html)

    def test_memorandum(self):
        """Who may read the memorandum but not the case prints nothing of the case."""
        case = self._at(self._complaint(), "executing")
        memo = self.env["crm.complaint.memorandum"].create(
            {
                "complaint_id": case.id,
                "subject": "Share",
                "text": "The yarn was bad",
                "superior_id": self.user_outsider.id,
            }
        )
        html = self._html("report_memorandum", memo).decode()
        for text in (memo.name, "The yarn was bad", case.name, self.customer.name):
            self.assertIn(text, html)
        self.user_outsider.group_ids += self.env.ref("crm_policy.group_user")
        html = self._html("report_memorandum", memo, self.user_outsider).decode()
        self.assertIn("The yarn was bad", html)
        self.assertNotIn(self.customer.name, html)
        self.assertNotIn(self.product.name, html)

    def test_register_and_record(self):
        """The register is shared out by the room of its texts; nothing is left out."""
        words = "\n".join(f"Line {number} of the report" for number in range(20))
        cases = self.Complaint.create(
            [self._vals(description=words, demand=f"Demand {n}") for n in range(5)]
        )
        sheets = cases._book_sheets()
        self.assertEqual([len(sheet["cases"]) for sheet in sheets], [2, 2, 1])
        html = self._html("report_complaint_book", cases).decode()
        for number in range(5):
            self.assertEqual(html.count(f"Demand {number}"), 1)
        self.assertIn("Cases: 5", html)
        case = self._at(self._complaint(), "executing")
        html = self._html("report_complaint_record", case).decode()
        for text in (case.name, "Seams open", "Check the setting at every shift"):
            self.assertIn(text, html)

    def test_never_for_customers(self):
        """Internal forms are refused to customers, and marked (CMP-51)."""
        case = self._complaint()
        response, form = self._field_documents().values()
        memo = self.env["crm.complaint.memorandum"].create(
            {"complaint_id": case.id, "subject": "Share", "text": "The yarn was bad"}
        )
        for report, record in (
            ("report_memorandum", memo),
            ("report_abnormality", form),
            ("report_investigation", response),
            ("report_complaint_book", case),
            ("report_complaint_record", case),
        ):
            self.assertIn(b"CRM-POLICY-INTERNAL-FORM", self._html(report, record))
            with self.assertRaises(AccessError):
                self._html(report, record, self.portal)
            with self.assertRaises(AccessError):
                self._html(report, record, self.user_outsider)
