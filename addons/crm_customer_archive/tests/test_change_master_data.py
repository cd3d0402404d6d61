"""Master data areas: who maintains which partner, and the way of a request (SM-09)."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ArchiveCase, credit_code


@tagged("post_install", "-at_install")
class TestMasterData(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("supply", "construction", "plan_finance", "renovation"):
            cls.departments[code] = cls.env["hr.department"].create(
                {"name": code, "policy_code": code, "company_id": cls.company.id}
            )
            user = cls._make_person(
                f"user_{code}", code.title(), "crm_policy.group_user", code, True
            )
            setattr(cls, f"user_{code}", user)
        cls.raw = cls.env.ref("crm_customer_archive.master_area_raw_material")
        cls.construction = cls.env.ref("crm_customer_archive.master_area_construction")
        cls.Request = cls.env["crm.master.data.request"]

    def _file(self, user=None, submit=True, **vals):
        user = user or self.user_manufacturing
        Request = self.Request.with_user(user)
        return self.Request.browse(
            Request.file_request(
                {
                    "area": "raw_material",
                    "partner_name": "宁夏棉业有限公司",
                    "business": "Cotton",
                    "reason": "New fabric",
                    "credit_code": credit_code(40),
                    "acc_number": "6217 4040",
                    "contact_name": "李晓明",
                    **vals,
                },
                submit,
            )
        )

    def test_direct_path(self):
        """Requested, with the maintainer until a date, audited, made."""
        request = self._file(client_reference="R-1")
        self.assertEqual(self._file(client_reference="R-1"), request)
        self.assertEqual(request.state, "maintainer")
        self.assertRegex(request.name, r"^ZSJ\d{9}$")
        self.assertEqual(request.routing_department_id, self.departments["supply"])
        self.assertTrue(request.routing_due)
        with self.assertRaises(AccessError):
            request.with_user(self.user_manufacturing).action_audit()
        maintainer = request.with_user(self.user_supply)
        with self.assertRaises(UserError):
            maintainer.action_complete()
        maintainer.action_audit()
        maintainer.action_complete()
        self.assertEqual(request.state, "done")
        partner = request.partner_id
        self.assertEqual(partner.name, "宁夏棉业有限公司")
        self.assertEqual(partner.master_area_id, self.raw)
        self.assertEqual(partner.credit_code, credit_code(40))
        self.assertEqual(partner.bank_ids.sanitized_acc_number, "62174040")
        self.assertEqual(partner.child_ids.name, "李晓明")
        self.assertFalse(partner.is_crm_customer)

    def test_returned(self):
        """A form with errors goes back with a reason and comes again."""
        request = self._file()
        maintainer = request.with_user(self.user_supply)
        with self.assertRaises(UserError):
            maintainer.action_return(" ")
        wizard = (
            self.env["crm.master.data.return"]
            .with_user(self.user_supply)
            .create({"request_id": request.id, "reason": "Which cotton?"})
        )
        wizard.action_return()
        self.assertEqual(request.state, "returned")
        self.assertEqual(request.routing_user_id, self.user_manufacturing)
        mine = request.with_user(self.user_manufacturing)
        mine.business = "Long staple cotton"
        mine.action_submit()
        self.assertEqual(request.state, "maintainer")
        with self.assertRaises(UserError):
            mine.business = "Silk"
        self.assertEqual(len(request.passage_ids), 3)

    def test_report_path(self):
        """Path 2: project department, report approval, then construction."""
        with self.assertRaisesRegex(UserError, "submitted by"):
            self._file(area="construction")
        request = self._file(user=self.user_renovation, area="construction")
        self.assertEqual(request.state, "requested")
        self.assertEqual(
            request.routing_department_id, self.departments["plan_finance"]
        )
        with self.assertRaises(AccessError):
            request.with_user(self.user_construction).action_approve()
        with self.assertRaises(UserError):
            request.with_user(self.user_plan_finance).action_forward()
        request.with_user(self.user_plan_finance).action_approve("Report 12")
        self.assertEqual(request.state, "approved")
        request.with_user(self.user_plan_finance).action_forward()
        self.assertEqual(
            request.routing_department_id, self.departments["construction"]
        )
        request.with_user(self.user_construction).action_audit()
        request.with_user(self.user_construction).action_complete()
        self.assertEqual(request.state, "done")
        self.assertEqual(request.approval_state, "approved")
        self.assertEqual(request.partner_id.master_area_id, self.construction)
        refused = self._file(
            user=self.user_renovation, area="construction", credit_code=False
        )
        refused.with_user(self.user_plan_finance).action_reject("No budget")
        self.assertEqual(refused.state, "returned")
        self.assertEqual(refused.return_reason, "No budget")
        refused.with_user(self.user_renovation).action_cancel()
        self.assertEqual(refused.state, "cancelled")
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html(
                "crm_customer_archive.report_master_data_request", request.ids
            )[0]
            .decode()
        )
        for text in ("Supplier Maintenance Application", "Report 12", credit_code(40)):
            self.assertIn(text, html)

    def test_customers_follow_the_registration(self):
        """Straight to sales; a draft of a registration comes out (GAP-60)."""
        request = self._file(area="customer")
        self.assertEqual(request.routing_department_id, self.departments["sales"])
        sales = request.with_user(self.user_sales)
        sales.action_audit()
        sales.action_complete()
        self.assertEqual(request.partner_id.state, "draft")
        self.assertEqual(request.partner_id.user_id, self.user_manufacturing)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html(
                "crm_customer_archive.report_master_data_request", request.ids
            )[0]
            .decode()
        )
        self.assertIn("Customer Registration Form", html)
        with self.assertRaisesRegex(ValidationError, "customer file"):
            self._file(partner_id=request.partner_id.id)

    def test_change_of_a_partner(self):
        supplier = self.env["res.partner"].create(
            {"name": "Old Cotton", "company_id": self.company.id}
        )
        request = self._file(
            partner_id=supplier.id, partner_name="New Cotton", credit_code=False
        )
        request.with_user(self.user_supply).action_audit()
        request.with_user(self.user_supply).action_complete()
        self.assertEqual(supplier.name, "New Cotton")
        self.assertEqual(supplier.master_area_id, self.raw)

    def test_only_the_department_maintains(self):
        """With the setting on, others read; on every path."""
        Partner = self.env["res.partner"]
        vals = {
            "name": "Cotton Ltd",
            "company_id": self.company.id,
            "master_area_id": self.raw.id,
        }
        free = Partner.with_user(self.user_sales).create(vals)
        self.company.restrict_master_data = True
        supplier = Partner.with_user(self.user_supply).create(vals)
        contact = Partner.with_user(self.user_supply).create(
            {"name": "Li Ming", "parent_id": supplier.id}
        )
        plain = Partner.with_user(self.user_sales).create(
            {"name": "Plain", "company_id": self.company.id}
        )
        for user in (self.user_sales, self.user_director, self.user_admin):
            theirs = supplier.with_user(user)
            self.assertEqual(theirs.name, "Cotton Ltd")
            for call in (
                lambda theirs=theirs: theirs.write({"phone": "1"}),
                lambda theirs=theirs: theirs.write({"master_area_id": False}),
                lambda theirs=theirs: theirs.create(vals),
                lambda user=user: contact.with_user(user).write({"name": "X Y"}),
                lambda user=user: plain.with_user(user).write(
                    {"master_area_id": self.raw.id}
                ),
                lambda user=user: plain.with_user(user).write(
                    {"parent_id": supplier.id}
                ),
                lambda theirs=theirs: theirs.write(
                    {"bank_ids": [Command.create({"acc_number": "1"})]}
                ),
            ):
                with (
                    self.assertRaises(AccessError, msg=user.login),
                    self.env.cr.savepoint(),
                ):
                    call()
        supplier.with_user(self.user_supply).phone = "0951"
        free.with_user(self.user_supply).active = False
        customer = self._make_customer(master_area_id=self.raw.id)
        customer.with_user(self.user_sales).city = "银川"

    def test_bad_input(self):
        for vals, words in (
            ({"area": "nothing"}, "kind of partner"),
            ({"nonsense": 1}, "nonsense"),
            ({"credit_code": "123"}, "social credit code"),
            ({"business": ""}, "Business"),
            ({"partner_name": "", "reason": ""}, "Missing"),
        ):
            with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                self._file(**vals)
        request = self._file(submit=False)
        with self.assertRaises(AccessError):
            request.with_user(self.user_manufacturing).state = "done"
        with self.assertRaises(AccessError):
            request.with_user(self.user_sales2).action_submit()
        self.assertFalse(request.with_user(self.user_sales2).has_access("read"))
        with self.assertRaises(AccessError):
            self.raw.with_user(self.user_director).name = "Mine"
