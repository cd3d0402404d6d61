"""Who sees whose customers; contacts that are no customers stay open."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ArchiveCase


@tagged("post_install", "-at_install")
class TestCustomerAccess(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._make_archived_customer()
        cls.customer._write_protected(
            {"bank_ids": [(0, 0, {"acc_number": "6222020200012345678"})]}
        )
        cls.plain = cls.env["res.partner"].create({"name": "Plain Contact"})

    def _as(self, user, records):
        return records.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )

    def _sees(self, user, records):
        self.env.flush_all()
        records = self._as(user, records)
        return records.search([("id", "in", records.ids)]) == records

    def test_who_sees_the_customer(self):
        """Owner, registrar, head, desk, directors: yes. Everybody else: no."""
        family = self.customer | self.customer.main_contact_id
        for user in (
            self.user_sales,
            self.user_sales_head,
            self.user_specialist,
            self.user_gmo,
            self.user_director,
            self.user_deputy,
            self.user_gm,
        ):
            self.assertTrue(self._sees(user, family), user.login)
            self.assertTrue(self._sees(user, self.customer.bank_ids), user.login)
        for user in (
            self.user_sales2,
            self.user_marketing_head,
            self.user_quality,
            self.user_outsider,
            self.user_other_company,
        ):
            for record in (*family, self.customer.bank_ids):
                self.assertFalse(self._sees(user, record), user.login)
                with self.assertRaises(AccessError, msg=user.login):
                    self._as(user, record).read(["display_name"])
            with self.assertRaises(AccessError, msg=user.login):
                self._as(user, self.customer).write({"city": "X"})

    def test_plain_contacts_stay_open(self):
        for user in (self.user_sales2, self.user_outsider, self.user_quality):
            self.assertTrue(self._sees(user, self.plain), user.login)
        # the platform's own people too
        self.assertTrue(self._sees(self.user_outsider, self.user_sales.partner_id))

    def test_second_manager_and_new_owner(self):
        """The second account manager sees; so does a new owner's head."""
        self.customer._write_protected({"second_user_id": self.user_sales2.id})
        self.assertTrue(self._sees(self.user_sales2, self.customer))
        self.customer._write_protected({"user_id": self.user_quality.id})
        self.assertEqual(self.customer.crm_department_id, self.departments["quality"])
        self.assertFalse(self._sees(self.user_sales_head, self.customer))

    def test_head_above(self):
        """The head of a department sees those of the departments below."""
        self.departments["sales"].parent_id = self.departments["marketing"]
        self.assertTrue(self._sees(self.user_marketing_head, self.customer))
        self.departments["sales"].parent_id = False
        self.assertFalse(self._sees(self.user_marketing_head, self.customer))

    def test_nobody_takes_a_customer(self):
        """A colleague cannot make somebody's customer his own."""
        for field in ("user_id", "second_user_id"):
            with self.assertRaises(AccessError):
                self.customer.with_user(self.user_sales2).write(
                    {field: self.user_sales2.id}
                )

    def test_accounting_sees_all(self):
        """Who invoices sees every customer."""
        self.assertFalse(self._sees(self.user_accounting, self.customer))
        self.user_accounting.group_ids += self.env.ref("account.group_account_invoice")
        self.assertTrue(self._sees(self.user_accounting, self.customer))

    def test_contacts_follow_the_company(self):
        """A contact added by a program belongs to the customer's company."""
        contact = self.env["res.partner"].create(
            {"name": "Zhang Wei", "parent_id": self.customer.id}
        )
        self.assertEqual(contact.company_id, self.company)
        self.assertFalse(self._sees(self.user_other_company, contact))

    def test_list_costs_the_same_for_many(self):
        """The rules cost no query per customer."""
        names = ["customer_number", "name", "state", "main_contact_name", "user_id"]

        def count(limit):
            self.env.flush_all()
            self.env.invalidate_all()
            Partner = self.env["res.partner"].with_user(self.user_sales)
            before = self.cr.sql_log_count
            rows = Partner.search([("is_crm_customer", "=", True)], limit=limit).read(
                names
            )
            self.assertEqual(len(rows), limit)
            return self.cr.sql_log_count - before

        for number in range(2, 13):
            self._make_customer(name=f"Firm {number} Ltd", number=number)
        count(1)
        self.assertEqual(count(12), count(2))
