"""The parts list (部件清单表, F-89): what was found on the goods, with whom.

Service engineers judge function, appearance and missing parts at the customer, who
signs for the result (RET-24, RET-25). The same list serves goods judged in the factory
(RET-47), which nobody outside signs.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import LINES, TEXT, arguments, check_values

from .crm_return import CLOSED_STATES

FINDINGS = ("function", "appearance")
# Values of a parts list that nobody changes once it is signed.
SIGNED_FIELDS = (
    "return_id",
    "place",
    "date",
    "line_ids",
    "note",
    "photo_ids",
    "customer_signature",
    "signed_by",
    "scan_ids",
)


class CrmReturnInspection(models.Model):
    _name = "crm.return.inspection"
    _inherit = ["crm.return.child", "crm.guard.mixin"]
    _description = "Parts List"
    _order = "id desc"
    _check_company_auto = True
    _transitions = {
        "sign": {"from": ("draft",), "to": "signed", "check": "_check_sign"},
    }
    _guarded_fields = ("engineer_id", "signed_on")

    state = fields.Selection(
        [("draft", "Draft"), ("signed", "Signed")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    place = fields.Selection(
        [("customer", "At the customer"), ("factory", "In the factory")],
        string="Judged At",
        default="customer",
        required=True,
        help="At the customer: he signs the result (RET-25). In the factory: quality "
        "judges without him (RET-47).",
    )
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._policy_today(),
        help="Day on which the goods were looked at.",
    )
    engineer_id = fields.Many2one(
        "res.users",
        string="Judged By",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
        ondelete="restrict",
        help="Who judged the goods and filled in the list (RET-24).",
    )
    line_ids = fields.One2many("crm.return.inspection.line", "inspection_id", "Parts")
    note = fields.Text(string="Remarks")
    photo_ids = fields.Many2many(
        "ir.attachment",
        "crm_return_inspection_photo_rel",
        "inspection_id",
        "attachment_id",
        string="Pictures",
        copy=False,
    )
    customer_signature = fields.Binary(
        copy=False, help="The customer's signature, given on the screen (RET-25)."
    )
    signed_by = fields.Char(copy=False, help="Name of who signed for the customer.")
    scan_ids = fields.Many2many(
        "ir.attachment",
        "crm_return_inspection_scan_rel",
        "inspection_id",
        "attachment_id",
        string="Signed Paper",
        copy=False,
        help="Scan of the list signed on paper, in place of a signature on the screen.",
    )
    signed_on = fields.Datetime(readonly=True, copy=False)
    has_fault = fields.Boolean(
        string="Fault Found",
        compute="_compute_has_fault",
        help="Function or appearance of a part is not in order (RET-13).",
    )

    # --------------------------------------------------------------- computes

    @api.depends("line_ids.function", "line_ids.appearance")
    def _compute_has_fault(self):
        for record in self:
            record.has_fault = any(
                line[name] == "faulty" for line in record.line_ids for name in FINDINGS
            )

    @api.depends("return_id", "date")
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "Parts list %(document)s of %(date)s",
                document=record.return_id.display_name,
                date=fields.Date.to_string(record.date) or "-",
            )

    # ----------------------------------------------------------------- checks

    def _check_inspector(self):
        """Raise unless the user judges these goods: engineer, desk or quality."""
        for record in self:
            document = record.return_id
            user = self.env.user
            if user == document.engineer_id or document._is_desk():
                continue
            if record.place == "factory" and document._is_of_departments("quality"):
                continue
            raise AccessError(
                self.env._(
                    "Goods of %(document)s are judged by %(user)s (RET-24).",
                    document=document.display_name,
                    user=document.engineer_id.name
                    or self.env._("the customer-service section"),
                )
            )

    def _check_open(self):
        for record in self:
            if record.state != "draft":
                raise UserError(
                    self.env._(
                        "%s is signed and cannot change any more; make a new one.",
                        record.display_name,
                    )
                )

    def _check_sign(self):
        self._check_inspector()
        missing = self.return_id.line_ids - self.line_ids.return_line_id
        if missing:
            raise UserError(
                self.env._(
                    "Parts: %s is not judged yet (RET-24).",
                    format_list(self.env, missing.product_id.mapped("display_name")),
                )
            )
        for line in self.line_ids:
            if any(line[name] == "open" for name in FINDINGS):
                raise UserError(
                    self.env._(
                        "%s: judge function and appearance (RET-24).",
                        line.display_name,
                    )
                )
        if self.place == "factory":
            return
        if not (self.signed_by or "").strip():
            raise UserError(
                self.env._("Signed By: enter who signed for the customer (RET-25).")
            )
        # sudo: that the scan is there counts, whoever attached it
        if not self.customer_signature and not self.sudo().scan_ids:
            raise UserError(
                self.env._(
                    "The customer signs the result on the screen, or on paper that is "
                    "scanned (RET-25)."
                )
            )

    # -------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records:
            record.return_id._check_in_states(
                [
                    state
                    for state, _label in record.return_id._fields["state"].selection
                    if state not in CLOSED_STATES
                ],
                ["inspection_ids"],
            )
        records._check_inspector()
        records._check_date()
        records._own_files()
        return records

    def write(self, vals):
        if set(vals) & set(SIGNED_FIELDS):
            self._check_open()
            self._check_inspector()
        if "return_id" in vals and any(
            record.return_id.id != vals["return_id"] for record in self
        ):
            raise UserError(self.env._("A parts list stays with its return."))
        res = super().write(vals)
        if "date" in vals:
            self._check_date()
        if {"photo_ids", "scan_ids"} & set(vals):
            self._own_files()
        return res

    def unlink(self):
        self._check_inspector()
        return super().unlink()

    def _check_date(self):
        for record in self:
            if record.date > record.company_id._policy_today():
                raise ValidationError(
                    self.env._("Date: goods cannot be judged in the future.")
                )

    def _own_files(self):
        """Let whoever may read the list read its pictures and scans."""
        for record in self:
            # sudo: the engineer's upload becomes the list's
            files = record.sudo().photo_ids | record.sudo().scan_ids
            files.filtered(lambda file: not file.res_id).write(
                {"res_model": self._name, "res_id": record.id}
            )

    # ---------------------------------------------------------------- actions

    @arguments(signed_by=TEXT, signature=TEXT)
    def action_sign(self, signed_by=None, signature=None):
        """Close the list with the customer's signature (RET-25).

        :param signed_by: name of who signed for the customer, if not entered yet
        :param signature: picture of the signature in base64, if not given yet
        :return: True
        :raises UserError: a product is not judged, or nobody signed
        :raises AccessError: the user does not judge these goods
        """
        self.check_access("write")
        for record in self:
            vals = {}
            if signed_by:
                vals["signed_by"] = signed_by
            if signature:
                vals["customer_signature"] = signature
            if vals:
                record.write(vals)
            record._transition("sign", signed_on=fields.Datetime.now())
            if record.return_id.state == "draft":
                record.return_id._refresh_facts()
        return True

    def action_fill_parts(self):
        """Add the parts of the products' parts lists that are not here yet (RET-24).

        :return: True
        :raises UserError: signed; AccessError: the user does not judge these goods
        """
        self.check_access("write")
        self._check_open()
        self._check_inspector()
        for record in self:
            known = {(line.return_line_id.id, line.part) for line in record.line_ids}
            record.line_ids = [
                Command.create(row)
                for row in record.return_id.line_ids._prepare_inspection_rows()
                if (row["return_line_id"], row.get("part", False)) not in known
            ]
        return True


class CrmReturnInspectionLine(models.Model):
    """One part, or the product itself where no part is named."""

    _name = "crm.return.inspection.line"
    _inherit = ["crm.return.child"]
    _description = "Part of a Parts List"
    _order = "inspection_id, sequence, id"

    inspection_id = fields.Many2one(
        "crm.return.inspection", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    return_id = fields.Many2one(
        related="inspection_id.return_id", store=True, required=False
    )
    company_id = fields.Many2one(
        related="inspection_id.company_id", store=True, index=True
    )
    return_line_id = fields.Many2one(
        "crm.return.line",
        string="Goods",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('return_id', '=', return_id)]",
    )
    part = fields.Char(help="Name of the part; empty: the product as a whole.")
    quantity = fields.Float(
        default=1.0,
        digits="Product Unit",
        help="How many of it there should be.",
    )
    uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        compute="_compute_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        help="Unit of the part; that of the order line for the product as a whole.",
    )
    qty_missing = fields.Float(
        string="Missing", digits="Product Unit", help="How many of it are missing."
    )
    function = fields.Selection(
        [
            ("open", "Not judged"),
            ("ok", "In order"),
            ("faulty", "Faulty"),
            ("none", "None"),
        ],
        default="open",
        required=True,
        help="“None”: the part has no function to test.",
    )
    appearance = fields.Selection(
        [("open", "Not judged"), ("ok", "In order"), ("faulty", "Damaged")],
        default="open",
        required=True,
    )
    note = fields.Char(string="Remarks")

    _quantities = models.Constraint(
        "CHECK (quantity > 0 AND qty_missing >= 0 AND qty_missing <= quantity)",
        "A part cannot be missing more often than it should be there.",
    )

    @api.depends("return_line_id", "part")
    def _compute_uom_id(self):
        unit = self.env.ref("uom.product_uom_unit", raise_if_not_found=False)
        for line in self:
            if not line.part:
                # sudo: the unit of the goods, also for who cannot open the order
                line.uom_id = line.sudo().return_line_id.product_uom_id
            elif not line.uom_id:
                line.uom_id = unit

    @api.depends("part", "return_line_id")
    def _compute_display_name(self):
        for line in self:
            product = line.return_line_id.product_id.display_name or ""
            line.display_name = f"{product} · {line.part}" if line.part else product

    @api.constrains("return_line_id", "inspection_id")
    def _check_return(self):
        for line in self:
            if line.return_line_id.return_id != line.inspection_id.return_id:
                raise ValidationError(
                    self.env._("Goods: %s is not on this return.", line.display_name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.inspection_id._check_open()
        lines.inspection_id._check_inspector()
        return lines

    def write(self, vals):
        self.inspection_id._check_open()
        self.inspection_id._check_inspector()
        res = super().write(vals)
        if "inspection_id" in vals:
            self.inspection_id._check_open()
            self.inspection_id._check_inspector()
        return res

    def unlink(self):
        self.inspection_id._check_open()
        return super().unlink()


class CrmReturn(models.Model):
    _inherit = "crm.return"

    inspection_ids = fields.One2many(
        "crm.return.inspection", "return_id", "Parts Lists", copy=False
    )
    inspection_count = fields.Integer(compute="_compute_inspection_count")
    inspection_signed = fields.Boolean(
        string="Parts List Signed",
        compute="_compute_inspection_count",
        help="The customer signed a parts list of these goods (RET-25).",
    )

    @api.depends("inspection_ids.state")
    def _compute_inspection_count(self):
        for record in self:
            record.inspection_count = len(record.inspection_ids)
            record.inspection_signed = bool(record._signed_inspection())

    @api.model
    def _is_of_departments(self, *codes):
        """Tell whether the user works at one of these departments."""
        # sudo: the user's own place in the org chart
        employee = self.env.user.sudo().with_company(self.company_id).employee_id
        return employee.department_id.policy_code in codes

    def _signed_inspection(self):
        """Return the parts list the customer signed last, in sudo."""
        self.ensure_one()
        # sudo: what was found is a fact, also for who cannot open the list
        return self.sudo().inspection_ids.filtered(
            lambda one: one.state == "signed" and one.place == "customer"
        )[:1]

    @arguments(parts=LINES, place=TEXT)
    def start_inspection(self, parts=None, place="customer"):
        """Begin the parts list of one return, or take up the one begun (RET-24).

        :param parts: list of ``{"line": id of a line of the return, "part",
            "quantity", "missing", "function", "appearance", "note"}``; the whole
            list replaces what the draft had. Without it there is a row for each
            product and each part of its parts list, not judged yet.
        :param place: "customer" or "factory"
        :return: id of the parts list, a draft
        :raises UserError: unknown key or line; AccessError: not who judges
        """
        self._policy_require_one()
        self.check_access("read")
        Inspection = self.env["crm.return.inspection"]
        check_values(Inspection, {"place": place})
        draft = self.inspection_ids.filtered(
            lambda one: one.state == "draft" and one.place == place
        )[:1]
        if parts is None or parts is False:
            rows = [
                Command.create(row) for row in self.line_ids._prepare_inspection_rows()
            ]
            if draft.line_ids:
                return draft.id
        else:
            rows = [Command.create(self._prepare_part(part)) for part in parts]
        if not draft:
            return Inspection.create(
                {"return_id": self.id, "place": place, "line_ids": rows}
            ).id
        draft.write({"line_ids": [Command.clear(), *rows]})
        return draft.id

    def _prepare_part(self, part):
        names = {
            "line": "return_line_id",
            "part": "part",
            "quantity": "quantity",
            "missing": "qty_missing",
            "function": "function",
            "appearance": "appearance",
            "note": "note",
        }
        unknown = sorted(set(part) - set(names))
        if unknown or part.get("line") not in self.line_ids.ids:
            raise UserError(
                self.env._(
                    "parts: each names a line of this return, and nothing but "
                    "%(known)s (%(unknown)s).",
                    known=format_list(self.env, names),
                    unknown=format_list(self.env, unknown) or part.get("line") or "-",
                )
            )
        return {names[key]: value for key, value in part.items()}

    def action_new_inspection(self):
        """Open the parts list of this return, begun where there is none."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.return.inspection",
            "res_id": self.start_inspection(),
            "views": [(False, "form")],
        }

    def action_view_inspections(self):
        """Open the parts lists of these returns."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_returns.action_crm_return_inspection"
        )
        action["domain"] = [("return_id", "in", self.ids)]
        action["context"] = {}
        return action
