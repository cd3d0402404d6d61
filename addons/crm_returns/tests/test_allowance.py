"""Allowances: decided, signed, sealed, proven, booked; cost flows back (SM-16)."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.crm_complaint.tests.common import ComplaintMixin
from odoo.addons.crm_policy.tests.common import PolicyCase, RpcAbuseCase

from .common import ReturnMixin


class AllowanceMixin(ReturnMixin, ComplaintMixin):
    """Makes allowances; for any test class with the policy's people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_returns()
        cls._setup_workshop()
        cls.Complaint = cls.env["crm.complaint"]
        cls.order = cls._sell({cls.product: 10, cls.product2: 4}, discount=5)
        cls.line, cls.line2 = cls.order.order_line
        cls.invoice = cls.order.invoice_ids

    def _summary_vals(self, amount=1000.0, **vals):
        return super()._summary_vals(
            amount=100, resolution_ids=self._resolution, **vals
        )

    def _complaint(self, kind="allowance", amount=100, quantity=5):
        kind = self.env.ref(f"crm_complaint.resolution_kind_{kind}")
        self._resolution = [
            Command.create({"kind_id": kind.id, "quantity": quantity, "amount": amount})
        ]
        complaint = self.Complaint.with_user(self.user_sales).create(
            {
                "partner_id": self.customer.id,
                "product_id": self.product.id,
                "company_id": self.company.id,
                "picking_id": self.order.picking_ids[:1].id,
                "sale_order_id": self.order.id,
                "order_reference": self.order.name,
                "defective_quantity": 5,
                "description": "Seams open",
                "demand": "A lower price",
                "opinion": "Sample confirms it",
            }
        )
        return self._at(complaint, "decided")

    def _allowance(self, complaint, quantity=5, price=20.0):
        line = self.invoice.invoice_line_ids.filtered(
            lambda li: li.product_id == self.product
        )
        return (
            self.env["crm.return.allowance"]
            .with_user(self.user_sales)
            .create(
                {
                    "complaint_id": complaint.id,
                    "invoice_id": self.invoice.id,
                    "company_id": self.company.id,
                    "line_ids": [
                        Command.create(
                            {
                                "invoice_line_id": line.id,
                                "quantity": quantity,
                                "price_unit": price,
                            }
                        )
                    ],
                }
            )
        )

    def _prove_allowance(self, document, proof="proof_allowance_certificate"):
        document.write(
            {
                "proof_type_id": self.env.ref(f"crm_returns.{proof}").id,
                "proof_attachment_ids": [
                    Command.create({"name": "seal.pdf", "raw": b"%PDF-1.4"})
                ],
            }
        )


