"""What a customer sees and does on the portal.

Customers have no access to returns at all: the portal asks these methods, which hand
out number, stage in words, goods and the answer as plain values. Criteria, talks,
amounts and decisions inside never leave.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .crm_return_collect import COLLECT_STATES

# {stage shown to the customer: states inside}; states of steps added inside later are
# shown as being handled.
STAGES = {
    "requested": ("draft",),
    "considered": (
        "supervisor_audit",
        "marketing_audit",
        "general_manager",
        "verification",
    ),
    "approved": ("approved", "inspected", "collected"),
    "on_the_way": ("in_transit",),
    "handled": ("in_warehouse", "in_quality", "with_accounting"),
    "done": ("settled",),
    "declined": ("refused", "not_eligible"),
    "kept": ("withdrawn",),
}
# The stages a return goes through when nothing stops it.
WAY = ("requested", "considered", "approved", "on_the_way", "handled", "done")


class CrmReturnReason(models.Model):
    _inherit = "crm.return.reason"

    on_portal = fields.Boolean(
        string="On the Portal",
        default=True,
        help="Customers may choose this reason when they ask for a return.",
    )


class CrmReturn(models.Model):
    _name = "crm.return"
    _inherit = ["crm.return", "crm.portal.mixin"]
    _portal_stage_states = STAGES
    _portal_other_stage = "handled"
    _portal_limit_field = "return_portal_limit"

    channel = fields.Selection(
        [("own", "By the salesperson"), ("portal", "Customer portal")],
        string="Asked Through",
        default="own",
        readonly=True,
        copy=False,
    )
    _guarded_fields = ("channel",)
    customer_file_ids = fields.Many2many(
        "ir.attachment",
        "crm_return_customer_file_rel",
        "return_id",
        "attachment_id",
        string="Files of the Customer",
        copy=False,
        help="Pictures and papers the customer sent with the request.",
    )

    def write(self, vals):
        if "customer_file_ids" in vals and not self.env.su:
            if any(record.channel == "portal" for record in self):
                raise UserError(
                    self.env._("Files of the Customer: what the customer sent stays.")
                )
        return super().write(vals)

    def _write_guarded(self, vals):
        begun = self.browse()
        if vals.get("state", "draft") != "draft":
            begun = self.filtered(
                lambda r: r.channel == "portal" and r.state == "draft"
            )
        res = super()._write_guarded(vals)
        if begun:
            # sudo: whoever takes the request up, for whomever it was noted
            begun.sudo().activity_feedback(["mail.mail_activity_data_todo"])
        return res

    @api.model
    def _portal_stages(self):
        """Return the words for the stages, in the reader's language."""
        return {
            "requested": self.env._("Asked For"),
            "considered": self.env._("Being Considered"),
            "approved": self.env._("Approved"),
            "on_the_way": self.env._("Coming Back"),
            "handled": self.env._("Being Handled"),
            "done": self.env._("Done"),
            "declined": self.env._("Declined"),
            "kept": self.env._("Goods Kept"),
        }

    @api.model
    def _portal_flood_words(self, count):
        return self.env._(
            "You have asked for %s returns within a day. Please call us.", count
        )

    def _portal_facts(self):
        """Return what a customer may know of the return, and nothing else."""
        self.ensure_one()
        stages = self._portal_stages()
        stage = self._portal_stage()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {
            "id": self.id,
            "number": self.name or "",
            "date": self.date_request,
            "kind_label": kinds[self.kind],
            "stage": stage,
            "stage_label": stages[stage],
            "demand": self.demand or "",
            "goods": [
                {
                    "product": line.product_id.display_name,
                    "order": line.sale_order_id.name,
                    "lot": line.lot_id.name or "",
                    "quantity": line.quantity,
                    "received": line.qty_received,
                    "unit": line.product_uom_id.name,
                }
                for line in self.line_ids
            ],
            "steps": self._portal_steps(stage),
            **self._portal_duties(),
            "credit_notes": [
                {"id": note.id, "number": note.name}
                for note in self.credit_note_ids
                if note.state == "posted"
            ],
            "answer": self.letter_text or "",
            "files": self._portal_file_facts(),
        }

    @api.model
    def _portal_steps(self, stage):
        """Return the way of a return in words, and how far this one is on it."""
        if stage not in WAY:
            return []
        words = self._portal_stages()
        reached = WAY.index(stage)
        return [
            {
                "label": words[step],
                "done": number < reached or step == stage == "done",
                "now": step == stage,
            }
            for number, step in enumerate(WAY)
        ]

    def _portal_duties(self):
        """Return what the customer prepares until the goods are collected."""
        self.ensure_one()
        if self.state not in COLLECT_STATES:
            return {"papers": [], "visit": False, "arrival": False}
        papers = self.document_ids.filtered(lambda paper: not paper.taken_back)
        return {
            "papers": papers.type_id.mapped("name"),
            "visit": self.inspection_planned if self.state == "approved" else False,
            "arrival": self.arrival_date,
        }

    # ----------------------------------------------------------------- asking

    @api.model
    def _portal_order_lines(self):
        """Return the lines delivered to the user's company, in sudo."""
        # sudo: the company's rule
        most = self.env.company.sudo().return_portal_lines
        # sudo: customers read orders by their own rules only; the domain keeps to
        # what was sold to them by this company
        return (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [
                    ("order_partner_id", "child_of", self._portal_family().id),
                    ("company_id", "=", self.env.company.id),
                    ("state", "=", "sale"),
                    ("product_id.type", "=", "consu"),
                    ("qty_delivered", ">", 0),
                ],
                order="id desc",
                limit=most or None,
            )
        )

    @api.model
    def _portal_goods(self):
        """Return what the customer could still give back, as plain values."""
        lines = self._portal_order_lines()
        facts = lines._return_facts()
        return [
            {
                "id": line.id,
                "product": line.product_id.display_name,
                "order": line.order_id.name,
                "unit": line.product_uom_id.name,
                "returnable": left,
            }
            for line in lines
            if (left := line._returnable(facts[line.id])) > 0
        ]

    @api.model
    def _portal_reasons(self):
        """Return [(id, name)] of the reasons a customer may give."""
        # sudo: customers have no rights on reasons
        reasons = (
            self.env["crm.return.reason"]
            .sudo()
            .search(
                [
                    ("on_portal", "=", True),
                    ("company_id", "in", (self.env.company.id, False)),
                ]
            )
        )
        return [(reason.id, reason.name) for reason in reasons]

    @api.model
    def _portal_file(self, vals, files=(), token=None):
        """Ask for a return for the user's company; once for each ``token``.

        :param vals: ``reason_id``, ``kind``, ``demand`` and ``quantity_ID`` for each
            order line asked back, as the form sends them
        :param files: ``[(name, bytes)]``
        :return: id of the draft, which the salesperson checks (RET-16)
        :raises UserError: nothing asked for, a wrong figure, or too many in a day
        """
        contact = self.env.user.partner_id
        reference = self._portal_reference(token)
        # sudo: customers have no rights on returns
        documents = self.sudo()
        known = documents._find_by_client_reference(reference)
        if known:
            return known.id
        clean = self._portal_clean(vals)
        self._check_portal_flood()
        family = self._portal_family()
        owner = self._portal_owner(family)
        document = documents.with_context(
            mail_create_nosubscribe=True, mail_create_nolog=True
        ).create(
            {
                **clean,
                "company_id": self.env.company.id,
                "partner_id": family.id,
                "contact_partner_id": contact.id if contact != family else False,
                "user_id": owner.id,
                "client_reference": reference,
            }
        )
        document._write_guarded({"channel": "portal"})
        document._portal_add_files(files)
        document._portal_tell_owner(owner, self.env._("Return asked for on the portal"))
        return document.id

    @api.model
    def _portal_owner(self, family):
        """Return who looks after the customer; who heads sales where nobody does."""
        # sudo: whom the company put in charge
        owner = (self.env.user.partner_id.user_id | family.sudo().user_id)[:1]
        if owner:
            return owner
        department = self.env["hr.department"]._policy_department(
            "sales", self.env.company
        )
        head = department._policy_heads()
        if not head:
            raise UserError(
                self.env._("Nobody looks after your account yet. Please call us.")
            )
        return head

    @api.model
    def _portal_clean(self, vals):
        """Return the values a customer may give, checked.

        :raises UserError: naming what is wrong
        """
        demand = self._portal_text(
            vals.get("demand"), self._portal_longest(), self.env._("Your words")
        )
        if not demand:
            raise UserError(self.env._("Say why you want to return the goods."))
        reasons = {
            str(reason_id): reason_id for reason_id, _n in self._portal_reasons()
        }
        if vals.get("reason_id") not in reasons:
            raise UserError(self.env._("Choose a reason."))
        kind = vals.get("kind") or "return"
        if kind not in dict(self._fields["kind"].selection):
            raise UserError(self.env._("Choose return or exchange."))
        return {
            "demand": demand,
            "reason_id": reasons[vals["reason_id"]],
            "kind": kind,
            "line_ids": self._portal_clean_lines(vals),
        }

    @api.model
    def _portal_clean_lines(self, vals):
        commands = []
        known = {str(line.id): line for line in self._portal_order_lines()}
        for name, value in vals.items():
            line_id = name.removeprefix("quantity_")
            if line_id == name or not (value or "").strip():
                continue
            quantity = self._portal_quantity(value, self.env._("Quantity"))
            if not quantity:
                continue
            if line_id not in known:
                raise UserError(
                    self.env._("These goods were not delivered to you by us.")
                )
            commands.append(
                Command.create({"sale_line_id": int(line_id), "quantity": quantity})
            )
        if not commands:
            raise UserError(self.env._("Enter how much of which goods comes back."))
        return commands

    def _portal_add_files(self, files):
        for name, content in files:
            self.customer_file_ids = [
                Command.create(
                    {
                        "name": name,
                        "raw": content,
                        "res_model": self._name,
                        "res_id": self.id,
                    }
                )
            ]
