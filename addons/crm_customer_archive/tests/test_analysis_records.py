"""Market observations, overview and policy reviews; attacks on them."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .analysis_common import AnalysisMixin


@tagged("post_install", "-at_install")
class TestAnalysisRecords(AnalysisMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_analysis()

    def _check(self, user=None, **vals):
        Check = self.env["crm.customer.market.check"].with_user(user or self.user_sales)
        return Check.create(
            {"customer_id": self.mine.id, "company_id": self.company.id, **vals}
        )

    # ------------------------------------------------------ market observations

    def test_market_check(self):
        """Dated, of a customer with a file, the cause of missing goods given."""
        check = self._check(stock_state="out", stock_cause="dispatch")
        self.assertEqual(check.user_id, self.user_sales)
        for vals in (
            {"stock_state": "old"},
            {"date": self.today + timedelta(days=2)},
            {"customer_id": self.company.partner_id.id},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self._check(**vals)
        for vals in ({"own_item_share": 101}, {"promotion_count": -1}):
            with self.refused(vals):
                self.rpc(
                    self.user_sales,
                    "crm.customer.market.check",
                    "create",
                    [{"customer_id": self.mine.id, **vals}],
                )
        action = self.mine.with_user(self.user_sales).action_open_market_checks()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.ids, check.ids)

    def test_market_check_access(self):
        """Of one's own customers; corrected by who observed and the heads."""
        check = self._check()
        with self.assertRaises(AccessError):
            check.with_user(self.user_sales2).read(["date"])
        with self.assertRaises(AccessError):
            self._check(user=self.user_sales2)
        with self.assertRaises(AccessError):
            check.with_user(self.user_sales).unlink()
        check.with_user(self.user_sales_head).note = "seen"
        self.attack(
            check,
            create_vals={"customer_id": self.mine.id},
            users=[self.user_sales],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )

    # ----------------------------------------------------------------- overview

    def _tiles(self, user):
        Tile = self.env["crm.overview.tile"].with_user(user)
        return Tile.with_context(allowed_company_ids=self.company.ids)

    def test_shipped_tiles(self):
        """Every tile of an installed model fits it, and opens what it counts."""
        Tile = self._tiles(self.user_director)
        tiles = Tile.search([("available", "=", True)])
        self.assertGreater(len(tiles), 10)
        tiles.sudo()._check_definition()
        for tile in tiles:
            action = tile.action_open()
            self.assertEqual(action["res_model"], tile.model)
            if not tile.measure_field:
                records = self.env[tile.model].with_user(self.user_director)
                records = records.with_context(allowed_company_ids=self.company.ids)
                self.assertEqual(tile.value, records.search_count(action["domain"]))

    def test_counts_by_reader(self):
        """The figure is of what the reader may see; strangers have no overview."""
        draft = self._make_customer(number=7, name="Yinchuan Seven Ltd")
        draft.with_user(self.user_sales).action_submit()
        tile = self.env.ref("crm_customer_archive.overview_tile_registrations")
        self.assertEqual(self._tiles(self.user_sales_head).browse(tile.id).value, 1)
        with self.assertRaises(AccessError):
            self._tiles(self.user_sales).browse(tile.id).read(["value"])
        rows = self.rpc(self.user_director, "crm.overview.tile", "overview")
        [row] = [
            row
            for row in rows
            if row["code"] == "crm_customer_archive.overview_tile_registrations"
        ]
        self.assertEqual(row["value"], 1)

    def test_missing_model(self):
        """A tile waits for its addon; what does not fit is refused."""
        Tile = self._tiles(self.user_admin)
        vals = {"name": "Later", "model": "crm.not.installed", "domain": "[]"}
        tile = Tile.create(vals)
        self.assertFalse(tile.available)
        self.assertNotIn(tile, Tile.search([("available", "=", True)]))
        self.assertIn(tile, Tile.search([("available", "=", False)]))
        with self.assertRaises(ValidationError):
            tile.action_open()
        for wrong in (
            {"model": "res.partner", "domain": "[('nothing', '=', 1)]"},
            {"model": "res.partner", "domain": "__import__('os')"},
            {"model": "res.partner", "measure_field": "name"},
            {"model": "res.partner", "action_xmlid": "base.action_res_users"},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                Tile.create({**vals, **wrong})

    def test_tile_groups(self):
        """A tile of a group is shown to its members only."""
        tile = self.env.ref("crm_customer_archive.overview_tile_leaving")
        tile.group_ids = self.env.ref("crm_policy.group_gm")
        self.assertNotIn(tile.id, self._tiles(self.user_specialist).search([]).ids)
        self.assertIn(tile.id, self._tiles(self.user_gm).search([]).ids)
        with self.assertRaises(AccessError):
            tile.with_user(self.user_director).name = "Mine"

    def test_overview_queries(self):
        """The count of queries does not grow with the records counted."""
        Tile = self._tiles(self.user_director)

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Tile.search([("available", "=", True)]).mapped("value")
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        for number in range(20, 30):
            self._make_archived_customer(number=number, name=f"Company {number} Ltd")
        queries()
        self.assertLessEqual(queries(), few)

    # ------------------------------------------------------------------ reviews

    def _review(self, user=None):
        Review = self.env["crm.policy.review"].with_user(user or self.user_director)
        return Review.with_context(allowed_company_ids=self.company.ids).create(
            {"company_id": self.company.id}
        )

    def test_review(self):
        """Measures taken over, concluded, confirmed; stays as it is."""
        rule = self.env["crm.policy.rule"].search([], limit=1)
        review = self._review()
        self.env["crm.policy.rule.month"].sudo().create(
            {
                "rule_id": rule.id,
                "company_id": self.company.id,
                "month": review.date_from.replace(day=1),
                "cases": 20,
                "breaches": 3,
            }
        )
        with self.assertRaises(UserError):
            review.action_confirm()
        self.assertTrue(review.action_load_measures())
        self.assertTrue(review.action_load_measures())
        line = review.line_ids.filtered(lambda line: line.rule_id == rule)
        self.assertEqual((line.cases, line.breaches, line.rate), (20, 3, 15))
        self.assertTrue(line.missed)
        self.assertTrue(review.missed_count)
        with self.assertRaises(UserError):
            review.action_confirm()
        review.conclusion = "Visits are late."
        review.action_confirm()
        self.assertEqual(review.confirmed_by_id, self.user_director)
        for vals in ({"conclusion": "Fine."}, {"date_from": self.months_ago(9)}):
            with self.assertRaises(UserError):
                review.write(vals)
        with self.assertRaises(UserError):
            review.action_load_measures()
        with self.assertRaises(UserError):
            review.unlink()
        review.action_reopen()
        self.assertEqual(review.state, "draft")
        with self.assertRaises(ValidationError):
            review.write({"date_from": self.today, "date_to": self.months_ago(1)})

    def test_review_attacks(self):
        """Nobody forges a confirmed review."""
        review = self._review()
        self.attack(
            review,
            create_vals={},
            final_states=("done",),
            guarded={"name": "PG1", "confirmed_by_id": self.user_gm.id},
            users=[self.user_director, self.user_gmo],
            strangers=[self.user_outsider],
        )
        with self.refused("a line"):
            self.rpc(
                self.user_director,
                "crm.policy.review.line",
                "create",
                [{"review_id": review.id, "rule_id": 1, "cases": 0}],
            )
