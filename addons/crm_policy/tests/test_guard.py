"""Guarded values cannot be typed in, whoever asks and however."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import PolicyCase
from .fake_models import setup_fake_models


@tagged("post_install", "-at_install")
class TestGuard(PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Document = setup_fake_models(cls)
        cls.Document = cls.Document.with_context(**cls.env.context)

    def _document(self, user=None, **vals):
        return self.Document.with_user(user or self.user_sales).create(vals)

    def test_create_in_a_later_state(self):
        """A document begins as a draft, for the superuser as well."""
        for document in (
            self.Document.with_user(self.user_sales),
            self.Document.with_user(self.user_admin),
            self.Document.sudo(),
        ):
            with self.assertRaisesRegex(AccessError, "Status|State|state"):
                document.create({"state": "decided"})
        self.assertEqual(self._document(state="draft").state, "draft")

    def test_write_state(self):
        """Writing another state is refused; writing the same one changes nothing."""
        document = self._document()
        with self.assertRaises(AccessError):
            document.write({"state": "decided"})
        with self.assertRaises(AccessError):
            document.sudo().write({"approval_state": "approved"})
        document.write({"state": "draft", "description": "same state"})
        self.assertEqual(document.description, "same state")

    def test_context_opens_nothing(self):
        """No context key a client could send lets a guarded value through."""
        document = self._document()
        forged = self.Document.with_user(self.user_sales).with_context(
            default_state="decided", default_approval_state="approved"
        )
        new = forged.create({})
        self.assertEqual((new.state, new.approval_state), ("draft", "none"))
        with self.assertRaises(AccessError):
            document.with_context(install_mode=True, force=True).write(
                {"state": "decided"}
            )

    def test_user_default_opens_nothing(self):
        """A user's own default value (ir.default) does not reach a guarded field."""
        self.env["ir.default"].with_user(self.user_sales).set(
            self.Document._name, "state", "decided", user_id=True
        )
        self.assertEqual(self._document().state, "draft")

    def test_permission_covers_these_records_only(self):
        """While one document changes its state another stays guarded."""
        first, second = self._document(), self._document()
        first.action_submit()
        self.assertEqual(first.state, "quality")
        with self.assertRaises(AccessError):
            (first | second).write({"state": "quality"})
        self.assertEqual(second.state, "draft")

    def test_copy_starts_anew(self):
        """A copy is a draft with a number of its own and no decision."""
        document = self._document(amount=5.0)
        document.action_submit()
        copy = document.copy()
        self.assertEqual(copy.state, "draft")
        self.assertNotEqual(copy.name, document.name)
        self.assertEqual(copy.amount, 5.0)

    def test_evidence_is_not_deleted(self):
        document = self._document()
        document.action_submit()
        with self.assertRaisesRegex(UserError, "evidence"):
            document.unlink()
        self._document().unlink()

    def test_transition_names_the_states(self):
        """A step out of turn says where the document is and where it may be."""
        document = self._document()
        with self.assertRaisesRegex(UserError, "Draft.*Decided"):
            document._transition("close")

    def test_client_reference_is_unique(self):
        document = self._document(client_reference="ERP-1")
        self.assertEqual(
            self.Document._find_by_client_reference("ERP-1", self.company), document
        )
        with self.assertRaisesRegex(ValidationError, "ERP-1"):
            self._document(client_reference="ERP-1")

    def test_company_of_a_numbered_document(self):
        document = self._document()
        with self.assertRaises(ValidationError):
            document.sudo().write({"company_id": self.other_company.id})


@tagged("post_install", "-at_install")
class TestNumbers(PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Sequence = cls.env["ir.sequence"]
        cls.Sequence.create(
            {
                "name": "Numbers",
                "code": "crm.policy.test.numbers",
                "prefix": "%(range_y)s%(range_month)s",
                "padding": 2,
                "use_date_range": True,
                "range_period": "monthly",
                "company_id": False,
            }
        )

    def _take(self, count, date=None, company=None):
        return self.Sequence._policy_numbers(
            "crm.policy.test.numbers", company or self.company, count, date
        )

    def test_restart_every_month_and_company(self):
        """CMP-23, CMP-24: year, month and serial, which restarts every month."""
        self.assertEqual(self._take(2, "2026-01-31"), ["260101", "260102"])
        self.assertEqual(self._take(1, "2026-02-01"), ["260201"])
        self.assertEqual(self._take(1, "2026-01-05"), ["260103"])
        self.assertEqual(self._take(1, "2026-01-05", self.other_company), ["260101"])

    def test_the_hundredth_has_three_digits(self):
        """GAP-08: two digits at least, three after 99."""
        numbers = self._take(101, "2026-03-10")
        self.assertEqual(numbers[98:101], ["260399", "2603100", "2603101"])

    def test_local_date(self):
        """00:30 on the first in Shanghai is still last month in UTC."""
        with freeze_time("2026-04-30 16:30:00"):
            self.assertEqual(self._take(1), ["260501"])
        with freeze_time("2026-04-30 15:30:00"):
            self.assertEqual(self._take(1), ["260401"])
