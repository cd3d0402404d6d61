"""Merging duplicates: one file remains, with everything of all of them."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ArchiveCase, credit_code


@tagged("post_install", "-at_install")
class TestMerge(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_custodian = new_test_user(
            cls.env,
            login="user_custodian",
            groups="crm_customer_archive.group_archive_custodian",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.keep = cls._make_archived_customer(number=1)
        cls.twin = cls._make_archived_customer(
            user=cls.user_sales2,
            name="Yinchuan Garments",
            number=1,
            credit_code=False,
            client_reference="ERP-9",
            main_contact_name="张晓红",
        )
        cls.env.flush_all()

    def _merge(self, sources, user=None, reason=None, keep=None):
        keep = (keep or self.keep).with_user(user or self.user_custodian)
        return keep.merge_customers(sources.ids, reason)

    def _lead_order(self, partner):
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "company_id": self.company.id}
        )
        lead = self.env["crm.lead"].create(
            {"name": "Coats", "partner_id": partner.id, "company_id": self.company.id}
        )
        return order, lead

    def test_everything_is_kept(self):
        """Orders, leads, contacts, accounts, chatter, files, changes, activities."""
        twin = self.twin
        order, lead = self._lead_order(twin)
        twin._write_protected({"bank_ids": [Command.create({"acc_number": "6217 1"})]})
        account, contact = twin.bank_ids, twin.main_contact_id
        message = twin.message_post(body="Called about the collar")
        attachment = self.env["ir.attachment"].create(
            {
                "name": "a.txt",
                "raw": b"x",
                "res_model": "res.partner",
                "res_id": twin.id,
            }
        )
        activity = twin.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.user_sales.id
        )
        change = self.env["crm.customer.change"].browse(
            twin.with_user(self.user_sales2).request_change({"name": "X Ltd"}, "Why")
        )
        mine = self.env["crm.customer.change"].browse(
            self.keep.with_user(self.user_sales).request_change({"name": "Y"}, "Why")
        )
        number, approvals = twin.customer_number, twin.approval_ids
        twin_id = twin.id
        self.assertEqual(self._merge(twin), self.keep.id)
        keep = self.keep
        self.assertFalse(twin.exists())
        for record, field in (
            (order, "partner_id"),
            (lead, "partner_id"),
            (account, "partner_id"),
            (change, "customer_id"),
            (mine, "customer_id"),
            (contact, "parent_id"),
            (contact, "crm_customer_id"),
            (change.line_ids, "customer_id"),
        ):
            self.assertEqual(record[field], keep, field)
        for record in (message, attachment, activity):
            self.assertEqual(record.res_id, keep.id, record._name)
        self.assertEqual(change.state, "cancelled")
        self.assertEqual(change.user_id, self.user_sales)
        self.assertEqual(mine.state, "review")
        self.assertEqual(keep.state, "archived")
        self.assertEqual(keep.user_id, self.user_sales)
        self.assertEqual(keep.client_reference, "ERP-9")
        self.assertEqual(approvals.exists(), approvals)
        self.assertIn(twin_id, keep.action_view_approvals()["domain"][1][2])
        self.assertFalse(self.env["crm.approval"]._verify_chain(self.company))
        log = keep.merge_log_ids
        self.assertEqual(log.customer_number, number)
        self.assertEqual(log.merged_by_id, self.user_custodian)
        self.assertIn("6217 1", log["values"])
        self.assertIn("Sales Order: 1", log.moved)
        self.assertIn(number, keep.message_ids.mapped("body")[0] + log.customer_number)
        # and mine is still approved whole
        mine.with_user(self.user_sales_head).action_approve()
        self.assertEqual(keep.name, "Y")
        self.assertFalse(self.env["crm.approval"]._verify_chain(self.company))

    def test_old_keys_find_the_customer(self):
        """Number, code, reference of the duplicate lead to the one that remains."""
        number = self.twin.customer_number
        self._merge(self.twin)
        Partner = self.env["res.partner"].with_user(self.user_sales)
        found = Partner.lookup_customer(number)
        self.assertEqual(found["id"], self.keep.id)
        self.assertEqual(found["number"], self.keep.customer_number)
        self.assertEqual(
            Partner.register({"name": "Again", "client_reference": "ERP-9"}),
            self.keep.id,
        )
        self.assertEqual(
            Partner.with_user(self.user_sales2).lookup_customer(number), {}
        )
        self.assertIn(
            self.keep, Partner.search([("merge_log_ids.customer_number", "=", number)])
        )
        # merged again, the log follows
        third = self._make_archived_customer(name="Third", number=3, credit_code=False)
        self._merge(self.keep, keep=third)
        self.assertEqual(Partner.lookup_customer(number)["id"], third.id)
        self.assertEqual(third.credit_code, credit_code(1))

    def test_more_than_three(self):
        """Five duplicates, of every state, in one go."""
        others = self.twin
        for number in range(10, 13):
            others |= self._make_customer(name=f"Twin {number}", number=number)
        others |= self.env["res.partner"].create(
            {"name": "Plain", "company_id": self.company.id}
        )
        orders = [self._lead_order(partner)[0] for partner in others]
        self._merge(others)
        self.assertFalse(others.exists())
        for order in orders:
            self.assertEqual(order.partner_id, self.keep)
        self.assertEqual(len(self.keep.merge_log_ids), 5)

    def test_wizard(self):
        """The platform's own form is under the same rules and keeps the reason."""
        Wizard = self.env["base.partner.merge.automatic.wizard"]
        both = self.keep | self.twin
        for user in (
            self.user_director,
            self.user_admin,
            self.env.ref("base.user_admin"),
        ):
            user.group_ids += self.env.ref("base.group_partner_manager")
            user.company_ids += self.company
            wizard = (
                Wizard.with_user(user)
                .sudo(False)
                .create({"partner_ids": both.ids, "dst_partner_id": self.keep.id})
            )
            with self.assertRaises(AccessError, msg=user.login):
                wizard.action_merge()
        wizard = (
            Wizard.with_user(self.user_custodian)
            .with_context(active_model="res.partner", active_ids=both.ids)
            .create({"dst_partner_id": self.keep.id, "merge_reason": "Same licence"})
        )
        action = wizard.action_merge()
        self.assertEqual(action["res_id"], self.keep.id, "shown at once")
        self.assertEqual(self.keep.merge_log_ids.reason, "Same licence")

    def test_refusals(self):
        """Other roles, other companies, drafts that would stay, other codes."""
        for user in (self.user_sales_head, self.user_specialist, self.user_director):
            with self.assertRaises(AccessError, msg=user.login):
                self._merge(self.twin, user=user)
        contact = self.twin.main_contact_id
        with self.assertRaises(UserError):
            self._merge(contact)
        with self.assertRaises(AccessError):
            self.env["base.partner.merge.automatic.wizard"].with_user(
                self.user_director
            )._merge((contact | self.keep.main_contact_id).ids)
        draft = self._make_customer(name="Draft", number=5)
        with self.assertRaisesRegex(UserError, "remains"):
            self._merge(self.keep, keep=draft)
        draft.with_user(self.user_sales).action_submit()
        with self.assertRaisesRegex(UserError, "up for decision"):
            self._merge(draft)
        other = self._make_archived_customer(name="Other", number=6)
        with self.assertRaisesRegex(UserError, "different unified"):
            self._merge(other)
        self.assertTrue(other.exists())
        code = other.credit_code
        self._merge(other, reason="Code was exchanged for a new one")
        self.assertEqual(self.keep.credit_code, credit_code(1))
        self.assertEqual(
            self.env["res.partner"].lookup_customer(credit_code=code)["id"],
            self.keep.id,
        )
        elsewhere = self.env["res.partner"].create(
            self._customer_vals(
                name="Elsewhere", number=7, company_id=self.other_company.id
            )
        )
        self.user_custodian.company_ids += self.other_company
        with self.assertRaisesRegex(UserError, "different companies"):
            self.keep.with_user(self.user_custodian).with_context(
                allowed_company_ids=self.user_custodian.company_ids.ids
            ).merge_customers(elsewhere.ids)

    def test_contacts(self):
        """Two contacts of a customer are merged by the custodian as well."""
        contact = self.env["res.partner"].create(
            {"name": "马晓燕", "parent_id": self.keep.id}
        )
        main = self.keep.main_contact_id
        main.with_user(self.user_custodian).merge_customers(contact.ids)
        self.assertFalse(contact.exists())
        self.assertEqual(self.keep.merge_log_ids.name or "马晓燕", "马晓燕")

    def test_erase_requests_of_both(self):
        """Requests to erase follow their persons; of two one is decided."""
        contact = self.env["res.partner"].create(
            {"name": "马晓燕", "parent_id": self.keep.id}
        )
        theirs, main = self.twin.main_contact_id, self.keep.main_contact_id
        requests = self.env["crm.erase.request"]
        for person in (main, contact, theirs):
            requests |= requests.browse(person.request_erasure("By letter"))
        self._merge(self.twin)
        self.assertEqual(requests.mapped("partner_id"), main | contact | theirs)
        self.assertEqual(theirs.parent_id, self.keep)
        main.with_user(self.user_custodian).merge_customers(contact.ids)
        self.assertFalse(contact.exists())
        self.assertEqual(requests.exists(), requests)
        self.assertEqual(requests.mapped("partner_id"), main | theirs)
        states = ["draft", "cancelled", "draft"]
        self.assertEqual(requests.mapped("state"), states)

    def test_log_is_nobodys(self):
        self._merge(self.twin)
        log = self.keep.merge_log_ids
        for user in (self.user_custodian, self.user_admin, self.user_director):
            theirs = log.with_user(user)
            with self.assertRaises(AccessError):
                theirs.write({"reason": "Other"})
            with self.assertRaises(AccessError):
                theirs.unlink()
            with self.assertRaises(AccessError):
                theirs.copy()
        self.assertFalse(log.with_user(self.user_sales2).search([]))
        self.assertTrue(log.with_user(self.user_sales).search([]))
