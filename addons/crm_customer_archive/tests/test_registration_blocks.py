"""Blocks of the form by policy, clauses, needs, service, prints (ARC-83 to ARC-92)."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ArchiveCase


@tagged("post_install", "-at_install")
class TestBlocks(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._make_customer()
        cls.today = cls.company._policy_today()

    def _private(self, **vals):
        return self._make_customer(
            name="李小明",
            number=5,
            is_company=False,
            credit_code=False,
            legal_representative=False,
            enterprise_type_id=False,
            main_contact_name=False,
            main_contact_phone=False,
            main_contact_function=False,
            phone="13912345678",
            **vals,
        )

    def test_blocks_follow_the_policy(self):
        """Which blocks are on the form is data of the policy in force."""
        self.assertTrue(self.customer._shows_block("needs"))
        self.assertFalse(self.customer._shows_block("status"))
        self.assertFalse(self.customer._shows_block("personal"))
        self.assertTrue(self._private()._shows_block("personal"))
        self.company.policy_archive_profile_id = self.env.ref("crm_policy.profile_bank")
        self.customer.invalidate_recordset(["block_codes"])
        self.assertTrue(self.customer._shows_block("status"))
        self.assertFalse(self.customer._shows_block("needs"))

    def test_required_blocks_are_named(self):
        """A policy's required blocks are all named, and are passed when filled in."""
        self.company.policy_archive_profile_id = self.env.ref("crm_policy.profile_regf")
        customer = self.customer
        with self.assertRaises(UserError) as caught:
            customer._check_registration_complete()
        for words in ("Interests and needs", "Confidentiality", "Legal terms"):
            self.assertIn(words, str(caught.exception))
        sales = customer.with_user(self.user_sales)
        sales.need_ids = [Command.create({"text": "Uniforms for 200 people"})]
        sales.write(
            {"clauses_accepted_date": self.today, "clauses_accepted_by": "马建国"}
        )
        customer._check_registration_complete()
        person = self._private()
        with self.assertRaises(UserError) as caught:
            person._check_registration_complete()
        self.assertIn("Personal data", str(caught.exception))
        self.assertIn("Consent", str(caught.exception))

    def test_personal_data(self):
        """Age and age band follow the date of birth, which is not in the future."""
        person = self._private(birthdate="1990-06-01", sex="male")
        self.assertGreater(person.age, 30)
        self.assertLessEqual(person.age_band_id.age_from, person.age)
        band = self.env.ref("crm_customer_archive.age_band_26_35")
        person.birthdate = False
        person.age_band_id = band
        self.assertEqual(person.age_band_id, band)
        for vals in (
            {"birthdate": self.today + timedelta(days=1)},
            {
                "clauses_accepted_date": self.today + timedelta(days=1),
                "clauses_accepted_by": "李小明",
            },
        ):
            with self.assertRaisesRegex(ValidationError, "lies in the future"):
                person.write(vals)
            person.write(dict.fromkeys(vals, False))
        with self.assertRaisesRegex(UserError, "name who accepted"):
            person.write({"clauses_accepted_date": self.today})
        with self.assertRaisesRegex(ValidationError, "overlap"):
            self.env["crm.age.band"].create(
                {"code": "x", "name": "30 to 40", "age_from": 30, "age_to": 40}
            )

    def test_needs_and_service(self):
        """Seen with the customer; dates past; solved says how."""
        tomorrow, records = self.today + timedelta(days=1), {}
        for model, vals in (
            ("crm.customer.need", {"text": "Prefers cotton", "kind": "product"}),
            ("crm.customer.service", {"subject": "Late delivery"}),
            ("crm.customer.status", {"average_deposit": 5.0}),
        ):
            Model = self.env[model].with_user(self.user_sales)
            vals = {"customer_id": self.customer.id, **vals}
            record = records[model] = Model.create(vals)
            with (
                self.assertRaisesRegex(ValidationError, "future"),
                self.env.cr.savepoint(),
            ):
                Model.create({**vals, "date": tomorrow})
            for user in (self.user_sales2, self.user_other_company, self.user_outsider):
                theirs = record.with_user(user).with_context(
                    allowed_company_ids=user.company_ids.ids
                )
                self.assertFalse(theirs.has_access("read"), f"{model} {user.login}")
            with self.assertRaises(AccessError):
                Model.with_user(self.user_sales2).create(vals)
        self.env.invalidate_all()
        service = records["crm.customer.service"]
        with self.assertRaisesRegex(ValidationError, "Solution"):
            service.solved = True
        self.env.invalidate_all()
        service.write({"solved": True, "solution": "Sent by express"})
        [row] = self.customer._service_history()
        self.assertEqual(row["solution"], "Sent by express")

    def test_prints(self):
        """Every form prints what the file holds, in the shared pieces."""
        customer = self._make_archived_customer(name="银川华泰服装贸易", number=7)
        customer.child_ids = [
            Command.create(
                {"name": "张晓红", "phone": "13899990000", "preferences": "绿茶"}
            )
        ]
        customer.need_ids = [Command.create({"text": "需要工作服"})]
        customer.service_ids = [
            Command.create({"subject": "投诉色差", "solution": "换货"})
        ]
        Report = self.env["ir.actions.report"].with_user(self.user_sales)

        def html(name, ids):
            return Report._render_qweb_html(f"crm_customer_archive.{name}", ids)[
                0
            ].decode()

        for name, words in (
            ("report_customer_list", (customer.customer_number, "马建国")),
            (
                "report_customer_registration",
                ("需要工作服", "投诉色差", "换货", "Settlement of disputes"),
            ),
            ("report_customer_data_card", ("Existing customer", "绿茶", "需要工作服")),
            ("report_customer_relation_card", ("张晓红", "投诉色差")),
            ("report_key_account_card", ("张晓红", "银川华泰服装贸易")),
            ("report_customer_contacts", ("13899990000", "马晓燕")),
            (
                "report_basic_archive",
                # what is missing keeps its line and its box
                (
                    customer.credit_code,
                    "Account-opening permit",
                    "Finance seal specimen",
                ),
            ),
            ("report_customer_data_file", ("马晓燕", "投诉色差", "Status records")),
            ("report_customer_collection", ("马晓燕", "需要工作服", "Collected By")),
            ("report_confidentiality_agreement", (self.company.name, "Duties")),
        ):
            text = html(name, customer.ids)
            for word in (*words, customer.name):
                self.assertIn(word, text, name)
            # neither seen nor printed without a request (ARC-200)
            with self.assertRaises(UserError, msg=name):
                self.env["ir.actions.report"].with_user(
                    self.user_sales2
                )._render_qweb_html(f"crm_customer_archive.{name}", customer.ids)
        status = (
            self.env["crm.customer.status"]
            .with_user(self.user_sales)
            .create(
                {
                    "customer_id": customer.id,
                    "main_business": "外贸服装",
                    "bank_line_ids": [
                        Command.create(
                            {
                                "bank_id": self.env["res.bank"]
                                .create({"name": "宁夏银行"})
                                .id,
                                "deposit": 100,
                            }
                        )
                    ],
                }
            )
        )
        self.assertIn("宁夏银行", html("report_customer_status", status.ids))

    def test_clauses_of_the_company(self):
        """A company's own clauses take the place of the shared ones."""
        self.assertTrue(self.customer._form_clauses("agreement"))
        own = self.env["crm.customer.clause"].create(
            {
                "kind": "agreement",
                "name": "Ours",
                "text": "Ours",
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self.customer._form_clauses("agreement"), own)
        with self.assertRaises(AccessError):
            own.with_user(self.user_director).text = "Forged"
