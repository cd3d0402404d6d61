"""Goods come back on approval only, into quarantine, as much as moves say."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestReceipt(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell({cls.product: 10, cls.product2: 4})
        cls.line, cls.line2 = cls.order.order_line

    def _on_hand(self, product, location):
        return sum(
            self.env["stock.quant"]
            .search(
                [
                    ("product_id", "=", product.id),
                    ("location_id", "child_of", location.id),
                ]
            )
            .mapped("quantity")
        )

    def test_quarantine_per_warehouse(self):
        """Every warehouse has one, new ones too."""
        self.assertEqual(self.quarantine.usage, "internal")
        new = self.env["stock.warehouse"].create(
            {"name": "South", "code": "STH", "company_id": self.company.id}
        )
        self.assertTrue(new.return_quarantine_location_id)
        self.assertNotEqual(new.return_quarantine_location_id, self.quarantine)

    def test_receipt(self):
        """Two products of two orders come back into quarantine."""
        second = self._sell({self.product: 2})
        document = self._approve(
            self._return((self.line, 3), (self.line2, 4), (second.order_line, 2))
        )
        document.action_create_receipt()
        self.assertEqual(document.state, "in_transit")
        self.assertEqual(len(document.picking_ids), 2)
        for move in document.picking_ids.move_ids:
            self.assertEqual(move.location_dest_id, self.quarantine)
            self.assertEqual(
                move.origin_returned_move_id.sale_line_id,
                move.crm_return_line_id.sale_line_id,
            )
            self.assertTrue(move.to_refund)
        self._receive(document)
        self.assertEqual(document.state, "in_warehouse")
        self.assertEqual(document.line_ids.mapped("qty_received"), [3, 4, 2])
        self.assertEqual(self._on_hand(self.product, self.quarantine), 5)
        self.assertEqual(self._on_hand(self.product2, self.quarantine), 4)
        self.assertEqual(self.line.qty_delivered, 7)

    def test_partial_receipt(self):
        """What did not arrive stays open on a backorder."""
        document = self._approve(self._return((self.line, 5)))
        self._receive(document, {document.line_ids: 2})
        self.assertEqual(document.state, "in_transit")
        self.assertEqual(document.line_ids.qty_received, 2)
        other = self._return((self.line, 5))
        self.assertEqual(other.line_ids.qty_remaining, 5)
        self._receive(document)
        self.assertEqual(document.state, "in_warehouse")
        self.assertEqual(document.line_ids.qty_received, 5)
        self.assertEqual(len(document.picking_ids), 2)

    def test_short_receipt(self):
        """Without a backorder the rest is not claimed any more."""
        document = self._approve(self._return((self.line, 5)))
        self._receive(document, {document.line_ids: 2}, backorder=False)
        self.assertEqual(document.state, "in_warehouse")
        self.assertEqual(document.line_ids.quantity_result, "below")
        self.assertEqual(self._return((self.line, 8)).line_ids.qty_remaining, 8)

    def test_receipts_cancelled(self):
        document = self._approve(self._return((self.line, 5)))
        document.action_create_receipt()
        document.sudo().picking_ids.with_user(self.user_storage).action_cancel()
        self.assertEqual(document.state, "approved")
        document.action_create_receipt()
        self.assertEqual(document.state, "in_transit")

    def test_unapproved(self):
        document = self._return((self.line, 5))
        with self.assertRaises(UserError):
            document.action_create_receipt()
        document.action_submit()
        with self.assertRaises(UserError):
            document.action_create_receipt()
        with self.assertRaises(AccessError):
            document.with_user(self.user_storage).action_create_receipt()

    def _wizard_return(self, quantity, user=None):
        picking = self.order.picking_ids[:1]
        wizard = (
            self.env["stock.return.picking"]
            .with_user(user or self.user_storage)
            .create({"picking_id": picking.id})
        )
        wizard.product_return_moves.filtered(
            lambda line: line.product_id == self.product
        ).quantity = quantity
        back = wizard._create_return()
        back.move_ids.picked = True
        return back

    def test_platform_wizard_without_approval(self):
        """RET-20: the platform's own wizard cannot bring goods back unapproved."""
        back = self._wizard_return(2)
        for way in ("button_validate", "_action_done"):
            with self.assertRefused(UserError, "RET-20"):
                getattr(back, way)()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            back.move_ids._action_done()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            back.move_ids.write({"state": "done"})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            back.move_ids.copy({"state": "done", "quantity": 2})
        self.assertEqual(self._on_hand(self.product, self.warehouse.lot_stock_id), 0)

    def test_forged_link(self):
        """A link to a request that is not approved, or is for other goods."""
        draft = self._return((self.line, 2))
        back = self._wizard_return(2)
        back.move_ids.crm_return_line_id = draft.line_ids
        with self.assertRefused(UserError, draft.name):
            back.button_validate()
        other = self._approve(self._return((self.line2, 2)))
        other.action_create_receipt()
        back.move_ids.crm_return_line_id = other.line_ids
        with self.assertRefused(UserError, other.name):
            back.button_validate()

    def test_more_than_delivered(self):
        """Stock moves never bring back more than they delivered."""
        self.company.return_required = False
        back = self._wizard_return(12)
        with self.assertRefused(UserError, "only 10"):
            back.button_validate()
        document = self._approve(self._return((self.line, 10)))
        document.action_create_receipt()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._receive(document, {document.line_ids: 11})

    def test_done_receipt_edited(self):
        """Raising the quantity of a done receipt is checked like receiving it."""
        document = self._receive(self._approve(self._return((self.line, 5))))
        move_line = document.sudo().picking_ids.move_line_ids
        with self.assertRaises(UserError), self.env.cr.savepoint():
            move_line.quantity = 20
        move_line.quantity = 6
        self.assertEqual(document.line_ids.qty_received, 6)

    def test_after_refusal(self):
        """A receipt made before cannot be validated after the goods are settled."""
        document = self._receive(self._approve(self._return((self.line, 5))))
        extra = document.sudo().picking_ids.copy()
        extra.action_confirm()
        self._judge(document)
        extra.move_ids.write({"quantity": 1, "picked": True})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            extra.with_user(self.user_storage).with_context(
                skip_backorder=True
            ).button_validate()

    def test_quality(self):
        """RET-35: judged by quality only, on goods received, before accounting."""
        document = self._approve(self._return((self.line, 5)))
        line = document.line_ids
        with self.assertRaises(UserError):
            line.with_user(self.user_quality).action_record_quality("good")
        self._receive(document)
        document.with_user(self.user_storage).action_to_quality()
        with self.assertRaises(AccessError):
            line.with_user(self.user_sales).action_record_quality("good")
        with self.assertRefused(UserError, "RET-35"):
            document.with_user(self.user_quality).action_judged()
        line.with_user(self.user_quality).action_record_quality("defective", "Zip")
        self.assertEqual(line.qa_user_id, self.user_quality)
        document.with_user(self.user_quality).action_judged()
        self.assertEqual(document.state, "with_accounting")
        with self.assertRaises(UserError):
            line.with_user(self.user_quality).action_record_quality("good")
