"""Closing: copies as rights, answer and collection, result (CMP-46, CMP-54)."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .crm_complaint_binding import UNDECIDED


class CrmComplaintCopy(models.Model):
    """Who keeps which copy of the closed form (CMP-46): a right and a label."""

    _name = "crm.complaint.copy"
    _description = "Copy of the Complaint Form"
    _order = "profile_id, number, id"

    number = fields.Integer(required=True)
    name = fields.Char("Kept by", required=True, translate=True)
    policy_code = fields.Char(
        "Department Code",
        required=True,
        help="Policy code of the department that gets the copy. Its members may read "
        "the closed case; of the sales department its head.",
    )
    purpose = fields.Char(translate=True)
    profile_id = fields.Many2one(
        "crm.policy.profile", "Policy", required=True, ondelete="restrict"
    )
    active = fields.Boolean(default=True)

    _number_uniq = models.Constraint(
        "UNIQUE(profile_id, number)", "A policy has one copy of a number."
    )

    @api.depends("number", "name")
    def _compute_display_name(self):
        for copy in self:
            copy.display_name = self.env._(
                "Copy %(number)s: %(keeper)s",
                number=copy.number,
                keeper=copy.name or "",
            )


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = ("copy_department_ids", "copy_department_key", "answered_at")

    copy_department_ids = fields.Many2many(
        "hr.department",
        "crm_complaint_copy_department_rel",
        "complaint_id",
        "department_id",
        string="Copies Go To",
        copy=False,
        help="Departments that got a copy when the case was closed; their members may "
        "read it (CMP-46).",
    )
    copy_department_key = fields.Char(
        compute="_compute_copy_department_key",
        store=True,
        compute_sudo=True,
        copy=False,
        help="Ids of the departments with a copy, each between commas.",
    )
    keeps_copy = fields.Boolean(
        compute="_compute_keeps_copy",
        search="_search_keeps_copy",
        help="The user is of a department that keeps a copy, or heads one; the access "
        "rules ask it.",
    )
    answered_at = fields.Datetime(
        "Answer Sent on",
        copy=False,
        help="Day the answer went to the customer by mail or letter.",
    )
    receivable_open = fields.Monetary(
        compute="_compute_receivable_open",
        help="Open receivable of the order complained of, in company currency.",
    )
    collection_late = fields.Boolean(
        compute="_compute_collection_late",
        search="_search_collection_late",
        help="The day to collect the receivable is over and the case is still open.",
    )

    def _compute_receivable_open(self):
        for complaint in self:
            invoices = complaint._open_invoices()
            complaint.receivable_open = sum(invoices.mapped("amount_residual_signed"))

    def _open_invoices(self):
        """Return the posted, unpaid invoices of the order complained of."""
        # sudo: what is open decides, also for who cannot open invoices
        return self.sudo().sale_order_id.invoice_ids.filtered(
            lambda move: (
                move.state == "posted"
                and move.payment_state not in ("paid", "in_payment", "reversed")
                and move.move_type == "out_invoice"
            )
        )

    @api.depends("state", "collection_date")
    def _compute_collection_late(self):
        for complaint in self:
            complaint.collection_late = (
                complaint.state == "collecting"
                and complaint.collection_date
                and complaint.collection_date < complaint.company_id._policy_today()
            )

    @api.model
    def _search_collection_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = [
            ("state", "=", "collecting"),
            ("collection_date", "<", self.env.company._policy_today()),
        ]
        return late if True in value else ["!", "&", *late]

    # ------------------------------------------------------------------- copies

    def _form_copies(self):
        """Return who keeps which copy, by the policy of the company."""
        company = self.company_id[:1] or self.env.company
        copies = self.env["crm.complaint.copy"].search(
            [("profile_id", "=", company._policy_profile("complaint").id)]
        )
        if not copies:
            profile = self.env.ref("crm_policy.profile_pcb")
            copies = copies.search([("profile_id", "=", profile.id)])
        return copies

    def _get_form_copies(self):
        """Return the labels of the copies of the form (CMP-46)."""
        return self._form_copies().mapped("display_name")

    def _get_form_documents(self):
        """Return the forms to print: after a refusal also the original (CMP-47)."""
        documents = self.browse()
        for complaint in self:
            documents |= complaint
            parent = complaint.parent_id
            while parent and parent not in documents:
                documents |= parent
                parent = parent.parent_id
        return documents

    def _distribute_copies(self):
        """Give the departments that keep a copy the right to read it."""
        Department = self.env["hr.department"]
        for complaint in self:
            company = complaint.company_id
            departments = Department.browse()
            for copy in complaint._form_copies():
                departments |= Department._policy_department(copy.policy_code, company)
            complaint._write_guarded({"copy_department_ids": [(6, 0, departments.ids)]})
            # sudo: who closes need not be allowed to write on the case
            complaint.sudo().message_post(
                body=self.env._(
                    "Closed. Copies to: %s.",
                    format_list(self.env, departments.mapped("name")),
                ),
                author_id=self.env.user.partner_id.id,
            )

    @api.depends("copy_department_ids")
    def _compute_copy_department_key(self):
        for complaint in self:
            complaint.copy_department_key = complaint._department_key(
                complaint.copy_department_ids
            )

    @api.depends("copy_department_key")
    @api.depends_context("uid")
    def _compute_keeps_copy(self):
        own = set(self.env["hr.department"]._policy_own().ids)
        for complaint in self:
            # sudo: which departments have a copy; asked by the access rules themselves
            key = complaint.sudo().copy_department_key
            complaint.keeps_copy = not own.isdisjoint(self._department_key_ids(key))

    @api.model
    def _search_keeps_copy(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._department_key_domain(
            "copy_department_key", self.env["hr.department"]._policy_own()
        )

    # ---------------------------------------------------------------- the answer

    @api.model
    def _step_field_states(self):
        """The answer is also written when a substantiated case is carried out."""
        states = super()._step_field_states()
        states["customer_answer"] = [*states["customer_answer"], "decided", "executing"]
        return states

    @api.model
    def _get_step_fields(self, state):
        names = tuple(super()._get_step_fields(state))
        if state in ("decided", "executing"):
            names += ("customer_answer",)
        return names

    def action_collect(self):
        """Propose the day to collect by, and remind the salesperson of it."""
        for complaint in self:
            if complaint.state == "not_substantiated" and not complaint.collection_date:
                complaint.collection_date = complaint._collection_day()
        res = super().action_collect()
        for complaint in self:
            complaint.sudo().activity_schedule(  # sudo: an activity for the salesperson
                "crm_complaint.activity_type_collect",
                date_deadline=complaint.collection_date,
                user_id=complaint.user_id.id,
                note=self.env._("Collect the receivable in the agreed time (CMP-54)."),
            )
        return res

    def _collection_day(self):
        """Return the agreed day of the open invoices, or the company's period."""
        today = self.company_id._policy_today()
        days = self.company_id.sudo().complaint_collection_days  # sudo: a plain figure
        agreed = self._open_invoices().mapped("invoice_date_due")
        return max([*filter(None, agreed), today + relativedelta(days=days)])

    def _check_answer(self):
        """Raise unless there is an answer the customer may have."""
        for complaint in self:
            if complaint.not_substantiated:
                complaint._approval_require("not_substantiated")
            elif complaint._needs_decision():
                complaint._check_binding(self.env._("The answer to the customer"))
            if not complaint._answer_text():
                raise UserError(
                    self.env._(
                        "%s: write the answer to the customer first.",
                        complaint.display_name,
                    )
                )

    def _needs_decision(self):
        """Tell whether the answer waits for a decision: not where it needs none.

        A complaint judged not valid and a problem that is solved are answered at once.
        """
        self.ensure_one()
        solved = self.flow == "ticket" and self.state not in UNDECIDED
        return self.validity != "invalid" and not solved

    def _answer_text(self):
        """Return the words for the customer: nothing of causes, shares or amounts."""
        self.ensure_one()
        return (self.customer_answer or "").strip()

    def action_send_answer(self):
        """Send the answer by mail, in the customer's language (CMP-10, CMP-128).

        :raises UserError: nothing decided, no words, or no address: print the letter
        """
        self._check_answer()
        for complaint in self:
            complaint.tell_customer(complaint._answer_text(), kind="result", mail=True)
        self._write_guarded({"answered_at": fields.Datetime.now()})
        return True

    def action_print_answer(self):
        """Print the letter to the customer."""
        self._check_answer()
        self._write_guarded({"answered_at": fields.Datetime.now()})
        return self.env.ref(
            "crm_complaint.action_report_complaint_answer"
        ).report_action(self, data={})

    # ------------------------------------------------------------------- closing

    def _check_close(self):
        res = super()._check_close()
        open_actions = self.action_ids.filtered(
            lambda action: action.kind == "containment" and action.state == "open"
        )
        if open_actions:
            raise UserError(
                self.env._(
                    "%(document)s cannot be closed: the immediate action "
                    "“%(action)s” is not done.",
                    document=self.display_name,
                    action=open_actions[0].name,
                )
            )
        unfinished = self._unfinished_resolutions()
        if unfinished:
            raise UserError(
                self.env._(
                    "%(document)s cannot be closed: what was resolved is not finished "
                    "yet: %(open)s.",
                    document=self.display_name,
                    open=format_list(self.env, unfinished),
                )
            )
        if self.state == "collecting" and self.receivable_open > 0:
            raise UserError(
                self.env._(
                    "%(document)s cannot be closed: %(amount)s of the receivable are "
                    "not collected yet (CMP-54).",
                    document=self.display_name,
                    amount=self.currency_id.format(self.receivable_open),
                )
            )
        return res

    def _unfinished_resolutions(self):
        """Hook: return the names of documents that carry out a resolution, still open.

        Where the customer refused the conclusion nothing of it is carried out.
        """
        self.ensure_one()
        if self.customer_refusal:
            return []
        document = self.sudo()  # sudo: what is open stops also who cannot open it
        orders = document.settlement_order_ids.filtered(
            lambda order: (
                order.state in ("draft", "sent")
                or order.picking_ids.filtered(
                    lambda picking: picking.state not in ("done", "cancel")
                )
            )
        )
        moves = document.settlement_move_ids.filtered(lambda m: m.state == "draft")
        payments = document.settlement_payment_ids.filtered(
            lambda payment: payment.state == "draft"
        )
        return [record.display_name for record in (*orders, *moves, *payments)]

    def action_close(self):
        """Sign the closing, give out the copies, ask for a rating (CMP-46).

        :raises UserError: not decided, not carried out, not collected, an immediate
            action open, or a document that carries out a resolution not finished
        """
        res = super().action_close()
        self._distribute_copies()
        self.sudo().activity_unlink(  # sudo: activities of others end with the case
            ["crm_complaint.activity_type_collect"]
        )
        self._ask_satisfaction()
        return res
