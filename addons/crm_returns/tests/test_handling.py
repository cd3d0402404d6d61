"""Inside the company: ledger, judgement, plan, rework, and out of quarantine."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestHandling(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_workshop()
        cls.order = cls._sell({cls.product: 10, cls.product2: 4})
        cls.line, cls.line2 = cls.order.order_line

    def _on_hand(self, product, location):
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "child_of", location.id)]
        )
        return sum(quants.mapped("quantity"))

    def _in_quality(self, *lines, **vals):
        document = self._receive(self._approve(self._return(*lines, **vals)))
        document.with_user(self.user_storage).action_to_quality()
        return document

    def _judged(self, *lines, result="defective", **vals):
        document = self._in_quality(*lines, **vals)
        items = document.item_ids.with_user(self.user_quality)
        items.action_judge(result, "Seam open")
        document.with_user(self.user_quality).action_judged()
        return document

    def test_ledger(self):
        """RET-31, RET-43: each thing received is listed, labelled and valued."""
        document = self._receive(self._approve(self._return((self.line, 3))))
        item = document.item_ids
        self.assertRecordValues(
            item,
            [
                {
                    "name": f"{document.name}-01",
                    "state": "quarantine",
                    "quantity": 3,
                    "location_id": self.quarantine.id,
                    "value": 120.0,
                }
            ],
        )
        facts = item.with_user(self.user_accounting).ledger(product_id=self.product.id)
        self.assertEqual(facts[0]["label"], item.name)
        with self.assertRaises(AccessError):
            item.with_user(self.user_sales).write({"quantity": 9})
        for user in (self.user_storage, self.user_director):
            with self.assertRaises(UserError):
                item.with_user(user).unlink()
            with self.assertRaises(UserError):
                item.with_user(user).copy()
        with self.assertRefused(UserError, "evidence"):
            item.sudo().unlink()

    def test_correction(self):
        """The ledger follows a corrected receipt until the goods are judged."""
        document = self._receive(self._approve(self._return((self.line, 5))))
        move_line = document.sudo().picking_ids.move_line_ids
        move_line.quantity = 6
        self.assertEqual(document.item_ids.quantity, 6)
        document.with_user(self.user_storage).action_to_quality()
        document.item_ids.with_user(self.user_quality).action_judge("good")
        with self.assertRefused(UserError, "cannot change any more"):
            move_line.quantity = 4

    def test_entries_written_afterwards(self):
        """Goods received before there was a ledger: where they are, how judged."""
        Item = self.env["crm.return.item"]
        gone = self._judged((self.line, 2), result="good")
        self._plan(gone).with_user(self.user_storage).action_execute()
        there = self._judged((self.line, 3), result="defective")
        waiting = self._in_quality((self.line2, 1))
        documents = gone | there | waiting
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET crm_return_item_id = NULL;"
            "UPDATE crm_return_item SET plan_id = NULL; DELETE FROM crm_return_plan;"
            "DELETE FROM crm_return_item"
        )
        self.env.invalidate_all()
        self.assertEqual(Item._write_missing_entries(), 3)
        self.assertRecordValues(
            documents.sudo().item_ids.sorted("quantity"),
            [
                {"state": "quarantine", "quantity": 1, "disposition": False},
                {"state": "restocked", "quantity": 2, "disposition": "restock"},
                {"state": "judged", "quantity": 3, "disposition": "rework"},
            ],
        )
        self.assertEqual(documents.sudo().plan_ids.return_id, there)
        self.assertEqual(gone.sudo().item_ids.location_id, self.warehouse.lot_stock_id)
        self.assertFalse(Item._write_missing_entries())

    def test_names_of_places(self):
        """Places are named in the language of the company, once."""
        self.company.partner_id.lang = "zh_CN"
        self.quarantine.name = "Return Quarantine"
        self.warehouse.loan_location_id.name = "Van"
        self.warehouse._name_return_locations()
        self.assertEqual(self.quarantine.name, "退货隔离区")
        self.assertEqual(self.warehouse.loan_location_id.name, "Van")

    def test_split_judgement(self):
        """Parts of a line are judged differently; the line shows the worst."""
        document = self._in_quality((self.line, 5))
        item = document.item_ids.with_user(self.user_quality)
        with self.assertRefused(UserError, "less than"):
            item.action_split(5)
        part = item.browse(item.action_split(2))
        self.assertEqual((item | part).mapped("quantity"), [3, 2])
        self.assertEqual((item | part).mapped("value"), [120, 80])
        item.action_judge("good")
        self.assertEqual(document.line_ids.qa_result, "none")
        with self.assertRefused(UserError, "RET-35"):
            document.with_user(self.user_quality).action_judged()
        part.action_judge("scrap", missing_parts="Zip")
        self.assertEqual(document.line_ids.qa_result, "scrap")
        self.assertEqual((item | part).mapped("disposition"), ["restock", "scrap"])
        with self.assertRaises(AccessError):
            part.with_user(self.user_sales).action_judge("good")
        document.with_user(self.user_quality).action_judged()
        self.assertEqual(document.plan_ids.item_ids, document.item_ids)

    def test_judged_on_the_form(self):
        """Quality judges lines and goods on the form of the return, and no more."""
        document = self._in_quality((self.line, 5)).with_user(self.user_quality)
        line, item = document.line_ids, document.item_ids
        document.write(
            {"line_ids": [Command.update(line.id, {"qa_result": "defective"})]}
        )
        document.write({"item_ids": [Command.update(item.id, {"qa_note": "Torn"})]})
        self.assertRecordValues(
            item,
            [{"qa_result": "defective", "qa_note": "Torn", "disposition": "rework"}],
        )
        for command in (
            Command.update(line.id, {"quantity": 4}),
            Command.delete(line.id),
            Command.create({"sale_line_id": self.line2.id, "quantity": 1}),
        ):
            with self.assertRefused(UserError, "cannot change any more"):
                document.sudo().write({"line_ids": [command]})

    def test_stays_in_quarantine(self):
        """RET-10: neither keeper's button nor a plain transfer takes goods out."""
        document = self._judged((self.line, 3), result="good")
        item = document.item_ids
        self.assertFalse(item.may_leave, "the button is not offered either")
        with self.assertRefused(UserError, "needs the decision"):
            item.with_user(self.user_storage).action_dispose()
        with self.assertRaises(AccessError):
            item.with_user(self.user_sales).action_dispose()
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.quarantine.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 3,
                            "location_id": self.quarantine.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.write({"quantity": 3, "picked": True})
        with self.assertRefused(UserError, "RET-10"):
            picking.with_user(self.user_storage).button_validate()
        picking.move_ids.crm_return_item_id = item
        with self.assertRefused(UserError, "needs the decision"):
            picking.with_user(self.user_storage).button_validate()
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.product.id,
                "scrap_qty": 1,
                "location_id": self.quarantine.id,
                "company_id": self.company.id,
            }
        )
        with self.assertRefused(UserError, "RET-10"):
            scrap.do_scrap()

    def test_plan_rights(self):
        """RET-36, RET-37: the technical department plans, only the GM approves."""
        document = self._judged((self.line, 3))
        plan = document.plan_ids
        with self.assertRaises(UserError):
            plan.with_user(self.user_gm).copy()
        with self.assertRaises(AccessError):
            plan.with_user(self.user_sales2).read(["analysis"])
        with self.assertRaises(AccessError):
            plan.with_user(self.user_sales).write({"analysis": "Fine"})
        technician = plan.with_user(self.user_technical)
        with self.assertRefused(UserError, "Analysis"):
            technician.action_submit()
        technician.analysis = "Seam open"
        technician.action_submit()
        self.assertEqual(plan.state, "decision")
        for user in (self.user_technical, self.user_sales_head, self.user_deputy):
            with self.assertRaises(AccessError):
                plan.with_user(user).action_approve()
        with self.assertRefused(UserError, "only in"):
            technician.analysis = "Other"
        with self.assertRaises(UserError):
            plan.with_user(self.user_pmc).action_schedule("2026-01-01", "2026-01-02")
        plan.with_user(self.user_gm).action_reject("Too dear")
        self.assertEqual(plan.state, "draft")

    def test_dropped_plan(self):
        """The goods of a plan that is dropped are in a new one, not in none."""
        document = self._judged((self.line, 3))
        plan, items = document.plan_ids, document.item_ids
        with self.assertRaises(AccessError):
            plan.with_user(self.user_sales).action_cancel_plan()
        plan.with_user(self.user_technical).action_cancel_plan()
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(items.plan_id, document.plan_ids - plan)
        self.assertEqual(items.plan_id.state, "draft")
        with self.assertRefused(UserError, "only in"):
            plan.with_user(self.user_technical).action_cancel_plan()

    def test_restock(self):
        """Good goods go to stock by the approved plan, marked and at their value."""
        document = self._judged((self.line, 3), result="good")
        before = self.product.with_company(self.company).total_value
        plan = self._plan(document)
        self.assertEqual(plan.state, "storage")
        plan.with_user(self.user_storage).action_execute()
        self.assertEqual(plan.state, "done")
        self.assertRecordValues(
            document.item_ids,
            [
                {
                    "state": "restocked",
                    "mark": "returned",
                    "location_id": self.warehouse.lot_stock_id.id,
                    "value_restocked": 120.0,
                }
            ],
        )
        self.assertEqual(self._on_hand(self.product, self.quarantine), 0)
        self.assertEqual(self._on_hand(self.product, self.warehouse.lot_stock_id), 3)
        self.assertEqual(self.product.with_company(self.company).total_value, before)
        with self.assertRaises(UserError):
            document.item_ids.with_user(self.user_storage).action_dispose()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            document.item_ids.move_ids.move_line_ids.quantity = 1

    def test_restock_direct(self):
        """By the company's choice good goods need no plan."""
        self.company.return_restock_direct = True
        document = self._judged((self.line, 3), result="good")
        self.assertFalse(document.plan_ids)
        self.assertTrue(document.item_ids.with_user(self.user_storage).may_leave)
        document.item_ids.with_user(self.user_storage).action_dispose()
        self.assertEqual(document.item_ids.state, "restocked")

    def test_rework(self):
        """RET-36 to RET-43: planned, scheduled, repaired with parts, checked again."""
        thread = self._make_product("Thread", standard_price=2.0)
        self._stock(thread, 10)
        document = self._judged((self.line, 3))
        plan = document.plan_ids.with_user(self.user_technical)
        plan.part_ids = [
            Command.create(
                {
                    "item_id": plan.item_ids.id,
                    "product_id": thread.id,
                    "quantity": 3,
                }
            )
        ]
        plan.labour_cost = 30
        self.assertEqual(plan.cost_planned, 36)
        self._plan(document)
        self.assertEqual(plan.state, "approved")
        self.assertTrue(plan.with_user(self.user_pmc).held_by_me)
        self.assertFalse(plan.held_by_me, "others are not offered the next step")
        with self.assertRefused(UserError, "stays in quarantine"):
            document.item_ids.with_user(self.user_storage).action_dispose()
        planner = plan.with_user(self.user_pmc)
        with self.assertRaises(UserError):
            planner.action_schedule("2026-12-05", "2026-12-01")
        planner.action_schedule("2026-12-01", "2026-12-05")
        repair = plan.sudo().repair_ids
        self.assertEqual((repair.state, repair.product_qty), ("confirmed", 3))
        for vals in ({"product_qty": 1}, {"state": "cancel"}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                repair.write(vals)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            repair.unlink()
        with self.assertRaises(AccessError):
            plan.with_user(self.user_quality).action_start()
        workshop = plan.with_user(self.user_production)
        workshop.action_start()
        self.assertEqual((plan.state, repair.state), ("rework", "under_repair"))
        workshop.action_report_abnormality("Needle broken")
        self.assertIn("Needle broken", plan.abnormality)
        workshop.action_finish(labour=33.5, other=1.25)
        self.assertEqual((plan.state, repair.state), ("inspection", "done"))
        self.assertEqual(plan.cost_parts_actual, 6.0)
        self.assertEqual(plan.cost_actual, 40.75)
        self.assertEqual(document.cost_total, 40.75)
        self.assertEqual(self._on_hand(thread, self.warehouse.lot_stock_id), 7)
        checker = plan.with_user(self.user_quality)
        with self.assertRefused(UserError, "RET-42"):
            checker.action_inspected()
        step = {"step": "fail", "item_id": plan.item_ids.id, "text": "Still open"}
        self.env["crm.return.ask"].with_user(self.user_quality).create(
            step
        ).action_confirm()
        self.assertEqual(plan.item_ids.recheck_note, "Still open")
        checker.action_inspected()
        self.assertEqual(plan.state, "scheduled")
        self.assertEqual(len(plan.sudo().repair_ids), 2)
        workshop.action_start()
        workshop.action_finish(labour=10)
        self.assertEqual(plan.cost_actual, 50.75)
        checker.item_ids.action_pass()
        checker.action_inspected()
        plan.with_user(self.user_storage).action_execute()
        self.assertEqual(plan.state, "done")
        self.assertEqual(document.item_ids.mark, "reworked")
        self.assertEqual(self._on_hand(self.product, self.warehouse.lot_stock_id), 3)

    def test_repair_form(self):
        """Repair orders finished on their own form carry the plan along."""
        document = self._judged((self.line, 1))
        plan = self._plan(document)
        plan.with_user(self.user_pmc).action_schedule("2026-12-01", "2026-12-05")
        repair = plan.sudo().repair_ids
        repair.action_repair_start()
        self.assertEqual(plan.state, "rework")
        repair.action_repair_end()
        self.assertEqual(plan.state, "inspection")
        with self.assertRaises(UserError):
            self.env["repair.order"].with_user(self.user_storage).create(
                {"product_id": self.product.id, "crm_plan_id": plan.id}
            )

    def test_scrap_and_supplier(self):
        """Scrap and returns to the supplier leave stock and its value."""
        document = self._judged((self.line, 2), (self.line2, 1), result="scrap")
        supplier = self.env["res.partner"].create({"name": "Weaver"})
        self.product2.seller_ids = [Command.create({"partner_id": supplier.id})]
        items = document.item_ids.sorted("id")
        before = self.product.with_company(self.company).total_value
        items[1].with_user(self.user_technical).disposition = "supplier"
        plan = self._plan(document)
        plan.with_user(self.user_storage).action_execute()
        self.assertEqual(items.mapped("state"), ["scrapped", "supplier"])
        self.assertEqual(items[0].cost_value, 80)
        self.assertEqual(document.cost_total, 80)
        after = self.product.with_company(self.company).total_value
        self.assertEqual(before - after, 80)
        self.assertEqual(items[1].location_id.usage, "supplier")

    def test_back_to_customer(self):
        """Goods sent back are delivered again and not credited."""
        document = self._judged((self.line, 3), result="good")
        plan = self._plan(document, good="customer")
        plan.with_user(self.user_storage).action_execute()
        self.assertEqual(document.line_ids.qty_sent_back, 3)
        self.assertEqual(self.line.qty_delivered, 10)
        with self.assertRefused(UserError, "nothing is left"):
            self._notes(document)
        document.with_user(self.user_accounting).action_settle()
        self.assertEqual(document.state, "settled")
        again = self._return((self.line, 10))
        self.assertEqual(again.line_ids.qty_remaining, 10)

    def test_credited_or_sent_back(self):
        """What is credited does not go back to the customer as well."""
        document = self._judged((self.line, 3), result="good")
        self._prove(document)
        self._notes(document)
        plan = document.plan_ids.with_user(self.user_technical)
        plan.item_ids.disposition = "customer"
        plan.analysis = "Nothing found"
        with self.assertRefused(UserError, "is credited"):
            plan.action_submit()

    def test_value(self):
        """RET-43: accounting writes second choice down; stock value follows."""
        category = self.product.categ_id.copy(
            {"name": "Average", "property_cost_method": "average"}
        )
        product = self._make_product("Coat", categ_id=category.id)
        order = self._sell({product: 5}, received=True)
        document = self._judged((order.order_line, 2), result="good")
        self._plan(document).with_user(self.user_storage).action_execute()
        item = document.item_ids
        with self.assertRaises(AccessError):
            item.with_user(self.user_storage).action_set_value(1, "Old")
        with self.assertRefused(UserError, "reason"):
            item.with_user(self.user_accounting).action_set_value(55.5, " ")
        product = product.with_company(self.company)
        before = product.total_value
        self.assertEqual((before, item.value), (80, 80))
        item.with_user(self.user_accounting).action_set_value(55.5, "Box torn")
        product.invalidate_recordset()
        self.assertAlmostEqual(before - product.total_value, 24.5, 2)
        self.assertEqual((item.mark, item.cost), ("second", 24.5))
        with self.assertRefused(UserError, "standard cost"):
            other = self._judged((self.line, 1), result="good")
            self._plan(other).with_user(self.user_storage).action_execute()
            other.item_ids.with_user(self.user_accounting).action_set_value(1, "Old")

    def test_serials(self):
        """A serial comes back once and is that of its delivery."""
        machine = self._make_product("Machine", tracking="serial")
        lots = self.env["stock.lot"].create(
            [
                {
                    "name": f"M-{number}",
                    "product_id": machine.id,
                    "company_id": self.company.id,
                }
                for number in range(3)
            ]
        )
        order = self._sell({machine: 2}, lots={machine: lots[:2]})
        document = self._approve(
            self._return((order.order_line, 1, lots[0]), (order.order_line, 1, lots[1]))
        )
        document.with_user(self.user_sales).action_create_receipt()
        move = document.sudo().picking_ids.move_ids[0]
        other = (lots[:2] - move.crm_return_line_id.lot_id)[:1]
        move.move_line_ids.lot_id = other
        move.picked = True
        with self.assertRefused(UserError, move.crm_return_line_id.lot_id.name):
            move.picking_id.with_user(self.user_storage).with_context(
                skip_backorder=True
            ).button_validate()
        move.move_line_ids.lot_id = move.crm_return_line_id.lot_id
        self._receive(document)
        self.assertEqual(document.item_ids.lot_id, lots[:2])
        with self.assertRaises(UserError):
            self._return((order.order_line, 1, lots[0]))

    def test_difference(self):
        """RET-60: other goods than on the note need a superior's instruction."""
        document = self._approve(self._return((self.line, 5)))
        document.with_user(self.user_sales).action_create_receipt()
        picking = document.sudo().picking_ids
        picking.move_ids.write({"quantity": 4, "picked": True})
        keeper = picking.with_user(self.user_storage).with_context(
            skip_backorder=True, picking_ids_not_to_backorder=picking.ids
        )
        with self.assertRefused(UserError, "RET-60"):
            keeper.button_validate()
        with self.assertRaises(AccessError):
            document.action_instruct_difference("Take it")
        document.with_user(self.user_sales_head).action_instruct_difference("Take it")
        self.assertEqual(document.difference_user_id, self.user_sales_head)
        keeper.button_validate()
        self.assertEqual(document.state, "in_warehouse")

    def test_exchange(self):
        """RET-29: the new goods are an ordinary order, once."""
        document = self._approve(self._return((self.line, 3), kind="exchange"))
        self.user_sales.group_ids += self.env.ref("sales_team.group_sale_salesman")
        order = self.env["sale.order"].browse(document.action_create_exchange())
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.order_line.product_uom_qty, 3)
        with self.assertRefused(UserError, order.name):
            document.action_create_exchange()
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        with self.assertRefused(ValidationError, "RET-29"):
            order.partner_id = other
        plain = self._approve(self._return((self.line, 1)))
        with self.assertRefused(UserError, "not an exchange"):
            plain.action_create_exchange()

    def test_steps_in_words(self):
        """The report on the age of stays tells every step in words."""
        names = self.env["crm.return.ageing.report"].fields_get(["step"])
        names = dict(names["step"]["selection"])
        for model in ("crm.return", "crm.return.plan", "crm.loan"):
            for step in self.env[model]._routing_states:
                self.assertIn(step, names)
                self.assertNotEqual(names[step], step)
