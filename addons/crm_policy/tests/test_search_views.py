"""Every filter, grouping, search field and panel of every screen of ours works.

Run with whatever addons are installed: an area that comes later is covered by itself.
"""

from datetime import date

from lxml import etree

from odoo.fields import Domain
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import datetime, dateutil, safe_eval, time

from .common import PolicyCase

# What a person types, by type of field; none: the field is searched by choosing.
TYPED = {
    "char": "x",
    "text": "x",
    "html": "x",
    "many2one": "x",
    "one2many": "x",
    "many2many": "x",
    "integer": 1,
    "float": 1.5,
    "monetary": 1.5,
    "boolean": True,
    "date": "2026-11-20",
    "datetime": "2026-11-20 02:00:00",
}


@tagged("post_install", "-at_install")
class TestSearchViews(PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policy = cls.env.ref("base.module_crm_policy")
        modules = policy | policy.downstream_dependencies()
        cls.addons = modules.filtered(
            lambda module: module.author == policy.author
        ).mapped("name")

    def _ours(self, model, domain=()):
        """Return the records of a technical model that our addons brought."""
        data = self.env["ir.model.data"].search(
            [("model", "=", model), ("module", "in", self.addons)]
        )
        return self.env[model].search([("id", "in", data.mapped("res_id")), *domain])

    def _screens(self):
        """Return {(model, id of its search view or False)} of our views and actions."""
        screens = set()
        for view in self._ours("ir.ui.view", [("type", "=", "search")]):
            while view.mode == "extension":
                view = view.inherit_id
            screens.add((view.model, view.id))
        for action in self._ours("ir.actions.act_window"):
            if "list" in action.view_mode or "kanban" in action.view_mode:
                screens.add((action.res_model, action.search_view_id.id))
        return sorted(screens, key=lambda screen: (screen[0], screen[1] or 0))

    def _evaluated(self, text, env, typed=None):
        """Return what a client makes of an expression of a view."""
        today = date(2026, 11, 20)
        return safe_eval(
            text,
            {
                "uid": env.uid,
                "allowed_company_ids": env.companies.ids,
                "context_today": lambda: today,
                "current_date": str(today),
                "datetime": datetime,
                "relativedelta": dateutil.relativedelta.relativedelta,
                "time": time,
                "context": {},
                **(typed or {}),
            },
        )

    def test_as_sales_manager(self):
        self.assertGreater(self._walk(self.user_sales_head), 100)

    def test_as_administrator(self):
        self.assertGreater(self._walk(self.user_admin), 100)

    def test_new_records_are_opened(self):
        """Whoever may create a record gets its empty form, as its menus ask for it."""
        opened = 0
        for model in {model for model, _view in self._screens()}:
            for user in (self.user_director, self.user_admin):
                records = self.env[model].with_user(user)
                if records._abstract or not records.has_access("create"):
                    continue
                with self.subTest(model=model, user=user.login):
                    Form(records)
                opened += 1
                break
        self.assertGreater(opened, 10)

    def test_records_are_opened(self):
        """Whoever may read a record gets its form: no field of it is another's."""
        opened = 0
        for model in {model for model, _view in self._screens()}:
            records = self.env[model].with_user(self.user_director)
            if records._abstract or not records.has_access("read"):
                continue
            record = records.search([], limit=1)
            if record:
                with self.subTest(model=model):
                    Form(record)
                    title = record.display_name or ""
                    self.assertNotEqual(title, f"{model},{record.id}")
                    named = record._fields.get(record._rec_name or "")
                    if named and named.type == "selection":
                        # The word for it, not its code.
                        self.assertNotEqual(title, record[named.name])
                opened += 1
        self.assertGreater(opened, 10)

    def _walk(self, user):
        """Try all the user may read; return how many filters and fields there were."""
        screens = self._screens()
        self.assertGreater(len(screens), 10)
        tried, seen = 0, set()
        for model, view_id in screens:
            records = self.env[model].with_user(user)
            if not records.has_access("read"):
                continue
            view = records.get_view(view_id or None, "search")
            if (model, view["id"]) in seen:
                # Most actions name no view: the one of the model, tried already.
                continue
            seen.add((model, view["id"]))
            for node in etree.fromstring(view["arch"]).iter("filter", "field"):
                name = node.get("name") or node.get("string")
                with (
                    self.subTest(user=user.login, model=model, view=view_id, node=name),
                    self.env.cr.savepoint(),
                ):
                    self._try(records, node)
                tried += 1
        return tried

    def _try(self, records, node):
        if node.tag == "filter":
            self._try_filter(records, node)
        elif node.getparent().tag == "searchpanel":
            self._try_panel(records, node)
        else:
            self._try_field(records, node)

    def _try_filter(self, records, node):
        domain = self._evaluated(node.get("domain") or "[]", records.env)
        context = self._evaluated(node.get("context") or "{}", records.env)
        groups = [context["group_by"]] if context.get("group_by") else []
        if domain or not groups:
            self._try_domain(records.with_context(**context), domain)
        if node.get("date"):
            groups += [f"{node.get('date')}:{part}" for part in ("month", "quarter")]
            self._try_domain(records, [(node.get("date"), ">=", "2026-11-01")])
        for group in groups:
            group = [group] if isinstance(group, str) else group
            # As lists and cards ask, which also goes through the other two ways.
            records.web_read_group(
                domain, group[:1], ["__count"], auto_unfold=True, limit=80
            )

    def _try_domain(self, records, domain):
        found = records.web_search_read(domain, {"display_name": {}}, limit=1)
        self.assertEqual(bool(found["records"]), bool(found["length"]))

    def _try_field(self, records, node):
        field = records._fields[node.get("name")]
        value = TYPED.get(field.type)
        if field.type == "selection":
            value = next(iter(field.get_values(records.env)), False)
        if value is None:
            return
        if node.get("filter_domain"):
            domain = self._evaluated(
                node.get("filter_domain"),
                records.env,
                {"self": value, "raw_value": value},
            )
        else:
            text = isinstance(value, str) and field.type in ("char", "text", "html")
            operator = "ilike" if text or field.relational else "="
            domain = [(field.name, node.get("operator") or operator, value)]
        self._try_domain(records, domain)

    def _try_panel(self, records, node):
        many = node.get("select") == "multi"
        method = (
            "search_panel_select_multi_range" if many else ("search_panel_select_range")
        )
        options = {
            "enable_counters": bool(node.get("enable_counters")),
            "expand": bool(node.get("expand")),
            "comodel_domain": self._evaluated(node.get("domain") or "[]", records.env),
            "search_domain": list(Domain.TRUE),
        }
        if many and node.get("groupby"):
            options["group_by"] = node.get("groupby")
        answer = getattr(records, method)(node.get("name"), **options)
        self.assertNotIn("error_msg", answer)
