"""What the addon does when it comes and goes."""

from odoo.addons.crm_policy.hooks import leave, translate_shared_terms


def post_init_hook(env):
    """Translate what the documents inherit from the shared addon."""
    translate_shared_terms(env)


def uninstall_hook(env):
    """Remove the counters; companies' own sequences have no external id."""
    leave(env, "crm_complaint")
    env["ir.sequence"]._policy_remove(
        "crm.complaint",
        "crm.complaint.memorandum",
        "crm.field.response",
        "crm.abnormality",
        "crm.complaint.notification",
        "crm.complaint.statement",
        "crm.sanction",
        "crm.sanction.announcement",
        "crm.bonus.notice",
        "crm.bonus.run",
    )
