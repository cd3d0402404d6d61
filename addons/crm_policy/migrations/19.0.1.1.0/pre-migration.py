"""Routed documents name the departments they passed in a column of their own."""


def migrate(cr, version):
    """Fill it for all documents at once, instead of one by one by the platform."""
    cr.execute(
        "SELECT m.model, c.table_name FROM information_schema.columns c"
        " JOIN ir_model m ON replace(m.model, '.', '_') = c.table_name"
        " WHERE c.column_name = 'routing_passage_id'"
        " AND c.table_schema = current_schema()"
    )
    for model, table in cr.fetchall():
        cr.execute(
            f'ALTER TABLE "{table}"'
            " ADD COLUMN IF NOT EXISTS routing_department_key varchar"
        )
        cr.execute(
            f'UPDATE "{table}" d SET routing_department_key = passed.key'
            " FROM (SELECT res_id, ',' || string_agg(DISTINCT department_id::text, ',')"
            " || ',' AS key FROM crm_routing_passage WHERE model = %s"
            " AND kind = 'stay' AND department_id IS NOT NULL GROUP BY res_id) passed"
            " WHERE passed.res_id = d.id",
            [model],
        )
