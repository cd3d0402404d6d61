"""Attacks over RPC on the merge log, master data and the archive's wizards."""

from odoo.tests import new_test_user, tagged

from odoo.addons.crm_policy.tests.common import PASSWORD, RpcAbuseCase

from .common import ArchiveMixin


@tagged("post_install", "-at_install")
class TestRulesRpc(ArchiveMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_custodian = new_test_user(
            cls.env,
            "rules_custodian",
            groups="crm_customer_archive.group_archive_custodian",
            password=PASSWORD,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.customer = cls._make_archived_customer(number=1)
        cls.env.flush_all()

    def test_merge_log(self):
        """The log of what was merged is written by merging and by nobody."""
        twin = self._make_archived_customer(
            name="Yinchuan Garments", number=2, credit_code=False
        )
        keep = self.customer.with_user(self.user_custodian)
        keep.merge_customers(twin.ids, "The same firm")
        log = self.customer.merge_log_ids
        self.env.flush_all()
        writers = [self.user_sales, self.user_custodian, self.user_director]
        self.attack(
            log,
            create_vals={"destination_id": self.customer.id, "name": "Forged"},
            guarded={
                "name": "Forged Ltd",
                "customer_number": "KH999",
                "reason": "Forged",
                "destination_id": self.customer.main_contact_id.id,
            },
            users=[*writers, self.user_admin],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )
        for user in (*writers, self.user_admin):
            with self.refused(f"{user.login} deletes the merge log"):
                self.rpc(user, log._name, "unlink", log.ids)

    def test_master_data_areas(self):
        """Who maintains which partners is policy: its administrators alone write."""
        area = self.env.ref("crm_customer_archive.master_area_raw_material")
        department = self.departments["sales"]
        for user in (
            self.user_sales,
            self.user_sales_head,
            self.user_specialist,
            self.user_custodian,
            self.user_director,
        ):
            self.attack(
                area,
                create_vals={
                    "code": "forged",
                    "name": "Forged",
                    "profile_id": area.profile_id.id,
                    "department_id": department.id,
                },
                guarded={"department_id": department.id, "active": False},
                users=[user],
            )
            with self.refused(f"{user.login} deletes an area"):
                self.rpc(user, area._name, "unlink", area.ids)
        self.rpc(self.user_admin, area._name, "write", area.ids, {"sequence": 99})

    def test_master_data_requests(self):
        """Neither who asks nor who maintains nor the management forges a request."""
        supply = self.env["hr.department"].create(
            {"name": "Supply", "policy_code": "supply", "company_id": self.company.id}
        )
        self.departments["supply"] = supply
        maintainer = self._make_person(
            "user_supply", "Supply", "crm_policy.group_user", "supply", True
        )
        Request = self.env["crm.master.data.request"]
        request = Request.browse(
            Request.with_user(self.user_manufacturing).file_request(
                {
                    "area": "raw_material",
                    "partner_name": "Cotton Ltd",
                    "business": "Cotton",
                    "reason": "New fabric",
                },
                True,
            )
        )
        self.assertEqual(request.routing_department_id, supply)
        self.env.flush_all()
        self.attack(
            request,
            create_vals={
                "area_id": request.area_id.id,
                "partner_name": "Forged Ltd",
            },
            final_states=("audited", "done"),
            guarded={
                "audited_by_id": maintainer.id,
                "partner_id": self.customer.id,
                "routing_department_id": self.departments["sales"].id,
            },
            users=[maintainer, self.user_director, self.user_admin],
        )
        for user in (self.user_manufacturing, self.user_sales):
            for method in ("action_audit", "action_complete"):
                with self.refused(f"{user.login} takes {method}"):
                    self.rpc(user, request._name, method, request.ids)

    # ---------------------------------------------------------------- wizards

    def _wizard(self, user, model, method, vals, context=None):
        """Fill in a form and press its button as a program does."""
        with self.refused(f"{user.login}: {method} of {model}"):
            [new_id] = self.rpc(user, model, "create", [vals], context=context or {})
            self.rpc(user, model, method, [new_id], context=context or {})

    def test_wizards_are_no_way_round(self):
        """A wizard takes no step that its user may not take."""
        customer, contact = self.customer, self.customer.main_contact_id
        purpose = self.env["crm.consent.purpose"].search([], limit=1)
        change = {"partner_id": customer.id, "reason": "Forged"}
        here = {"active_id": customer.id, "active_ids": customer.ids}
        calls = [
            (
                (self.user_sales, self.user_sales2, self.user_outsider),
                ("crm.customer.suspend", "action_suspend"),
                {"partner_ids": [(6, 0, customer.ids)], "reason": "Forged"},
            ),
            (
                (self.user_sales2, self.user_outsider),
                ("crm.consent.give", "action_confirm"),
                {"partner_id": contact.id, "purpose_id": purpose.id},
            ),
            (
                (self.user_sales2, self.user_outsider),
                ("crm.customer.duplicate.review", "action_confirm"),
                change,
            ),
        ]
        for model, method in (
            ("crm.credit.case", "action_confirm_payment"),
            ("res.partner", "unlink"),
            ("res.partner", "_write_guarded"),
        ):
            calls.append(
                (
                    (self.user_sales, self.user_director),
                    ("crm.credit.reason", "action_apply"),
                    {
                        "res_model": model,
                        "res_ids": f"{customer.id}",
                        "method": method,
                        "reason": "Forged",
                    },
                )
            )
        for model, step in (
            ("res.partner", "unlink"),
            ("crm.data.request", "action_release"),
            ("crm.data.request", "_transition"),
        ):
            calls.append(
                (
                    (self.user_sales, self.user_director),
                    ("crm.data.reason", "action_confirm"),
                    {
                        "res_model": model,
                        "res_id": customer.id,
                        "step": step,
                        "reason": "Forged",
                    },
                )
            )
        for users, (model, method), vals in calls:
            for user in users:
                self._wizard(user, model, method, vals)
        for user in (self.user_sales2, self.user_outsider):
            for step in ("return", "assign", "keep"):
                self._wizard(
                    user,
                    "crm.account.ask",
                    "action_confirm",
                    {"step": step, "reason": "Forged", "user_id": user.id},
                    here,
                )
        self.env.invalidate_all()
        self.assertEqual(customer.state, "archived")
        self.assertEqual(customer.user_id, self.user_sales)
        self.assertFalse(contact.consent_ids)

    def test_wizards_of_procedures(self):
        """Requests, verifications and handovers: only who holds the step."""
        self.env["crm.customer.verification.round"].with_company(self.company).create(
            {}
        )
        line = self.env["crm.customer.verification"].search(
            [("partner_id", "=", self.customer.id)], limit=1
        )
        today = self.company._policy_today()
        request = self.env["crm.data.request"].browse(
            self.env["crm.data.request"]
            .with_user(self.user_sales)
            .request_data(
                {
                    "purpose": "CALL",
                    "form": "paper",
                    "customer_ids": self.customer.ids,
                    "parts": ["contact"],
                    "date_to": str(today),
                }
            )
        )
        handover = (
            self.env["crm.customer.handover"]
            .with_user(self.user_sales_head)
            .create({"user_id": self.user_sales.id, "departure_date": today})
        )
        self.env.flush_all()
        for user in (self.user_sales2, self.user_outsider):
            self._wizard(
                user,
                "crm.customer.verification.answer",
                "action_apply",
                {"verification_id": line.id, "method": "phone", "city": "Forged"},
            )
        for user in (self.user_sales, self.user_sales2, self.user_specialist):
            self._wizard(
                user,
                "crm.data.hand.out",
                "action_confirm",
                {
                    "request_id": request.id,
                    "copies": 1,
                    "holder_id": user.id,
                    "date_due": str(today),
                },
            )
        for user in (self.user_sales, self.user_sales2, self.user_outsider):
            self._wizard(
                user,
                "crm.customer.handover.clear",
                "action_clear",
                {"handover_id": handover.id, "statement": "All returned"},
            )
            self._wizard(
                user,
                "crm.customer.handover.assign",
                "action_assign",
                {
                    "handover_id": handover.id,
                    "line_ids": [(6, 0, handover.line_ids.ids)],
                    "successor_id": self.user_sales2.id,
                },
            )
            self._wizard(
                user,
                "base.partner.merge.automatic.wizard",
                "action_merge",
                {
                    "partner_ids": [(6, 0, self.customer.ids)],
                    "dst_partner_id": self.customer.id,
                },
            )
        self.env.invalidate_all()
        self.assertEqual(line.state, "due")
        self.assertFalse(request.copy_ids)
        self.assertFalse(handover.line_ids.successor_id)

    def test_plain_employees_open_no_wizard(self):
        """Dialogs of the archive are for those who keep customers."""
        open_to_all = {"crm.data.reason"}  # its steps check who takes them
        for name, model in self.env.items():
            if (
                model._transient
                and (model._original_module == "crm_customer_archive")
                and name not in open_to_all
            ):
                with self.subTest(name), self.refused(f"an outsider opens {name}"):
                    self.rpc(self.user_outsider, name, "create", [{}])
