"""Production staff without rights in HR; announcements; the loss standard."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common_charge import ChargeCase
from .common_documents import DocumentsMixin


@tagged("post_install", "-at_install")
class TestDocumentForms(DocumentsMixin, ChargeCase):
    def test_production_staff_named_without_hr_rights(self):
        """Production names its staff; everybody who sees the form reads the names."""
        complaint = self._at(self._complaint(), "production")
        user = self.user_manufacturing
        self.assertFalse(user.has_group("hr.group_hr_user"))
        field = complaint._fields["production_employee_ids"]
        Employee = self.env[field.comodel_name].with_user(user)
        self.assertIn(
            self.worker.id, [row[0] for row in Employee.name_search("Worker 1")]
        )
        mine = complaint.with_user(user)
        spec = {"production_employee_ids": {"fields": {"display_name": {}}}}
        self.env.invalidate_all()
        [row] = mine.web_save({"production_employee_ids": [(4, self.worker.id)]}, spec)
        self.assertEqual(
            row["production_employee_ids"],
            [{"id": self.worker.id, "display_name": "Worker 1"}],
        )
        self._do_production(mine)
        for reader in (self.user_sales, self.user_gmo, user):
            self.env.invalidate_all()
            [row] = complaint.with_user(reader).web_read(spec)
            names = [one["display_name"] for one in row["production_employee_ids"]]
            self.assertEqual(names, ["Worker 1"])
            html = self.env["ir.actions.report"].with_user(reader)
            html = html._render_qweb_html(
                "crm_complaint.action_report_complaint_form", complaint.ids
            )[0]
            self.assertIn("Worker 1", html.decode())

    def test_announcement_printed_when_announced(self):
        """The personnel announcement exists only once HR has announced (CMP-71)."""
        sanction = self._documents()["crm.sanction"]
        report = self.env["ir.actions.report"].with_user(self.user_hr)
        name = "crm_complaint.action_report_sanction_announcement"
        for state in ("draft", "circulated", "verification", "approved", "cancelled"):
            sanction._write_guarded({"state": state})
            with self.assertRaisesRegex(UserError, "not announced"):
                report.sudo()._render_qweb_html(name, sanction.ids)
        sanction._write_guarded({"state": "draft"})
        self._announce(sanction)
        html = report._render_qweb_html(name, sanction.ids)[0].decode()
        self.assertIn(sanction.announcement_number, html)

    def test_loss_standard_in_force(self):
        """One standard of a code at a time; a company's own goes before the shared."""
        shared = self.env.ref("crm_complaint.loss_kind_claim")
        Kind, company = self.env["crm.complaint.loss.kind"], self.company
        with self.assertRaises(ValidationError):
            shared.copy({"code": "claim"})
        day = company._policy_today()
        own = shared.copy({"company_id": company.id, "formula": "amount_paid * 2"})
        claims = Kind._in_force(company, day).filtered(lambda k: k.code == "claim")
        self.assertEqual(claims, own)
        own.date_from = self._next(1)
        claims = Kind._in_force(company, day).filtered(lambda k: k.code == "claim")
        self.assertEqual(claims, shared)
