"""Customers with sales of two years."""

from dateutil.relativedelta import relativedelta

from odoo import Command

from .credit_common import CreditMixin


class AnalysisMixin(CreditMixin):
    """Needs the people of ``PolicyMixin``."""

    @classmethod
    def _setup_analysis(cls):
        cls._setup_books()
        cls.this_month = cls.today.replace(day=1)
        cls.category = cls.env["product.category"].create({"name": "Coats"})
        cls.coat = cls.env["product.product"].create(
            {
                "name": "Long coat",
                "type": "service",
                "standard_price": 60,
                "categ_id": cls.category.id,
                "taxes_id": False,
            }
        )
        ningxia = cls.env["res.country.state"].create(
            {"name": "Region A", "code": "RA9", "country_id": cls.env.ref("base.cn").id}
        )
        cls.region = ningxia
        cls.mine = cls._make_archived_customer(
            name="Yinchuan One Ltd", number=1, state_id=ningxia.id
        )
        cls.others = cls._make_archived_customer(
            user=cls.user_sales2, name="Yinchuan Two Ltd", number=2
        )
        cls.months_ago = staticmethod(
            lambda count: cls.this_month - relativedelta(months=count)
        )
        # the customer grows from 1000 to 1500, the other one stopped buying
        cls._sell(cls.mine, cls.months_ago(13), 1000)
        cls._sell(cls.mine, cls.months_ago(1), 1500)
        cls._sell(cls.others, cls.months_ago(13), 500)
        cls.env.flush_all()

    @classmethod
    def _sell(cls, customer, date, amount):
        move = (
            cls.env["account.move"]
            .with_company(cls.company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "company_id": cls.company.id,
                    "invoice_date": date,
                    "invoice_user_id": customer.user_id.id,
                    "invoice_payment_term_id": cls.immediate.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": cls.coat.id,
                                "quantity": 10,
                                "price_unit": amount / 10,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
        move.action_post()
        return move

    def _rows(self, model, user, domain=()):
        records = self.env[model].with_user(user)
        return records.with_context(allowed_company_ids=self.company.ids).search(
            [("company_id", "=", self.company.id), *domain]
        )
