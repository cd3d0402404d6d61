"""One complaint with everything that may hang on it."""


class DocumentsMixin:
    def _documents(self):
        """Return the documents of a complaint closed last month, by model."""
        case = self._complaint().with_env(self.env)
        self._at(case, "executing")
        found = self._documents_on(case)
        self._lose(case, 20000)
        found["crm.complaint.loss"] = case.loss_ids.filtered(
            lambda line: line.kind_id == self.loss_kind
        )
        mine = case.with_user(self.user_sales)
        mine.execution_result = "Paid"
        mine.action_confirm_execution()
        case.with_user(self.user_gmo).action_close()
        case._write_guarded({"closed_at": f"{self.last_month} 02:00:00"})
        self._judge(case, (self.worker, 60), (self.worker2, 40))
        found["crm.complaint.liability"] = case.liability_ids.filtered(
            lambda line: line.employee_id == self.worker
        )
        found = {"crm.complaint": case, **found, **self._charges_on(case)}
        return {name: record.with_env(self.env) for name, record in found.items()}

    def _documents_on(self, case):
        """Return what the steps of a complaint make."""
        on_case = {"complaint_id": case.id}
        today = self.company._policy_today()
        return {
            "crm.complaint.action": self.env["crm.complaint.action"].create(
                {
                    **on_case,
                    "kind": "corrective",
                    "name": "Check the loom each shift",
                    "user_id": self.user_manufacturing.id,
                    "date_due": today,
                }
            ),
            "crm.complaint.eight.d": self.env["crm.complaint.eight.d"].create(
                {**on_case, "d2_problem": "Seams open"}
            ),
            "crm.complaint.contact": self.env["crm.complaint.contact"].create(
                {**on_case, "text": "We are looking into it"}
            ),
            "crm.complaint.joint": self.env["crm.complaint.joint"].create(
                {**on_case, "partner_id": self.supplier.id}
            ),
            "crm.complaint.notification": self.env["crm.complaint.notification"]
            .with_user(self.user_sales)
            .create({**on_case, "subject": "Lot 7", "text": "Check the seams"}),
            "crm.complaint.memorandum": self.env["crm.complaint.memorandum"]
            .with_user(self.user_sales)
            .create(
                {**on_case, "kind": "proposal", "subject": "Needles", "text": "Why"}
            ),
        }

    def _charges_on(self, case):
        """Return what the office and HR make of the responsibility."""
        office, on_case = self.user_gmo, {"complaint_id": case.id}
        notice = (
            self.env["crm.bonus.notice"]
            .with_user(office)
            .create(
                {
                    **on_case,
                    "department_id": self.departments["manufacturing"].id,
                    "employee_id": self.worker.id,
                    "amount": 300,
                    "cause": "Loom",
                }
            )
        )
        notice.action_compute_lines()
        sanction = (
            self.env["crm.sanction"]
            .with_user(office)
            .create(
                {
                    **on_case,
                    "employee_id": self.worker.id,
                    "grade_id": self.env["crm.sanction.grade"].search([], limit=1).id,
                    "item": "Loom",
                }
            )
        )
        deduction = self.env["crm.bonus.deduction"]._add_rows(
            [
                {
                    **on_case,
                    "company_id": self.company.id,
                    "employee_id": self.worker.id,
                    "kind": "loss",
                    "date": self.this_month,
                    "month_from": self.this_month,
                    "amount": 300,
                }
            ]
        )
        statement = self._statement()
        return {
            "crm.bonus.notice": notice,
            "crm.bonus.notice.line": notice.line_ids,
            "crm.sanction": sanction,
            "crm.bonus.deduction": deduction,
            "crm.complaint.statement": statement,
            "crm.complaint.statement.line": statement.line_ids.filtered(
                lambda line: line.complaint_id == case
            ),
        }

    def _field_documents(self):
        """Return what is filed at the customer before a complaint, by model."""
        vals = {"partner_id": self.customer.id, "product_id": self.product.id}
        Response = self.env["crm.field.response"].with_user(self.user_sales)
        response = Response.create({**vals, "abnormality": "Seams open at work"})
        Form = self.env["crm.abnormality"].with_user(self.user_sales)
        form = Form.create({**vals, "description": "Labels crooked"})
        return {
            response._name: response.with_env(self.env),
            form._name: form.with_env(self.env),
        }
