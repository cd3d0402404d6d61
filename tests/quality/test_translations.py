"""Every addon speaks Chinese completely."""

import polib
import pytest

from tools import paths

ADDONS = paths.own_addons()
#: Texts that are the same in Chinese, such as codes, are translated by themselves.
SHOWN = 15


@pytest.fixture(scope="module")
def templates(workbench, tmp_path_factory):
    """Folder with the terms that a database with all addons exports."""
    folder = tmp_path_factory.mktemp("terms")
    with workbench.database("terms") as name:
        workbench.databases.script(
            "Exporting terms", name, "export_terms.py", folder, *ADDONS
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
        if entry.msgid and (entry.msgctxt, entry.msgid) not in translated
    ]
    text = "\n".join(missing[:SHOWN])
    assert not missing, f"{len(missing)} terms without Chinese, such as:\n{text}"


@pytest.mark.parametrize("addon", ADDONS)
def test_nothing_is_fuzzy(addon):
    """No translation is a guess of a merging tool."""
    fuzzy = [entry.msgid for entry in chinese(addon) if entry.fuzzy]
    assert not fuzzy, fuzzy[:SHOWN]
