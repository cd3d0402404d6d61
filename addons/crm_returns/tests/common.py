"""A customer with delivered and invoiced orders, and the way of a return."""

from contextlib import contextmanager

from dateutil.relativedelta import relativedelta

from odoo import Command, fields

from odoo.addons.crm_policy.tests.common import PolicyCase


class ReturnMixin:
    """Makes sales and returns; for any test class with the policy's people."""

    @classmethod
    def _setup_returns(cls):
        cls._load_chart()
        cls.company.block_unregistered_customers = False
        cls.company.return_over_ratio = 10
        # Most tests are about other rules than those at the customer.
        cls.company.return_persuasion_min = 0
        cls.company.return_collect_required = False
        cls.user_storage.group_ids += cls.env.ref("stock.group_stock_user")
        cls.user_accounting.group_ids += cls.env.ref("account.group_account_invoice")
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.quarantine = cls.warehouse.return_quarantine_location_id
        cls.tax = cls.env["account.tax"].search(
            [
                ("company_id", "=", cls.company.id),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
            ],
            limit=1,
        )
        cls.product = cls._make_product("Jacket")
        cls.product2 = cls._make_product("Trousers")
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Ningxia Trading",
                "is_company": True,
                "user_id": cls.user_sales.id,
                "property_payment_term_id": cls.env.ref(
                    "account.account_payment_term_30days"
                ).id,
            }
        )
        cls.reason = cls.env.ref("crm_returns.reason_model")
        cls.Return = cls.env["crm.return"]

    @contextmanager
    def assertRefused(self, exception, words):
        """Expect a refusal whose message says ``words``, leaving nothing behind."""
        with self.assertRaisesRegex(exception, words), self.env.cr.savepoint():
            yield
        self.env.invalidate_all()

    @classmethod
    def _make_product(cls, name, **vals):
        return cls.env["product.product"].create(
            {
                "name": name,
                "is_storable": True,
                "categ_id": cls.env.ref("product.product_category_goods").id,
                "list_price": 100.0,
                "standard_price": 40.0,
                "invoice_policy": "delivery",
                "taxes_id": [Command.set(cls.tax.ids)],
                **vals,
            }
        )

    @classmethod
    def _sell(
        cls,
        quantities,
        deliver=True,
        invoice=True,
        discount=0.0,
        lots=None,
        received=False,
    ):
        """Return a confirmed order: ``{product: quantity}``, delivered, invoiced.

        :param received: stock the goods by a valued move, not only as a quantity
        """
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "user_id": cls.user_sales.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": 99.99,
                            "discount": discount,
                            "tax_ids": [Command.set(cls.tax.ids)],
                        }
                    )
                    for product, quantity in quantities.items()
                ],
            }
        )
        for product, quantity in quantities.items():
            cls._stock(product, quantity, (lots or {}).get(product), received)
        order.action_confirm()
        if deliver:
            picking = order.picking_ids
            picking.action_assign()
            picking.move_ids.picked = True
            picking.button_validate()
            assert picking.state == "done"
        if invoice:
            order._create_invoices().action_post()
        return order

    @classmethod
    def _stock(cls, product, quantity, lots=None, received=False):
        """Put goods into stock; one unit per lot when lots are given."""
        location = cls.warehouse.lot_stock_id
        if received:
            cls.env["stock.quant"].with_context(inventory_mode=True).sudo().create(
                {
                    "product_id": product.id,
                    "location_id": location.id,
                    "inventory_quantity": quantity,
                }
            ).action_apply_inventory()
            return
        Quant = cls.env["stock.quant"]
        for lot in lots or [None]:
            Quant._update_available_quantity(
                product, location, 1 if lot else quantity, lot_id=lot
            )

    @classmethod
    def _vals(cls, *lines, **vals):
        """Return values of a return; lines are (order line, quantity[, lot])."""
        return {
            "partner_id": cls.customer.id,
            "reason_id": cls.reason.id,
            "evidence": "The customer ordered the wrong model; see his letter.",
            "company_id": cls.company.id,
            "line_ids": [
                Command.create(
                    {
                        "sale_line_id": line[0].id,
                        "quantity": line[1],
                        "lot_id": line[2].id if len(line) > 2 else False,
                    }
                )
                for line in lines
            ],
            **vals,
        }

    @classmethod
    def _return(cls, *lines, user=None, **vals):
        user = user or cls.user_sales
        return cls.Return.with_user(user).create(cls._vals(*lines, **vals))

    def _approve(self, document):
        """Carry a draft through its chain of decisions."""
        if document.state == "draft":
            document.with_user(self.user_sales).action_submit()
        for user in (self.user_sales_head, self.user_marketing_head, self.user_gm):
            if document.approval_state == "pending":
                document.with_user(user).action_approve()
        self.assertEqual(document.state, "approved")
        return document

    def _receive(self, document, quantities=None, backorder=True):
        """Receive the goods as the storekeeper; ``{line: quantity}`` if other."""
        if document.state == "approved":
            document.with_user(self.user_sales).action_create_receipt()
        if quantities:
            document.with_user(self.user_sales_head).action_instruct_difference(
                "Receive what is there"
            )
        for picking in document.sudo().picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        ):
            for move in picking.move_ids:
                line = move.crm_return_line_id
                quantity = (quantities or {}).get(line, move.product_uom_qty)
                move.quantity = quantity
                move.picked = bool(quantity)
            picking.with_user(self.user_storage).with_context(
                skip_backorder=True,
                picking_ids_not_to_backorder=[] if backorder else picking.ids,
            ).button_validate()
        document.invalidate_recordset()
        return document

    def _judge(self, document, result="good"):
        document.with_user(self.user_storage).action_to_quality()
        lines = document.with_user(self.user_quality).line_ids
        lines.action_record_quality(result, "Function and appearance checked")
        document.with_user(self.user_quality).action_judged()
        return document

    @classmethod
    def _setup_workshop(cls):
        """Make the departments that analyse, schedule and rework, with their heads."""
        people = {
            "technical": "Technician",
            "pmc": "Planner",
            "production": "Workshop",
        }
        for code, name in people.items():
            cls.departments[code] = cls.env["hr.department"].create(
                {
                    "name": name,
                    "policy_code": code,
                    "company_id": cls.company.id,
                }
            )
            user = cls._make_person(
                f"user_{code}", name, "crm_policy.group_user", code, True
            )
            setattr(cls, f"user_{code}", user)

    def _plan(self, document, **dispositions):
        """Return the approved plan of a judged return; ``{result: disposition}``."""
        plan = document.sudo().plan_ids.with_user(self.user_technical)
        plan.analysis = "Seam open"
        for item in plan.item_ids:
            wanted = dispositions.get(item.qa_result)
            if wanted:
                item.disposition = wanted
        plan.action_submit()
        plan.with_user(self.user_gm).action_approve()
        return plan

    def _prove(self, document):
        document.with_user(self.user_sales).write(
            {
                "proof_type_id": self.env.ref("crm_returns.proof_red_invoice").id,
                "proof_reference": "RED-1",
                "proof_attachment_ids": [
                    Command.create(
                        {"name": "red.pdf", "raw": b"%PDF-1.4", "type": "binary"}
                    )
                ],
            }
        )
        return document

    def _to_accounting(self, *lines, received=None, **vals):
        document = self._approve(self._return(*lines, **vals))
        quantities = None
        if received is not None:
            quantities = {document.line_ids[0]: received}
        self._receive(document, quantities, backorder=False)
        self._judge(document)
        return self._prove(document)

    def _notes(self, document, post=True):
        ids = document.with_user(self.user_accounting).action_create_credit_notes()
        notes = self.env["account.move"].with_user(self.user_accounting).browse(ids)
        if post:
            notes.action_post()
        document.invalidate_recordset()
        return notes

    def _age_delivery(self, order, **delta):
        """Pretend the delivery of an order was done earlier."""
        for move in order.picking_ids.move_ids:
            move.date = fields.Datetime.now() - relativedelta(**delta)


class ReturnCase(ReturnMixin, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_returns()
