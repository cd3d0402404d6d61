"""A company whose test documents are routed against time limits."""

from datetime import datetime, timedelta

from odoo.tests import freeze_time

from .fake_models import DOCUMENT, setup_fake_models

# Friday 2026-11-20 10:00 in Shanghai
START = datetime(2026, 11, 20, 2, 0, 0)


class RoutingSetup:
    @classmethod
    def _setup_routing(cls):
        cls.documents = setup_fake_models(cls)
        cls.profile = cls.env["crm.policy.profile"].create(
            {"code": "ROUTE", "name": "Routing test"}
        )
        cls.company.policy_complaint_profile_id = cls.profile
        cls.model_id = cls.env["ir.model"]._get_id(DOCUMENT)
        cls.limit_quality = cls._limit("quality", days=1, unit="working", max_days=3)
        cls.limit_sales = cls._limit("sales", days=3, has_foreign=True, days_foreign=7)
        cls.limit_case = cls._limit("case", days=13, has_foreign=True, days_foreign=17)
        cls.documents = cls.env[DOCUMENT].with_user(cls.user_sales)

    @classmethod
    def _limit(cls, step, **vals):
        return cls.env["crm.routing.limit"].create(
            {
                "name": f"Limit of {step}",
                "profile_id": cls.profile.id,
                "model_id": cls.model_id,
                "step": step,
                **vals,
            }
        )

    def document(self, count=1, submit=True, **vals):
        documents = self.documents.create([dict(vals) for _number in range(count)])
        if submit:
            documents.action_submit()
        return documents

    def at(self, **delta):
        return freeze_time(START + timedelta(**delta))
