"""Customers in every state, made by the real procedure."""

from stdnum.cn import uscc

from odoo.addons.crm_policy.tests.common import PolicyCase


def credit_code(number):
    """Return a valid unified social credit code, another one for each number."""
    head = f"91640100MA{number:07d}"
    return head + uscc.calc_check_digit(head)


class ArchiveMixin:
    """Needs the people of ``PolicyMixin``."""

    @classmethod
    def _customer_vals(cls, name="Yinchuan Garments Ltd", number=1, **vals):
        """Return the values of a complete registration form."""
        return {
            "name": name,
            "is_company": True,
            "is_crm_customer": True,
            "company_id": cls.company.id,
            "credit_code": credit_code(number),
            "enterprise_type_id": cls.env.ref(
                "crm_customer_archive.enterprise_type_limited"
            ).id,
            "legal_representative": "马建国",
            "source_id": cls.env.ref(
                "crm_customer_archive.customer_source_exhibition"
            ).id,
            "country_id": cls.env.ref("base.cn").id,
            "city": "银川市",
            "street": "解放东街1号",
            "main_contact_name": "马晓燕",
            "main_contact_phone": "13895001234",
            "main_contact_function": "采购经理",
            **vals,
        }

    @classmethod
    def _make_customer(cls, user=None, **vals):
        """Return a complete draft of ``user`` (by default the first salesperson)."""
        user = user or cls.user_sales
        vals.setdefault("user_id", user.id)
        Partner = cls.env["res.partner"].with_user(user)
        return Partner.create(cls._customer_vals(**vals)).with_env(cls.env)

    @classmethod
    def _make_archived_customer(cls, user=None, **vals):
        """Return a customer registered by ``user`` and approved by the sales head."""
        user = user or cls.user_sales
        customer = cls._make_customer(user=user, **vals)
        customer.with_user(user).action_submit()
        customer.with_user(cls.user_sales_head).action_approve()
        return customer


class ArchiveCase(ArchiveMixin, PolicyCase):
    pass
