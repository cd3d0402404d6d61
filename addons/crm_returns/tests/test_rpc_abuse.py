"""Attacks over XML-RPC on returns and their lines."""

import xmlrpc.client

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .common import ReturnMixin


@tagged("post_install", "-at_install")
class TestReturnAbuse(ReturnMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_returns()
        cls.order = cls._sell({cls.product: 10})
        cls.document = cls._return((cls.order.order_line, 2))
        cls.document.action_submit()

    def test_return(self):
        line = {"sale_line_id": self.order.order_line.id, "quantity": 1}
        vals = {**self._vals(), "line_ids": [[0, 0, line]]}
        self.attack(
            self.document.sudo(),
            vals,
            final_states=("approved", "in_warehouse", "settled"),
            guarded={
                "name": "999",
                "approval_state": "approved",
                "authority_route": "verification",
                "amount_total": 0.01,
                "warranty_state": "open",
                "override_user_id": self.user_gm.id,
                "date_settled": "2026-01-01",
            },
            users=[self.user_sales, self.user_sales_head],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )

    def test_eligible(self):
        """A return that misses the standard cannot be declared to meet it."""
        document = self._return((self.order.order_line, 1), evidence=False)
        self.assertFalse(document.eligible)
        with self.refused("the salesperson declares the standard met"):
            self.rpc(
                self.user_sales,
                "crm.return",
                "write",
                document.ids,
                {"eligible": True, "other_state": "met"},
            )
        with self.refused("the salesperson submits it"):
            self.rpc(self.user_sales, "crm.return", "action_submit", document.ids)
        with self.refused("the salesperson asks for the decision directly"):
            self.rpc(
                self.user_sales,
                "crm.return",
                "action_request_approval",
                document.ids,
                "application",
            )

    def test_line(self):
        vals = {
            "return_id": self.document.id,
            "sale_line_id": self.order.order_line.id,
            "quantity": 1,
        }
        self.attack(
            self.document.line_ids.sudo(),
            vals,
            guarded={
                "qty_approved": 9.0,
                "qty_received": 9.0,
                "qty_credited": 9.0,
                "warranty_end": "2099-01-01",
                "qa_user_id": self.user_gm.id,
            },
            users=[self.user_sales],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )
        with self.refused("quality result by the salesperson"):
            self.rpc(
                self.user_sales,
                "crm.return.line",
                "write",
                self.document.line_ids.ids,
                {"qa_result": "good"},
            )

    def test_collection(self):
        """Nobody signs a parts list or ticks papers off who has no part in it."""
        self.company.return_collect_required = True
        engineer = self._make_person(
            "user_engineer", "Engineer", "crm_policy.group_user", "service"
        )
        document = self._approve(self.document.sudo().with_user(self.user_sales))
        document.action_assign_engineer(engineer.id)
        goods = document.line_ids
        sheet_id = self.rpc(
            engineer, "crm.return", "start_inspection", document.ids, []
        )
        sheet = self.env["crm.return.inspection"].browse(sheet_id)
        row = {"return_line_id": goods.id, "function": "ok", "appearance": "ok"}
        vals = {"return_id": document.id, "line_ids": [[0, 0, row]]}
        strangers = [self.user_sales2, self.user_outsider, self.user_other_company]
        self.attack(
            sheet,
            vals,
            final_states=("signed",),
            guarded={"engineer_id": self.user_sales.id, "signed_on": "2026-01-01"},
            users=[engineer],
            strangers=strangers,
        )
        paper = document.document_ids[0]
        self.attack(
            paper.sudo(),
            {"return_id": document.id, "type_id": paper.type_id.id},
            guarded={"taken_on": "2026-01-01", "user_id": self.user_gm.id},
            users=[self.user_sales],
            strangers=strangers,
        )
        for user in (self.user_sales, self.user_accounting):
            for model, method, *args in (
                ("crm.return", "start_inspection", document.ids),
                ("crm.return.inspection", "write", [sheet_id], {"note": "x"}),
                ("crm.return.inspection", "action_sign", [sheet_id], "Ma", "aaaa"),
                ("crm.return.inspection", "unlink", [sheet_id]),
                (
                    "crm.return.inspection.line",
                    "create",
                    [{**row, "inspection_id": sheet_id}],
                ),
            ):
                with self.refused(f"{user.login}: {model}.{method}"):
                    self.rpc(user, model, method, *args)
        for user in (engineer, self.user_accounting):
            for model, method, *args in (
                ("crm.return", "action_collect", document.ids),
                ("crm.return", "write", document.ids, {"note_signed_by": "Ma"}),
                ("crm.return.document", "write", paper.ids, {"taken_back": True}),
                ("crm.return.document", "unlink", paper.ids),
            ):
                with self.refused(f"{user.login}: {model}.{method}"):
                    self.rpc(user, model, method, *args)

    def test_receipt(self):
        """RET-30: only the warehouse keeper counts and receives the goods."""
        self._approve(self.document.sudo().with_user(self.user_sales))
        [receipt_id] = self.rpc(
            self.user_sales, "crm.return", "action_create_receipt", self.document.ids
        )
        receipt = self.env["stock.picking"].browse(receipt_id)
        move, line = receipt.move_ids, receipt.move_ids.move_line_ids
        stock = self.warehouse.lot_stock_id.id
        request_line = self.document.line_ids.id
        forged = {
            "product_id": self.product.id,
            "product_uom_qty": 1,
            "quantity": 1,
            "location_id": move.location_id.id,
            "location_dest_id": stock,
            "crm_return_line_id": request_line,
        }
        sale_manager = self._make_person(
            "user_sale_manager",
            "Sales Manager",
            "crm_policy.group_director,sales_team.group_sale_manager",
        )
        for user in (self.user_sales, self.user_gm, self.user_admin, sale_manager):
            for what, model, method, *args in (
                ("validates", "stock.picking", "button_validate", receipt.ids),
                ("ends", "stock.picking", "write", receipt.ids, {"state": "done"}),
                ("adopts", "stock.picking", "create", [self._receipt_vals(receipt)]),
                ("counts", "stock.move", "write", move.ids, {"quantity": 1}),
                ("picks", "stock.move", "write", move.ids, {"picked": True}),
                ("ends", "stock.move", "write", move.ids, {"state": "done"}),
                (
                    "counts through the receipt",
                    "stock.picking",
                    "write",
                    receipt.ids,
                    {"move_ids": [[1, move.id, {"quantity": 1}]]},
                ),
                (
                    "puts past quarantine",
                    "stock.picking",
                    "write",
                    receipt.ids,
                    {"location_dest_id": stock},
                ),
                ("counts", "stock.move.line", "write", line.ids, {"quantity": 1}),
                (
                    "adds",
                    "stock.move.line",
                    "create",
                    [{"move_id": move.id, "product_id": self.product.id}],
                ),
                ("forges", "stock.move", "create", [forged]),
                ("forges", "stock.move", "create", [{**forged, "state": "done"}]),
            ):
                for context in ({}, self.CONTEXT_KEYS):
                    with self.refused(f"{user.login} {what}: {model}.{method}"):
                        self.rpc(user, model, method, *args, context=context)
        self.assertEqual(self.document.state, "in_transit")
        with self.assertRaisesRegex(xmlrpc.client.Fault, "RET-30"):
            self.rpc(self.user_sales, "stock.picking", "button_validate", receipt.ids)
        with self.assertRaisesRegex(AccessError, "RET-30"):
            receipt.with_user(self.user_sales).sudo().button_validate()
        self.rpc(self.user_storage, "stock.move", "write", move.ids, {"quantity": 2})
        self.rpc(self.user_storage, "stock.picking", "button_validate", receipt.ids)
        self.env.invalidate_all()
        self.assertEqual(self.document.state, "in_warehouse")
        for user in (self.user_sales, self.user_gm):
            with self.refused(f"{user.login} changes what was received"):
                self.rpc(user, "stock.move", "write", move.ids, {"quantity": 1})
            with self.refused(f"{user.login} changes the lines of what was received"):
                self.rpc(user, "stock.move.line", "write", line.ids, {"quantity": 1})

    def _receipt_vals(self, receipt):
        return {
            "picking_type_id": receipt.picking_type_id.id,
            "location_id": receipt.location_id.id,
            "location_dest_id": receipt.location_dest_id.id,
            "crm_return_id": self.document.id,
        }
