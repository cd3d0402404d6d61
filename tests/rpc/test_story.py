"""One customer's story, told by three salespeople over three protocols.

Registration, order, delivery, invoice, visit, complaint, return and credit note, each
step by the person whose work it is, and refused to the others before. Then complaints
of every kind, against figures worked out by hand.
"""

import base64
from datetime import datetime, timedelta

import pytest

from tests.support import work
from tests.support.clients import CLIENTS
from tests.support.codes import credit_code
from tests.support.complaint_table import Case, Table
from tests.support.story import NUMBERS, STORIES, Story


@pytest.fixture(
    scope="class",
    params=[
        pytest.param((client, *story), id=client.protocol)
        for client, story in zip(CLIENTS, STORIES, strict=True)
    ],
)
def story(request, site):
    return Story(site, *request.param)


class TestStory:
    # -- customer ---------------------------------------------------------------
    def test_1_registered(self, story):
        """A salesperson registers a customer; the same key gives it back."""
        seller = story.seller
        vals = {
            "name": f"银川{story.number}号服装贸易有限公司 {story.key}",
            "client_reference": f"customer-{story.key}",
            "credit_code": credit_code(story.number),
            "enterprise_type": "limited",
            "intermediary_type": "distributor",
            "customer_scope": "intends",
            "country": "CN",
            "city": "银川市",
            "street": "解放东街1号",
            "main_contact_name": "马晓燕",
            "main_contact_phone": "13895001234",
            "main_contact_function": "采购经理",
        }
        seller.refused("res.partner", "register", vals={**vals, "state": "archived"})
        seller.refused(
            "res.partner",
            "register",
            vals={**vals, "credit_code": "91640100MA00000XX1"},
        )
        story.customer = seller.call("res.partner", "register", vals=vals)
        assert seller.call("res.partner", "register", vals=vals) == story.customer
        facts = seller.call(
            "res.partner", "lookup_customer", credit_code=vals["credit_code"]
        )
        assert (facts["state"], facts["usable"]) == ("draft", False)
        assert facts["account_manager"] == story.seller_login
        incomplete = seller.refused("res.partner", "action_submit", [story.customer])
        for field in ("法定代表人", "来源"):
            assert field in incomplete.message
        seller.write(
            "res.partner",
            [story.customer],
            legal_representative="马建国",
            source_id=seller.search(
                "crm.customer.source", [("code", "=", "exhibition")]
            )[0],
        )

    def test_2_not_sold_to_before_approval(self, story):
        """A draft customer is not sold to; nobody approves or forges it."""
        seller, ids = story.seller, [story.customer]
        line = {"product_id": story.site.jacket, "product_uom_qty": 1000}
        [term] = seller.search("account.payment.term", [], limit=1)
        story.order = seller.create(
            "sale.order",
            partner_id=story.customer,
            # Without terms Odoo answers the invoicing with None, which XML-RPC
            # has no word for.
            payment_term_id=term,
            order_line=[(0, 0, line)],
        )
        seller.refused("sale.order", "action_confirm", [story.order])
        seller.refused("res.partner", "write", ids, vals={"state": "archived"})
        seller.refused("res.partner", "write", ids, vals={"customer_number": "1"})
        assert seller.call("res.partner", "action_submit", ids) is True
        assert seller.value("res.partner", story.customer, "state") == "review"
        story.nobody_but((), "res.partner", "action_approve", ids)
        story.director.refused("res.partner", "action_approve", ids)

    def test_3_approved_by_the_department_manager(self, story):
        head, ids = story.sales_head, [story.customer]
        head.refused("res.partner", "action_reject", ids, comment=" ")
        assert head.call("res.partner", "action_reject", ids, comment="名片不符。")
        assert head.value("res.partner", story.customer, "state") == "refused"
        assert story.seller.call("res.partner", "action_submit", ids)
        assert head.call("res.partner", "action_approve", ids, comment="同意") is True
        [file] = head.read(
            "res.partner", ids, "state", "customer_number", "approval_state"
        )
        assert (file["state"], file["approval_state"]) == ("archived", "approved")
        assert file["customer_number"]
        head.refused("res.partner", "action_approve", ids)
        story.seller.refused(
            "crm.approval", "create", vals_list=[{"res_id": story.customer}]
        )

    # -- order ------------------------------------------------------------------
    def test_4_order_delivery_invoice(self, story):
        seller, storage, accounting = story.seller, story.storage, story.accounting
        assert seller.call("sale.order", "action_confirm", [story.order])
        [picking] = storage.search("stock.picking", [("sale_id", "=", story.order)])
        story.outsider.refused("stock.picking", "button_validate", [picking])
        assert storage.call("stock.picking", "button_validate", [picking]) is True
        assert storage.value("stock.picking", picking, "state") == "done"
        wizard = seller.create(
            "sale.advance.payment.inv",
            advance_payment_method="delivered",
            sale_order_ids=[(6, 0, [story.order])],
        )
        seller.call("sale.advance.payment.inv", "create_invoices", [wizard])
        name = seller.value("sale.order", story.order, "name")
        [invoice] = accounting.search("account.move", [("invoice_origin", "=", name)])
        seller.refused("account.move", "action_post", [invoice])
        accounting.call("account.move", "action_post", [invoice])
        assert accounting.value("account.move", invoice, "state") == "posted"

    # -- visit ------------------------------------------------------------------
    def test_5_visit_planned_and_approved(self, story):
        """A first visit takes two; the head approves it, nobody else."""
        seller = story.seller
        vals = {
            "partner_id": story.customer,
            "kind": "first",
            "planned_start": f"{datetime.utcnow() - timedelta(minutes=1):%F %T}",
            "client_reference": f"visit-{story.key}",
            "submit": True,
        }
        seller.refused("crm.visit", "plan_visit", vals=vals)
        assert not seller.search(
            "crm.visit", [("client_reference", "=", vals["client_reference"])]
        )
        companion = story.site.users[story.companion.login]
        vals["participant_ids"] = [companion]
        planned = seller.call("crm.visit", "plan_visit", vals=vals)
        again = seller.call("crm.visit", "plan_visit", vals=vals)
        assert (planned["state"], planned["is_first_visit"]) == ("approval", True)
        assert (again["id"], again["created"]) == (planned["id"], False)
        story.visit = planned["id"]
        seller.refused(
            "crm.visit", "report_visit", [story.visit], report_text="…", result="b"
        )
        story.nobody_but((), "crm.visit", "action_approve", [story.visit])
        seller.refused("crm.visit", "write", [story.visit], vals={"state": "approved"})
        assert story.sales_head.call("crm.visit", "action_approve", [story.visit])

    def test_6_visit_reported_and_signed_by_two(self, story):
        seller, ids = story.seller, [story.visit]
        story.quality.refused(
            "crm.visit", "report_visit", ids, report_text="…", result="b"
        )
        seller.refused("crm.visit", "report_visit", ids, report_text=" ", result="b")
        report = seller.call(
            "crm.visit",
            "report_visit",
            ids,
            report_text="客户库存偏高，对价格满意。",
            result="b",
            findings=[{"name": "库存偏高", "topic": "purchase_sale"}],
        )
        assert (report["state"], report["created"]) == ("reported", True)
        story.sales_head.refused("crm.visit", "action_accept", ids)
        story.nobody_but(
            (seller.login, story.companion.login), "crm.visit", "action_sign", ids
        )
        assert story.companion.call("crm.visit", "action_sign", ids) is True
        seller.refused("crm.visit", "action_accept", ids)
        assert story.sales_head.call("crm.visit", "action_accept", ids) is True
        assert seller.value("crm.visit", story.visit, "state") == "accepted"

    # -- complaint --------------------------------------------------------------
    def test_7_complaint_filed_and_numbered(self, story):
        seller = story.seller
        vals = {
            "partner_id": story.customer,
            "client_reference": f"complaint-{story.key}",
            "sale_order_id": story.order,
            "product_id": story.site.jacket,
            "delivery_date": f"{datetime.utcnow() - timedelta(days=1):%F}",
            "delivered_quantity": 1000,
            "defective_quantity": 5,
            "amount_claim": story.amount,
            "description": "缝线开裂",
            "demand": "退货",
        }
        seller.refused("crm.complaint", "file_complaint", vals=vals, submit=True)
        key = [("client_reference", "=", vals["client_reference"])]
        assert not seller.search("crm.complaint", key), "half done"
        vals["opinion"] = "样品属实"
        story.complaint = seller.call(
            "crm.complaint", "file_complaint", vals=vals, submit=True
        )
        assert story.complaint == seller.call(
            "crm.complaint", "file_complaint", vals=vals, submit=True
        )
        ids = [story.complaint]
        assert not seller.value("crm.complaint", story.complaint, "name")
        story.nobody_but((), "crm.complaint", "action_receive", ids)
        seller.refused("crm.complaint", "write", ids, vals={"state": "decided"})
        seller.refused("crm.complaint", "write", ids, vals={"name": "X-1"})
        story.outsider.refused("crm.complaint", "read", ids, fields=["description"])
        facts = story.gmo.call("crm.complaint", "answer_department", ids)
        assert facts["state"] == "quality"
        assert facts["number"]
        assert facts["case_due"] > facts["due"] > f"{datetime.utcnow():%F %T}"

    def test_8_through_every_department(self, story):
        """Each fills its part; nobody else may, and none may be left out."""
        ids = [story.complaint]
        category = story.gmo.search(
            "crm.complaint.category", [("code", "=", "quality")]
        )
        department = story.gmo.search(
            "hr.department", [("policy_code", "=", "manufacturing")]
        )
        way = (
            (
                "quality",
                {
                    "category_id": category[0],
                    "cause": "面料低于标准克重",
                    "responsible_department_id": department[0],
                },
            ),
            (
                "manufacturing",
                {
                    "production_cause": "七号织机调校有误",
                    "countermeasure": "每班检查调校",
                    "production_unit": "织造车间",
                    "shift": "夜班",
                    "production_date": "2026-03-01",
                },
            ),
            ("manufacturing", {"manager_instruction": "停机检修", "needs_rd": True}),
            ("rd", {"rd_opinion": "改用较重的纱线"}),
            ("gmo", {"gmo_check": "同意"}),
            (
                story.seller_login,
                {"sales_opinion": "同意退货", "negotiation_result": "客户接受"},
            ),
            ("sales_head", {"supervisor_reading": "已阅"}),
        )
        states = []
        for login, vals in way:
            holder = story.user(login)
            facts = holder.call("crm.complaint", "lookup", number=self._number(story))
            states.append(facts["state"])
            for other in {"quality", "rd", story.companion.login} - {login}:
                story.user(other).refused(
                    "crm.complaint", "answer_department", ids, vals=vals
                )
            if facts["state"] != "supervisor_reading":
                holder.refused("crm.complaint", "action_forward", ids)
            holder.refused(
                "crm.complaint", "answer_department", ids, vals={"state": "decided"}
            )
            holder.call("crm.complaint", "answer_department", ids, vals=vals)
        assert states == [
            "quality",
            "production",
            "manager_instruction",
            "rd",
            "gmo_check",
            "sales_opinion",
            "supervisor_reading",
        ]

    @staticmethod
    def _number(story):
        return story.gmo.value("crm.complaint", story.complaint, "name")

    def test_9_decided_by_amount(self, story):
        """The larger of claim and settlement names the one who decides."""
        gmo, ids = story.gmo, [story.complaint]
        kind = gmo.search("crm.complaint.resolution.kind", [("code", "=", "return")])
        facts = gmo.call(
            "crm.complaint",
            "answer_department",
            ids,
            vals={
                "summary": "我方责任，准予退货五件。",
                "amount_settlement": 1500,
                "improvement_tracked": "yes",
                "resolution_ids": [
                    (0, 0, {"kind_id": kind[0], "quantity": 5, "amount": 1500})
                ],
            },
        )
        assert (facts["state"], facts["decision"]) == ("decision", "pending")
        assert facts["amount"] == story.amount
        gmo.refused("crm.complaint", "action_approve", ids)
        for login in {"sales_head", "deputy", "gm"} - {story.decider}:
            story.user(login).refused("crm.complaint", "action_approve", ids)
        story.nobody_but((), "crm.complaint", "action_approve", ids)
        decider = story.user(story.decider)
        assert decider.call("crm.complaint", "action_approve", ids, comment="同意")
        assert decider.value("crm.complaint", story.complaint, "state") == "decided"
        self._refuse_forged_approvals(story)

    @staticmethod
    def _refuse_forged_approvals(story):
        domain = [("res_model", "=", "crm.complaint"), ("res_id", "=", story.complaint)]
        [approval, *_rest] = story.gmo.search("crm.approval", domain)
        for user in (story.gmo, story.gm, story.policy, story.user("admin")):
            for vals in ({"comment": "…"}, {"state": "pending"}, {"digest": "0"}):
                user.refused("crm.approval", "write", [approval], vals=vals)
            user.refused("crm.approval", "unlink", [approval])
            user.refused("crm.complaint", "unlink", [story.complaint])

    # -- return -----------------------------------------------------------------
    def test_a_return_requested_and_approved(self, story):
        seller = story.seller
        [line] = seller.search("sale.order.line", [("order_id", "=", story.order)])
        vals = {
            "partner_id": story.customer,
            "reason": "quality",
            "complaint": self._number(story),
            "client_reference": f"return-{story.key}",
            "lines": [{"sale_line_id": line, "quantity": 5}],
            "submit": True,
        }
        for quantity in (6, 1001):
            seller.refused(
                "crm.return",
                "request_return",
                vals={**vals, "lines": [{"sale_line_id": line, "quantity": quantity}]},
            )
        facts = seller.call("crm.return", "request_return", vals=vals)
        assert (
            facts["id"] == seller.call("crm.return", "request_return", vals=vals)["id"]
        )
        assert (facts["state"], facts["eligible"]) == ("verification", True)
        story.goods = facts["id"]
        ids = [story.goods]
        story.storage.refused("crm.return", "action_create_receipt", ids)
        story.nobody_but((), "crm.return", "action_approve", ids)
        seller.refused("crm.return", "write", ids, vals={"state": "approved"})
        assert story.sales_head.call("crm.return", "action_approve", ids) is True
        facts = seller.call("crm.return", "lookup", number=facts["number"])
        assert facts["lines"][0]["approved"] == 5

    def test_b_goods_received_and_judged(self, story):
        storage, quality, ids = story.storage, story.quality, [story.goods]
        story.nobody_but(
            (story.seller_login,), "crm.return", "action_create_receipt", ids
        )
        [receipt] = story.seller.call("crm.return", "action_create_receipt", ids)
        moves = storage.search("stock.move", [("picking_id", "=", receipt)])
        for user in (story.seller, story.companion, story.sales_head, story.gm):
            refusal = user.refused("stock.picking", "button_validate", [receipt])
            user.refused("stock.move", "write", moves, vals={"quantity": 5})
            user.refused("stock.picking", "write", [receipt], vals={"state": "done"})
        assert "RET-30" in refusal.message
        assert "仓" in refusal.message
        story.outsider.refused("stock.picking", "button_validate", [receipt])
        assert storage.call("stock.picking", "button_validate", [receipt]) is True
        assert storage.value("crm.return", story.goods, "state") == "in_warehouse"
        [line] = storage.value("crm.return", story.goods, "line_ids")
        story.seller.refused("crm.return", "action_to_quality", ids)
        assert storage.call("crm.return", "action_to_quality", ids)
        storage.refused(
            "crm.return.line", "action_record_quality", [line], result="good"
        )
        quality.refused("crm.return", "action_judged", ids)
        assert quality.call(
            "crm.return.line", "action_record_quality", [line], result="defective"
        )
        assert quality.call("crm.return", "action_judged", ids)

    def test_c_credited(self, story):
        seller, accounting, ids = story.seller, story.accounting, [story.goods]
        seller.refused("crm.return", "action_create_credit_notes", ids)
        [note] = accounting.call("crm.return", "action_create_credit_notes", ids)
        accounting.refused("account.move", "action_post", [note])
        proof = seller.search("crm.return.proof.type", [("code", "=", "red_invoice")])
        scan = {"name": "红字发票.pdf", "datas": base64.b64encode(b"%PDF-1.4").decode()}
        seller.write(
            "crm.return",
            ids,
            proof_type_id=proof[0],
            proof_reference="RED-1",
            proof_attachment_ids=[(0, 0, scan)],
        )
        accounting.call("account.move", "action_post", [note])
        facts = seller.call("crm.return", "lookup", number=f"return-{story.key}")
        assert facts["state"] == "settled"
        [line] = facts["lines"]
        assert (line["received"], line["credited"]) == (5, 5)
        [credit] = facts["credit_notes"]
        [invoice] = accounting.search(
            "account.move",
            [
                ("partner_id", "=", story.customer),
                ("move_type", "=", "out_invoice"),
            ],
        )
        total = accounting.value("account.move", invoice, "amount_total")
        assert credit["amount"] == pytest.approx(total * 5 / 1000, abs=0.01)

    # -- the end ----------------------------------------------------------------
    def test_d_closed(self, story):
        seller, ids = story.seller, [story.complaint]
        story.quality.refused("crm.complaint", "action_execute", ids)
        assert seller.call("crm.complaint", "action_execute", ids)
        seller.refused("crm.complaint", "action_confirm_execution", ids)
        story.gmo.refused("crm.complaint", "action_close", ids)
        seller.write(
            "crm.complaint", ids, execution_result="已退货五件并开具红字发票。"
        )
        assert seller.call("crm.complaint", "action_confirm_execution", ids)
        seller.refused("crm.complaint", "action_close", ids)
        assert story.gmo.call("crm.complaint", "action_close", ids)
        assert seller.value("crm.complaint", story.complaint, "state") == "closed"

    def test_e_the_chain_of_decisions_holds(self, story):
        story.seller.refused("crm.approval", "action_verify_chain")
        result = story.policy.call("crm.approval", "action_verify_chain")
        assert result["params"]["type"] == "success"


