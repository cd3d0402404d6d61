"""Every addon speaks Chinese completely."""

import re

import polib
import pytest

from tools import paths

ADDONS = paths.own_addons()
#: What the program fills in: %s, %(name)s, {name}; and markup.
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sdif]|%[sdif%]|\{[a-z_]*\}|</?[a-z]+")
#: Words; what has none, such as codes and rules to write on, is the same in Chinese.
WORD = re.compile(r"[a-z]{2}")
#: Python expressions that make a file name.
CODE = "model:ir.actions.report,print_report_name:"
#: Names of fields in code beside a text, which the extraction takes for texts.
FIELD = re.compile(r"[a-z]+([._][a-z]+)+")
#: Translated columns that people see, with the model of their xml ids.
COLUMNS = (
    ("ir.model.fields.selection", "ir_model_fields_selection", "name"),
    ("ir.model.fields", "ir_model_fields", "field_description"),
    ("ir.ui.menu", "ir_ui_menu", "name"),
    ("ir.actions.act_window", "ir_act_window", "name"),
    ("ir.actions.report", "ir_act_report_xml", "name"),
    ("res.groups", "res_groups", "name"),
    ("ir.model", "ir_model", "name"),
    ("hr.department", "hr_department", "name"),
    ("crm.policy.rule", "crm_policy_rule", "name"),
)
#: How many terms a failure shows.
SHOWN = 15


@pytest.fixture(scope="module")
def chinese_database(workbench):
    """Name of a fresh database with all addons, in both languages."""
    with workbench.database("chinese") as name:
        yield name


@pytest.fixture(scope="module")
def templates(workbench, chinese_database, tmp_path_factory):
    """Folder with the terms that a database with all addons exports."""
    folder = tmp_path_factory.mktemp("terms")
    workbench.databases.script(
        "Exporting terms", chinese_database, "export_terms.py", folder, *ADDONS
    )
    return folder


def chinese(addon):
    path = paths.ADDONS / addon / "i18n" / "zh_CN.po"
    assert path.exists(), f"{path.relative_to(paths.PROJECT)} is missing"
    return polib.pofile(path)


@pytest.mark.parametrize("addon", ADDONS)
def test_every_term_is_translated(addon, templates):
    """Each exported term has a Chinese text in zh_CN.po."""
    translated = {
        (entry.msgctxt, entry.msgid) for entry in chinese(addon).translated_entries()
    }
    path = templates / f"{addon}.pot"
    terms = polib.pofile(path) if path.stat().st_size else []
    missing = [
        f"{entry.msgid!r} ({', '.join(name for name, _line in entry.occurrences)})"
        for entry in terms
        if WORD.search(entry.msgid)
        and not _is_field(entry)
        and not all(name.startswith(CODE) for name, _line in entry.occurrences)
        and (entry.msgctxt, entry.msgid) not in translated
    ]
    text = "\n".join(missing[:SHOWN])
    assert not missing, f"{len(missing)} terms without Chinese, such as:\n{text}"


@pytest.mark.parametrize("addon", ADDONS)
def test_template_is_current(addon, templates):
    """Odoo leaves out what is not in the addon's .pot, translated or not."""
    file = paths.ADDONS / addon / "i18n" / f"{addon}.pot"
    known, exported = (
        {(entry.msgctxt, entry.msgid) for entry in polib.pofile(path)}
        for path in (file, templates / f"{addon}.pot")
    )
    differing = sorted(msgid for _context, msgid in known ^ exported)
    assert not differing, f"{len(differing)} terms, such as {differing[:SHOWN]}"


def _is_field(entry):
    in_code = all(name.startswith("code:") for name, _line in entry.occurrences)
    return in_code and FIELD.fullmatch(entry.msgid)


@pytest.mark.parametrize("addon", ADDONS)
def test_nothing_is_fuzzy(addon):
    """No translation is a guess of a merging tool."""
    fuzzy = [entry.msgid for entry in chinese(addon) if entry.fuzzy]
    assert not fuzzy, fuzzy[:SHOWN]


@pytest.mark.parametrize("addon", ADDONS)
def test_what_is_filled_in_is_kept(addon):
    """Placeholders and markup are the same in both languages."""
    wrong = [
        f"{entry.msgid!r}: {entry.msgstr!r}"
        for entry in chinese(addon).translated_entries()
        if sorted(PLACEHOLDER.findall(entry.msgid))
        != sorted(PLACEHOLDER.findall(entry.msgstr))
    ]
    assert not wrong, "\n".join(wrong[:SHOWN])


def test_a_new_database_speaks_chinese(workbench, chinese_database):
    """What was installed in one go shows Chinese, choices of shared fields too."""
    missing = []
    for model, table, column in COLUMNS:
        rows = workbench.databases.sql(
            f"SELECT d.module || '.' || d.name, t.{column} ->> 'en_US'"
            f" FROM {table} t JOIN ir_model_data d"
            "  ON d.res_id = t.id AND d.model = %s AND d.module = ANY(%s)"
            f" WHERE NOT t.{column} ? 'zh_CN' AND t.{column} ->> 'en_US' ~ '[a-z]'",
            model,
            ADDONS,
            database=chinese_database,
        )
        missing += [f"{xml_id}: {text}" for xml_id, text in rows]
    assert not missing, f"{len(missing)}, such as:\n" + "\n".join(missing[:SHOWN])
