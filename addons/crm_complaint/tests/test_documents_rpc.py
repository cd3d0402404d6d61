"""The known ways around the procedures of what hangs on a complaint, over XML-RPC."""

from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .common import ComplaintMixin
from .common_charge import ChargeMixin
from .common_documents import DocumentsMixin

MOMENT = "2026-01-01 00:00:00"


@tagged("post_install", "-at_install")
class TestDocumentsRpc(DocumentsMixin, ChargeMixin, ComplaintMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_complaints()
        cls._setup_charge()

    def _attacks(self):
        """Return by model who attacks, final states, forged values, own values."""
        sales, office, gm = self.user_sales, self.user_gmo, self.user_gm
        on_case = {"complaint_id": self.case.id}
        person = {"employee_id": self.worker.id}
        return {
            "crm.complaint.action": (
                self.user_quality,
                ("effective",),
                {"done_at": MOMENT, "verified_by_id": gm.id},
                {**on_case, "kind": "corrective", "name": "Check"},
            ),
            "crm.complaint.eight.d": (
                self.user_quality,
                ("released",),
                {"revision": 9, "released_at": MOMENT},
                {**on_case, "d2_problem": "Seams"},
            ),
            "crm.complaint.contact": (
                sales,
                (),
                {"mailed": True, "from_portal": True, "user_id": gm.id},
                {**on_case, "text": "Words"},
            ),
            "crm.complaint.joint": (
                office,
                ("settled", "rejected"),
                {"closed_at": MOMENT},
                {**on_case, "partner_id": self.supplier.id},
            ),
            "crm.complaint.memorandum": (
                sales,
                ("accepted",),
                {"answer": "Granted", "user_id": gm.id},
                {**on_case, "kind": "proposal", "subject": "x", "text": "y"},
            ),
            "crm.complaint.notification": (
                sales,
                ("published", "closed"),
                {"published_at": MOMENT, "feedback_due": "2099-01-01"},
                {**on_case, "subject": "x", "text": "y"},
            ),
            "crm.complaint.loss": (
                office,
                (),
                {"amount": 1.5, "resale_state": "resold", "resale_until": "2099-01-01"},
                {**on_case, "kind_id": self.loss_kind.id},
            ),
            "crm.complaint.liability": (
                office,
                (),
                {"amount_deduction": 1.5, "amount_sanction": 1.5},
                {**on_case, "kind": "person", **person, "share": 1},
            ),
            "crm.sanction": (
                office,
                ("approved", "published"),
                {"announcement_number": "9", "opinion": "Agreed"},
                {**person, "item": "x"},
            ),
            "crm.bonus.notice": (
                office,
                ("issued",),
                {"checked_at": MOMENT},
                {**person, "amount": 1, "cause": "x"},
            ),
            "crm.bonus.deduction": (
                self.user_hr,
                ("done",),
                {"amount": 1.5},
                {**person, "kind": "loss"},
            ),
            "crm.bonus.run": (
                self.user_hr,
                ("released",),
                {"released_at": MOMENT},
                {"month": str(self._next(7)), "company_id": self.company.id},
            ),
            "crm.complaint.statement": (
                office,
                ("allocated", "confirmed"),
                {"confirmed_at": MOMENT},
                {"month": str(self._next(-7)), "company_id": self.company.id},
            ),
            "crm.field.response": (
                sales,
                ("reported", "instructed"),
                {"instruction": "Go", "called_at": MOMENT},
                {"partner_id": self.customer.id, "abnormality": "x"},
            ),
            "crm.abnormality": (
                sales,
                ("improved", "closed", "converted"),
                {"confirmed_at": MOMENT, "complaint_id": self.case.id},
                {"partner_id": self.customer.id, "description": "x"},
            ),
        }

    def test_documents(self):
        """Nobody forges a state or a decided value; nobody outside sees anything."""
        documents = {**self._documents(), **self._field_documents()}
        self.case = documents["crm.complaint"]
        self._bonus(self.worker, 1000)
        documents["crm.bonus.run"] = self._run(release=False)
        for model, (user, states, forged, vals) in self._attacks().items():
            self.attack(
                documents[model],
                vals,
                final_states=states,
                guarded=forged,
                users=(user,),
                strangers=(self.user_outsider, self.user_other_company),
            )

    def test_methods_of_others(self):
        """Steps of others are refused to who may not take them."""
        documents = {**self._documents(), **self._field_documents()}
        for model, user, method, args in (
            ("crm.complaint.action", self.user_sales2, "action_verify_effective", ()),
            ("crm.complaint.eight.d", self.user_sales, "action_release", ()),
            ("crm.complaint.joint", self.user_sales, "action_settle", ()),
            ("crm.complaint.memorandum", self.user_sales, "action_accept", ("Yes",)),
            ("crm.complaint.notification", self.user_quality, "action_plan", ()),
            ("crm.sanction", self.user_gmo, "action_publish", ()),
            ("crm.sanction", self.user_manufacturing, "action_circulate", ()),
            ("crm.bonus.notice", self.user_gmo, "action_approve", ()),
            ("crm.bonus.deduction", self.user_gmo, "action_hold", ("No",)),
            ("crm.complaint.statement", self.user_sales, "action_confirm", ()),
            ("crm.field.response", self.user_sales, "action_instruct", ("Go",)),
            ("crm.abnormality", self.user_sales, "action_confirm", ()),
        ):
            record = documents[model]
            with self.refused(f"{user.login} {method} of {model}"):
                self.rpc(user, model, method, record.ids, *args)

    def test_duty_rounds(self):
        """Rounds are opened by their job, done by their department, never forged."""
        Round = self.env["crm.complaint.duty.round"]
        Round._cron_rounds()
        duty = self.env.ref("crm_complaint.duty_evaluation")
        done = Round.search(
            [("duty_id", "=", duty.id), ("company_id", "=", self.company.id)], limit=1
        )
        self.assertTrue(done)
        vals = {
            "duty_id": duty.id,
            "company_id": self.company.id,
            "department_id": done.department_id.id,
            "date_from": "2020-01-01",
            "date_to": "2020-01-31",
            "date_due": "2020-02-10",
        }
        self.attack(
            done,
            vals,
            final_states=("done",),
            guarded={"done_at": MOMENT, "date_due": "2099-01-01"},
            users=(self.user_gmo,),
            strangers=(self.user_other_company,),
        )
        model = done._name
        with self.refused("a department other than the duty's puts findings down"):
            self.rpc(
                self.user_storage, model, "write", done.ids, {"findings": "All well"}
            )
        with self.refused("done without findings"):
            self.rpc(self.user_gmo, model, "action_done", done.ids)
        with self.refused("who is no director takes a round up again"):
            self.rpc(self.user_gmo, model, "action_reopen", done.ids)
