"""The customer list (客户一览表) through Odoo's own import."""

from odoo.tests import tagged

from .common import ArchiveCase, credit_code

HEADER = [
    "name",
    "is_company",
    "enterprise_type_id",
    "credit_code",
    "legal_representative",
    "city",
    "main_contact_name",
    "main_contact_phone",
    "bank_ids/acc_number",
]


@tagged("post_install", "-at_install")
class TestCustomerImport(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.existing = cls._make_archived_customer(name="On File Ltd", number=1)

    def _row(self, name, number, **vals):
        row = dict(
            zip(
                HEADER,
                [
                    name,
                    "1",
                    "Limited liability company",
                    credit_code(number),
                    "马建国",
                    "银川市",
                    "马晓燕",
                    "13895001234",
                    f"62220202000{number}",
                ],
                strict=True,
            )
        )
        return list({**row, **vals}.values())

    def _load(self, rows):
        """Import rows the way the client does; return its result."""
        return (
            self.env["res.partner"]
            .with_user(self.user_sales)
            .with_context(import_file=True, default_is_crm_customer=True)
            .load(HEADER, rows)
        )

    def test_good_rows(self):
        """Rows become drafts of who imports, with contact and bank account."""
        result = self._load([self._row(f"Firm {n} Ltd", n) for n in range(2, 12)])
        self.assertFalse(result["messages"])
        customers = self.env["res.partner"].browse(result["ids"])
        self.assertEqual(len(customers), 10)
        self.assertEqual(set(customers.mapped("state")), {"draft"})
        self.assertEqual(customers.registered_by_id, self.user_sales)
        self.assertEqual(customers[0].main_contact_id.name, "马晓燕")
        self.assertEqual(customers[0].bank_ids.acc_number, "622202020002")

    def test_bad_rows(self):
        """Each bad row is named with its reason and nothing is imported."""
        before = self.env["res.partner"].search_count([])
        result = self._load(
            [
                self._row("Good Ltd", 2),
                self._row("Copy Ltd", 1),
                self._row("On File Ltd", 3),
                self._row("Wrong Ltd", 4, credit_code="91640100MA00000XX1"),
                self._row("Headless Ltd", 5, legal_representative=""),
            ]
        )
        self.assertFalse(result["ids"])
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        messages = {
            message["record"]: message["message"] for message in result["messages"]
        }
        # the platform repeats the batch's message beside its first row
        self.assertNotIn("Good Ltd", messages.get(0, ""))
        self.assertIn("already belongs", messages[1])
        self.assertIn("named “On File Ltd” already exists", messages[2])
        self.assertIn("no unified social credit code", messages[3])
        self.assertIn("Legal Representative", messages[4])

    def test_three_errors_in_one_row(self):
        """All that is wrong with a row is said at once."""
        result = self._load(
            [
                self._row(
                    "On File Ltd",
                    2,
                    credit_code="1234",
                    legal_representative="",
                )
            ]
        )
        [message] = [m["message"] for m in result["messages"]]
        for part in ("already exists", "“1234”", "Legal Representative"):
            self.assertIn(part, message)

    def test_template(self):
        """The customers' import offers the customer list, contacts their own."""
        Partner = self.env["res.partner"]
        [template] = Partner.with_context(
            default_is_crm_customer=True
        ).get_import_templates()
        self.assertIn("customer_list.xlsx", template["template"])
        self.assertNotIn(
            template["template"],
            [other["template"] for other in Partner.get_import_templates()],
        )
