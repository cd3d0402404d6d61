"""Classified customer files exist only for who has part in them (ARC-213)."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import ArchiveCase


@tagged("post_install", "-at_install")
class TestClassified(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env.ref("crm_customer_archive.confidentiality_classified")
        cls.internal = cls.env.ref("crm_customer_archive.confidentiality_internal")
        cls.customer = cls._make_archived_customer(name="Silent Mill Ltd")
        cls.contact = cls.customer.main_contact_id
        cls.contact.name = "司马静"
        cls.customer.message_subscribe(cls.user_sales.partner_id.ids)
        cls.customer._write_protected(
            {"bank_ids": [(0, 0, {"acc_number": "6222020200012345678"})]}
        )
        cls.open_customer = cls._make_archived_customer(name="Loud Mill Ltd", number=2)
        cls.marketing = new_test_user(
            cls.env,
            "user_marketing_director",
            groups="crm_customer_archive.group_marketing_director",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.customer.with_user(cls.user_sales).confidentiality_level_id = cls.level
        cls.insiders = (
            cls.user_sales,
            cls.user_sales_head,
            cls.user_gm,
            cls.marketing,
        )
        cls.user_accounting.group_ids += cls.env.ref("account.group_account_invoice")
        cls.outsiders = (
            cls.user_sales2,
            cls.user_specialist,
            cls.user_gmo,
            cls.user_director,
            cls.user_deputy,
            cls.user_admin,
            cls.user_accounting,
            cls.user_outsider,
        )
        cls.env.flush_all()

    def _as(self, user, records):
        return records.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )

    def test_contacts_follow(self):
        """Contacts and addresses, also new ones, are as classified as their file."""
        self.assertTrue(self.contact.is_classified)
        self.assertFalse(self.open_customer.is_classified)
        address = self.env["res.partner"].create(
            {"parent_id": self.customer.id, "type": "delivery", "street": "X"}
        )
        self.assertTrue(address.is_classified)
        self.customer.confidentiality_level_id = self.internal
        self.assertFalse(address.is_classified)

    def test_insiders_see(self):
        for user in self.insiders:
            family = self._as(user, self.customer | self.contact)
            self.assertEqual(
                family.search([("id", "in", family.ids)]), family, user.login
            )
            self.assertTrue(self._as(user, self.customer.bank_ids).acc_number)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_outsiders_do_not_find(self):
        """No way of searching, counting, grouping, sorting or naming finds it."""
        for user in self.outsiders:
            Partner = self._as(user, self.env["res.partner"])
            for file in (self.customer, self.contact):
                domain = [("id", "=", file.id)]
                self.assertFalse(Partner.search(domain), user.login)
                self.assertFalse(Partner.search_count(domain), user.login)
                self.assertFalse(Partner.search_read(domain, ["name"]), user.login)
                self.assertFalse(
                    Partner.web_search_read(domain, {"name": {}})["records"]
                )
                self.assertFalse(Partner.name_search(file.name), user.login)
                self.assertFalse(
                    Partner.formatted_read_group(domain, ["user_id"], ["__count"])
                )
                self.assertFalse(
                    Partner.web_read_group(domain, ["user_id"], ["__count"])["groups"]
                )
                for call in (
                    lambda file=file, user=user: self._as(user, file).read(["name"]),
                    lambda file=file, user=user: self._as(user, file).web_read(
                        {"name": {}}
                    ),
                    lambda file=file, user=user: self._as(user, file).write(
                        {"city": "X"}
                    ),
                    lambda file=file, user=user: self._as(user, file).unlink(),
                ):
                    with self.assertRaises(AccessError, msg=user.login):
                        call()
            # nor through its place in an order
            found = Partner.search([], order="name").ids
            self.assertNotIn(self.customer.id, found)
            self.assertNotIn(self.contact.id, found)

    def test_found_through_no_other_model(self):
        """Bank accounts, leads, orders, messages, attachments, followers."""
        self.customer.message_post(body="secret talk")
        attachment = self.env["ir.attachment"].create(
            {
                "name": "secret.txt",
                "raw": b"secret",
                "res_model": "res.partner",
                "res_id": self.customer.id,
            }
        )
        activity = self.customer.with_user(self.user_sales).activity_schedule(
            "mail.mail_activity_data_todo", summary="call"
        )
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "partner_id": self.customer.id, "user_id": False}
        )
        lead.user_id = self.user_sales
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "user_id": self.user_sales.id,
                "company_id": self.company.id,
            }
        )
        meeting = (
            self.env["calendar.event"]
            .with_user(self.user_sales)
            .create(
                {
                    "name": "Secret deal",
                    "start": "2026-01-05 01:00:00",
                    "stop": "2026-01-05 02:00:00",
                    "partner_ids": self.customer.ids,
                }
            )
        )
        self.assertEqual(meeting.privacy, "private")
        self.env.flush_all()
        hidden = [
            meeting.attendee_ids,
            self.customer.bank_ids,
            self.customer.message_ids[:1],
            attachment,
            activity,
            lead,
            order,
        ]
        followers = self.env["mail.followers"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", self.customer.id)]
        )
        self.assertTrue(followers)
        for user in self.outsiders:
            for record in hidden:
                self.assertFalse(self._readable(user, record), (user.login, record))
            for record in followers:
                self.assertFalse(self._readable(user, record), (user.login, record))
        for record in (*hidden, followers):
            self.assertTrue(self._readable(self.user_sales, record), record)

    def _readable(self, user, record):
        Model = self._as(user, self.env[record._name])
        try:
            return Model.search([("id", "in", record.ids)])
        except AccessError:
            return Model.browse()

    def test_find_by_related_field(self):
        """A field of the file leads nobody to it through another document."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "user_id": self.user_sales2.id,
                "company_id": self.company.id,
            }
        )
        self.env.flush_all()
        Order = self._as(self.user_sales2, self.env["sale.order"])
        self.assertTrue(Order.search([("id", "=", order.id)]))
        self.assertFalse(
            Order.search([("id", "=", order.id), ("partner_id.city", "=", "银川市")])
        )

    def test_taken_over_by_no_document(self):
        """Neither a lead nor a form being filled in nor an error tells of the file."""
        name = self.customer.name
        as_other = self.env(user=self.user_sales2.id)
        with self.assertRaises(AccessError):
            as_other["crm.lead"].create(
                {"name": "Deal", "partner_id": self.customer.id}
            )
        lead = as_other["crm.lead"].create({"name": "Deal"})
        with self.assertRaises(AccessError):
            lead.partner_id = self.customer.id
        with self.assertRaises(AccessError):
            as_other["crm.lead"].onchange(
                {"partner_id": self.customer.id},
                ["partner_id"],
                {"partner_id": {"fields": {"display_name": {}}}},
            )
        report = "crm_customer_archive.report_customer_data_card"
        with self.assertRaises(AccessError) as caught:
            as_other["ir.actions.report"]._render_qweb_html(report, self.customer.ids)
        self.assertNotIn(name, str(caught.exception))

    def test_declassify(self):
        """Who keeps the file may make it secret, not the reverse."""
        with self.assertRaises(AccessError):
            self.customer.with_user(
                self.user_sales
            ).confidentiality_level_id = self.internal
        with self.assertRaises(AccessError):
            self.customer.with_user(self.user_sales_head).write(
                {"confidentiality_level_id": False}
            )
        self.customer.with_user(self.marketing).confidentiality_level_id = self.internal
        self.assertFalse(self.customer.is_classified)

    def test_followers_who_may_not_see_are_dropped(self):
        self.open_customer.message_subscribe(
            (self.user_specialist | self.user_sales).partner_id.ids
        )
        self.open_customer.confidentiality_level_id = self.level
        self.assertNotIn(
            self.user_specialist.partner_id, self.open_customer.message_partner_ids
        )
        self.assertIn(
            self.user_sales.partner_id, self.open_customer.message_partner_ids
        )
        self.open_customer.message_subscribe(self.user_specialist.partner_id.ids)
        self.assertNotIn(
            self.user_specialist.partner_id, self.open_customer.message_partner_ids
        )

    def test_two_factor_hint(self):
        self.assertTrue(self.customer.with_user(self.user_sales).two_factor_missing)
        self.assertFalse(
            self.open_customer.with_user(self.user_sales).two_factor_missing
        )

    # -------------------------------------------------------------------- log

    def _rows(self, user=None):
        domain = [("user_id", "=", user.id)] if user else []
        return self.env["crm.access.log"].search(domain)

    def test_every_reading_is_logged_once(self):
        Partner = self._as(self.user_sales, self.env["res.partner"])
        domain = [("id", "=", self.customer.id)]
        for method, kind, call in (
            ("read", "read", lambda: Partner.browse(self.customer.id).read(["name"])),
            (
                "web_read",
                "read",
                lambda: Partner.browse(self.customer.id).web_read({"name": {}}),
            ),
            ("search_read", "read", lambda: Partner.search_read(domain, ["name"])),
            (
                "web_search_read",
                "read",
                lambda: Partner.web_search_read(domain, {"name": {}}),
            ),
            ("name_search", "search", lambda: Partner.name_search("Silent Mill Ltd")),
            (
                "web_name_search",
                "search",
                lambda: Partner.web_name_search(
                    "Silent Mill Ltd", {"display_name": {}}
                ),
            ),
            (
                "formatted_read_group",
                "group",
                lambda: Partner.formatted_read_group(domain, ["user_id"], ["__count"]),
            ),
            (
                "web_read_group",
                "group",
                lambda: Partner.web_read_group(domain, ["user_id"], ["__count"]),
            ),
            (
                "formatted_read_grouping_sets",
                "group",
                lambda: Partner.formatted_read_grouping_sets(
                    domain, [["user_id"], []], ["__count"]
                ),
            ),
        ):
            before = self._rows(self.user_sales)
            call()
            new = self._rows(self.user_sales) - before
            self.assertEqual(len(new), 1, method)
            self.assertEqual((new.method, new.kind), (method, kind))
            self.assertIn(self.customer.id, new.partner_refs)
            self.assertTrue(new.classified)

    def test_not_logged(self):
        """Files that are not classified, and what the system reads for itself."""
        before = self._rows()
        self._as(self.user_sales, self.open_customer).read(["name"])
        self.customer.sudo().read(["name"])
        self.env["res.partner"].sudo().name_search("Silent")
        self.assertEqual(self._rows(), before)

    def test_no_context_switches_it_off(self):
        before = self._rows(self.user_sales)
        self._as(self.user_sales, self.customer).with_context(
            tracking_disable=True,
            no_log=True,
            install_mode=True,
            crm_access_log_given={},
            crm_access_log_own=True,
            prefetch_fields=False,
        ).read(["name"])
        self.assertEqual(len(self._rows(self.user_sales) - before), 1)

    def test_nobody_touches_the_log(self):
        self._as(self.user_sales, self.customer).read(["name"])
        row = self._rows(self.user_sales)[:1]
        for user in (self.user_gm, self.user_admin, self.env.ref("base.user_root")):
            rows = row.with_user(user)
            with self.assertRaises(AccessError):
                rows.write({"method": "nothing"})
            with self.assertRaises(AccessError):
                rows.unlink()
            with self.assertRaises(AccessError):
                rows.create({"user_id": user.id, "kind": "read", "method": "x"})
        for user in (self.user_sales, self.user_specialist, self.user_outsider):
            if user.has_group("crm_policy.group_gm_office"):
                continue
            with self.assertRaises(AccessError, msg=user.login):
                row.with_user(user).read(["method"])
        self.assertTrue(self._as(self.user_gmo, row).read(["method"]))

    def test_log_shows_customers(self):
        self._as(self.user_sales, self.customer).read(["name"])
        row = self._rows(self.user_sales)[:1]
        found = self._rows().search([("partner_ids", "in", self.customer.ids)])
        self.assertIn(row, found)
        self.assertNotIn(
            row, self._rows().search([("partner_ids", "in", self.open_customer.ids)])
        )
        self.assertEqual(row.partner_ids, self.customer)
        action = self.customer.with_user(self.user_gm).action_view_access_log()
        self.assertIn(row, self._rows().search(action["domain"]))

    def test_retention(self):
        self._as(self.user_sales, self.customer).read(["name"])
        Log = self.env["crm.access.log"]
        old = self._rows(self.user_sales)[:1]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_access_log SET date = '2001-01-01' WHERE id = %s", [old.id]
        )
        Log.invalidate_model()
        count = Log.search_count([])
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("crm_customer_archive.access_log_days", "0")
        cron = self.env.ref("crm_customer_archive.ir_cron_access_log_retention")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(Log.search_count([]), count)
        parameters.set_param("crm_customer_archive.access_log_days", "365")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(old.exists())
        self.assertEqual(Log.search_count([]), count - 1)

    def test_cost_is_constant(self):
        """Queries do not grow with the page, nor with classified files on it."""
        for number in range(3, 23):
            partner = self._make_customer(name=f"Mill {number} Ltd", number=number)
            partner.confidentiality_level_id = self.level
        self.env.flush_all()
        Partner = self._as(self.user_sales, self.env["res.partner"])
        spec = {"name": {}, "customer_number": {}, "user_id": {"fields": {}}}

        def count(limit):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            Partner.web_search_read([("is_classified", "=", True)], spec, limit=limit)
            return self.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(20), count(5))

    def test_list_costs_one_query_more(self):
        """Rules and log cost a list the companies' record, and nothing else."""
        for number in range(3, 9):
            self._make_customer(name=f"Mill {number} Ltd", number=number)
        domain = [("is_crm_customer", "=", True)]
        spec = {"name": {}, "customer_number": {}, "user_id": {"fields": {}}}

        def count(user):
            Partner = self._as(user, self.env["res.partner"])
            for _warm_up in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                page = Partner.web_search_read(domain, spec, limit=5)
            self.assertEqual(len(page["records"]), 5)
            return self.cr.sql_log_count - before

        allowed = count(self.env.ref("base.user_root")) + 1
        self.assertLessEqual(count(self.user_sales), allowed)

    def test_values_are_asked_about_again_after_a_change(self):
        """What a search let through does not hold for what is read after a write."""
        files = self.open_customer + self.customer
        mine = self._as(self.user_sales, files)
        with mine._access_logged("web_save"):
            self.assertEqual(mine.search([("id", "in", mine.ids)]), mine)
            for file in files:
                file._write_protected({"user_id": self.user_sales2.id})
            self.env.flush_all()
            self.assertFalse(mine.has_access("read"))

    def test_export_of_classified_is_refused(self):
        self.user_sales.group_ids += self.env.ref("base.group_allow_export")
        with self.assertRaisesRegex(UserError, "ARC-199"):
            self._as(self.user_sales, self.customer).export_data(["name", "phone"])


