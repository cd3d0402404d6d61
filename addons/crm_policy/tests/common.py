"""A company with people in every role, and attacks every model must withstand."""

import xmlrpc.client
from contextlib import contextmanager, suppress
from unittest.mock import patch

from odoo import Command
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

PASSWORD = "policy-test-8"  # every test user's; lives in a rolled-back transaction

ROUNDS_OF_PASSWORDS = "odoo.addons.base.models.res_users.MIN_ROUNDS"
FEW_ROUNDS = 1_000
COMPANY, OTHER_COMPANY = "Huichuan Test Company", "Another Company"
# login: (name, groups, department code, heads it)
PEOPLE = {
    "user_sales": ("Sales One", "crm_policy.group_user", "sales", False),
    "user_sales2": ("Sales Two", "crm_policy.group_user", "sales", False),
    "user_sales_head": ("Sales Head", "crm_policy.group_manager", "sales", True),
    "user_quality": ("Quality", "crm_policy.group_user", "quality", True),
    "user_manufacturing": (
        "Manufacturing",
        "crm_policy.group_user",
        "manufacturing",
        True,
    ),
    "user_rd": ("Research", "crm_policy.group_user", "rd", True),
    "user_gmo": ("Office", "crm_policy.group_gm_office", "gmo", True),
    "user_specialist": ("Desk", "crm_policy.group_specialist", "service", False),
    "user_marketing_head": ("Marketing", "crm_policy.group_manager", "marketing", True),
    "user_director": ("Director", "crm_policy.group_director", False, False),
    "user_deputy": ("Deputy", "crm_policy.group_deputy_gm", False, False),
    "user_gm": ("General Manager", "crm_policy.group_gm", False, False),
    "user_accounting": ("Accounting", "crm_policy.group_user", "accounting", True),
    "user_storage": ("Storage", "crm_policy.group_user", "storage", True),
    "user_admin": ("Policy Admin", "crm_policy.group_admin", False, False),
    "user_outsider": ("Outsider", "base.group_user", False, False),
}


class PolicyMixin:
    """Sets up the company and its people; for TransactionCase and HttpCase."""

    @classmethod
    def _setup_people(cls):
        # A password that is thrown away need not cost 600,000 rounds per person.
        cls.startClassPatcher(patch(ROUNDS_OF_PASSWORDS, FEW_ROUNDS))
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "lang": "en_US"}
        )
        # Whoever runs many of these classes makes the people once, before them all.
        if not cls._find_people():
            cls._make_company()
            cls._find_people()
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )

    @classmethod
    def _find_people(cls):
        """Put the company, its departments and people on the class; tell if it is."""
        cls.company, cls.other_company = (
            cls.env["res.company"].search([("name", "=", name)], limit=1)
            for name in (COMPANY, OTHER_COMPANY)
        )
        if not cls.company:
            return False
        departments = cls.env["hr.department"].search(
            [("company_id", "=", cls.company.id)]
        )
        cls.departments = {
            department.policy_code: department for department in departments
        }
        users = cls.env["res.users"].search(
            [("login", "in", [*PEOPLE, "user_other_company"])]
        )
        for user in users:
            setattr(cls, user.login, user)
        return True

    @classmethod
    def _make_company(cls):
        cls.env.ref("base.CNY").active = True
        cls.company, cls.other_company = cls.env["res.company"].create(
            [
                {
                    "name": COMPANY,
                    "currency_id": cls.env.ref("base.CNY").id,
                    "country_id": cls.env.ref("base.cn").id,
                },
                {"name": OTHER_COMPANY, "currency_id": cls.env.ref("base.CNY").id},
            ]
        )
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        codes = sorted({person[2] for person in PEOPLE.values() if person[2]})
        departments = cls.env["hr.department"].create(
            [
                {
                    "name": code.title(),
                    "policy_code": code,
                    "company_id": cls.company.id,
                }
                for code in codes
            ]
        )
        cls.departments = dict(zip(codes, departments, strict=True))
        cls._make_people([(login, *person) for login, person in PEOPLE.items()])
        new_test_user(
            cls.env,
            login="user_other_company",
            name="Elsewhere",
            password=PASSWORD,
            groups="crm_policy.group_director",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )

    @classmethod
    def _load_chart(cls):
        """Give the company the accounts that sales and invoices need."""
        if not cls.company.chart_template:
            currency = cls.company.currency_id
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=cls.company, install_demo=False
            )
            cls.company.currency_id = currency  # the chart brings its own

    @classmethod
    def _make_person(cls, login, name, groups, code=False, heads=False):
        """Return a user with an employee in the department of that code."""
        return cls._make_people([(login, name, groups, code, heads)])

    @classmethod
    def _make_people(cls, people):
        """Return the users of ``(login, name, groups, department code, heads it)``."""
        users = (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                [
                    {
                        "login": login,
                        "name": name,
                        "password": PASSWORD,
                        "email": f"{login}@example.com",
                        "tz": "Asia/Shanghai",
                        "group_ids": [
                            Command.set(
                                [cls.env.ref(group).id for group in groups.split(",")]
                            )
                        ],
                        "company_id": cls.company.id,
                        "company_ids": [Command.set(cls.company.ids)],
                    }
                    for login, name, groups, _code, _heads in people
                ]
            )
        )
        employees = cls.env["hr.employee"].create(
            [
                {
                    "name": person[1],
                    "user_id": user.id,
                    "company_id": cls.company.id,
                    "department_id": cls.departments[person[3]].id
                    if person[3]
                    else False,
                }
                for user, person in zip(users, people, strict=True)
            ]
        )
        for employee, person in zip(employees, people, strict=True):
            if person[4]:
                cls.departments[person[3]].manager_id = employee
        return users