@tagged("post_install", "-at_install")
class TestAllowance(AllowanceMixin, PolicyCase):
    def test_story(self):
        """RET-55, RET-56, RET-71 to RET-74."""
        receivable = self.invoice.amount_residual
        document = self._allowance(self._complaint())
        self.assertEqual(document.amount_untaxed, 100)
        with self.assertRefused(UserError, "only in"):
            document.action_seal()
        document.action_submit()
        with self.assertRaises(AccessError):
            document.action_approve()
        document.with_user(self.user_sales_head).action_approve()
        self.assertEqual(document.state, "signature")
        document.with_user(self.user_deputy).action_approve()
        self.assertEqual(document.state, "signed")
        with self.assertRefused(UserError, "RET-71"):
            document.action_seal()
        self._prove_allowance(document, "proof_return_certificate")
        with self.assertRefused(UserError, "RET-71"):
            document.action_seal()
        self._prove_allowance(document)
        accounting = document.with_user(self.user_accounting)
        with self.assertRefused(UserError, "only in"):
            accounting.action_create_credit_note()
        document.action_seal()
        complaint = document.complaint_id
        complaint.with_user(self.user_sales).report_result("Signed")
        with self.assertRefused(UserError, "not finished"):
            complaint.with_user(self.user_gmo).action_close()
        with self.assertRaises(AccessError):
            document.action_create_credit_note()
        note = self.env["account.move"].browse(accounting.action_create_credit_note())
        with self.assertRefused(UserError, "already"):
            accounting.action_create_credit_note()
        note.invoice_line_ids.price_unit = 21
        with self.assertRefused(UserError, "must credit"):
            note.with_user(self.user_accounting).action_post()
        note.invoice_line_ids.price_unit = 20
        note.with_user(self.user_accounting).action_post()
        self.assertEqual(document.state, "booked")
        self.assertEqual(note.amount_untaxed, 100)
        self.assertEqual(note.complaint_id, complaint)
        complaint.with_user(self.user_gmo).action_close()
        self.assertAlmostEqual(
            receivable - self.invoice.amount_residual, note.amount_total, 2
        )
        self.assertEqual(self.order.order_line.mapped("qty_invoiced"), [10, 4])
        row = self.env["crm.collection.report"].search(
            [("move_id", "=", self.invoice.id)]
        )
        self.assertEqual(row.amount_returned, note.amount_total)
        self.assertEqual(row.amount_collected, 0)
        self.assertAlmostEqual(
            row.amount_base, self.invoice.amount_total - note.amount_total, 2
        )
        note.button_draft()
        self.assertEqual(document.state, "sealed")

    def test_limits(self):
        """Neither more than decided nor more than billed, nor without a decision."""
        complaint = self._complaint()
        with self.assertRaises(UserError):
            self._allowance(complaint, quantity=11)
        with self.assertRaises(UserError):
            self._allowance(complaint, price=250)
        with self.assertRaises(UserError):
            self._allowance(complaint, price=21).action_submit()
        document = self._allowance(complaint)
        for vals in (
            {"state": "booked"},
            {"sealed_on": "2026-01-01"},
            {"amount_untaxed": 1},
        ):
            with self.assertRaises(AccessError):
                document.write(vals)
        with self.assertRaises(UserError):
            document.proof_reference = "1"
        with self.assertRaises(AccessError):
            document.with_user(self.user_sales2).read(["reason"])
        other = self._allowance(self._complaint(kind="return", amount=0))
        with self.assertRefused(UserError, "RET-55"):
            other.action_submit()

    def test_loss_of_complaint(self):
        """The complaint carries the quantity returned and the cost of rework."""
        complaint = self._complaint(kind="return", amount=0, quantity=5)
        complaint.sudo().action_propose_losses()
        document = self._return(
            (self.line, 5),
            complaint_id=complaint.id,
            reason_id=self.env.ref("crm_returns.reason_quality").id,
        )
        document.action_submit()
        document.with_user(self.user_sales_head).action_approve()
        self._receive(document)
        self._judge(document, "defective")
        self._prove(document)
        self._notes(document)
        document.with_user(self.user_accounting).freight_cost = 12.5
        plan = self._plan(document)
        plan.with_user(self.user_pmc).action_schedule("2026-12-01", "2026-12-02")
        plan.with_user(self.user_production).action_start()
        plan.with_user(self.user_production).action_finish(labour=40)
        losses = complaint.sudo().loss_ids
        returned = losses.filtered(lambda li: li.kind_code == "return")
        self.assertEqual(returned.mapped("quantity"), [5])
        rework = losses.filtered(lambda li: li.kind_code == "rework")
        self.assertEqual(rework.crm_return_id, document.sudo())
        self.assertEqual(rework.amount, 52.5)
        self.assertEqual(document.cost_total, 52.5)


@tagged("post_install", "-at_install")
class TestAllowanceAbuse(AllowanceMixin, RpcAbuseCase):
    def test_certificate(self):
        """Nobody forges signatures, seal or amount, or books without them."""
        document = self._allowance(self._complaint())
        document.action_submit()
        line = document.line_ids
        vals = {
            "complaint_id": document.complaint_id.id,
            "invoice_id": self.invoice.id,
            "company_id": self.company.id,
        }
        self.attack(
            document.sudo(),
            vals,
            final_states=("signed", "sealed", "booked"),
            guarded={
                "name": "999",
                "approval_state": "approved",
                "amount_untaxed": 0.01,
                "sealed_on": "2026-01-01",
                "booked_on": "2026-01-01",
            },
            users=[self.user_sales, self.user_accounting],
            strangers=[self.user_outsider, self.user_other_company],
        )
        model = "crm.return.allowance"
        for user, method in (
            (self.user_sales, "action_approve"),
            (self.user_deputy, "action_approve"),
            (self.user_sales, "action_seal"),
            (self.user_accounting, "action_create_credit_note"),
            (self.user_sales, "action_create_credit_note"),
        ):
            with self.refused(f"{user.login} {method}"):
                self.rpc(user, model, method, document.ids)
        for amount in (-1, 0, 10**6):
            with self.refused(f"an allowance of {amount} per unit"):
                self.rpc(
                    self.user_sales,
                    "crm.return.allowance.line",
                    "write",
                    line.ids,
                    {"price_unit": amount},
                )
