"""What the addons do when they come and go."""

from io import BytesIO

from lxml import etree

from odoo.modules import Manifest
from odoo.tools import SQL, convert_xml_import, file_open

# What an addon says about a rule of the register that it carries.
CARRIED_NOTHING = {
    "carried": "planned",
    "carried_by": False,
    "measure_model": False,
    "case_domain": False,
    "breach_domain": False,
    "date_field": False,
    "company_field": False,
    "target": 0,
    "measure_customized": False,
}


def translate_shared_terms(env):
    """Translate what document types of another addon inherit from the shared ones.

    The choices of such fields (states of a decision ...) carry this addon's name, but
    exist only once the document type does: after this addon's translations were read.
    """
    langs = [code for code, _name in env["res.lang"].get_installed()]
    env["ir.module.module"]._load_module_terms(["crm_policy"], langs)


def release_rules(env, addon):
    """Let the register say no longer that a leaving addon carries its rules.

    The figures counted for them go. A rule that an addon which stays carries as well
    is given back to that one.

    :param addon: technical name of the addon that leaves
    """
    names = [record.get("id") for record in _rule_records(addon)]
    rules = env["crm.policy.rule"].browse(
        rule.id for name in names if (rule := env.ref(name, raise_if_not_found=False))
    )
    rules.with_context(crm_policy_rule_data=True).write(CARRIED_NOTHING)
    for staying in _staying_addons(env, addon):
        kept = [rec for rec in _rule_records(staying) if rec.get("id") in names]
        if kept:
            document = etree.Element("odoo")
            document.extend(kept)
            file = BytesIO(etree.tostring(document))
            file.name = f"{staying}: rules of {addon}"
            convert_xml_import(env, staying, file, mode="update")


def _rule_records(addon):
    """Return the data records of an addon that say how it carries rules."""
    records = []
    for name in Manifest.for_addon(addon)["data"]:
        if name.endswith(".xml"):
            with file_open(f"{addon}/{name}", "rb") as file:
                document = etree.parse(file)
            records += document.iterfind(".//record[@model='crm.policy.rule']")
    for record in records:
        if "." not in record.get("id"):
            record.set("id", f"{addon}.{record.get('id')}")
    return records


def _staying_addons(env, addon):
    """Return the installed addons that build on this one, in order of loading."""
    policy = env.ref("base.module_crm_policy")
    # A leaving addon is "to remove" by now, those that build on it as well.
    staying = (policy | policy.downstream_dependencies()).filtered(
        lambda module: module.state in ("installed", "to upgrade")
    )
    depth = {
        module: len(module.upstream_dependencies(exclude_states=("uninstallable",)))
        for module in staying
    }
    ordered = staying.sorted(lambda module: (depth[module], module.name))
    return [name for name in ordered.mapped("name") if name != addon]


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
