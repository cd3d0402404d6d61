"""What was merged into which customer, so that nothing known by an old name is lost."""

from odoo import fields, models


class CrmCustomerMergeLog(models.Model):
    """One entry per partner that was merged away; nobody writes it by hand."""

    _name = "crm.customer.merge.log"
    _description = "Merged Customer"
    _inherit = ["crm.customer.visible.mixin"]
    _order = "id desc"

    _customer_field = "destination_id"

    destination_id = fields.Many2one(
        "res.partner",
        string="Merged Into",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    name = fields.Char(readonly=True, index="trigram")
    source_ref = fields.Integer(
        "Former ID",
        readonly=True,
        index=True,
        aggregator=None,
        help="Database id of the partner merged away. Decisions taken on it stay "
        "recorded under it.",
    )
    customer_number = fields.Char(
        "Former Number", readonly=True, index="btree_not_null"
    )
    credit_code = fields.Char(
        "Unified Social Credit Code", readonly=True, index="btree_not_null"
    )
    client_reference = fields.Char(readonly=True, index="btree_not_null")
    state = fields.Char("Former State", readonly=True)
    values = fields.Text("Former Values", readonly=True)
    moved = fields.Text(
        "Records Taken Over", readonly=True, help="How many of each kind of record."
    )
    dropped = fields.Text(
        "Records Left Out",
        readonly=True,
        help="What a customer cannot have twice, as it stood, such as a second line in "
        "a verification round.",
    )
    reason = fields.Text(readonly=True)
    merged_by_id = fields.Many2one("res.users", readonly=True, index=True)
    merged_at = fields.Datetime(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
