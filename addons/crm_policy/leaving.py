"""An addon that carries documents is uninstalled.

Its documents go with their tables. Decisions taken on them stay in the companies'
chains of decisions, which would be broken without them, and with them the authorities
by which they were taken, out of use.
"""

from io import BytesIO

from lxml import etree

from odoo.modules import Manifest
from odoo.tools import SQL, convert_xml_import, file_open
from odoo.tools.sql import drop_constraint

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

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


def leave(env, addon):
    """Clear the way for the platform; for the `uninstall_hook` of an addon.

    :param addon: technical name of the addon that leaves
    """
    documents = [name for name, model in env.items() if model._original_module == addon]
    staying = set(_staying_addons(env, addon))
    if "crm_policy" in staying:
        release_rules(env, addon)
        _remove_stays(env, documents)
        decided = [
            name
            for name in env["crm.approval"]._approved_models()
            if addon in (carriers := _carriers(env[name])) and not carriers & staying
        ]
        retire_decisions(env, decided, documents)
    _remove_activities(env, addon, documents)
    _release_references(env, addon, documents)
    _empty_tables(env, documents)
    env.invalidate_all()


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


def retire_decisions(env, decided, gone):
    """Put the authorities of document types out of use that nobody decides any more.

    What still waits for a decision is withdrawn. Authorities nobody decided by and
    delegations for these documents alone go: without its document types a delegation
    would be one for everything.

    :param decided: names of the document types
    :param gone: names of those whose model goes
    """
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            UPDATE crm_approval SET document_kind = NULL,
                   state = CASE WHEN state IN ('waiting', 'pending')
                                THEN 'cancelled' ELSE state END
             WHERE res_model = ANY(%s)
            """,
            decided,
        )
    )
    env.invalidate_all()
    everything = env(context={**env.context, "active_test": False})
    types = everything["ir.model"].search([("model", "in", decided)])
    authorities = everything["crm.authority"].search([("model_id", "in", types.ids)])
    taken = everything["crm.approval"]._read_group(
        [("authority_id", "in", authorities.ids)], ["authority_id"]
    )
    used = authorities.browse(authority.id for (authority,) in taken)
    (authorities - used).unlink()
    # By SQL, because no authority in use may be without its document type or group.
    # The group may be one of the leaving addon.
    env.cr.execute(
        SQL(
            """
            UPDATE crm_authority SET active = false, group_id = NULL,
                   model_id = CASE WHEN model = ANY(%s) THEN NULL ELSE model_id END
             WHERE id = ANY(%s)
            """,
            gone,
            used.ids,
        )
    )
    env.invalidate_all()
    env["ir.model.data"].search(
        [("model", "=", "crm.authority"), ("res_id", "in", used.ids)]
    ).unlink()
    delegations = everything["crm.approval.delegation"].search(
        [("model_ids", "in", types.ids)]
    )
    delegations.filtered(lambda one: one.model_ids <= types).unlink()


def _carriers(model):
    """Return the names of the addons that let documents of a model be decided."""
    return {
        definition._module
        for definition in type(model).mro()
        if definition.__dict__.get("_approval_steps")
    }


def _fields_going(env, addon):
    """Return (model, name) of the addon's fields that no staying addon shares."""
    return env.execute_query(
        SQL(
            """
            SELECT field.model, field.name FROM ir_model_data own
              JOIN ir_model_fields field ON field.id = own.res_id
             WHERE own.model = 'ir.model.fields' AND own.module = %s
               AND NOT EXISTS (
                   SELECT FROM ir_model_data other
                     JOIN ir_module_module module ON module.name = other.module
                    WHERE other.model = own.model AND other.res_id = own.res_id
                      AND module.state IN ('installed', 'to upgrade')
               )
            """,
            addon,
        )
    )


def _remove_stays(env, documents):
    """Delete the stays of documents with their notices, and what hangs on these."""
    env = env(context={**env.context, MODULE_UNINSTALL_FLAG: True})
    stays = env["crm.routing.passage"].search([("model", "in", documents)])
    stays.notice_ids.unlink()
    stays.unlink()


def _remove_activities(env, addon, documents):
    """Delete what is still to be done on the documents, or of the addon's kinds."""
    kinds = env["ir.model.data"].search(
        [("module", "=", addon), ("model", "=", "mail.activity.type")]
    )
    env["mail.activity"].with_context(active_test=False).search(
        [
            "|",
            ("res_model", "in", documents),
            ("activity_type_id", "in", kinds.mapped("res_id")),
        ]
    ).unlink()


def _release_references(env, addon, documents):
    """Empty the addon's references in tables that stay.

    The platform removes an addon's records before its columns: a customer would hold
    the source he came from.
    """
    for model, name in _fields_going(env, addon):
        if model in documents or model not in env or not env[model]._auto:
            continue
        field = env[model]._fields.get(name)
        if (
            field
            and field.store
            and not field.required
            and getattr(field, "ondelete", "") == "restrict"
        ):
            env.cr.execute(
                SQL(
                    "UPDATE %(table)s SET %(name)s = NULL WHERE %(name)s IS NOT NULL",
                    table=SQL.identifier(env[model]._table),
                    name=SQL.identifier(name),
                )
            )


def _empty_tables(env, documents):
    """Delete the documents, whose tables the platform drops last.

    Before that they would hold the records they name: a return its reason. What has an
    external id is left to the platform, which removes it in order.
    """
    tables = {name: env[name]._table for name in documents if env[name]._auto}
    watched = env.execute_query(
        SQL(
            """
            SELECT relation.relname, watch.conname
              FROM pg_constraint watch
              JOIN pg_class relation ON relation.oid = watch.conrelid
             WHERE watch.contype = 'f' AND relation.relname = ANY(%s)
               AND relation.relnamespace = current_schema::regnamespace
            """,
            list(tables.values()),
        )
    )
    for table, constraint in watched:
        drop_constraint(env.cr, table, constraint)
    for model, table in tables.items():
        env.cr.execute(
            SQL(
                "DELETE FROM %s document WHERE NOT EXISTS ("
                "SELECT FROM ir_model_data WHERE model = %s AND res_id = document.id)",
                SQL.identifier(table),
                model,
            )
        )
