"""Complaints with a loss, people who answer for it, and the office that charges it."""

from dateutil.relativedelta import relativedelta

from odoo import Command

from .common import ComplaintCase


class ChargeMixin:
    @classmethod
    def _setup_charge(cls):
        [cls.user_hr] = cls._make_people(
            [("user_hr", "HR", "hr.group_hr_user", False, False)]
        )
        cls.user_accounting.group_ids += cls.env.ref("account.group_account_invoice")
        cls.worker, cls.worker2, cls.worker3 = cls.env["hr.employee"].create(
            [
                {
                    "name": f"Worker {number}",
                    "company_id": cls.company.id,
                    "department_id": cls.departments["manufacturing"].id,
                    "performance_base_points": points,
                }
                for number, points in ((1, 1.0), (2, 1.5), (3, 2.5))
            ]
        )
        cls.manager = cls.departments["manufacturing"].manager_id
        cls.manager.performance_base_points = 0
        cls.user_worker = cls._make_user("user_worker", cls.worker)
        cls.supplier = cls.env["res.partner"].create({"name": "Yarn Supplier"})
        cls.loss_kind = cls.env["crm.complaint.loss.kind"].search(
            [("code", "=", "claim")], limit=1
        ) or cls.env["crm.complaint.loss.kind"].search(
            [("formula", "=", "amount_paid")], limit=1
        )
        cls.this_month = cls.company._policy_today().replace(day=1)
        cls.last_month = cls.this_month - relativedelta(months=1)

    @classmethod
    def _make_user(cls, login, employee):
        user = cls.env["res.users"].create(
            {
                "name": employee.name,
                "login": login,
                "password": "policy-test-8",
                "group_ids": [Command.set([cls.env.ref("base.group_user").id])],
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        employee.user_id = user
        return user

    def _closed(self, loss=None, when=None, **vals):
        """Carry a complaint to its closing, with a loss; closed last month."""
        complaint = self._complaint(**vals)
        self._at(complaint, "executing")
        # The loss is this amount, or none, instead of what the standard proposed.
        complaint.with_user(self.user_gmo).loss_ids.unlink()
        if loss is not None:
            self._lose(complaint, loss)
        mine = complaint.with_user(self.user_sales)
        mine.execution_result = "Paid"
        mine.action_confirm_execution()
        complaint.with_user(self.user_gmo).action_close()
        when = when or self.last_month + relativedelta(days=14)
        complaint._write_guarded({"closed_at": f"{when} 02:00:00"})
        return complaint.with_user(self.user_gmo)

    def _lose(self, complaint, loss):
        self.env["crm.complaint.loss"].with_user(self.user_gmo).create(
            {
                "complaint_id": complaint.id,
                "kind_id": self.loss_kind.id,
                "amount_paid": loss,
            }
        )

    def _judge(self, complaint, *shares):
        """Shares as (record, percent); judged by the office."""
        kinds = {
            "hr.department": "department",
            "hr.employee": "person",
            "res.partner": "supplier",
        }
        complaint.with_user(self.user_gmo).set_liability(
            [
                {"kind": kinds[party._name], "id": party.id, "share": share}
                for party, share in shares
            ],
            judge=True,
        )
        return complaint.liability_ids

    def _statement(self, month=None):
        Statement = self.env["crm.complaint.statement"].with_user(self.user_gmo)
        return Statement.browse(
            Statement.open_month(str(month or self.last_month), self.company.id)
        )

    def _finish_statistics(self, statement):
        for user in (self.user_manufacturing, self.user_quality, self.user_rd):
            statement.with_user(user).action_confirm_department()
        statement.action_check_all()
        statement.action_finish_statistics()

    def _allocated(self, month=None):
        statement = self._statement(month)
        self._finish_statistics(statement)
        statement.action_allocate()
        return statement

    def _bonus(self, employee, amount, month=None):
        return (
            self.env["crm.performance.bonus"]
            .with_user(self.user_hr)
            .create(
                {
                    "employee_id": employee.id,
                    "company_id": self.company.id,
                    "month": month or self.this_month,
                    "amount": amount,
                }
            )
        )

    def _run(self, month=None, release=True):
        run = (
            self.env["crm.bonus.run"]
            .with_user(self.user_hr)
            .create({"company_id": self.company.id, "month": month or self.this_month})
        )
        run.action_compute()
        if release:
            run.action_release("Checked against the labour law")
        return run

    def _issue(self, notice):
        notice.with_user(self.user_gmo).action_request_approval("notice")
        notice.with_user(self.user_gm).action_approve()

    def _announce(self, sanction):
        office = sanction.with_user(self.user_gmo)
        office.write({"item": "Wrong setting", "memorandum": "We propose this."})
        office.action_circulate()
        head = sanction.sudo().department_id._policy_heads() or self.user_director
        sanction.with_user(head).action_give_opinion("Agreed")
        office.action_request_approval("sanction")
        sanction.with_user(self.user_gm).action_approve()
        sanction.with_user(self.user_hr).action_publish()

    def _next(self, months):
        return self.this_month + relativedelta(months=months)

    def _as(self, records, user):
        """Return the records as the user has them, in the user's companies."""
        return records.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )


class ChargeCase(ChargeMixin, ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_charge()