@tagged("post_install", "-at_install")
class TestClassifiedInvoice(AccountTestInvoicingCommon):
    """Entrusted with an invoice, accounting posts it without seeing the file."""

    def test_accounting_posts_an_invoice(self):
        company = self.company_data["company"]
        company.block_unregistered_customers = False
        customer = self.env["res.partner"].create(
            {
                "name": "Silent Mill Ltd",
                "is_company": True,
                "is_crm_customer": True,
                "phone": "0951-5010001",
                "confidentiality_level_id": self.env.ref(
                    "crm_customer_archive.confidentiality_classified"
                ).id,
            }
        )
        accountant = new_test_user(
            self.env,
            "plain_accountant",
            groups="account.group_account_invoice",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        move = self.init_invoice(
            "out_invoice",
            partner=customer,
            # Dated back: the platform lets it fall due the day it is entered.
            invoice_date=fields.Date.today() - timedelta(days=3),
            products=self.product_a,
        )
        self.env.flush_all()
        self.env.invalidate_all()
        move = move.with_user(accountant)
        self.assertFalse(
            self.env["res.partner"]
            .with_user(accountant)
            .search([("id", "=", customer.id)])
        )
        shown = move.web_read({"partner_id": {"fields": {"display_name": {}}}})
        self.assertEqual(shown[0]["partner_id"]["display_name"], "Silent Mill Ltd")
        self.env.invalidate_all()
        move.web_read(move._get_fields_spec(move.get_view(view_type="form")))
        self.env.invalidate_all()
        move.action_post()
        self.assertEqual(move.state, "posted")
        self.env.invalidate_all()
        # The dialog that takes the money names the customer, which nobody types there.
        payment = self.env["account.payment.register"].with_user(accountant)
        payment = payment.with_context(active_model=move._name, active_ids=move.ids)
        with Form(payment) as dialog:
            dialog.amount = 10
        self.assertEqual(dialog.record.sudo().partner_id, customer)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            move.partner_id.read(["phone"])
