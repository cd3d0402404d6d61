"""Test-only documents, so that the shared machinery is tested without any area.

The models are taken out of the module's own list at once: only a test that calls
:func:`setup_fake_models` puts them into the registry, and only for its class.
"""

import importlib

from odoo import SUPERUSER_ID, api, fields, models

# The platform has no public way to put a test's model into the registry.
add_to_registry = importlib.import_module("odoo.orm.model_classes").add_to_registry

DOCUMENT = "crm.policy.test.document"
LINE = "crm.policy.test.line"


class CrmPolicyTestDocument(models.Model):
    """A document that is routed like a complaint and approved in one or two steps."""

    _name = DOCUMENT
    _inherit = ["crm.document.mixin", "crm.approval.mixin", "crm.routing.mixin"]
    _description = "Test document"

    _number_code = "crm.policy.test"
    _policy_topic = "complaint"
    _routing_states = {
        "quality": "quality",
        "sales": "sales",
        "gmo_summary": "gmo",
        "decision": "gmo",
        "decided": "sales",
    }
    _routing_clock = {"start": ("quality",), "stop": ("closed",)}
    _approval_steps = {
        "decision": {
            "from": ("gmo_summary",),
            "pending": "decision",
            "approved": "decided",
            "refused": "gmo_summary",
            "void": "gmo_summary",
            "protected": ("amount", "line_ids.quantity"),
        },
        "plan": {
            "from": ("draft",),
            "pending": None,
            "approved": None,
            "refused": None,
            "void": None,
            "protected": ("description",),
        },
    }
    _transitions = {
        "submit": {"from": ("draft",), "to": "quality"},
        "to_sales": {"from": ("quality",), "to": "sales"},
        "summarise": {"from": ("sales",), "to": "gmo_summary"},
        "back": {"from": ("sales", "gmo_summary"), "to": "quality"},
        "close": {"from": ("decided",), "to": "closed"},
    }

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("quality", "Quality"),
            ("sales", "Sales opinion"),
            ("gmo_summary", "Consolidated opinion"),
            ("decision", "Decision"),
            ("decided", "Decided"),
            ("closed", "Closed"),
        ],
        default="draft",
        required=True,
    )
    amount = fields.Monetary()
    description = fields.Char()
    is_foreign = fields.Boolean()
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user)
    department_id = fields.Many2one("hr.department")
    line_ids = fields.One2many(LINE, "document_id")

    @api.model
    def _get_approval_step_labels(self):
        return {"decision": "Decision", "plan": "Plan"}

    def _approval_amount(self, step):
        return (self.amount, self.currency_id, self.company_id._policy_today())

    def _routing_is_foreign(self):
        return self.is_foreign

    def action_submit(self):
        return self._transition("submit")

    def action_to_sales(self):
        self._routing_check_holder()
        return self._transition("to_sales")

    def action_summarise(self):
        self._routing_check_holder()
        return self._transition("summarise")

    def action_back(self):
        return self._transition("back")

    def action_close(self):
        self._approval_require("decision")
        return self._transition("close")


class CrmPolicyTestLine(models.Model):
    """A line with a protected quantity."""

    _name = LINE
    _inherit = "crm.approval.line.mixin"
    _description = "Test document line"

    _approval_parent = "document_id"

    document_id = fields.Many2one(DOCUMENT, required=True, ondelete="cascade")
    quantity = fields.Float()
    note = fields.Char()


_FAKES = (CrmPolicyTestDocument, CrmPolicyTestLine)
for _fake in _FAKES:
    models.MetaModel._module_to_models__[_fake._module].remove(_fake)


def setup_fake_models(cls):
    """Register the test documents for one test class; removed after it by itself.

    Call it in ``setUpClass`` after ``super().setUpClass()``. Every employee gets
    all rights on them, so that only the mixins' own guards stand in the way.

    :param cls: a TransactionCase or HttpCase class
    :return: the document model (empty recordset)
    """
    registry = cls.registry
    for fake in _FAKES:
        add_to_registry(registry, fake)
    registry._setup_models__(cls.env.cr, [DOCUMENT, LINE])
    registry.init_models(cls.env.cr, [DOCUMENT, LINE], {"models_to_check": True})
    cls.addClassCleanup(teardown_fake_models, cls)
    env = api.Environment(cls.env.cr, SUPERUSER_ID, {})
    env["ir.sequence"].create(
        {
            "name": "Test documents",
            "code": "crm.policy.test",
            "prefix": "T%(range_year)s%(range_month)s",
            "padding": 4,
            "use_date_range": True,
            "range_period": "monthly",
            "company_id": False,
        }
    )
    env["ir.model.access"].create(
        [
            {
                "name": f"test {name}",
                "model_id": env["ir.model"]._get_id(name),
                "group_id": env.ref("base.group_user").id,
                "perm_read": True,
                "perm_write": True,
                "perm_create": True,
                "perm_unlink": True,
            }
            for name in (DOCUMENT, LINE)
        ]
    )
    registry.clear_all_caches()
    return cls.env[DOCUMENT]


def teardown_fake_models(cls):
    """Take the test documents out of the registry again."""
    registry = cls.registry
    for name in (LINE, DOCUMENT):
        del registry[name]
    registry.clear_all_caches()
    registry._setup_models__(cls.env.cr)
