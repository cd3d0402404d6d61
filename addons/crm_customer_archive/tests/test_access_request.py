"""Customer data outside one's own work: asked for, granted, handed out, taken back."""

import json
from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_policy.tests.common import PASSWORD, RpcAbuseCase

from .common import ArchiveCase, ArchiveMixin

# An encrypted workbook begins as an OLE container, a plain one as a zip.
ENCRYPTED = bytes.fromhex("d0cf11e0")


class RequestMixin(ArchiveMixin):
    @classmethod
    def _setup_request(cls):
        def person(login, groups):
            return new_test_user(
                cls.env,
                login,
                groups=groups,
                password=PASSWORD,
                company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
            )

        cls.marketing = person(
            "user_mkt_director", "crm_customer_archive.group_marketing_director"
        )
        cls.service = person(
            "user_service_manager", "crm_customer_archive.group_service_manager"
        )
        cls.mine = cls._make_archived_customer(name="Own Mill Ltd")
        cls.other = cls._make_archived_customer(
            user=cls.user_sales2, name="Other Mill Ltd", number=2, city="吴忠市"
        )
        cls.secret = cls._make_archived_customer(
            user=cls.user_sales2, name="Silent Mill Ltd", number=3, city="吴忠市"
        )
        cls.secret.confidentiality_level_id = cls.env.ref(
            "crm_customer_archive.confidentiality_classified"
        )
        cls.user_sales.group_ids += cls.env.ref("base.group_allow_export")
        cls.today = cls.company._policy_today()
        cls.env.flush_all()

    @classmethod
    def _vals(cls, **vals):
        return {
            "purpose": "CALL客",
            "form": "screen",
            "customer_ids": cls.other.ids,
            "parts": ["contact", "address"],
            "date_to": str(cls.today + timedelta(days=7)),
            **vals,
        }

    @classmethod
    def _request(cls, user=None, **vals):
        Request = cls.env["crm.data.request"].with_user(user or cls.user_sales)
        return Request.browse(Request.request_data(cls._vals(**vals)))

    @classmethod
    def _granted(cls, **vals):
        request = cls._request(**vals)
        if request.consent_needed:
            request.with_user(cls.marketing).action_approve()
        if not request.own_project:
            request.with_user(cls.service).action_confirm()
        releaser = cls.marketing if request.asks_classified else cls.user_specialist
        request.with_user(releaser).action_release()
        return request


