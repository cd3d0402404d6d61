"""At the customer: parts list, papers, return note, bulky goods (RET-21 to RET-33)."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ReturnCase

DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestCollect(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.return_collect_required = True
        cls.product.write({"weight": 30.0, "volume": 0.1})
        cls.order = cls._sell({cls.product: 10, cls.product2: 4})
        cls.line, cls.line2 = cls.order.order_line
        # an engineer of the customer-service section without the desk's rights
        cls.engineer = cls._make_person(
            "user_engineer", "Engineer", "crm_policy.group_user", "service"
        )

    def _approved(self, *lines, **vals):
        return self._approve(self._return(*(lines or [(self.line, 2)]), **vals))

    def _parts_list(self, document, function="ok", sign=True):
        document.action_assign_engineer(self.engineer.id)
        mine = document.with_user(self.engineer)
        parts = [
            {"line": line.id, "function": function, "appearance": "ok"}
            for line in document.line_ids
        ]
        parts.append(
            {
                "line": document.line_ids[0].id,
                "part": "Zip",
                "quantity": 2,
                "missing": 1,
                "function": "none",
                "appearance": "ok",
            }
        )
        found = self.env["crm.return.inspection"].browse(mine.start_inspection(parts))
        if sign:
            found.with_user(self.engineer).action_sign("Mr Ma", DOT)
        return found

    def _sign_note(self, document):
        document.write(
            {
                "note_signed_by": "Mr Ma",
                "note_signature": DOT,
                "note_sealed": True,
            }
        )

    def _take_back(self, document):
        document.take_back_documents(
            [
                {"type": "contract", "reference": "C-1"},
                {"type": "receipt"},
                {"type": "delivery_note"},
                {"type": "warranty_card", "missing_reason": "Lost"},
                {"type": "packing_list"},
            ]
        )

    def test_whole_way(self):
        document = self._approved()
        self.assertTrue(document.inspection_required)
        with self.assertRefused(UserError, "RET-21"):
            document.action_create_receipt()
        with self.assertRefused(UserError, "RET-25"):
            document.action_inspect()
        self._parts_list(document)
        document.with_user(self.engineer).action_inspect()
        self.assertEqual(document.state, "inspected")
        self.assertEqual(document.inspection_user_id, self.engineer)
        with self.assertRefused(UserError, "RET-21"):
            document.action_create_receipt()
        with self.assertRefused(UserError, "RET-26"):
            document.action_collect()
        self._take_back(document)
        self._take_back(document)
        self.assertEqual(len(document.document_ids), 5)
        with self.assertRefused(UserError, "RET-27"):
            document.action_collect()
        document.write({"note_signed_by": "Mr Ma", "note_signature": DOT})
        with self.assertRefused(UserError, "seal"):
            document.action_collect()
        document.note_sealed = True
        document.action_collect()
        self.assertEqual(document.state, "collected")
        self.assertTrue(document.note_signed_on)
        with self.assertRaises(AccessError):
            document.action_receive_papers()
        document.with_user(self.user_accounting).action_receive_papers()
        self.assertEqual(document.papers_user_id, self.user_accounting)
        for vals in ({"note_sealed": False}, {"note_signed_by": "Me"}):
            with self.assertRaises(UserError):
                document.write(vals)
        with self.assertRaises(UserError):
            document.document_ids[0].taken_back = False
        with self.assertRaises(UserError):
            document.document_ids[0].unlink()
        document.action_create_receipt()
        self.assertEqual(document.state, "in_transit")

    def test_not_required(self):
        """PCB: returns decided by a complaint go without; so may a company."""
        self.company.return_collect_required = False
        document = self._approved()
        self.assertFalse(document.document_ids)
        document.action_create_receipt()

    def test_parts_list(self):
        document = self._approved((self.line, 2), (self.line2, 1))
        document.action_assign_engineer(self.engineer.id, "2026-11-30")
        self.assertEqual(document.activity_ids.user_id, self.engineer)
        with self.assertRaises(AccessError):
            document.start_inspection()
        mine = document.with_user(self.engineer)
        with self.assertRaisesRegex(UserError, "place"):
            mine.start_inspection(place="moon")
        with self.assertRaisesRegex(UserError, "parts must be a list of names"):
            mine.start_inspection(parts=["sleeve"])
        found = self.env["crm.return.inspection"].browse(mine.start_inspection())
        self.assertEqual(mine.start_inspection(), found.id)
        self.assertEqual(len(found.line_ids), 2)
        sheet = found.with_user(self.engineer)
        with self.assertRefused(UserError, "judge function"):
            sheet.action_sign("Mr Ma", DOT)
        sheet.line_ids.write({"function": "ok", "appearance": "ok"})
        with self.assertRefused(UserError, "RET-25"):
            sheet.action_sign()
        with self.assertRefused(UserError, "on the screen"):
            sheet.action_sign("Mr Ma")
        sheet.line_ids[1].unlink()
        with self.assertRefused(UserError, "Trousers"):
            sheet.action_sign("Mr Ma", DOT)
        for part in (
            {"line": 0},
            {"line": document.line_ids[0].id, "colour": "red"},
            {"line": self._return((self.line, 1)).line_ids.id},
        ):
            with self.assertRefused(UserError, "parts"):
                mine.start_inspection([part])
        self._parts_list(document, sign=False)
        sheet.write(
            {
                "signed_by": "Mr Ma",
                "scan_ids": [Command.create({"name": "list.pdf", "raw": b"%PDF-1.4"})],
            }
        )
        sheet.action_sign()
        self.assertEqual(sheet.scan_ids.res_id, sheet.id)
        for vals in (
            {"note": "x"},
            {"signed_by": "Me"},
            {"line_ids": [Command.clear()]},
        ):
            with self.assertRaises(UserError):
                sheet.write(vals)
        with self.assertRaises(UserError):
            sheet.line_ids[0].function = "faulty"
        with self.assertRaises(UserError):
            sheet.line_ids[0].unlink()
        with self.assertRaises(UserError):
            sheet.unlink()

    def test_parts_of_a_product(self):
        """A parts list begins with the parts of its products, in their units."""
        vals = {"product_tmpl_id": self.product.product_tmpl_id.id, "name": "Zip"}
        with self.assertRaises(AccessError):
            self.env["crm.return.product.part"].with_user(self.engineer).create(vals)
        metre = self.env.ref("uom.product_uom_meter")
        desk = self.env["crm.return.product.part"].with_user(self.user_specialist)
        desk.create([{**vals, "name": "Lining", "quantity": 1.5, "uom_id": metre.id}])
        document = self._approved((self.line, 2), (self.line2, 1))
        document.action_assign_engineer(self.engineer.id)
        mine = document.with_user(self.engineer)
        sheet = mine.inspection_ids.browse(mine.start_inspection())
        self.assertEqual(sheet.line_ids.mapped("part"), [False, "Lining", False])
        self.assertEqual(sheet.line_ids.mapped("quantity"), [2, 3, 1])
        self.assertEqual(sheet.line_ids[1].uom_id, metre)
        desk.create({**vals, "has_function": False})
        sheet.action_fill_parts()
        sheet.action_fill_parts()
        self.assertEqual(
            [(row.part, row.function) for row in sheet.line_ids[3:]], [("Zip", "none")]
        )

    def test_engineer(self):
        """RET-23: only of the departments that judge goods, and sees this return."""
        document = self._approved()
        for user in (self.user_sales, self.user_storage, self.user_outsider):
            with self.assertRaises(UserError):
                document.action_assign_engineer(user.id)
        with self.assertRaises(AccessError):
            document.with_user(self.engineer).read(["name"])
        with self.assertRaises(AccessError):
            document.with_user(self.user_sales2).engineer_id = self.engineer
        document.action_assign_engineer(self.engineer.id)
        mine = document.with_user(self.engineer)
        self.assertEqual(mine.line_ids.quantity, 2)
        with self.assertRaises(AccessError):
            mine.handling_method = "Scrap"
        with self.assertRaises(AccessError):
            mine.action_collect()

    def test_fault_found_is_quality(self):
        """RET-13: a fault the customer signed for counts as standard B."""
        quality = self.env.ref("crm_returns.reason_quality").id
        document = self._return((self.line, 1), reason_id=quality)
        self.assertEqual(document.quality_state, "open")
        self._parts_list(document, function="faulty", sign=False)
        self.assertEqual(document.quality_state, "open")
        sheet = document.inspection_ids.with_user(self.engineer)
        sheet.action_sign("Mr Ma", DOT)
        self.assertEqual(document.quality_state, "met")
        self.assertIn("Engineer", document.criteria_note)
        document.action_submit()

    def test_no_fault_found(self):
        quality = self.env.ref("crm_returns.reason_quality").id
        document = self._return((self.line, 1), reason_id=quality)
        self._parts_list(document)
        self.assertFalse(document.eligible)

    def test_bulky(self):
        """RET-32: the warehouse is told a day ahead, by weight or by hand."""
        self.company.return_bulky_weight = 60
        document = self._approved()
        self.assertTrue(document.bulky)
        self.company.return_collect_required = False
        with self.assertRefused(UserError, "RET-32"):
            document.action_create_receipt()
        today = self.company._policy_today()
        for day in (today, today - timedelta(days=3), False):
            with self.assertRefused(UserError, "RET-32"):
                document.action_announce(day)
        with self.assertRaises(AccessError):
            document.with_user(self.user_sales2).action_announce(today)
        tomorrow = fields.Date.to_string(today + timedelta(days=1))
        document.action_announce(tomorrow, "Bring a crane")
        activity = document.activity_ids
        self.assertEqual(activity.user_id, self.user_storage)
        self.assertIn("Bring a crane", activity.note)
        self.assertIn("Jacket: 2", activity.note)
        with self.assertRaises(UserError):
            document.bulky = False
        with self.assertRaises(AccessError):
            document.announce_date = False
        document.action_announce(today + timedelta(days=2))
        self.assertEqual(len(document.activity_ids), 1)
        document.action_create_receipt()
        self.assertEqual(document.state, "in_transit")
        keeper = document.with_user(self.user_storage)
        with self.assertRaises(UserError):
            keeper.action_ask_coordination(" ")
        with self.assertRaises(AccessError):
            document.action_ask_coordination("Room for a machine")
        keeper.action_ask_coordination("Room for a machine")
        self.assertIn(self.user_gm, document.activity_ids.user_id)

    def test_light_goods_are_not_bulky(self):
        self.company.return_bulky_weight = 61
        self.assertFalse(self._approved().bulky)
        self.company.write({"return_bulky_weight": 0, "return_bulky_volume": 0.2})
        self.assertTrue(self._approved((self.line, 2)).bulky)

    def test_agreement(self):
        """GAP-33: signed with the return note where the company wants it."""
        self.company.return_agreement_required = True
        document = self._approved()
        self._parts_list(document)
        document.action_inspect()
        self._take_back(document)
        self._sign_note(document)
        with self.assertRefused(UserError, "RET-52"):
            document.action_collect()
        document.agreement_terms = "The customer pays the freight."
        with self.assertRefused(UserError, "RET-52"):
            document.action_collect()
        document.agreement_signature = DOT
        document.action_collect()

    def test_nothing_signed_before_approval(self):
        with self.assertRaises(UserError):
            self._return((self.line, 1), note_signed_by="Mr Ma")
        document = self._return((self.line, 1))
        with self.assertRaises(UserError):
            document.note_signature = DOT
        with self.assertRaises(UserError):
            document.take_back_documents([{"type": "contract"}])
        with self.assertRaises(AccessError):
            document.collect_date = "2026-01-01"

    def test_strangers_see_nothing_of_it(self):
        document = self._approved()
        sheet = self._parts_list(document)
        for user in (self.user_sales2, self.user_storage, self.user_other_company):
            for record in (sheet, sheet.line_ids, document.document_ids):
                theirs = record.with_user(user).with_context(
                    allowed_company_ids=user.company_ids.ids
                )
                found = theirs.search([("id", "in", record.ids)])
                self.assertFalse(found, f"{user.login} {record}")
                with self.assertRaises(AccessError):
                    theirs.read(["display_name"])
        for user in (self.user_sales2, self.user_accounting):
            with self.assertRaises(AccessError):
                self.env["crm.return.document"].with_user(user).create(
                    {
                        "return_id": document.id,
                        "type_id": document.document_ids.type_id[0].id,
                    }
                )
        seen = sheet.with_user(self.user_accounting).search([("id", "=", sheet.id)])
        self.assertEqual(seen, sheet)

    def test_forms(self):
        """F-87, F-89, F-90: what was collected, with copy labels and signatures."""
        document = self._approved()
        self._parts_list(document)
        document.action_inspect()
        self._take_back(document)
        self._sign_note(document)
        document.agreement_terms = "The customer pays the freight."
        document.action_collect()
        for name, copies, words in (
            ("return_application", 3, ("Photocopy: PMC section",)),
            ("collect_note", 3, ("C-1", "Lost", "Mr Ma", "data:image")),
            ("agreement", 2, ("The customer pays the freight.", "Mr Ma")),
            ("parts_list", 2, ("Zip", "Engineer", "data:image")),
        ):
            html, _kind = (
                self.env["ir.actions.report"]
                .with_context(lang="en_US", force_report_rendering=True)
                ._render_qweb_html(f"crm_returns.report_{name}", document.ids)
            )
            html = html.decode()
            self.assertEqual(html.count('class="page crm_form"'), copies, name)
            for word in (document.name, "Jacket", *words):
                self.assertIn(word, html, name)
