"""Handover of customers when a salesperson leaves or moves on (ARC-225 to ARC-227).

=========== ========== =========== ===================== ==============================
from        step       to          who                   what must hold
=========== ========== =========== ===================== ==============================
            (create)   open        HR, head, director    there is something to hand over
open        (notify)   notified    head, director        every customer has been told
notified    (confirm)  reassigned  successors            every line confirmed
reassigned  clear      cleared     head, director        nothing left, no data taken
cleared     close      closed      HR, head, director    leaving formalities carried out
open        cancel     cancelled   HR, head, director    nothing handed over yet
=========== ========== =========== ===================== ==============================

Customers are told and successors confirm in either order (SM-07). Whoever still looks
after something can be archived on no path; see `res_users_handover` and
`hr_employee_handover`.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import (
    DAY,
    FLAG,
    RECORD,
    RECORDS,
    TEXT,
    arguments,
)

STARTERS = ("crm_policy.group_director", "hr.group_hr_user")


class CrmCustomerHandover(models.Model):
    _name = "crm.customer.handover"
    _inherit = ["crm.document.mixin"]
    _description = "Customer Handover"
    _order = "departure_date, id"

    _number_code = "crm.customer.handover"
    _guarded_fields = ("cleared_by_id", "cleared_date", "clearance_note")
    _unlink_states = ()
    _transitions = {
        "clear": {
            "from": ("reassigned",),
            "to": "cleared",
            "check": "_check_supervises",
        },
        "close": {"from": ("cleared",), "to": "closed", "check": "_check_may_start"},
        "cancel": {
            "from": ("open", "notified"),
            "to": "cancelled",
            "check": "_check_may_start",
        },
    }

    state = fields.Selection(
        [
            ("open", "In Progress"),
            ("notified", "Customers Notified"),
            ("reassigned", "Reassigned"),
            ("cleared", "Cleared"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        default="open",
        required=True,
        readonly=True,
        index=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Handed Over By",
        required=True,
        index=True,
        tracking=True,
        domain=[("share", "=", False)],
        help="Who looks after the customers until now.",
    )
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_department_id",
        store=True,
        index="btree_not_null",
        help="Department of the leaver; its head assigns the successors.",
    )
    departure = fields.Boolean(
        string="Leaves the Company",
        default=True,
        tracking=True,
        help="Access to customers ends when the handover is cleared. Off when the "
        "person only changes to other work.",
    )
    departure_date = fields.Date(
        string="Last Working Day",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.company._policy_today(),
        help="The handover is to be done by this day (ARC-226, ARC-227).",
    )
    note = fields.Text()
    line_ids = fields.One2many(
        "crm.customer.handover.line", "handover_id", string="What Is Handed Over"
    )
    line_count = fields.Integer(compute="_compute_progress", string="Lines")
    confirmed_count = fields.Integer(compute="_compute_progress", string="Confirmed")
    customer_count = fields.Integer(compute="_compute_progress", string="Customers")
    notified_count = fields.Integer(compute="_compute_progress", string="Notified")
    late = fields.Boolean(
        compute="_compute_late",
        search="_search_late",
        help="The last working day has passed and the handover is not cleared.",
    )
    cleared_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    cleared_date = fields.Date(readonly=True, copy=False)
    clearance_note = fields.Text(
        readonly=True,
        copy=False,
        help="What the head found when confirming that no customer data are taken "
        "away (ARC-225).",
    )

    _one_open_per_user = models.UniqueIndex(
        "(company_id, user_id) WHERE state NOT IN ('closed', 'cancelled')",
        "There is already an open handover of this person.",
    )

    # ---------------------------------------------------------------- computes

    @api.depends("user_id", "company_id")
    def _compute_department_id(self):
        departments = self.user_id._policy_departments(self.company_id)
        for handover in self:
            key = handover.user_id, handover.company_id
            handover.department_id = departments.get(key)

    @api.depends("line_ids.state", "line_ids.notified_date")
    def _compute_progress(self):
        rows = self.env["crm.customer.handover.line"]._read_group(
            [("handover_id", "in", self.ids)],
            ["handover_id", "state", "notify", "notified_date:day"],
            ["__count"],
        )
        counts = {handover.id: [0, 0, 0, 0] for handover in self}
        for handover, state, notify, notified, count in rows:
            total = counts[handover.id]
            total[0] += count
            total[1] += count if state == "confirmed" else 0
            total[2] += count if notify else 0
            total[3] += count if notify and notified else 0
        for handover in self:
            (
                handover.line_count,
                handover.confirmed_count,
                handover.customer_count,
                handover.notified_count,
            ) = counts.get(handover.id, [0, 0, 0, 0])

    @api.depends("state", "departure_date")
    def _compute_late(self):
        for handover in self:
            handover.late = (
                handover.state in ("open", "notified", "reassigned")
                and handover.departure_date < handover.company_id._policy_today()
            )

    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("state", "in", ("open", "notified", "reassigned")) & Domain(
            "departure_date", "<", self.env.company._policy_today()
        )
        return late if True in value else ~late

    # ------------------------------------------------------------- constraints

    @api.constrains("user_id", "company_id")
    def _check_user(self):
        for handover in self:
            if handover.user_id.share or not handover.user_id.active:
                raise ValidationError(
                    self.env._(
                        "%s is no active employee's user (“Handed Over By”).",
                        handover.user_id.name,
                    )
                )

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        handovers = super().create(vals_list)
        for handover in handovers:
            handover._check_may_start()
        handovers._collect()
        for handover in handovers:
            if not handover.sudo().line_ids:  # sudo: lines of customers not one's own
                raise UserError(
                    self.env._(
                        "%s looks after nothing that would have to be handed over.",
                        handover.user_id.name,
                    )
                )
            handover._ask_head()
        return handovers

    def write(self, vals):
        fixed = {"user_id", "company_id", "departure"}.intersection(vals)
        for handover in self.filtered(lambda h: h.state != "open" and fixed):
            handover._check_transition_state(("open",))
        return super().write(vals)

    def _ask_head(self):
        """Ask the head of the department to assign the successors."""
        # sudo: the org chart, and the head need not be one the starter may write to
        for head in self.sudo().department_id.policy_head_ids - self.user_id:
            self.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self.departure_date,
                summary=self.env._("Assign successors and have customers notified"),
                user_id=head.id,
            )

    # ------------------------------------------------------------------ checks

    def _supervises(self):
        self.ensure_one()
        if self.env.user.has_group("crm_policy.group_director"):
            return True
        heads = self.sudo().department_id.policy_head_ids  # sudo: org chart
        return self.env.user in heads and self.env.user != self.user_id

    def _check_supervises(self):
        """Raise unless the user heads the leaver's department or stands above."""
        if not self._supervises():
            raise AccessError(
                self.env._(
                    "%s: only the head of the leaver's department or a director may "
                    "do this.",
                    self.display_name,
                )
            )

    def _check_may_start(self):
        """Raise unless the user belongs to HR, heads the department or is above."""
        if not any(self.env.user.has_group(group) for group in STARTERS):
            self._check_supervises()

    # ----------------------------------------------------------------- actions

    def action_refresh(self):
        """List what has come to the leaver since; returns True."""
        for handover in self:
            handover._check_transition_state(("open", "notified", "reassigned"))
            handover._check_may_start()
        self._collect()
        self._update_state()
        return True

    @arguments(successor_id=RECORD, line_ids=RECORDS)
    def action_assign(self, successor_id, line_ids=None):
        """Assign a successor to lines; by default to all that have none.

        :param successor_id: user who takes over, asked to confirm each line
        :param line_ids: ids of lines of this handover
        :return: True
        :raises UserError: the leaver, an inactive user or one without customers' rights
        :raises AccessError: not the head of the department nor a director
        """
        self._policy_require_one()
        self._check_supervises()
        self._check_transition_state(("open", "notified"))
        successor = self.env["res.users"].browse(successor_id).exists()
        self._check_successor(successor)
        lines = self.sudo().line_ids  # sudo: lines of customers not one's own
        if line_ids:
            lines = lines.filtered(lambda line: line.id in line_ids)
        else:
            lines = lines.filtered(lambda line: not line.successor_id)
        lines._assign(successor)
        self._ask_successor(successor)
        return True

    def action_assign_proposed(self):
        """Assign the second account managers to the customers; returns True."""
        self._policy_require_one()
        self._check_supervises()
        lines = self.sudo().line_ids.filtered(  # sudo: lines of all customers
            lambda line: line.proposed_id and not line.successor_id
        )
        for successor, own in lines.grouped("proposed_id").items():
            self.action_assign(successor.id, own.ids)
        return True

    def _check_successor(self, successor):
        self.ensure_one()
        if not successor or not successor.active or successor.share:
            raise UserError(
                self.env._(
                    "%s is not active: choose another successor.",
                    successor.name or self.env._("The successor"),
                )
            )
        if successor == self.user_id:
            raise UserError(
                self.env._("%s hands over and cannot be the successor.", successor.name)
            )
        # sudo: rights and companies of the successor, not of the reader
        if not successor.sudo().has_group("crm_policy.group_user"):
            raise UserError(
                self.env._("%s has no access to customers.", successor.name)
            )
        if self.company_id not in successor.sudo().company_ids:  # sudo: as above
            raise UserError(
                self.env._(
                    "%(user)s does not work in %(company)s.",
                    user=successor.name,
                    company=self.company_id.name,
                )
            )

    def _ask_successor(self, successor):
        """One activity per successor, however many lines."""
        # sudo: whoever assigns need not see the activities of the successor
        handover = self.sudo()
        if not handover.activity_ids.filtered(lambda a: a.user_id == successor):
            handover.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self.departure_date,
                summary=self.env._("Confirm what you take over"),
                user_id=successor.id,
            )

    def _letter_lines(self):
        """Return the lines whose customers get a letter that names the successor."""
        # sudo: letters go to all customers of the leaver; for heads and the desk only
        return self.sudo().line_ids.filtered(
            lambda line: line.notify and line.successor_id
        )

    def _check_letters(self):
        """Raise where there is nobody to write to, or no successor to name."""
        for handover in self:
            if not handover._letter_lines():
                raise UserError(
                    self.env._(
                        "%s: no letter to print. Assign a successor to the customers "
                        "that are to be told (ARC-226).",
                        handover.name,
                    )
                )

    def action_notify(self):
        """Write to the customers who have an address and a successor (ARC-226).

        :return: dict with ``sent`` (letters by e-mail) and ``to_print`` (customers
            without an address: print the letter, then `action_mark_notified`)
        """
        self._policy_require_one()
        self._check_supervises()
        self._check_transition_state(("open", "notified", "reassigned"))
        lines = self.sudo().line_ids.filtered(  # sudo: lines of all customers
            lambda line: line.notify and not line.notified_date
        )
        without = lines.filtered(lambda line: not line.successor_id)
        if without:
            raise UserError(
                self.env._(
                    "Assign a successor first, so that the letter can name one: %s",
                    format_list(self.env, without[:10].mapped("reference")),
                )
            )
        by_mail = lines.filtered("letter_email")
        template = self.env.ref("crm_customer_archive.mail_template_handover_letter")
        # sudo: the letter is the company's; lines are written by this method only
        template.sudo().send_mail_batch(
            by_mail.ids, email_layout_xmlid="mail.mail_notification_light"
        )
        by_mail._mark_notified("email")
        self._update_state()
        return {"sent": len(by_mail), "to_print": len(lines - by_mail)}

    @arguments(line_ids=RECORDS, by=TEXT)
    def action_mark_notified(self, line_ids=None, by="letter"):
        """Record that customers were told by letter, phone or visit; returns True.

        :param line_ids: lines of this handover; all not yet notified by default
        :param by: letter, phone or visit
        """
        self._policy_require_one()
        self._check_supervises()
        self._check_transition_state(("open", "notified", "reassigned"))
        lines = self.sudo().line_ids.filtered(  # sudo: lines of all customers
            lambda line: line.notify and not line.notified_date
        )
        if line_ids:
            lines = lines.filtered(lambda line: line.id in line_ids)
        lines._mark_notified(by)
        self._update_state()
        return True

    @arguments(statement=TEXT)
    def action_clear(self, statement):
        """Confirm that nothing is left and no data are taken; access ends (ARC-225).

        :param statement: what was checked; required, kept on the handover
        :return: True
        :raises UserError: something is not handed over yet
        :raises AccessError: not the head of the department nor a director
        """
        if not (statement or "").strip():
            raise UserError(
                self.env._(
                    "Say what was checked: no customer data may be taken away "
                    "(“Clearance”)."
                )
            )
        for handover in self:
            handover._check_supervises()
            obstacles = handover._clearance_obstacles()
            if obstacles:
                raise UserError(
                    self.env._(
                        "%(handover)s cannot be cleared yet:\n%(obstacles)s",
                        handover=handover.display_name,
                        obstacles="\n".join(obstacles),
                    )
                )
            handover._transition(
                "clear",
                clearance_note=statement,
                cleared_by_id=self.env.uid,
                cleared_date=handover.company_id._policy_today(),
            )
        self.filtered("departure")._end_access()
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])  # sudo: of others
        return True

    def _clearance_obstacles(self):
        """Hook: return what still stands against clearing, one text each."""
        self.ensure_one()
        obstacles = []
        lines = self.sudo().line_ids  # sudo: lines of all customers
        waiting = lines.filtered(lambda line: line.state != "confirmed")
        if waiting:
            obstacles.append(
                self.env._("%s lines are not confirmed by a successor.", len(waiting))
            )
        untold = lines.filtered(lambda line: line.notify and not line.notified_date)
        if untold:
            obstacles.append(
                self.env._("%s customers have not been notified.", len(untold))
            )
        left = self._handover_count(self.user_id, self.company_id)[self.user_id.id]
        left -= len(waiting)
        if left > 0:
            obstacles.append(
                self.env._(
                    "%s more have come to the leaver since: refresh the list.", left
                )
            )
        return obstacles

    def _end_access(self):
        """Take the rights to customers from the leavers (GAP-57).

        Rights are a person's, not a company's: whoever still looks after customers of
        another company keeps them until that handover is cleared, too.
        """
        counts = self._handover_count(self.user_id)
        ours = self.env.ref("crm_policy.group_user") | self.env.ref(
            "sales_team.group_sale_salesman"
        )
        for user in self.sudo().user_id:  # sudo: clearing decides, not the rights
            if counts[user.id]:
                continue
            rights = user.group_ids.filtered(lambda group: group.all_implied_ids & ours)
            # Still an employee, until the leaving formalities are done.
            user.group_ids = user.group_ids - rights | self.env.ref("base.group_user")

    def action_close(self):
        """The leaving formalities are carried out; returns True."""
        self._transition("close")
        return True

    def action_cancel(self):
        """Nobody leaves after all; only while nothing has been handed over.

        :return: True
        """
        # sudo: lines of all customers
        if self.sudo().line_ids.filtered(lambda line: line.state == "confirmed"):
            raise UserError(
                self.env._("Something has been handed over already: go on to the end.")
            )
        self._transition("cancel")
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])  # sudo: of others
        return True

    def _update_state(self):
        """Follow the lines: told customers, then confirmed lines (SM-07)."""
        for handover in self.filtered(lambda h: h.state in ("open", "notified")):
            lines = handover.sudo().line_ids  # sudo: lines of all customers
            told = all(line.notified_date for line in lines if line.notify)
            done = all(line.state == "confirmed" for line in lines)
            state = "reassigned" if told and done else "notified" if told else "open"
            if state != handover.state:
                handover._write_guarded({"state": state})
        for handover in self.filtered(lambda h: h.state == "reassigned"):
            lines = handover.sudo().line_ids  # sudo: as above
            if any(line.state != "confirmed" for line in lines):
                handover._write_guarded({"state": "open"})
                handover._update_state()

    def action_view_lines(self):
        """Open the lines; returns the action."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_customer_handover_line"
        )
        action.update(
            domain=[("handover_id", "=", self.id)],
            context={"create": False, "search_default_open": 0},
        )
        return action

    # ------------------------------------------------------------ for programs

    @api.model
    @arguments(login=TEXT, departure_date=DAY, client_reference=TEXT, departure=FLAG)
    def start(self, login, departure_date=None, client_reference=None, departure=True):
        """Start the handover of a person; safe to repeat with a client reference.

        :param login: of the user who leaves or changes to other work
        :param departure_date: last working day, local date; today by default
        :param departure: False when the person stays with the company
        :return: id of the handover; the open one of this person when there is one
        :raises UserError: unknown login, or nothing to hand over
        """
        known = self._find_by_client_reference(client_reference)
        # sudo: HR starts and may find users by login
        user = self.env["res.users"].sudo().search([("login", "=", login)], limit=1)
        if not known and user:
            known = self.search(
                [
                    ("user_id", "=", user.id),
                    ("company_id", "=", self.env.company.id),
                    ("state", "not in", ("closed", "cancelled")),
                ]
            )
        if known:
            return known.id
        if not user:
            raise UserError(self.env._("There is no user with login “%s”.", login))
        return self.create(
            {
                "user_id": user.id,
                "departure": departure,
                "client_reference": client_reference or False,
                "departure_date": departure_date or self.env.company._policy_today(),
            }
        ).id
