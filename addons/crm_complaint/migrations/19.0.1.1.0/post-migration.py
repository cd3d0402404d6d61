"""What customers sent in is on people's lists in the name of the system."""

from odoo import SUPERUSER_ID


def migrate(cr, version):
    """Whoever opens a document reads who made its activities: customers' users not."""
    cr.execute(
        "UPDATE mail_activity a SET create_uid = %s FROM res_users u"
        " WHERE u.id = a.create_uid AND u.share",
        [SUPERUSER_ID],
    )
