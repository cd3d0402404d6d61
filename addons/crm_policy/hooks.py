"""What the addons do when they come and go."""

from odoo.tools import SQL


def translate_shared_terms(env):
    """Translate what document types of another addon inherit from the shared ones.

    The choices of such fields (states of a decision ...) carry this addon's name, but
    exist only once the document type does: after this addon's translations were read.
    """
    langs = [code for code, _name in env["res.lang"].get_installed()]
    env["ir.module.module"]._load_module_terms(["crm_policy"], langs)


def uninstall_hook(env):
    """Let go of what would hold records of this addon, and remove the counters."""
    names = [
        name
        for name, field in env["res.company"]._fields.items()
        if field.store and field.comodel_name == "crm.policy.profile"
    ]
    env.execute_query(
        SQL(
            "UPDATE res_company SET %s RETURNING id",
            SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in names),
        )
    )
    env["res.company"].invalidate_model(names)
    env["ir.sequence"]._policy_remove(
        "crm.routing.notice.reminder", "crm.routing.notice.inquiry"
    )
