"""Whoever holds a complaint can open its form, also of a customer not theirs."""

from lxml import etree

from odoo.tests import tagged

from .common import ComplaintCase


def specification(records, node):
    """Return what the web client asks for to show a view, with its inner lists."""
    result = {}
    for child in node.iterchildren(tag=etree.Element):
        if child.tag != "field":
            result.update(specification(records, child))
            continue
        field = records._fields[child.get("name")]
        if field.type in ("one2many", "many2many"):
            inner = records.env[field.comodel_name]
            fields = {}
            for view in child.iterchildren("list", "kanban", "form"):
                fields.update(specification(inner, view))
            result[field.name] = {"fields": fields or {"display_name": {}}}
        elif field.relational:
            result[field.name] = {"fields": {"display_name": {}}}
        else:
            result[field.name] = {}
    return result


@tagged("post_install", "-at_install")
class TestFormReadable(ComplaintCase):
    def test_form_opens_for_each_holder(self):
        """Every value of the form is read as the client reads it."""
        complaint = self._complaint()
        self._at(complaint, "quality")
        self.env["ir.rule"].create(
            {
                "name": "The file of the customer is not theirs",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {complaint.partner_id.id})]",
            }
        )
        customer = complaint.partner_id.with_user(self.user_quality)
        self.assertFalse(customer.has_access("read"))
        for user in (self.user_quality, self.user_gmo, self.user_sales_head):
            mine = complaint.with_user(user)
            mine.env.invalidate_all()
            arch = etree.fromstring(mine.get_view(view_type="form")["arch"])
            for name, wanted in specification(mine, arch).items():
                with self.subTest(user=user.login, field=name):
                    self.assertTrue(mine.web_read({name: wanted}))