@tagged("post_install", "-at_install")
class TestDataRequest(RequestMixin, ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_request()

    def _sees(self, user, partner):
        self.env.flush_all()
        return bool(
            self.env["res.partner"].with_user(user).search([("id", "=", partner.id)])
        )

    def test_other_project(self):
        """Consent, confirmation, release, access in the period, and its end."""
        request = self._request()
        self.assertEqual(request.state, "requested")
        self.assertFalse(request.own_project)
        for user in (self.user_specialist, self.service):
            with self.assertRaises(UserError):
                request.with_user(user).action_approve()
        with self.assertRaises(UserError):
            request.with_user(self.user_specialist).action_release()
        request.with_user(self.marketing).action_approve()
        self.assertEqual(request.state, "consented")
        with self.assertRaisesRegex(UserError, "ARC-203"):
            request.with_user(self.user_specialist).action_release()
        with self.assertRaises(AccessError):
            request.with_user(self.user_sales_head).action_confirm()
        request.with_user(self.service).action_confirm()
        self.assertFalse(self._sees(self.user_sales, self.other))
        with self.assertRaises(AccessError):
            request.with_user(self.user_sales).action_release()
        request.with_user(self.user_specialist).action_release()
        self.assertEqual(request.scope_partner_ids, self.other)
        self.assertTrue(request.in_force)
        self.assertTrue(self._sees(self.user_sales, self.other))
        self.assertTrue(self._sees(self.user_sales, self.other.main_contact_id))
        with self.assertRaises(AccessError):
            self.other.with_user(self.user_sales).write({"city": "X"})
        request._write_guarded({"access_end": fields.Datetime.now()})
        self.assertFalse(self._sees(self.user_sales, self.other))
        request._cron_end()
        self.assertEqual(request.state, "ended")

    def test_own_project(self):
        """One's own files on screen need no consent; the specialist releases."""
        request = self._request(customer_ids=self.mine.ids)
        self.assertTrue(request.own_project)
        self.assertEqual((request.state, request.approval_state), ("requested", "none"))
        request.with_user(self.user_specialist).action_release()
        self.assertEqual(request.state, "released")

    def test_electronic_needs_consent(self):
        request = self._request(customer_ids=self.mine.ids, form="electronic")
        self.assertEqual(request.approval_state, "pending")
        with self.assertRaisesRegex(UserError, "ARC-199"):
            request.with_user(self.user_specialist).action_release()
        request.with_user(self.marketing).action_approve()
        request.with_user(self.user_specialist).action_release()
        self.assertEqual(request.state, "released")

    def test_export_only_the_scope(self):
        files = (self.mine | self.other).with_user(self.user_sales)
        with self.assertRaisesRegex(UserError, "ARC-199"):
            self.mine.with_user(self.user_sales).export_data(["name", "phone"])
        request = self._granted(
            form="electronic", customer_ids=(self.mine | self.other).ids
        )
        self.env.flush_all()
        data = files.export_data(["name", "phone", "child_ids/name"])["datas"]
        self.assertEqual(len(data), 2)
        row = self.env["crm.access.log"].search([("kind", "=", "export")], limit=1)
        self.assertEqual((row.request_id, row.purpose), (request, "CALL客"))
        # a field outside the parts, a customer outside the scope, another person
        with self.assertRaises(UserError):
            files.export_data(["name", "credit_code"])
        third = self._make_customer(name="Third Mill Ltd", number=9)
        with self.assertRaises(UserError):
            (files | third.with_user(self.user_sales)).export_data(["name"])
        self.user_sales_head.group_ids += self.env.ref("base.group_allow_export")
        with self.assertRaises(UserError):
            self.mine.with_user(self.user_sales_head).export_data(["phone"])
        request.with_user(self.marketing).action_revoke()
        with self.assertRaises(UserError):
            self.mine.with_user(self.user_sales).export_data(["phone"])

    def test_screen_and_paper_export_nothing(self):
        for form in ("screen", "paper"):
            self._granted(form=form)
            with self.assertRaisesRegex(UserError, "ARC-199"):
                self.other.with_user(self.user_sales).export_data(["name"])

    def test_admin_needs_a_request_too(self):
        admin = new_test_user(
            self.env,
            "system_admin",
            groups="base.group_system,crm_policy.group_admin",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        message = self.mine.message_post(body="talk")
        with self.assertRaisesRegex(UserError, "ARC-199"):
            message.with_user(admin).export_data(["body"])
        with self.assertRaisesRegex(UserError, "ARC-199"):
            self.mine.with_user(admin).export_data(["name"])
        # partners that are no customers stay free
        plain = self.env["res.partner"].create({"name": "Plain"})
        self.assertTrue(plain.with_user(admin).export_data(["name"])["datas"])

    def test_export_through_other_models(self):
        """Values of the file through orders, opportunities, bank accounts."""
        self.mine._write_protected(
            {"bank_ids": [(0, 0, {"acc_number": "6222020200012345678"})]}
        )
        order = self.env["sale.order"].create(
            {"partner_id": self.mine.id, "user_id": self.user_sales.id}
        )
        lead = self.env["crm.lead"].create(
            {
                "name": "Deal",
                "partner_id": self.mine.id,
                "user_id": self.user_sales.id,
                "phone": "13995010001",
            }
        )
        self.env.flush_all()
        as_user = lambda rec: rec.with_user(self.user_sales)  # noqa: E731
        self.assertTrue(as_user(order).export_data(["name", "partner_id"]))
        self.assertTrue(as_user(order).export_data(["name", "partner_id/name"]))
        self.assertTrue(as_user(lead).export_data(["name", "partner_id"]))
        for record, columns in (
            (order, ["name", "partner_id/phone"]),
            (order, ["partner_id/child_ids/phone"]),
            (lead, ["name", "phone"]),
            (self.mine.bank_ids, ["acc_number"]),
        ):
            with self.assertRaisesRegex(UserError, "ARC-199", msg=str(columns)):
                as_user(record).export_data(columns)

    def test_free_limit_is_data(self):
        level = self.env.ref("crm_customer_archive.confidentiality_internal")
        with self.assertRaisesRegex(ValidationError, "GAP-54"):
            level.own_export_limit = 1
        level.write({"own_export_limit": 1, "file_password": False})
        mine = self.mine.with_user(self.user_sales)
        self.assertTrue(mine.export_data(["phone"])["datas"])
        second = self._make_customer(name="Third Mill Ltd", number=9)
        with self.assertRaises(UserError):
            (mine | second.with_user(self.user_sales)).export_data(["phone"])
        self._granted()
        with self.assertRaises(UserError):
            self.other.with_user(self.user_sales).export_data(["phone"])

    def test_prints(self):
        Report = self.env["ir.actions.report"]
        name = "crm_customer_archive.report_customer_list"

        def render(user, files):
            return Report.with_user(user)._render_qweb_html(name, files.ids)[0]

        self.assertIn(b"Own Mill Ltd", render(self.user_sales, self.mine))
        self.assertTrue(render(self.user_specialist, self.other))
        with self.assertRaisesRegex(UserError, "ARC-200"):
            render(self.user_specialist, self.mine | self.other)
        with self.assertRaisesRegex(UserError, "ARC-200"):
            render(self.user_sales2, self.other | self.secret)
        self._granted(form="paper", customer_ids=(self.mine | self.other).ids)
        self.assertTrue(render(self.user_sales, self.mine | self.other))

    def test_vcard(self):
        with self.assertRaisesRegex(UserError, "ARC-199"):
            self.mine.with_user(self.user_sales)._get_vcard_file()

    def test_selection_is_frozen(self):
        """Without asking for them, classified files are not in; later ones neither."""
        request = self._granted(
            customer_ids=[], domain=[("city", "=", "吴忠市")], form="screen"
        )
        self.assertEqual(request.scope_partner_ids, self.other)
        self.mine.city = "吴忠市"
        self.assertEqual(request.scope_partner_ids, self.other)
        with self.assertRaises(UserError):
            request.with_user(self.user_sales).write({"domain": "[]"})

    def test_classified(self):
        request = self._request(
            customer_ids=[], domain=[("city", "=", "吴忠市")], classified=True
        )
        request.with_user(self.marketing).action_approve()
        request.with_user(self.service).action_confirm()
        with self.assertRaisesRegex(AccessError, "ARC-213"):
            request.with_user(self.user_specialist).action_release()
        self.assertFalse(self._sees(self.user_sales, self.secret))
        request.with_user(self.marketing).action_release()
        self.assertTrue(self._sees(self.user_sales, self.secret))
        self.assertFalse(self._sees(self.user_specialist, self.secret))

    def test_edit_voids_the_consent(self):
        request = self._request()
        request.with_user(self.marketing).action_approve()
        request.with_user(self.user_sales).purpose = "Something else"
        self.assertEqual(request.approval_state, "voided")
        self.assertEqual(request.state, "draft")

    def test_nobody_grants_to_himself(self):
        with self.assertRaisesRegex(UserError, "Nobody but the requester"):
            self._request(user=self.marketing)
        own = self._request(user=self.user_specialist)
        own.with_user(self.marketing).action_approve()
        own.with_user(self.service).action_confirm()
        with self.assertRaisesRegex(AccessError, "ARC-203"):
            own.with_user(self.user_specialist).action_release()

    def test_files_that_changed_hands(self):
        request = self._request(customer_ids=self.mine.ids)
        self.mine._write_protected({"user_id": self.user_quality.id})
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "account manager"):
            request.with_user(self.user_specialist).action_release()

    def test_refuse_cancel(self):
        request = self._request(customer_ids=self.mine.ids)
        with self.assertRaises(UserError):
            request.with_user(self.user_specialist).action_refuse(" ")
        request.with_user(self.user_specialist).action_refuse("Not needed")
        self.assertEqual(request.state, "refused")
        request = self._request()
        with self.assertRaises(UserError):
            request.with_user(self.service).action_refuse("No")
        with self.assertRaises(AccessError):
            request.with_user(self.user_specialist).action_cancel()
        request.with_user(self.user_sales).action_cancel()
        self.assertEqual(request.state, "cancelled")

    def test_by_number(self):
        """Whoever cannot see a customer asks for it by its number."""
        self.env.flush_all()
        self.env.invalidate_all()
        request = self._request(
            customer_ids=[], customer_numbers=[self.other.customer_number]
        )
        self.assertEqual(request.partner_ids, self.other)
        self.env.invalidate_all()
        self.assertFalse(request.with_user(self.user_sales).partner_ids)
        for number in ("KH-none", self.secret.customer_number):
            with self.assertRaisesRegex(UserError, number):
                self._request(customer_ids=[], customer_numbers=[number])

    def test_bad_input(self):
        for vals, error in (
            ({"purpose": " "}, ValidationError),
            ({"date_to": "2020-01-01"}, Exception),
            ({"customer_ids": []}, UserError),
            ({"parts": ["nothing"]}, UserError),
            ({"nonsense": 1}, UserError),
            ({"domain": [("nofield", "=", 1)]}, ValidationError),
            ({"domain": [("user_id.login", "=", "x")]}, ValidationError),
        ):
            with self.assertRaises(error, msg=str(vals)), self.cr.savepoint():
                with mute_logger("odoo.sql_db"):
                    self._request(**vals)
        request = self._request(
            customer_ids=[], domain=[("city", "=", "Nowhere")], client_reference="A-1"
        )
        self.assertEqual(
            self._request(client_reference="A-1"), request, "repeated call"
        )
        request.with_user(self.marketing).action_approve()
        request.with_user(self.service).action_confirm()
        with self.assertRaises(UserError):
            request.with_user(self.user_specialist).action_release()

    # ----------------------------------------------------------------- copies

    def test_paper_copies(self):
        request = self._granted(form="paper")
        ids = request.with_user(self.user_specialist).action_hand_out(2)
        copies = self.env["crm.data.copy"].browse(ids)
        self.assertEqual(request.state, "on_loan")
        self.assertEqual(len(set(copies.mapped("name"))), 2)
        self.assertEqual(copies.holder_id, self.user_sales)
        with self.assertRaises(AccessError):
            copies.with_user(self.user_sales).action_receive()
        with self.assertRaises(AccessError):
            self.env["crm.data.copy"].with_user(self.user_specialist).create({})
        with self.assertRaises(AccessError):
            self.env["crm.data.copy"].create({"company_id": self.company.id})
        copies[0].with_user(self.user_specialist).action_receive()
        self.assertEqual(request.state, "on_loan")
        copies[1].with_user(self.user_specialist).action_receive()
        self.assertEqual(request.state, "returned")
        self.assertFalse(request.in_force)
        with self.assertRaises(UserError):
            copies[0].unlink()

    def test_copy_print(self):
        request = self._granted(form="paper")
        [copy_id] = request.with_user(self.user_specialist).action_hand_out()
        copy = self.env["crm.data.copy"].browse(copy_id)
        Report = self.env["ir.actions.report"].with_user(self.user_specialist)
        name = "crm_customer_archive.report_data_copy"
        page = Report._render_qweb_html(name, copy.ids)[0].decode()
        self.assertIn("Other Mill Ltd", page)
        self.assertIn(self.other.main_contact_phone, page)
        self.assertIn(f"{copy.name}  {self.user_sales.name}", page)
        self.assertEqual(copy.print_count, 1)
        row = self.env["crm.access.log"].search([("kind", "=", "print")], limit=1)
        self.assertEqual(row.request_id, request)
        with self.assertRaises(AccessError):
            Report.with_user(self.user_sales)._render_qweb_html(name, copy.ids)
        copy.with_user(self.user_specialist).action_receive()
        with self.assertRaises(UserError):
            Report._render_qweb_html(name, copy.ids)

    def test_copy_reminder_and_loss(self):
        request = self._granted(form="paper")
        for bad in ("2020-01-01", str(self.today + timedelta(days=60))):
            with self.assertRaises(UserError):
                request.with_user(self.user_specialist).action_hand_out(date_due=bad)
        with self.assertRaises(UserError):
            request.with_user(self.user_specialist).action_hand_out(0)
        [copy_id] = request.with_user(self.user_specialist).action_hand_out(
            date_due=str(self.today)
        )
        copy = self.env["crm.data.copy"].browse(copy_id)
        copy._cron_remind()
        copy._cron_remind()
        self.assertEqual(copy.reminded_on, self.today)
        self.assertEqual(copy.activity_ids.user_id, self.user_sales)
        self.assertEqual(len(copy.activity_ids), 1)
        copy._write_guarded({"date_due": self.today - timedelta(days=1)})
        self.assertTrue(copy.late)
        self.assertIn(copy, copy.search([("late", "=", True)]))
        with self.assertRaises(AccessError):
            copy.with_user(self.user_sales2).action_report_lost("gone")
        with self.assertRaises(UserError):
            copy.with_user(self.user_sales).action_report_lost("")
        [incident] = copy.with_user(self.user_sales).action_report_lost("On the train")
        incident = self.env["crm.data.incident"].browse(incident)
        self.assertEqual((copy.state, incident.state), ("lost", "reported"))
        self.assertIn("On the train", incident.description)
        screen = self._granted(customer_ids=self.mine.ids)
        with self.assertRaises(UserError):
            screen.with_user(self.user_specialist).action_hand_out()

    def test_wizards(self):
        request = self._granted(form="paper")
        wizard = (
            self.env["crm.data.hand.out"]
            .with_user(self.user_specialist)
            .with_context(default_request_id=request.id)
            .create({"copies": 2})
        )
        action = wizard.action_confirm()
        self.assertEqual(action["type"], "ir.actions.report")
        self.assertTrue(action["close_on_report_download"], "else handed out twice")
        self.assertEqual(request.copy_count, 2)
        reason = self.env["crm.data.reason"].with_user(self.user_sales)
        with self.assertRaises(UserError):
            reason.create(
                {
                    "res_model": "res.partner",
                    "res_id": self.mine.id,
                    "step": "unlink",
                    "reason": "x",
                }
            ).action_confirm()
        reason.create(
            {
                "res_model": "crm.data.copy",
                "res_id": request.copy_ids[0].id,
                "step": "action_report_lost",
                "reason": "x",
            }
        ).action_confirm()
        self.assertEqual(request.copy_ids[0].state, "lost")
        for name in ("action_view_copies", "action_view_scope"):
            action = getattr(request, name)()
            self.assertTrue(self.env[action["res_model"]].search(action["domain"]))


@tagged("post_install", "-at_install")
class TestDataRequestRpc(RequestMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_request()

    def test_story_over_rpc(self):
        request = self.rpc(
            self.user_sales, "crm.data.request", "request_data", self._vals()
        )
        for user, method in (
            (self.marketing, "action_approve"),
            (self.service, "action_confirm"),
            (self.user_specialist, "action_release"),
        ):
            self.assertTrue(self.rpc(user, "crm.data.request", method, [request]))
        self.env.invalidate_all()
        rows = self.rpc(
            self.user_sales, "res.partner", "read", self.other.ids, ["name"]
        )
        self.assertEqual(rows[0]["name"], "Other Mill Ltd")

    def test_attacks(self):
        request = self._request(form="electronic")
        self.attack(
            request,
            create_vals={"purpose": "x", "date_to": "2031-01-01"},
            final_states=("consented", "confirmed", "released", "on_loan"),
            guarded={
                "scope_partner_ids": [(6, 0, self.secret.ids)],
                "access_start": "2020-01-01 00:00:00",
                "access_end": "2040-01-01 00:00:00",
                "own_project": True,
                "approval_state": "approved",
                "requester_id": self.user_gm.id,
            },
            users=[self.user_sales, self.user_specialist],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )
        with self.refused("a scope written from the customer's side"):
            self.rpc(
                self.user_sales,
                "res.partner",
                "write",
                self.mine.ids,
                {"granted_request_ids": [(6, 0, request.ids)]},
            )

    def test_attacks_on_copies(self):
        request = self._granted(form="paper")
        [copy_id] = request.with_user(self.user_specialist).action_hand_out()
        self.env.flush_all()
        self.attack(
            self.env["crm.data.copy"].browse(copy_id),
            create_vals={"request_id": request.id},
            final_states=("returned", "lost"),
            guarded={"holder_id": self.user_gm.id, "date_due": "2040-01-01"},
            users=[self.user_sales, self.user_specialist],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )

    def test_classified_over_rpc(self):
        """Reading over the wire is logged; strangers get nothing."""
        self.secret.flush_recordset()
        self.attack(
            self.secret,
            create_vals={"name": "Forged Ltd", "is_company": True},
            strangers=[self.user_sales, self.user_specialist, self.user_director],
        )
        rows = self.rpc(
            self.user_sales2,
            "res.partner",
            "search_read",
            [("id", "=", self.secret.id)],
            ["name"],
        )
        self.assertEqual(len(rows), 1)
        row = self.env["crm.access.log"].search(
            [("user_id", "=", self.user_sales2.id)], limit=1
        )
        self.assertEqual(row.method, "search_read")
        with self.refused("writing the log"):
            self.rpc(self.user_gm, "crm.access.log", "write", row.ids, {"kind": "read"})
        with self.refused("deleting the log"):
            self.rpc(self.user_gm, "crm.access.log", "unlink", row.ids)
        with self.refused("calling the log"):
            self.rpc(self.user_gm, "crm.access.log", "_insert", {})

    def test_web_routes(self):
        """Export, contact card, pivot, JSON list, printed list: refused and logged."""
        self.env["ir.config_parameter"].sudo().set_param("web.json.enabled", "1")
        self.authenticate("user_sales", PASSWORD)
        mine = self.mine.ids

        def post(path, params):
            token = http.Request.csrf_token(self)
            data = {"data": json.dumps(params), "csrf_token": token}
            return self.url_open(path, data=data)

        def export(path, **extra):
            params = {
                "model": "res.partner",
                "fields": [{"name": "phone", "label": "Phone", "type": "char"}],
                "ids": mine,
                "domain": [],
                "import_compat": False,
                **extra,
            }
            return post(path, params)

        pivot = {
            "title": "T",
            "model": "res.partner",
            "measure_count": 1,
            "col_group_headers": [],
            "measure_headers": [],
            "rows": [],
        }
        calls = {
            "csv": lambda: export("/web/export/csv"),
            "xlsx": lambda: export("/web/export/xlsx"),
            "grouped": lambda: export("/web/export/xlsx", groupby=["user_id"]),
            "vcard": lambda: self.url_open(f"/web/partner/vcard?partner_ids={mine[0]}"),
            "pivot": lambda: post("/web/pivot/export_xlsx", pivot),
            "print": lambda: self.url_open(
                "/report/html/crm_customer_archive.report_customer_list/"
                f"{mine[0]},{self.second.id}"
            ),
        }
        self.second = self._make_customer(name="Third Mill Ltd", number=9)
        self.env.flush_all()
        with mute_logger("odoo.http", "odoo.addons.web.controllers.export"):
            for name, call in calls.items():
                answer = call()
                self.assertGreaterEqual(answer.status_code, 400, name)
                if name in ("csv", "xlsx", "grouped"):
                    self.assertIn("ARC-199", answer.text)
        mine = (self.mine | self.second).ids
        for form in ("electronic", "paper"):
            self._granted(
                form=form,
                customer_ids=mine,
                parts=["contact", "address", "company", "file"],
            )
        self.env.flush_all()
        # each file carries a password (GAP-54), to be taken first
        with mute_logger("odoo.http", "odoo.addons.web.controllers.export"):
            for name in ("csv", "xlsx", "grouped", "vcard", "pivot"):
                answer = calls[name]()
                self.assertGreaterEqual(answer.status_code, 400, name)
        self.assertEqual(calls["print"]().status_code, 200)
        granted = self.env["crm.data.request"].search([("form", "=", "electronic")])
        granted.with_user(self.user_sales).take_file_password()
        self.env.flush_all()
        for name in ("xlsx", "grouped", "pivot"):
            answer = calls[name]()
            self.assertEqual(answer.status_code, 200, (name, answer.text[:500]))
            self.assertEqual(answer.content[:4], ENCRYPTED, name)
        with mute_logger("odoo.http", "odoo.addons.web.controllers.export"):
            for name in ("csv", "vcard"):
                self.assertGreaterEqual(calls[name]().status_code, 400, name)
        self.env["crm.confidentiality.level"].search([]).file_password = False
        self.env.flush_all()
        for name, call in calls.items():
            answer = call()
            self.assertEqual(answer.status_code, 200, (name, answer.text[:500]))
            self.assertNotEqual(answer.content[:4], ENCRYPTED, name)

    def test_json_route(self):
        self.env["ir.config_parameter"].sudo().set_param("web.json.enabled", "1")
        self.authenticate("user_sales", PASSWORD)
        action = self.env.ref("crm_customer_archive.action_customers")
        path = f"/json/1/action-{action.id}"
        with mute_logger("odoo.http"):
            for query in (
                f"?view_type=list&offset=0&limit=10&domain=[('id','=',{self.mine.id})]",
                "?view_type=list&offset=0&limit=10&domain=[]&groupby=user_id"
                "&fields=__count",
                f"/{self.mine.id}",
            ):
                head, _sep, tail = query.partition("?")
                answer = self.url_open(f"{path}{head}?{tail}")
                self.assertGreaterEqual(answer.status_code, 400, answer.text[:500])
        self.assertFalse(self.env["crm.access.log"].search([("kind", "=", "export")]))
