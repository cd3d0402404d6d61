"""Customers with sales, for the tests of classes."""

from odoo import Command

from odoo.addons.crm_policy.tests.common import PolicyCase

from .common import ArchiveMixin

SCHEME = "crm_customer_archive.scheme_"


class GradingMixin(ArchiveMixin):
    @classmethod
    def _setup_grading(cls):
        cls.Scheme = cls.env["crm.customer.scheme"]
        cls.Engine = cls.env["crm.customer.class.engine"]
        cls.History = cls.env["crm.customer.class.history"]
        cls.Standing = cls.env["crm.customer.standing"]
        cls.today = cls.company._policy_today()
        cls.product = cls.env["product.product"].create(
            {"name": "Coat", "type": "service", "taxes_id": False, "standard_price": 60}
        )
        marketing = cls._make_person(
            "user_marketing_director",
            "Marketing Director",
            "crm_customer_archive.group_marketing_director",
            "marketing",
        )
        cls.user_marketing_director = marketing
        cls.user_service_manager = cls._make_person(
            "user_service_manager",
            "Service Manager",
            "crm_customer_archive.group_service_manager",
            "service",
        )
        cls.env["hr.employee"].flush_model()

    @classmethod
    def _scheme(cls, code):
        scheme = cls.env.ref(SCHEME + code.lower())
        if scheme.basis == "invoiced":
            scheme.basis = "ordered"  # the tests' company has no chart of accounts
        return scheme

    @classmethod
    def _customers(cls, count, start=100, **vals):
        """Return customers on file; the procedure itself has its own tests."""
        customers = (
            cls.env["res.partner"]
            .with_user(cls.user_sales)
            .create(
                [
                    cls._customer_vals(
                        name=f"Firm {start + number} Ltd",
                        number=start + number,
                        user_id=cls.user_sales.id,
                        **vals,
                    )
                    for number in range(count)
                ]
            )
        ).with_env(cls.env)
        customers._write_guarded({"state": "archived"})
        customers._archive_customers()
        return customers

    @classmethod
    def _sell(cls, customer, amount, date=None, quantity=1):
        order = cls.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": amount / quantity,
                            "tax_ids": False,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.date_order = f"{date or cls.today} 04:00:00"
        return order

    def _run(self, scheme, **options):
        result = self.Engine._run(scheme, self.company, **options)
        self.env.invalidate_all()
        return result

    def _held(self, scheme, customers):
        rows = self.History._current(customers, scheme, self.company)
        found = {row.partner_id: row.class_id.code for row in rows}
        return [found.get(customer) for customer in customers]

    def _authority(self, model, step):
        """Let the marketing director decide under the company's profile, whatever."""
        profile = self.company._policy_profile("grading")
        found = self.env["crm.authority"].search(
            [
                ("profile_id", "=", profile.id),
                ("model", "=", model),
                ("step", "=", step),
            ]
        )
        self.assertTrue(found, f"authority for {step} under {profile.code}")
        return found


class GradingCase(GradingMixin, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_grading()
