"""A company that keeps books, and customers with credit terms and debts."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields

from .common import ArchiveMixin


class CreditMixin(ArchiveMixin):
    """Needs the people of ``PolicyMixin``."""

    @classmethod
    def _setup_books(cls):
        cls._load_chart()
        cls.term_15 = cls.env.ref("account.account_payment_term_15days")
        cls.term_30 = cls.env.ref("account.account_payment_term_30days")
        cls.term_45 = cls.env.ref("account.account_payment_term_45days")
        cls.immediate = cls.env.ref("account.account_payment_term_immediate")
        cls.product = cls.env["product.product"].create(
            {"name": "Coat", "type": "service", "list_price": 100, "taxes_id": False}
        )
        cls.today = cls.company._policy_today()

    @classmethod
    def _application_vals(cls, customer, **vals):
        return {
            "partner_id": customer.id,
            "company_id": cls.company.id,
            "payment_term_id": cls.term_30.id,
            "credit_limit": 10000,
            "investigated_on": fields.Date.to_string(cls.today),
            "production_situation": "两条生产线，订单饱满",
            "credit_standing": "按时付款",
            "bank_information": "宁夏银行",
            "annual_turnover": 5000000,
            "supplier_references": "两家供应商均满意",
            **vals,
        }

    @classmethod
    def _apply(cls, customer, user=None, **vals):
        Application = cls.env["crm.credit.application"].with_user(
            user or cls.user_sales
        )
        return Application.create(cls._application_vals(customer, **vals)).with_env(
            cls.env
        )

    @classmethod
    def _grant(cls, customer, **vals):
        application = cls._apply(customer, **vals)
        application.with_user(cls.user_sales).action_submit()
        application.with_user(cls.user_sales_head).action_approve()
        return application

    @classmethod
    def _invoice(cls, customer, days_ago=60, amount=1000.0, term=None, post=True):
        """Return an invoice of that many days ago."""
        move = (
            cls.env["account.move"]
            .with_company(cls.company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "company_id": cls.company.id,
                    "invoice_date": cls.today - timedelta(days=days_ago),
                    "invoice_payment_term_id": (term or cls.immediate).id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Coats",
                                "quantity": 1,
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _pay(cls, move):
        cls.env["account.payment.register"].with_company(cls.company).with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()

    def _order(self, partner, user=None, price=100.0, **vals):
        return (
            self.env["sale.order"]
            .with_user(user or self.user_sales)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "order_line": [
                        Command.create(
                            {"product_id": self.product.id, "price_unit": price}
                        )
                    ],
                    **vals,
                }
            )
        )

    @staticmethod
    def _overdue_cron(env):
        """Run the morning's job within the test's transaction."""
        with patch.object(
            type(env["ir.cron"]), "_commit_progress", return_value=float("inf")
        ):
            env["crm.credit.case"]._cron_overdue()
        env.invalidate_all()

    def _run_overdue(self):
        self._overdue_cron(self.env)