def make_company(env):
    """Make what the test classes here begin with, to be kept in a database."""
    context = {**env.context, "tracking_disable": True, "lang": "en_US"}
    maker = type("Maker", (PolicyMixin,), {"env": env(context=context)})
    # Odoo gives companies made by a test what they need, such as a warehouse.
    test = patch("odoo.modules.module.current_test", "make_company")
    with patch(ROUNDS_OF_PASSWORDS, FEW_ROUNDS), test:
        maker._make_company()
        if "account.chart.template" in env:
            maker._load_chart()


class PolicyCase(PolicyMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_people()


@tagged("post_install", "-at_install")
class RpcAbuseCase(PolicyMixin, HttpCase):
    """Attacks over real XML-RPC; inherit, make a record and call ``attack``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_people()

    # Context keys that opened such doors in other systems; none may open ours.
    CONTEXT_KEYS = {
        "skip_validation_check": True,
        "bypass": True,
        "force": True,
        "su": True,
        "sudo": True,
        "install_mode": True,
        "import_file": True,
        "tracking_disable": True,
        "mail_notrack": True,
        "no_guard": True,
        "crm_policy_guard_grants": [["*", [1], ["state"]]],
        "module": "crm_policy",
    }

    def rpc(self, user, model, method, *args, **kwargs):
        """Call a public method over XML-RPC as ``user``."""
        return self.xmlrpc_object.execute_kw(
            self.env.cr.dbname, user.id, PASSWORD, model, method, args, kwargs
        )

    @contextmanager
    def refused(self, what):
        """Expect the server to refuse ``what`` and to leave nothing half done."""
        try:
            with self.env.cr.savepoint():
                yield
                self.env.cr.flush()
                raise _NotRefusedError
        except xmlrpc.client.Fault as fault:
            self.assertNotIn("Traceback", fault.faultString, what)
            self.assertFalse(
                "must not be null" in fault.faultString,
                f"{what}: refused for a missing value, not by a rule",
            )
        except _NotRefusedError:
            self.fail(f"not refused: {what}")
        self.env.invalidate_all()

    def attack(
        self,
        record,
        create_vals,
        final_states=(),
        guarded=None,
        users=(),
        strangers=(),
    ):
        """Try every known way around the procedure of a model.

        :param record: a record as it stands in the middle of its procedure
        :param create_vals: values a permitted user could create a record with
        :param final_states: states nobody may write or create directly
        :param guarded: {guarded field: forged value}
        :param users: users with write access, who still may not forge
        :param strangers: users who must not see the record at all
        """
        for user in users:
            for state in final_states:
                self._attack_values(user, record, create_vals, {"state": state})
            for name, value in (guarded or {}).items():
                self._attack_values(user, record, create_vals, {name: value})
            states = [{"state": state} for state in final_states]
            self._attack_defaults(user, record, create_vals, states, guarded or {})
            self._attack_approvals(user, record)
        for stranger in strangers:
            self._attack_stranger(stranger, record)

    def _attack_values(self, user, record, create_vals, forged):
        model, what = record._name, f"{user.login} writes {forged} on {record._name}"
        with self.refused(f"{what} by create"):
            self.rpc(user, model, "create", [{**create_vals, **forged}])
        with self.refused(f"{what} by write"):
            self.rpc(user, model, "write", record.ids, forged)
        with self.refused(f"{what} by write with context keys"):
            self.rpc(
                user, model, "write", record.ids, forged, context=self.CONTEXT_KEYS
            )
        with self.refused(f"{what} by web_save"):
            self.rpc(
                user, model, "web_save", record.ids, forged, specification={"id": {}}
            )
        self._attack_import(user, record, forged)

    def _attack_defaults(self, user, record, create_vals, states, guarded):
        """A default in the context or of the user's own reaches no guarded field."""
        together = [*states, guarded]
        if states:
            # One value of a field at a time; the first with those of other fields.
            together = [{**guarded, **states[0]}, *states[1:]]
        for forged in filter(None, together):
            if not self._attack_default(user, record, create_vals, forged):
                # What was refused as a whole tells nothing of its parts.
                for name, value in forged.items():
                    self._attack_default(user, record, create_vals, {name: value})

    def _attack_default(self, user, record, create_vals, forged):
        """Tell whether records were made in spite of the forged defaults."""
        context = {f"default_{name}": value for name, value in forged.items()}
        made = self._create_by_default(user, record, create_vals, forged, context)
        with self.env.cr.savepoint() as savepoint:
            for name, value in forged.items():
                self.rpc(user, "ir.default", "set", record._name, name, value, True)
            made &= self._create_by_default(user, record, create_vals, forged, {})
            savepoint.rollback()
        self.registry.clear_cache()  # the one that holds defaults
        self.env.invalidate_all()
        return made

    def _create_by_default(self, user, record, create_vals, forged, context):
        with self.env.cr.savepoint() as savepoint:
            try:
                [new_id] = self.rpc(
                    user, record._name, "create", [create_vals], context=context
                )
            except xmlrpc.client.Fault:
                new_id = False
            self.env.invalidate_all()
            if new_id:
                new = self.env[record._name].sudo().browse(new_id)
                for name, value in forged.items():
                    now = new._fields[name].convert_to_read(new[name], new, False)
                    self.assertNotEqual(
                        now, value, f"{user.login}: a default for {name}"
                    )
            savepoint.rollback()
        self.env.invalidate_all()
        return bool(new_id)

    def _attack_import(self, user, record, forged):
        """Importing over an existing record must not change guarded fields."""
        names = [name for name, value in forged.items() if isinstance(value, str)]
        if not names:
            return
        before = {name: record[name] for name in names}
        with self.env.cr.savepoint() as savepoint:
            # Refused outright is as good as refused in its messages.
            with suppress(xmlrpc.client.Fault):
                self.rpc(
                    user,
                    record._name,
                    "load",
                    [".id", *names],
                    [[str(record.id), *(forged[name] for name in names)]],
                )
            self.env.invalidate_all()
            for name, value in before.items():
                self.assertEqual(record[name], value, f"{user.login} imports {name}")
            savepoint.rollback()
        self.env.invalidate_all()

    def _attack_approvals(self, user, record):
        """Nobody writes decisions or passages by hand."""
        for model in ("crm.approval", "crm.routing.passage", "crm.approval.chain"):
            if model not in self.env:
                continue
            rows = self.env[model].sudo().search([], limit=1)
            with self.refused(f"{user.login} creates {model}"):
                self.rpc(
                    user,
                    model,
                    "create",
                    [{"res_model": record._name, "res_id": record.id}],
                )
            if rows:
                with self.refused(f"{user.login} writes {model}"):
                    self.rpc(user, model, "write", rows.ids, {"res_id": record.id})
                with self.refused(f"{user.login} deletes {model}"):
                    self.rpc(user, model, "unlink", rows.ids)

    def _attack_stranger(self, user, record):
        """A person outside must not read, count, group, find or export."""
        model, domain = record._name, [("id", "=", record.id)]
        with self.refused(f"{user.login} reads {model}"):
            self.rpc(user, model, "read", record.ids, ["display_name"])
        with self.refused(f"{user.login} exports {model}"):
            self.rpc(user, model, "export_data", record.ids, ["id", "display_name"])
        for method, args, kwargs, empty in (
            ("search", [domain], {}, []),
            ("search_count", [domain], {}, 0),
            ("search_read", [domain, ["id"]], {}, []),
            (
                "formatted_read_group",
                [domain],
                {"groupby": ["create_uid"], "aggregates": ["__count"]},
                [],
            ),
            (
                "web_read_group",
                [domain],
                {"groupby": ["create_uid"], "aggregates": ["__count"]},
                {"groups": [], "length": 0},
            ),
            (
                "formatted_read_grouping_sets",
                [domain, [["create_uid"]]],
                {"aggregates": ["__count"]},
                [[]],
            ),
            (
                "web_search_read",
                [domain],
                {"specification": {"display_name": {}}},
                {"length": 0, "records": []},
            ),
            ("name_search", [record.display_name], {"domain": domain}, []),
        ):
            try:
                result = self.rpc(user, model, method, *args, **kwargs)
            except xmlrpc.client.Fault:
                result = empty  # no access to the model at all
            self.assertEqual(result, empty, f"{user.login}: {method} of {model}")
        if "message_ids" in record._fields and record.sudo().message_ids:
            messages = record.sudo().message_ids
            with self.refused(f"{user.login} reads the chatter of {model}"):
                self.rpc(user, "mail.message", "read", messages.ids, ["body"])


class _NotRefusedError(Exception):
    pass
