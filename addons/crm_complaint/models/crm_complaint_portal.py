"""What a customer sees and does on the portal.

Customers have no access to complaints at all: the portal asks these methods, which
hand out number, stage in words, answers and result as plain values. Causes, shares,
amounts and opinions never leave (CMP-51).
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_list

# {stage shown to the customer: states inside}
STAGES = {
    "received": ("draft", "received", "recorded"),
    "investigated": (
        "quality",
        "production",
        "manager_instruction",
        "rd",
        "gmo_check",
        "classified",
        "assigned",
        "analysed",
    ),
    "considered": ("sales_opinion", "supervisor_reading", "gmo_summary", "decision"),
    "carried_out": ("decided", "executing", "executed"),
    "answered": ("not_substantiated", "collecting", "invalid", "answered"),
    "closed": ("closed",),
}
# States in which the answer has left the house.
ANSWERED = ("collecting", "answered", "closed")
# What a customer fills in, and how many characters each takes (False: as the company
# allows); everything else is the house's.
PORTAL_FIELDS = {
    "order_reference": 64,
    "part_number": 64,
    "description": False,
    "demand": False,
    "complainant_phone": 32,
}


class CrmComplaint(models.Model):
    _name = "crm.complaint"
    _inherit = ["crm.complaint", "crm.portal.mixin"]
    _portal_stage_states = STAGES
    _portal_limit_field = "complaint_portal_limit"

    customer_file_ids = fields.Many2many(
        "ir.attachment",
        "crm_complaint_customer_file_rel",
        string="Files of the Customer",
        copy=False,
        help="What the customer added on the portal, and sees there.",
    )

    @api.model
    def _portal_stages(self):
        """Return the words for the stages, in the reader's language."""
        return {
            "received": self.env._("Received"),
            "investigated": self.env._("Being Investigated"),
            "considered": self.env._("Being Considered"),
            "carried_out": self.env._("Being Carried Out"),
            "answered": self.env._("Answered"),
            "closed": self.env._("Closed"),
        }

    @api.model
    def _portal_domain(self):
        return super()._portal_domain() & Domain("state", "!=", "cancelled")

    @api.model
    def _portal_flood_words(self, count):
        return self.env._(
            "You have filed %s complaints within a day. Please call us, or add to one "
            "of them.",
            count,
        )

    def _portal_facts(self):
        """Return what a customer may know of the complaint, and nothing else."""
        self.ensure_one()
        stages = self._portal_stages()
        stage = self._portal_stage()
        return {
            "id": self.id,
            "number": self.name or "",
            "date": self.date,
            "stage": stage,
            "stage_label": stages[stage],
            "product": self.product_id.display_name or self.part_number or "",
            "order": self.sale_order_id.name or self.order_reference or "",
            "description": self.description or "",
            "demand": self.demand or "",
            "answer": (self.state in ANSWERED and self.customer_answer) or "",
            "contacts": [
                {
                    "date": contact.date,
                    "incoming": contact.direction == "in",
                    "text": contact.text,
                }
                for contact in self.contact_ids
            ],
            "files": self._portal_file_facts(),
            "open": self.state not in ("closed", "cancelled"),
        }

    @api.model
    def _portal_file(self, vals, files=(), token=None):
        """File a complaint for the user's company; once for each ``token``.

        :param vals: of `PORTAL_FIELDS`, and ``defective_quantity``
        :param files: ``[(name, bytes)]``
        :return: id of the draft, which goes to the account owner (GAP-86)
        :raises UserError: no description, a wrong quantity, or too many in a day
        """
        contact = self.env.user.partner_id
        reference = self._portal_reference(token)
        # sudo: customers have no rights on complaints
        Complaint = self.sudo()
        known = Complaint._find_by_client_reference(reference)
        if known:
            return known.id
        clean = self._portal_clean(vals)
        self._check_portal_flood()
        owner = (
            contact.user_id
            or contact.commercial_partner_id.user_id
            or self.env["crm.complaint.desk"]
            .sudo()  # sudo: whom the company put in charge
            .search([("company_id", "=", self.env.company.id)], limit=1)
            .user_id
        )
        complaint = Complaint.with_context(mail_create_nosubscribe=True).create(
            {
                **clean,
                "channel": "portal",
                "company_id": self.env.company.id,
                "partner_id": contact.commercial_partner_id.id,
                "contact_id": contact.id
                if contact != contact.commercial_partner_id
                else False,
                "complainant_name": contact.name,
                "complainant_email": contact.email,
                "user_id": owner.id,
                "client_reference": reference,
            }
        )
        complaint._portal_add_files(files)
        complaint._send_receipt()
        complaint._portal_tell_owner(owner, self.env._("Complaint filed on the portal"))
        return complaint.id

    @api.model
    def _portal_clean(self, vals):
        """Return the values a customer may give, checked.

        :raises UserError: naming the field that is wrong
        """
        clean = {
            name: self._portal_text(
                vals.get(name),
                longest or self._portal_longest(),
                self._fields[name]._description_string(self.env),
            )
            for name, longest in PORTAL_FIELDS.items()
        }
        if not clean["description"]:
            raise UserError(self.env._("Say what the complaint is about."))
        quantity = self._portal_quantity(
            vals.get("defective_quantity"), self.env._("Defective quantity")
        )
        return {**clean, "defective_quantity": quantity}

    def _portal_answer(self, text, files=()):
        """Take what the customer adds to the complaint.

        :raises UserError: nothing given, or the complaint is closed
        """
        self.ensure_one()
        if self.state in ("closed", "cancelled"):
            raise UserError(
                self.env._("This complaint is closed. Please file a new one.")
            )
        text = self._portal_text(text, self._portal_longest(), self.env._("Text"))
        if not text and not files:
            raise UserError(self.env._("Write something, or add a file."))
        self._portal_add_files(files)
        names = format_list(self.env, [name for name, _content in files])
        self._keep_incoming(text or self.env._("Files added: %s", names), "portal")

    def _portal_add_files(self, files):
        if files:
            added = self._add_files(list(files))
            self.customer_file_ids |= added
