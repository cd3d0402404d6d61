"""Every way to a document of a classified customer, tried as who may not see it."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import mute_logger


class WithheldMixin:
    """Needs the people of ``PolicyMixin``."""

    @classmethod
    def _classify(cls, customer):
        customer.confidentiality_level_id = cls.env.ref(
            "crm_customer_archive.confidentiality_classified"
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _as(self, user, records):
        self.env.invalidate_all()
        return records.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )

    def _things_on(self, document):
        """Return a message, an attachment and an activity on the document."""
        message = document.message_post(body="secret talk")
        attachment = self.env["ir.attachment"].create(
            {
                "name": "secret.txt",
                "raw": b"secret",
                "res_model": document._name,
                "res_id": document.id,
            }
        )
        activity = document.activity_schedule(
            "mail.mail_activity_data_todo", summary="call", user_id=self.env.uid
        )
        return message, attachment, activity

    def assertSeen(self, user, *records):
        for record in records:
            theirs = self._as(user, record)
            self.assertTrue(theirs.has_access("read"), (user.login, record))
            self.assertEqual(theirs.search([("id", "=", record.id)]), record)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def assertWithheld(self, user, *records):
        """No search, count, group, name, export or read finds any of the records."""
        user.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        for record in records:
            theirs = self._as(user, record)
            model, domain = theirs.browse(), [("id", "=", record.id)]
            label = (user.login, record)
            if not model.has_access("read"):
                continue
            model = model.with_context(active_test=False)
            self.assertFalse(model.search(domain), label)
            self.assertFalse(model.search_count(domain), label)
            self.assertFalse(model.search_read(domain, ["id"]), label)
            self.assertFalse(
                model.web_search_read(domain, {"display_name": {}})["records"], label
            )
            grouped = model.formatted_read_group(domain, [], ["__count"])
            self.assertFalse(sum(row["__count"] for row in grouped), label)
            name = record.display_name
            found = {row[0] for row in model.name_search(name, limit=1000)}
            self.assertNotIn(record.id, found, label)
            for call in (
                lambda theirs=theirs: theirs.read(["id", "display_name"]),
                lambda theirs=theirs: theirs.web_read({"display_name": {}}),
                lambda theirs=theirs: theirs.export_data(["id", "display_name"]),
            ):
                self.env.invalidate_all()
                with self.assertRaises(AccessError, msg=label):
                    call()
