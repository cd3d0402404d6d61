"""Registration, review and what ends it (SM-01, ARC-51 to ARC-54)."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ArchiveCase


@tagged("post_install", "-at_install")
class TestRegistration(ArchiveCase):
    def test_plain_contact_untouched(self):
        """A contact that is no customer has no file, number or registrar."""
        partner = self.env["res.partner"].create({"name": "Somebody"})
        self.assertEqual(partner.state, "none")
        self.assertFalse(partner.is_crm_customer)
        self.assertFalse(partner.crm_customer_id)
        self.assertFalse(partner.registered_by_id)
        self.assertFalse(partner.company_id)

    def test_story(self):
        """Draft, submitted, approved by the head of the department: on file."""
        customer = self._make_customer()
        self.assertEqual(customer.state, "draft")
        self.assertEqual(customer.registered_by_id, self.user_sales)
        self.assertEqual(customer.registered_date, self.company._policy_today())
        self.assertEqual(customer.crm_department_id, self.departments["sales"])
        self.assertFalse(customer.customer_number)
        customer.with_user(self.user_sales).action_submit()
        self.assertEqual(customer.state, "review")
        self.assertEqual(customer.approval_pending_names, self.user_sales_head.name)
        customer.with_user(self.user_sales_head).action_approve("Known firm")
        self.assertEqual(customer.state, "archived")
        self.assertEqual(customer.archived_date, self.company._policy_today())
        year = self.company._policy_today().year
        self.assertRegex(customer.customer_number, rf"^KH{year}\d{{5}}$")
        self.assertEqual(
            customer._registration_decision().decided_by, self.user_sales_head
        )

    def test_numbers_run_on(self):
        """Numbers of one company are consecutive and unique."""
        first = self._make_archived_customer(number=1)
        second = self._make_archived_customer(name="Second Ltd", number=2)
        self.assertEqual(
            int(second.customer_number[-5:]), int(first.customer_number[-5:]) + 1
        )

    def test_submit_names_everything_missing(self):
        """An incomplete form is refused with all missing fields in one message."""
        customer = self._make_customer(
            legal_representative=False, street=False, source_id=False
        )
        with self.assertRaises(UserError) as caught:
            customer.with_user(self.user_sales).action_submit()
        message = str(caught.exception)
        for label in ("Legal Representative", "Street", "Source"):
            self.assertIn(label, message)
        self.assertNotIn("City", message)
        self.assertEqual(customer.state, "draft")
        self.assertFalse(customer.approval_ids)

    def test_person_needs_no_company_data(self):
        """A person as customer needs a phone, not a legal representative."""
        customer = self._make_customer(
            name="李小明",
            is_company=False,
            credit_code=False,
            legal_representative=False,
            enterprise_type_id=False,
            main_contact_name=False,
            main_contact_phone=False,
            main_contact_function=False,
        )
        with self.assertRaisesRegex(UserError, "Phone"):
            customer.with_user(self.user_sales).action_submit()
        customer.phone = "13912345678"
        customer.with_user(self.user_sales).action_submit()
        self.assertEqual(customer.state, "review")

    def test_required_list_is_data(self):
        """An administrator changes what the form must contain."""
        customer = self._make_customer(credit_code=False)
        rule = self.env.ref("crm_customer_archive.required_mag_credit_code")
        self.assertFalse(rule.active)
        rule.with_user(self.user_admin).active = True
        with self.assertRaisesRegex(UserError, "Unified Social Credit Code"):
            customer.with_user(self.user_sales).action_submit()
        customer.foreign_override = "foreign"
        customer.with_user(self.user_sales).action_submit()
        with self.assertRaises(AccessError):
            rule.with_user(self.user_director).active = False

    def test_sent_back_and_submitted_again(self):
        """A refusal needs a comment, shows it, and the form can be submitted again."""
        customer = self._make_customer()
        customer.with_user(self.user_sales).action_submit()
        head = customer.with_user(self.user_sales_head)
        with self.assertRaises(UserError):
            head.action_reject(" ")
        head.action_reject("Wrong address")
        self.assertEqual(customer.state, "refused")
        self.assertEqual(customer.refusal_reason, "Wrong address")
        self.assertFalse(customer.customer_number)
        customer.with_user(self.user_sales).action_submit()
        head.action_approve()
        self.assertEqual(customer.state, "archived")
        self.assertFalse(customer.refusal_reason)

    def test_only_the_head_decides(self):
        """Neither the salesperson nor a colleague nor another head approves."""
        customer = self._make_customer()
        customer.with_user(self.user_sales).action_submit()
        for user in (
            self.user_sales,
            self.user_sales2,
            self.user_marketing_head,
            self.user_director,
        ):
            with self.assertRaises(AccessError, msg=user.login):
                customer.with_user(user).action_approve()
        self.assertEqual(customer.state, "review")

    def test_own_registration_is_not_own_decision(self):
        """A head's own registration goes to the head above, or is refused."""
        customer = self._make_customer(user=self.user_sales_head)
        with self.assertRaises(UserError):
            customer.with_user(self.user_sales_head).action_submit()
        top = self.env["hr.department"].create(
            {"name": "Board", "company_id": self.company.id}
        )
        top.manager_id = self.env["hr.employee"].create(
            {
                "name": "Boss",
                "user_id": self.user_gm.id,
                "company_id": self.other_company.id,
            }
        )
        self.departments["sales"].parent_id = top
        customer.with_user(self.user_sales_head).action_submit()
        customer.with_user(self.user_gm).action_approve()
        self.assertEqual(customer.state, "archived")

    def test_withdraw(self):
        """Who submitted can take the form back."""
        customer = self._make_customer()
        customer.with_user(self.user_sales).action_submit()
        with self.assertRaises(AccessError):
            customer.with_user(self.user_sales_head).action_withdraw_approval()
        customer.with_user(self.user_sales).action_withdraw_approval("Typo")
        self.assertEqual(customer.state, "draft")

    def test_protected_value_stands_on_file(self):
        """Ordinary data are edited, protected ones need a change (ARC-55)."""
        customer = self._make_archived_customer()
        customer.with_user(self.user_sales).write({"street": "Elsewhere 2"})
        self.assertEqual(customer.state, "archived")
        with self.assertRaisesRegex(UserError, "protected value"):
            customer.with_user(self.user_sales).write({"name": "Another Firm Ltd"})
        self.assertEqual(customer.state, "archived")
        self.assertEqual(customer.approval_state, "approved")

    def test_edit_in_review_cancels_the_request(self):
        """What the manager approves is what was submitted."""
        customer = self._make_customer()
        customer.with_user(self.user_sales).action_submit()
        customer.with_user(self.user_sales).legal_representative = "王小二"
        self.assertEqual(customer.state, "draft")
        with self.assertRaises(UserError):
            customer.with_user(self.user_sales_head).action_approve()

    def test_suspend_and_resume(self):
        """The department's head suspends with a reason and resumes."""
        customer = self._make_archived_customer()
        with self.assertRaises(AccessError):
            customer.with_user(self.user_sales).action_suspend("No")
        with self.assertRaises(AccessError):
            customer.with_user(self.user_marketing_head).action_suspend("No")
        head = customer.with_user(self.user_sales_head)
        with self.assertRaises(UserError):
            head.action_suspend("")
        wizard = (
            self.env["crm.customer.suspend"]
            .with_user(self.user_sales_head)
            .create({"partner_ids": customer.ids, "reason": "Does not pay"})
        )
        wizard.action_suspend()
        self.assertEqual(customer.state, "suspended")
        self.assertEqual(customer.suspension_reason, "Does not pay")
        with self.assertRaises(UserError):
            customer._check_customer_usable("order", self.company)
        head.action_resume()
        self.assertEqual(customer.state, "archived")
        self.assertFalse(customer.suspension_reason)

    def test_register_existing_contact(self):
        """A contact becomes a customer, and stops being one while a draft."""
        partner = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        child = self.env["res.partner"].create(
            {"name": "Anna Berg", "parent_id": partner.id}
        )
        action = child.with_user(self.user_sales).action_start_registration()
        self.assertEqual(action["res_id"], partner.id)
        self.assertEqual(partner.state, "draft")
        self.assertEqual(partner.registered_by_id, self.user_sales)
        self.assertEqual(child.crm_customer_id, partner)
        self.assertEqual(child.state, "none")
        partner.is_crm_customer = False
        self.assertEqual(partner.state, "none")
        self.assertFalse(child.crm_customer_id)

    def test_a_file_that_had_a_number_stays(self):
        """Neither the flag nor deletion removes a customer that was on file."""
        customer = self._make_archived_customer()
        with self.assertRaises(UserError):
            customer.is_crm_customer = False
        with self.assertRaises(UserError):
            customer.unlink()
        customer.with_user(self.user_sales_head).action_suspend("Does not pay")
        with self.assertRaises(UserError):
            customer.is_crm_customer = False

    def test_contact_has_no_file(self):
        """A contact of a company cannot be a customer beside its company."""
        customer = self._make_customer()
        with self.assertRaises(ValidationError):
            self.env["res.partner"].create(
                {
                    "name": "Hans Berg",
                    "parent_id": customer.id,
                    "is_crm_customer": True,
                }
            )

    def test_guarded_values(self):
        """Number, state and dates are not typed in, not even by the superuser."""
        customer = self._make_customer()
        for name, value in (
            ("state", "archived"),
            ("customer_number", "KH1"),
            ("registered_by_id", self.user_sales2.id),
            ("archived_date", "2020-01-01"),
            ("taken_over", True),
            ("approval_state", "approved"),
        ):
            with self.assertRaises(AccessError, msg=name):
                customer.sudo().write({name: value})
            with self.assertRaises(AccessError, msg=name):
                self.env["res.partner"].sudo().create({"name": "X Y", name: value})

    def test_copy_is_a_plain_draft(self):
        """A copy takes neither file, number nor credit code along."""
        customer = self._make_archived_customer()
        copy = customer.copy()
        self.assertFalse(copy.is_crm_customer)
        self.assertEqual(copy.state, "none")
        self.assertFalse(copy.customer_number or copy.credit_code)
