"""Looks for a person in the whole database."""

from odoo.tools import SQL

# Accounting, the chain of decisions and the platform's own tables stay as they are.
KEPT_TABLES = ("account_", "sale_order", "crm_approval", "ir_", "base_")


class EraseMixin:
    """Needs the people of ``PolicyMixin``."""

    def _ask(self, person, reason="By letter"):
        request = self.env["crm.erase.request"].browse(
            person.with_user(self.user_sales).request_erasure(reason)
        )
        request.with_user(self.user_sales).action_submit()
        return request

    def _erase(self, person, reason="By letter"):
        request = self._ask(person, reason)
        request.with_user(self.user_director).action_approve()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(request.state, "erased")
        return request

    def _left_over(self, *words):
        """Return (table, id) of the rows in which one of the words still stands."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL(
                "SELECT c.table_name, array_agg(c.column_name::text) "
                "FROM information_schema.columns c "
                "JOIN information_schema.tables t USING (table_schema, table_name) "
                "WHERE c.table_schema = current_schema "
                "AND t.table_type = 'BASE TABLE' "
                "AND c.data_type IN ('text', 'character varying', 'jsonb') "
                "GROUP BY c.table_name ORDER BY c.table_name"
            )
        )
        found = []
        for table, columns in tables:
            if table.startswith(KEPT_TABLES) and table != "ir_attachment":
                continue
            row = SQL(
                "concat_ws(' ', %s)", SQL(", ").join(map(SQL.identifier, columns))
            )
            found += [
                (table, text)
                for (text,) in self.env.execute_query(
                    SQL(
                        "SELECT left(%(row)s, 200) FROM %(table)s "
                        "WHERE %(row)s ILIKE ANY (%(words)s)",
                        row=row,
                        table=SQL.identifier(table),
                        words=[f"%{word}%" for word in words],
                    )
                )
            ]
        return found
