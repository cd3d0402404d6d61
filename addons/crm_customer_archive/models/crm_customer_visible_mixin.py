"""Documents about a customer: seen by whoever sees the customer."""

from odoo import api, fields, models
from odoo.fields import Domain


class CrmCustomerVisibleMixin(models.AbstractModel):
    """For record rules: ``[("customer_visible", "=", True)]``.

    The rules on partners decide, whatever they are; none has to be repeated.
    """

    _name = "crm.customer.visible.mixin"
    _description = "Seen by who sees the customer"

    # Many2one to the customer the document is about.
    _customer_field = "customer_id"

    customer_visible = fields.Boolean(
        compute="_compute_customer_visible",
        search="_search_customer_visible",
        help="The customer is one the user may read.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_customer_visible(self):
        # Record rules are evaluated as superuser: back to who is asking; sudo: only to
        # learn the customer.
        customers = self.sudo()[self._customer_field].sudo(False)
        visible = set(customers._filtered_access("read")._ids)
        for record in self:
            # sudo: the id alone, compared with what the user may read
            customer_id = record.sudo()[self._customer_field].id
            record.customer_visible = not customer_id or customer_id in visible

    @api.model
    def _search_customer_visible(self, operator, value):
        if operator != "in":
            return NotImplemented
        # As the reader sees them, also where the document is read with sudo.
        customers = self.env["res.partner"].sudo(False)
        customers = customers.with_context(active_test=False)
        visible = Domain(self._customer_field, "in", customers._search([])) | Domain(
            self._customer_field, "=", False
        )
        wanted = Domain.FALSE
        if True in value:
            wanted |= visible
        if False in value:
            wanted |= ~visible
        return wanted
