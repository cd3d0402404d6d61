"""Company choices about the way of a complaint."""

from odoo import fields, models

# Pictures, films, documents, mails; nothing that runs or unpacks.
FILE_TYPES = (
    "jpg,jpeg,png,gif,webp,bmp,heic,tif,tiff,mp4,mov,mp3,amr,wav,pdf,doc,docx,xls,"
    "xlsx,ppt,pptx,wps,et,dps,odt,ods,csv,txt,html,eml,msg,ics,xml"
)


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_manager_instruction = fields.Boolean(
        string="Manager's Instruction on Complaints",
        default=True,
        help="The production unit's answer goes to the manager's office for an "
        "instruction (CMP-35). Switched off, it goes straight on (GAP-11).",
    )
    complaint_instruction_user_id = fields.Many2one(
        "res.users",
        string="Manager Instructing on Complaints",
        help="Who gives the manager's instruction; the head of the manufacturing "
        "department when empty (GAP-11).",
    )
    complaint_office_department_id = fields.Many2one(
        "hr.department",
        string="Department Owning Complaints",
        help="Registers, checks and closes complaints; the General manager's office "
        "when empty (GAP-85).",
    )
    complaint_receipt = fields.Boolean(
        string="Receipts for Complaints",
        default=True,
        help="A complainant with an e-mail address is sent a receipt, in the "
        "customer's language.",
    )
    complaint_receipt_limit = fields.Integer(
        string="Receipts per Address and Day",
        default=5,
        help="More are not sent: two machines must not keep each other busy.",
    )
    complaint_portal_limit = fields.Integer(
        string="Complaints per Customer and Day on the Portal",
        default=20,
        help="More are refused until the next day; zero: no limit.",
    )
    portal_text_limit = fields.Integer(
        string="Longest Text on the Portal",
        default=10000,
        help="How many characters a customer may write into one text of a complaint "
        "or return; zero: no limit.",
    )
    complaint_file_size = fields.Float(
        string="Largest File of a Complaint", default=10, help="In MB; zero: no limit."
    )
    complaint_file_count = fields.Integer(
        string="Files per Complaint", default=100, help="Zero: no limit."
    )
    complaint_file_types = fields.Char(
        string="Files Taken",
        default=FILE_TYPES,
        help="Endings of file names, separated by commas; empty: all kinds.",
    )

    _portal_figures = models.Constraint(
        "CHECK (portal_text_limit >= 0)",
        "The longest text on the portal cannot be negative.",
    )

    def _complaint_file_types(self):
        """Return the endings of the files that complaints take; empty: all."""
        self.ensure_one()
        names = (self.complaint_file_types or "").split(",")
        return {name.strip().lower().lstrip(".") for name in names if name.strip()}
