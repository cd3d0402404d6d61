"""What the addons do when they come and go."""

from .leaving import leave


def translate_shared_terms(env):
    """Translate what document types of another addon inherit from the shared ones.

    The choices of such fields (states of a decision ...) carry this addon's name, but
    exist only once the document type does: after this addon's translations were read.
    """
    langs = [code for code, _name in env["res.lang"].get_installed()]
    env["ir.module.module"]._load_module_terms(["crm_policy"], langs)


def uninstall_hook(env):
    """Remove the documents and the counters."""
    leave(env, "crm_policy")
    env["ir.sequence"]._policy_remove(
        "crm.routing.notice.reminder", "crm.routing.notice.inquiry"
    )
