"""Documents of classified customers are only for who is entrusted with them (ARC-213).

Record rules for all, whatever other rights they have, ask ``is_withheld``. Whoever may
not see the customer's file sees a document of it only while entrusted with it: as the
person responsible, at the department that holds it now, or with a decision to take.
"""

from odoo import api, fields, models
from odoo.fields import Domain

# So many documents are named one by one in a query.
FEW = 500


class CrmWithheldMixin(models.AbstractModel):
    """What both ways of being withheld share; who inherits says what it finds."""

    _name = "crm.withheld.mixin"
    _description = "Withheld from who is not entrusted with it"

    is_withheld = fields.Boolean(
        string="Withheld",
        compute="_compute_is_withheld",
        search="_search_is_withheld",
        compute_sudo=True,
        help="The customer's file is classified, and the user has neither part in it "
        "nor the document in hand.",
    )

    @api.depends_context("uid")
    def _compute_is_withheld(self):
        found = self.with_context(active_test=False)._search(
            [("id", "in", self.ids), ("is_withheld", "=", True)]
        )
        hidden = set(found.get_result_ids())
        for record in self:
            record.is_withheld = (record._origin.id or record.id) in hidden

    @api.model
    def _search_is_withheld(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._withheld_domain()

    @api.model
    def _withheld_domain(self):
        """Hook: the records withheld from the user."""
        return Domain.FALSE


class CrmCustomerWithheldMixin(models.AbstractModel):
    """For record rules: ``[("is_withheld", "=", False)]``, and for lines
    ``[("document_id", "not any", [("is_withheld", "=", True)])]``.
    """

    _name = "crm.customer.withheld.mixin"
    _inherit = ["crm.withheld.mixin"]
    _description = "Withheld with a classified customer"

    # Many2one to the customer the document is about.
    _withheld_customer_field = "partner_id"

    @api.model
    def _withheld_domain(self):
        """Return the domain of the documents withheld from the user.

        They are few, mostly none: their ids leave the query that asks as plain as
        without the rule. Where they are many a subselect finds them.
        """
        if not self.env["res.partner"]._any_classified():
            return Domain.FALSE
        query = self._withheld_query()
        query.limit = FEW + 1
        ids = query.get_result_ids()
        if len(ids) <= FEW:
            return Domain("id", "in", ids)
        return Domain("id", "in", self._withheld_query())

    @api.model
    def _withheld_query(self):
        """Return the query of the documents withheld from the user.

        It starts from the few classified files, so it costs a list one subselect.
        """
        # sudo: the query itself says what this user may not see
        files = self.env["res.partner"].sudo().with_context(active_test=False)
        hidden = files._search([("is_withheld", "=", True)])
        documents = self.sudo().with_context(active_test=False)  # sudo: as above
        return documents._search(
            Domain(self._withheld_customer_field, "in", hidden)
            & ~self._entrusted_domain()
        )

    @api.model
    def _entrusted_domain(self):
        """Hook: the documents the user is entrusted with now, whoever the customer."""
        uid, domain = self.env.uid, Domain.FALSE
        if "user_id" in self._fields:
            domain |= Domain("user_id", "=", uid)
        if "routing_department_id" in self._fields:
            domain |= (
                Domain("routing_user_id", "=", uid)
                | Domain("routing_department_id.member_ids.user_id", "=", uid)
                | Domain("routing_department_id.policy_head_ids", "in", [uid])
            )
        if "approval_ids" in self._fields:
            domain |= Domain(
                "approval_ids",
                "any",
                [("state", "=", "pending"), ("candidate_ids", "in", [uid])],
            )
        return domain


class CrmWithheldReferenceMixin(models.AbstractModel):
    """What hangs on documents by model and id: decisions, stays, reminders."""

    _name = "crm.withheld.reference.mixin"
    _inherit = ["crm.withheld.mixin"]
    _description = "Withheld with its document"

    # Field that holds the document's model; its id is in ``res_id``.
    _withheld_model_field = "model"

    @api.model
    def _withheld_domain(self):
        domains = [self._secret_domain(name) for name in self._secret_models()]
        # Every list asks; without classified files it is not made to plan a subselect
        # for each kind of document.
        if self.env["res.partner"]._any_classified():
            domains += [
                Domain(self._withheld_model_field, "=", name)
                & Domain("res_id", "in", self.env[name]._withheld_query())
                for name in self._withheld_models()
            ]
        return Domain.OR(domains)

    @api.model
    def _secret_models(self):
        """Hook: return names of documents shown by nothing to who may not read them.

        Others are no secret to whoever oversees the work: their number and their way.
        """
        return []

    @api.model
    def _secret_domain(self, name):
        """Return the domain of what hangs on documents the user may not read."""
        # The rules of this user decide, also where the rule is asked as sudo.
        Document = self.env[name].sudo(False).with_context(active_test=False)
        domain = Domain(self._withheld_model_field, "=", name)
        if Document.has_access("read"):
            domain &= Domain("res_id", "not in", Document._search([]))
        return domain

    @api.model
    def _withheld_models(self):
        """Return the names of the documents that may be withheld."""
        names = self.env.registry.descendants(
            ["crm.customer.withheld.mixin"], "_inherit"
        )
        return [name for name in names if not self.env[name]._abstract]


class CrmApproval(models.Model):
    _name = "crm.approval"
    _inherit = ["crm.approval", "crm.withheld.reference.mixin"]
    _withheld_model_field = "res_model"


class CrmRoutingPassage(models.Model):
    _name = "crm.routing.passage"
    _inherit = ["crm.routing.passage", "crm.withheld.reference.mixin"]

    @api.model
    def _secret_models(self):
        return [*super()._secret_models(), "crm.data.incident"]


class CrmRoutingNotice(models.Model):
    _name = "crm.routing.notice"
    _inherit = ["crm.routing.notice", "crm.withheld.reference.mixin"]

    @api.model
    def _secret_models(self):
        return [*super()._secret_models(), "crm.data.incident"]
