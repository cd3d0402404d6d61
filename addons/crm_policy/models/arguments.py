"""Arguments of methods other programs call: checked before anything is done.

A program may send text for a number or "false" for false. What a method is given is
therefore checked by name, so that the program reads which argument is wrong instead
of a line of Python, and so that "false" never approves anything.
"""

import functools
import inspect
import math

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import format_list

# Kinds of arguments. ``None`` and ``False`` say that there is none: for those of
# ``OPTIONAL``, where the method asks for it if it must, and where one is the default.
TEXT, FLAG, NUMBER, WHOLE = "text", "flag", "number", "whole"
RECORD, DAY, ROWS, VALUES = "record", "day", "rows", "values"
RECORDS, TEXTS, LINES = "records", "texts", "lines"
OPTIONAL = (TEXT, RECORD)
# Ids are columns of four bytes.
HIGHEST_ID = 2**31 - 1
# Lists of one kind, and the kind.
ITEMS = {RECORDS: RECORD, TEXTS: TEXT, LINES: VALUES}
COLUMN_KINDS = {
    "char": TEXT,
    "text": TEXT,
    "html": TEXT,
    "boolean": FLAG,
    "integer": WHOLE,
    "float": NUMBER,
    "monetary": NUMBER,
    "many2one": RECORD,
    "date": DAY,
    "datetime": DAY,
}


def arguments(**kinds):
    """Decorate a public method: check these arguments of it (innermost decorator).

    :raises UserError: an argument is of another kind; it is named
    """

    def decorate(method):
        signature = inspect.signature(method)
        may_lack = {
            name for name in kinds if _is_nothing(signature.parameters[name].default)
        }

        @functools.wraps(method)
        def checked(self, *args, **kwargs):
            given = signature.bind(self, *args, **kwargs).arguments
            for name, kind in kinds.items():
                if name in given and not (
                    name in may_lack and _is_nothing(given[name])
                ):
                    check_argument(self.env, name, given[name], kind)
            return method(self, *args, **kwargs)

        checked.argument_kinds = kinds
        return checked

    return decorate


def _is_nothing(value):
    # Zero is something.
    return value is None or value is False


def check_argument(env, name, value, kind):
    """Raise unless ``value`` is of the kind the argument ``name`` takes."""
    if kind in OPTIONAL and _is_nothing(value):
        return
    if not _is_kind(value, kind):
        raise UserError(
            env._(
                "%(name)s must be %(kind)s, not “%(value)s”.",
                name=name,
                kind=_kind_label(env, kind),
                value=value,
            )
        )


def check_values(model, *rows):
    """Raise unless values a program gives fit the fields of ``model``.

    What names no field is the caller's own business. Numbers are finite, records
    exist, days are days.

    :param rows: dicts of field names and values, as for ``create``
    """
    named = {}
    for vals in rows:
        check_argument(model.env, "vals", vals, VALUES)
        for name, value in vals.items():
            field = model._fields.get(name)
            if not field or _is_nothing(value):
                continue
            label = f"{field._description_string(model.env)} ({name})"
            _check_value(model.env, field, label, value)
            if field.type == "many2one":
                named.setdefault((field.comodel_name, label), set()).add(value)
    for (comodel, label), ids in named.items():
        gone = ids.difference(model.env[comodel].browse(ids).exists()._ids)
        if gone:
            raise UserError(
                model.env._(
                    "%(name)s: there is no record %(id)s.", name=label, id=min(gone)
                )
            )


def _check_value(env, field, label, value):
    """Raise unless a value is of the field's kind, or one of its choices."""
    if field.type in COLUMN_KINDS:
        check_argument(env, label, value, COLUMN_KINDS[field.type])
    elif field.relational:
        check_argument(env, label, value, ROWS)
    elif field.type == "selection":
        choices = dict(field._description_selection(env))
        check_argument(env, label, value, TEXT)
        if value not in choices:
            raise UserError(
                env._(
                    "%(name)s must be one of %(choices)s, not “%(value)s”.",
                    name=label,
                    choices=format_list(env, choices),
                    value=value,
                )
            )


def _is_kind(value, kind):
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind == TEXT:
        return isinstance(value, str)
    if kind == FLAG:
        return isinstance(value, int) and value in (0, 1)
    if kind == NUMBER:
        return number and math.isfinite(value)
    if kind == WHOLE:
        return number and math.isfinite(value) and value == int(value)
    if kind == RECORD:
        return number and isinstance(value, int) and 0 < value <= HIGHEST_ID
    if kind == DAY:
        return _is_day(value)
    if kind in ITEMS:
        return isinstance(value, list | tuple) and all(
            _is_kind(item, ITEMS[kind]) for item in value
        )
    if kind == ROWS:
        return isinstance(value, list | tuple)
    return isinstance(value, dict)


def _is_day(value):
    try:
        # Of a moment its day, which has the first place in it.
        return bool(fields.Datetime.to_datetime(value))
    except (TypeError, ValueError):
        return False


def _kind_label(env, kind):
    return {
        TEXT: env._("a text"),
        FLAG: env._("true or false"),
        NUMBER: env._("a number"),
        WHOLE: env._("a whole number"),
        RECORD: env._("the id of a record"),
        DAY: env._("a day as YYYY-MM-DD"),
        RECORDS: env._("a list of ids"),
        TEXTS: env._("a list of texts"),
        LINES: env._("a list of names with their values"),
        ROWS: env._("a list"),
        VALUES: env._("names with their values"),
    }[kind]