@pytest.fixture(scope="class")
def table(site):
    """Complaints of every kind, numbered and with quality."""
    home, abroad = (work.customer(site, next(NUMBERS), country=c) for c in ("CN", "MN"))
    table = Table(site, home, abroad)
    table.file()
    return table


class TestEveryKindOfComplaint:
    """Small and large, from home and abroad, and everything that comes of them."""

    def test_1_amounts(self, table):
        """Yuan to the fen, and the days for a case: 13, from abroad 17."""
        fields = "amount_decision", "is_foreign", "state", "case_due", "received_at"
        for case, row in zip(
            table.cases, table.read(table.ids(), *fields), strict=True
        ):
            assert row["amount_decision"] == pytest.approx(case.yuan, abs=1e-6)
            assert (row["is_foreign"], row["state"]) == (case.abroad, "quality")
            if case.end != "late":
                due, since = map(
                    datetime.fromisoformat, (row["case_due"], row["received_at"])
                )
                assert due - since == timedelta(days=17 if case.abroad else 13)

    def test_2_not_substantiated(self, table):
        """Who could decide the amount declares it; an answer, and no loss."""
        ids, quality = table.ids("unfounded"), table.user("quality")
        step = "action_propose_not_substantiated"
        table.user("sales1").refused("crm.complaint", step, ids, reason="客户洗坏了")
        quality.refused("crm.complaint", step, ids, reason=" ")
        quality.call("crm.complaint", step, ids, reason="客户洗坏了")
        for case in table.cases:
            if case.end == "unfounded":
                table.decide(case)
        seller = table.user("sales1")
        seller.refused("crm.complaint", "action_execute", ids)
        seller.refused("crm.complaint", "action_collect", ids)
        seller.write("crm.complaint", ids, customer_answer="经检验，面料符合约定。")
        seller.call("crm.complaint", "action_collect", ids)
        table.user("gmo").call("crm.complaint", "action_close", ids)
        for row in table.read(ids, "state", "not_substantiated", "loss_total"):
            assert (row["state"], row["loss_total"]) == ("closed", 0)
            assert row["not_substantiated"]

    def test_3_decided(self, table):
        """Through every department; at each edge the right one decides."""
        cases = [case for case in table.cases if case.end != "unfounded"]
        table.carry([case.id for case in cases])
        table.sum_up(cases)
        for case in cases:
            table.decide(case)
        for case, row in zip(
            cases, table.read([case.id for case in cases], "decided_by_id"), strict=True
        ):
            assert row["decided_by_id"][0] == table.site.users[case.decider]

    def test_4_refused_by_the_customer(self, table):
        """A new complaint with a number and a decision of its own; more is asked."""
        seller, office = table.user("sales1"), table.user("gmo")
        first = [case for case in table.cases if case.end == "refused"]
        again = []
        for case, more in zip(first, (150_000.01, 20_689.66), strict=True):
            new = seller.call(
                "crm.complaint", "action_customer_refused", [case.id], text="太少"
            )
            seller.refused("crm.complaint", "action_execute", [case.id])
            seller.write("crm.complaint", [new], amount_claim=more, opinion="属实")
            again.append(Case(case.abroad, more, 0, "gm", id=new))
        ids = [case.id for case in again]
        office.call("crm.complaint", "action_close", table.ids("refused"))
        table.submit(ids)
        table.carry(ids)
        table.sum_up(again)
        for case in again:
            table.decide(case)
        table.execute(ids)
        rows = table.read(ids, "state", "parent_id", "amount_decision", "name")
        assert [row["parent_id"][0] for row in rows] == table.ids("refused")
        assert [row["amount_decision"] for row in rows] == [150000.01, 150000.04]
        assert {row["state"] for row in rows} == {"closed"}
        names = [row["name"] for row in rows]
        names += [row["name"] for row in table.read(table.ids("refused"), "name")]
        assert len(set(names)) == 4

    def test_5_late_everywhere(self, table):
        """Each stay with a limit is late, and so is the case, when all is carried out.

        Limits: received 0.5, quality, production and R&D 1 each, sales 3 (from abroad
        7), summary 0.5, execution 6 days; none is printed for the steps between.
        """
        ids, office = table.ids("late"), table.user("gmo")
        overdue = office.call("crm.complaint", "list_overdue", limit=1000)
        assert set(ids) <= {row["id"] for row in overdue}
        table.execute(ids)
        for case, row in zip(
            (case for case in table.cases if case.end == "late"),
            table.read(ids, "case_late", "state"),
            strict=True,
        ):
            assert row == {"id": case.id, "case_late": True, "state": "closed"}
            stays = office.call(
                "crm.routing.passage",
                "search_read",
                domain=[
                    ("model", "=", "crm.complaint"),
                    ("res_id", "=", case.id),
                    ("kind", "=", "stay"),
                    ("date_due", "!=", False),
                ],
                fields=["step", "late", "date_in", "date_due"],
            )
            assert all(stay["late"] for stay in stays), stays
            assert {stay["step"]: _days(stay) for stay in stays} == {
                "received": 0.5,
                "quality": 1,
                "production": 1,
                "rd": 1,
                "sales_opinion": 7 if case.abroad else 3,
                "gmo_summary": 0.5,
                "executing": 6,
            }

    def test_6_shared_with_a_supplier(self, table, site):
        """30 % the supplier, 33.33 % a person, 36.67 % a department: no fen is lost.

        Of 100,000.01: 30,000.003; 33,330.003333; 36,670.003667. Of 150,000.04:
        45,000.012; 49,995.013332; 55,005.014668. The last bears the rest.
        """
        table.execute(table.ids("closed", "supplier"))
        office, admin = table.user("gmo"), table.user("admin")
        supplier = admin.create("res.partner", name="纱线供应商")
        person = work.value_of(admin, ("hr.employee", "name", "白桂芳"))
        department = ("hr.department", "policy_code", "manufacturing")
        lines = [
            {"kind": "supplier", "id": supplier, "share": 30},
            {"kind": "person", "id": person, "share": 33.33},
            {
                "kind": "department",
                "id": work.value_of(admin, department),
                "share": 36.67,
            },
        ]
        expected = (
            [30000.00, 33330.00, 36670.01],
            [45000.01, 49995.01, 55005.02],
        )
        short = [*lines[:-1], {**lines[-1], "share": 36.66}]
        for complaint, amounts in zip(table.ids("supplier"), expected, strict=True):
            office.refused("crm.complaint", "set_liability", [complaint], lines=short)
            found = office.call(
                "crm.complaint", "set_liability", [complaint], lines=lines, judge=True
            )
            rows = office.read("crm.complaint.liability", found, "amount_deduction")
            assert [row["amount_deduction"] for row in rows] == amounts
        assert {row["state"] for row in table.read(table.ids(), "state")} == {"closed"}


def _days(stay):
    since, due = (datetime.fromisoformat(stay[n]) for n in ("date_in", "date_due"))
    return (due - since).total_seconds() / 86400
