"""Run statements for ``./crm``: JSON on the standard input, JSON on the output.

Input: {"connection": {...}, "statements": [[sql, parameters], ...]}; sql may name
databases as {0}, filled from "names" with proper quoting. Output: rows of the last
statement, or {"error": ..., "code": ...}.
"""

import json
import sys

import psycopg2
from psycopg2 import sql


def main():
    task = json.load(sys.stdin)
    names = [sql.Identifier(name) for name in task.get("names", [])]
    try:
        connection = psycopg2.connect(connect_timeout=10, **task["connection"])
        connection.autocommit = True
        rows = []
        with connection.cursor() as cursor:
            for statement, parameters in task["statements"]:
                cursor.execute(sql.SQL(statement).format(*names), parameters)
                rows = cursor.fetchall() if cursor.description else []
        connection.close()
    except psycopg2.Error as error:
        json.dump({"error": str(error), "code": error.pgcode}, sys.stdout)
    else:
        json.dump({"rows": rows}, sys.stdout, default=str)


if __name__ == "__main__":
    main()
