"""Bands of authority: no overlap, no gap, boundaries that move together."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PolicyCase
from .fake_models import DOCUMENT, setup_fake_models


class AuthorityCase(PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Document = setup_fake_models(cls)
        cls.Document = cls.Document.with_context(**cls.env.context)
        cls.model = cls.env["ir.model"]._get(DOCUMENT)
        cls.profile = cls.company._policy_profile("complaint")

    @classmethod
    def _authority(cls, name, amount_from=0, amount_to=0, **vals):
        vals.setdefault("decider", "group")
        if vals["decider"] == "group":
            vals.setdefault("group_id", cls.env.ref("crm_policy.group_gm").id)
        return cls.env["crm.authority"].create(
            {
                "name": name,
                "profile_id": cls.profile.id,
                "model_id": cls.model.id,
                "step": "decision",
                "amount_from": amount_from,
                "amount_to": amount_to,
                **vals,
            }
        )

    @classmethod
    def _pcb_bands(cls):
        """CMP-67 to CMP-69 with the continuous bands of GAP-06."""
        sales = cls._authority("Sales manager", 0, 100000, decider="department_manager")
        deputy = cls._authority(
            "Deputy",
            100000,
            150000,
            group_id=cls.env.ref("crm_policy.group_deputy_gm").id,
        )
        gm = cls._authority("General manager", 150000, 0)
        return sales, deputy, gm


@tagged("post_install", "-at_install")
class TestAuthority(AuthorityCase):
    def test_overlap_names_both(self):
        self._authority("Lower band", 0, 100)
        with self.assertRaisesRegex(ValidationError, "Lower band.*Upper band.*overlap"):
            self._authority("Upper band", 50, 200)

    def test_gap_names_both(self):
        self._authority("Lower band", 0, 100)
        with self.assertRaisesRegex(ValidationError, "Lower band.*Upper band"):
            self._authority("Upper band", 100.01, 200)

    def test_unlimited_band_is_the_last(self):
        self._authority("Everything", 0, 0)
        with self.assertRaisesRegex(ValidationError, "Everything.*More.*overlap"):
            self._authority("More", 100, 0)

    def test_same_band_at_other_times(self):
        """Bands that are never in force together may cover the same amounts."""
        self._authority("Old", 0, 0, date_to="2026-06-30")
        self._authority("New", 0, 0, date_from="2026-07-01")
        with self.assertRaises(ValidationError):
            self._authority("Third", 0, 0, date_from="2026-06-30")

    def test_moving_a_boundary_moves_the_next_band(self):
        sales, deputy, _gm = self._pcb_bands()
        sales.amount_to = 120000
        self.assertEqual(deputy.amount_from, 120000)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            sales.amount_to = 160000
        with self.assertRaisesRegex(ValidationError, "Sales manager.*Deputy"):
            deputy.amount_from = 130000

    def test_edges_to_the_fen(self):
        """GAP-06: up to 100,000 included, up to 150,000 included, above."""
        sales, deputy, gm = self._pcb_bands()
        for amount, expected in (
            (0, sales),
            (100000, sales),
            (100000.01, deputy),
            (100000.50, deputy),
            (150000, deputy),
            (150000.01, gm),
            (99999999, gm),
        ):
            found = self.env["crm.authority"]._find(
                DOCUMENT, "decision", self.profile, self.company, amount, "2026-11-20"
            )
            self.assertEqual(found, expected, amount)

    def test_own_company_first(self):
        """A company with authorities of its own does not use the shared ones."""
        self._authority("Shared", 0, 0)
        own = self._authority("Own", 0, 500, company_id=self.company.id)

        def find(amount, company):
            return self.env["crm.authority"]._find(
                DOCUMENT, "decision", self.profile, company, amount, "2026-11-20"
            )

        self.assertEqual(find(10, self.company), own)
        self.assertEqual(find(10, self.other_company).name, "Shared")
        with self.assertRaisesRegex(UserError, "Nobody has authority"):
            find(501, self.company)

    def test_unknown_step(self):
        with self.assertRaisesRegex(ValidationError, "knows no step"):
            self._authority("Nonsense", step="dance")
        with self.assertRaisesRegex(ValidationError, "not approved"):
            self._authority(
                "Nonsense", model_id=self.env["ir.model"]._get_id("res.users")
            )

    def test_decider_complete(self):
        with self.assertRaisesRegex(ValidationError, "choose the group"):
            self._authority("Nobody", group_id=False)
        with self.assertRaisesRegex(ValidationError, "choose the users"):
            self._authority("Nobody", decider="user")

    def test_only_administrators_edit(self):
        sales, *_rest = self._pcb_bands()
        for user in (self.user_sales, self.user_director, self.user_gm):
            with self.assertRaises(AccessError):
                sales.with_user(user).amount_to = 5
        sales.with_user(self.user_admin).amount_to = 110000
