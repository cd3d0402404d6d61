"""What an addon leaves behind: two pictures of a database, compared."""

import re
from contextlib import closing

import psycopg2
from psycopg2 import sql

#: Tables whose rows come and go by themselves.
VOLATILE = {
    "ir_logging",
    "ir_config_parameter",
    "bus_bus",
    "bus_presence",
    "ir_cron_trigger",
    "ir_cron_progress",
    # The client's bundles are made anew whenever their contents change.
    "ir_attachment",
    # Every model gets columns that say who works in it; watched as columns below.
    "ir_model_fields",
    "ir_model_fields_selection",
    "ir_model_constraint",
    "ir_model_data",
    "ir_model_relation",
    # Tells the other servers that something changed.
    "orm_signaling_registry",
    "orm_signaling_assets",
    "orm_signaling_default",
    "orm_signaling_groups",
    "orm_signaling_routing",
    "orm_signaling_stable",
    "orm_signaling_templates",
    "ir_module_module",
    "ir_module_category",
    # The register of rules notes which addon came to carry a rule, and went.
    "mail_message",
    "mail_tracking_value",
    "ir_module_module_dependency",
    "res_users_log",
    "res_device_log",
}
#: What a database's structure is.
STRUCTURE = ("column", "relation", "constraint", "function", "model", "field")
#: Counters that a company makes for itself, of all times or of a year or month.
COUNTER = re.compile(r"S ir_sequence_\d+(_\d+)?$")
SCHEMA = {
    "column": """
        SELECT table_name || '.' || column_name FROM information_schema.columns
         WHERE table_schema = 'public'
    """,
    "relation": """
        SELECT c.relkind::text || ' ' || c.relname::text FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'S', 'i')
    """,
    "constraint": """
        SELECT t.relname::text || ': ' || c.conname::text FROM pg_constraint c
          JOIN pg_class t ON t.oid = c.conrelid
          JOIN pg_namespace n ON n.oid = t.relnamespace
         WHERE n.nspname = 'public' AND c.contype <> 'n'
    """,
    "function": """
        SELECT p.proname::text FROM pg_proc p
          JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname = 'public'
    """,
    "trigger": "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal",
    "model": "SELECT model FROM ir_model",
    "field": "SELECT model || '.' || name FROM ir_model_fields",
    # Odoo keeps the ids of its notes about models that are gone (inheritance,
    # constraints, choices) under the addon whose mixin made them, and knows the
    # addons it has seen.
    "xml id": """
        SELECT module || '.' || name FROM ir_model_data d
         WHERE NOT (
            model = 'ir.model.inherit'
            AND NOT EXISTS (SELECT 1 FROM ir_model_inherit WHERE id = d.res_id)
            OR model = 'ir.model.constraint'
            AND NOT EXISTS (SELECT 1 FROM ir_model_constraint WHERE id = d.res_id)
            OR model = 'ir.model.fields.selection'
            AND NOT EXISTS
                (SELECT 1 FROM ir_model_fields_selection WHERE id = d.res_id)
            OR model IN ('ir.module.module', 'ir.module.category')
         )
    """,
    # click-odoo-update notes there what is installed.
    "parameter": """
        SELECT key FROM ir_config_parameter WHERE key NOT LIKE 'module_auto_update.%'
    """,
    "attachment": """
        SELECT res_model || ' ' || coalesce(res_field, '') || ' ' || name
          FROM ir_attachment WHERE res_model IS NOT NULL AND res_id <> 0
    """,
}
#: What the register of rules says about who carries them, and how it is measured.
CARRIED = """
    SELECT concat_ws(
        ' | ', code, carried, coalesce(carried_by, '-'), coalesce(measure_model, '-'),
        coalesce(case_domain, '-'), coalesce(breach_domain, '-'),
        coalesce(date_field, '-'), coalesce(company_field, '-'),
        coalesce(target, 0)::float, coalesce(measure_customized, false)
    ) FROM crm_policy_rule
"""


def picture(databases, name):
    """Everything that is in a database, as sets of texts by kind."""
    connection = psycopg2.connect(dbname=name, **databases.target.libpq())
    with closing(connection), connection.cursor() as cursor:
        result = {}
        for kind, query in SCHEMA.items():
            cursor.execute(query)
            result[kind] = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT table_name FROM information_schema.columns c "
            "JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE c.table_schema = 'public' AND c.column_name = 'id' "
            "AND t.table_type = 'BASE TABLE'"
        )
        tables = {table for (table,) in cursor.fetchall()}
        for table in sorted(tables):
            if table not in VOLATILE:
                query = sql.SQL("SELECT id FROM {}").format(sql.Identifier(table))
                cursor.execute(query)
                result[f"row of {table}"] = {row[0] for row in cursor.fetchall()}
        if "crm_policy_rule" in tables:
            cursor.execute(CARRIED)
            result["carried rule"] = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT gid || ' implies ' || hid FROM res_groups_implied_rel")
        result["implied group"] = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT gid || ' has ' || uid FROM res_groups_users_rel")
        result["member"] = {row[0] for row in cursor.fetchall()}
    return result


def leftovers(before, after):
    """What is there after and was not before, by kind."""
    result = {}
    for kind, found in after.items():
        new = found - before.get(kind, set())
        if new:
            result[kind] = sorted(new)
    return result


def told(found):
    """What was found, as text for people."""
    return "\n".join(
        f"{kind}: {', '.join(map(str, names[:60]))}" for kind, names in found.items()
    )


def losses(before, after):
    """What was there before and is gone, by kind."""
    return leftovers(after, before)


def structure(pictured, *more):
    """The structure in a picture of a database, without companies' own counters.

    :param more: other kinds to be in it
    """
    found = {kind: pictured[kind] for kind in (*STRUCTURE, *more)}
    found["relation"] = {name for name in found["relation"] if not COUNTER.match(name)}
    return found
